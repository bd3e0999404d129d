"""Events stand in chains, checkpoints over them are signed, and the database refuses to change or remove events.

Revision: 0043. What happened before is sealed as it stands now; an event of the record says how much that was.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from app import packing
from app.column_types import PackedDocument, UtcDateTime
from app.history.canonical import GENESIS, SALT_BYTES, Place, Told, commitment, event_hash, moment

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_BATCH = 2_000
_EVENT = sa.table(
    "history_event",
    sa.column("id", sa.BigInteger()),
    sa.column("instance_id", sa.Integer()),
    sa.column("type", sa.String()),
    sa.column("at", UtcDateTime(timezone=True)),
    sa.column("actor_id", sa.Integer()),
    sa.column("activity_id", sa.String()),
    sa.column("data", PackedDocument(packing.VALUES)),
    sa.column("number", sa.Integer()),
    sa.column("hash", sa.LargeBinary()),
    sa.column("salt", sa.LargeBinary()),
)
_CHAIN = sa.table(
    "event_chain",
    sa.column("instance_id", sa.Integer()),
    sa.column("count", sa.Integer()),
    sa.column("head", sa.LargeBinary()),
    sa.column("last_id", sa.BigInteger()),
)
_COLUMNS = (
    ("number", sa.Integer()),
    ("hash", sa.LargeBinary()),
    ("salt", sa.LargeBinary()),
    ("redacted", sa.LargeBinary()),
)
#: The head of a chain follows its events. SQLite wants a WHERE to tell ON CONFLICT from a join.
_HEAD = (
    "INSERT INTO event_chain (instance_id, count, head, last_id) "
    "SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id {} ON CONFLICT (instance_id) "
    "DO UPDATE SET count = excluded.count, head = excluded.head, last_id = excluded.last_id"
)
#: What a permit to redact never covers.
_LASTING = ("id", "instance_id", "type", "at", "actor_id", "activity_id", "number", "hash")


def upgrade() -> None:
    """Apply."""
    _tables()
    for name, type_ in _COLUMNS:
        op.add_column("history_event", sa.Column(name, type_, nullable=True))
    connection, found = op.get_bind(), 0
    outside: dict[str, Any] = {"instance_id": 0, "count": 0, "head": GENESIS, "last_id": 0}
    for some in _batches(_sealed(connection)):
        found += sum(one["count"] for one in some)
        outside = next((one for one in some if not one["instance_id"]), outside)
        if rows := [one for one in some if one["instance_id"]]:
            connection.execute(sa.insert(_CHAIN), rows)
    connection.execute(sa.insert(_CHAIN), [outside])
    _guard(connection)
    if found:
        _tell(connection, outside, found)


def downgrade() -> None:
    """Take back. The record is what it was, and nothing proves it any more."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("history_kept", "history_not_emptied", "head_moved"):
            op.execute(f"DROP TRIGGER {name} ON history_event")
        for name in ("checkpoint_kept", "checkpoint_not_emptied"):
            op.execute(f"DROP TRIGGER {name} ON checkpoint")
        op.execute("DROP FUNCTION alur_history_kept()")
        op.execute("DROP FUNCTION alur_kept()")
        op.execute("DROP FUNCTION alur_head_moved()")
    else:
        for name in (
            "head_moved",
            "history_not_changed",
            "history_not_removed",
            "checkpoint_not_changed",
            "checkpoint_not_removed",
        ):
            op.execute(f"DROP TRIGGER {name}")
    for name, _type in _COLUMNS:
        op.drop_column("history_event", name)
    for table in ("event_chain", "history_permit", "checkpoint", "sealed_head"):
        op.drop_table(table)


def _tables() -> None:
    op.create_table(
        "event_chain",
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("destroyed_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_event_chain")),
    )
    op.create_table(
        "history_permit",
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=6), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "action", name=op.f("pk_history_permit")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("grown", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_sent", sa.String(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "sealed_head",
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_sealed_head")),
    )


def _sealed(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Give every event its place, chain by chain; yield how each chain ends."""
    seal = (
        sa.update(_EVENT)
        .where(_EVENT.c.id == sa.bindparam("of_id"))
        .values({name: sa.bindparam(f"to_{name}") for name in ("number", "hash", "salt")})
    )
    chain: dict[str, Any] = {"instance_id": 0, "count": 0, "head": GENESIS, "last_id": 0}
    for rows in _pages(connection):
        changes = []
        for row in rows:
            if (row.instance_id or 0) != chain["instance_id"]:
                yield chain
                chain = {"instance_id": row.instance_id, "count": 0, "head": GENESIS}
            number, salt = chain["count"] + 1, os.urandom(SALT_BYTES)
            told = Told(row.type, moment(row.at), row.actor_id, row.activity_id)
            place = Place(chain["instance_id"], number, chain["head"])
            chain |= {"count": number, "last_id": row.id}
            chain["head"] = event_hash(place, told, commitment(row.data, salt))
            changes.append({"of_id": row.id, "to_number": number, "to_hash": chain["head"], "to_salt": salt})
        connection.execute(seal, changes)
    yield chain


def _pages(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    """Events by their chains, those outside of cases first, in their order: a page at a time, by the index."""
    outside = sa.select(_EVENT).where(_EVENT.c.instance_id.is_(None))
    yield from _by_key(connection, outside, (_EVENT.c.id,))
    inside = sa.select(_EVENT).where(_EVENT.c.instance_id.is_not(None))
    yield from _by_key(connection, inside, (_EVENT.c.instance_id, _EVENT.c.id))


def _by_key(
    connection: sa.Connection, query: sa.Select[Any], key: tuple[sa.ColumnClause[Any], ...]
) -> Iterator[Sequence[Any]]:
    after: tuple[Any, ...] | None = None
    while True:
        page = query if after is None else query.where(sa.tuple_(*key) > after)
        rows = connection.execute(page.order_by(*key).limit(_BATCH)).all()
        if rows:
            yield rows
        if len(rows) < _BATCH:
            return
        after = tuple(getattr(rows[-1], column.name) for column in key)


def _batches(ends: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(ends, _BATCH)):
        yield some


def _tell(connection: sa.Connection, outside: dict[str, Any], found: int) -> None:
    """Record, outside of cases, how many events were sealed that nothing had protected before."""
    number, salt, at = outside["count"] + 1, os.urandom(SALT_BYTES), datetime.now(UTC)
    data = {"events": found}
    told = Told("history_sealed", moment(at), None, None)
    hash_ = event_hash(Place(0, number, outside["head"]), told, commitment(data, salt))
    row = {"type": told.type, "at": at, "data": data, "number": number, "hash": hash_, "salt": salt}
    connection.execute(sa.insert(_EVENT), [row])


def _guard(connection: sa.Connection) -> None:
    """Refuse to change and to remove events and checkpoints. A permit lets the events of one case be removed, or what
    they tell be redacted; a checkpoint's own way out of the house may be noted."""
    if connection.dialect.name == "postgresql":
        _guard_postgresql(connection)
        return
    permit = "EXISTS (SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = '{}')"
    lasting = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LASTING)
    refuse = "BEGIN SELECT RAISE(ABORT, 'history is never changed'); END"
    run = connection.exec_driver_sql
    run(
        "CREATE TRIGGER history_not_changed BEFORE UPDATE ON history_event "
        f"WHEN NOT {permit.format('UPDATE')} OR {lasting} {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_removed BEFORE DELETE ON history_event "
        f"WHEN NOT {permit.format('DELETE')} {refuse}"
    )
    signed = "id, at, chains, events, root, statement, public_key, signature, grown"
    run(f"CREATE TRIGGER checkpoint_not_changed BEFORE UPDATE OF {signed} ON checkpoint {refuse}")
    run(f"CREATE TRIGGER checkpoint_not_removed BEFORE DELETE ON checkpoint {refuse}")
    run(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event WHEN NEW.number IS NOT NULL "
        f"BEGIN {_HEAD.format('WHERE true')}; END"
    )


def _guard_postgresql(connection: sa.Connection) -> None:
    lasting = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _LASTING)
    run = connection.exec_driver_sql
    refuse = "RAISE EXCEPTION 'history is never changed' USING ERRCODE = 'insufficient_privilege';"
    may = "SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = TG_OP"
    body = f"IF NOT EXISTS ({may}) THEN {refuse} END IF;"
    body += f" IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; IF {lasting} THEN {refuse} END IF; RETURN NEW;"
    run(
        f"CREATE OR REPLACE FUNCTION alur_history_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
    run(
        "CREATE TRIGGER history_kept BEFORE UPDATE OR DELETE ON history_event "
        "FOR EACH ROW EXECUTE FUNCTION alur_history_kept()"
    )
    run(
        f"CREATE OR REPLACE FUNCTION alur_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$"
    )
    run(
        "CREATE TRIGGER history_not_emptied BEFORE TRUNCATE ON history_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION alur_kept()"
    )
    run(
        "CREATE TRIGGER checkpoint_kept BEFORE DELETE OR UPDATE OF "
        "id, at, chains, events, root, statement, public_key, signature, grown ON checkpoint "
        "FOR EACH ROW EXECUTE FUNCTION alur_kept()"
    )
    run(
        "CREATE TRIGGER checkpoint_not_emptied BEFORE TRUNCATE ON checkpoint "
        "FOR EACH STATEMENT EXECUTE FUNCTION alur_kept()"
    )
    run(
        "CREATE OR REPLACE FUNCTION alur_head_moved() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_HEAD.format('')}; RETURN NULL; END $$"
    )
    run(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event FOR EACH ROW "
        "WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION alur_head_moved()"
    )
    # Owners have these rights until they take them from themselves; whoever else is granted the tables gets no more.
    for table in ("history_event", "checkpoint"):
        run(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")
