"""Counts that people read: exact below a thousand, and no further. Counting 100,000 rows takes as long as a page."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Label, Select, func, literal, select, union_all

#: This count means so many or more.
MANY = 1_000


def count(*queries: Select[Any], name: str) -> Label[int]:
    """A column: how many rows the queries find together, `MANY` at most. No row may be found by two of them."""
    if not queries:
        return literal(0).label(name)
    found = either(queries, MANY).limit(MANY).subquery()
    return select(func.count()).select_from(found).scalar_subquery().label(name)


def count_distinct(*queries: Select[Any], name: str) -> Label[int]:
    """The same for queries of one column, whose values count once."""
    found = select(either(queries, MANY).subquery()).distinct().limit(MANY).subquery()
    return select(func.count()).select_from(found).scalar_subquery().label(name)


def either(queries: Iterable[Select[Any]], most: int) -> Select[Any]:
    """The first ``most`` of each query, in the order of each."""
    limited = [query.limit(most).subquery() for query in queries]
    if len(limited) == 1:
        return select(limited[0])
    return select(union_all(*(select(one) for one in limited)).subquery())


def total(counts: Iterable[int]) -> int:
    """The sum of such counts, `MANY` at most."""
    return min(sum(counts), MANY)
