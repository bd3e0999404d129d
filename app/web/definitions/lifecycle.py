"""Taking back, from the page of a version: in force again, withdrawn, the process retired or resumed."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import AppError, Conflict, InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.commands.deployment import deployments as commands
from app.commands.transaction import Answer, Command
from app.services.core.access import Actor
from app.services.deployment.deployments import Deployment
from app.web import context, entries, errors, seen
from app.web.definitions import definitions as pages

blueprint = Blueprint("lifecycle", __name__)


@blueprint.post("/proses/<int:definition_id>/berlakukan")
def reinstate(definition_id: int) -> AnyResponse:
    """Put an earlier version in force again."""

    def answer(_session: Session, done: Deployment) -> Answer:
        versions = [pages.known(one) for one in done.definitions]
        proposal = done.proposal.id if done.proposal else None
        return {"definitions": versions, "idle": [], "other": [], "proposal": proposal}

    def do(command: Command, reason: str, actor: Actor) -> Answer:
        given, saw = (definition_id, reason), seen.sent_versions()
        return commands.reinstate_version(
            context.database(), command, *given, answer=answer, seen=saw, actor=actor
        )

    def done(found: Answer) -> AnyResponse:
        if found["proposal"]:
            waits = _("Belum berlaku: usulan {n} menunggu persetujuan orang kedua.", n=found["proposal"])
            flash(waits, "warn")
            return redirect(url_for("proposals.show", proposal_id=found["proposal"]), 303)
        pages.say_done(found)
        return redirect(url_for("definitions.show", definition_id=found["definitions"][0]["id"]), 303)

    return _act("reinstate_version", definition_id, do, done)


@blueprint.post("/proses/<int:definition_id>/tarik")
def withdraw(definition_id: int) -> AnyResponse:
    """Withdraw a version that came by mistake."""

    def do(command: Command, reason: str, actor: Actor) -> Answer:
        return commands.withdraw_version(context.database(), command, definition_id, reason, actor=actor)

    def done(found: Answer) -> AnyResponse:
        if found["id"] is None:
            flash(_("Versi ditarik. Tidak ada versi lain, jadi perkara baru tidak dapat dimulai."), "warn")
            return redirect(url_for("definitions.listed"), 303)
        flash(_("Versi ditarik; yang berlaku kembali versi {n}.", n=found["version"]), "ok")
        return redirect(url_for("definitions.show", definition_id=found["id"]), 303)

    return _act("withdraw_version", definition_id, do, done)


@blueprint.post("/proses/<int:definition_id>/akhiri")
def retire(definition_id: int) -> AnyResponse:
    """Let no case of the process begin any more."""

    def do(command: Command, reason: str, actor: Actor) -> Answer:
        return commands.retire_process(context.database(), command, definition_id, reason, actor=actor)

    def done(_found: Answer) -> AnyResponse:
        flash(_("Proses diakhiri. Perkara yang berjalan diteruskan sampai selesai."), "ok")
        return redirect(url_for("definitions.show", definition_id=definition_id), 303)

    return _act("retire_process", definition_id, do, done)


@blueprint.post("/proses/<int:definition_id>/aktifkan")
def resume(definition_id: int) -> AnyResponse:
    """Let cases of a retired process begin again, on this version."""

    def do(command: Command, reason: str, actor: Actor) -> Answer:
        given, saw = (definition_id, reason), seen.sent_versions()
        return commands.resume_process(context.database(), command, *given, seen=saw, actor=actor)

    def done(found: Answer) -> AnyResponse:
        flash(_("Proses diaktifkan lagi; perkara baru memakai versi {n}.", n=found["version"]), "ok")
        return redirect(url_for("definitions.show", definition_id=definition_id), 303)

    return _act("resume_process", definition_id, do, done)


def _act(
    name: str,
    definition_id: int,
    do: Callable[[Command, str, Actor], Answer],
    done: Callable[[Answer], AnyResponse],
) -> AnyResponse:
    """Do it with the reason that was typed; what is refused is told on the page of the version, which keeps it."""
    reason = request.form.get("reason", "")
    command = entries.sent_command(name, definition_id, {"reason": reason})
    try:
        return done(do(command, reason, context.actor()))
    except (InvalidForm, InvalidDiagram, Conflict) as error:
        return make_response(_refused(name, definition_id, reason, error), errors.problem_of(error).status)


def _refused(name: str, definition_id: int, reason: str, error: AppError) -> str:
    if isinstance(error, InvalidForm) and "reason" in error.errors:
        return pages.version_page(definition_id, asked=name, reason=reason, missing=error.errors["reason"])
    found = (
        [pages.in_language(one.as_dict()) for one in error.findings]
        if isinstance(error, InvalidDiagram)
        else []
    )
    return pages.version_page(
        definition_id, asked=name, reason=reason, problem=errors.tell_error(error), refused=found
    )
