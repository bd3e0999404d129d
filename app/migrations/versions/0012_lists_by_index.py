"""Lists, counts and searches that read an index and no more; who may see a case, and what it is found by, as rows.

Revision: 0012. Triggers keep the derived rows, whoever writes the tables they follow from. What pages ask
of a version (``outline``) cannot be read here: `services.definitions.outlines` fills it in afterwards.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_RUNNING = sa.text("ended_at IS NULL")
_IN_FORCE, _IN_FORCE_SQLITE = sa.text("in_force"), sa.text("in_force = 1")
_UNRESOLVED = sa.text("resolved_at IS NULL")
_OPEN = sa.text("state = 'open'")
_UNCLAIMED = sa.text("state = 'open' AND assignee_id IS NULL")
_HELD = sa.text("state = 'open' AND assignee_id IS NOT NULL")
_COMPLETED = sa.text("state = 'completed'")
#: name, table, columns, which rows
_INDEXES = (
    ("ix_process_instance_number", "process_instance", ["business_key"], None),
    ("ix_process_instance_of_category", "process_instance", ["category", "id"], None),
    ("ix_process_instance_of_unit", "process_instance", ["unit_code", "id"], None),
    ("ix_process_instance_of_area", "process_instance", ["area", "id"], None),
    ("ix_process_instance_of_key", "process_instance", ["key", "id"], None),
    ("ix_process_instance_started_by", "process_instance", ["started_by_id", "state", "id"], None),
    ("ix_process_instance_running_version", "process_instance", ["definition_id", "id"], _RUNNING),
    ("ix_process_instance_running_category", "process_instance", ["category", "id"], _RUNNING),
    ("ix_process_instance_running_key", "process_instance", ["key", "id"], _RUNNING),
    ("ix_user_task_open", "user_task", ["sort_at", "opened_at", "id"], _OPEN),
    ("ix_user_task_offered", "user_task", ["group_id", "unit_code", "sort_at", "opened_at", "id"], _OPEN),
    ("ix_user_task_queue", "user_task", ["group_id", "unit_code", "sort_at", "opened_at", "id"], _UNCLAIMED),
    ("ix_user_task_mine", "user_task", ["assignee_id", "sort_at", "opened_at", "id"], _HELD),
    ("ix_user_task_done", "user_task", ["closed_by_id", "closed_at", "id"], _COMPLETED),
    ("ix_user_task_of_instance", "user_task", ["instance_id", "state"], None),
    ("ix_incident_open", "incident", ["id"], _UNRESOLVED),
)
_BEFORE = (
    ("ix_process_instance_definition_id", "process_instance", ["definition_id"]),
    (
        "ix_user_task_listed",
        "user_task",
        ["state", "group_id", "assignee_id", "unit_code", "sort_at", "opened_at"],
    ),
    ("ix_user_task_assignee_id", "user_task", ["assignee_id"]),
    (
        "ix_user_task_instance_id_user_task_group_id_user_task_unit_code",
        "user_task",
        ["instance_id", "group_id", "unit_code"],
    ),
    ("ix_user_task_closed_by_id_user_task_closed_at", "user_task", ["closed_by_id", "closed_at"]),
)

# What follows from tasks and cases, in both dialects. {new} is the row that was written.
_BODY = "lower({new}.business_key || {newline} || {new}.subject)"
_SEEN = """
INSERT INTO instance_visibility (instance_id, group_id, unit_code, state)
SELECT i.id, {new}.group_id, coalesce({new}.unit_code, ''), i.state
  FROM process_instance AS i WHERE i.id = {new}.instance_id
UNION
SELECT i.id, {new}.coordinator_group_id, '', i.state
  FROM process_instance AS i WHERE i.id = {new}.instance_id AND {new}.coordinator_group_id IS NOT NULL
ON CONFLICT DO NOTHING;
"""
#: In a round the name ends with the element, which is a value of one case.
_CALLED = """CASE WHEN {no_locals} THEN {new}.name
  WHEN {at}({new}.name, ': ') > 0 THEN substr({new}.name, 1, {at}({new}.name, ': ') - 1)
  WHEN {at}({new}.name, ' (') > 0 THEN substr({new}.name, 1, {at}({new}.name, ' (') - 1)
  ELSE {new}.name END"""
_OFFERS = """
INSERT INTO filter_value (group_id, unit_code, name, value, label)
SELECT {new}.group_id, coalesce({new}.unit_code, ''), 'activity', {new}.activity_id, {called} WHERE true
UNION ALL SELECT {new}.group_id, coalesce({new}.unit_code, ''), 'lane', {new}.lane, {new}.lane
UNION ALL SELECT {new}.group_id, {new}.unit_code, 'unit', {new}.unit_code, {new}.unit_code
  WHERE {new}.unit_code IS NOT NULL
ON CONFLICT (group_id, unit_code, name, value) DO UPDATE SET label = excluded.label
  WHERE filter_value.label <> excluded.label;
"""
_VALUES = """
INSERT INTO filter_value (group_id, unit_code, name, value, label)
SELECT v.group_id, v.unit_code, n.name, n.value, n.value
  FROM {visible} AS v
  JOIN (SELECT id, 'category' AS name, category AS value FROM process_instance WHERE id = {instance_id}
    UNION ALL SELECT id, 'case_unit', unit_code FROM process_instance WHERE id = {instance_id}
    UNION ALL SELECT id, 'area', area FROM process_instance WHERE id = {instance_id}
    UNION ALL SELECT id, 'key', key FROM process_instance WHERE id = {instance_id}) AS n ON n.id = v.instance_id
  WHERE n.value <> '' AND v.instance_id = {instance_id}
ON CONFLICT DO NOTHING;
"""
_UNSEEN = """
DELETE FROM instance_visibility WHERE instance_id = {old}.instance_id AND NOT EXISTS (
  SELECT 1 FROM user_task AS t WHERE t.instance_id = instance_visibility.instance_id AND (
    (t.group_id = instance_visibility.group_id AND coalesce(t.unit_code, '') = instance_visibility.unit_code)
    OR (t.coordinator_group_id = instance_visibility.group_id AND instance_visibility.unit_code = '')));
"""
_STATE = "UPDATE instance_visibility SET state = {new}.state WHERE instance_id = {new}.id;"
_WORDS = "INSERT INTO instance_text (instance_id, body) VALUES ({new}.id, " + _BODY + ");"  # noqa: S608 constants
_NEW_WORDS = "UPDATE instance_text SET body = " + _BODY + " WHERE instance_id = {new}.id;"  # noqa: S608

_TASK_MOVED = ("group_id", "unit_code", "coordinator_group_id")
_VALUE_CHANGED = ("category", "unit_code", "area")
_WORDS_CHANGED = ("business_key", "subject")
#: name, when, table, columns whose change counts, what is done
_TRIGGERS = (
    ("task_offered", "INSERT", "user_task", (), (_SEEN, _OFFERS)),
    ("task_moved", "UPDATE", "user_task", _TASK_MOVED, (_UNSEEN, _SEEN, _OFFERS)),
    ("task_removed", "DELETE", "user_task", (), (_UNSEEN,)),
    ("instance_named", "INSERT", "process_instance", (), (_WORDS,)),
    ("instance_renamed", "UPDATE", "process_instance", _WORDS_CHANGED, (_NEW_WORDS,)),
    ("instance_stands", "UPDATE", "process_instance", ("state",), (_STATE,)),
    ("instance_values", "UPDATE", "process_instance", _VALUE_CHANGED, ("{values_of_instance}",)),
    ("instance_seen", "INSERT", "instance_visibility", (), ("{values_of_visibility}",)),
)


def upgrade() -> None:
    """Apply."""
    for name, table, _columns in _BEFORE:
        op.drop_index(name, table)
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    _create_tables()
    _add_outline()
    if op.get_bind().dialect.name == "sqlite":
        _index_words_in_sqlite()
        _make_triggers_in_sqlite()
    else:
        _index_words_in_postgresql()
        _make_triggers_in_postgresql()
    _fill()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _create_tables() -> None:
    op.create_table(
        "instance_visibility",
        _number("instance_id"),
        _number("group_id"),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "group_id", "unit_code", name="pk_instance_visibility"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_instance_visibility_instance_id"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_instance_visibility_listed",
        "instance_visibility",
        ["group_id", "unit_code", "state", "instance_id"],
    )
    op.create_table(
        "instance_text",
        _number("instance_id"),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name="pk_instance_text"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_instance_text_instance_id"
        ),
    )
    op.create_table(
        "filter_value",
        _number("group_id"),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(10), nullable=False),
        sa.Column("value", sa.String(1000), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "unit_code", "name", "value", name="pk_filter_value"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_filter_value_having", "filter_value", ["name", "value"])


def _add_outline() -> None:
    """What pages ask of a version; its newest is in force."""
    false = sa.false()
    for column in (
        sa.Column("in_force", sa.Boolean(), nullable=False, server_default=false),
        sa.Column("start_group_id", sa.Integer(), nullable=True),
        sa.Column("has_reporter", sa.Boolean(), nullable=False, server_default=false),
        sa.Column("outline", Document, nullable=True),
    ):
        op.add_column("process_definition", column)
    true = "true" if op.get_bind().dialect.name == "postgresql" else "1"
    op.execute(
        f"UPDATE process_definition SET in_force = {true}"  # noqa: S608 a constant
        " WHERE id IN (SELECT max(id) FROM process_definition GROUP BY key)"
    )
    for name, columns, unique in (
        ("ix_process_definition_in_force", ["key"], True),
        ("ix_process_definition_by_name", ["name", "id"], False),
        ("ix_process_definition_started_by", ["start_group_id", "has_reporter"], False),
    ):
        op.create_index(
            name,
            "process_definition",
            columns,
            unique=unique,
            sqlite_where=_IN_FORCE_SQLITE,
            postgresql_where=_IN_FORCE,
        )
    op.create_table(
        "event_start",
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("is_signal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "activity_id", name="pk_event_start"),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name="fk_event_start_definition_id"
        ),
    )
    op.create_index("ix_event_start_heard", "event_start", ["name", "is_signal", "definition_id"])


def _index_words_in_sqlite() -> None:
    """An index of every three letters in a row; it holds no text of its own."""
    op.execute("DROP TABLE IF EXISTS instance_text_index")
    op.execute(
        "CREATE VIRTUAL TABLE instance_text_index USING fts5(body, content='instance_text',"
        " content_rowid='instance_id', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)"
    )
    add = "INSERT INTO instance_text_index (rowid, body) VALUES (new.instance_id, new.body);"
    drop = (
        "INSERT INTO instance_text_index (instance_text_index, rowid, body)"
        " VALUES ('delete', old.instance_id, old.body);"
    )
    for name, when, done in (
        ("words_added", "INSERT", add),
        ("words_changed", "UPDATE", drop + " " + add),
        ("words_removed", "DELETE", drop),
    ):
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON instance_text BEGIN {done} END")


def _index_words_in_postgresql() -> None:
    """The same by means of the server itself: pg_trgm is an extension, which not everybody may install."""
    op.execute(
        "CREATE OR REPLACE FUNCTION alur_trigrams(body text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT"
        " PARALLEL SAFE COST 1000 AS $$ SELECT coalesce(array_agg(DISTINCT substr(body, place, 3)), '{}')"
        " FROM generate_series(1, length(body) - 2) AS place $$"
    )
    op.execute("CREATE INDEX ix_instance_text_trigrams ON instance_text USING gin (alur_trigrams(body))")


def _done(statements: tuple[str, ...], dialect: str, old: str = "old", new: str = "new") -> str:
    sqlite = dialect == "sqlite"
    row = {
        "new": new,
        "old": old,
        "newline": "char(10)" if sqlite else "chr(10)",
    }
    called = _CALLED.format(
        **row,
        at="instr" if sqlite else "strpos",
        no_locals=f"{new}.locals = '{{}}'" if sqlite else f"{new}.locals = '{{}}'::jsonb",
    )
    values = {
        "values_of_instance": _VALUES.format(visible="instance_visibility", instance_id=f"{new}.id"),
        "values_of_visibility": _VALUES.format(
            visible=f"(SELECT {new}.group_id AS group_id, {new}.unit_code AS unit_code,"
            f" {new}.instance_id AS instance_id)",
            instance_id=f"{new}.instance_id",
        ),
    }
    return "\n".join(one.format(**row, called=called, **values) for one in statements)


def _make_triggers_in_sqlite() -> None:
    for name, when, table, columns, statements in _TRIGGERS:
        of = f" OF {', '.join(columns)}" if columns else ""
        changed = " OR ".join(f"new.{column} IS NOT old.{column}" for column in columns)
        only = f" WHEN {changed}" if columns else ""
        done = _done(statements, "sqlite")
        op.get_bind().exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {when}{of} ON {table} FOR EACH ROW{only} BEGIN {done} END"
        )


def _make_triggers_in_postgresql() -> None:
    for name, when, table, columns, statements in _TRIGGERS:
        of = f" OF {', '.join(columns)}" if columns else ""
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        only = f" WHEN ({changed})" if columns else ""
        done = _done(statements, "postgresql")
        op.get_bind().exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN {done} RETURN NULL; END $$"
        )
        op.get_bind().exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {when}{of} ON {table} FOR EACH ROW{only}"
            f" EXECUTE FUNCTION alur_{name}()"
        )


def _fill() -> None:
    """Write the rows of what is there already. Rows of visibility bring their values with them."""
    dialect = op.get_bind().dialect.name
    run = op.get_bind().exec_driver_sql
    newline = "char(10)" if dialect == "sqlite" else "chr(10)"
    body = _BODY.format(new="i", newline=newline)
    run(f"INSERT INTO instance_text (instance_id, body) SELECT i.id, {body} FROM process_instance AS i")  # noqa: S608
    run(
        "INSERT INTO instance_visibility (instance_id, group_id, unit_code, state)"
        " SELECT t.instance_id, t.group_id, coalesce(t.unit_code, ''), i.state"
        " FROM user_task AS t JOIN process_instance AS i ON i.id = t.instance_id"
        " UNION SELECT t.instance_id, t.coordinator_group_id, '', i.state"
        " FROM user_task AS t JOIN process_instance AS i ON i.id = t.instance_id"
        " WHERE t.coordinator_group_id IS NOT NULL"
    )
    # One task of each activity and place is enough, and of these the last one opened has the name of today.
    offered = _done((_OFFERS,), dialect, new="t").strip().rstrip(";")
    every = "SELECT max(id) FROM user_task GROUP BY group_id, unit_code, activity_id, lane"
    offered = offered.replace(" WHERE true\n", f" FROM user_task AS t WHERE t.id IN ({every})\n")
    offered = offered.replace("t.lane\nUNION", f"t.lane FROM user_task AS t WHERE t.id IN ({every})\nUNION")
    offered = offered.replace(
        "WHERE t.unit_code IS NOT NULL",
        f"FROM user_task AS t WHERE t.id IN ({every}) AND t.unit_code IS NOT NULL",
    )
    offered = offered.split("ON CONFLICT")[0] + "ON CONFLICT DO NOTHING"
    run(offered)


def downgrade() -> None:
    """Take back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _when, table, _columns, _statements in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION alur_{name}()")
    if sqlite:
        op.execute("DROP TABLE instance_text_index")
    for table in ("event_start", "filter_value", "instance_text", "instance_visibility"):
        op.drop_table(table)
    if not sqlite:
        op.execute("DROP FUNCTION alur_trigrams(text)")
    for name in ("in_force", "by_name", "started_by"):
        op.drop_index(f"ix_process_definition_{name}", "process_definition")
    for column in ("outline", "has_reporter", "start_group_id", "in_force"):
        op.drop_column("process_definition", column)
    for index in reversed(_INDEXES):
        op.drop_index(index[0], index[1])
    for former, table, before in _BEFORE:
        op.create_index(op.f(former), table, before)
