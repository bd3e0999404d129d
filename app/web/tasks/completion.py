"""Completing a task from its page: what was answered, what came of it, and how a refusal is told."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from flask import flash, request
from sqlalchemy.orm import Session

from app.commands.tasks import Answers, complete_task
from app.commands.transaction import Failed
from app.errors import (
    AppError,
    Conflict,
    InvalidForm,
    KeyReused,
    NotAllowed,
    NotFound,
    TaskClosed,
    TaskCompleted,
    TaskHandedOn,
)
from app.i18n import _
from app.models import ProcessInstance, UserTask
from app.services.core.access import Actor
from app.services.definitions import definitions, staffing
from app.services.instances import instances, messages
from app.services.tasks import conflicts, permissions, tasks
from app.services.tasks.tasks import Work
from app.web import context, entries, errors
from app.web.casefile import page_parts
from app.web.entries import Entry
from app.web.tasks.task_page import ANSWER, Refusal


def answers(question: Any) -> dict[str, str | list[str]]:
    """What the request answers to the question that comes with the task, in the shape of `tasks.complete`."""
    if question is None:
        return {}
    chosen = request.form.getlist(ANSWER.format(question.gateway_id))
    return {question.gateway_id: chosen} if chosen else {}


def complete(work: Work, entry: Entry, given: Answers, *, actor: Actor) -> dict[str, Any]:
    """Complete the task; say what came of it: names of the diagram and numbers, nothing that was typed.

    Raises:
        What `complete_task` of the commands raises; Conflict where the page was sent before with other words.
    """
    task_id = work.task.id
    try:
        done = complete_task(
            context.database(),
            task_id,
            entry.values,
            given,
            actor=actor,
            command=entries.sent_command("complete_task", task_id, entry.sent),
            answer=lambda _session, work: {"task": work.task.name, "instance": work.task.instance_id},
            typed=entry.kept,
            keep_on_conflict=True,
        )
    except KeyReused:  # an officer knows of no keys: what he has to know is that the task is done
        with context.database().reading() as session:
            tasks.check_open(session, tasks.get(session, task_id, actor=actor).task, actor)
        raise
    with context.database().reading() as session:  # the next officer need not wait for this
        return {"task": done["task"], **_came(session, done["instance"], actor)}


def _came(session: Session, instance_id: int, actor: Actor) -> dict[str, Any]:
    """Where the case stands after the completion, or by now if it was sent again."""
    instance = session.get_one(ProcessInstance, instance_id)
    ended = instance.ended_at is not None
    open_ = () if ended else instances.open_tasks(session, instance.id)
    his = (t for t in open_ if tasks.may_work(actor, t) and t.assignee_id in (None, actor.id))
    following = next(his, None)
    return {
        "number": instance.business_key,
        "next": following.id if following else None,
        "next_name": following.name if following else "",
        "ended": ended,
        "end": instance.end_name or "",
        "places": [] if ended or following else _places(session, instance, open_),
        "warning": staffing.warning(session, open_),
    }


def _places(session: Session, instance: ProcessInstance, open_: Sequence[UserTask]) -> list[str]:
    """Where the case stands now: open tasks with their lanes, and what it waits for."""
    version = definitions.version(session, instance.definition_id)
    waits = messages.waiting(session, instance.id)
    return [f"{task.name} ({task.lane})" for task in open_] + [
        page_parts.awaited(version, wait) for wait in waits
    ]


def say(came: Mapping[str, Any]) -> None:
    """Tell the officer what came of his completion, on the page he sees next."""
    known = {"task": came["task"], "number": came["number"]}
    if came["next"]:
        text = _("{task} selesai. Ini tugas berikutnya dari perkara {number}.", **known)
    elif came["ended"]:
        text = _("{task} selesai. Perkara {number} berakhir: {end}.", **known, end=came["end"])
    else:
        place = "; ".join(came["places"])
        text = _("{task} selesai. Perkara {number} sekarang menunggu: {place}.", **known, place=place)
    flash(text, "ok")
    if came["warning"]:
        flash(came["warning"], "warn")


def refusal(error: AppError, entry: Entry, given: Answers, work: Work) -> Refusal:
    """What the task's page says and shows again when a completion was refused."""
    problems = dict(error.errors) if isinstance(error, InvalidForm) else {}
    question = work.question
    asked = problems.pop(question.gateway_id, "") if question and not _answered(question, given) else ""
    words = "" if problems or asked else _why(error)
    return Refusal(
        words=words, values=entry.values, answers=given, problems=problems, question_problem=asked,
        lost=_heading(error, work) if isinstance(error, Conflict) else "", left=entry.left,
    )  # fmt: skip


def why_not(task_id: str, error: AppError) -> tuple[str, str]:
    """Why a command was refused, and the heading: who may not, because a colleague has it by now, reads who."""
    actor = context.actor()
    if isinstance(error, NotAllowed):
        with context.database().reading() as session:
            task = tasks.get(session, task_id, actor=actor).task
            if permissions.holding(actor, task) == "held":
                return str(conflicts.taken(session, task, actor=actor)), _("Tugas ini tidak lagi pada Anda")
    return errors.tell_error(error), ""


def whose(task_id: str) -> Literal["his", "free", "other"]:
    """Whose the task is now: his, free, or other; a command sent again answers as it did the first time."""
    actor = context.actor()
    with suppress(NotFound), context.database().reading() as session:
        task = tasks.get(session, task_id, actor=actor).task
        if permissions.holding(actor, task) == "work":
            return "his" if task.assignee_id == actor.id else "free"
    return "other"


def _heading(error: Conflict, work: Work) -> str:
    """What happened to the task meanwhile, in a word."""
    if isinstance(error, TaskHandedOn):
        return _("Tugas ini sudah dialihkan")
    if isinstance(error, TaskClosed):
        return _("Tugas ini sudah ditutup")
    if isinstance(error, TaskCompleted) and work.task.closed_by_id == context.actor().id:
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
