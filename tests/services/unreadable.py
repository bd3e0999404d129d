"""A case whose row nobody can read any more. PostgreSQL itself refuses a document that is none."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.base.db import Database

_CHANGE = text("UPDATE process_instance SET variables = :held WHERE id = :id")


@contextmanager
def unreadable(database: Database, case_id: int) -> Iterator[None]:
    """Break the variables of a case in SQLite, and put them back."""
    with database.transaction() as session:
        kept = session.scalars(
            text("SELECT variables FROM process_instance WHERE id = :id"), {"id": case_id}
        ).one()
        session.execute(_CHANGE, {"held": b"{broken", "id": case_id})
    yield
    with database.transaction() as session:
        session.execute(_CHANGE, {"held": kept, "id": case_id})
