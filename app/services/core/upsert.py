"""INSERT … ON CONFLICT, which both databases write alike and SQLAlchemy keeps in two places."""

from typing import cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.base.db import Base


def insert(session: Session, model: type[Base]) -> postgresql.Insert:
    """An INSERT into ``model``'s table that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return insert_in(session.get_bind().dialect.name, model)


def insert_in(dialect: str, model: type[Base]) -> postgresql.Insert:
    """The same for a statement that is built once: ``dialect`` is its database's name."""
    if dialect == "postgresql":
        return postgresql.insert(model)
    return cast("postgresql.Insert", sqlite.insert(model))
