"""Count what goes to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The first word of each statement sent inside the block; SQLite's own BEGIN left out."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2].split()[0])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
        seen[:] = [word for word in seen if word != "BEGIN"]
