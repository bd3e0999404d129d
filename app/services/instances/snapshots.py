"""The rows of a case as they are at a moment, to be put back exactly: what it takes to undo a move or a completion.

History, notices and messages are none of it: they tell what happened, and it did.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import orjson
from sqlalchemy import (
    BindParameter,
    DateTime,
    LargeBinary,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from app.base.column_types import UtcDateTime
from app.engine.running.step import Step
from app.models import Incident, Job, MessageWait, ProcessInstance, UserTask
from app.services.core import writes

#: Rows of a case, by table: as JSON holds them.
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
_CASE = cast("Table", ProcessInstance.__table__)
_TASK = cast("Table", UserTask.__table__)
#: What waits in a case, and is removed with what it waits for.
_WAITING = tuple(cast("Table", model.__table__) for model in (Job, MessageWait))
_INCIDENT = cast("Table", Incident.__table__)
_OF_JOBS = frozenset({"job_type", "retries", "ready_at", "lock", "worker"})
_OF: BindParameter[int] = bindparam("of_id")


def rows_of(session: Session, instance_id: int) -> Rows:
    """The row of a case, its open tasks, timers, messages and open incidents. 5 SQL."""
    session.flush()
    connection, of = session.connection(), {"of_id": instance_id}
    return {
        name: [_as_row(columns, row) for row in connection.execute(query, of)]
        for name, columns, query in _queries()
    }


@cache
def _queries() -> tuple[tuple[str, tuple[str, ...], Select[Any]], ...]:
    """(table, its columns, statement) of each: built once, as building one takes longer than running it."""
    narrowed = {
        _CASE: _CASE.c.id == _OF,
        _TASK: and_(_TASK.c.instance_id == _OF, _TASK.c.state == "open"),
        _INCIDENT: and_(_INCIDENT.c.instance_id == _OF, _INCIDENT.c.resolved_at.is_(None)),
        **{table: table.c.instance_id == _OF for table in _WAITING},
    }
    return tuple(
        (str(table.name), tuple(map(str, table.columns.keys())), select(table).where(of).order_by(table.c.id))
        for table, of in narrowed.items()
    )


def rows_before(session: Session, instance: ProcessInstance, step: Step) -> Rows:
    """Those of `rows_of` that a step is going to change or remove. 1 SQL for each kind that it has not read yet."""
    session.flush()
    of = {"of_id": instance.id}
    held = [task for id_ in _changed_tasks(step) if (task := _task_in_memory(session, id_)) is not None]
    others = _changed_tasks(step) - {task.id for task in held}
    if others or instance.state == "incident":
        writes.need_lock(session)
    return {
        ProcessInstance.__tablename__: [_row_of(instance, _CASE)],
        UserTask.__tablename__: [*(_row_of(task, _TASK) for task in held), *_by_ids(session, _TASK, others)],
        Job.__tablename__: _by_ids(session, _WAITING[0], step.stopped_timers),
        MessageWait.__tablename__: _by_ids(session, _WAITING[1], step.stopped_messages),
        Incident.__tablename__: [
            _as_row(columns, row)
            for name, columns, query in _queries()
            if name == _INCIDENT.name and instance.state == "incident"
            for row in session.connection().execute(query, of)
        ],
    }


def _changed_tasks(step: Step) -> set[str]:
    return {*step.closed, *step.overdue, *step.changed, *(task.id for task in step.postponed)}


def _task_in_memory(session: Session, task_id: str) -> UserTask | None:
    return session.identity_map.get(identity_key(UserTask, task_id))


def _row_of(held: ProcessInstance | UserTask, table: Table) -> dict[str, Any]:
    return {str(column.name): _as_json(getattr(held, column.key)) for column in table.columns}


def _by_ids(session: Session, table: Table, ids: Collection[str]) -> list[dict[str, Any]]:
    found = session.connection().execute(_selection(table), {"ids": sorted(ids)}) if ids else ()
    return [_as_row(tuple(map(str, table.columns.keys())), row) for row in found]


@cache
def _selection(table: Table) -> Select[Any]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return select(table).where(table.c.id.in_(ids)).order_by(table.c.id)


def digest(rows: Rows) -> str:
    """A hash of rows: of a case that is what it was, it is the same again. Its revision is left out, which goes
    on when a move is undone, and what no hash of earlier releases has in it."""
    cases = [{**row, "revision": None} for row in rows[_CASE.name]]
    for case in cases:
        for name in ("masks_changed", "branches"):
            case.pop(name, None)
    # No hash of releases before there were jobs has these of a wait.
    waits = [
        {name: value for name, value in row.items() if name not in _OF_JOBS or value is not None}
        for row in rows[MessageWait.__tablename__]
    ]
    rows = {**rows, MessageWait.__tablename__: waits}
    return hashlib.sha256(orjson.dumps({**rows, _CASE.name: cases}, option=orjson.OPT_SORT_KEYS)).hexdigest()


def pack(rows: Rows) -> bytes:
    """Rows as bytes."""
    return zlib.compress(orjson.dumps(rows), 1)


def unpack(packed: bytes) -> Rows:
    """What `pack` packed."""
    found: Rows = orjson.loads(zlib.decompress(packed))
    return found


def put_back(session: Session, instance_id: int, before: Rows, now: Rows) -> None:
    """Let the rows of a case that are ``now`` be what they were ``before``; only its revision goes on.

    Tasks that opened since then were never seen to be closed: they are removed.
    """
    session.flush()
    connection = session.connection()
    [case] = _written(before[_CASE.name], _CASE)
    case["revision"] = now[_CASE.name][0]["revision"] + 1
    connection.execute(update(_CASE).where(_CASE.c.id == instance_id).values(**case))
    for table in _WAITING:
        connection.execute(delete(table).where(table.c.instance_id == instance_id))
        _insert(session, table, before[table.name])
    held = {row["id"] for row in before[_TASK.name]}
    for row in now[_TASK.name]:
        if row["id"] not in held:
            connection.execute(delete(_TASK).where(_TASK.c.id == row["id"]))
    for table in (_TASK, _INCIDENT):
        for values in _written(before[table.name], table):
            connection.execute(update(table).where(table.c.id == values["id"]).values(**values))
    session.expire_all()


def put_rows_back(
    session: Session, instance_id: int, before: Rows, made: Mapping[str, Iterable[str]], revision: int
) -> None:
    """Undo a step, after which the case has this ``revision``: its rows ``before`` of `rows_before` are what they
    were, and those of the ids that it ``made``, by table, are gone. What it did not touch stays as it is by now."""
    session.flush()
    connection = session.connection()
    [case] = _written(before[_CASE.name], _CASE)
    case["revision"] = revision + 1
    connection.execute(update(_CASE).where(_CASE.c.id == instance_id).values(**case))
    for table in (*_WAITING, _TASK):
        if ids := list(made[table.name]):
            connection.execute(delete(table).where(table.c.id.in_(ids)))
    for table in _WAITING:
        _insert(session, table, before[table.name])
    for table in (_TASK, _INCIDENT):
        for values in _written(before[table.name], table):
            connection.execute(update(table).where(table.c.id == values["id"]).values(**values))
    session.expire_all()


def standing_of(session: Session, instance_id: int) -> Rows:
    """Where a running case stands: of its row the state, of its open tasks and incidents the ids, and what waits in
    it. Nothing of what people wrote: that may be masked before it is put back. 5 SQL."""
    rows = rows_of(session, instance_id)
    kept = {_CASE.name: ("state",), _TASK.name: ("id",), _INCIDENT.name: ("id",)}
    return {
        name: [{column: row[column] for column in kept.get(name, row)} for row in found]
        for name, found in rows.items()
    }


def put_standing_back(session: Session, instance: ProcessInstance, before: Rows) -> None:
    """Let a case that was stopped stand where it stood before; its engine state was left in place."""
    connection = session.connection()
    [case] = before[_CASE.name]
    instance.state, instance.ended_at = case["state"], None
    session.flush()
    for table in _WAITING:
        _insert(session, table, before[table.name])
    opened = {"state": "open", "closed_at": None, "closed_by_id": None}
    for table, values in ((_TASK, opened), (_INCIDENT, {"resolved_at": None})):
        if ids := [row["id"] for row in before[table.name]]:
            connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))
    session.expire_all()


def _insert(session: Session, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    if made := _written(rows, table):
        session.connection().execute(insert(table), made)


def _as_row(columns: Sequence[str], row: Iterable[Any]) -> dict[str, Any]:
    return {column: _as_json(value) for column, value in zip(columns, row, strict=True)}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _written(rows: Iterable[Mapping[str, Any]], table: Table) -> list[dict[str, Any]]:
    """Rows as their columns hold them. A column that was added since is left as it is."""
    return [{name: _as_held(value, table, name) for name, value in row.items()} for row in rows]


def _as_held(value: Any, table: Table, name: str) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime | DateTime):
        return datetime.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(kind, LargeBinary) else value
