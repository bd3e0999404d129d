"""Perkara: the list of cases, the page of one, and what may be done to it as a whole."""

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.commands.transaction import Answer, run_command, run_without_key
from app.errors import Conflict, InvalidForm, NotAllowed
from app.i18n import _
from app.services import identity
from app.services.casefile import casefile, notes
from app.services.definitions import definitions
from app.services.instances import cancellation, instances
from app.web import context, entries, errors
from app.web.casefile import casefile_page, instance_list, page_parts
from app.web.casefile.casefile_page import Refusal

blueprint = Blueprint("cases", __name__)


@blueprint.get("/perkara")
def listed() -> str:
    """The cases one may see, the newest first."""
    actor = context.actor()
    with context.database().reading() as session:
        found = instance_list.read_case_list(session, actor=actor)
    return render_template("cases/list.html", found=found, sees_all=actor.sees_all)


@blueprint.get("/perkara/<int:instance_id>")
def show(instance_id: int) -> str:
    """Everything about one case, its identity masked."""
    with context.database().reading() as session:
        return casefile_page.draw_case_page(session, instance_id, actor=context.actor())


@blueprint.post("/perkara/<int:instance_id>/identitas")
def show_identity(instance_id: int) -> AnyResponse:
    """The same page with the identity on it, this once; who looked is recorded."""
    actor = context.actor()

    def do(session: Session) -> dict[str, Any]:
        instance = instances.get(session, instance_id, actor=actor)
        version = definitions.version(session, instance.definition_id)
        return identity.show(session, actor, instance, version)

    shown = run_without_key(context.database(), do)
    with context.database().reading() as session:
        page = casefile_page.draw_case_page(session, instance_id, actor=actor, shown=shown)
    return make_response(page, {"Cache-Control": "no-store"})


@blueprint.get("/perkara/<int:instance_id>/diagram.xml")
def diagram(instance_id: int) -> Response:
    """The diagram of the case's own version, for the viewer. As text, like that of a definition."""
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=context.actor())
        xml = definitions.version(session, instance.definition_id).xml
    return Response(xml, content_type="text/plain; charset=utf-8")


@blueprint.get("/perkara/<int:instance_id>/diagram.json")
def states(instance_id: int) -> Response:
    """Where the case stands, for the viewer: element id → state and how often it was passed."""
    with context.database().reading() as session:
        file = casefile.open_casefile(session, instance_id, actor=context.actor())
        found = page_parts.states(session, file)
    return jsonify({id_: {"state": one.state, "count": one.count} for id_, one in found.items()})


@blueprint.post("/perkara/<int:instance_id>/catatan")
def note(instance_id: int) -> AnyResponse:
    """Write an internal note."""
    sent = {"text": request.form.get("text", "")}

    def do(session: Session) -> Answer:
        notes.add(session, instance_id, sent["text"], actor=context.actor())
        return {}

    return _perform(instance_id, "note", sent, do) or _done(instance_id, _("Catatan disimpan."), "catatan")


@blueprint.post("/perkara/<int:instance_id>/batalkan")
def cancel(instance_id: int) -> AnyResponse:
    """End the case where it stands, with a reason."""
    sent = {"reason": request.form.get("reason", "")}

    def do(session: Session) -> Answer:
        cancellation.cancel(session, instance_id, sent["reason"], actor=context.actor())
        return {}

    return _perform(instance_id, "cancel", sent, do) or _done(instance_id, _("Perkara dibatalkan."))


def _perform(
    instance_id: int, name: str, sent: dict[str, str], do: Callable[[Session], dict[str, Any]]
) -> AnyResponse | None:
    """Run a command on the case; the page that says why not when it was refused."""
    command = entries.sent_command(f"{name}_case", instance_id, sent)
    try:
        run_command(context.database(), command, do, actor=context.actor())
    except (InvalidForm, Conflict, NotAllowed) as error:
        problems = error.errors if isinstance(error, InvalidForm) else {}
        refusal = Refusal(name, errors.tell_error(error), sent, problems)
        with context.database().reading() as session:
            page = casefile_page.draw_case_page(session, instance_id, actor=context.actor(), refusal=refusal)
        return make_response(page, errors.problem_of(error).status)
    return None


def _done(instance_id: int, words: str, part: str | None = None) -> AnyResponse:
    flash(words, "ok")
    return redirect(url_for("cases.show", instance_id=instance_id, _anchor=part), 303)
