"""INSERT … ON CONFLICT, which both databases write alike and SQLAlchemy keeps in two places."""

from typing import cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import Base


def insert(session: Session, model: type[Base]) -> postgresql.Insert:
    """An INSERT into ``model``'s table that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return cast("postgresql.Insert", sqlite.insert(model))
