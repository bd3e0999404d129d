"""Count what goes to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.base.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The first word of each statement sent inside the block; SQLite's own BEGIN left out."""
    with _whole(database) as sent:
        seen: list[str] = []
        yield seen
        seen[:] = [word for text in sent if (word := text.split()[0]) != "BEGIN"]


@contextmanager
def inserts(database: Database, table: str) -> Iterator[list[str]]:
    """The statements sent inside the block that add rows to ``table``."""
    with _whole(database) as sent:
        seen: list[str] = []
        yield seen
        seen[:] = [text for text in sent if text.startswith(f"INSERT INTO {table} ")]


@contextmanager
def _whole(database: Database) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
