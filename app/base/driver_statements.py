"""Statements as SQLite's driver takes them, made ready before the write lock is taken.

What SQLAlchemy does for each statement takes longer than SQLite takes to run it, and others wait meanwhile. See
docs/decisions/0090-one-request-computes.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Text:
    #: With a question mark for each of ``takes``: the name of a value, and what the driver is given of it.
    sql: str
    takes: Sequence[tuple[str, Callable[[Any], Any] | None]]
    #: Values that the statement or a column's default names.
    known: Row

    def values(self, row: Row) -> tuple[Any, ...]:
        row = {**self.known, **row}
        return tuple(given(row[name]) if given else row[name] for name, given in self.takes)


def ready(dialect: Dialect, statement: Any, rows: Row | Sequence[Row]) -> tuple[str, Any] | None:
    """The text of a statement and its values: of one row a tuple, of several a list of such; None where a part of it
    can be known only as it is executed."""
    text = _text(dialect, statement, tuple(rows if isinstance(rows, Mapping) else rows[0]))
    if text is None:
        return None
    return text.sql, text.values(rows) if isinstance(rows, Mapping) else [text.values(row) for row in rows]


@lru_cache(maxsize=1024)
def _text(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Text | None:
    """By the statement itself: those of commands are built once."""
    made = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=names))
    defaults = {column.key: column.default for column in made.insert_prefetch}
    if (
        made.post_compile_params
        or made.update_prefetch
        or not all(default is not None and default.is_scalar for default in defaults.values())
    ):
        return None
    takes = [
        (name, made.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in made.positiontup or ()
    ]
    known = {name: bind.effective_value for name, bind in made.binds.items() if not bind.required}
    return _Text(str(made), takes, known | {name: cast("Any", one).arg for name, one in defaults.items()})
