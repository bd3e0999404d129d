"""The list of the page Perkara: tabs, filters, rows; and its rows as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields
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
from app.web.lists import Column, Filter, List, time

_NAMES = ("category", "unit", "area", "key", "priority")
_STATES = {
    "active": N_("Berjalan"),
    "ended": N_("Berakhir"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung"),
    "incident": N_("Terkendala"),
}


@dataclass(frozen=True)
class CaseRow:
    """A case and where it stands: ``place`` in words, ``due`` of the task due first, else of what is waited for.

    ``title``: what it is about; ``process``, ``unit``: their names, in a file alone.
    """

    case: ProcessInstance
    place: str = ""
    where: str = ""
    due: Due | None = None
    due_at: datetime | None = None
    title: str = ""
    process: str = ""
    unit: str = ""


def columns(*, ranked: bool = False) -> list[Column[CaseRow]]:
    """All columns. ``ranked``: whether any case names its priority."""
    return [
        Column(pgettext("satu", "Perkara"), cell="lead", show=_lead),
        Column(_("Nomor"), lambda row: row.case.business_key, field=("business_key", fields.String())),
        Column(_("Perihal"), lambda row: row.case.subject, field=("subject", fields.String())),
        Column(pgettext("satu", "Proses"), lambda row: row.process),
        Column(_("Prioritas"), None, "text", lambda row: row.case.priority, shown=ranked, by="priority"),
        Column(_("Keadaan"), lambda row: _(_STATES[row.case.state]), "state", lambda row: row.case.state),
        Column(_("Kedudukan"), lambda row: row.place, "lines", lambda row: (row.place, row.where)),
        Column(_("Lajur"), lambda row: row.where),
        Column(_("Tenggat"), lambda row: row.due_at, "due", lambda row: row.due and row.due.as_dict()),
        Column(_("Kategori"), lambda row: row.case.category, field=("category", fields.String())),
        Column(_("Unit"), lambda row: row.unit),
        Column(_("Kecamatan"), lambda row: row.case.area, field=("area", fields.String())),
        Column(
            pgettext("waktu", "Mulai"),
            lambda row: row.case.started_at,
            "date",
            by="started",
            field=("started_at", time()),
        ),
        Column(_("Berakhir"), lambda row: row.case.ended_at, field=("ended_at", time(nullable=True))),
    ]


def _lead(row: CaseRow) -> tuple[str, str, str, str]:
    case = row.case
    about = " · ".join(filter(None, (case.category, case.area)))
    return f"/perkara/{case.id}", row.title, case.business_key, about


@dataclass(frozen=True, kw_only=True)
class InstanceList(List[CaseRow]):
    """Everything the template shows."""

    state: str
    tabs: Sequence[Mapping[str, Any]]
    total: int
    order: str = ""
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
    def caption(self) -> str:
        """What the table is, with its order."""
        return {
            "started": _("Perkara, terlama dulu"),
            "priority": _("Perkara, paling mendesak dulu"),
            "-priority": _("Perkara, paling tidak mendesak dulu"),
        }.get(self.order, _("Perkara, terbaru dulu"))


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
        columns=lists.arranged(columns(ranked=bool(choices.priorities)), instance_lists.SORTS, filters.order),
        rows=_rows(session, page.items, places, units, titles=lists.titles(session, page.items)),
        following=lists.next_page(page.next),
        total=bounded.total(counts.values()),
        order=filters.order,
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
    session: Session,
    cases: Sequence[ProcessInstance],
    places: Mapping[int, Place],
    units: Mapping[str, str],
    *,
    titles: Mapping[int, str] | None = None,
    processes: Mapping[int, str] | None = None,
) -> list[CaseRow]:
    """``titles``: by id; ``processes``: the names of versions."""
    return [
        CaseRow(
            case,
            *_standing(session, case, places[case.id], units),
            title=(titles or {}).get(case.id, ""),
            process=(processes or {}).get(case.definition_id, ""),
            unit=units.get(case.unit_code, case.unit_code),
        )
        for case in cases
    ]


def _standing(
    session: Session, case: ProcessInstance, place: Place, units: Mapping[str, str]
) -> tuple[str, str, Due | None, datetime | None]:
    """``place``, ``where``, ``due`` and ``due_at`` of a row."""
    if place.tasks:
        task = place.tasks[0]
        unit = units.get(task.unit_code or "", "")
        more = _("dan {n} tugas lain", n=len(place.tasks) - 1) if len(place.tasks) > 1 else ""
        where = " · ".join(part for part in (task.lane, unit, more) if part)
        return task.name, where, deadlines.of_task(task), task.due_at
    if not (place.waits or place.clocks):
        return case.end_name or "", "", None, None
    names = _("Menunggu: {names}", names=", ".join(_awaited(session, case, place)))
    clock = _telling(definitions.version(session, case.definition_id), place)
    if clock is None:
        return names, "", None, None
    return names, "", deadlines.due(clock.due_at, clock.deadline.get("unit", "")), clock.due_at


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


def file_rows(session: Session, cases: Sequence[ProcessInstance]) -> list[CaseRow]:
    """Cases with the words that the columns of a file need beside."""
    places = instance_lists.places(session, [case.id for case in cases])
    codes = {task.unit_code or "" for place in places.values() for task in place.tasks}
    units = casefile.unit_names(session, [*codes, *(case.unit_code for case in cases)])
    names = definitions.names(session, {case.definition_id for case in cases})
    return _rows(session, cases, places, units, processes=names)
