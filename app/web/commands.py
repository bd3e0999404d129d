"""How an entry point runs a command: one transaction, one commit, its key remembered. For pages and API alike.

When the diagram cannot go on, the command leaves nothing behind; a second transaction keeps what was typed and opens
an incident for the process owner. The error goes on to whoever asked, as a plain sentence.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app import stored_messages
from app.db import Database
from app.errors import AppError, Conflict, ExecutionFailed, ExpressionFailed, InvalidForm, KeyReused
from app.models import ProcessInstance
from app.services.core import encryption, idempotency
from app.services.core.access import Actor
from app.services.instances import incidents, instances, messages
from app.services.instances.instances import Started, Values
from app.services.tasks import draft_compatibility, drafts, tasks
from app.services.tasks.tasks import Work

logger = logging.getLogger(__name__)

Answers = Mapping[str, str | list[str]]
#: What a command answers: JSON, without identity; it is kept for 7 days when the command has a key.
Answer = dict[str, Any]
#: The diagram, a table, or an expression of a form could not go on.
Failed = (ExecutionFailed, ExpressionFailed)


@dataclass(frozen=True)
class Command:
    """A command as it came in: its name and target, its idempotency key, and what was sent along."""

    name: str
    target: str
    key: str | None = None
    body: Any = None


def run(
    database: Database, command: Command, do: Callable[[Session], Answer], *, actor: Actor | None
) -> Answer:
    """Do it in one transaction and return its answer; a repeat with the same key returns the first one's.

    Raises:
        InvalidForm: the key came before with another body. And whatever ``do`` raises.
    """
    with database.transaction() as session:
        body = _fingerprint(session, command.body) if command.key else ""
        return idempotency.once(
            session, actor, command.name, command.target, command.key, body, lambda: do(session)
        )


def as_draft(values: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """What somebody typed, in the shape in which drafts of tasks and start forms are kept."""
    return {"values": dict(values), "answers": dict(answers)}


def complete_task(
    database: Database,
    task_id: str,
    values: Values,
    answers: Answers,
    *,
    actor: Actor,
    command: Command,
    answer: Callable[[Session, Work], Answer],
    typed: Mapping[str, Any],
    keep_on_conflict: bool = False,
) -> Answer:
    """Complete a task; ``answer`` says what came of it, within the transaction.

    ``typed`` (values as typed) is kept as the draft when the diagram fails; with ``keep_on_conflict`` also when
    somebody else was faster, or the actor himself with the same key and other words.

    Raises:
        What `tasks.complete` raises, and `run`.
    """

    def do(session: Session) -> Answer:
        return answer(session, tasks.complete(session, task_id, values, answers, actor=actor))

    draft = as_draft(typed, answers)
    try:
        return run(database, command, do, actor=actor)
    except Failed as error:
        with database.transaction() as session:
            _keep(session, actor, f"task:{task_id}", draft)
            incidents.report(session, task_id, for_the_owner(error), _place(error), actor=actor)
        raise
    except (Conflict, KeyReused):
        if keep_on_conflict:
            with database.transaction() as session:
                _keep(session, actor, f"task:{task_id}", draft)
        raise


def start_case(
    database: Database,
    key: str,
    values: Values,
    *,
    actor: Actor,
    command: Command,
    answer: Callable[[Session, Started], Answer],
    typed: Mapping[str, Any],
    business_key: str | None = None,
) -> Answer:
    """Start a case. When the diagram fails there is no case, and the incident is one of the process.

    Raises:
        What `instances.start` raises, and `run`.
    """

    def do(session: Session) -> Answer:
        started = instances.start(session, key, values, actor=actor, business_key=business_key)
        return answer(session, started)

    try:
        return run(database, command, do, actor=actor)
    except Failed as error:
        logger.error("start of %s: %s (%s)", key, error, _place(error))  # its detail quotes values
        with database.transaction() as session:
            _keep_start(session, actor, key, typed)
            _report_start(session, key, error, actor)
        raise


def send_message(
    database: Database,
    name: str,
    business_key: str,
    values: Values,
    *,
    actor: Actor,
    command: Command,
    answer: Callable[[Session, ProcessInstance], Answer],
) -> Answer:
    """Deliver a message to the case with this number.

    Raises:
        What `messages.send` raises, and `run`.
    """

    def do(session: Session) -> Answer:
        return answer(session, messages.send(session, name, business_key, values, actor=actor))

    try:
        return run(database, command, do, actor=actor)
    except Failed as error:
        with database.transaction() as session:
            instance = messages.hearing(session, name, business_key, actor=actor)
            if instance is not None:
                _report(session, instance, error, actor)
            elif (key := messages.started_by(session, name)) is not None:
                _report_start(session, key, error, actor)
        raise


def send_reporters_form(
    database: Database, instance_id: int, wait_id: str, values: Values, *, command: Command
) -> bool:
    """Deliver the form of the reporter, whose code was checked; return whether the case ended with it.

    Raises:
        What `messages.from_reporter` raises, and `run`.
    """

    def do(session: Session) -> Answer:
        instance = session.get_one(ProcessInstance, instance_id)
        messages.from_reporter(session, instance, wait_id, values)
        return {"ended": instance.ended_at is not None}

    try:
        return bool(run(database, command, do, actor=None).get("ended"))  # kept answers of before have none
    except Failed as error:
        with database.transaction() as session:
            _report(session, session.get_one(ProcessInstance, instance_id), error, None)
        raise


def for_the_owner(error: AppError) -> str:
    """What the process owner has to know, ready to be stored; the officer reads only the first sentence."""
    return stored_messages.kept(error.said, getattr(error, "detail", ""))


def _place(error: AppError) -> str | None:
    return error.activity_id if isinstance(error, ExecutionFailed) else None


def _report(session: Session, instance: ProcessInstance, error: AppError, actor: Actor | None) -> None:
    message = for_the_owner(error)
    incidents.open_one(session, instance, message, actor=actor, activity_id=_place(error))


def _report_start(session: Session, key: str, error: AppError, actor: Actor) -> None:
    incidents.open_start(session, key, for_the_owner(error), actor=actor, activity_id=_place(error))


def _keep(session: Session, actor: Actor, scope: str, draft: Mapping[str, Any]) -> None:
    with suppress(InvalidForm):  # larger than a draft may be: telling the owner matters more
        drafts.save(session, actor, scope, draft)


def _keep_start(session: Session, actor: Actor, key: str, typed: Mapping[str, Any]) -> None:
    version, _node = instances.opening(session, key, actor=actor)
    with suppress(InvalidForm):
        draft_compatibility.keep(
            session, actor, key, draft_compatibility.Typed(typed), draft_compatibility.start_form(version)
        )


def _fingerprint(session: Session, body: Any) -> str:
    """Keyed: a plain hash of a body that holds a telephone number would give it away."""
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return encryption.fingerprint(session, "idempotency", content.decode())
