"""The facts of a case, worked out from its row, those of its tasks, the diagram and the calendar. No database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from app.base.calendar import Calendar
from app.services.numbers import ways

#: Four values of this length fit into a key of PostgreSQL, whatever letters they have.
MOST_LETTERS = 120
#: The outcome of a report that was joined to another case: no element has such an id.
JOINED = ":joined"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class DoneTask:
    """A task that was completed. ``unit_code`` is "" where it was offered to the whole lane."""

    id: str
    activity_id: str
    unit_code: str
    opened_at: datetime
    closed_at: datetime
    due_at: datetime | None
    claimed_at: datetime | None = None
    #: Whether it asks which way a gateway goes; it is no step of its own.
    is_question: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it was not done by its deadline."""
        return self.due_at is not None and self.closed_at > self.due_at


@dataclass(frozen=True)
class Case:
    """A case as its rows tell it. ``done`` are its completed tasks, ``opened``: the activities
    of all by the moment at which they opened."""

    id: int
    key: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    end_activity_id: str | None
    unit_code: str
    category: str
    area: str
    channel: str
    done: Sequence[DoneTask]
    opened: Mapping[datetime, Collection[str]]
    rated_at: datetime | None = None
    rating: int | None = None
    definition_id: int = 0
    #: What people did to it from outside of the diagram: (moment, sign), see `ways`.
    interventions: Sequence[tuple[datetime, str]] = ()

    @cached_property
    def first_done(self) -> dict[str, datetime]:
        """When each activity was completed for the first time."""
        found = dict[str, datetime]()
        for task in self.done:
            found[task.activity_id] = min(task.closed_at, found.get(task.activity_id, task.closed_at))
        return found


def facts_of_case(case: Case, calendar: Calendar, finishing: Collection[str]) -> dict[str, Any]:
    """The row of `CaseFact`. ``finishing``: the end events that are marked; none marked: each finishes a case."""
    ending = _ending(case, finishing)
    answers = [task.closed_at for task in case.done if task.unit_code and not is_return(case, task)]
    answered = min(answers, default=case.ended_at if ending == "finished" else None)
    if ending == "other" and answered is None:
        ending = "unanswered"
    # Of a case that is open nothing is written until its end, and its completions take no statement for it.
    way = way_of(case) if case.ended_at else ""
    return {
        "instance_id": case.id,
        "key": case.key,
        "received_on": calendar.local_date(case.started_at),
        "received_month": _month(calendar, case.started_at),
        "answered_month": _month(calendar, answered) if answered else None,
        "answered_at": answered,
        "answer_minutes": office_minutes(calendar, case.started_at, answered) if answered else None,
        "ended_month": _month(calendar, case.ended_at) if case.ended_at else None,
        "end_minutes": office_minutes(calendar, case.started_at, case.ended_at) if case.ended_at else None,
        "ending": ending,
        "outcome": _outcome(case),
        **{name: getattr(case, name)[:MOST_LETTERS] for name in ("unit_code", "category", "area", "channel")},
        "rated_month": _month(calendar, case.rated_at) if case.rated_at else None,
        "rating": case.rating,
        "definition_id": case.definition_id,
        "way": way,
        "variant": ways.variant(way) if case.ended_at else "",
        "late_tasks": sum(task.is_late for task in case.done) if case.ended_at else 0,
    }


def _outcome(case: Case) -> str | None:
    if case.ended_at is None:
        return None
    return JOINED if case.state == "joined" else (case.end_activity_id or "")


def _ending(case: Case, finishing: Collection[str] | None) -> str | None:
    if case.ended_at is None:
        return None
    if case.state in {"cancelled", "joined"}:
        return case.state
    return "finished" if not finishing or case.end_activity_id in finishing else "other"


def facts_of_tasks(case: Case, tasks: Iterable[DoneTask], calendar: Calendar) -> list[dict[str, Any]]:
    """The rows of `ActivityFact` of some of its completed tasks."""
    return [
        {
            "task_id": task.id,
            "instance_id": case.id,
            "key": case.key,
            "activity_id": task.activity_id,
            "unit_code": task.unit_code,
            "month": _month(calendar, task.closed_at),
            "minutes": office_minutes(calendar, task.opened_at, task.closed_at),
            **parts(calendar, task),
            "definition_id": case.definition_id,
            "within": task.closed_at <= task.due_at if task.due_at else None,
            "returned": is_return(case, task),
        }
        for task in tasks
    ]


def way_of(case: Case) -> str:
    """The way that it took, see `ways`."""
    steps = [
        ((task.closed_at, 0, task.opened_at, task.id), task.activity_id)
        for task in case.done
        if not task.is_question
    ]
    steps += [((at, 1, at, ""), sign) for at, sign in case.interventions]
    steps.sort(key=lambda step: step[0])
    return ways.written([step for _order, step in steps], state=case.state, end=case.end_activity_id)


def parts(calendar: Calendar, task: DoneTask) -> dict[str, int]:
    """How long it waited, and was worked on."""
    taken = min(max(task.claimed_at or task.closed_at, task.opened_at), task.closed_at)
    return {
        "waiting_minutes": office_minutes(calendar, task.opened_at, taken),
        "working_minutes": office_minutes(calendar, taken, task.closed_at),
    }


def is_return(case: Case, task: DoneTask) -> bool:
    """Whether the unit sent the case back: the step opened what had been completed before the task opened."""
    if not task.unit_code:
        return False
    first = case.first_done
    return any(
        activity != task.activity_id and activity in first and first[activity] <= task.opened_at
        for activity in case.opened.get(task.closed_at, ())
    )


def office_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Whole minutes of office hours between two moments."""
    total, on, last = timedelta(0), calendar.local_date(start), calendar.local_date(end)
    while on <= last:
        if hours := calendar.office_hours(on):
            total += max(min(hours[1], end) - max(hours[0], start), timedelta(0))
        on += timedelta(days=1)
    return total // _MINUTE


def _month(calendar: Calendar, at: datetime) -> str:
    return calendar.local_date(at).strftime("%Y-%m")


def channel_of(properties: Mapping[str, str], variables: Mapping[str, Any]) -> str:
    """The value of the variable that a process names in its property ``saluran``."""
    value = variables.get(properties.get("saluran", ""))
    return value if isinstance(value, str) else ""
