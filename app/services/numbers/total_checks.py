"""What totals are kept, beside what facts add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import FigureChange, FigureTotal
from app.services.numbers import destroyed, entries
from app.services.numbers.entries import FIGURES, Amounts, Place, Slice

#: By process and slice what is counted of each figure.
Sums = defaultdict[tuple[str, Slice], Counter[str]]


def nothing() -> Sums:
    """Sums to which nothing was added yet."""
    return Sums(Counter)


def add_case(sums: Sums, key: str, amounts: Mapping[Place, Amounts]) -> None:
    """Add what the facts of one case amount to."""
    _sum(sums, key, entries.added_up(entries.difference({}, amounts)))


def differences(session: Session, anew: Sums) -> Iterator[tuple[tuple[str, Slice], Any, Any]]:
    """Every total that is not what the cases in ``anew`` and the destroyed ones add up to: its place, what is kept of
    it, and what was counted. Reads all totals."""
    for key, entry in destroyed.entries(session):
        _sum(anew, key, entries.added_up([entry]))
    folded = _kept(session)
    for place in sorted({*anew, *folded}):
        is_kept, is_anew = (
            {name: one[place][name] for name in FIGURES if one[place][name]} for one in (folded, anew)
        )
        if is_kept != is_anew:
            yield place, is_kept, is_anew


def _kept(session: Session) -> Sums:
    found = nothing()
    columns = FigureTotal.__table__.columns
    for row in session.execute(select(*columns).execution_options(yield_per=1_000)):
        place: Slice = (row.dimension, row.by, row.month, row.value, row.by_value)
        _sum(found, row.key, {place: {name: getattr(row, name) for name in FIGURES}})
    for key, changed in session.execute(select(FigureChange.key, FigureChange.entries)):
        _sum(found, key, entries.added_up(changed))
    return found


def _sum(found: Sums, key: str, more: Mapping[Slice, Amounts]) -> None:
    for place, amounts in more.items():
        found[key, place].update(amounts)
