"""Keep times on SQLite as whole microseconds since 1970, ids of the security log as bytes, and words once.

Revision: 0003, after 0002.
"""

# ruff: noqa: S608 - names of the schema
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


#: Of a table: what is mostly ids in hex digits. See `column_types.HexText`.
_IDS = {"security_event": ("target_id", "session", "source")}
_WORD_ADDED = """
CREATE TRIGGER word_added AFTER INSERT ON word_slip WHEN new.word = ''
BEGIN INSERT INTO word_slip_index (word) VALUES (new.slip); END
"""


def upgrade() -> None:
    """Apply. PostgreSQL keeps times in eight bytes by itself."""
    connection = op.get_bind()
    run = connection.exec_driver_sql
    if connection.dialect.name != "sqlite":
        run("DROP INDEX ix_word_slip_parts")
        run("UPDATE word_slip SET word = '' WHERE slip = word")
        run("CREATE INDEX ix_word_slip_parts ON word_slip USING gin (alur_trigrams(slip)) WHERE word = ''")
        return
    run("DROP TRIGGER word_added")
    run("UPDATE word_slip SET word = '' WHERE slip = word")
    run(_WORD_ADDED)
    guards = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for guard in guards:  # what they keep does not change, and the record is only written anew
        run(f"DROP TRIGGER {guard.name}")
    driver: Any = connection.connection.driver_connection
    driver.create_function("alur_bytes", 1, bytes.fromhex)
    standing = sa.inspect(connection)
    for table in standing.get_table_names():
        times = [one["name"] for one in standing.get_columns(table) if isinstance(one["type"], sa.DateTime)]
        if shorter := [*map(_counted, times), *map(_in_bytes, _IDS.get(table, ()))]:
            _rewrite(connection, table, shorter)
    for guard in guards:
        run(guard.sql)


def _counted(name: str) -> str:
    return (
        f'"{name}" = CASE WHEN typeof("{name}") = \'text\' THEN strftime(\'%s\', substr("{name}", 1, 19))'
        f' * 1000000 + CAST(substr("{name}", 21) AS INTEGER) ELSE "{name}" END'
    )


def _in_bytes(name: str) -> str:
    is_hex = f"typeof({name}) = 'text' AND length({name}) >= 12 AND length({name}) % 2 = 0"
    return f"{name} = CASE WHEN {is_hex} AND {name} NOT GLOB '*[^0-9a-f]*' THEN alur_bytes({name}) ELSE {name} END"


def _rewrite(connection: sa.Connection, table: str, assignments: list[str]) -> None:
    """Set columns anew; indexes are made anew at once, not row by row."""
    run = connection.exec_driver_sql
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    indexes = run(query, (table,)).all()
    for index in indexes:
        run(f'DROP INDEX "{index.name}"')
    run(f'UPDATE "{table}" SET {", ".join(assignments)}')
    for index in indexes:
        run(index.sql)
