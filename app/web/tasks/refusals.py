"""What an officer reads when something that he did to a task was refused."""

from typing import Any

from app.base.errors import (
    AppError,
    Conflict,
    EndsCase,
    InvalidForm,
    NotAllowed,
    TaskClosed,
    TaskCompleted,
    TaskHandedOn,
    TaskTaken,
)
from app.base.i18n import _
from app.commands.tasks.tasks import Answers
from app.commands.transaction import Failed
from app.models import UserTask
from app.services.tasks import conflicts, permissions, tasks
from app.services.tasks.tasks import Work
from app.web import context, errors
from app.web.entries import Entry
from app.web.tasks.task_page import Refusal


def of_completion(error: AppError, entry: Entry, given: Answers, work: Work) -> Refusal:
    """What the task's page says and shows again when a completion was refused."""
    problems = dict(error.errors) if isinstance(error, InvalidForm) else {}
    question = work.question
    asked = problems.pop(question.gateway_id, "") if question and not _answered(question, given) else ""
    words = "" if problems or asked else _why(error)
    return Refusal(
        words=words, values=entry.values, answers=given, problems=problems, question_problem=asked,
        lost=_heading(error, work.task) if isinstance(error, Conflict) and not isinstance(error, EndsCase) else "",
        left=entry.left, ends=error.end if isinstance(error, EndsCase) else None,
    )  # fmt: skip


def why_not(task_id: str, error: AppError) -> tuple[str, str]:
    """Why a command was refused, and the heading: who may not, because a colleague has it by now, reads who."""
    actor = context.actor()
    if isinstance(error, NotAllowed):
        with context.database().reading() as session:
            task = tasks.get(session, task_id, actor=actor).task
            if permissions.holding(actor, task) == "held":
                return str(conflicts.taken(session, task, actor=actor)), _("Tugas ini tidak lagi pada Anda")
    if not isinstance(error, TaskTaken | TaskHandedOn | TaskClosed | TaskCompleted):
        return errors.tell_error(error), ""
    with context.database().reading() as session:
        return str(error), _heading(error, tasks.get(session, task_id, actor=actor).task)


def _heading(error: Conflict, task: UserTask) -> str:
    """What happened to the task meanwhile, in a word."""
    if isinstance(error, TaskHandedOn):
        return _("Tugas ini sudah dialihkan")
    if isinstance(error, TaskClosed):
        return _("Tugas ini sudah ditutup")
    if isinstance(error, TaskCompleted) and task.closed_by_id == context.actor().id:
        return _("Tugas ini sudah selesai")
    return _("Orang lain lebih dulu")


def _answered(question: Any, given: Answers) -> bool:
    """Whether the question has an answer. A field may have the gateway's name, so the message does not tell."""
    chosen, known = given.get(question.gateway_id) or [], {flow_id for flow_id, _text in question.answers}
    return bool(chosen) and known.issuperset(chosen) and (question.multiple or len(chosen) == 1)


def _why(error: AppError) -> str:
    if isinstance(error, Failed):
        return _(
            "{why} Tugas belum selesai. Isian Anda disimpan sebagai draf, dan pemilik proses sudah diberi tahu.",
            why=error,
        )
    return errors.tell_error(error)
