"""The lists of the page Kotak tugas: tabs, filters, rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from markupsafe import escape
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _, ngettext
from app.models import Absence, UserTask
from app.services.casefile import casefile
from app.services.core import paging
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.instances import messages
from app.services.people import absences, loads, officers
from app.services.people.loads import Load
from app.services.search import task_terms
from app.services.tasks import inbox, inbox_counts, permissions, presence, selections, standing
from app.services.tasks.inbox import Filters
from app.web import context, lists
from app.web import filters as dates
from app.web.lists import Column, Filter, List
from app.web.loads import load_in_words
from app.web.tasks import columns, saved_views
from app.web.tasks.columns import TaskRow

_NAMES = ("deadline", "age", "activity", "lane", "unit", "officer", "category", "area", "priority", "state")


@dataclass(frozen=True, kw_only=True)
class InboxPage(List[TaskRow]):
    """Everything the template shows. ``offered``: whether any open task is offered to him."""

    tab: str
    tabs: Sequence[Mapping[str, Any]]
    order: str
    counts: Mapping[str, int]
    may_claim: frozenset[str]
    present: Mapping[str, list[str]]
    edits_templates: bool
    lanes: Sequence[tuple[int, str]]
    offered: bool
    awaits: bool
    actor: Actor
    absences: Sequence[Absence]
    loads: Mapping[int, Load]
    #: Where the cases of these tasks are asked for; "" where no question asks for them.
    question: str = ""
    #: No text that is drawn holds these letters but where they stand for something; see `cells`.
    TASK: ClassVar[str] = "\ue000"
    WORDS: ClassVar[str] = "\ue001"

    @property
    def keep(self) -> dict[str, str]:
        """What a search keeps of the address."""
        sort = lists.argument("sort")
        return {"tab": self.tab, "sort": sort} if sort else {"tab": self.tab}

    @property
    def with_acts(self) -> list[Column[TaskRow]]:
        """The columns, with what chooses rows and what can be done in them; their headings are heard alone."""
        select = [lists.own("select", _("Pilih"), hidden=True)] if self.selectable else []
        return [
            *select,
            *self.columns,
            *([lists.own("action", _("Tindakan"), hidden=True)] if self.acts else []),
        ]

    def attributes(self, row: TaskRow) -> dict[str, str]:
        """Those of a row: how its task stands, for whoever watches the list, and whether it only stays in it."""
        found = {} if self.tab == "done" else {"data-live": f"{row.task.id}:{standing.of_task(row.task)}"}
        return found | ({"class": "is-kept"} if row.task.id == self.kept else {})

    @property
    def here(self) -> str:
        """The address of this list, with the tab that it begins with where none was asked for."""
        return lists.address({"tab": self.tab})

    @property
    def stood_in_for(self) -> Sequence[tuple[Absence, str]]:
        """For whom the actor stands in today, and what that one holds."""
        return [(one, load_in_words(self.loads[one.user_id])) for one in self.absences]

    def is_mine(self, task: UserTask) -> bool:
        """Whether the actor holds the task and may give it back."""
        return task.state == "open" and task.assignee_id == self.actor.id

    @cached_property
    def kept(self) -> str:
        """The task that stays in the list."""
        return lists.argument(lists.KEPT)

    @cached_property
    def acts(self) -> bool:
        """Whether anything can be done in the list itself."""
        return bool(self.may_claim) or any(self.is_mine(row.task) for row in self.rows)

    @cached_property
    def selectable(self) -> Mapping[str, str]:
        """The tasks with which something can be done together: id → what a form carries of it."""
        if self.tab == "done":
            return {}
        return {
            task.id: selections.as_shown(task).text
            for task in (row.task for row in self.rows)
            if task.id in self.may_claim or self.is_mine(task) or officers.may_reassign(self.actor, task)
        }

    def cells(self, drawn: Mapping[str, str]) -> Callable[[str, TaskRow], str]:
        """What writes the cells of a row that are the page's own: what its template drew once for all rows, with
        `TASK` and `WORDS` in the place of what each says."""

        texts = {name: str(text) for name, text in drawn.items()}

        def fill(name: str, task_id: str, words: str) -> str:
            return texts[name].replace(self.TASK, task_id).replace(self.WORDS, escape(words))

        def write(key: str, row: TaskRow) -> str:
            task, number = row.task, row.task.instance.business_key
            if key == "select":
                return fill("select", self.selectable[task.id], number) if task.id in self.selectable else ""
            if key == "action":
                act = self._act(task)
                return fill(act, task.id, number) if act else ""
            snoozed, present = self._snoozed(task), ", ".join(self.present.get(task.id, ()))
            return (
                (fill("snoozed", task.id, snoozed) if snoozed else "")
                + fill("lead", task.id, row.title)
                + (fill("present", task.id, _("dibuka {names}", names=present)) if present else "")
            )

        return write

    def _act(self, task: UserTask) -> str:
        """What can be done with a task in the list itself; "" where nothing can."""
        if task.id in self.may_claim:
            return "claim"
        if self.tab == "snoozed":
            return "wake"
        return "release" if self.is_mine(task) else ""

    def _snoozed(self, task: UserTask) -> str:
        """Until when a task is put off, in the tab of those."""
        if self.tab != "snoozed" or not task.snoozed_until:
            return ""
        if task.snoozed_for_case:
            return _("sampai perkara bergerak")
        return _("sampai {date}", date=dates.date(task.snoozed_until))

    @property
    def summary(self) -> str:
        """How urgent my own tasks are, in a sentence."""
        late, today = self.counts["overdue"], self.counts["today"]
        n = {"count": lists.bounded(late)}, {"count": lists.bounded(today)}
        parts = [
            ngettext("{count} tugas Anda lewat tenggat", "{count} tugas Anda lewat tenggat", late, **n[0])
            if late
            else "",
            ngettext("{count} jatuh tempo hari ini", "{count} jatuh tempo hari ini", today, **n[1])
            if today
            else "",
        ]
        text = ", ".join(part for part in parts if part)
        return f"{text[0].upper()}{text[1:]}." if text else ""


def read_inbox(session: Session, *, actor: Actor) -> InboxPage:
    """Return the list that the address asks for."""
    counts = inbox_counts.counts(session, actor=actor)
    tab = _tab(actor, counts)
    asked, q = _asked(), lists.argument("q")
    wanted = _wanted(tab, asked)
    page = inbox.page(session, wanted, actor=actor, after=lists.argument(lists.AFTER))
    page = inbox.with_kept(session, page, wanted, lists.argument(lists.KEPT), actor=actor)
    choices = inbox.choices(session, actor=actor, tab=tab)
    holders = officers.working(session) if tab == "open" else ()
    filters = _filters(tab, asked, choices, holders)
    takable = frozenset(
        t.id for t in page.items if t.assignee_id is None and permissions.holding(actor, t) == "work"
    )
    absent = absences.stood_in_for(session, actor=actor)
    asks = inbox.question(session, wanted)
    return InboxPage(
        q=q,
        filters=filters,
        tab=tab,
        tabs=_tabs(session, actor, tab, counts),
        rows=task_rows(session, page.items, dict(choices.units)),
        following=lists.next_page(page.next),
        columns=columns.of_list(
            tab, wanted.order, one_place=len(choices.lanes) == 1 and len(choices.units) <= 1
        ),
        order=wanted.order,
        counts=counts,
        may_claim=takable,
        edits_templates=bool(actor.groups),
        present=presence.others(session, [task.id for task in page.items], actor=actor),
        lanes=saved_views.shareable(),
        offered=bool(counts["queue"]) or (tab == "queue" and inbox_counts.has_offers(session, actor=actor)),
        awaits=messages.is_awaited(session, actor),
        actor=actor,
        absences=absent,
        loads=loads.of_users(session, [one.user_id for one in absent]),
        question=f"/tanya?{asks.query}" if asks else "",
    )


def _asked() -> dict[str, str]:
    """The filters of the address; what none of them knows is left out."""
    asked = {name: lists.argument(name) for name in _NAMES}
    for name, known in (("deadline", task_terms.DUE), ("age", inbox.AGES), ("state", inbox.STATES)):
        if asked[name] not in known:
            asked[name] = ""
    return asked


def _wanted(tab: str, asked: Mapping[str, str]) -> Filters:
    q, sort = lists.argument("q"), lists.argument("sort")
    return replace(Filters(tab=tab, q=q, sort=sort), **asked)  # type: ignore[arg-type]  # texts


def download(actor: Actor) -> Response:
    """The list that the address asks for as a file, all of its pages, without identity."""
    with context.database().reading() as session:
        wanted = _wanted(_tab(actor, inbox_counts.counts(session, actor=actor)), _asked())

    def page(session: Session, after: str) -> Page[UserTask]:
        return inbox.page(session, wanted, actor=actor, after=after, limit=paging.MAX_LIMIT)

    return lists.download_pages("tugas", "tasks", columns.of_file(), page, task_rows)


def task_rows(
    session: Session, found: Sequence[UserTask], units: Mapping[str, str] | None = None
) -> list[TaskRow]:
    """Tasks with the words that columns need beside; ``units``: their names, where they are known."""
    titles = lists.titles(session, (task.instance for task in found))
    if units is None:
        units = casefile.unit_names(session, (task.unit_code or "" for task in found))
    return [
        TaskRow(task, titles[task.instance_id], units.get(task.unit_code or "", task.unit_code or ""))
        for task in found
    ]


def _tab(actor: Actor, counts: Mapping[str, int]) -> str:
    """The tab asked for; without one, where there is something to do.

    Who sees every case and works in no lane begins with all open tasks.
    """
    asked = lists.argument("tab")
    if asked in ("mine", "snoozed", "queue", "done") or (asked == "open" and actor.sees_all):
        return asked
    if actor.sees_all and not actor.groups:
        return "open"
    return "queue" if counts["queue"] and not counts["mine"] else "mine"


def _tabs(session: Session, actor: Actor, tab: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The tabs, each with its count; those of officers for whoever works in a lane, or did."""
    names = [("mine", _("Tugas saya")), ("queue", _("Antrean")), ("done", _("Selesai"))]
    if actor.sees_all and not actor.groups:
        names = [(name, label) for name, label in names if counts[name] or name == tab]
    if actor.sees_all:
        names.append(("open", _("Semua tugas terbuka")))
    if counts["snoozed"] or tab == "snoozed":
        names.insert(1, ("snoozed", _("Ditunda")))
    views = saved_views.beside_tabs(session, actor=actor)
    in_view = any(view["current"] for view in views)
    return [
        {
            "label": label,
            "url": f"/tugas?tab={name}",
            "count": counts.get(name),
            "current": name == tab and not in_view,
        }
        for name, label in names
    ] + views


def _filters(
    tab: str, asked: Mapping[str, str], choices: inbox.Choices, holders: Sequence[tuple[int, str]]
) -> list[Filter]:
    deadlines = [
        ("overdue", _("Lewat tenggat")),
        ("today", _("Hari ini")),
        ("week", _("7 hari ke depan")),
        ("none", _("Tanpa tenggat")),
    ]
    ages = [
        (age, ngettext("{count} hari atau lebih", "{count} hari atau lebih", days, count=days))
        for age, days in inbox.AGES.items()
    ]
    states = [("free", _("Belum diambil")), ("held", _("Diambil")), ("incident", _("Terkendala"))]
    if tab != "open":
        states = states[2:]
    people = [(str(user_id), name) for user_id, name in holders]
    options: list[tuple[str, str, Sequence[tuple[str, str]]]] = [
        ("deadline", _("Tenggat"), [] if tab == "done" else deadlines),
        ("age", _("Umur"), [] if tab == "done" else ages),
        ("activity", _("Kegiatan"), choices.activities),
        ("lane", _("Lajur"), [(lane, lane) for lane in choices.lanes]),
        ("unit", _("Unit"), choices.units),
        ("officer", _("Petugas"), people),
        ("category", _("Kategori"), [(name, name) for name in choices.categories]),
        ("area", _("Wilayah"), [(name, name) for name in choices.areas]),
        ("priority", _("Prioritas"), [(name, name) for name in choices.priorities]),
        ("state", _("Keadaan"), [] if tab == "done" else states),
    ]
    found = [Filter(name, label, values, asked[name]) for name, label, values in options]
    return [one for one in found if one.value or len(one.options) > (one.name != "deadline")]
