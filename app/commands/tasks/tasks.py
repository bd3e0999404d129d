"""Completing a task: done whole, or what was typed is kept as a draft and the process owner is told."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, Conflict, InvalidForm, KeyReused
from app.commands import failures
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.models import UserTask
from app.services.core.access import Actor
from app.services.instances import incidents
from app.services.instances.instances import Values
from app.services.reporter import ratings
from app.services.tasks import drafts, tasks, undoing
from app.services.tasks.tasks import Work

#: Answers to the question of a gateway: gateway id → flow id, or several.
Answers = Mapping[str, str | list[str]]


def as_draft(values: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """What somebody typed, in the shape in which drafts of tasks and start forms are kept."""
    return {"values": dict(values), "answers": dict(answers)}


def complete_task(
    database: Database,
    command: Command,
    task_id: str,
    values: Values,
    answers: Answers,
    *,
    actor: Actor,
    answer: Callable[[Session, Work], Answer],
    typed: Mapping[str, Any],
    keep_on_conflict: bool = False,
    undoable: bool = False,
    ends_meant: Collection[str] | None = None,
    before: Callable[[Session], object] | None = None,
) -> Answer:
    """Complete a task; ``answer`` says what came of it, within the transaction.

    ``typed`` (values as typed) is kept as the draft when the diagram fails; with ``keep_on_conflict`` also when
    somebody else was faster, or the actor himself with the same key and other words. ``undoable``: for some seconds
    he may take it back by `undo_completion`; what it tells people waits so long. ``ends_meant``: see
    `tasks.complete`. ``before`` comes first in the transaction, and may refuse.

    Raises:
        What `tasks.complete` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        if before is not None:
            before(session)
        kept = as_draft(typed, answers) if undoable else None
        work = tasks.complete(
            session, task_id, values, answers, actor=actor, typed=kept, ends_meant=ends_meant
        )
        return answer(session, work)

    def keep(session: Session) -> None:
        with suppress(InvalidForm):  # larger than a draft may be: telling the owner matters more
            drafts.save(session, actor, drafts.scope_of_task(task_id), as_draft(typed, answers))

    def report(session: Session, error: AppError) -> None:
        keep(session)
        told, place = failures.for_the_owner(error), failures.place_of(error)
        incidents.report(session, task_id, told, place, actor=actor)

    def allowed(session: Session) -> None:
        tasks.require_officer(session, task_id, actor=actor)
        undoing.refuse_repeat(session, task_id)

    try:
        return run_command(
            database,
            command,
            do,
            actor=actor,
            allowed=allowed,
            after_failure=report,
            planned=before is None,
        )
    except (Conflict, KeyReused):
        if keep_on_conflict:
            run_without_key(database, keep)
        raise


def undo_completion(
    database: Database,
    command: Command,
    task_id: str,
    *,
    actor: Actor,
    answer: Callable[[Session, UserTask], Answer],
) -> Answer:
    """Take back a completion; ``answer`` says what came of it, within the transaction.

    Raises:
        What `undoing.take_back` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        task = undoing.take_back(session, task_id, actor=actor)
        ratings.forget(session, task.instance)
        return answer(session, task)

    def allowed(session: Session) -> None:
        tasks.require_officer(session, task_id, actor=actor)

    return run_command(database, command, do, actor=actor, allowed=allowed)
