"""Completing a task, and what an officer reads of it: where the case went."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, url_for
from sqlalchemy.orm import Session

from app.base.errors import KeyReused
from app.base.i18n import _
from app.commands.tasks.tasks import Answers, complete_task
from app.models import ProcessInstance, UserTask
from app.services.core import access
from app.services.core.access import Actor
from app.services.definitions import definitions, staffing
from app.services.instances import instances, messages
from app.services.tasks import tasks
from app.services.tasks.tasks import Work
from app.web import context, entries
from app.web.casefile import page_parts
from app.web.entries import Entry


def complete_and_tell(work: Work, entry: Entry, given: Answers, *, actor: Actor) -> dict[str, Any]:
    """Complete the task; say what came of it: names of the diagram and numbers, nothing that was typed.

    Raises:
        What `complete_task` of the commands raises; Conflict where the page was sent before with other words.
    """
    task_id = work.task.id
    try:
        done = complete_task(
            context.database(),
            entries.sent_command("complete_task", task_id, entry.sent),
            task_id,
            entry.values,
            given,
            actor=actor,
            answer=lambda _session, work: {
                "task": work.task.name,
                "instance": work.task.instance_id,
                "undo": task_id if work.undo_until else "",
            },
            typed=entry.kept,
            keep_on_conflict=True,
            undoable=True,
            ends_meant=entries.ends_meant(),
        )
    except KeyReused:  # an officer knows of no keys: what he has to know is that the task is done
        with context.database().reading() as session:
            tasks.check_open(session, tasks.get(session, task_id, actor=actor).task, actor)
        raise
    with context.database().reading() as session:  # the next officer need not wait for this
        return {"task": done["task"], "undo": done.get("undo"), **_came(session, done["instance"], actor)}


def _came(session: Session, instance_id: int, actor: Actor) -> dict[str, Any]:
    """Where the case stands after the completion, or by now if it was sent again."""
    instance = session.get_one(ProcessInstance, instance_id)
    ended = instance.ended_at is not None
    open_ = () if ended else instances.open_tasks(session, instance.id)
    his = (t for t in open_ if access.may_work(actor, t) and t.assignee_id in (None, actor.id))
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


def say_what_came(came: Mapping[str, Any], here: str) -> None:
    """Tell the officer what came of his completion, on the page he sees next.

    ``here``: where he goes on once he took it back.
    """
    known = {"task": came["task"], "number": came["number"]}
    if came["next"]:
        text = _("{task} selesai. Ini tugas berikutnya dari perkara {number}.", **known)
    elif came["ended"]:
        text = _("{task} selesai. Perkara {number} berakhir: {end}.", **known, end=came["end"])
    else:
        place = "; ".join(came["places"])
        text = _("{task} selesai. Perkara {number} sekarang menunggu: {place}.", **known, place=place)
    undo = (
        {"undo": {"url": url_for("tasks.undo", task_id=came["undo"]), "next": here}} if came["undo"] else {}
    )
    # The macro `flashes` has these parts.
    message: Any = {"text": text, **undo}
    flash(message, "ok")
    if came["warning"]:
        flash(came["warning"], "warn")
