"""Totals of the office's numbers by month: what is folded, and what is not folded yet, read as one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    Select,
    String,
    Table,
    bindparam,
    delete,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import Document
from app.models import FigureChange, FigureTotal
from app.services.facts import entries
from app.services.facts.entries import Slice

_TOTAL = cast("Table", FigureTotal.__table__)
_CHANGE = cast("Table", FigureChange.__table__)
_SLICE = ("figure", "dimension", "by", "month", "value", "by_value")
#: So many changes are folded in one transaction: nobody waits long for it.
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Amount:
    """How many, and their office minutes."""

    count: int = 0
    minutes: int = 0

    @property
    def mean(self) -> float | None:
        """Minutes of one of them; None where there is none."""
        return self.minutes / self.count if self.count else None


def monthly(
    session: Session,
    key: str,
    *,
    since: str = "0000-00",
    until: str = "9999-99",
    dimension: str = "",
    by: str = "",
) -> dict[Slice, Amount]:
    """The figures of a process from one month to another, of all or by the values of one or two dimensions.

    One statement reads the totals and the changes that are not folded yet: both as of the same moment. 1 SQL.
    """
    dimension, by = sorted((dimension, by), key=lambda name: (not name, name))
    asked = {"key": key, "since": since, "until": until, "dimension": dimension, "by": by}
    found = defaultdict[Slice, list[int]](lambda: [0, 0])
    pending = list[Any]()
    for row in session.execute(_reading(), asked):
        if row.entries is not None:
            pending += row.entries
        else:
            _add(found, cast("Slice", tuple(row[:6])), row.count_, row.minutes)
    for one, (count, minutes) in entries.added_up(pending).items():
        if one[1:3] == (dimension, by) and since <= one[3] <= until:
            _add(found, one, count, minutes)
    return {one: Amount(*sums) for one, sums in found.items() if sums != [0, 0]}


def _add(found: dict[Slice, list[int]], one: Slice, count: int, minutes: int) -> None:
    sums = found[one]
    sums[0] += count
    sums[1] += minutes


def _reading() -> Select[Any]:
    folded = select(
        *(_TOTAL.c[name] for name in _SLICE),
        _TOTAL.c.count.label("count_"),
        _TOTAL.c.minutes,
        type_coerce(null(), Document).label("entries"),
    ).where(
        _TOTAL.c.key == bindparam("key"),
        _TOTAL.c.dimension == bindparam("dimension"),
        _TOTAL.c.by == bindparam("by"),
        _TOTAL.c.month.between(bindparam("since"), bindparam("until")),
    )
    nothing = (literal("", String).label(name) for name in _SLICE)
    changes = select(*nothing, literal(0).label("count_"), literal(0).label("minutes"), _CHANGE.c.entries)
    both = union_all(folded, changes.where(_CHANGE.c.key == bindparam("key"))).subquery()
    return select(both)


def waiting(session: Session) -> bool:
    """Whether there is anything to fold."""
    return session.scalar(select(_CHANGE.c.id).limit(1)) is not None


def fold(session: Session, *, limit: int = MOST_AT_ONCE) -> int:
    """Add the oldest changes to the totals and remove them; return how many. Several may do so at once: each takes
    changes that nobody else has, and adds to totals in one order."""
    query = select(_CHANGE.c.id, _CHANGE.c.key, _CHANGE.c.entries).order_by(_CHANGE.c.id).limit(limit)
    rows = session.execute(query.with_for_update(skip_locked=True)).all()
    by_key = defaultdict[str, list[Any]](list)
    for row in rows:
        by_key[row.key] += row.entries
    add_to_totals(session, {key: entries.added_up(some) for key, some in by_key.items()})
    if rows:
        session.execute(delete(_CHANGE).where(_CHANGE.c.id.in_([row.id for row in rows])))
    return len(rows)


def add_to_totals(session: Session, sums: Mapping[str, Mapping[Slice, tuple[int, int]]]) -> None:
    """Add to totals of processes. One that comes to nothing stays and is told to nobody."""
    rows = [
        {"key": key, **dict(zip(_SLICE, one, strict=True)), "count": count, "minutes": minutes}
        for key, some in sorted(sums.items())
        for one, (count, minutes) in sorted(some.items())
    ]
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_TOTAL)
    adding = insert.on_conflict_do_update(
        index_elements=list(_TOTAL.primary_key),
        set_={name: _TOTAL.c[name] + insert.excluded[name] for name in ("count", "minutes")},
    )
    session.connection().execute(adding, rows)
