"""What answers questions and stands on pages is held against the record: each column that it can tell, row by row."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Table, delete, select, text, update

from app.base.config import Config
from app.base.db import Base, Database
from app.commands.migration import recounts
from app.commands.transaction import Command
from app.history.events.people import UserAdded
from app.models import HistoryEvent, Job, ProcessInstance, Unit, User, UserTask
from app.services.core import clock, history, holidays, settings
from app.services.deployment import deployments
from app.services.evidence import tables, verifying
from app.services.instances import cancellation, instances
from app.services.numbers import totals
from app.services.people import profiles, units
from app.services.reporter import ratings
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.message_procedure import waiting
from tests.services.migration import moving
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office, add_user, procedure

pytestmark = pytest.mark.usefixtures("facts_follow")


def furnish(office: Office) -> None:
    """Let the record tell of the people and units that the fixture made by hand."""
    with office.database.transaction() as session:
        clock.fix(session, BEGIN - timedelta(days=9))
        for user in session.scalars(select(User)):
            user.created_at = clock.now(session)
            history.record(session, UserAdded(user=user.name, **profiles.facts(user)), actor=None)
        for unit in session.scalars(select(Unit)):
            history.record(session, units.UnitAdded(unit=unit.code, **units._facts(unit)), actor=None)


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(database)
    furnish(office)
    return office


def scene(office: Office) -> None:
    """A case that is over and rated, one that is cancelled, one with a unit, one that somebody holds, and totals."""
    with office.database.transaction() as session:
        clock.fix(session, BEGIN)
        deployments.deploy(session, procedure(after="5 hari kerja"), actor=office.owner)
        deployments.deploy(session, waiting("arsip"), actor=office.owner)
        asks = instances.start(session, "arsip", {"nomor": "7"}, actor=office.rina).instance.id
        [task] = instances.open_tasks(session, asks)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
    cases = []
    for number in range(4):
        with office.database.transaction() as session:
            clock.fix(session, BEGIN + timedelta(minutes=number))
            values = {"judul": f"Lampu {number}", "unit": "A"}
            cases.append(instances.start(session, "uji", values, actor=office.rina).instance.id)
    steps = [(0, {"hasil": "cukup", "unit": "A"}), (1, {"hasil": "cukup", "unit": "B"}), (0, {})]
    for minutes, (case, values) in enumerate(steps, 60):
        with office.database.transaction() as session:
            clock.fix(session, BEGIN + timedelta(minutes=minutes))
            [task] = instances.open_tasks(session, cases[case])
            actor = office.rina if values else office.dinas_a
            tasks.complete(session, task.id, values, {}, actor=actor)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=90))
        [task] = instances.open_tasks(session, cases[2])
        tasks.claim(session, task.id, actor=office.rina)
        cancellation.cancel(session, cases[3], "Keliru", actor=office.owner)
        ratings.rate(session, cases[0], "4", "")
        totals.fold(session, limit=4)
    follow(office.database)


@pytest.fixture(autouse=True)
def parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each check in a test parses the same versions: once is enough."""
    held = settings.versions_held()
    monkeypatch.setattr(settings, "versions_held", lambda: held)


def compared(config: Config, connection: Connection) -> list[str]:
    return [f"{one.kind} {one.detail}" for one in verifying.verify(config, connection).faults]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_was_done_by_alur_is_as_the_record_tells(office: Office, config: Config, seed: int) -> None:
    scene(office)
    work(office, seed)
    with verifying.snapshot(office.database) as connection:
        assert compared(config, connection) == []


def test_each_column_that_the_record_can_tell_is_seen_when_it_is_changed(
    office: Office, config: Config
) -> None:
    scene(office)
    unseen = []
    with office.database.engine.connect() as connection:
        assert compared(config, connection) == []
        connection.rollback()
        for name, left_out in tables.OUTSIDE.items():
            table = Base.metadata.tables[name]
            for column in table.columns:
                if column.name in left_out:
                    assert left_out[column.name], "no reason"
                    continue
                unseen += _unseen(config, connection, table, column)
    assert unseen == [], "\n".join(unseen)


def test_a_row_that_is_gone_or_comes_is_seen(office: Office, config: Config) -> None:
    scene(office)
    with office.database.engine.connect() as connection:
        for name in tables.OUTSIDE:
            table = Base.metadata.tables[name]
            rows = connection.execute(select(table)).all()
            connection.rollback()
            assert rows, name
            _free(connection)
            connection.execute(delete(table).where(*_key(table, rows[0])))
            told = compared(config, connection)
            named = {"process_instance": "case_removed", "figure_change": " figure_total"}.get(
                name, f" {name}"
            )
            assert any(named in one for one in told), (name, told)
            connection.rollback()


def test_every_column_left_out_is_one() -> None:
    for name, columns in tables.OUTSIDE.items():
        assert columns.keys() <= set(Base.metadata.tables[name].columns.keys()), name


def test_every_table_is_compared_or_named_with_its_reason() -> None:
    assert sorted([*tables.OUTSIDE, *tables.ELSEWHERE]) == sorted(Base.metadata.tables)
    assert all(tables.ELSEWHERE.values())


def test_a_name_with_more_behind_it_is_seen(office: Office, config: Config) -> None:
    scene(office)
    with office.database.engine.connect() as connection:
        _free(connection)
        connection.execute(update(UserTask).values(name=UserTask.name + " (dibatalkan)"))
        told = compared(config, connection)
        connection.rollback()
    assert any("user_task.name" in one for one in told)


def test_tasks_over_before_their_case_moved_are_seen_when_they_are_changed(
    office: Office, config: Config
) -> None:
    scene(office)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=95))
        files = procedure(after="9 hari kerja")
        done = deployments.deploy(session, files, actor=office.owner)
        target = done.definitions[0].definition.id
        running = select(ProcessInstance).where(
            ProcessInstance.key == "uji", ProcessInstance.state == "active"
        )
        cases = session.scalars(running).all()
        over = UserTask.instance_id.in_([case.id for case in cases]) & (UserTask.state != "open")
        assert session.scalars(select(UserTask.id).where(over)).all()
    batch = moving.move(office, target, *cases)
    for go_on in (lambda: None, lambda: moving.undo(office, batch)):
        go_on()
        with office.database.engine.connect() as connection:
            assert compared(config, connection) == []
            connection.rollback()
            for column in ("name", "lane", "lane_id", "form_key"):
                _free(connection)
                connection.execute(update(UserTask).where(over).values({column: "palsu"}))
                told = compared(config, connection)
                connection.rollback()
                assert any(f"user_task.{column} " in one for one in told), column


def test_dates_rewritten_after_a_recount_are_seen(office: Office, config: Config) -> None:
    scene(office)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=95))
        admin = add_user(session, "kepala", is_admin=True)
        user = session.get_one(User, admin.id)
        user.created_at = clock.now(session)
        history.record(session, UserAdded(user=user.name, **profiles.facts(user)), actor=None)
    with office.database.transaction() as session:
        holidays.add(session, (BEGIN + timedelta(days=1)).date(), "Pilkada", actor=admin)
    recounts.begin(office.database, Command("recount_deadlines", ""), actor=admin)
    while recounts.work(office.database):
        pass
    with office.database.engine.connect() as connection:
        types = connection.scalars(select(HistoryEvent.type)).all()
        connection.rollback()
        assert "deadlines_recounted" in types
        assert compared(config, connection) == []
        connection.rollback()
        for table in (UserTask, Job):
            _free(connection)
            later = BEGIN + timedelta(days=900)
            connection.execute(update(table).where(table.due_at.is_not(None)).values(due_at=later))
            told = compared(config, connection)
            connection.rollback()
            assert any(f" {table.__tablename__}.due_at" in one for one in told), table


def _unseen(config: Config, connection: Connection, table: Table, column: Column[Any]) -> Iterator[str]:
    rows = connection.execute(select(table)).all()
    connection.rollback()
    assert rows, table.name
    ends = rows[:: max(1, len(rows) - 1)] if connection.dialect.name == "sqlite" else rows[:1]
    for row in ends:
        _free(connection)
        value = _other(connection, table, column, getattr(row, column.name))
        connection.execute(update(table).where(*_key(table, row)).values({column: value}))
        told = compared(config, connection)
        connection.rollback()
        if not told:
            yield f"{table.name}.{column.name} {getattr(row, column.name)!r} → {value!r}"


def _free(connection: Connection) -> None:
    """Who writes past the application is held back by no key."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def _key(table: Table, row: Any) -> list[Any]:
    return [column == getattr(row, column.name) for column in table.primary_key]


def _other(connection: Connection, table: Table, column: Column[Any], value: Any) -> Any:
    if column.foreign_keys and not column.primary_key:
        [key] = column.foreign_keys
        found = connection.scalars(select(key.column).where(key.column != value)).all() if value else []
        return found[-1] if found else connection.scalars(select(key.column)).first()
    kinds: dict[type, Any] = {
        bool: lambda: not value,
        datetime: lambda: value + timedelta(hours=1),
        date: lambda: value + timedelta(days=1),
        int: lambda: value + 1_000,
        str: lambda: f"{value[:-1]}{'x' if value[-1:] != 'x' else 'y'}",
        dict: lambda: {**value, "lain": 1},
        list: lambda: [*value, ["2026-01", {}, {"received": 1}]],
    }
    if value is not None:
        return kinds[type(value)]()
    python: type = getattr(column.type, "impl_instance", column.type).python_type
    return {bool: True, datetime: BEGIN, date: BEGIN.date(), int: 1, str: "x"}[python]
