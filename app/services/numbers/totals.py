"""Totals of the office's numbers by month: what is folded, and what is not folded yet, read as one."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.base.column_types import Document
from app.models import FigureChange, FigureTotal
from app.services.numbers import entries
from app.services.numbers.entries import FIGURES, Amounts, Slice

_TOTAL = cast("Table", FigureTotal.__table__)
_CHANGE = cast("Table", FigureChange.__table__)
_SLICE = ("dimension", "by", "month", "value", "by_value")
#: So many changes are folded in one transaction: nobody waits long for it.
MOST_AT_ONCE = 500

#: Of a row of figures: what it is of, in the order in which it was asked for.
Of = tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The figures of one row. Minutes are those of office hours."""

    received: int = 0
    answered: int = 0
    answer_minutes: int = 0
    finished: int = 0
    finish_minutes: int = 0
    unanswered: int = 0
    other: int = 0
    cancelled: int = 0
    joined: int = 0
    rated: int = 0
    rating_sum: int = 0
    done: int = 0
    done_minutes: int = 0
    timed: int = 0
    within: int = 0
    returned: int = 0

    @property
    def ended(self) -> int:
        """All that ended, however they did."""
        return self.finished + self.unanswered + self.other + self.cancelled + self.joined

    @property
    def late(self) -> int:
        """Completed tasks that had a deadline and were not done by then."""
        return self.timed - self.within

    @property
    def mean_answer(self) -> float | None:
        """Office minutes to the first answer; None where there was none."""
        return self.answer_minutes / self.answered if self.answered else None

    @property
    def mean_finish(self) -> float | None:
        """Office minutes to the end of those that were finished; None where none was."""
        return self.finish_minutes / self.finished if self.finished else None

    @property
    def mean_rating(self) -> float | None:
        """What reporters gave, 1 to 5; None where none did."""
        return self.rating_sum / self.rated if self.rated else None


def summed(
    session: Session,
    key: str,
    *columns: str,
    since: str = "0000-00",
    until: str = "9999-99",
    only: Mapping[str, str] | None = None,
) -> dict[Of, Figures]:
    """The figures of a process from one month to another, for each value of ``columns``: "month" and dimensions.

    ``only`` narrows to a value of a dimension. With those of ``columns`` it may name two of them. One statement reads
    totals and the changes that are not folded yet: both as of the same moment. 1 SQL.
    """
    only = dict(only or {})
    named = sorted({*only, *(name for name in columns if name != "month")})
    dimension, by = [*named, "", ""][:2]
    assert len(named) <= 2, named  # noqa: S101 totals hold no more
    places = {"month": "month", dimension: "value", by: "by_value"}
    narrowed = tuple(sorted((places[name], value) for name, value in only.items()))
    grouped = tuple(places[name] for name in columns)
    asked = {"key": key, "since": since, "until": until, "dimension": dimension, "by": by}
    statement = _reading(grouped, tuple(place for place, _value in narrowed))
    found, pending = defaultdict[Of, Counter[str]](Counter), list[Any]()
    for row in session.execute(statement, {**asked, **{f"only_{place}": value for place, value in narrowed}}):
        if row.entries is not None:
            pending += row.entries
        else:
            found[tuple(row[: len(grouped)])].update(
                {name: row._mapping[name] for name in FIGURES if row._mapping[name] is not None}
            )
    for one, amounts in entries.added_up(pending).items():
        here = dict(zip(_SLICE, one, strict=True))
        fits = (here["dimension"], here["by"]) == (dimension, by) and since <= here["month"] <= until
        if fits and all(here[place] == value for place, value in narrowed):
            found[tuple(here[place] for place in grouped)].update(amounts)
    return {one: Figures(**sums) for one, sums in sorted(found.items()) if any(sums.values())}


@cache
def _reading(grouped: tuple[str, ...], narrowed: tuple[str, ...]) -> Select[Any]:
    """Totals summed over all but ``grouped``, and after them every change of the process."""
    columns = [_TOTAL.c[name] for name in grouped]
    folded = select(
        *columns,
        *(func.sum(_TOTAL.c[name]).label(name) for name in FIGURES),
        type_coerce(null(), Document).label("entries"),
    ).where(
        _TOTAL.c.key == bindparam("key"),
        _TOTAL.c.dimension == bindparam("dimension"),
        _TOTAL.c.by == bindparam("by"),
        _TOTAL.c.month.between(bindparam("since"), bindparam("until")),
        *(_TOTAL.c[name] == bindparam(f"only_{name}") for name in narrowed),
    )
    nothing = (literal("", String).label(name) for name in grouped)
    changes = select(*nothing, *(literal(0).label(name) for name in FIGURES), _CHANGE.c.entries)
    both = union_all(
        folded.group_by(*columns) if columns else folded, changes.where(_CHANGE.c.key == bindparam("key"))
    )
    return select(both.subquery())


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


def add_to_totals(session: Session, sums: Mapping[str, Mapping[Slice, Amounts]]) -> None:
    """Add to totals of processes. One that comes to nothing stays and is told to nobody."""
    rows = [
        {
            "key": key,
            **dict(zip(_SLICE, one, strict=True)),
            **{name: amounts.get(name, 0) for name in FIGURES},
        }
        for key, some in sorted(sums.items())
        for one, amounts in sorted(some.items(), key=lambda pair: pair[0])
    ]
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_TOTAL)
    adding = insert.on_conflict_do_update(
        index_elements=list(_TOTAL.primary_key),
        set_={name: _TOTAL.c[name] + insert.excluded[name] for name in FIGURES},
    )
    session.connection().execute(adding, rows)
