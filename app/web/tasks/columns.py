"""The columns of Kotak tugas: which are shown, by which the list is sorted, and what its file has."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.base.i18n import N_, _, pgettext
from app.models import UserTask
from app.services.tasks.inbox import SORTS
from app.web import context, lists

#: Which columns somebody chose, by name, with dots between; the browser keeps it, like the theme.
COOKIE = "columns"
_NONE = "-"
#: Columns that can be left out, in the order of the list.
_OPTIONAL = {
    "task": N_("Tugas"),
    "number": N_("Nomor"),
    "place": N_("Lajur dan unit"),
    "priority": N_("Prioritas"),
    "category": N_("Kategori"),
    "area": N_("Wilayah"),
    "officer": N_("Petugas"),
    "date": N_("Dibuka"),
}
#: The area seldom decides what is done next, few processes name a priority, and the officer is always oneself but
#: among all open tasks.
_UNASKED = frozenset(_OPTIONAL) - {"area", "priority"}


@dataclass(frozen=True)
class Column:
    """``name``: the class of its cells; ``sort``: the address that sorts by it; ``sorted``: as `aria-sort` has it."""

    name: str
    label: str
    shown: bool = True
    optional: bool = False
    sort: str = ""
    sorted: str = ""


def of_list(tab: str, order: str, *, one_place: bool = False) -> list[Column]:
    """The columns of a tab that is sorted so. ``one_place``: all its tasks are of one lane and unit, which need not
    be said in every row unless somebody asked for it."""
    chosen = _chosen() - ({"place"} if one_place and not context.cookie(COOKIE) else set())
    possible = [name for name in _OPTIONAL if name != "officer" or tab == "open"]
    optional = {
        name: Column(name, _label(name, tab), name in chosen, True, *_sorting(name, tab, order))
        for name in possible
    }
    due = Column("due", _("Tenggat"), True, False, *_sorting("due", tab, order))
    lead = Column("lead", pgettext("satu", "Perkara"))
    return [lead, due, *optional.values()]


@dataclass(frozen=True)
class TaskRow:
    """A task in a file. ``title``: what its case is about; ``unit``: its name."""

    task: UserTask
    title: str
    unit: str


def of_file() -> list[lists.Column[TaskRow]]:
    """The columns of tasks in a file: all there are."""
    return [
        lists.Column(_("Nomor"), lambda row: row.task.instance.business_key),
        lists.Column(_("Perihal"), lambda row: row.title),
        lists.Column(_("Tugas"), lambda row: row.task.name),
        lists.Column(_("Lajur"), lambda row: row.task.lane),
        lists.Column(_("Unit"), lambda row: row.unit),
        lists.Column(_("Petugas"), lambda row: row.task.assignee.full_name if row.task.assignee else ""),
        lists.Column(_("Prioritas"), lambda row: row.task.instance.priority),
        lists.Column(_("Kategori"), lambda row: row.task.instance.category),
        lists.Column(_("Wilayah"), lambda row: row.task.instance.area),
        lists.Column(_("Tenggat"), lambda row: row.task.due_at),
        lists.Column(_("Dibuka"), lambda row: row.task.opened_at),
        lists.Column(_("Diselesaikan"), lambda row: row.task.closed_at),
    ]


def choice_of(names: Sequence[str]) -> str:
    """What the cookie holds where these columns were chosen."""
    return ".".join(name for name in _OPTIONAL if name in names) or _NONE


def _chosen() -> frozenset[str]:
    kept = context.cookie(COOKIE)
    return frozenset(kept.split(".")) if kept else _UNASKED


def _label(name: str, tab: str) -> str:
    return _("Diselesaikan") if name == "date" and tab == "done" else _(_OPTIONAL[name])


#: By what a column sorts.
_SORTED_BY = {"due": "deadline", "priority": "priority"}


def _sorting(name: str, tab: str, order: str) -> tuple[str, str]:
    """The address that sorts by the column, or the other way round; and how it is sorted now."""
    possible = SORTS[tab == "done"]
    by = _SORTED_BY.get(name, "") if name != "date" else "closed" if tab == "done" else "opened"
    ways = [way for way in possible if way.removeprefix("-") == by]
    if not ways:
        return "", ""
    following = ways[1 - ways.index(order)] if order in ways else ways[0]
    now = ("descending" if order.startswith("-") else "ascending") if order in ways else ""
    return lists.address({"sort": "" if following == possible[0] else following}), now
