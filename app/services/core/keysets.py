"""Sources for `candidates` from queries, each of which an index holds in the order of the list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from app.services.core import bounded
from app.services.core.candidates import Key, Source


def in_order(
    session: Session, queries: Sequence[Select[Any]], columns: Sequence[Any], *, descending: bool = False
) -> Source:
    """The keys that the queries find: of each the ``columns``. No key may be found by two of them."""

    def order(of: Sequence[Any]) -> list[Any]:
        return [column.desc() for column in of] if descending else list(of)

    def keys(after: Key | None, most: int) -> list[Key]:
        here, row = [query.order_by(*order(columns)) for query in queries], tuple_(*columns)
        if after is not None:
            here = [query.where(row < after if descending else row > after) for query in here]
        if len(here) > 1:
            found = bounded.either(here, most)
            here = [found.order_by(*order([found.selected_columns[column.key] for column in columns]))]
        return [tuple(key) for query in here for key in session.execute(query.limit(most))]

    return keys
