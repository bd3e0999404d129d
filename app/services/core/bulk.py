"""Rows added and removed past the session: one statement for all of a kind. Building a statement takes longer than
running it, so each is built once."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, Delete, Insert, Table, bindparam, delete, insert
from sqlalchemy.orm import Session

from app.base.db import Base
from app.models import Job, MessageWait
from app.services.core import writes

_Value = TypeVar("_Value")
_MOST_AT_ONCE = 500  # values in one statement: SQLite takes 32,766, and each number of them is compiled anew

#: The id of the row that a statement is about. A list of ids would be written into its text at each execution.
ID: BindParameter[Any] = bindparam("one_id")


def insert_rows(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Add rows past the session: one statement for all of a kind, and nobody wants them back as objects."""
    if rows:
        writes.send(session, _insertion(model), rows)


def batches(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """Yield ``values`` in lists that one statement can take."""
    rest = iter(values)
    while some := list(islice(rest, _MOST_AT_ONCE)):
        yield some


@lru_cache
def _insertion(model: type[Base]) -> Insert:
    return insert(cast("Table", model.__table__)).inline()


def remove(session: Session, model: type[Job] | type[MessageWait], ids: tuple[str, ...]) -> None:
    """Remove rows by id."""
    if ids:
        writes.send(session, _deletion(model), [{"one_id": one} for one in ids])


@lru_cache
def _deletion(model: type[Job] | type[MessageWait]) -> Delete:
    return delete(cast("Table", model.__table__)).where(model.id == ID)
