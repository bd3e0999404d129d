"""Statistics for anybody: counts by quarter in which no group of fewer than five can be found. Decision 59."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.i18n import _
from app.models import Unit
from app.services.core import clock, holidays
from app.services.definitions import definitions
from app.services.numbers import totals, words
from app.services.numbers.overview import DIMENSIONS, added
from app.services.numbers.totals import Figures

#: Fewer are told to nobody.
LEAST = 5
#: What is told of as one must hold so many more than it has groups: each small one may be anything below `LEAST`.
_MARGIN = 2 * LEAST - 1
FIGURES = ("received", "answered", "finished")
_MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Group:
    """One count. ``value`` "" of a dimension: all groups that are not told of singly, together."""

    quarter: str
    dimension: str
    value: str
    name: str
    figure: str
    count: int


@dataclass(frozen=True)
class Statistics:
    """The quarters of a year that are over. ``years``: those that there may be statistics of, the latest first.

    ``days``: (quarter, figure) → mean working days of at least `LEAST` cases.
    """

    key: str
    process: str
    year: int
    years: Sequence[int]
    quarters: Sequence[str]
    groups: Sequence[Group]
    days: Mapping[tuple[str, str], float]

    def counts(self, dimension: str, quarter: str) -> dict[str, dict[str, int]]:
        """Value → figure → count, the most first, what is told of together last."""
        found = dict[str, dict[str, int]]()
        here = [one for one in self.groups if (one.dimension, one.quarter) == (dimension, quarter)]
        for one in sorted(here, key=lambda one: (not one.value, -one.count, one.name)):
            found.setdefault(one.name, {})[one.figure] = one.count
        return found


def processes(session: Session) -> list[tuple[str, str]]:
    """Key and name of the processes in force whose statistics are public, as each says itself."""
    return [
        (one.key, one.name)
        for one in definitions.live(session)
        if (version := definitions.readable(session, one.id)) is not None
        and version.diagram.properties.get("statistik publik", "").strip().lower() == "ya"
    ]


def statistics(session: Session, key: str = "", year: int | None = None) -> Statistics:
    """The public statistics of a process: of the first one where ``key`` is "", of the latest year without ``year``.

    Raises:
        NotFound: the statistics of no such process are public, or none of that year can be.
    """
    found = next((one for one in processes(session) if key in ("", one[0])), None)
    if found is None:
        raise NotFound(_("Belum ada statistik untuk umum."))
    today = holidays.calendar(session).local_date(clock.now(session))
    years = _years(session, found[0], today)
    if year is not None and year not in years:
        raise NotFound(_("Tidak ada statistik tahun ini."))
    year = year if year is not None else years[0]
    quarters = [
        one for one in (f"{year}-Q{number}" for number in range(1, 5)) if _end(one) < f"{today:%Y-%m}"
    ]
    groups, days = list[Group](), dict[tuple[str, str], float]()
    units = {code: name for code, name in session.execute(select(Unit.code, Unit.name))}
    for quarter in quarters:
        of_it = _counted(session, found[0], quarter)
        groups += _groups(found[0], quarter, of_it, units)
        days |= dict(_days(quarter, added(of_it["unit"].values())))
    return Statistics(*found, year, years, quarters, groups, days)


def _years(session: Session, key: str, today: date) -> list[int]:
    """From the year of the first case to that of the last quarter that is over."""
    last = today.year if today.month > _MONTHS_OF_A_QUARTER else today.year - 1
    months = [month for (month,) in totals.summed(session, key, "month")]
    first = min([int(month[:4]) for month in months], default=last)
    return list(range(last, min(first, last) - 1, -1))


def _end(quarter: str) -> str:
    """The last month of a quarter."""
    return f"{quarter[:4]}-{int(quarter[-1]) * _MONTHS_OF_A_QUARTER:02}"


def _begin(quarter: str) -> str:
    return f"{quarter[:4]}-{int(quarter[-1]) * _MONTHS_OF_A_QUARTER - 2:02}"


def _counted(session: Session, key: str, quarter: str) -> dict[str, dict[str, Figures]]:
    first, last = _begin(quarter), _end(quarter)
    found = {name: totals.summed(session, key, name, since=first, until=last) for name in DIMENSIONS}
    return {name: {value: one for (value,), one in rows.items()} for name, rows in found.items()}


def _groups(
    key: str, quarter: str, found: Mapping[str, Mapping[str, Figures]], units: Mapping[str, str]
) -> Iterator[Group]:
    for figure in FIGURES:
        all_of_it = getattr(added(found["unit"].values()), figure)
        if all_of_it < LEAST:
            continue
        yield Group(quarter, "", "", _("Semua"), figure, all_of_it)
        for dimension, rows in found.items():
            counts = {value: getattr(one, figure) for value, one in rows.items() if getattr(one, figure)}
            shown, together = protected(counts, f"{key}|{quarter}|{dimension}|{figure}")
            for value, count in shown.items():
                name = units.get(value, value) if dimension == "unit" else value
                yield Group(quarter, dimension, value, name, figure, count)
            if shown and together:
                yield Group(quarter, dimension, "", _("Lainnya, digabung"), figure, together)


def _days(quarter: str, found: Figures) -> Iterator[tuple[tuple[str, str], float]]:
    for figure, cases, mean in (
        ("mean_answer", found.answered, found.mean_answer),
        ("mean_finish", found.finished, found.mean_finish),
    ):
        days = words.days(mean)
        if cases >= LEAST and days is not None:
            yield (quarter, figure), days


def protected(counts: Mapping[str, int], salt: str) -> tuple[dict[str, int], int]:
    """The groups that may be told of singly, and how many the others are together.

    Small groups and those without a value are told of together. So that the sum of all, less those told of singly,
    gives no small one away, others join them, in an order that says nothing of their size: one at least, and more
    until each small group might have any size below `LEAST`. Where there are too few, nothing is told of singly.
    """
    small = {value for value, count in counts.items() if count < LEAST}
    hidden = small | ({""} & counts.keys())
    if not hidden:
        return dict(counts), 0
    others = sorted(counts.keys() - hidden, key=lambda value: sha256(f"{salt}|{value}".encode()).digest())
    joined = 0
    while others and (joined < bool(small) or sum(counts[value] for value in hidden) < len(hidden) + _MARGIN):
        hidden.add(others.pop(0))
        joined += 1
    shown = {value: counts[value] for value in counts if value not in hidden}
    return shown, sum(counts[value] for value in hidden)
