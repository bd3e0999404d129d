"""A clock that is set back, and one that slept for seventy days: every timer fires once, in its turn, never early."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import worker
from app.base.db import Database
from app.commands.instances.jobs import fire_job
from app.models import HistoryEvent, Job, Notice, OutboxMessage, ProcessInstance, UserTask
from app.services.core import clock
from app.services.instances import jobs
from app.services.notifications import outbox
from tests.chaos.sites import site

pytestmark = pytest.mark.slow
OVERDUE = 10_000 if os.environ.get("ALUR_CHAOS") else 300
SLEPT = timedelta(days=70)


@pytest.fixture
def address(database: Database) -> str | None:
    return None if database.is_sqlite else database.engine.url.render_as_string(hide_password=False)


def move(database: Database, by: timedelta) -> None:
    with database.transaction() as session:
        clock.travel(session, clock.now(session) + by)


def fired(session: Session) -> list[HistoryEvent]:
    query = select(HistoryEvent).where(HistoryEvent.type == "timer_fired")
    return list(session.scalars(query.order_by(HistoryEvent.id)))


def work_off(database: Database) -> None:
    while worker.tick(database):
        pass
    while True:
        with database.transaction() as session:
            if not outbox.deliver(session):
                return


def test_a_clock_set_back_an_hour_fires_nothing_early_and_nothing_twice(
    address: str | None, tmp_path: Path
) -> None:
    with site(tmp_path, address) as served:
        assert served.send("start")[0] == 201
        move(served.database, timedelta(minutes=61))
        work_off(served.database)
        assert served.send("start")[0] == 201  # its timer is due in an hour, by the clock as it is
        move(served.database, timedelta(hours=-1))
        work_off(served.database)
        assert [served.send(kind)[0] for kind in ("claim", "complete", "start")] == [200, 200, 201]
        assert served.wrong() == []
        with served.database.reading() as session:
            assert len(fired(session)) == 1
        move(served.database, timedelta(hours=2, minutes=1))
        work_off(served.database)
        assert served.wrong() == []
        with served.database.reading() as session:
            assert [one for one in session.scalars(select(Job)) if one.run_at <= clock.now(session)] == []


def multiply(database: Database, times: int) -> None:
    """Copy the one case so often; each copy's timer is due a second after that of the one before."""
    with database.transaction() as session:
        case = session.scalars(select(ProcessInstance)).one()
        task, job = session.scalars(select(UserTask)).one(), session.scalars(select(Job)).one()
        events = session.scalars(select(HistoryEvent).where(HistoryEvent.instance_id == case.id)).all()
        for number in range(1, times):
            one = _row(case) | {"id": case.id + number, "business_key": f"SALINAN-{number}"}
            ids = {task.id: uuid4().hex, job.id: uuid4().hex}
            due = job.due_at + timedelta(seconds=number)
            state = _said_of(case.engine_state.decode(), ids, job.due_at, due)
            session.execute(insert(ProcessInstance), one | {"engine_state": state.encode()})
            mine = {"instance_id": one["id"]}
            session.execute(
                insert(UserTask), _row(task) | mine | {"id": ids[task.id], "due_at": due, "sort_at": due}
            )
            session.execute(insert(Job), _row(job) | mine | {"id": ids[job.id], "due_at": due, "run_at": due})
            rows = [_row(event) | mine | {"data": _with(event.data, ids)} for event in events]
            session.execute(
                insert(HistoryEvent), [{k: v for k, v in row.items() if k != "id"} for row in rows]
            )


def _row(of: object) -> dict[str, object]:
    columns = type(of).__table__.columns  # type: ignore[attr-defined]
    return {column.name: getattr(of, column.name) for column in columns}


def _said_of(state: str, ids: dict[str, str], due: datetime, later: datetime) -> str:
    for before, after in {**ids, due.isoformat(): later.isoformat()}.items():
        assert before in state
        state = state.replace(before, after)
    return state


def _with(data: dict[str, object], ids: dict[str, str]) -> dict[str, object]:
    return {name: ids.get(str(value), value) for name, value in data.items()}


def test_whoever_slept_seventy_days_fires_each_timer_once_and_in_its_turn(
    address: str | None, tmp_path: Path
) -> None:
    with site(tmp_path, address) as served:
        assert served.send("start")[0] == 201
        multiply(served.database, OVERDUE)
        move(served.database, SLEPT)
        work_off(served.database)
        with served.database.reading() as session:
            events = fired(session)
            dues = [event.data["due_at"] for event in events]
            assert len({event.instance_id for event in events}) == len(events) == OVERDUE
            assert dues == sorted(dues)
            assert session.scalars(select(Job)).all() == []
            assert session.query(OutboxMessage).filter(OutboxMessage.delivered_at.is_(None)).count() == 0
            assert session.query(Notice).count() == 2 * OVERDUE
        assert served.wrong_rows() == []


def _fire_last(database: Database, _most: int, _passed: set[str]) -> int:
    with database.reading() as session:
        due = jobs.due(session, clock.now(session), 50)
    if due:
        fire_job(database, due[-1])
    return len(due[-1:])


def test_a_timer_that_fell_out_of_turn_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(tmp_path) as served:
        served.send("start")
        multiply(served.database, 20)
        move(served.database, SLEPT)
        monkeypatch.setattr(worker, "fire_due", _fire_last)
        work_off(served.database)
        with served.database.reading() as session:
            dues = [event.data["due_at"] for event in fired(session)]
        assert dues != sorted(dues)
