"""What is masked in a case: words are masked by hand, with a look at them first, and masks are lifted."""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import _, ngettext
from app.commands.transaction import Answer, run_command
from app.services.casefile import masking
from app.services.casefile.masking import Found
from app.services.instances import instances
from app.web import context, entries, errors
from app.web.security_log import noting

blueprint = Blueprint("masking", __name__)


@blueprint.get("/perkara/<int:instance_id>/samaran")
def show(instance_id: int) -> str:
    """What is masked, the free text of the case, and what masks words of it."""
    return _draw(instance_id)


@blueprint.post("/perkara/<int:instance_id>/samaran")
def mark(instance_id: int) -> Response:
    """Look at words in the case, or mask them."""
    actor, sent = context.actor(), {name: request.form.get(name, "") for name in ("words", "reason")}
    words = sent["words"].splitlines()
    if request.form.get("act") != "mask":
        return _previewed(instance_id, words, sent)

    def do(session: Session) -> Answer:
        return {"count": len(masking.mark(session, instance_id, words, sent["reason"], actor=actor))}

    answer = _performed(instance_id, "mask_words", sent, do)
    if isinstance(answer, Response):
        return answer
    count = answer["count"]
    return _done(instance_id, ngettext("{count} kata disamarkan.", "{count} kata disamarkan.", count))


@blueprint.post("/perkara/<int:instance_id>/samaran/angkat")
def lift(instance_id: int) -> Response:
    """Let what a sign hides be read by all who see the case."""
    actor, sent = context.actor(), {name: request.form.get(name, "") for name in ("sign", "reason")}

    def do(session: Session) -> Answer:
        masking.lift(session, instance_id, sent["sign"], sent["reason"], actor=actor)
        return {}

    answer = _performed(instance_id, "lift_mask", sent, do)
    return answer if isinstance(answer, Response) else _done(instance_id, _("Samaran diangkat."))


def _previewed(instance_id: int, words: Sequence[str], sent: Mapping[str, str]) -> Response:
    try:
        with context.database().reading() as session:
            found = masking.preview(session, instance_id, words, actor=context.actor())
    except InvalidForm as error:
        return _refused(instance_id, sent, error)
    return make_response(_draw(instance_id, sent, found))


def _performed(
    instance_id: int, name: str, sent: dict[str, str], do: Callable[[Session], Answer]
) -> Answer | Response:
    actor = context.actor()
    command = entries.sent_command(name, instance_id, sent)
    try:
        return run_command(
            context.database(),
            command,
            do,
            actor=actor,
            allowed=lambda session: instances.get(session, instance_id, actor=actor),
        )
    except (InvalidForm, Conflict) as error:
        return _refused(instance_id, sent, error)


def _refused(instance_id: int, sent: Mapping[str, str], error: InvalidForm | Conflict) -> Response:
    problems = error.errors if isinstance(error, InvalidForm) else {}
    page = _draw(instance_id, sent, problems=problems, words=errors.tell_error(error))
    return make_response(page, errors.problem_of(error).status)


def _done(instance_id: int, words: str) -> Response:
    flash(words, "ok")
    return redirect(url_for("masking.show", instance_id=instance_id), 303)


def _draw(
    instance_id: int,
    sent: Mapping[str, str] | None = None,
    found: Sequence[Found] = (),
    *,
    problems: Mapping[str, str] | None = None,
    words: str = "",
) -> str:
    with context.database().reading() as session:
        case = instances.get(session, instance_id, actor=context.actor())
        masks = masking.of_case(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
    return render_template(
        "casefile/masking.html",
        case=case,
        masks=masks,
        texts=[(label, masking.pieces(text, [one.words for one in found])) for label, text in masks.texts],
        sent=sent or {},
        found=found,
        problems=problems or {},
        words=words,
    )
