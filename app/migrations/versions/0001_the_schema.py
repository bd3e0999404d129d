"""The whole schema: tables, indexes, and what triggers keep in them.

Revision: 0001, the first. It stands as it is: what a later release changes comes in a revision after it.
"""

# ruff: noqa: S608 - constants
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = sa.MetaData(
    naming_convention={
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_TIME = sa.DateTime(timezone=True)
_DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
#: The number of an event. SQLite counts on by itself in a column of this type alone.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
_Needed = partial(Column, nullable=False)


def _rows(sqlite: str, postgresql: str = "") -> dict[str, Any]:
    """Which rows an index holds; ``postgresql``: where it is said otherwise there."""
    return {"sqlite_where": text(sqlite), "postgresql_where": text(postgresql or sqlite)}


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    _TABLES.create_all(connection, checkfirst=False)
    is_sqlite = connection.dialect.name == "sqlite"
    (_index_words_in_sqlite if is_sqlite else _index_words_in_postgresql)()
    for trigger in _derived(is_sqlite=is_sqlite):
        _make_trigger(*trigger, is_sqlite=is_sqlite)
    connection.execute(sa.insert(_TABLES.tables["event_chain"]), _OUTSIDE)
    (_guard_sqlite if is_sqlite else _guard_postgresql)(connection)


# What follows from tasks and cases ----------------------------------------------------------------------------------

_DIFFERS = {True: "IS NOT", False: "IS DISTINCT FROM"}
_SEEN = """
INSERT INTO instance_visibility (instance_id, group_id, unit_code, state)
SELECT i.id, new.group_id, coalesce(new.unit_code, ''), i.state
  FROM process_instance AS i WHERE i.id = new.instance_id
UNION
SELECT i.id, new.coordinator_group_id, '', i.state
  FROM process_instance AS i WHERE i.id = new.instance_id AND new.coordinator_group_id IS NOT NULL
ON CONFLICT DO NOTHING;
"""
#: In a round the name ends with the element, which is a value of one case.
_CALLED = """CASE WHEN new.locals = {none} THEN new.name
  WHEN {at}(new.name, ': ') > 0 THEN substr(new.name, 1, {at}(new.name, ': ') - 1)
  WHEN {at}(new.name, ' (') > 0 THEN substr(new.name, 1, {at}(new.name, ' (') - 1)
  ELSE new.name END"""
_OFFERS = """
INSERT INTO filter_value (group_id, unit_code, name, value, label)
SELECT new.group_id, coalesce(new.unit_code, ''), 'activity', new.activity_id, {called} WHERE true
UNION ALL SELECT new.group_id, coalesce(new.unit_code, ''), 'lane', new.lane, new.lane
UNION ALL SELECT new.group_id, new.unit_code, 'unit', new.unit_code, new.unit_code
  WHERE new.unit_code IS NOT NULL
ON CONFLICT (group_id, unit_code, name, value) DO UPDATE SET label = excluded.label
  WHERE filter_value.label <> excluded.label;
"""
_UNSEEN = """
DELETE FROM instance_visibility WHERE instance_id = old.instance_id AND NOT EXISTS (
  SELECT 1 FROM user_task AS t WHERE t.instance_id = instance_visibility.instance_id AND (
    (t.group_id = instance_visibility.group_id AND coalesce(t.unit_code, '') = instance_visibility.unit_code)
    OR (t.coordinator_group_id = instance_visibility.group_id AND instance_visibility.unit_code = '')));
"""
#: What lists of a group can be narrowed to: name of the value, and column of the case.
_VALUES_OF = (
    ("category", "category"),
    ("case_unit", "unit_code"),
    ("area", "area"),
    ("key", "key"),
    ("priority", "priority"),
)
_VALUES = """
INSERT INTO filter_value (group_id, unit_code, name, value, label)
SELECT v.group_id, v.unit_code, n.name, n.value, n.value
  FROM {visible} AS v JOIN ({values}) AS n ON n.id = v.instance_id
  WHERE n.value <> '' AND v.instance_id = {instance_id}
ON CONFLICT DO NOTHING;
"""
_VISIBLE = "(SELECT new.group_id AS group_id, new.unit_code AS unit_code, new.instance_id AS instance_id)"


def _values(visible: str, instance_id: str) -> str:
    selects = " UNION ALL ".join(
        f"SELECT id, '{name}' AS name, {column} AS value FROM process_instance WHERE id = {instance_id}"
        for name, column in _VALUES_OF
    )
    return _VALUES.format(visible=visible, values=selects, instance_id=instance_id)


def _derived(*, is_sqlite: bool) -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """Name, event, table, columns whose change counts, and what is done."""
    newline, at = ("char(10)", "instr") if is_sqlite else ("chr(10)", "strpos")
    body = f"lower(new.business_key || {newline} || new.subject)"
    called = _CALLED.format(at=at, none="'{}'" if is_sqlite else "'{}'::jsonb")
    offers = _OFFERS.format(called=called)
    each = "json_each(new.branches)" if is_sqlite else "jsonb_array_elements_text(new.branches) AS one(value)"
    branched = (
        f"INSERT INTO case_branch (element_id, instance_id) SELECT value, new.id FROM {each}"
        " WHERE true ON CONFLICT DO NOTHING;"
    )
    gone = f"DELETE FROM case_branch WHERE instance_id = new.id AND element_id NOT IN (SELECT value FROM {each});"
    moved = ("group_id", "unit_code", "coordinator_group_id")
    stands = "UPDATE instance_visibility SET state = new.state WHERE instance_id = new.id;"
    words = f"INSERT INTO instance_text (instance_id, body) VALUES (new.id, {body});"
    new_words = f"UPDATE instance_text SET body = {body} WHERE instance_id = new.id;"
    changed, case = _values("instance_visibility", "new.id"), "process_instance"
    return [
        ("task_offered", "INSERT", "user_task", (), f"{_SEEN}\n{offers}"),
        ("task_moved", "UPDATE", "user_task", moved, f"{_UNSEEN}\n{_SEEN}\n{offers}"),
        ("task_removed", "DELETE", "user_task", (), _UNSEEN),
        ("instance_named", "INSERT", case, (), words),
        ("instance_renamed", "UPDATE", case, ("business_key", "subject"), new_words),
        ("instance_stands", "UPDATE", case, ("state",), stands),
        ("instance_values", "UPDATE", case, ("category", "unit_code", "area", "priority"), changed),
        ("instance_seen", "INSERT", "instance_visibility", (), _values(_VISIBLE, "new.instance_id")),
        ("case_branches_new", "INSERT", case, (), branched),
        ("case_branches", "UPDATE", case, ("branches",), f"{gone} {branched}"),
    ]


def _make_trigger(
    name: str, event: str, table: str, columns: tuple[str, ...], done: str, *, is_sqlite: bool
) -> None:
    run = op.get_bind().exec_driver_sql
    of = f" OF {', '.join(columns)}" if columns else ""
    changed = " OR ".join(f"new.{column} {_DIFFERS[is_sqlite]} old.{column}" for column in columns)
    when = f"AFTER {event}{of} ON {table} FOR EACH ROW" + (f" WHEN ({changed})" if columns else "")
    if is_sqlite:
        run(f"CREATE TRIGGER {name} {when} BEGIN {done} END")
        return
    run(
        f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {done} RETURN NULL; END $$"
    )
    run(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION alur_{name}()")


# The words that cases are found by ----------------------------------------------------------------------------------


def _index_words_in_sqlite() -> None:
    """Indexes of every three letters in a row, and of words; they hold no text of their own."""
    run = op.get_bind().exec_driver_sql
    three = "tokenize='trigram case_sensitive 1'"
    contents = {
        "instance_text": f"body, content='instance_text', content_rowid='instance_id', {three}",
        "case_words": "body, content='case_words', content_rowid='instance_id', tokenize='ascii'",
        "word_slip": f"word, {three}",
    }
    for table, content in contents.items():
        run(f"DROP TABLE IF EXISTS {table}_index")  # no table of the models: see `migrations.build`
        run(f"CREATE VIRTUAL TABLE {table}_index USING fts5({content}, detail=none, columnsize=0)")
    for table, name in (("instance_text", "words"), ("case_words", "case_words")):
        add = f"INSERT INTO {table}_index (rowid, body) VALUES (new.instance_id, new.body);"
        drop = (
            f"INSERT INTO {table}_index ({table}_index, rowid, body)"
            " VALUES ('delete', old.instance_id, old.body);"
        )
        run(f"CREATE TRIGGER {name}_added AFTER INSERT ON {table} BEGIN {add} END")
        run(f"CREATE TRIGGER {name}_changed AFTER UPDATE ON {table} BEGIN {drop} {add} END")
        run(f"CREATE TRIGGER {name}_removed AFTER DELETE ON {table} BEGIN {drop} END")
    run(
        "CREATE TRIGGER word_added AFTER INSERT ON word_slip WHEN new.slip = new.word"
        " BEGIN INSERT INTO word_slip_index (word) VALUES (new.word); END"
    )


def _index_words_in_postgresql() -> None:
    """The same by means of the server itself: pg_trgm is an extension, which not everybody may install."""
    run = op.get_bind().exec_driver_sql
    run(
        "CREATE OR REPLACE FUNCTION alur_trigrams(body text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT"
        " PARALLEL SAFE COST 1000 AS $$ SELECT coalesce(array_agg(DISTINCT substr(body, place, 3)), '{}')"
        " FROM generate_series(1, length(body) - 2) AS place $$"
    )
    run("CREATE INDEX ix_instance_text_trigrams ON instance_text USING gin (alur_trigrams(body))")
    run(
        "CREATE INDEX ix_case_words_found ON case_words"
        " USING gin (array_to_tsvector(string_to_array(body, ' ')))"
    )
    run("CREATE INDEX ix_word_slip_parts ON word_slip USING gin (alur_trigrams(word)) WHERE slip = word")


# The record: events are only added at the end of their chains, heads only move on, and the events of a case can be
# removed only once its destruction is recorded. Whoever owns the tables can take guards away: see docs/evidence.md.

_REFUSED = "history is never changed"
#: What a permit to redact never covers.
_LASTING = ("id", "instance_id", "type", "at", "actor_id", "activity_id", "number", "hash")
#: Of a checkpoint. That it left the house may be noted.
_SIGNED = "id, at, chains, events, root, statement, public_key, signature, grown"
#: The chain of what happens outside of cases, in which nothing happened yet: see `history.canonical`.
_OUTSIDE = {"instance_id": 0, "count": 0, "head": bytes(32), "last_id": 0}


def _guard_sqlite(connection: sa.Connection) -> None:
    run = connection.exec_driver_sql
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    chain = "event_chain WHERE instance_id = coalesce(NEW.instance_id, 0)"
    destroyed = "EXISTS (SELECT 1 FROM event_chain WHERE instance_id = {} AND destroyed_at IS NOT NULL)"
    permit = "EXISTS (SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = '{}')"
    lasting = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LASTING)
    # A row that replaces another one fires no trigger of DELETE, but this one.
    run(
        "CREATE TRIGGER history_added_in_order BEFORE INSERT ON history_event WHEN NEW.instance_id = 0 "
        f"OR NEW.hash IS NULL OR NEW.number IS NOT coalesce((SELECT count FROM {chain}), 0) + 1 "
        f"OR EXISTS (SELECT 1 FROM history_event WHERE id = NEW.id) OR {destroyed.format('NEW.instance_id')} {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_changed BEFORE UPDATE ON history_event "
        f"WHEN NOT {permit.format('UPDATE')} OR {lasting} OR NEW.salt IS NOT NULL OR NEW.redacted IS NULL "
        f"OR (OLD.redacted IS NOT NULL AND NEW.redacted IS NOT OLD.redacted) {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_removed BEFORE DELETE ON history_event "
        f"WHEN NOT {permit.format('DELETE')} OR NOT {destroyed.format('OLD.instance_id')} {refuse}"
    )
    moved = "instance_id = coalesce(NEW.instance_id, 0)"
    run(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event BEGIN "
        f"UPDATE event_chain SET count = NEW.number, head = NEW.hash, last_id = NEW.id WHERE {moved}; "
        "INSERT INTO event_chain (instance_id, count, head, last_id) "
        "SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id "
        f"WHERE NOT EXISTS (SELECT 1 FROM event_chain WHERE {moved}); END"
    )
    run(
        "CREATE TRIGGER head_moves_on BEFORE UPDATE ON event_chain WHEN NEW.instance_id IS NOT OLD.instance_id "
        "OR OLD.destroyed_at IS NOT NULL OR NOT (NEW.count = OLD.count + 1 AND NEW.last_id > OLD.last_id "
        "AND NEW.destroyed_at IS NULL OR NEW.count = OLD.count AND NEW.head = OLD.head "
        f"AND NEW.last_id = OLD.last_id) {refuse}"
    )
    run(f"CREATE TRIGGER head_kept BEFORE DELETE ON event_chain {refuse}")
    run(
        "CREATE TRIGGER sealed_moves_on BEFORE UPDATE ON sealed_head WHEN NEW.instance_id IS NOT OLD.instance_id "
        f"OR NEW.count <= OLD.count OR NEW.checkpoint_id <= OLD.checkpoint_id {refuse}"
    )
    run(f"CREATE TRIGGER sealed_kept BEFORE DELETE ON sealed_head {refuse}")
    run(
        "CREATE TRIGGER checkpoint_added_in_order BEFORE INSERT ON checkpoint "
        f"WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM checkpoint) {refuse}"
    )
    run(f"CREATE TRIGGER checkpoint_not_changed BEFORE UPDATE OF {_SIGNED} ON checkpoint {refuse}")
    run(f"CREATE TRIGGER checkpoint_not_removed BEFORE DELETE ON checkpoint {refuse}")


def _guard_postgresql(connection: sa.Connection) -> None:
    lasting = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _LASTING)
    functions = {
        "history_added": "IF NEW.instance_id = 0 OR NEW.hash IS NULL OR NEW.number IS DISTINCT FROM "
        "coalesce((SELECT c.count FROM event_chain c WHERE c.instance_id = coalesce(NEW.instance_id, 0)), 0) + 1 "
        "OR EXISTS (SELECT 1 FROM event_chain c WHERE c.instance_id = NEW.instance_id "
        "AND c.destroyed_at IS NOT NULL) THEN {refuse} END IF; RETURN NEW;",
        "history_kept": "IF NOT EXISTS (SELECT 1 FROM history_permit p WHERE p.instance_id = OLD.instance_id "
        "AND p.action = TG_OP) THEN {refuse} END IF; IF TG_OP = 'DELETE' THEN IF NOT EXISTS (SELECT 1 "
        "FROM event_chain c WHERE c.instance_id = OLD.instance_id AND c.destroyed_at IS NOT NULL) "
        "THEN {refuse} END IF; RETURN OLD; END IF; "
        f"IF {lasting} OR NEW.salt IS NOT NULL OR NEW.redacted IS NULL "
        "OR (OLD.redacted IS NOT NULL AND NEW.redacted <> OLD.redacted) THEN {refuse} END IF; RETURN NEW;",
        # That a case is destroyed is recorded before, among what happened last outside of cases.
        "head_moves_on": "IF NEW.instance_id <> OLD.instance_id OR OLD.destroyed_at IS NOT NULL "
        "OR NOT (NEW.count = OLD.count + 1 AND NEW.last_id > OLD.last_id AND NEW.destroyed_at IS NULL "
        "OR NEW.count = OLD.count AND NEW.head = OLD.head AND NEW.last_id = OLD.last_id) THEN {refuse} END IF; "
        "IF NEW.destroyed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM (SELECT e.type, e.data "
        "FROM history_event e WHERE e.instance_id IS NULL ORDER BY e.id DESC LIMIT 20) latest "
        "WHERE latest.type = 'case_destroyed' AND latest.data ->> 'instance' = OLD.instance_id::text "
        "AND latest.data ->> 'events' = OLD.count::text AND latest.data ->> 'head' = encode(OLD.head, 'hex')) "
        "THEN {refuse} END IF; RETURN NEW;",
        "sealed_moves_on": "IF NEW.instance_id <> OLD.instance_id OR NEW.count <= OLD.count "
        "OR NEW.checkpoint_id <= OLD.checkpoint_id THEN {refuse} END IF; RETURN NEW;",
        "checkpoint_added": "IF NEW.id <> (SELECT coalesce(max(c.id), 0) + 1 FROM checkpoint c) "
        "THEN {refuse} END IF; RETURN NEW;",
    }
    # They find their tables in this schema, whatever tables a role makes for a session.
    schema = connection.scalar(text("SELECT current_schema()")) or "public"
    path = f" SET search_path = {connection.dialect.identifier_preparer.quote(schema)}, pg_temp"
    for name, body in functions.items():
        _make_function(connection, name, body, path)
    _make_function(connection, "kept", "{refuse}")
    _make_function(
        connection,
        "head_moved",
        "INSERT INTO event_chain (instance_id, count, head, last_id) "
        "SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id  ON CONFLICT (instance_id) "
        "DO UPDATE SET count = excluded.count, head = excluded.head, last_id = excluded.last_id; RETURN NULL;",
    )
    for trigger, when, function in (
        ("history_added_in_order", "BEFORE INSERT ON history_event", "history_added"),
        ("history_kept", "BEFORE UPDATE OR DELETE ON history_event", "history_kept"),
        ("head_moves_on", "BEFORE UPDATE ON event_chain", "head_moves_on"),
        ("head_kept", "BEFORE DELETE ON event_chain", "kept"),
        ("sealed_moves_on", "BEFORE UPDATE ON sealed_head", "sealed_moves_on"),
        ("sealed_kept", "BEFORE DELETE ON sealed_head", "kept"),
        ("checkpoint_added_in_order", "BEFORE INSERT ON checkpoint", "checkpoint_added"),
        ("checkpoint_kept", f"BEFORE DELETE OR UPDATE OF {_SIGNED} ON checkpoint", "kept"),
    ):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {trigger} {when} FOR EACH ROW EXECUTE FUNCTION alur_{function}()"
        )
    connection.exec_driver_sql(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event FOR EACH ROW "
        "WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION alur_head_moved()"
    )
    for name, table in (
        ("history", "history_event"),
        ("head", "event_chain"),
        ("sealed", "sealed_head"),
        ("checkpoint", "checkpoint"),
    ):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION alur_kept()"
        )
        # Owners have these rights until they take them from themselves; whoever is granted the tables gets no more.
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")


def _make_function(connection: sa.Connection, name: str, body: str, options: str = "") -> None:
    refuse = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'insufficient_privilege';"
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql{options} AS "
        f"$$ BEGIN {body.replace('{refuse}', refuse)} END $$"
    )


# Tables: each column and index of each ------------------------------------------------------------------------------

Table(
    "attempt",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("bucket", String(64)),
    _Needed("at", _TIME),
    Index("ix_attempt_bucket_attempt_at", "bucket", "at"),
)
Table(
    "candidate_group",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("name", String(255), unique=True),
)
Table(
    "checkpoint",
    _TABLES,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _Needed("at", _TIME),
    _Needed("chains", Integer),
    _Needed("events", BigInteger),
    _Needed("root", LargeBinary),
    _Needed("statement", String),
    _Needed("public_key", LargeBinary),
    _Needed("signature", LargeBinary),
    _Needed("grown", LargeBinary),
    Column("sent_at", _TIME),
    _Needed("not_sent", String, server_default=""),
)
Table(
    "destroyed_figure",
    _TABLES,
    Column("key", String(255), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("what", String(255), primary_key=True),
    Column("unit", String(120), primary_key=True),
    Column("category", String(120), primary_key=True),
    Column("area", String(120), primary_key=True),
    Column("channel", String(120), primary_key=True),
    _Needed("destroyed_at", _TIME),
    _Needed("received", Integer),
    _Needed("answered", Integer),
    _Needed("answer_minutes", Integer),
    _Needed("finished", Integer),
    _Needed("finish_minutes", Integer),
    _Needed("unanswered", Integer),
    _Needed("other", Integer),
    _Needed("cancelled", Integer),
    _Needed("joined", Integer),
    _Needed("rated", Integer),
    _Needed("rating_sum", Integer),
    _Needed("done", Integer),
    _Needed("done_minutes", Integer),
    _Needed("timed", Integer),
    _Needed("within", Integer),
    _Needed("returned", Integer),
    sqlite_with_rowid=False,
)
Table(
    "event_chain",
    _TABLES,
    Column("instance_id", Integer, primary_key=True, autoincrement=False),
    _Needed("count", Integer),
    _Needed("head", LargeBinary),
    _Needed("last_id", BigInteger, server_default="0"),
    Column("destroyed_at", _TIME),
)
Table(
    "figure_change",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("key", String(255)),
    _Needed("entries", _DOCUMENT),
    Index("ix_figure_change_of_key", "key", "id"),
)
Table(
    "figure_total",
    _TABLES,
    Column("key", String(255), primary_key=True),
    Column("dimension", String(10), primary_key=True),
    Column("by", String(10), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("value", String(255), primary_key=True),
    Column("by_value", String(255), primary_key=True),
    _Needed("received", Integer),
    _Needed("answered", Integer),
    _Needed("answer_minutes", Integer),
    _Needed("finished", Integer),
    _Needed("finish_minutes", Integer),
    _Needed("unanswered", Integer),
    _Needed("other", Integer),
    _Needed("cancelled", Integer),
    _Needed("joined", Integer, server_default="0"),
    _Needed("rated", Integer, server_default="0"),
    _Needed("rating_sum", Integer, server_default="0"),
    _Needed("done", Integer),
    _Needed("done_minutes", Integer),
    _Needed("timed", Integer),
    _Needed("within", Integer),
    _Needed("returned", Integer),
    sqlite_with_rowid=False,
)
Table(
    "filter_value",
    _TABLES,
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("unit_code", String(64), primary_key=True),
    Column("name", String(10), primary_key=True),
    Column("value", String(1000), primary_key=True),
    _Needed("label", String),
    Index("ix_filter_value_having", "name", "value"),
    sqlite_with_rowid=False,
)
Table(
    "history_permit",
    _TABLES,
    Column("instance_id", Integer, primary_key=True, autoincrement=False),
    Column("action", String(6), primary_key=True),
)
Table(
    "holiday",
    _TABLES,
    Column("on", Date, primary_key=True),
    _Needed("name", String),
)
Table(
    "idempotency_record",
    _TABLES,
    Column("scope", LargeBinary, primary_key=True),
    _Needed("body", LargeBinary),
    _Needed("result", LargeBinary),
    _Needed("created_at", BigInteger),
    Index("ix_idempotency_record_created_at", "created_at"),
)
Table(
    "resource",
    _TABLES,
    Column("sha256", String(64), primary_key=True),
    _Needed("content", LargeBinary),
)
Table(
    "sealed_head",
    _TABLES,
    Column("instance_id", Integer, primary_key=True, autoincrement=False),
    _Needed("count", Integer),
    _Needed("head", LargeBinary),
    _Needed("checkpoint_id", Integer),
)
Table(
    "setting",
    _TABLES,
    Column("name", String(100), primary_key=True),
    _Needed("value", _DOCUMENT),
)
Table(
    "unit",
    _TABLES,
    Column("code", String(64), primary_key=True),
    _Needed("name", String),
    Column("valid_from", Date),
    Column("valid_until", Date),
    _Needed("successors", String),
)
Table(
    "user",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("name", String(64), unique=True),
    _Needed("full_name", String),
    Column("email", String),
    _Needed("password_hash", String),
    _Needed("is_admin", Boolean),
    _Needed("is_process_owner", Boolean),
    _Needed("is_auditor", Boolean),
    _Needed("language", String(2)),
    _Needed("created_at", _TIME),
    Column("disabled_at", _TIME),
    Column("signed_in_at", _TIME),
    _Needed("must_change_password", Boolean),
    Column("second_step_at", _TIME),
)
Table(
    "void_nonce",
    _TABLES,
    Column("nonce", String(64), primary_key=True),
    _Needed("until", _TIME),
    Index("ix_void_nonce_until", "until"),
)
Table(
    "watched_file",
    _TABLES,
    Column("name", String(255), primary_key=True),
    _Needed("sha256", String(64)),
    _Needed("checked_at", _TIME),
    _Needed("findings", _DOCUMENT),
    _Needed("refused", Boolean),
)
Table(
    "word_slip",
    _TABLES,
    Column("slip", String(40), primary_key=True),
    Column("word", String(40), primary_key=True),
    sqlite_with_rowid=False,
)
Table(
    "work",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("kind", String(40)),
    _Needed("key", String(64)),
    Column("receiver", String(64)),
    _Needed("lane", Integer),
    Column("due_at", _TIME),
    _Needed("tries", Integer),
    _Needed("deaths", Integer),
    Column("holder", String(32)),
    Column("again_at", _TIME),
    Column("error", String(500)),
    UniqueConstraint("kind", "key"),
    Index("ix_work_held", "receiver", **_rows("holder IS NOT NULL")),
    Index("ix_work_lane_work_due_at_work_id", "lane", "due_at", "id"),
    Index("ix_work_of_receiver", "receiver", "due_at", "id", **_rows("receiver IS NOT NULL")),
)
Table(
    "absence",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    Column("substitute_id", Integer, ForeignKey("user.id")),
    _Needed("first_on", Date),
    _Needed("last_on", Date),
    _Needed("added_at", _TIME),
    _Needed("added_by_id", Integer, ForeignKey("user.id")),
    Column("ended_at", _TIME),
    Index("ix_absence_last_on", "last_on"),
    Index("ix_absence_of_user", "user_id", "last_on"),
)
Table(
    "api_token",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("token_hash", String(64), unique=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("created_at", _TIME),
    Column("revoked_at", _TIME),
    _Needed("expires_at", _TIME, server_default="2000-01-01 00:00:00"),
    Column("used_at", _TIME),
    Index("ix_api_token_user_id", "user_id"),
)
Table(
    "audit_sample",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("name", String(100)),
    _Needed("query", String),
    _Needed("seed", String(64)),
    _Needed("size", Integer),
    _Needed("population", Integer),
    _Needed("drawn_at", _TIME),
    _Needed("drawn_by_id", Integer, ForeignKey("user.id")),
    Index("ix_audit_sample_of", "drawn_by_id", "id"),
)
Table(
    "deadline_recount",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("state", String(10)),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    _Needed("total", Integer),
    _Needed("looked", Integer),
    _Needed("moved", Integer),
    _Needed("failed", Integer),
    _Needed("after_id", Integer),
    Index("ix_deadline_recount_state", "state", "id"),
)
Table(
    "destruction",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("key", String(255)),
    _Needed("process", String),
    _Needed("rule", String),
    _Needed("before", _TIME),
    _Needed("reason", String),
    _Needed("state", String(10)),
    _Needed("stopped_by", String(8)),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    _Needed("total", Integer),
    _Needed("destroyed", Integer),
    _Needed("failed", Integer),
    Column("after_ended_at", _TIME),
    _Needed("after_id", Integer),
    _Needed("checksum", String(64)),
    Index("ix_destruction_state", "state", "id"),
)
Table(
    "digest",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    Column("on", Date, primary_key=True),
    _Needed("state", String(7)),
    _Needed("begun_at", _TIME),
    _Needed("attempts", Integer),
    Column("again_at", _TIME),
    Column("error", String),
    Index("ix_digest_on", "on"),
)
Table(
    "draft",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("scope", String(300)),
    _Needed("ciphertext", LargeBinary),
    _Needed("saved_at", _TIME),
    UniqueConstraint("user_id", "scope"),
)
Table(
    "import_batch",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("key", String(255)),
    Column("sheet", LargeBinary),
    _Needed("wanted", _DOCUMENT),
    _Needed("state", String(10)),
    _Needed("added_by_id", Integer, ForeignKey("user.id")),
    _Needed("is_begun", Boolean),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    Index("ix_import_batch_of_key", "key", "id"),
    Index("ix_import_batch_state", "state", "id"),
)
Table(
    "lane_group",
    _TABLES,
    Column("process_key", String(255), primary_key=True),
    Column("lane_id", String(255), primary_key=True),
    _Needed("group_id", Integer, ForeignKey("candidate_group.id")),
)
Table(
    "login_session",
    _TABLES,
    Column("token_hash", String(64), primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("created_at", _TIME),
    _Needed("seen_at", _TIME),
    _Needed("browser", String(60), server_default=""),
    _Needed("way", String(8), server_default="password"),
    _Needed("two_steps", Boolean, server_default=false()),
    Index("ix_login_session_user_id", "user_id"),
)
Table(
    "membership",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    Column("group_id", Integer, ForeignKey("candidate_group.id"), primary_key=True),
)
Table(
    "membership_change",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("at", _TIME),
    Column("by_id", Integer, ForeignKey("user.id")),
    _Needed("gained", _DOCUMENT),
    _Needed("lost", _DOCUMENT),
    Index("ix_membership_change_of_user", "user_id", "at"),
)
Table(
    "message_text",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("kind", String(40)),
    _Needed("language", String(2)),
    _Needed("subject", String),
    _Needed("body", String),
    _Needed("is_delivered", Boolean),
    _Needed("written_at", _TIME),
    Column("written_by_id", Integer, ForeignKey("user.id")),
    Index("ix_message_text_kind", "kind", "language", "id"),
)
Table(
    "notification_settings",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    _Needed("choices", _DOCUMENT),
    _Needed("quiet", String(6)),
    _Needed("quiet_from", String(5)),
    _Needed("quiet_until", String(5)),
    _Needed("quiet_days_off", Boolean),
    _Needed("overdue_anyway", Boolean),
)
Table(
    "passkey",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("credential_id", String(1400), unique=True),
    _Needed("public_key", LargeBinary),
    _Needed("sign_count", BigInteger),
    _Needed("name", String(60)),
    _Needed("created_at", _TIME),
    Column("used_at", _TIME),
    Index("ix_passkey_user_id", "user_id"),
)
Table(
    "phone_upload",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("scope", String(300)),
    _Needed("token_hash", String(64), unique=True),
    _Needed("until", _TIME),
    _Needed("field_key", String(255)),
    _Needed("is_private", Boolean),
    _Needed("photos", _DOCUMENT),
    UniqueConstraint("user_id", "scope"),
)
Table(
    "process_definition",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("key", String(255)),
    _Needed("version", Integer),
    _Needed("name", String),
    _Needed("deployed_at", _TIME),
    Column("deployed_by_id", Integer, ForeignKey("user.id")),
    _Needed("findings", _DOCUMENT),
    _Needed("lane_groups", _DOCUMENT),
    _Needed("in_force", Boolean, server_default=false()),
    _Needed("withdrawn", Boolean, server_default=false()),
    _Needed("reason", String, server_default=""),
    _Needed("checksum", String(64), server_default=""),
    Column("approved_by_id", Integer),
    Column("sop_number", String),
    Column("sop_revision", String),
    Column("sop_revision_date", String),
    Column("sop_effective_date", String),
    Column("start_group_id", Integer),
    _Needed("has_reporter", Boolean, server_default=false()),
    Column("outline", _DOCUMENT),
    UniqueConstraint("key", "version"),
    Index("ix_process_definition_by_name", "name", "id", **_rows("in_force = 1", "in_force")),
    Index("ix_process_definition_in_force", "key", unique=True, **_rows("in_force = 1", "in_force")),
    Index("ix_process_definition_key", "key"),
    Index(
        "ix_process_definition_started_by",
        "start_group_id",
        "has_reporter",
        **_rows("in_force = 1", "in_force"),
    ),
)
Table(
    "proposed_deployment",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("state", String(8)),
    _Needed("digest", String(64)),
    _Needed("files", _DOCUMENT),
    _Needed("beside", _DOCUMENT),
    _Needed("base", _DOCUMENT),
    _Needed("no_longer_identity", _DOCUMENT),
    _Needed("findings", _DOCUMENT),
    _Needed("proposed_at", _TIME),
    Column("proposed_by_id", Integer, ForeignKey("user.id")),
    Column("decided_at", _TIME),
    Column("decided_by_id", Integer, ForeignKey("user.id")),
    _Needed("reason", String, server_default=""),
    Column("in_force_at", _TIME),
    Column("draft_id", Integer),
    Column("reinstates_id", Integer),
    _Needed("whole", Boolean, server_default=false()),
    Column("ended_at", _TIME),
    Column("ended_by_id", Integer),
    _Needed("end_reason", String, server_default=""),
    Index("ix_proposed_deployment_draft_id", "draft_id"),
    Index("ix_proposed_deployment_state", "state"),
)
Table(
    "provider_account",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    _Needed("issuer", String(255)),
    _Needed("subject", String(255)),
    _Needed("tied_at", _TIME),
    UniqueConstraint("issuer", "subject"),
)
Table(
    "recovery_code",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)
Table(
    "reply_template",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("group_id", Integer, ForeignKey("candidate_group.id")),
    _Needed("name", String(60)),
    _Needed("text", String),
    Index("ix_reply_template_group_id", "group_id"),
)
Table(
    "roster_file",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("kind", String(8)),
    _Needed("state", String(10)),
    _Needed("sheet", LargeBinary),
    Column("secret", LargeBinary),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    Index("ix_roster_file_begun_at", "begun_at"),
    Index("ix_roster_file_state", "state", "id"),
)
Table(
    "saved_question",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("owner_id", Integer, ForeignKey("user.id")),
    _Needed("name", String(100)),
    _Needed("query", String),
    _Needed("shared", Boolean, server_default=false()),
    _Needed("saved_at", _TIME),
    Index("ix_saved_question_of_owner", "owner_id"),
    Index("ix_saved_question_shared", "shared", "id"),
)
Table(
    "saved_view",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("owner_id", Integer, ForeignKey("user.id")),
    Column("group_id", Integer, ForeignKey("candidate_group.id")),
    _Needed("name", String(60)),
    _Needed("filters", _DOCUMENT),
    _Needed("position", Integer),
    Column("deleted_at", _TIME),
    Index("ix_saved_view_of_group", "group_id"),
    Index("ix_saved_view_of_owner", "owner_id"),
)
Table(
    "second_step",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    _Needed("sealed_key", LargeBinary),
    _Needed("last_period", BigInteger),
)
Table(
    "security_event",
    _TABLES,
    Column("id", _NUMBER, primary_key=True),
    _Needed("at", BigInteger),
    _Needed("kind", String(10)),
    _Needed("action", String(60)),
    _Needed("outcome", String(40)),
    Column("actor_id", Integer, ForeignKey("user.id")),
    Column("target_kind", String(12)),
    Column("target_id", String(255)),
    Column("part", String(64)),
    _Needed("channel", String(8)),
    Column("session", String(16)),
    Column("source", String(45)),
    Index(
        "ix_security_event_about", "target_kind", "target_id", "at", "id", **_rows("target_id IS NOT NULL")
    ),
    Index("ix_security_event_at", "at", "id"),
    Index("ix_security_event_of_actor", "actor_id", "at", "id"),
    Index("ix_security_event_of_kind", "kind", "at", "id"),
)
Table(
    "task_presence",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("task_id", String(32), primary_key=True),
    _Needed("seen_at", _TIME),
    Index("ix_task_presence_task_id", "task_id"),
)
Table(
    "task_transfer",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("kind", String(10)),
    _Needed("state", String(10)),
    _Needed("reason", String),
    Column("source_id", Integer, ForeignKey("user.id")),
    Column("source_unit", String(64), ForeignKey("unit.code")),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    _Needed("is_undo", Boolean),
    Column("finished_at", _TIME),
    Index("ix_task_transfer_begun_by", "begun_by_id", "id"),
    Index("ix_task_transfer_state", "state", "id"),
)
Table(
    "user_unit",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    Column("unit_code", String(64), ForeignKey("unit.code"), primary_key=True),
)
Table(
    "webhook",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("name", String(100)),
    _Needed("url", String(500)),
    _Needed("events", _DOCUMENT),
    _Needed("secret", LargeBinary),
    _Needed("after_event", Integer),
    _Needed("added_at", _TIME),
    Column("added_by_id", Integer, ForeignKey("user.id")),
    Column("disabled_at", _TIME),
)
Table(
    "definition_file",
    _TABLES,
    Column("definition_id", Integer, ForeignKey("process_definition.id"), primary_key=True),
    Column("name", String(255), primary_key=True),
    _Needed("kind", String(8)),
    _Needed("sha256", String(64), ForeignKey("resource.sha256")),
)
Table(
    "destroyed_case",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("destruction_id", Integer, ForeignKey("destruction.id")),
    _Needed("instance_id", Integer),
    _Needed("key", String(255)),
    _Needed("business_key", String(255)),
    _Needed("version", Integer),
    _Needed("state", String(10)),
    _Needed("end_name", String),
    _Needed("started_at", _TIME),
    _Needed("ended_at", _TIME),
    _Needed("destroyed_at", _TIME),
    _Needed("files", Integer),
    _Needed("events", Integer),
    _Needed("checksum", String(64)),
    Index("ix_destroyed_case_instance", "instance_id"),
    Index("ix_destroyed_case_number", "key", "business_key"),
    Index("ix_destroyed_case_of", "destruction_id", "id"),
)
Table(
    "event_start",
    _TABLES,
    Column("definition_id", Integer, ForeignKey("process_definition.id"), primary_key=True),
    Column("activity_id", String(255), primary_key=True),
    _Needed("name", String(255)),
    _Needed("is_signal", Boolean),
    Index("ix_event_start_heard", "name", "is_signal", "definition_id"),
)
Table(
    "first_view",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    _Needed("view_id", Integer, ForeignKey("saved_view.id")),
    Index("ix_first_view_view_id", "view_id"),
)
Table(
    "import_value",
    _TABLES,
    Column("batch_id", Integer, ForeignKey("import_batch.id"), primary_key=True),
    Column("field", String(255), primary_key=True),
    Column("mark", String(64), primary_key=True),
    Column("text", LargeBinary),
    _Needed("lines", Integer),
    Column("option", String(255)),
)
Table(
    "migration_batch",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("key", String(255)),
    _Needed("target_id", Integer, ForeignKey("process_definition.id")),
    _Needed("decisions", _DOCUMENT),
    _Needed("reason", String),
    _Needed("undo_reason", String, server_default=""),
    _Needed("state", String(10)),
    _Needed("is_undo", Boolean),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    Index("ix_migration_batch_of_key", "key", "id"),
    Index("ix_migration_batch_state", "state", "id"),
)
Table(
    "process_draft",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("state", String(10)),
    _Needed("key", String(255)),
    _Needed("name", String),
    Column("base_id", Integer, ForeignKey("process_definition.id")),
    _Needed("begun_at", _TIME),
    Column("begun_by_id", Integer, ForeignKey("user.id")),
    _Needed("changed_at", _TIME),
    Column("changed_by_id", Integer, ForeignKey("user.id")),
    _Needed("source", String(8), server_default=""),
    _Needed("source_digest", String(64), server_default=""),
    _Needed("removed_revision", Integer, server_default="0"),
    Column("published_id", Integer, ForeignKey("process_definition.id")),
    Index("ix_process_draft_state_changed_at", "state", "changed_at"),
)
Table(
    "process_instance",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("definition_id", Integer, ForeignKey("process_definition.id")),
    _Needed("key", String(255)),
    _Needed("business_key", String(255)),
    _Needed("state", String(10)),
    _Needed("engine_state", LargeBinary),
    _Needed("variables", _DOCUMENT),
    _Needed("visits", _DOCUMENT),
    _Needed("branches", _DOCUMENT, server_default="[]"),
    _Needed("started_at", _TIME),
    Column("started_by_id", Integer, ForeignKey("user.id")),
    Column("ended_at", _TIME),
    Column("end_activity_id", String),
    Column("end_name", String),
    _Needed("subject", String),
    _Needed("category", String),
    _Needed("unit_code", String),
    _Needed("area", String),
    _Needed("masks_changed", Boolean, server_default=false()),
    _Needed("priority", String, server_default=""),
    _Needed("priority_rank", Integer, server_default="99"),
    _Needed("followed", Boolean, server_default=false()),
    _Needed("snoozed", Boolean, server_default=false()),
    _Needed("revision", Integer),
    UniqueConstraint("key", "business_key"),
    Index("ix_process_instance_ended", "key", "ended_at", "id", **_rows("ended_at IS NOT NULL")),
    Index("ix_process_instance_number", "business_key"),
    Index("ix_process_instance_of_area", "area", "id"),
    Index("ix_process_instance_of_category", "category", "id"),
    Index("ix_process_instance_of_key", "key", "id"),
    Index("ix_process_instance_of_priority", "priority", "id"),
    Index("ix_process_instance_of_unit", "unit_code", "id"),
    Index("ix_process_instance_of_version", "definition_id", "id", **_rows("id > 0")),
    Index("ix_process_instance_ranked", "priority_rank", "id"),
    Index("ix_process_instance_running_area", "area", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_running_category", "category", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_running_key", "key", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_running_priority", "priority", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_running_rank", "priority_rank", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_running_version", "definition_id", "id", **_rows("ended_at IS NULL")),
    Index("ix_process_instance_started_by", "started_by_id", "state", "id"),
    Index("ix_process_instance_state_process_instance_id", "state", "id"),
)
Table(
    "roster_line",
    _TABLES,
    Column("file_id", Integer, ForeignKey("roster_file.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _Needed("state", String(10)),
    _Needed("position", Integer),
    _Needed("action", String(8)),
    _Needed("shown", String(16)),
    _Needed("cells", LargeBinary),
    Column("errors", LargeBinary),
    Column("user_id", Integer, ForeignKey("user.id")),
    _Needed("given", String(64)),
    Index("ix_roster_line_state", "file_id", "state", "position", "line"),
)
Table(
    "attachment",
    _TABLES,
    Column("id", String(43), primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    Column("field_key", String),
    _Needed("name", String),
    _Needed("media_type", String),
    _Needed("size_bytes", Integer),
    _Needed("sha256", String(64)),
    _Needed("is_private", Boolean),
    _Needed("uploaded_at", _TIME),
    Column("uploaded_by_id", Integer, ForeignKey("user.id")),
    Index("ix_attachment_instance_id", "instance_id"),
)
Table(
    "case_branch",
    _TABLES,
    Column("element_id", String(255), primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    Index("ix_case_branch_of_instance", "instance_id"),
    sqlite_with_rowid=False,
)
Table(
    "case_fact",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("key", String(255)),
    _Needed("received_on", Date),
    _Needed("received_month", String(7)),
    Column("answered_month", String(7)),
    Column("answered_at", _TIME),
    Column("answer_minutes", Integer),
    Column("ended_month", String(7)),
    Column("end_minutes", Integer),
    Column("ending", String(10)),
    Column("outcome", String(255)),
    _Needed("unit_code", String(120)),
    _Needed("category", String(120)),
    _Needed("area", String(120)),
    _Needed("channel", String(120)),
    Column("rated_month", String(7)),
    Column("rating", Integer),
    Column("definition_id", Integer),
    Column("way", String),
    Column("variant", String(16)),
    _Needed("late_tasks", Integer, server_default="0"),
    Index("ix_case_fact_answered", "key", "answered_month", "instance_id"),
    Index("ix_case_fact_asked_channel", "channel", "instance_id", **_rows("instance_id > 0")),
    Index("ix_case_fact_asked_ended_month", "ended_month", "instance_id", **_rows("instance_id > 0")),
    Index("ix_case_fact_asked_outcome", "outcome", "instance_id", **_rows("instance_id > 0")),
    Index("ix_case_fact_asked_received_month", "received_month", "instance_id", **_rows("instance_id > 0")),
    Index("ix_case_fact_ended", "key", "ended_month", "instance_id"),
    Index(
        "ix_case_fact_open",
        "key",
        "received_on",
        "unit_code",
        "category",
        "area",
        "channel",
        "instance_id",
        **_rows("ended_month IS NULL"),
    ),
    Index("ix_case_fact_open_month", "key", "received_month", "instance_id", **_rows("ended_month IS NULL")),
    Index("ix_case_fact_rated", "key", "rated_month", "instance_id"),
    Index("ix_case_fact_received", "key", "received_month", "instance_id"),
    Index(
        "ix_case_fact_variant",
        "definition_id",
        "ended_month",
        "variant",
        "end_minutes",
        "late_tasks",
        "ending",
        "outcome",
        "instance_id",
    ),
)
Table(
    "case_follow",
    _TABLES,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("since", _TIME),
    Index("ix_case_follow_instance_id", "instance_id"),
)
Table(
    "case_hold",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("reason", String),
    _Needed("held_at", _TIME),
    _Needed("held_by_id", Integer, ForeignKey("user.id")),
)
Table(
    "case_message",
    _TABLES,
    Column("id", String(32), primary_key=True),
    _Needed("sender_id", Integer, ForeignKey("process_instance.id")),
    _Needed("activity_id", String(255)),
    _Needed("name", String(255)),
    _Needed("key", String(255)),
    _Needed("targets", _DOCUMENT, server_default="{}"),
    _Needed("business_key", String(255)),
    _Needed("is_keyed", Boolean, server_default=false()),
    _Needed("rounds", _DOCUMENT),
    _Needed("values", _DOCUMENT),
    _Needed("hops", Integer, server_default="0"),
    _Needed("sent_at", _TIME),
    _Needed("state", String(10)),
    Column("receiver_id", Integer, ForeignKey("process_instance.id")),
    Column("done_at", _TIME),
    Index("ix_case_message_kept_for", "receiver_id", "state"),
    Index("ix_case_message_sent_by", "sender_id", "state"),
)
Table(
    "case_words",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("body", String),
    _Needed("event_id", _NUMBER),
    Index("ix_case_words_event_id", "event_id"),
)
Table(
    "completion_undo",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("task_id", String(32)),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    _Needed("completed_at", _TIME),
    _Needed("until", _TIME),
    _Needed("revision", Integer),
    _Needed("since", BigInteger),
    _Needed("blocked", String(10)),
    _Needed("before", LargeBinary),
    _Needed("typed", LargeBinary),
    Index("ix_completion_undo_until", "until"),
)
Table(
    "effect_survey",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("draft_id", Integer, ForeignKey("process_draft.id")),
    Column("definition_id", Integer, ForeignKey("process_definition.id")),
    _Needed("digest", String(64)),
    _Needed("decisions", _DOCUMENT),
    _Needed("decided", String(64)),
    _Needed("state", String(10)),
    _Needed("total", Integer),
    _Needed("judged", Integer),
    _Needed("last_id", Integer),
    _Needed("begun_at", _TIME),
    _Needed("begun_by_id", Integer, ForeignKey("user.id")),
    Column("finished_at", _TIME),
    Index("ix_effect_survey_of_definition", "definition_id", "id"),
    Index("ix_effect_survey_of_draft", "draft_id", "id"),
    Index("ix_effect_survey_state", "state", "id"),
)
Table(
    "history_event",
    _TABLES,
    Column("id", _NUMBER, primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("type", String(40)),
    _Needed("at", _TIME),
    Column("actor_id", Integer, ForeignKey("user.id")),
    Column("activity_id", String(255)),
    _Needed("data", _DOCUMENT),
    Column("number", Integer),
    Column("hash", LargeBinary),
    Column("salt", LargeBinary),
    Column("redacted", LargeBinary),
    Index("ix_history_event_at", "at", "id", **_rows("id > 0")),
    Index("ix_history_event_identity", "actor_id", "instance_id", **_rows("type = 'identity_shown'")),
    Index("ix_history_event_instance_id_history_event_id", "instance_id", "id"),
    Index("ix_history_event_of_actor", "actor_id", "at", "id", **_rows("id > 0")),
    Index("ix_history_event_of_type", "type", "at", "id", **_rows("id > 0")),
)
Table(
    "identity_value",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    Column("field_key", String(255), primary_key=True),
    _Needed("ciphertext", LargeBinary),
)
Table(
    "import_row",
    _TABLES,
    Column("batch_id", Integer, ForeignKey("import_batch.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _Needed("state", String(10)),
    _Needed("mark", String(64)),
    _Needed("number", String(255)),
    Column("cells", LargeBinary),
    Column("errors", LargeBinary),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    Column("done_at", _TIME),
    Index("ix_import_row_instance_id", "instance_id"),
    Index("ix_import_row_mark", "mark", "batch_id", "line"),
    Index("ix_import_row_state", "batch_id", "state", "line"),
)
Table(
    "incident",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    Column("definition_id", Integer, ForeignKey("process_definition.id")),
    Column("activity_id", String),
    Column("job_id", String(32)),
    Column("task_id", String(32)),
    _Needed("message", String),
    _Needed("opened_at", _TIME),
    Column("resolved_at", _TIME),
    Column("resolved_by_id", Integer, ForeignKey("user.id")),
    Index("ix_incident_instance_id", "instance_id"),
    Index("ix_incident_open", "id", **_rows("resolved_at IS NULL")),
)
Table(
    "incoming_mail",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("mark", String(64), unique=True),
    _Needed("state", String(10)),
    _Needed("received_at", _TIME),
    Column("content", LargeBinary),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("reason", String(1000)),
    Column("done_at", _TIME),
    Column("done_by_id", Integer, ForeignKey("user.id")),
    Index("ix_incoming_mail_instance_id", "instance_id"),
    Index("ix_incoming_mail_state", "state", "id"),
)
Table(
    "instance_text",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("body", String),
)
Table(
    "instance_visibility",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("unit_code", String(64), primary_key=True),
    _Needed("state", String(10)),
    Index("ix_instance_visibility_listed", "group_id", "unit_code", "state", "instance_id"),
    sqlite_with_rowid=False,
)
Table(
    "joined_report",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("main_id", Integer, ForeignKey("process_instance.id")),
    _Needed("joined_at", _TIME),
    _Needed("joined_by_id", Integer, ForeignKey("user.id")),
    _Needed("before", LargeBinary),
    Index("ix_joined_report_main_id", "main_id"),
)
Table(
    "lifted_mask",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    Column("sign", String(40), primary_key=True),
    _Needed("text", String),
)
Table(
    "message_wait",
    _TABLES,
    Column("id", String(32), primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("activity_id", String(255)),
    _Needed("message", String(255)),
    _Needed("is_signal", Boolean, server_default=false()),
    _Needed("group_id", Integer, ForeignKey("candidate_group.id")),
    _Needed("opened_at", _TIME),
    _Needed("rounds", _DOCUMENT, server_default="[]"),
    _Needed("hops", Integer, server_default="0"),
    Index("ix_message_wait_instance_id", "instance_id"),
    Index("ix_message_wait_message", "message"),
)
Table(
    "migration_case",
    _TABLES,
    Column("batch_id", Integer, ForeignKey("migration_batch.id"), primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    Column("source_id", Integer, ForeignKey("process_definition.id")),
    _Needed("state", String(10)),
    _Needed("obstacles", _DOCUMENT),
    _Needed("changes", _DOCUMENT),
    Column("before", LargeBinary),
    Column("after", String(64)),
    Column("done_at", _TIME),
    Index("ix_migration_case_done", "done_at", **_rows("before IS NOT NULL")),
    Index("ix_migration_case_of_instance", "instance_id", "batch_id"),
    Index("ix_migration_case_state", "batch_id", "state", "instance_id"),
)
Table(
    "note",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("text", String),
    _Needed("written_at", _TIME),
    _Needed("written_by_id", Integer, ForeignKey("user.id")),
    Index("ix_note_instance_id", "instance_id"),
)
Table(
    "outbox_message",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    Column("activity_id", String(255)),
    _Needed("body", _DOCUMENT),
    Column("task_id", String(32)),
    _Needed("audience", _DOCUMENT),
    _Needed("queued_at", _TIME),
    Column("not_before", _TIME),
    Column("delivered_at", _TIME),
    Column("error", String),
    Index("ix_outbox_message_delivered_at_outbox_message_id", "delivered_at", "id"),
    Index("ix_outbox_message_of_instance", "instance_id"),
)
Table(
    "partner",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    Column("partner_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    _Needed("rounds", _DOCUMENT),
    _Needed("told", _DOCUMENT),
    _Needed("since", _TIME),
    _Needed("by_number", Boolean, server_default=false()),
    Index("ix_partner_partner_id", "partner_id"),
)
Table(
    "process_draft_file",
    _TABLES,
    Column("draft_id", Integer, ForeignKey("process_draft.id"), primary_key=True),
    Column("name", String(255), primary_key=True),
    _Needed("content", LargeBinary),
    _Needed("revision", Integer),
    _Needed("saved_at", _TIME),
    Column("saved_by_id", Integer, ForeignKey("user.id")),
)
Table(
    "reporter_message",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("text", String),
    _Needed("written_at", _TIME),
    Column("written_by_id", Integer, ForeignKey("user.id")),
    _Needed("by_mail", Boolean, server_default=false()),
    Index("ix_reporter_message_instance_id", "instance_id"),
)
Table(
    "reporter_notice",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("code", String(20)),
    _Needed("about", String(64)),
    _Needed("state", String(10)),
    _Needed("attempts", Integer),
    _Needed("queued_at", _TIME),
    Column("done_at", _TIME),
    _Needed("error", String(40)),
    UniqueConstraint("instance_id", "code", "about"),
    Index("ix_reporter_notice_done_at", "done_at"),
    Index("ix_reporter_notice_state", "state", "id"),
)
Table(
    "reporter_rating",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    _Needed("rating", Integer),
    _Needed("text", String),
    _Needed("rated_at", _TIME),
    Column("changed_at", _TIME),
)
Table(
    "sampled_case",
    _TABLES,
    Column("sample_id", Integer, ForeignKey("audit_sample.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("verdict", String(8)),
    _Needed("finding", String),
    Column("found_at", _TIME),
    Column("found_by_id", Integer, ForeignKey("user.id")),
    Index("ix_sampled_case_of_instance", "instance_id"),
)
Table(
    "sandbox_run",
    _TABLES,
    Column("draft_id", Integer, ForeignKey("process_draft.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True),
    _Needed("begun_at", _TIME),
    _Needed("steps", LargeBinary),
    _Needed("revision", Integer),
    _Needed("changed_at", _TIME),
)
Table(
    "tracking_code",
    _TABLES,
    Column("instance_id", Integer, ForeignKey("process_instance.id"), primary_key=True),
    _Needed("code_hmac", String(64)),
    _Needed("issued_at", _TIME),
)
Table(
    "user_task",
    _TABLES,
    Column("id", String(32), primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("activity_id", String(255)),
    _Needed("name", String),
    _Needed("lane_id", String(255)),
    _Needed("lane", String),
    _Needed("group_id", Integer, ForeignKey("candidate_group.id")),
    Column("coordinator_group_id", Integer, ForeignKey("candidate_group.id")),
    Column("unit_code", String(64)),
    Column("form_key", String),
    _Needed("is_question", Boolean),
    _Needed("locals", _DOCUMENT, server_default="{}"),
    _Needed("state", String(10)),
    _Needed("opened_at", _TIME),
    Column("due_at", _TIME),
    Column("deadline", _DOCUMENT),
    Column("overdue_at", _TIME),
    _Needed("sort_at", _TIME),
    _Needed("priority_rank", Integer, server_default="99"),
    Column("assignee_id", Integer, ForeignKey("user.id")),
    Column("claimed_at", _TIME),
    Column("snoozed_until", _TIME),
    _Needed("snoozed_for_case", Boolean, server_default=false()),
    Column("closed_at", _TIME),
    Column("closed_by_id", Integer, ForeignKey("user.id")),
    Index("ix_user_task_aged", "opened_at", "id", "sort_at", **_rows("state = 'open'")),
    Index("ix_user_task_asked_activity_id", "activity_id", "instance_id", **_rows("instance_id > 0")),
    Index("ix_user_task_asked_closed_by_id", "closed_by_id", "instance_id", **_rows("instance_id > 0")),
    Index("ix_user_task_asked_lane", "lane", "instance_id", **_rows("instance_id > 0")),
    Index("ix_user_task_asked_unit_code", "unit_code", "instance_id", **_rows("instance_id > 0")),
    Index(
        "ix_user_task_coordinated",
        "coordinator_group_id",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        "assignee_id",
        "group_id",
        "unit_code",
        **_rows("state = 'open'"),
    ),
    Index("ix_user_task_done", "closed_by_id", "closed_at", "id", **_rows("state = 'completed'")),
    Index("ix_user_task_late", "instance_id", **_rows("due_at IS NOT NULL AND closed_at > due_at")),
    Index(
        "ix_user_task_mine",
        "assignee_id",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        "snoozed_until",
        **_rows("state = 'open' AND assignee_id IS NOT NULL"),
    ),
    Index(
        "ix_user_task_mine_aged",
        "assignee_id",
        "opened_at",
        "id",
        "due_at",
        "snoozed_until",
        **_rows("state = 'open' AND assignee_id IS NOT NULL"),
    ),
    Index(
        "ix_user_task_mine_ranked",
        "assignee_id",
        "priority_rank",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        "snoozed_until",
        **_rows("state = 'open' AND assignee_id IS NOT NULL"),
    ),
    Index("ix_user_task_of_instance", "instance_id", "state"),
    Index(
        "ix_user_task_offered",
        "group_id",
        "unit_code",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        **_rows("state = 'open'"),
    ),
    Index(
        "ix_user_task_offered_aged",
        "group_id",
        "unit_code",
        "opened_at",
        "id",
        "assignee_id",
        **_rows("state = 'open'"),
    ),
    Index(
        "ix_user_task_offered_ranked",
        "group_id",
        "unit_code",
        "priority_rank",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        "assignee_id",
        **_rows("state = 'open'"),
    ),
    Index(
        "ix_user_task_open",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        "instance_id",
        "assignee_id",
        "group_id",
        "unit_code",
        **_rows("state = 'open'"),
    ),
    Index(
        "ix_user_task_queue",
        "group_id",
        "unit_code",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        **_rows("state = 'open' AND assignee_id IS NULL"),
    ),
    Index(
        "ix_user_task_ranked",
        "priority_rank",
        "sort_at",
        "opened_at",
        "id",
        "due_at",
        **_rows("state = 'open'"),
    ),
)
Table(
    "webhook_delivery",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("webhook_id", Integer, ForeignKey("webhook.id")),
    _Needed("event_id", Integer),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("code", String(40)),
    _Needed("payload", _DOCUMENT),
    _Needed("state", String(10)),
    _Needed("attempts", Integer),
    _Needed("queued_at", _TIME),
    Column("done_at", _TIME),
    Column("status", Integer),
    _Needed("error", String(40)),
    UniqueConstraint("webhook_id", "event_id"),
    Index("ix_webhook_delivery_done_at", "done_at"),
    Index("ix_webhook_delivery_instance_id", "instance_id"),
    Index("ix_webhook_delivery_of", "webhook_id", "id"),
    Index("ix_webhook_delivery_state", "webhook_id", "state", "id"),
)
Table(
    "activity_fact",
    _TABLES,
    Column("task_id", String(32), ForeignKey("user_task.id"), primary_key=True),
    _Needed("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("key", String(255)),
    _Needed("activity_id", String(255)),
    _Needed("unit_code", String(64)),
    _Needed("month", String(7)),
    _Needed("minutes", Integer),
    Column("within", Boolean),
    _Needed("returned", Boolean),
    Column("definition_id", Integer),
    Column("waiting_minutes", Integer),
    Column("working_minutes", Integer),
    Index("ix_activity_fact_done", "key", "month", "activity_id", "instance_id"),
    Index("ix_activity_fact_of_instance", "instance_id"),
    Index("ix_activity_fact_returned", "key", "month", "instance_id", **_rows("returned = 1", "returned")),
    Index(
        "ix_activity_fact_waiting",
        "definition_id",
        "activity_id",
        "month",
        "waiting_minutes",
        "working_minutes",
        "within",
    ),
    Index("ix_activity_fact_working", "definition_id", "activity_id", "month", "working_minutes"),
)
Table(
    "effect_case",
    _TABLES,
    Column("survey_id", Integer, ForeignKey("effect_survey.id"), primary_key=True),
    Column("instance_id", Integer, primary_key=True, autoincrement=False),
    _Needed("kind", String(10)),
    _Needed("changes_task", Boolean),
    _Needed("source_id", Integer),
    _Needed("changes", _DOCUMENT),
    _Needed("obstacles", _DOCUMENT),
    Index("ix_effect_case_kind", "survey_id", "kind", "instance_id"),
)
Table(
    "job",
    _TABLES,
    Column("id", String(32), primary_key=True),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    Column("definition_id", Integer, ForeignKey("process_definition.id")),
    _Needed("activity_id", String(255)),
    Column("attached_to", String(255)),
    _Needed("opened_at", _TIME),
    _Needed("due_at", _TIME),
    Column("run_at", _TIME),
    _Needed("deadline", _DOCUMENT),
    _Needed("hops", Integer, server_default="0"),
    _Needed("retries", Integer),
    Column("signal", String(255)),
    Column("message_id", String(32), ForeignKey("case_message.id")),
    Index("ix_job_instance_id", "instance_id"),
    Index("ix_job_run_at", "run_at"),
)
Table(
    "notice",
    _TABLES,
    Column("id", Integer, primary_key=True),
    _Needed("user_id", Integer, ForeignKey("user.id")),
    Column("instance_id", Integer, ForeignKey("process_instance.id")),
    _Needed("outbox_id", Integer, ForeignKey("outbox_message.id")),
    _Needed("body", _DOCUMENT),
    Column("task_id", String(32)),
    _Needed("for_lane", Boolean, server_default=false()),
    _Needed("created_at", _TIME),
    Column("read_at", _TIME),
    _Needed("kind", String(10), server_default=""),
    _Needed("for_digest", Boolean, server_default=false()),
    Column("mail_at", _TIME),
    Column("mailed_at", _TIME),
    UniqueConstraint("outbox_id", "user_id"),
    Index(
        "ix_notice_for_digest",
        "user_id",
        "read_at",
        "mailed_at",
        "created_at",
        "id",
        **_rows(
            "for_digest = 1 AND mailed_at IS NULL AND read_at IS NULL",
            "for_digest AND mailed_at IS NULL AND read_at IS NULL",
        ),
    ),
    Index("ix_notice_for_lane", "user_id", "for_lane", "id"),
    Index("ix_notice_of_instance", "instance_id"),
    Index(
        "ix_notice_to_mail",
        "user_id",
        "mail_at",
        "id",
        **_rows("mail_at IS NOT NULL AND mailed_at IS NULL AND read_at IS NULL"),
    ),
    Index("ix_notice_unread_about", "task_id", **_rows("read_at IS NULL AND task_id IS NOT NULL")),
    Index("ix_notice_unread_for", "user_id", "for_lane", "id", **_rows("read_at IS NULL")),
    Index("ix_notice_user_id_notice_id", "user_id", "id"),
    Index("ix_notice_user_id_notice_read_at_notice_id", "user_id", "read_at", "id"),
)
Table(
    "transferred_task",
    _TABLES,
    Column("transfer_id", Integer, ForeignKey("task_transfer.id"), primary_key=True),
    Column("task_id", String(32), ForeignKey("user_task.id"), primary_key=True),
    _Needed("position", Integer),
    _Needed("state", String(10)),
    Column("to_id", Integer, ForeignKey("user.id")),
    Column("to_unit", String(64)),
    Column("before_id", Integer, ForeignKey("user.id")),
    Column("before_unit", String(64)),
    Column("before_claimed_at", _TIME),
    Column("done_at", _TIME),
    _Needed("said", String),
    Index("ix_transferred_task_of_task", "task_id"),
    Index("ix_transferred_task_state", "transfer_id", "state", "position"),
)
