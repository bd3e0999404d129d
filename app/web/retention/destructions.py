"""Pemusnahan: the dry run of each process, destructions with their progress, and the record of what was destroyed."""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import N_, _, pgettext
from app.commands import retention as commands
from app.models import DestroyedCase, Destruction, ProcessInstance
from app.services.core import paging, rights
from app.services.core.paging import Page
from app.services.definitions import definitions
from app.services.retention import destructions, periods
from app.services.retention.periods import Overdue
from app.web import context, entries, errors, lists
from app.web.lists import Column

blueprint = Blueprint("retention", __name__)

STATES = {
    "running": N_("Sedang berjalan"),
    "stopped": N_("Dihentikan"),
    "merging": N_("Membersihkan indeks"),
    "done": N_("Selesai"),
}
_ACTS = {
    "hentikan": ("stop_destruction", commands.stop),
    "teruskan": ("resume_destruction", commands.resume),
    "akhiri": ("end_destruction", commands.end),
}


@blueprint.get("/pemusnahan")
def listed() -> str:
    """What each process keeps for too long, and the destructions that there were."""
    actor, after = context.actor(), lists.argument(lists.AFTER)
    with context.database().reading() as session:
        page = destructions.listed(session, actor=actor, after=after)
        kept = periods.overdue(session, actor=actor) if actor.administers else ()
        return render_template(
            "retention/list.html",
            kept=kept,
            rows=[(one, _(STATES[one.state])) for one in page.items],
            first=lists.address() if after else "",
            following=lists.next_page(page.next),
            files=lists.files(url_for("retention.download")),
        )


@blueprint.get("/pemusnahan/unduh")
def download() -> Response:
    """The destructions as a file."""
    actor = context.actor()
    destructions.require_reader(actor)

    def page(session: Session, after: str) -> Page[Destruction]:
        return destructions.listed(session, actor=actor, after=after, limit=paging.MAX_LIMIT)

    columns: list[Column[Destruction]] = [
        *_about(),
        Column(_("Perkara"), lambda one: one.total),
        Column(_("Dimusnahkan"), lambda one: one.destroyed),
        Column(_("Gagal"), lambda one: one.failed),
        Column(_("Sidik catatan"), lambda one: one.checksum),
    ]
    return lists.download_pages("pemusnahan", "destructions", columns, page, lists.as_they_are)


def _about() -> list[Column[Destruction]]:
    return [
        Column(_("Pemusnahan"), lambda one: one.id),
        Column(pgettext("satu", "Proses"), lambda one: one.process),
        Column(_("Masa simpan"), lambda one: one.rule),
        Column(_("Berakhir sebelum"), lambda one: one.before),
        Column(_("Alasan"), lambda one: one.reason),
        Column(_("Dimulai oleh"), lambda one: one.begun_by.full_name),
        Column(_("Dimulai"), lambda one: one.begun_at),
        Column(_("Selesai"), lambda one: one.finished_at),
    ]


# The dry run -------------------------------------------------------------------------------------------------------


@blueprint.get("/pemusnahan/proses/<int:definition_id>")
def dry_run(definition_id: int) -> str:
    """Which cases of a process would be destroyed, and the form that does it."""
    with context.database().reading() as session:
        return _dry_run_page(session, definition_id, {})


def _dry_run_page(session: Session, definition_id: int, problems: Mapping[str, str], words: str = "") -> str:
    actor, after = context.actor(), lists.argument(lists.AFTER)
    found = _overdue(session, definition_id)
    page = periods.cases(session, found, actor=actor, after=after, limit=20)
    return render_template(
        "retention/dry_run.html",
        found=found,
        rows=_titled(session, page.items),
        columns=_case_columns(),
        first=lists.address() if after else "",
        following=lists.next_page(page.next),
        files=lists.files(url_for("retention.download_cases", definition_id=definition_id)),
        errors=problems,
        words=words,
        sent={name: request.form.get(name, "") for name in ("number", "reason")},
        here=url_for("retention.dry_run", definition_id=definition_id),
    )


def _overdue(session: Session, definition_id: int) -> Overdue:
    rights.require_administrator(context.actor())
    key = definitions.get(session, definition_id).key
    return periods.overdue_of(session, key, actor=context.actor())


@blueprint.get("/pemusnahan/proses/<int:definition_id>/unduh")
def download_cases(definition_id: int) -> Response:
    """The cases of the dry run as a file, all of its pages."""
    actor = context.actor()
    with context.database().reading() as session:
        found = _overdue(session, definition_id)

    def page(session: Session, after: str) -> Page[ProcessInstance]:
        return periods.cases(session, found, actor=actor, after=after, limit=paging.MAX_LIMIT)

    return lists.download_pages("lewat-masa-simpan", "dry_run", _case_columns(), page, _titled)


def _case_columns() -> list[Column[tuple[ProcessInstance, str]]]:
    return [
        Column(
            pgettext("satu", "Perkara"),
            cell="lead",
            show=lambda row: (f"/perkara/{row[0].id}", row[1], row[0].business_key),
        ),
        Column(_("Nomor"), lambda row: row[0].business_key),
        Column(_("Perihal"), lambda row: row[1]),
        Column(_("Akhir"), None, "text", lambda row: row[0].end_name),
        Column(pgettext("waktu", "Mulai"), lambda row: row[0].started_at, "date"),
        Column(_("Berakhir"), lambda row: row[0].ended_at, "date"),
        Column(_("Akhir"), lambda row: row[0].end_name),
    ]


def _titled(session: Session, cases: Sequence[ProcessInstance]) -> list[tuple[ProcessInstance, str]]:
    titles = lists.titles(session, cases)
    return [(one, titles[one.id]) for one in cases]


@blueprint.post("/pemusnahan/proses/<int:definition_id>")
def begin(definition_id: int) -> Response:
    """Begin to destroy them, with a reason and their number."""
    actor = context.actor()
    typed, reason = request.form.get("number", ""), request.form.get("reason", "")
    with context.database().reading() as session:
        key = _overdue(session, definition_id).key
    command = entries.sent_command("destroy_cases", key, [typed, reason])
    try:
        done = commands.begin(context.database(), command, key, typed, reason, actor=actor)
    except (InvalidForm, Conflict) as error:
        problems = error.errors if isinstance(error, InvalidForm) else {}
        with context.database().reading() as session:
            page = _dry_run_page(session, definition_id, problems, errors.tell_error(error))
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("retention.show", destruction_id=done["destruction"]), 303)


# What became of it -------------------------------------------------------------------------------------------------


@blueprint.get("/pemusnahan/<int:destruction_id>")
def show(destruction_id: int) -> str:
    """How far a destruction is, and the record of each case."""
    return _destruction_page(destruction_id)


def _destruction_page(destruction_id: int, problem: str = "") -> str:
    actor, after = context.actor(), lists.argument(lists.AFTER)
    with context.database().reading() as session:
        found = destructions.get(session, destruction_id, actor=actor)
        page = destructions.records(session, destruction_id, actor=actor, after=after)
        return render_template(
            "retention/show.html",
            found=found,
            state=_(STATES[found.state]),
            checked=destructions.checked(session, found) if found.state == "done" else None,
            rows=page.items,
            columns=_record_columns(),
            first=lists.address() if after else "",
            following=lists.next_page(page.next),
            files=lists.files(url_for("retention.download_records", destruction_id=destruction_id)),
            may_act=actor.administers,
            problem=problem,
        )


@blueprint.get("/pemusnahan/<int:destruction_id>/unduh")
def download_records(destruction_id: int) -> Response:
    """The record of destruction as a file: one row for each case, complete by itself."""
    actor = context.actor()
    with context.database().reading() as session:
        destruction = destructions.get(session, destruction_id, actor=actor)
        of = list(zip(lists.headings(_about()), lists.cells(_about(), destruction), strict=True))

    def page(session: Session, after: str) -> Page[DestroyedCase]:
        limit = paging.MAX_LIMIT
        return destructions.records(session, destruction_id, actor=actor, after=after, limit=limit)

    columns = [*_record_columns(), *(Column[DestroyedCase](label, _always(value)) for label, value in of)]
    return lists.download_pages(f"pemusnahan-{destruction_id}", "destroyed", columns, page, lists.as_they_are)


def _record_columns() -> list[Column[DestroyedCase]]:
    states = {"ended": _("Berakhir"), "cancelled": _("Dibatalkan"), "joined": _("Digabung")}
    return [
        Column(_("Nomor"), lambda one: one.business_key, "text", kind="lead"),
        Column(_("Versi"), lambda one: one.version, "number"),
        Column(
            _("Akhir"),
            None,
            "text",
            lambda one: one.end_name or ("" if one.state == "ended" else states[one.state]),
        ),
        Column(pgettext("waktu", "Mulai"), lambda one: one.started_at, "day"),
        Column(_("Berakhir"), lambda one: one.ended_at, "day"),
        Column(_("Keadaan"), lambda one: states.get(one.state, states["joined"])),
        Column(_("Akhir"), lambda one: one.end_name),
        Column(_("Berkas"), None, "number", lambda one: one.files),
        Column(_("Dimusnahkan pada"), lambda one: one.destroyed_at, "time", kind="when", card=_("Waktu")),
        Column(_("Berkas"), lambda one: one.files),
        Column(_("Kejadian dalam riwayat"), lambda one: one.events),
        Column(_("Sidik catatan"), lambda one: one.checksum),
    ]


def _always(value: object) -> Callable[[DestroyedCase], object]:
    return lambda _row: value


@blueprint.post("/pemusnahan/<int:destruction_id>/<deed>")
def act(destruction_id: int, deed: str) -> Response:
    """Stop it, let it go on, or end it with what it has done."""
    if deed not in _ACTS:
        raise NotFound(_("Tindakan ini tidak ada."))
    name, do = _ACTS[deed]
    command = entries.sent_command(name, destruction_id)
    try:
        do(context.database(), command, destruction_id, actor=context.actor())
    except Conflict as error:
        return make_response(_destruction_page(destruction_id, errors.tell_error(error)), 409)
    return redirect(url_for("retention.show", destruction_id=destruction_id), 303)
