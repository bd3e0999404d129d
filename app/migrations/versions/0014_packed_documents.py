"""Answers kept for a repeat take half the room; JSON documents of cases may be packed on SQLite.

Revision: 0014. What was written before stays text: those columns take both. An older version of Alur cannot read what
is packed, so taking this back unpacks it.
"""

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from app import packing
from app.column_types import Document, PackedBytes, UtcDateTime, UtcMilliseconds

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NAME, _BEFORE, _KEY = "idempotency_record", "idempotency_record_before", "pk_idempotency_record"
_CREATED = "ix_idempotency_record_created_at"
#: The key of a result that was packed already, as base64 in JSON.
_DEFLATED = "deflated1"
_BATCH = 500
#: Columns that may hold something packed on SQLite.
_PACKED = (
    ("process_instance", "variables"),
    ("process_instance", "visits"),
    ("user_task", "deadline"),
    ("history_event", "data"),
)


def upgrade() -> None:
    """Apply. A repeat of a command that was sent before still gets its first result."""
    connection, before, made = op.get_bind(), sa.table(_BEFORE, *_columns_before()), _made_anew(_columns())
    for rows in _in_batches(connection, sa.select(before), before.c.scope):
        connection.execute(sa.insert(made), [_shortened(row) for row in rows])
    op.drop_table(_BEFORE)


def downgrade() -> None:
    """Take back. Kept results go: a repeat would look for keys of which one half is not known any more."""
    _made_anew(_columns_before())
    op.drop_table(_BEFORE)
    if op.get_bind().dialect.name == "sqlite":
        for table, column in _PACKED:
            _unpack(table, column)


def _columns_before() -> list[sa.Column[Any]]:
    return [
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("result", Document, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
    ]


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("scope", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(length=16), nullable=False),
        sa.Column("result", PackedBytes(packing.RESULT), nullable=False),
        sa.Column("created_at", UtcMilliseconds(), nullable=False),
    ]


def _made_anew(columns: list[sa.Column[Any]]) -> sa.Table:
    """The table with these columns and no rows; the one of before goes by another name."""
    op.drop_index(_CREATED, _NAME)
    if op.get_bind().dialect.name == "postgresql":  # there the name of a key is taken in the whole schema
        op.execute(f"ALTER TABLE {_NAME} RENAME CONSTRAINT {_KEY} TO {_KEY}_before")
    op.rename_table(_NAME, _BEFORE)
    made = op.create_table(_NAME, *columns, sa.PrimaryKeyConstraint("scope", name=op.f(_KEY)))
    op.create_index(_CREATED, _NAME, ["created_at"])
    return made


def _shortened(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "scope": bytes.fromhex(row.scope)[:16],
        "body": bytes.fromhex(row.body)[:16],
        "result": _result(row.result),
        "created_at": row.created_at,
    }


def _result(stored: dict[str, Any]) -> Any:
    if stored.keys() != {_DEFLATED}:
        return stored
    deflated = base64.b64decode(stored[_DEFLATED])
    return orjson.loads(packing.unpack(bytes((packing.RESULT,)) + deflated))


def _unpack(name: str, column: str) -> None:
    """Write as text what is packed in a column."""
    connection, table = op.get_bind(), sa.table(name, sa.column("id"), sa.column(column))
    held = table.c[column]
    change = sa.update(table).where(table.c.id == sa.bindparam("of")).values({column: sa.bindparam("text")})
    packed: sa.Select[Any] = sa.select(table).where(sa.func.typeof(held) == "blob")
    for rows in _in_batches(connection, packed, table.c.id):
        texts = [{"of": key, "text": packing.unpack(held).decode()} for key, held in map(tuple, rows)]
        connection.execute(change, texts)


def _in_batches(
    connection: sa.Connection, query: sa.Select[Any], key: sa.ColumnElement[Any]
) -> Iterator[list[sa.Row[Any]]]:
    """The rows of a query in the order of their key, so many at a time."""
    query, last = query.order_by(key).limit(_BATCH), None
    while rows := list(connection.execute(query if last is None else query.where(key > last))):
        yield rows
        last = rows[-1][0]
