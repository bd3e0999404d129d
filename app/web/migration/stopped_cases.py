"""Kendala: a stopped case goes on in a mended version, or its token is put at another step by hand."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, ExecutionFailed, InvalidForm, NotFound
from app.base.i18n import _
from app.commands.migration import migration as commands
from app.models import Incident
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import incidents
from app.services.migration import moves
from app.web import context, entries, errors

blueprint = Blueprint("stopped_cases", __name__)


@blueprint.get("/kendala/<int:incident_id>/pindah")
def choose(incident_id: int) -> str:
    """Where a stopped case may go on: in the newest version, or at another step of its own."""
    return _page(incident_id)


@blueprint.post("/kendala/<int:incident_id>/pindah")
def put(incident_id: int) -> Response:
    """Put the case's token at another step, with a reason."""
    actor = context.actor()
    moves.require_may_move(actor)
    with context.database().reading() as session:
        case = _incident(session, incident_id, actor).instance_id or 0
    sent = {name: request.form.get(name, "") for name in ("token", "to", "reason")}
    try:
        done = commands.put_elsewhere(
            context.database(),
            entries.sent_command("move_token", case, sent),
            case,
            sent["token"],
            sent["to"],
            sent["reason"],
            actor=actor,
        )
    except (InvalidForm, Conflict) as error:
        page = _page(incident_id, problem=errors.tell_error(error), sent=sent)
        return make_response(page, errors.problem_of(error).status)
    flash(_("Perkara {number} dipindahkan ke langkah yang dipilih.", number=done["number"]), "ok")
    return redirect(url_for("casefile.show", instance_id=case), 303)


def _incident(session: Session, incident_id: int, actor: Actor) -> Incident:
    found = incidents.get_for_retry(session, incident_id, actor=actor)
    if found.instance is None or found.instance.ended_at is not None:
        raise NotFound(_("Kendala ini tidak lagi tentang perkara yang berjalan."))
    return found


def _page(incident_id: int, *, problem: str = "", sent: dict[str, str] | None = None) -> str:
    actor = context.actor()
    moves.require_may_move(actor)
    with context.database().reading() as session:
        incident = _incident(session, incident_id, actor)
        case = incident.instance
        version = definitions.version(session, case.definition_id)  # type: ignore[union-attr]
        newest = definitions.latest(session, version.key)
        try:
            tokens = moves.tokens(session, case, version)  # type: ignore[arg-type]
        except ExecutionFailed:  # nothing can be put elsewhere in a state that cannot be read
            tokens = []
        return render_template(
            "migration/stopped.html",
            incident=incident,
            case=case,
            version=version,
            newest=newest,
            tokens=tokens,
            token_options=[(token.id, token.name) for token in tokens],
            targets=moves.enterable(version),
            problem=problem,
            sent=sent or {},
        )
