"""The list of the page Perkara: tabs, filters, rows; and its rows as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import N_, _, pgettext
from app.models import DestroyedCase, Job, ProcessInstance
from app.services.casefile import casefile, instance_lists, queries
from app.services.casefile.instance_lists import InstanceFilters, Place
from app.services.core import bounded, paging
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.numbers import counted as facts
from app.services.numbers import destroyed
from app.services.numbers.counted import Counted
from app.services.numbers.destroyed import Destroyed
from app.services.retention import destructions
from app.services.search.terms import NOT_FILLED
from app.web import context, deadlines, lists
from app.web.casefile import counted, page_parts
from app.web.deadlines import Due
from app.web.lists import Column, Filter, FilteredList

_NAMES = ("category", "unit", "area", "key", "priority")
_STATES = {
    "active": N_("Berjalan"),
    "ended": N_("Berakhir"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung"),
    "incident": N_("Terkendala"),
}


@dataclass(frozen=True)
class _Row:
    """A case and where it stands: ``place`` in words, ``due`` of the task due first, else of what is waited for."""

    case: ProcessInstance
    place: str
    where: str
    due: Due | None
    due_at: datetime | None = None


@dataclass(frozen=True)
class InstanceList(FilteredList):
    """Everything the template shows. ``units``: code → name."""

    state: str
    tabs: Sequence[Mapping[str, Any]]
    rows: Sequence[_Row]
    titles: Mapping[int, str]
    units: Mapping[str, str]
    following: str
    total: int
    order: str = ""
    #: Whether any case names its priority.
    ranked: bool = False
    #: What destroyed cases have part in the figure whose cases are listed.
    destroyed: Destroyed | None = None
    #: How often the cases of this page count in the figure, where it counts tasks; 0 elsewhere.
    times: int = 0
    #: Where the same is asked as a question; "" where no question can ask it.
    question: str = ""
    #: What the address says that is not known, in sentences.
    unknown: Sequence[str] = ()
    #: The records of destroyed cases that have the number which was searched for.
    gone: Sequence[DestroyedCase] = ()

    @property
    def keep(self) -> dict[str, str]:
        """What a search keeps of the address."""
        kept = {"state": self.state, "sort": lists.argument("sort")}
        return {name: value for name, value in kept.items() if value}

    @property
    def headings(self) -> list[dict[str, Any]]:
        """The headings of the table; those of what an index holds sort it."""
        ranked = [{"label": _("Prioritas"), **self._sorting("priority")}] if self.ranked else []
        return [
            {"label": pgettext("satu", "Perkara"), "kind": "lead"},
            *ranked,
            {"label": _("Keadaan")},
            {"label": _("Kedudukan")},
            {"label": _("Tenggat"), "kind": "due"},
            {"label": pgettext("waktu", "Mulai"), "kind": "date", **self._sorting("started")},
        ]

    @property
    def caption(self) -> str:
        """What the table is, with its order."""
        return {
            "started": _("Perkara, terlama dulu"),
            "priority": _("Perkara, paling mendesak dulu"),
            "-priority": _("Perkara, paling tidak mendesak dulu"),
        }.get(self.order, _("Perkara, terbaru dulu"))

    def _sorting(self, by: str) -> dict[str, str]:
        """The address that sorts by it, or the other way round, and how it is sorted now."""
        ways = [way for way in instance_lists.SORTS if way.removeprefix("-") == by]
        following = ways[1 - ways.index(self.order)] if self.order in ways else ways[0]
        now = ("descending" if self.order.startswith("-") else "ascending") if self.order in ways else ""
        return {
            "sort": lists.address({"sort": "" if following == instance_lists.SORTS[0] else following}),
            "sorted": now,
        }


def read_instance_list(session: Session, *, actor: Actor) -> InstanceList:
    """Return the list that the address asks for."""
    asked = {name: lists.argument(name) for name in _NAMES}
    filters, behind = _asked_filters(session, asked)
    state, q = filters.state, filters.q
    page = instance_lists.page(session, filters, actor=actor, after=lists.argument(lists.AFTER))
    choices, counts = (
        instance_lists.choices(session, actor=actor),
        instance_lists.counts(session, actor=actor),
    )
    places = instance_lists.places(session, [case.id for case in page.items])
    in_rows = [task.unit_code or "" for place in places.values() for task in place.tasks]
    units = casefile.unit_names(session, [*choices.units, *in_rows])
    return InstanceList(
        state=state,
        q=q,
        tabs=_tabs(state, counts),
        filters=[*_filters(asked, choices, units), *counted.filters(session, behind)],
        rows=_rows(session, page.items, places, units),
        titles=lists.titles(session, page.items),
        units=units,
        following=lists.next_page(page.next),
        total=bounded.total(counts.values()),
        order=filters.order,
        ranked=bool(choices.priorities),
        # Which ways fit a diagram is worked out when it is asked: no condition says it.
        question="" if behind and behind.variants is not None else f"/tanya?{filters.question.query}",
        unknown=counted.unknown(session, asked["key"]),
        times=_times(session, behind, page.items),
        destroyed=_destroyed(session, filters, asked, actor),
        gone=destructions.numbered(session, q, actor=actor) if q and not page.items else (),
    )


def _times(session: Session, behind: Counted | None, cases: Sequence[ProcessInstance]) -> int:
    query = facts.times(behind, [case.id for case in cases]) if behind is not None and cases else None
    return session.scalar(query) or 0 if query is not None else 0


def _destroyed(
    session: Session, filters: InstanceFilters, asked: Mapping[str, str], actor: Actor
) -> Destroyed | None:
    """How much of the figure was destroyed: for who sees every case, as the figure itself is of all."""
    if filters.counted is None or not actor.sees_all:
        return None
    of = {name: asked[name] for name in ("unit", "category", "area") if asked[name]}
    return destroyed.behind(session, filters.counted, of)


def _asked_filters(session: Session, asked: Mapping[str, str]) -> tuple[InstanceFilters, Counted | None]:
    """What the address narrows the list to, and the figure whose cases it shows."""
    state = lists.argument("state")
    behind = counted.asked(session, asked["key"], asked["unit"])
    of_tasks = behind is not None and behind.units_of_tasks
    filters = InstanceFilters(
        q=lists.argument("q"),
        state=state if state in instance_lists.STATES else "",
        key=asked["key"],
        category=asked["category"],
        unit="" if of_tasks else asked["unit"],
        area=asked["area"],
        priority=asked["priority"],
        counted=behind,
        sort=lists.argument("sort"),
    )
    return filters, behind


def _tabs(state: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    names = [
        ("", _("Semua"), bounded.total(counts.values())),
        ("active", _("Berjalan"), counts["active"]),
        ("incident", _("Terkendala"), counts["incident"]),
        ("ended", _("Berakhir"), counts["ended"]),
        ("cancelled", _("Dibatalkan"), counts["cancelled"]),
        ("joined", _("Digabung"), counts["joined"]),
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
    asked: Mapping[str, str], choices: instance_lists.InstanceChoices, units: Mapping[str, str]
) -> list[Filter]:
    options = [
        ("category", _("Kategori"), [(name, name) for name in choices.categories]),
        ("priority", _("Prioritas"), [(name, name) for name in choices.priorities]),
        ("unit", _("Unit"), sorted(((c, units.get(c, c)) for c in choices.units), key=lambda pair: pair[1])),
        ("area", _("Wilayah"), [(name, name) for name in choices.areas]),
        ("key", pgettext("satu", "Proses"), [(key, key) for key in choices.keys]),
    ]
    nothing = {"unit": _("Tanpa unit"), "category": _("Tidak diisi"), "area": _("Tidak diisi")}
    for name, _label, values in options:
        if asked[name] == NOT_FILLED and name in nothing:
            values.append((NOT_FILLED, nothing[name]))
    found = [Filter(name, label, values, asked[name]) for name, label, values in options]
    return [one for one in found if one.value or len(one.options) > 1]


def _rows(
    session: Session, cases: Sequence[ProcessInstance], places: Mapping[int, Place], units: Mapping[str, str]
) -> list[_Row]:
    return [_row(session, case, places[case.id], units) for case in cases]


def _row(session: Session, case: ProcessInstance, place: Place, units: Mapping[str, str]) -> _Row:
    if place.tasks:
        task = place.tasks[0]
        unit = units.get(task.unit_code or "", "")
        more = _("dan {n} tugas lain", n=len(place.tasks) - 1) if len(place.tasks) > 1 else ""
        where = " · ".join(part for part in (task.lane, unit, more) if part)
        return _Row(case, task.name, where, deadlines.of_task(task), task.due_at)
    if not (place.waits or place.clocks):
        return _Row(case, case.end_name or "", "", None)
    names = _awaited(session, case, place)
    clock = _telling(definitions.version(session, case.definition_id), place)
    return _Row(
        case,
        _("Menunggu: {names}", names=", ".join(names)),
        "",
        deadlines.due(clock.due_at, clock.deadline.get("unit", "")) if clock else None,
        clock.due_at if clock else None,
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


@dataclass(frozen=True)
class FileRow:
    """A case in a file. ``process``, ``unit``: their names."""

    row: _Row
    process: str
    unit: str


def columns() -> list[Column[FileRow]]:
    """The columns of the file."""
    return [
        Column(_("Nomor"), lambda one: one.row.case.business_key),
        Column(_("Perihal"), lambda one: one.row.case.subject),
        Column(pgettext("satu", "Proses"), lambda one: one.process),
        Column(_("Keadaan"), lambda one: _(_STATES[one.row.case.state])),
        Column(_("Kedudukan"), lambda one: one.row.place),
        Column(_("Lajur"), lambda one: one.row.where),
        Column(_("Tenggat"), lambda one: one.row.due_at),
        Column(_("Kategori"), lambda one: one.row.case.category),
        Column(_("Unit"), lambda one: one.unit),
        Column(_("Kecamatan"), lambda one: one.row.case.area),
        Column(pgettext("waktu", "Mulai"), lambda one: one.row.case.started_at),
        Column(_("Berakhir"), lambda one: one.row.case.ended_at),
    ]


def download(actor: Actor) -> Response:
    """The list that the address asks for as a file, all of its pages, without identity."""
    with context.database().reading() as session:
        filters = asked_filters(session)

    def page(session: Session, after: str) -> Page[ProcessInstance]:
        return instance_lists.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT)

    return lists.download_pages("perkara", "instances", columns(), page, file_rows)


def asked_filters(session: Session) -> InstanceFilters:
    """What the address narrows the list to."""
    return _asked_filters(session, {name: lists.argument(name) for name in _NAMES})[0]


def file_rows(session: Session, cases: Sequence[ProcessInstance]) -> list[FileRow]:
    """Cases with the words that the columns of a file need beside."""
    places = instance_lists.places(session, [case.id for case in cases])
    codes = {task.unit_code or "" for place in places.values() for task in place.tasks}
    units = casefile.unit_names(session, [*codes, *(case.unit_code for case in cases)])
    names = definitions.names(session, {case.definition_id for case in cases})
    return [
        FileRow(row, names[row.case.definition_id], units.get(row.case.unit_code, row.case.unit_code))
        for row in _rows(session, cases, places, units)
    ]
