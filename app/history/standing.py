"""Where a case stood after any of its events, told from its record alone.

Events tell of tasks and variables. What they do not tell (which elements were passed, which timers and messages were
waited for) stands beside the first event of each step, under `KEY` of its data. Steps that put a case elsewhere, as
migrations do, have the whole of it. Records of earlier releases have none: there `Standing.whole` is false, elements
count as passed where an event tells of them, and timers are not known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.history.catalogue import Entry, Event, ValuesSet
from app.history.events.instances import GatewayDecided, InstanceCancelled, InstanceEnded
from app.history.events.migration import CaseReopened, InstanceMigrated, MigrationUndone
from app.history.events.reporter import ReportJoined, ReportParted
from app.history.events.tasks import (
    CompletionTakenBack,
    QuestionAnswered,
    TaskCancelled,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskHandedBack,
    TaskPostponed,
    TaskReassigned,
    TaskReleased,
    TaskUnitChanged,
)
from app.history.validity import still_valid

#: Under this name the data of an event holds what a step changed beside it.
KEY = "standing"


@dataclass(frozen=True, slots=True)
class TaskThen:
    """A task that was open. ``holder``: the name of the user who had taken it, "" for nobody."""

    id: str
    activity_id: str
    opened_at: datetime
    due_at: datetime | None
    unit: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A task that is open no more. ``state``: completed or cancelled; ``by``: the name of who did that, "" where no
    event says."""

    task: TaskThen
    state: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class TimerThen:
    """A timer that ran."""

    id: str
    activity_id: str
    due_at: datetime


@dataclass(frozen=True)
class Standing:
    """Where a case stood. ``state``: active, ended, cancelled or joined; ``waits``: id → element that waited for a
    message; ``visits``: element or flow → how often it was passed."""

    state: str = "active"
    tasks: Mapping[str, TaskThen] = field(default_factory=dict)
    timers: Mapping[str, TimerThen] = field(default_factory=dict)
    waits: Mapping[str, str] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True
    closed: Mapping[str, ClosedTask] = field(default_factory=dict)


def changed(
    *,
    passed: Mapping[str, int],
    timers: Iterable[tuple[str, str, datetime]] = (),
    stopped: Iterable[str] = (),
    waits: Iterable[tuple[str, str]] = (),
    over: Iterable[str] = (),
) -> dict[str, Any]:
    """What a step changed: how often it passed what; the timers (id, element, due) and waits (id, element) that it
    began, and the ids of those that it ended."""
    given = {
        "passed": dict(passed),
        "timers": [[id_, element, due.isoformat()] for id_, element, due in timers],
        "stopped": list(stopped),
        "waits": [list(wait) for wait in waits],
        "over": list(over),
    }
    return {name: held for name, held in given.items() if held}


def entire(
    *,
    visits: Mapping[str, int],
    tasks: Iterable[tuple[str, str, datetime, datetime | None, str, str]],
    timers: Iterable[tuple[str, str, datetime]],
    waits: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """Where a case stands, all of it; tasks as (id, element, opened, due, unit, holder)."""
    return {
        "visits": dict(visits),
        "tasks": [
            [id_, element, opened.isoformat(), due.isoformat() if due else "", unit, holder]
            for id_, element, opened, due, unit, holder in tasks
        ],
        "timers": [[id_, element, due.isoformat()] for id_, element, due in timers],
        "waits": [list(wait) for wait in waits],
    }


def around(entries: Sequence[Entry[Event]], place: int) -> tuple[Standing, Standing]:
    """Where a case stood after the first ``place`` of these events, which are all of it from its beginning, and where
    after all of them."""
    fold = _after(entries[:place])
    before = fold.standing()
    rest = entries[place:]
    if not place or any(isinstance(entry.event, CompletionTakenBack) for entry in rest):
        return before, _after(entries).standing()  # what was taken back was never done
    for entry in rest:
        fold.add(entry)
    return before, fold.standing()


def final(entries: Sequence[Entry[Event]]) -> Standing:
    """Where a case stands after all of its events."""
    return _after(entries).standing()


def _after(entries: Sequence[Entry[Event]]) -> "_Fold":
    began = entries[0].at if entries else None
    fold = _Fold(whole=any(KEY in entry.data for entry in entries if entry.at == began))
    for entry in still_valid(entries):
        fold.add(entry)
    return fold


class _Fold:
    """Events applied one after the other."""

    def __init__(self, *, whole: bool) -> None:
        self.state = "active"
        self.tasks: dict[str, TaskThen] = {}
        self.closed: dict[str, ClosedTask] = {}
        self.timers: dict[str, TimerThen] = {}
        self.waits: dict[str, str] = {}
        self.visits: Counter[str] = Counter()
        self.variables: dict[str, Any] = {}
        self.whole = whole
        self.moved: list[Standing] = []
        self.joined: list[Standing] = []

    def standing(self) -> Standing:
        """A copy that later events do not change."""
        return Standing(
            self.state,
            dict(self.tasks),
            dict(self.timers),
            dict(self.waits),
            dict(self.visits),
            dict(self.variables),
            self.whole,
            dict(self.closed),
        )

    def add(self, entry: Entry[Event]) -> None:
        """Apply one event."""
        event = entry.event
        if isinstance(event, InstanceMigrated):
            self.moved.append(self.standing())
            self.variables |= event.given
        elif isinstance(event, CaseReopened):
            self.state = "active"
        held = entry.data.get(KEY)
        if isinstance(held, Mapping):
            self._told_beside(held, entry)
        if not self.whole:
            self._guess(entry)
        if isinstance(event, ValuesSet) and not isinstance(event, CompletionTakenBack):
            self.variables |= {key: value for key, value in event.values.items() if key not in event.local}
        if isinstance(event, MigrationUndone) and self.moved:
            self._put_back(self.moved.pop())
        elif isinstance(event, ReportJoined):
            self.joined.append(self.standing())
            self._stop("joined", entry)
        elif isinstance(event, ReportParted) and self.joined:
            self._put_back(self.joined.pop())
        elif isinstance(event, InstanceCancelled):
            self._stop("cancelled", entry)
        elif isinstance(event, InstanceEnded):
            self._stop("ended", entry)
        else:
            self._task(entry)

    def _task(self, entry: Entry[Event]) -> None:
        event = entry.event
        if isinstance(event, TaskCreated):
            due = _moment(event.due_at)
            made = TaskThen(event.task, entry.activity_id or "", entry.at, due, event.unit)
            self.tasks[event.task] = made
        elif isinstance(event, TaskCompleted | QuestionAnswered):
            self._close(event.task, "completed", entry)
        elif isinstance(event, TaskCancelled):
            self._close(event.task, "cancelled", entry)
        elif isinstance(event, TaskClaimed):
            self._change(event.task, holder=entry.actor.name if entry.actor else "")
        elif isinstance(event, TaskReleased):
            self._change(event.task, holder="")
        elif isinstance(event, TaskReassigned | TaskHandedBack):
            moved = {"unit": event.unit} if event.unit else {}
            self._change(event.task, holder=event.to, **moved)
        elif isinstance(event, TaskPostponed) and event.task in self.tasks:
            self.tasks[event.task] = replace(self.tasks[event.task], due_at=_moment(event.due_at))
        elif isinstance(event, TaskUnitChanged):
            gone = {"holder": ""} if event.user else {}
            self._change(event.task, unit=event.unit, **gone)

    def _close(self, task: str, state: str, entry: Entry[Event]) -> None:
        if task in self.tasks:
            by = entry.actor.name if entry.actor else ""
            self.closed[task] = ClosedTask(self.tasks.pop(task), state, entry.at, by)

    def _change(self, task: str, **values: str) -> None:
        if task in self.tasks:
            self.tasks[task] = replace(self.tasks[task], **values)  # type: ignore[arg-type]

    def _told_beside(self, held: Mapping[str, Any], entry: Entry[Event]) -> None:
        timers = {id_: TimerThen(id_, element, due) for id_, element, due in _timers(held.get("timers"))}
        waits = {str(id_): str(element) for id_, element in held.get("waits", ())}
        if "visits" in held:
            self.visits, self.timers, self.waits = Counter(held["visits"]), timers, waits
            before, self.tasks = (
                self.tasks,
                {
                    id_: TaskThen(id_, element, datetime.fromisoformat(opened), _moment(due), unit, holder)
                    for id_, element, opened, due, unit, holder in held.get("tasks", ())
                },
            )
            gone = {id_: ClosedTask(task, "cancelled", entry.at) for id_, task in before.items()}
            self.closed |= {id_: one for id_, one in gone.items() if id_ not in self.tasks}
            self.whole = True
            return
        self.visits.update(held.get("passed", {}))
        for id_ in held.get("stopped", ()):
            self.timers.pop(id_, None)
        for id_ in held.get("over", ()):
            self.waits.pop(id_, None)
        self.timers |= timers
        self.waits |= waits

    def _guess(self, entry: Entry[Event]) -> None:
        """What was passed by a record that does not tell: where something happened, the case has been."""
        event = entry.event
        if entry.activity_id and not isinstance(event, TaskCreated):
            self.visits[entry.activity_id] += 1
        if isinstance(event, GatewayDecided):
            self.visits[event.flow] += 1

    def _stop(self, state: str, entry: Entry[Event]) -> None:
        for task in list(self.tasks):
            self._close(task, "cancelled", entry)
        self.state, self.tasks, self.timers, self.waits = state, {}, {}, {}

    def _put_back(self, before: Standing) -> None:
        self.state, self.tasks, self.timers = before.state, dict(before.tasks), dict(before.timers)
        self.waits, self.visits = dict(before.waits), Counter(before.visits)
        self.variables, self.closed = dict(before.variables), dict(before.closed)


def _timers(held: Any) -> list[tuple[str, str, datetime]]:
    return [(id_, element, datetime.fromisoformat(due)) for id_, element, due in held or ()]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
