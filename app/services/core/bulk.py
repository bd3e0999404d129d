"""Rows added and removed past the session: one statement for all of a kind. Building a statement takes longer than
running it, so each is built once."""

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BindParameter, Delete, Insert, Table, bindparam, delete, insert
from sqlalchemy.orm import Session

from app.db import Base
from app.models import Job, MessageWait

#: The id of the row that a statement is about. A list of ids would be written into its text at each execution.
ID: BindParameter[Any] = bindparam("one_id")


def insert_rows(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Add rows past the session: one statement for all of a kind, and nobody wants them back as objects."""
    if rows:
        session.connection().execute(_insertion(model), rows)


@lru_cache
def _insertion(model: type[Base]) -> Insert:
    return insert(cast("Table", model.__table__))


def remove(session: Session, model: type[Job] | type[MessageWait], ids: tuple[str, ...]) -> None:
    """Remove rows by id."""
    if ids:
        session.connection().execute(_deletion(model), [{"one_id": one} for one in ids])


@lru_cache
def _deletion(model: type[Job] | type[MessageWait]) -> Delete:
    return delete(cast("Table", model.__table__)).where(model.id == ID)
