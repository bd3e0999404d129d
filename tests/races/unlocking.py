"""Take the lock on a case away, so that the checks of the races can be seen to fail."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Select, Update, event, update

from app.base import db as db_module
from app.base.db import Database
from app.engine.running import execution as engine
from app.models import ProcessInstance, UserTask
from app.services.instances import jobs
from app.services.tasks import tasks

#: What builds a statement that locks a case, once.
_BUILT_ONCE = (tasks._locked_instance, jobs._instance_of)


@contextmanager
def meeting_inside(*commands: str) -> Iterator[None]:
    """Let two commands meet in the middle: the case is read, nothing is written yet.

    With the lock the second never comes while the first is there, and the first goes on alone after a while.
    """
    line = threading.Barrier(2)
    with pytest.MonkeyPatch.context() as patch:
        for name in commands:
            patch.setattr(engine, name, _waiting(getattr(engine, name), line))
        yield


def _waiting(do: Callable[..., Any], line: threading.Barrier) -> Callable[..., Any]:
    def waits(*args: Any, **given: Any) -> Any:
        try:
            line.wait(0.3)
        except threading.BrokenBarrierError:
            line.reset()
        return do(*args, **given)

    return waits


@contextmanager
def unlocked(database: Database) -> Iterator[None]:
    """Take every lock on a case away: rows are read without one, and the revision never changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProcessInstance.__mapper__, "version_id_generator", lambda version: version or 1)
        patch.setattr(Select, "with_for_update", lambda self, **given: self)
        patch.setattr(Database, "_turnstile", _no_turnstile)
        for built in _BUILT_ONCE:  # those without a lock too
            built.cache_clear()
        if database.is_sqlite:
            event.remove(database.engine, "begin", db_module._begin_sqlite)
            event.listen(database.engine, "begin", _begin_nothing)
        yield
    for built in _BUILT_ONCE:
        built.cache_clear()
    if database.is_sqlite:
        event.remove(database.engine, "begin", _begin_nothing)
        event.listen(database.engine, "begin", db_module._begin_sqlite)


@contextmanager
def _no_turnstile(database: Database) -> Iterator[None]:
    yield


def _begin_nothing(connection: Connection) -> None:
    """Leave each statement to itself: what a file database without transactions would be."""


class Unconditional:
    """An UPDATE that looks at the id alone: read first, then write."""

    def __init__(self, model: type[UserTask]) -> None:
        self._statement: Update = update(model)

    def where(self, same_id: Any, *_conditions: Any) -> Update:
        return self._statement.where(same_id)
