"""The rows of a case as they are at a moment, to be put back exactly: what it takes to undo a move.

History, notices and messages are none of it: they tell what happened, and it did.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
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

from app.db import UtcDateTime
from app.models import Incident, Job, MessageWait, ProcessInstance, UserTask

#: Rows of a case, by table: as JSON holds them.
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
_CASE = cast("Table", ProcessInstance.__table__)
_TASK = cast("Table", UserTask.__table__)
#: What waits in a case, and is removed with what it waits for.
_WAITING = tuple(cast("Table", model.__table__) for model in (Job, MessageWait))
_INCIDENT = cast("Table", Incident.__table__)
_OF: BindParameter[int] = bindparam("of_id")


def rows_of(session: Session, instance_id: int) -> Rows:
    """The row of a case, its open tasks, timers, messages and open incidents. 5 SQL."""
    session.flush()
    connection, of = session.connection(), {"of_id": instance_id}
    return {
        name: [
            {column: _as_json(value) for column, value in zip(columns, row, strict=True)}
            for row in connection.execute(query, of)
        ]
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


def digest(rows: Rows) -> str:
    """A hash of rows: of a case that is what it was, it is the same again. Its revision is left out, which goes
    on when a move is undone."""
    cases = [{**row, "revision": None} for row in rows[_CASE.name]]
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


def _insert(session: Session, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    if made := _written(rows, table):
        session.connection().execute(insert(table), made)


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
