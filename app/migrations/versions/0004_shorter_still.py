"""Keep the most frequent words of the record and of the security log as letters, and on SQLite ids of tasks as bytes
and indexes without the number of the row, which SQLite adds to each by itself.

Revision: 0004, after 0003.
"""

# ruff: noqa: S608 - names of the schema
import re
from typing import Any

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: See `column_types.CodedText`: as of this revision.
_INDEXES = (
    ("ix_user_task_asked_unit_code", "unit_code, instance_id", "instance_id > 0 AND unit_code IS NOT NULL"),
    ("ix_user_task_done", "closed_by_id, closed_at, id", "state = 'Z'"),
)
_WORD_ADDED = """
CREATE TRIGGER word_added AFTER INSERT ON word_slip WHEN new.word = ''
BEGIN INSERT INTO word_slip_index (word)
VALUES (CASE typeof(new.slip) WHEN 'blob' THEN lower(hex(new.slip)) ELSE new.slip END); END
"""
_WORDS = (
    "task_created task_completed gateway_decided instance_started instance_ended timer_fired task_claimed done"
    " command task instance process user api page clock public complete start claim reading file office session"
    " refusal completed cancelled"
)
_CODED = {
    "history_event": ("type",),
    "user_task": ("state",),
    "security_event": ("kind", "action", "outcome", "target_kind", "channel"),
}
#: Of a table: which column holds the id of a task, or words that may be ids. See `column_types.HexText`.
_IDS = {
    "user_task": "id",
    "word_slip": "slip",
    **dict.fromkeys(
        (
            "activity_fact",
            "transferred_task",
            "task_presence",
            "completion_undo",
            "notice",
            "outbox_message",
            "incident",
        ),
        "task_id",
    ),
}


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    run = connection.exec_driver_sql
    for name, columns, rows in _INDEXES:
        run(f"DROP INDEX {name}")
        run(f"CREATE INDEX {name} ON user_task ({columns}) WHERE {rows}")
    if connection.dialect.name != "sqlite":
        for table, names in _CODED.items():
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # what they keep does not change
            run(f"UPDATE {table} SET {', '.join(map(_letter, names))}")
            run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    run("PRAGMA defer_foreign_keys = ON")
    driver: Any = connection.connection.driver_connection
    driver.create_function("alur_bytes", 1, bytes.fromhex)
    guards = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for guard in guards:  # what they keep does not change, and the record is only written anew
        run(f"DROP TRIGGER {guard.name}")
    indexes = run(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name <> 'transferred_task'"  # by which the ids of tasks are looked for as they change
    ).all()
    for index in indexes:
        run(f'DROP INDEX "{index.name}"')
    for table, names in _CODED.items():
        run(f"UPDATE {table} SET {', '.join(map(_letter, names))}")
    for table, name in _IDS.items():
        run(f"UPDATE {table} SET {_in_bytes(name)}")
    for index in indexes:
        key = run(f'SELECT name, type FROM pragma_table_info("{index.tbl_name}") WHERE pk > 0').all()
        is_longer = len(key) == 1 and key[0].type == "INTEGER" and index.sql.startswith("CREATE INDEX")
        run(re.sub(rf", {key[0].name}\)", ")", index.sql, count=1) if is_longer else index.sql)
    for guard in guards:
        run(_WORD_ADDED if guard.name == "word_added" else guard.sql)


def _letter(name: str) -> str:
    cases = " ".join(f"WHEN '{word}' THEN '{chr(ord('A') + n)}'" for n, word in enumerate(_WORDS.split()))
    return f"{name} = CASE {name} {cases} ELSE {name} END"


def _in_bytes(name: str) -> str:
    is_hex = f"typeof({name}) = 'text' AND length({name}) >= 12 AND length({name}) % 2 = 0"
    return f"{name} = CASE WHEN {is_hex} AND {name} NOT GLOB '*[^0-9a-f]*' THEN alur_bytes({name}) ELSE {name} END"
