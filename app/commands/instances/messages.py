"""Delivering a message to a case: from an officer, a program, or the reporter's form."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, InvalidForm
from app.commands import failures
from app.commands.tasks.tasks import as_draft
from app.commands.transaction import Answer, Command, anybody, command_of, run_command
from app.models import ProcessInstance
from app.services.core.access import Actor
from app.services.instances import messages
from app.services.instances.instances import Values
from app.services.reporter import correspondence, ratings, reopening
from app.services.tasks import drafts, received_messages
from app.services.tasks.received_messages import Noted


def send_message(
    database: Database,
    command: Command,
    name: str,
    business_key: str,
    values: Values,
    *,
    actor: Actor,
    answer: Callable[[Session, ProcessInstance], Answer],
) -> Answer:
    """Deliver a message to the case with this number.

    Raises:
        What `messages.send` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        return answer(session, messages.send(session, name, business_key, values, actor=actor))

    def report(session: Session, error: AppError) -> None:
        instance = messages.hearing(session, name, business_key, actor=actor)
        if instance is not None:
            failures.report_instance(session, instance, error, actor=actor)
        elif (key := messages.started_by(session, name)) is not None:
            failures.report_start(session, key, error, actor=actor)

    def allowed(session: Session) -> None:
        messages.require_sender(session, name, business_key, actor=actor)

    return run_command(database, command, do, actor=actor, allowed=allowed, after_failure=report)


def record_message(
    database: Database,
    command: Command,
    instance_id: int,
    wait_id: str,
    values: Values,
    *,
    actor: Actor,
    answer: Callable[[Session, Noted], Answer],
    typed: Mapping[str, Any],
) -> Answer:
    """Note that a message came for which a case waits; ``typed`` (values as typed) is kept as the draft when the
    diagram fails.

    Raises:
        What `received_messages.record` raises, and `run_command`.
    """
    draft = as_draft(typed, {})

    def do(session: Session) -> Answer:
        noted = received_messages.record(session, instance_id, wait_id, values, actor=actor, typed=draft)
        return answer(session, noted)

    def report(session: Session, error: AppError) -> None:
        with suppress(InvalidForm):  # larger than a draft may be: telling the owner matters more
            drafts.save(session, actor, drafts.scope_of_wait(wait_id, instance_id), draft)
        failures.report_instance(session, session.get_one(ProcessInstance, instance_id), error, actor=actor)

    def allowed(session: Session) -> None:
        messages.require_recorder(session, instance_id, actor=actor)
        received_messages.refuse_repeat(session, wait_id)

    return run_command(database, command, do, actor=actor, allowed=allowed, after_failure=report)


def undo_message(
    database: Database,
    command: Command,
    instance_id: int,
    wait_id: str,
    *,
    actor: Actor,
    answer: Callable[[Session, Noted], Answer],
) -> Answer:
    """Take back that a message was noted; ``answer`` says what came of it, within the transaction.

    Raises:
        What `received_messages.take_back` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        noted = received_messages.take_back(session, instance_id, wait_id, actor=actor)
        ratings.forget(session, noted.instance)
        return answer(session, noted)

    def allowed(session: Session) -> None:
        messages.require_recorder(session, instance_id, actor=actor)

    return run_command(database, command, do, actor=actor, allowed=allowed)


def send_reporters_form(
    database: Database, command: Command, instance_id: int, wait_id: str, values: Values
) -> bool:
    """Deliver the form of the reporter, whose code was checked; return whether the case ended with it.

    Raises:
        What `messages.from_reporter` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        instance = session.get_one(ProcessInstance, instance_id)
        messages.from_reporter(session, instance, wait_id, values)
        return {"ended": instance.ended_at is not None}

    def report(session: Session, error: AppError) -> None:
        failures.report_instance(session, session.get_one(ProcessInstance, instance_id), error, actor=None)

    def allowed(_session: Session) -> None:
        """Whoever holds number and code may send it again; the caller checked both."""

    answer = run_command(database, command, do, actor=None, allowed=allowed, after_failure=report)
    return bool(answer.get("ended"))  # kept answers of before have none


# Whoever holds number and code may send it again; the caller checked both.
send_reporters_message = command_of(correspondence.write_to_office, allowed=anybody)
reopen_report = command_of(reopening.reopen, allowed=anybody)
rate_report = command_of(ratings.rate, allowed=anybody)
