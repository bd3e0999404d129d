"""A case that nobody can read any more. PostgreSQL itself refuses a document that is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.base.db import Database
from tests.history.unguarded import unguard

#: Where the document stands that cannot be read: the variables of the case, or what its events say.
_PLACES = {
    "variables": ("process_instance", "variables", "id"),
    "events": ("history_event", "data", "instance_id"),
}
each_place = pytest.mark.parametrize("place", _PLACES)


@contextmanager
def unreadable(database: Database, case_id: int, place: str) -> Iterator[None]:
    """Break documents of a case in SQLite, and put them back."""
    table, column, of = _PLACES[place]
    change = text(f"UPDATE {table} SET {column} = :held WHERE id = :id")
    with database.transaction() as session:
        unguard(session.connection())
        query = text(f"SELECT id, {column} AS held FROM {table} WHERE {of} = :case")
        kept = [dict(row._mapping) for row in session.execute(query, {"case": case_id})]
        session.execute(change, [{**row, "held": b"{broken"} for row in kept])
    yield
    with database.transaction() as session:
        session.execute(change, kept)
