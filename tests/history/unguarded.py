"""The record without what keeps it, for tests that need it otherwise than the application would leave it."""

from sqlalchemy import Connection, text


def unguard(connection: Connection) -> None:
    """Let events be changed."""
    is_sqlite = connection.dialect.name == "sqlite"
    statement = (
        "DROP TRIGGER history_not_changed" if is_sqlite else "DROP TRIGGER history_kept ON history_event"
    )
    connection.execute(text(statement))
