"""Questions that are kept under a name: saved from their answer, removed from the list of them."""

from flask import Blueprint, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands import questions as commands
from app.services.search import question
from app.web import context, entries, errors
from app.web.questions import questions

blueprint = Blueprint("saved_questions", __name__)


@blueprint.post("/tanya/simpan")
def save() -> Response:
    """Keep the question of the form under a name."""
    sent = {name: request.form.get(name, "") for name in ("name", "shared", "query")}
    asked = question.question_of(sent["query"])
    command = entries.sent_command("save_question", 0, sent)
    try:
        commands.save(
            context.database(),
            command,
            sent["name"],
            asked,
            shared=bool(sent["shared"]),
            actor=context.actor(),
        )
    except InvalidForm as error:
        with context.database().reading() as session:
            page = questions.page(session, asked, sent=sent, wrong=error.errors)
        return make_response(page, errors.problem_of(error).status)
    flash(_("Pertanyaan “{name}” disimpan.", name=sent["name"].strip()), "ok")
    return redirect(questions.address(asked), 303)


@blueprint.post("/tanya/tersimpan/<int:question_id>/hapus")
def remove(question_id: int) -> Response:
    """Remove one of one's own questions."""
    command = entries.sent_command("remove_question", question_id)
    done = commands.remove(context.database(), command, question_id, actor=context.actor())
    flash(_("Pertanyaan “{name}” dihapus.", name=done["name"]), "ok")
    return redirect(url_for("questions.ask"), 303)
