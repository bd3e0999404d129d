"""What a condition becomes: SQL that tells whether a row fits, and queries that find what may, in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    false,
    literal,
    not_,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.forms import moments
from app.services.core.candidates import Rare
from app.services.search.question import Condition, Group, Question, problems

#: As SQLite keeps times.
_DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Term:
    """One condition.

    ``fits``: whether a row does. ``queries``: together they find every row that does, and perhaps others, each in the
    order of an index; None where no index tells. ``rare``: the same where there are few. ``check``: tells from what
    only Python can read (variables), instead of ``fits``. ``narrows``: indexes are read from and to where
    ``fits`` says.
    """

    fits: ColumnElement[bool]
    queries: Sequence[Select[Any]] | None = None
    rare: Rare | None = None
    check: Callable[[Mapping[str, Any]], bool] | None = None
    narrows: bool = False


@dataclass(frozen=True)
class Terms:
    """A question, made of terms: the same tree, to be asked in SQL and in Python."""

    question: Question
    made: Mapping[tuple[int, int], Term]

    @property
    def checks(self) -> bool:
        """Whether SQL alone cannot tell."""
        return any(term.check is not None for term in self.made.values())

    def may_fit(self) -> ColumnElement[bool]:
        """True of every row that fits, and of others where ``checks``."""
        parts = [self._group(number, group) for number, group in enumerate(self.question.groups)]
        return _joined(parts, self.question.any)

    def _group(self, number: int, group: Group) -> ColumnElement[bool]:
        parts = [
            self._leaf(self.made[number, place], one.negated != group.negated)
            for place, one in enumerate(group.conditions)
        ]
        return _joined(parts, group.any != group.negated)  # not (a and b) is: not a, or not b

    @staticmethod
    def _leaf(term: Term, negated: bool) -> ColumnElement[bool]:
        if term.check is not None:
            return true()
        return not_(term.fits) if negated else term.fits

    @property
    def told(self) -> list[ColumnElement[bool]]:
        """What SQL tells of a row for `holds`."""
        return [term.fits for term in self.made.values() if term.check is None]

    def holds(self, told: Sequence[Any], values: Mapping[str, Any]) -> bool:
        """Whether a row fits. ``told``: of `told`; ``values``: what only Python can read."""
        answers = iter(told)
        found = {
            place: bool(next(answers)) if term.check is None else term.check(values)
            for place, term in self.made.items()
        }
        groups = []
        for number, group in enumerate(self.question.groups):
            each = [found[number, place] != one.negated for place, one in enumerate(group.conditions)]
            groups.append((any(each) if group.any else all(each)) != group.negated)
        return any(groups) if self.question.any else all(groups)

    def sources(self, besides: str = "") -> list[list[Select[Any]]]:
        """Each finds every row that fits, and others; none by conditions on the subject ``besides``."""
        each = [self._sources_of(number, group, besides) for number, group in enumerate(self.question.groups)]
        return _of_any(each) if self.question.any else [one for some in each for one in some]

    def _sources_of(self, number: int, group: Group, besides: str) -> list[list[Select[Any]]]:
        if group.negated:
            return []
        each = [
            [list(queries)]
            if not one.negated
            and one.subject != besides
            and (queries := self.made[number, place].queries) is not None
            else []
            for place, one in enumerate(group.conditions)
        ]
        return _of_any(each) if group.any else [one for some in each for one in some]

    def bounds(self) -> list[ColumnElement[bool]]:
        """What must hold of each row, and narrows every source."""
        return [term.fits for _one, term in self._needed() if term.narrows]

    def rare(self) -> list[Rare]:
        """What must hold and may be rare."""
        return [term.rare for _one, term in self._needed() if term.rare is not None]

    def needed(self, subject: str) -> str:
        """The value that must be held of a subject; "" for none."""
        return next((one.values["nilai"] for one, _term in self._needed() if one.subject == subject), "")

    def _needed(self) -> list[tuple[Condition, Term]]:
        """Conditions of which each must hold."""
        if self.question.any and len(self.question.groups) > 1:
            return []
        return [
            (one, self.made[number, place])
            for number, group in enumerate(self.question.groups)
            if not group.negated and (not group.any or len(group.conditions) == 1)
            for place, one in enumerate(group.conditions)
            if not one.negated
        ]


def _joined(parts: Sequence[ColumnElement[bool]], either: bool) -> ColumnElement[bool]:
    if not parts:
        return true()
    return or_(false(), *parts) if either else and_(true(), *parts)


def _of_any(each: Sequence[Sequence[list[Select[Any]]]]) -> list[list[Select[Any]]]:
    """One source of all that any of them finds; none where one of them finds nothing by an index."""
    if not each or not all(each):
        return []
    return [[query for some in each for query in some[0]]]


def terms_of(question: Question, term: Callable[[Condition], Term]) -> Terms:
    """The terms of a question, each made by ``term``.

    Raises:
        InvalidForm: what ``term`` refuses, and what cannot be asked at all, by the names of the address.
    """
    made, errors = {}, problems(question)
    for number, group in enumerate(question.groups):
        for place, one in enumerate(group.conditions):
            if (name := f"k{number + 1}.{place + 1}") in errors:
                continue
            try:
                made[number, place] = term(one)
            except InvalidForm as error:
                errors[name] = str(error)
    if errors:
        raise InvalidForm(_("Ada syarat yang perlu diperbaiki."), errors)
    return Terms(question, made)


# Values ------------------------------------------------------------------------------------------------------------


def refused(message: str) -> InvalidForm:
    """What to raise for a value that says nothing."""
    return InvalidForm(message, {"nilai": message})


def value_of(values: Mapping[str, str]) -> str:
    """The one value of a condition. Raises: `InvalidForm` where there is none."""
    value = values.get("nilai", "")
    if not value:
        raise refused(_("Pilih nilainya dulu."))
    return value


#: The value that asks for what has none.
NOT_FILLED = "-"


def wanted_value(values: Mapping[str, str]) -> str:
    """What must be held: the one value, "" for `NOT_FILLED`. Raises: `InvalidForm` where there is none."""
    return "" if (value := value_of(values)) == NOT_FILLED else value


#: In which days are asked about; no moment counted from one leaves the calendar.
YEARS = range(1900, 2200)


def day_of(text: str) -> date | None:
    """A date as people write it; None for none.

    Raises:
        InvalidForm: it is none.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(str(moments.from_text(text, "date")))
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise refused(_("Tanggal {text} tidak dikenal. Contoh: 24-11-2026.", text=text))
    return day


def days_of(values: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The first and last day of a condition. Raises: `InvalidForm` where they are none, or the wrong way round."""
    first, last = day_of(values.get("dari", "")), day_of(values.get("sampai", ""))
    if first and last and last < first:
        raise refused(_("Tanggal akhir mendahului tanggal awal."))
    return first, last


def moments_of(calendar: Calendar, values: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """When the first day begins, and when the last is over."""
    first, last = days_of(values)
    return (
        calendar.moment(first, time()) if first else None,
        calendar.moment(last + timedelta(days=1), time()) if last else None,
    )


def months(first: str, last: str) -> Iterator[str]:
    """The months from one to another, both among them, as 2026-11; none where one of them is missing."""
    if not first or not last:
        return
    year, month = int(first[:4]), int(first[5:])
    while (written := f"{year:04}-{month:02}") <= last:
        yield written
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def number_of(text: str) -> int:
    """A whole number of days, 0 for none. Raises: `InvalidForm`."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise refused(_("Tulis banyaknya hari dengan angka."))
    return int(text or 0)


def between(column: Any, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Whether a moment lies in a period; one that is missing does not."""
    parts = [column.is_not(None)]
    if since is not None:
        parts.append(column >= since)
    if until is not None:
        parts.append(column < until)
    return and_(*parts)


def is_later(session: Session, one: Any, other: Any, days: int) -> ColumnElement[bool]:
    """Whether a moment is more than so many days later than another; both are there."""
    if not days:
        moved: ColumnElement[bool] = one > other
        return moved
    if session.get_bind().dialect.name == "sqlite":
        passed = type_coerce(one, BigInteger) - type_coerce(other, BigInteger)
        late: ColumnElement[bool] = passed > days * _DAY_MICROSECONDS
        return late
    apart: ColumnElement[bool] = one - other > literal(timedelta(days=days))
    return apart
