"""Keep times on SQLite as whole microseconds since 1970.

Revision: 0003, after 0002.
"""

# ruff: noqa: S608 - names of the schema
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. PostgreSQL keeps times in eight bytes by itself."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    run = connection.exec_driver_sql
    guards = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for guard in guards:  # what they keep does not change, and the record is only written anew
        run(f"DROP TRIGGER {guard.name}")
    standing = sa.inspect(connection)
    for table in standing.get_table_names():
        times = [one["name"] for one in standing.get_columns(table) if isinstance(one["type"], sa.DateTime)]
        if times:
            _count(connection, table, times)
    for guard in guards:
        run(guard.sql)


def _count(connection: sa.Connection, table: str, times: list[str]) -> None:
    """Turn texts into numbers; indexes are made anew at once, not row by row."""
    run = connection.exec_driver_sql
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    indexes = run(query, (table,)).all()
    for index in indexes:
        run(f'DROP INDEX "{index.name}"')
    counted = (
        f'"{name}" = CASE WHEN typeof("{name}") = \'text\' THEN strftime(\'%s\', substr("{name}", 1, 19))'
        f' * 1000000 + CAST(substr("{name}", 21) AS INTEGER) ELSE "{name}" END'
        for name in times
    )
    run(f'UPDATE "{table}" SET {", ".join(counted)}')
    for index in indexes:
        run(index.sql)
