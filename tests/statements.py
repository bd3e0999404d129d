"""Compiled SQL kept from test to test, as a server keeps it from request to request.

SQLAlchemy compiles each statement once for each engine. Every test has a database and so an engine of its own,
and compiling the same statements anew took a quarter of the tests' time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from app.base import db

_MOST = 5_000


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let all databases of a kind share what was compiled for one of them."""
    kept: LRUCache[Any, Any] = LRUCache(_MOST)

    def made(*words: Any, **options: Any) -> Engine:
        engine = create_engine(*words, **options)
        engine._compiled_cache = kept
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", made)
        for dialect in (
            SQLiteDialect_pysqlite,
            PGDialect_psycopg,
        ):  # each engine has one; it is part of the key
            patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
            patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        yield
