"""Whether a table has a row for each of a few others."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, literal_column, select


def has(table: FromClause, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether ``table`` has such a row, looked up for each row of the query around it.

    PostgreSQL works an EXISTS out for the whole table at once where it takes that for cheaper than some thousand
    look-ups. That is slower on tables of some 100,000 rows, and a page must not read one whole. An OFFSET forbids it.
    """
    row: Select[Any] = select(literal_column("1")).select_from(table).where(*where)
    return row.offset(literal_column("0")).correlate_except(table).exists()
