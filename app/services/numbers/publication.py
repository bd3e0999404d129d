"""Statistics for anybody: of each quarter one division of its cases, published once and never changed. Decision 83.

Every count that is public is the size of a part of one division, or a sum of such sizes, and no part is smaller than
`LEAST`: whatever is added or taken away, no smaller group comes out. A case was received in one quarter, so that
quarters share none; and what is published stays as it is, so that no two days differ.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import CaseFact, Setting, Unit
from app.services.core.upsert import insert
from app.services.definitions import definitions
from app.services.numbers import overview, totals, words
from app.services.numbers.overview import DIMENSIONS

#: Fewer are told to nobody.
LEAST = 5
#: What is told of as one must hold so many more than it has groups: each small one may be anything below `LEAST`.
_MARGIN = 2 * LEAST - 1
#: How far cases of a quarter are is told as of the end of this month after it.
_MONTHS_LATER = 1
_MONTHS_OF_A_QUARTER = 3
#: Totals hold pairs. A third breakdown would divide the same cases another way, and what two ways share is small.
_MOST_LEVELS = 2
#: The properties of a process that say what its cases are told apart by.
_PROPERTIES = dict(zip(DIMENSIONS, ("unit", "kategori", "wilayah", "saluran"), strict=True))

#: A part of the division: a value of each level that it is divided by. "" is what is not told apart, together; None
#: all that there are, where nothing could be told apart by that level.
Path = tuple[str | None, ...]


@dataclass(frozen=True)
class Quarter:
    """What is public of the cases received in a quarter.

    ``until``: the month at whose end ``outcomes`` and ``days`` were counted. ``received``: None below `LEAST`.
    ``outcomes``: "finished", "answered" and "waiting", or "finished" and "unfinished", or nothing. ``days``: mean
    working days, "mean_answer" and "mean_finish". ``groups``: parts by ``levels``, the largest first.
    """

    quarter: str
    until: str
    received: int | None
    outcomes: Mapping[str, int]
    days: Mapping[str, float]
    levels: Sequence[str]
    groups: Sequence[tuple[Path, int]]
    units: Mapping[str, str]

    def names(self, path: Path) -> list[str]:
        """What a part is called, a name for each level."""
        values = zip(self.levels, [*path, *[None] * (len(self.levels) - len(path))], strict=True)
        return [self._name(level, value) for level, value in values]

    def _name(self, level: str, value: str | None) -> str:
        if not value:
            return _("Semua") if value is None else _("Lainnya, digabung")
        return self.units.get(value, value) if level == "unit" else value


@dataclass(frozen=True)
class Statistics:
    """The published quarters of a year. ``years``: those that there are statistics of, the latest first."""

    key: str
    process: str
    year: int
    years: Sequence[int]
    quarters: Sequence[Quarter]


def processes(session: Session) -> list[tuple[str, str]]:
    """Key and name of the processes in force whose statistics are public, as each says itself, and published."""
    return [(key, name) for key, name, _levels in _public(session) if _published(session, key)]


def statistics(session: Session, key: str = "", year: int | None = None) -> Statistics:
    """The public statistics of a process: of the first one where ``key`` is "", of the latest year without ``year``.

    Raises:
        NotFound: the statistics of no such process are public, or none of that year.
    """
    found = next((one for one in processes(session) if key in ("", one[0])), None)
    if found is None:
        raise NotFound(_("Belum ada statistik untuk umum."))
    known = _published(session, found[0])
    years = sorted({int(quarter[:4]) for quarter in known}, reverse=True)
    if year is not None and year not in years:
        raise NotFound(_("Tidak ada statistik tahun ini."))
    year = year if year is not None else years[0]
    wanted = [known[quarter] for quarter in sorted(known) if int(quarter[:4]) == year]
    rows = session.scalars(select(Setting).where(Setting.name.in_(wanted)).order_by(Setting.name))
    return Statistics(*found, year, years, [_kept(row.value) for row in rows])


def due(session: Session) -> tuple[str, str] | None:
    """Key and quarter of what is to be published next: the earliest that is over long enough and not published."""
    month = overview.this_month(session)
    for key, _name, _levels in _public(session):
        months = [month for (month,) in totals.summed(session, key, "month")]
        published = _published(session, key)
        for quarter in _quarters(min(months, default=month), month):
            if quarter not in published:
                return key, quarter
    return None


def work_out(session: Session, key: str, quarter: str) -> Quarter:
    """What may be public of a quarter, as its cases are now. It counts all cases of the quarter: not for a request.

    Raises:
        NotFound: the statistics of no such process are public.
    """
    levels = next((levels for one, _name, levels in _public(session) if one == key), None)
    if levels is None:
        raise NotFound(_("Belum ada statistik untuk umum."))
    first, last = _months(quarter)
    until = overview.earlier(last, -_MONTHS_LATER)
    summed = totals.summed(session, key, *levels, since=first, until=last)
    counts = {values: one.received for values, one in summed.items() if one.received}
    received = sum(counts.values())
    if received < LEAST:
        return Quarter(quarter, until, None, {}, {}, levels, [], {})
    groups = list(divided(counts, f"{key}|{quarter}")) if levels else []
    told = {path[0] for path, _count in groups} if levels[:1] == ["unit"] else set()
    named = session.execute(select(Unit.code, Unit.name))
    units = {code: name for code, name in named if code in told}
    outcomes, days = _outcomes(session, key, (first, last, until), received)
    return Quarter(quarter, until, received, outcomes, days, levels, groups, units)


def publish(session: Session, key: str, found: Quarter) -> None:
    """Keep what is public of a quarter for good; what was published before stays."""
    row = {"name": f"{_prefix(key)}{found.quarter}", "value": asdict(found)}
    session.execute(insert(session, Setting).values(row).on_conflict_do_nothing())


def divided(counts: Mapping[tuple[str, ...], int], salt: str, above: Path = ()) -> Iterator[tuple[Path, int]]:
    """The parts of a division by one level after the other, each below the one that it divides.

    ``counts``: by a value of each level. What a level tells apart is divided by the next one; where it can tell
    nothing apart, the next one divides the whole.
    """
    here = Counter[str]()
    for (value, *_below), count in counts.items():
        here[value] += count
    shown, together = protected(here, f"{salt}|{above}")
    for part in shown or [None]:
        if part is not None:
            yield (*above, part), shown[part]
        below = Counter[tuple[str, ...]]()
        for (value, *rest), count in counts.items():
            if rest and part in (value, None):
                below[tuple(rest)] += count
        if below:
            yield from divided(below, salt, (*above, part))
    if shown and together:
        yield (*above, ""), together


def protected(counts: Mapping[str, int], salt: str) -> tuple[dict[str, int], int]:
    """The groups that may be told of singly, the largest first, and how many the others are together.

    Small groups and those without a value are told of together. So that the sum of all, less those told of singly,
    gives no small one away, others join them, in an order that says nothing of their size: one at least, and more
    until each small group might have any size below `LEAST`. Where there are too few, nothing is told of singly.
    """
    small = {value for value, count in counts.items() if count < LEAST}
    hidden = small | ({""} & counts.keys())
    others = sorted(counts.keys() - hidden, key=lambda value: sha256(f"{salt}|{value}".encode()).digest())
    joined = 0
    while (
        hidden
        and others
        and (joined < bool(small) or sum(counts[value] for value in hidden) < len(hidden) + _MARGIN)
    ):
        hidden.add(others.pop(0))
        joined += 1
    shown = sorted(others, key=lambda value: (-counts[value], value))
    return {value: counts[value] for value in shown}, sum(counts[value] for value in hidden)


def told_outcomes(finished: int, answered: int, waiting: int) -> dict[str, int]:
    """What may be told of how far cases are: each by itself, what is not finished together, or nothing."""
    if all(count == 0 or count >= LEAST for count in (finished, answered, waiting)):
        return {"finished": finished, "answered": answered, "waiting": waiting}
    if finished >= LEAST and answered + waiting >= 2 + _MARGIN:
        return {"finished": finished, "unfinished": answered + waiting}
    return {}


def _outcomes(
    session: Session, key: str, months: tuple[str, str, str], received: int
) -> tuple[dict[str, int], dict[str, float]]:
    """Outcomes and mean days; nothing where cases of the quarter were destroyed meanwhile."""
    first, last, until = months
    finished = and_(CaseFact.ending == "finished", CaseFact.ended_month <= until)
    answered = CaseFact.answered_month <= until
    row = session.execute(
        select(
            func.count().label("cases"),
            func.count().filter(finished).label("finished"),
            func.count().filter(answered).label("answered"),
            func.avg(CaseFact.answer_minutes).filter(answered).label("mean_answer"),
            func.avg(CaseFact.end_minutes).filter(finished).label("mean_finish"),
        ).where(CaseFact.key == key, CaseFact.received_month.between(first, last))
    ).one()
    if row.cases != received:
        return {}, {}
    outcomes = told_outcomes(row.finished, row.answered - row.finished, received - row.answered)
    if outcomes.get("finished", 0) < LEAST:
        return outcomes, {}
    means = {name: words.days(float(row._mapping[name])) for name in ("mean_answer", "mean_finish")}
    return outcomes, {name: days for name, days in means.items() if days is not None}


def _public(session: Session) -> Iterator[tuple[str, str, list[str]]]:
    """Key, name and levels of the processes in force that say that their statistics are public."""
    for one in definitions.live(session):
        version = definitions.readable(session, one.id)
        properties = version.diagram.properties if version is not None else {}
        if properties.get("statistik publik", "").strip().lower() == "ya":
            levels = [name for name in DIMENSIONS if properties.get(_PROPERTIES[name], "").strip()]
            yield one.key, one.name, levels[:_MOST_LEVELS]


def _published(session: Session, key: str) -> dict[str, str]:
    """Published quarters of a process, and under what name each is kept. 1 SQL."""
    prefix = _prefix(key)
    kept = Setting.name.between(f"{prefix}0000-Q0", f"{prefix}9999-Q9")
    found = session.scalars(select(Setting.name).where(kept))
    return {name.removeprefix(prefix): name for name in found if name.startswith(prefix)}


def _prefix(key: str) -> str:
    return f"statistics:{sha256(key.encode()).hexdigest()[:32]}:"


def _kept(value: Mapping[str, Any]) -> Quarter:
    return Quarter(**{**value, "groups": [(tuple(path), count) for path, count in value["groups"]]})


def _quarters(first: str, month: str) -> Iterator[str]:
    """The quarters from that of a month on that may be published in another month."""
    for one in overview.months(first[:5] + "01", month):
        quarter = f"{one[:4]}-Q{(int(one[5:]) + 2) // _MONTHS_OF_A_QUARTER}"
        start, last = _months(quarter)
        if one == start and last >= first and overview.earlier(last, -_MONTHS_LATER) < month:
            yield quarter


def _months(quarter: str) -> tuple[str, str]:
    """The first and the last month of a quarter."""
    last = int(quarter[-1]) * _MONTHS_OF_A_QUARTER
    return f"{quarter[:4]}-{last - 2:02}", f"{quarter[:4]}-{last:02}"
