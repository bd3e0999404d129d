"""The list of the page Perkara: tabs by state, filters, where each case stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.i18n import _, pgettext
from app.models import Job, ProcessInstance
from app.services.casefile import casefile, instance_lists, queries
from app.services.casefile.instance_lists import CaseFilters, Place
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.web import deadlines, lists
from app.web.casefile import page_parts
from app.web.deadlines import Due
from app.web.lists import Filter

_NAMES = ("category", "unit", "area", "key")


@dataclass(frozen=True)
class Row:
    """A case and where it stands: ``place`` in words, ``due`` of the task due first, else of what is waited for."""

    case: ProcessInstance
    place: str
    where: str
    due: Due | None


@dataclass(frozen=True)
class CaseList:
    """Everything the template shows. ``units``: code → name."""

    state: str
    q: str
    tabs: Sequence[Mapping[str, Any]]
    filters: Sequence[Filter]
    rows: Sequence[Row]
    titles: Mapping[int, str]
    units: Mapping[str, str]
    following: str
    total: int

    @property
    def narrowed(self) -> int:
        """How many filters are in force."""
        return sum(bool(one.value) for one in self.filters)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters in force, each with the address without it."""
        return lists.chips(self.filters, self.q)

    @property
    def clear(self) -> str:
        """The tab without filters."""
        return lists.without_filters(self.filters)

    @property
    def first(self) -> str:
        """The first page; "" when this is it."""
        return lists.address() if lists.argument(lists.AFTER) else ""


def read_case_list(session: Session, *, actor: Actor) -> CaseList:
    """Return the list that the address asks for."""
    asked = {name: lists.argument(name) for name in _NAMES}
    state, q = lists.argument("state"), lists.argument("q")
    state = state if state in instance_lists.STATES else ""
    page = instance_lists.page(
        session, CaseFilters(q=q, state=state, **asked), actor=actor, after=lists.argument(lists.AFTER)
    )
    choices, counts = (
        instance_lists.choices(session, actor=actor),
        instance_lists.counts(session, actor=actor),
    )
    places = instance_lists.places(session, [case.id for case in page.items])
    in_rows = [task.unit_code or "" for place in places.values() for task in place.tasks]
    units = casefile.unit_names(session, [*choices.units, *in_rows])
    return CaseList(
        state=state,
        q=q,
        tabs=_tabs(state, counts),
        filters=_filters(asked, choices, units),
        rows=_rows(session, page, places, units),
        titles=lists.titles(session, page.items),
        units=units,
        following=lists.next_page(page.next),
        total=sum(counts.values()),
    )


def _tabs(state: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    names = [
        ("", _("Semua"), sum(counts.values())),
        ("active", _("Berjalan"), counts["active"]),
        ("incident", _("Terkendala"), counts["incident"]),
        ("ended", _("Berakhir"), counts["ended"]),
        ("cancelled", _("Dibatalkan"), counts["cancelled"]),
    ]
    return [
        {
            "label": label,
            "url": f"/perkara?state={name}" if name else "/perkara",
            "count": count,
            "current": name == state,
        }
        for name, label, count in names
    ]


def _filters(
    asked: Mapping[str, str], choices: instance_lists.CaseChoices, units: Mapping[str, str]
) -> list[Filter]:
    options = [
        ("category", _("Kategori"), [(name, name) for name in choices.categories]),
        ("unit", _("Unit"), sorted(((c, units.get(c, c)) for c in choices.units), key=lambda pair: pair[1])),
        ("area", _("Wilayah"), [(name, name) for name in choices.areas]),
        ("key", pgettext("satu", "Proses"), [(key, key) for key in choices.keys]),
    ]
    found = [Filter(name, label, values, asked[name]) for name, label, values in options]
    return [one for one in found if one.value or len(one.options) > 1]


def _rows(
    session: Session, page: Page[ProcessInstance], places: Mapping[int, Place], units: Mapping[str, str]
) -> list[Row]:
    return [_row(session, case, places[case.id], units) for case in page.items]


def _row(session: Session, case: ProcessInstance, place: Place, units: Mapping[str, str]) -> Row:
    if place.tasks:
        task = place.tasks[0]
        unit = units.get(task.unit_code or "", "")
        more = _("dan {n} tugas lain", n=len(place.tasks) - 1) if len(place.tasks) > 1 else ""
        where = " · ".join(part for part in (task.lane, unit, more) if part)
        return Row(case, task.name, where, deadlines.of_task(task))
    if not (place.waits or place.clocks):
        return Row(case, case.end_name or "", "", None)
    names = _awaited(session, case, place)
    clock = _telling(definitions.version(session, case.definition_id), place)
    return Row(
        case,
        _("Menunggu: {names}", names=", ".join(names)),
        "",
        deadlines.due(clock.due_at, clock.deadline.get("unit", "")) if clock else None,
    )


def _telling(version: Version, place: Place) -> Job | None:
    """The clock whose date the case is known by: a deadline, else what ends something; a reminder is no date."""
    nodes = version.diagram.nodes
    deadline = (job for job in place.clocks if nodes[job.activity_id].is_deadline)
    ending = (job for job in place.clocks if queries.ends(nodes[job.activity_id]))
    return next(deadline, None) or next(ending, None)


def _awaited(session: Session, case: ProcessInstance, place: Place) -> list[str]:
    """What a case without an open task waits for: messages, else the time that comes first."""
    version = definitions.version(session, case.definition_id)
    nodes = version.diagram.nodes
    times = [nodes[job.activity_id].name or _("waktunya") for job in place.clocks[:1]]
    return [page_parts.awaited(version, wait) for wait in place.waits] or times
