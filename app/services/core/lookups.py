"""Rows that are looked up for some that are known: whether there is one, and many by their ids."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session


def has(table: FromClause, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether ``table`` has such a row, looked up for each row of the query around it.

    PostgreSQL works an EXISTS out for the whole table at once where it takes that for cheaper than some thousand
    look-ups. That is slower on tables of some 100,000 rows, and a page must not read one whole. An OFFSET forbids it.
    """
    row: Select[Any] = select(literal_column("1")).select_from(table).where(*where)
    return row.offset(literal_column("0")).correlate_except(table).exists()


def among(
    session: Session, column: ColumnElement[int] | InstrumentedAttribute[int], ids: Collection[int]
) -> ColumnElement[bool]:
    """Whether the column holds one of so many ids.

    They go to the database as one value: to send 2,000 parameters takes longer than to find their rows.
    """
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(ids)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(ids), ARRAY(BigInteger)))
