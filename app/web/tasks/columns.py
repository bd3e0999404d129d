"""The columns of Kotak tugas, for its page, file and API; which are shown, and by which the list is sorted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import fields

from app.base.i18n import _, pgettext
from app.models import UserTask
from app.services.tasks.inbox import SORTS
from app.web import context, deadlines, filters, lists
from app.web.lists import Column, time

#: Which columns somebody chose, by key, with dots between; the browser keeps it, like the theme.
COOKIE = "columns"
_NONE = "-"
#: What a file begins with; the others follow as they are declared.
_FIRST_IN_FILE = ["number", "subject", "task", "lane", "unit", "officer", "priority", "category", "area"]


@dataclass(frozen=True)
class TaskRow:
    """A task in a list. ``title``: what its case is about; ``unit``: its name."""

    task: UserTask
    title: str = ""
    unit: str = ""


def columns(tab: str = "open") -> list[Column[TaskRow]]:
    """All columns of a tab. The area seldom decides what is done next, few processes name a priority, and the officer
    is always oneself but among all open tasks."""
    done = tab == "done"
    found: list[Column[TaskRow]] = [
        lists.own("lead", pgettext("satu", "Perkara")),
        Column(_("Perihal"), lambda row: row.title, key="subject"),
        Column(
            _("Tenggat"),
            lambda row: row.task.due_at,
            "due",
            _closed if done else _due,
            by="deadline",
            field=("due_at", time(nullable=True)),
        ),
        _optional("task", _("Tugas"), lambda row: row.task.name, field=("name", fields.String())),
        _optional(
            "number",
            _("Nomor"),
            lambda row: row.task.instance.business_key,
            field=("business_key", fields.String()),
        ),
        Column(_("Lajur dan unit"), None, "text", _place, key="place", kind="place", optional=True),
        Column(_("Lajur"), lambda row: row.task.lane, key="lane", field=("lane", fields.String())),
        Column(_("Unit"), lambda row: row.unit, key="unit"),
        _optional(
            "priority", _("Prioritas"), lambda row: row.task.instance.priority, shown=False, by="priority"
        ),
        _optional("category", _("Kategori"), lambda row: row.task.instance.category),
        _optional("area", _("Wilayah"), lambda row: row.task.instance.area, shown=False),
        _optional("officer", _("Petugas"), _officer, cell="text" if tab == "open" else ""),
        _optional(
            "date",
            _("Dibuka"),
            lambda row: row.task.opened_at,
            cell="" if done else "date",
            by="opened",
            field=("created_at", time()),
        ),
        _optional(
            "date",
            _("Diselesaikan"),
            lambda row: row.task.closed_at,
            cell="date" if done else "",
            by="closed",
            field=("closed_at", time(nullable=True)),
        ),
    ]
    return found


def of_list(tab: str, order: str, *, one_place: bool = False) -> list[Column[TaskRow]]:
    """The columns of a tab that is sorted so. ``one_place``: all its tasks are of one lane and unit, which need not
    be said in every row unless somebody asked for it."""
    kept = context.cookie(COOKIE)
    chosen = frozenset(kept.split("."))
    found = [
        replace(
            one, shown=one.key in chosen if kept else one.shown and not (one_place and one.key == "place")
        )
        if one.optional
        else one
        for one in columns(tab)
    ]
    return lists.arranged(found, SORTS[tab == "done"], order)


def of_file() -> list[Column[TaskRow]]:
    """The columns of tasks in a file: all there are."""
    places = {key: place for place, key in enumerate(_FIRST_IN_FILE)}
    return sorted(columns(), key=lambda one: places.get(one.key, len(places)))


def choice_of(names: Sequence[str]) -> str:
    """What the cookie holds where these columns were chosen."""
    return ".".join(dict.fromkeys(one.key for one in columns() if one.optional and one.key in names)) or _NONE


def _optional(key: str, label: str, value: Any, *, cell: str = "text", **more: Any) -> Column[TaskRow]:
    return Column(label, value, cell, key=key, kind=key, optional=True, **more)


def _due(row: TaskRow) -> object:
    return deadlines.of_task(row.task).as_dict()


def _closed(row: TaskRow) -> object:
    """Whether a task was completed in time, as the macro `due` takes it."""
    due_at, closed_at = row.task.due_at, row.task.closed_at
    if due_at is None or closed_at is None:
        return {"state": "none"}
    return {"state": "met" if closed_at <= due_at else "missed", "date": filters.moment(due_at)}


def _place(row: TaskRow) -> str:
    return " · ".join(filter(None, (row.task.lane, row.unit)))


def _officer(row: TaskRow) -> str:
    return row.task.assignee.full_name if row.task.assignee else ""
