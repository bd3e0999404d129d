"""What is forgotten when: each line of the table, on both databases, and that nothing is forgotten beside it."""

import ast
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, insert, select, update
from sqlalchemy.orm import Session

import app
from app.base.column_types import PackedBytes, PackedDocument
from app.base.db import Database
from app.commands.maintenance import keeping as commands
from app.models import (
    Attempt,
    Draft,
    FirstView,
    ImportBatch,
    ImportRow,
    LoginSession,
    ProcessDraft,
    ProcessDraftFile,
    RosterFile,
    RosterLine,
    SavedView,
    SecurityEvent,
    UserTask,
)
from app.services.core import clock
from app.services.maintenance import keeping
from app.services.maintenance.keeping import TABLE, Kept
from tests.keeping_page import PAGE, page
from tests.services.keeping import forget
from tests.services.office import Office

MINUTE = timedelta(minutes=1)
_numbers = count(1_000)


def planted(session: Session, table: Table, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Put a row into a table, with what it must have besides; its primary key."""
    values = {
        column.name: given[column.name] if column.name in given else _something(session, column)
        for column in table.columns
        if column.name in given or _is_needed(column)
    }
    key = session.connection().execute(insert(table).values(values)).inserted_primary_key
    assert key is not None
    return tuple(key)


def _is_needed(column: Column[Any]) -> bool:
    return not (
        column.nullable
        or column.default
        or column.server_default
        or column is column.table.autoincrement_column
    )


def _something(session: Session, column: Column[Any]) -> Any:
    """Of another table a row that none names yet, or any; else what there is not yet."""
    for foreign in column.foreign_keys:
        known = session.scalars(select(foreign.column)).all()
        free = set(known) - set(session.scalars(select(column)))
        return next(iter(free or known), None) or planted(session, foreign.column.table, {})[0]
    if isinstance(column.type, PackedBytes | PackedDocument):
        return {}
    kind = getattr(column.type, "impl_instance", column.type).python_type
    made = {int: next(_numbers), str: str(next(_numbers)), bytes: str(next(_numbers)).encode(), bool: False}
    return {**made, datetime: clock.now(session), date: clock.today(session), dict: {}, list: [], object: {}}[
        kind
    ]


def due(session: Session, kept: Kept) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a row has whose time is over, and what others have that are as old and stay."""
    if kept.since is Draft.saved_at:
        *_others, open_task, closed = session.scalars(
            select(UserTask.id).order_by(UserTask.closed_at.is_not(None))
        )
        spared = [{"scope": f"task:{open_task}"}, {"scope": "start:uji"}]
        return (
            ({"scope": f"task:{closed}"}, spared)
            if "task" in kept.what
            else ({"scope": f"wait:{'a' * 32}"}, spared)
        )
    if kept.since is ProcessDraft.changed_at:
        return {"state": "published"}, [{"state": "open"}]
    if kept.since is RosterFile.begun_at:
        return {"state": "done"}, [{"state": "running"}]
    if kept.since is ImportBatch.begun_at:
        return {"state": "ready", "sheet": b"1"}, [{"state": "running", "sheet": b"1"}]
    return {name: b"1" for name, value in kept.blanks.items() if value is None}, []


@pytest.fixture
def office(database: Database) -> Office:
    """One with a task that was closed long ago, and one that is open."""
    office = Office(database)
    closed = update(UserTask).where(UserTask.instance_id == office.start().id)
    with database.transaction() as session:
        before = clock.now(session) - timedelta(days=60)
        session.execute(closed.values(state="closed", closed_at=before))
    for _n in range(4):
        office.start()
    return office


def test_what_is_old_goes_and_what_is_younger_stays(office: Office) -> None:
    """Line by line; a row that stays is without what the table says."""
    for kept in TABLE:
        with office.database.transaction() as session:
            table, key = kept.table, kept.table.primary_key
            given, spared = due(session, kept)
            before = kept.before(session)
            old, young, *others = [
                planted(session, table, {**values, kept.since.key: at})
                for values, at in (
                    (given, before - MINUTE),
                    (given, before + MINUTE),
                    *((one, before - MINUTE) for one in spared),
                )
            ]
            assert keeping.forget(session, kept) == 1, kept.what
            rows = {
                tuple(getattr(row, part.name) for part in key): row for row in session.execute(select(table))
            }
            assert rows.keys() >= {young, *others}, kept.what
            if kept.blanks:
                assert all(getattr(rows[old], name) == value for name, value in kept.blanks.items())
                assert all(getattr(rows[young], name) != value for name, value in kept.blanks.items())
            else:
                assert old not in rows, kept.what
            assert keeping.forget(session, kept) == 0, kept.what


def test_what_belongs_to_it_goes_with_it(office: Office) -> None:
    with office.database.transaction() as session:
        old = clock.now(session) - timedelta(days=60)
        [view] = planted(session, SavedView.__table__, {"deleted_at": old})
        planted(session, FirstView.__table__, {"view_id": view})
        [draft] = planted(session, ProcessDraft.__table__, {"state": "discarded", "changed_at": old})
        planted(session, ProcessDraftFile.__table__, {"draft_id": draft})
        [file] = planted(session, RosterFile.__table__, {"state": "done", "begun_at": old})
        planted(session, RosterLine.__table__, {"file_id": file})
        batches = [
            planted(
                session, ImportBatch.__table__, {"state": state, "sheet": b"1", "begun_at": old, **ended}
            )[0]
            for state, ended in (("done", {"finished_at": old}), ("ready", {}))
        ]
        for batch in batches:
            planted(session, ImportRow.__table__, {"batch_id": batch, "cells": b"1"})
        [session_hash] = planted(session, LoginSession.__table__, {"created_at": old, "seen_at": old})
    with office.database.transaction() as session:
        forget(session)
        for model in (
            SavedView,
            FirstView,
            ProcessDraft,
            ProcessDraftFile,
            RosterFile,
            RosterLine,
            LoginSession,
        ):
            assert session.scalars(select(model)).all() == []
        assert session.scalars(select(ImportRow).where(ImportRow.cells.is_not(None))).all() == []
        assert [one.state for one in session.scalars(select(ImportBatch))] == ["done", "done"]
        assert all(one.finished_at for one in session.scalars(select(ImportBatch)))
        told = select(SecurityEvent).where(SecurityEvent.action == "session_ended")
        [ended] = session.scalars(told).all()
        assert session_hash.startswith(ended.part)


def test_it_goes_in_batches_each_in_a_transaction_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        for _n in range(7):
            planted(session, Attempt.__table__, {"at": clock.real() - timedelta(days=1)})
    sizes = []
    forget_batch = keeping.forget

    def noted(session: Session, kept: Kept, limit: int = 3) -> int:
        sizes.append(done := forget_batch(session, kept, 3))
        return done

    monkeypatch.setattr(keeping, "BATCH", 3)
    monkeypatch.setattr(keeping, "forget", noted)
    monkeypatch.setattr(commands, "MOST_BATCHES", 2)
    assert commands.forget_old(database) == 6
    assert commands.forget_old(database) == 1
    assert [size for size in sizes if size] == [3, 3, 1]


def test_the_page_says_what_is_forgotten() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew by: python -m tests.keeping_page"


def test_nothing_is_deleted_by_its_age_beside_the_table() -> None:
    assert list(_deleting_by_age(Path(app.__path__[0]))) == []


def _deleting_by_age(folder: Path) -> Iterator[str]:
    """Functions that delete rows of a time before one that they work out from the clock's."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if path.stem != "keeping" and isinstance(node, ast.FunctionDef) and _deletes_by_age(node):
                yield f"{path.stem}.{node.name}"


def _deletes_by_age(function: ast.FunctionDef) -> bool:
    nodes = list(ast.walk(function))
    calls = {ast.unparse(one.func) for one in nodes if isinstance(one, ast.Call)}
    times = {
        ast.unparse(one.targets[0]) for one in nodes if isinstance(one, ast.Assign) and _is_clocks(one.value)
    }
    return bool(calls & {"delete", "sql_delete", "session.delete"}) and any(
        isinstance(one, ast.Compare)
        and isinstance(one.ops[0], ast.Lt | ast.LtE)
        and isinstance(one.left, ast.Attribute)
        and (ast.unparse(one.comparators[0]) in times or _is_clocks(one.comparators[0]))
        for one in nodes
    )


def _is_clocks(value: ast.expr) -> bool:
    said = ast.unparse(value)
    return said.startswith(("clock.now(", "clock.real(", "now - "))
