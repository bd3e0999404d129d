"""The numbers of a process over some months, as the page shows them and the report repeats them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ActivityFact, ProcessDefinition
from app.services.core import clock, holidays
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.numbers import facts, open_work, scope, totals, words
from app.services.numbers.open_work import OpenWork
from app.services.numbers.scope import Scope
from app.services.numbers.totals import Figures

#: By what cases can be narrowed and told apart.
DIMENSIONS = ("unit", "category", "area", "channel")
#: Totals hold pairs: of more filters there are no breakdowns, and of more than two no totals.
MOST_FILTERS = 2
_MONTHS = 12


@dataclass(frozen=True)
class Asked:
    """What is asked for: a process, months (2026-01) and values of dimensions."""

    key: str
    since: str
    until: str
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Activity:
    """A step as the process in force has it: ``limit`` and ``number`` are the SOP's cells."""

    id: str
    name: str
    number: str
    limit: str
    figures: Figures


@dataclass(frozen=True)
class Outcome:
    """An end event, and how many cases ended there; ``id`` "" is cancelled, and ":joined" joined to another case."""

    id: str
    name: str
    cases: int


@dataclass(frozen=True)
class Overview:
    """The numbers. ``by``: dimension → (value, figures), the most received first; without what is not known."""

    asked: Asked
    total: Figures
    months: Sequence[tuple[str, Figures]]
    by: Mapping[str, Sequence[tuple[str, Figures]]]
    outcomes: Sequence[Outcome]
    activities: Sequence[Activity]


def months(first: str, last: str) -> list[str]:
    """The months from one to another, both among them."""
    found, (year, month) = list[str](), map(int, first.split("-"))
    while (written := f"{year:04}-{month:02}") <= last:
        found.append(written)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def earlier(month: str, by: int) -> str:
    """The month that lies so many before another."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - by, 12)
    return f"{year:04}-{number + 1:02}"


def this_month(session: Session) -> str:
    """The month of the moment, in the office's zone."""
    return holidays.calendar(session).local_date(clock.now(session)).strftime("%Y-%m")


def usual(session: Session, key: str) -> Asked:
    """What is shown where nothing was asked for: a year up to this month."""
    now = this_month(session)
    return Asked(key, earlier(now, _MONTHS - 1), now)


def permitted(asked: Asked, found: Scope) -> Asked:
    """What is asked for, narrowed to a unit of the actor's where he may not see all of them."""
    if found.units is None or asked.only.get("unit") in found.units:
        return asked
    others = {name: value for name, value in asked.only.items() if name != "unit"}
    kept = dict(list(others.items())[: MOST_FILTERS - 1])
    return Asked(asked.key, asked.since, asked.until, {**kept, "unit": min(found.units)})


def overview(session: Session, asked: Asked, *, actor: Actor | None) -> Overview:
    """The numbers of a period. At most 7 SQL. ``actor`` None: a command of the machine itself.

    Raises:
        NotFound: they are not the actor's to see.
    """
    if actor is not None:
        asked = permitted(asked, scope.require(session, actor, asked.key))
    by_month = _summed(session, asked, "month")
    whole = len(asked.only) < MOST_FILTERS
    by = {name: _breakdown(session, asked, name) for name in DIMENSIONS if whole and name not in asked.only}
    return Overview(
        asked,
        added(by_month.values()),
        [(month, by_month.get((month,), Figures())) for month in months(asked.since, asked.until)],
        by,
        _outcomes(session, asked) if whole else [],
        _activities(session, asked) if whole else [],
    )


def open_of(session: Session, asked: Asked, *, actor: Actor) -> OpenWork:
    """What is open now, with the same filters. 2 SQL.

    Raises:
        NotFound: it is not the actor's to see.
    """
    asked = permitted(asked, scope.require(session, actor, asked.key))
    return open_work.open_work(session, asked.key, asked.only)


def choices(session: Session, key: str, found: Scope) -> dict[str, list[str]]:
    """The values that each dimension ever had, in alphabetical order. 4 SQL."""
    known = {name: sorted(v for (v,) in totals.summed(session, key, name) if v) for name in DIMENSIONS}
    if found.units is not None:
        known["unit"] = sorted(found.units)
    return known


def added(some: Iterable[Figures]) -> Figures:
    """All figures of several rows added up."""
    sums = dict.fromkeys(Figures.__dataclass_fields__, 0)
    for one in some:
        for name in sums:
            sums[name] += getattr(one, name)
    return Figures(**sums)


def names(session: Session, key: str) -> dict[str, str]:
    """What the elements of the version in force are called, by id."""
    return {id_: name for id_, (name, _number, _time) in _names(session, key).items()}


def has_element(session: Session, key: str, id_: str) -> bool:
    """Whether the version in force has an element, or something was done there in another one. 1 SQL by an index."""
    versions = select(ProcessDefinition.id).where(ProcessDefinition.key == key)
    done = select(ActivityFact.instance_id).where(
        ActivityFact.definition_id.in_(versions), ActivityFact.activity_id == id_
    )
    return id_ in names(session, key) or session.scalar(done.limit(1)) is not None


def _summed(session: Session, asked: Asked, *columns: str) -> dict[totals.Of, Figures]:
    return totals.summed(session, asked.key, *columns, since=asked.since, until=asked.until, only=asked.only)


def _breakdown(session: Session, asked: Asked, name: str) -> list[tuple[str, Figures]]:
    rows = [(value, figures) for (value,), figures in _summed(session, asked, name).items()]
    return sorted(rows, key=lambda row: (not row[0], -row[1].received, -row[1].ended, row[0]))


def _outcomes(session: Session, asked: Asked) -> list[Outcome]:
    known = names(session, asked.key)
    found = [
        Outcome(id_, outcome_name(known, id_), figures.ended)
        for (id_,), figures in _summed(session, asked, "outcome").items()
        if figures.ended
    ]
    return sorted(found, key=lambda one: (not one.id, -one.cases))


def outcome_name(known: Mapping[str, str], id_: str) -> str:
    """What an outcome is called. ``known``: of `names`."""
    special = {"": "cancelled", facts.JOINED: "joined"}
    return words.label(special[id_]) if id_ in special else known.get(id_, id_)


def _activities(session: Session, asked: Asked) -> list[Activity]:
    known = _names(session, asked.key)
    places = {id_: place for place, id_ in enumerate(known)}
    found = [
        Activity(id_, *known.get(id_, (id_, "", "")), figures)
        for (id_,), figures in _summed(session, asked, "activity").items()
        if figures.done
    ]
    return sorted(found, key=lambda one: (_place(one.number), places.get(one.id, len(places))))


def _place(number: str) -> float:
    """Where a row of the SOP stands; after them what has no number."""
    digits = number.rstrip(". ")
    return int(digits) if digits.isdecimal() else float("inf")


def _names(session: Session, key: str) -> dict[str, tuple[str, str, str]]:
    """Name, number and time of the SOP of each element of the version in force, in the diagram's order."""
    definition = definitions.latest(session, key)
    version = definitions.readable(session, definition.id) if definition is not None else None
    if version is None:
        return {}
    return {
        node.id: (
            node.name or node.id,
            node.properties.get("sop nomor", ""),
            node.properties.get("waktu", ""),
        )
        for node in version.diagram.nodes.values()
    }
