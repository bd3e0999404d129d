"""Sources of cases for `candidates`: the newest first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.services.core import bounded
from app.services.core.candidates import Key, Source

#: Above every id.
NEWEST = (1 << 31) - 1


def newest_first(session: Session, queries: Sequence[Select[Any]]) -> Source:
    """The ids that the queries find, the newest first; each once, also where several find it."""

    def keys(after: Key | None, most: int) -> list[Key]:
        before = after[0] if after else NEWEST
        here = []
        for query in queries:
            [id_] = query.selected_columns
            here.append(query.where(id_ < before).order_by(id_.desc()))
        if len(here) == 1:
            return [(row[0],) for row in session.execute(here[0].limit(most))]
        found = bounded.either(here, most)
        [id_] = found.selected_columns
        return [(row[0],) for row in session.execute(found.distinct().order_by(id_.desc()).limit(most))]

    return keys
