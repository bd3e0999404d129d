"""Kendala: cases whose diagram could not go on, for the process owner to put right and try again."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _, pgettext
from app.base.stored_messages import tell_stored
from app.commands.transaction import Answer, run_command
from app.models import Incident
from app.services.core import paging
from app.services.core.paging import Page
from app.services.definitions import definitions
from app.services.instances import incidents
from app.services.migration import moves
from app.web import context, entries, lists
from app.web.lists import Column

blueprint = Blueprint("incidents", __name__)
RESOLVED = "resolved"


@blueprint.get("/kendala")
def listed() -> str:
    """Open ones, or those that were resolved; the newest first."""
    actor, resolved = context.actor(), lists.argument("state") == RESOLVED
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        page = incidents.page(session, actor=actor, resolved=resolved, after=after)
        open_ones, done = incidents.counts(session, actor=actor)
        rows = _with_places(session, page.items)
        titles = lists.titles(session, (one.instance for one in page.items if one.instance))
    return render_template(
        "definitions/incidents.html",
        rows=rows,
        columns=_columns(resolved),
        titles=titles,
        resolved=resolved,
        first=lists.address() if after else "",
        following=lists.next_page(page.next),
        counts={"open": open_ones, "resolved": done},
        may_retry=incidents.may_retry(actor),
        may_move=moves.may_move(actor),
        files=lists.files(url_for("incidents.download")),
    )


@blueprint.get("/kendala/unduh")
def download() -> Response:
    """The same list as a file, all of its pages."""
    actor, resolved = context.actor(), lists.argument("state") == RESOLVED
    with context.database().reading() as session:
        incidents.counts(session, actor=actor)

    def page(session: Session, after: str) -> Page[Incident]:
        limit = paging.MAX_LIMIT
        return incidents.page(session, actor=actor, resolved=resolved, after=after, limit=limit)

    return lists.download_pages("kendala", "incidents", _columns(resolved), page, _with_places)


def _columns(resolved: bool) -> list[Column[tuple[Incident, str]]]:
    return [
        lists.own("lead", pgettext("satu", "Perkara")),
        Column(_("Nomor"), lambda row: row[0].instance.business_key if row[0].instance else ""),
        Column(pgettext("satu", "Proses"), lambda row: _process(row[0])),
        Column(_("Kegiatan"), lambda row: row[1]),
        Column(_("Sebab"), lambda row: tell_stored(row[0].message), "own", key="cause"),
        Column(_("Terjadi"), lambda row: row[0].opened_at, "time"),
        Column(
            _("Ditutup"), lambda row: row[0].resolved_at, "own", key="closed", kind="date", shown=resolved
        ),
        Column(_("Oleh"), lambda row: row[0].resolved_by.full_name if row[0].resolved_by else ""),
        *([] if resolved else [lists.own("action", _("Tindakan"), hidden=True)]),
    ]


def _process(one: Incident) -> str:
    return one.instance.key if one.instance else one.definition.key if one.definition else ""


@blueprint.post("/kendala/<int:incident_id>/coba")
def retry(incident_id: int) -> Response:
    """Try again: a timer fires now, a task may be completed again."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        return {"words": _came(incidents.retry(session, incident_id, actor=actor))}

    command = entries.sent_command("retry", incident_id)
    done = run_command(
        context.database(),
        command,
        do,
        actor=actor,
        allowed=lambda session: incidents.get_for_retry(session, incident_id, actor=actor),
    )
    flash(done["words"], "ok")
    return redirect(url_for("incidents.listed"), 303)


def _came(incident: Incident) -> str:
    """What came of trying again."""
    case = incident.instance
    if case is None:
        name = incident.definition.name if incident.definition else ""
        if incident.job_id is not None:
            return _(
                "Perkara baru proses {name} dicoba lagi. Bila masih gagal, kendalanya muncul kembali di sini.",
                name=name,
            )
        return _("Kendala proses {name} ditutup. Petugas dapat memulai perkaranya lagi.", name=name)
    if incident.job_id is not None:
        return _(
            "Perkara {number} dicoba lagi. Bila masih gagal, kendalanya muncul kembali di sini.",
            number=case.business_key,
        )
    return _(
        "Kendala perkara {number} ditutup. Petugas dapat menyelesaikan tugasnya lagi.",
        number=case.business_key,
    )


def _with_places(session: Session, found: Sequence[Incident]) -> list[tuple[Incident, str]]:
    """Incidents, each with what the element is called at which it happened."""
    rows = []
    for incident in found:
        case = incident.instance
        on = case.definition_id if case else incident.definition_id or 0
        version = definitions.readable(session, on)
        node = version.diagram.nodes.get(incident.activity_id or "") if version is not None else None
        rows.append((incident, (node.name if node else "") or incident.activity_id or ""))
    return rows
