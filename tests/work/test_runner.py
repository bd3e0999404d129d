"""A piece of work is done once or comes again, whatever happens to who does it."""

import os
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict, NotReady
from app.commands.transaction import run_relaxed
from app.models import Setting, Work
from app.work import Kind, Lane, cancel, cancel_all, defer, defer_all
from app.work import runner as runners
from app.work.runner import Runner

NOW = timedelta(0)


def runner(database: Database, *kinds: Kind, careful: bool = False) -> Runner:
    """A worker with these kinds, one that has lived for a while unless it is ``careful``."""
    made = Runner(database, run_relaxed, kinds)
    if not careful:
        made._began -= runners.CAREFUL_S
    return made


def do_all(worker: Runner, lane: Lane = Lane.LISTS) -> int:
    count = 0
    while worker.turn(lane):
        count += 1
    return count


def rows(database: Database) -> dict[str, Work]:
    with database.reading() as session:
        return {row.key: row for row in session.scalars(select(Work))}


def let(database: Database, **values: Any) -> None:
    with database.transaction() as session:
        session.execute(update(Work).values(values))


def noting(done: list[str], **options: Any) -> Kind:
    """A kind inside of its transaction that writes a row for each key."""

    def do(session: Any, key: str) -> None:
        done.append(key)
        session.merge(Setting(name=f"done {key}", value={"times": done.count(key)}))

    return Kind("note", Lane.LISTS, do, **{"apart": False, **options})


def test_a_rollback_leaves_no_work_and_a_commit_does(database: Database) -> None:
    done: list[str] = []
    kind = noting(done)

    def fail(session: Session) -> None:
        defer(session, kind, "a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_relaxed(database, fail)
    with database.transaction() as session:
        defer(session, kind, "b")
    assert do_all(runner(database, kind)) == 1
    assert (done, rows(database)) == (["b"], {})


def test_what_is_moved_is_done_once_and_what_is_cancelled_never(database: Database) -> None:
    done: list[str] = []
    kind, later = noting(done), datetime.now(UTC) + timedelta(days=1)
    with database.transaction() as session:
        defer_all(session, kind, [("a", None), ("b", later), ("c", later)])
        defer(session, kind, "b")
        cancel(session, kind, "a")
    do_all(runner(database, kind))
    assert (done, list(rows(database))) == (["b"], ["c"])


@pytest.mark.parametrize("careful", [False, True])
def test_what_fails_rests_longer_each_time_and_is_laid_aside_at_last(
    database: Database, careful: bool, caplog: pytest.LogCaptureFixture
) -> None:
    given_up: list[tuple[str, str]] = []

    def do(session: Any, _key: str) -> None:
        session.add(Setting(name="half", value={}))
        session.flush()
        raise ValueError("KENARI")

    def give_up(session: Any, key: str, error: Exception | None) -> None:
        given_up.append((key, type(error).__name__))

    kind = Kind("bad", Lane.LISTS, do, apart=False, pauses=(NOW, timedelta(hours=1)), given_up=give_up)
    worker = runner(database, kind, careful=careful)
    with database.transaction() as session:
        defer(session, kind, "x")
    assert do_all(worker) == 2
    assert rows(database)["x"].due_at > datetime.now(UTC) + timedelta(minutes=59)  # type: ignore[operator]
    let(database, due_at=datetime.now(UTC))
    assert do_all(worker) == 1
    row = rows(database)["x"]
    assert (row.due_at, row.tries, row.holder, given_up) == (None, 3, None, [("x", "ValueError")])
    assert "KENARI" not in (row.error or "")
    with database.reading() as session:
        assert session.get(Setting, "half") is None


def test_what_is_deferred_while_somebody_is_at_it_is_done_again_and_not_beside(database: Database) -> None:
    done: list[str] = []

    def do(database: Database, key: str) -> None:
        done.append(key)
        if len(done) == 1:
            with database.transaction() as session:
                defer(session, kind, key)
            assert not other.turn(Lane.LISTS)

    kind = Kind("apart", Lane.LISTS, do)
    other = runner(database, kind)
    with database.transaction() as session:
        defer(session, kind, "x")
    assert do_all(runner(database, kind)) == 2
    assert (done, rows(database)) == (["x", "x"], {})


def test_a_lease_is_renewed_while_its_holder_lives(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "LEASE", timedelta(hours=1))

    def do(database: Database, _key: str) -> None:
        let(database, due_at=datetime.now(UTC) + timedelta(seconds=30))
        worker._look()
        assert rows(database)["x"].due_at > datetime.now(UTC) + timedelta(minutes=59)  # type: ignore[operator]

    kind = Kind("apart", Lane.LISTS, do)
    worker = runner(database, kind)
    with database.transaction() as session:
        defer(session, kind, "x")
    assert do_all(worker) == 1
    assert rows(database) == {}


def dies(database: Database, kind: Kind) -> None:
    """A worker takes what is due, and its process ends; its lease is over."""
    worker = runner(database, kind, careful=True)
    worker._write(lambda session: worker._take(session, Lane.LISTS, []))
    let(database, due_at=datetime.now(UTC) - timedelta(seconds=1))


@pytest.mark.parametrize("apart", [False, True])
def test_work_that_kills_its_process_is_laid_aside_after_two_deaths(database: Database, apart: bool) -> None:
    given_up: list[Exception | None] = []
    kind = noting([], apart=apart, given_up=lambda _s, _k, error: given_up.append(error))
    with database.transaction() as session:
        defer(session, kind, "x")
    dies(database, kind)
    dies(database, kind)
    assert rows(database)["x"].deaths == 1
    assert do_all(runner(database, kind)) == 1
    row = rows(database)["x"]
    assert (row.due_at, row.holder, row.error, given_up) == (None, None, "killed", [None])


def test_work_that_comes_by_itself_and_kills_its_process_rests_longer_each_time(database: Database) -> None:
    """Two that were killed for other reasons keep it from nobody for long."""
    kind = noting([], every=timedelta(seconds=1))
    with database.transaction() as session:
        defer(session, kind)
    dies(database, kind)
    for minutes in (1, 10, 60, 60):
        dies(database, kind)
        do_all(runner(database, kind))
        rest = rows(database)[""].due_at - datetime.now(UTC)  # type: ignore[operator]
        assert timedelta(minutes=minutes - 0.5) < rest <= timedelta(minutes=minutes)
        let(database, due_at=datetime.now(UTC))
    do_all(runner(database, kind))
    assert rows(database)[""].deaths == 0


def test_one_death_is_forgotten_once_the_work_is_done(database: Database) -> None:
    done: list[str] = []
    kind = noting(done)
    with database.transaction() as session:
        defer(session, kind, "x")
    dies(database, kind)
    assert do_all(runner(database, kind)) == 1
    assert (done, rows(database)) == (["x"], {})


def test_whoever_lost_his_lease_changes_nothing(database: Database) -> None:
    """He stood still, and another did it."""
    done: list[str] = []
    kind = noting(done)
    with database.transaction() as session:
        defer(session, kind, "x")
    slow, tried = runner(database, kind, careful=True), list[Any]()
    slow._write(lambda session: slow._take(session, Lane.LISTS, tried))
    let(database, due_at=datetime.now(UTC) - timedelta(seconds=1))
    do_all(runner(database, kind))
    with pytest.raises(Conflict):
        slow._do_leased(tried[0])
    with database.reading() as session:
        assert session.get_one(Setting, "done x").value == {"times": 1}


def test_a_first_conflict_is_no_failure_and_a_second_one_is(database: Database) -> None:
    def do(_session: Any, _key: str) -> None:
        tries.append(1)
        raise Conflict("Sudah diubah orang lain.")

    tries: list[int] = []
    kind = Kind("raced", Lane.LISTS, do, apart=False, pauses=(timedelta(hours=1),))
    with database.transaction() as session:
        defer(session, kind, "x")
    assert do_all(runner(database, kind)) == 2
    assert (len(tries), rows(database)["x"].tries) == (2, 1)


def test_a_database_that_is_away_is_no_failure_of_the_work_and_another_server_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def do(_database: Database, _key: str) -> None:
        raise NotReady("tidak menjawab")

    kind = Kind("apart", Lane.POST, do, pauses=(timedelta(hours=1),))
    worker = runner(database, kind)
    with database.transaction() as session:
        defer(session, kind, "x")
    monkeypatch.setattr(Runner, "_answers", lambda _self: False)
    with pytest.raises(NotReady):
        worker.turn(Lane.POST)
    assert rows(database)["x"].tries == 0
    worker._look()  # it is there again, and so is the work
    assert rows(database)["x"].holder is None
    monkeypatch.setattr(Runner, "_answers", lambda _self: True)
    assert worker.turn(Lane.POST)
    assert rows(database)["x"].tries == 1


def test_what_a_worker_could_not_end_is_free_when_it_stops(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "LAST_S", 0.1)
    stop, begun, go_on = threading.Event(), threading.Event(), threading.Event()

    def do(_database: Database, _key: str) -> None:
        begun.set()
        go_on.wait(20)

    kind = Kind("slow", Lane.LONG, do)
    with database.transaction() as session:
        defer(session, kind, "x")
    worker = threading.Thread(target=runner(database, kind).run, args=(stop,))
    worker.start()
    assert begun.wait(20)
    stop.set()
    worker.join(20)
    row = rows(database)["x"]
    assert (row.holder, row.deaths) == (None, 0)
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == Lane.LONG.name:
            thread.join(20)


def test_what_a_killed_process_of_this_machine_was_at_is_due_at_once_and_of_another_later(
    database: Database,
) -> None:
    """Its lease would be over in a while."""
    with subprocess.Popen(["true"]) as ended:
        pass
    kind, later = noting([]), datetime.now(UTC) + timedelta(hours=1)
    with database.transaction() as session:
        defer_all(session, kind, [(key, later) for key in "abc"])
        for key, holder in {
            "a": f"{runners._place()}:{ended.pid}:1",
            "b": f"{runners._place()}:{os.getpid()}:1",
            "c": f"lainnya:{ended.pid}:1",
        }.items():
            session.execute(update(Work).where(Work.key == key).values(holder=holder))
        runner(database, kind)._begin(session)
    assert do_all(runner(database, kind)) == 1
    assert list(rows(database)) == ["b", "c"]


def test_to_cancel_never_waits_for_whoever_does_it(postgres_database: Database) -> None:
    """Who ends a step holds its case and cancels; the worker holds the work and waits for the case."""
    database = postgres_database
    with database.transaction() as session:
        session.add(Setting(name="case", value={"waits": True}))
    fired: list[bool] = []
    began = threading.Event()

    def do(session: Any, _key: str) -> None:
        began.set()
        fired.append(session.get_one(Setting, "case", with_for_update=True).value["waits"])

    kind = Kind("deadline", Lane.LISTS, do, apart=False)
    with database.transaction() as session:
        defer(session, kind, "1")
    with database.transaction() as session:
        case = session.get_one(Setting, "case", with_for_update=True)
        thread = threading.Thread(target=do_all, args=(runner(database, kind),))
        thread.start()
        assert began.wait(20)
        cancel(session, kind, "1")
        case.value = {"waits": False}
    thread.join(20)
    assert (fired, rows(database)) == ([False], {})


def test_what_cannot_be_looked_for_holds_up_nothing_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def odd(_session: Any) -> bool:
        raise ValueError("odd")

    done: list[str] = []
    every = timedelta(seconds=1)
    kinds = [
        noting([], waits=odd, every=every),
        Kind("well", Lane.LISTS, _adding(done), every=every, waits=bool),
    ]
    worker = runner(database, *kinds)
    worker._look()
    do_all(worker)
    assert done == [""]


def _adding(done: list[str]) -> Callable[[Any, str], None]:
    return lambda _database, key: done.append(key)


def test_what_goes_to_one_receiver_is_done_in_its_order_and_never_beside(database: Database) -> None:
    done: list[str] = []
    mutex = threading.Lock()

    def do(_database: Database, key: str) -> None:
        assert mutex.acquire(blocking=False)
        done.append(key)
        mutex.release()

    kind = Kind("post", Lane.POST, do)
    with database.transaction() as session:
        defer_all(session, kind, [(f"a/{n}", None) for n in range(20)])
    workers = [runner(database, kind) for _n in range(4)]
    threads = [threading.Thread(target=do_all, args=(one, Lane.POST)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    do_all(workers[0], Lane.POST)
    assert done == [f"a/{n}" for n in range(20)]


def test_a_receiver_who_is_away_is_tried_once_for_all_that_waits_and_others_go_on(database: Database) -> None:
    done: list[str] = []

    def do(_database: Database, key: str) -> None:
        done.append(key)
        if key.startswith("away/"):
            raise NotReady("away")

    kind = Kind("post", Lane.POST, do, pauses=(NOW, timedelta(hours=1)), given_up=lambda *_given: True)
    with database.transaction() as session:
        keys = [f"{whom}/{n}" for whom in ("away", "there") for n in range(3)]
        defer_all(session, kind, [(key, None) for key in keys])
    worker = runner(database, kind)
    do_all(worker, Lane.POST)
    assert done == ["away/0", "there/0", "there/1", "there/2", "away/0"]
    assert {row.tries for row in rows(database).values()} == {2}
    for n in range(3):  # each has its last try for itself, and then its row goes
        let(database, due_at=datetime.now(UTC))
        worker.turn(Lane.POST)
        assert done[-1] == f"away/{n}"
    assert rows(database) == {}


def test_nothing_more_goes_to_a_receiver_whose_work_is_cancelled(database: Database) -> None:
    done: list[str] = []
    kind = noting(done)
    with database.transaction() as session:
        defer_all(session, kind, [("a/1", None), ("ab/1", None), ("a/2", None)])
        cancel_all(session, kind, "a")
    do_all(runner(database, kind))
    assert done == ["ab/1"]
