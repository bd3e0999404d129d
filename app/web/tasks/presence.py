"""A sign from an open page of a task, and who else has it open."""

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify

from app.base.i18n import _
from app.commands.transaction import run_relaxed
from app.services.tasks import presence
from app.web import context

blueprint = Blueprint("presence", __name__)


@blueprint.post("/tugas/<task_id>/hadir")
def here(task_id: str) -> Response:
    """Note that one is here, at most twice a minute; tell who else is."""
    actor = context.actor()
    with context.database().reading() as session:
        due = presence.is_due(session, task_id, actor=actor)
        names = presence.others(session, [task_id], actor=actor).get(task_id, [])
    if due:
        run_relaxed(context.database(), lambda session: presence.note(session, task_id, actor=actor))
    return jsonify(words=in_words(names))


def in_words(names: Sequence[str]) -> str:
    """Who has the task open, in a sentence; empty for nobody."""
    return _("{names} sedang membuka tugas ini.", names=", ".join(names)) if names else ""
