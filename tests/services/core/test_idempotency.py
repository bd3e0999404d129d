"""A command sent again with its key gives what it gave the first time; on both databases."""

from typing import Any

import orjson
import pytest

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm
from app.services.core import idempotency


class Counter:
    """A command that tells how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> dict[str, Any]:
        self.runs += 1
        return {"run": self.runs}


def send(database: Database, do: Any, key: str | None = "k", *, target: str = "t", body: Any = 1) -> Any:
    with database.transaction() as session:
        return idempotency.run_once(session, None, "complete", target, key, body, do)


def test_a_repeat_gives_the_first_result_and_runs_nothing(database: Database) -> None:
    do = Counter()
    assert [send(database, do), send(database, do)] == [{"run": 1}, {"run": 1}]
    assert do.runs == 1


def test_another_target_or_key_is_another_command(database: Database) -> None:
    do = Counter()
    send(database, do)
    send(database, do, target="u")
    send(database, do, key="l")
    send(database, do, key=None)
    assert do.runs == 4


def test_the_same_key_with_another_body_is_refused(database: Database) -> None:
    send(database, Counter())
    with pytest.raises(InvalidForm):
        send(database, Counter(), body=2)


def test_a_command_that_failed_may_be_tried_again(database: Database) -> None:
    def fail() -> dict[str, Any]:
        raise Conflict("kalah cepat")

    with pytest.raises(Conflict):
        send(database, fail)
    assert send(database, Counter()) == {"run": 1}


ANSWER = {
    "instance": {"id": 7, "key": "pengaduan", "state": "active", "subject": "Lampu ‘mati’", "ended_at": None},
    "task": {"id": "a594fd4832304bb6937430a2b5d10f89", "state": "completed", "assignee": "rina"},
}


def test_a_result_is_kept_packed_and_told_as_it_was(database: Database) -> None:
    assert send(database, lambda: ANSWER) == send(database, lambda: {}) == ANSWER
    with database.engine.connect() as connection:
        [stored] = connection.exec_driver_sql("SELECT result FROM idempotency_record").scalars()
    assert len(stored) < len(orjson.dumps(ANSWER)) * 0.6


def test_a_result_that_packing_does_not_shorten_is_kept_as_it_is(database: Database) -> None:
    short = {"é": "ÿ7q"}
    assert send(database, lambda: short) == send(database, lambda: {}) == short
    with database.engine.connect() as connection:
        [stored] = connection.exec_driver_sql("SELECT result FROM idempotency_record").scalars()
    assert stored == orjson.dumps(short)
