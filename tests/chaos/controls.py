"""The application made wrong on purpose, in one process: what the suite must find."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from app import worker
from app.base import db
from app.base.db import Database
from app.commands.instances import jobs as job_commands
from app.engine.running import execution as engine
from app.models import Job, OutboxMessage, ProcessInstance
from app.services.core import bulk, clock, idempotency
from app.services.core.writes import Plan, planned
from app.services.instances import task_rows
from app.services.notifications import outbox
from tests.races.unlocking import unlocked

_patch = pytest.MonkeyPatch()
_kept: list[Any] = []


def enter(name: str, database: Database) -> None:
    """Make this process wrong, until it ends."""
    if name:
        CONTROLS[name](database)


def _split_commit(_database: Database) -> None:
    """Two commits a command: the state of the case, and then what follows from it."""
    close, send = task_rows.close, Plan.send

    def split(session: Session, *given: Any) -> None:
        if planned(session) is None:
            _commit(session)
        close(session, *given)

    def split_plan(plan: Plan, session: Session) -> None:
        state, plan._writes = plan._writes[:2], plan._writes[2:]
        send(Plan(state), session)
        _commit(session)
        send(plan, session)

    _patch.setattr(task_rows, "close", split)
    _patch.setattr(Plan, "send", split_plan)


def _commit(session: Session) -> None:
    """Commit past SQLAlchemy, and go on in another transaction of the database."""
    raw: Any = session.connection().connection.driver_connection
    raw.commit()
    if session.get_bind().dialect.name == "sqlite":
        raw.execute("BEGIN IMMEDIATE")


def _ignored_key(_database: Database) -> None:
    """Whatever is sent again is done again."""

    def run_once(
        _session: Session,
        _actor: Any,
        _command: str,
        _target: str,
        _key: Any,
        _body: Any,
        do: Callable[[], Any],
        *_allowed: Any,
    ) -> Any:
        return do()

    _patch.setattr(idempotency, "run_once", run_once)


def _no_lock(database: Database) -> None:
    """Rows are read without a lock, and the revision never changes. The engine takes its time, so that two meet."""
    if database.is_sqlite:  # its transactions stay, but nobody waits for another's end
        event.remove(database.engine, "begin", db._begin_sqlite)
        event.listen(database.engine, "begin", _begin_as_a_reader)
        _patch.setattr(Database, "_turnstile", nullcontext)
        _patch.setattr(ProcessInstance.__mapper__, "version_id_generator", lambda version: version or 1)
    else:
        _kept.append(without := unlocked(database))
        without.__enter__()
    for name in ("complete", "fire", "deliver"):
        _patch.setattr(engine, name, _slowly(getattr(engine, name)))


def _begin_as_a_reader(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _slowly(do: Callable[..., Any]) -> Callable[..., Any]:
    def done(*given: Any, **named: Any) -> Any:
        time.sleep(0.03)
        return do(*given, **named)

    return done


def _marked_before(_database: Database) -> None:
    """Messages count as delivered before anybody was told."""
    deliver = outbox.deliver

    def mark_first(session: Session) -> int:
        waiting = session.query(OutboxMessage).filter(OutboxMessage.delivered_at.is_(None)).all()
        for message in waiting:
            message.delivered_at = clock.now(session)
        session.flush()
        _commit(session)
        for message in waiting:
            message.delivered_at = None
        session.flush()
        return deliver(session)

    _patch.setattr(outbox, "deliver", mark_first)


def _job_apart(database: Database) -> None:
    """The row of a timer that fires is removed in a transaction of its own, once what it did is committed."""
    remove, firing, gone = bulk.remove, list[bool](), list[str]()

    def set_apart(session: Session, model: Any, ids: tuple[str, ...]) -> None:
        if model is Job and firing:
            gone.extend(ids)
        else:
            remove(session, model, ids)

    def removing_after(fire: Callable[..., Any]) -> Callable[..., Any]:
        def fire_and_remove(database: Database, *given: Any) -> Any:
            firing[:], gone[:] = [True], []
            fired = fire(database, *given)
            firing[:] = []
            with database.transaction() as session:
                remove(session, Job, tuple(gone))
            return fired

        return fire_and_remove

    _patch.setattr(bulk, "remove", set_apart)
    _patch.setattr(job_commands, "_fire", removing_after(job_commands._fire))
    _patch.setattr(worker, "fire_due", removing_after(worker.fire_due))


CONTROLS: dict[str, Callable[[Database], None]] = {
    "split commit": _split_commit,
    "ignored key": _ignored_key,
    "no lock": _no_lock,
    "marked before delivery": _marked_before,
    "job removed apart": _job_apart,
}
