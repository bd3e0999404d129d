"""What came of a step, as plain data: what is open and where, what ended, which values changed, who is to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from app.models import Group, MessageWait, OutboxMessage, ProcessInstance, UserTask


@dataclass(frozen=True)
class OpenPlace:
    """A task that is open in a lane, of it for a unit, and when it is due; or what a case waits for (no lane)."""

    case: int
    element: str
    lane: str = ""
    unit: str = ""
    due: datetime | None = None


@dataclass(frozen=True)
class Told:
    """A notice: what sends it, whom it is for, and what it says: the diagram's own words, else a code. ``body``: as
    the outbox holds it."""

    element: str
    to: tuple[str, ...]
    says: str
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Outcome:
    """What came of a step.

    ``ended``: (case, end event) of the cases that are over. ``changed``: by case the values that the step set or
    cleared (None). ``fired``: (when, element) of the timers that went off in it.
    """

    at: datetime
    tasks: tuple[OpenPlace, ...] = ()
    waits: tuple[OpenPlace, ...] = ()
    ended: tuple[tuple[int, str], ...] = ()
    changed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    notices: tuple[Told, ...] = ()
    fired: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class Before:
    """What the next step is compared with: variables by case, and the last notice that was queued."""

    variables: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    notice: int = 0


def before(session: Session) -> Before:
    """Where the sandbox stands. 2 SQL."""
    rows = session.execute(select(ProcessInstance.id, ProcessInstance.variables))
    last = session.scalar(select(func.max(OutboxMessage.id))) or 0
    return Before({id_: variables for id_, variables in rows}, last)


def outcome_since(
    session: Session, earlier: Before, at: datetime, fired: Sequence[tuple[datetime, str]]
) -> Outcome:
    """What came of all that happened since ``earlier``. 6 SQL."""
    return Outcome(
        at=at,
        tasks=_tasks(session),
        waits=_waits(session),
        ended=_ended(session),
        changed=_changed(earlier, before(session)),
        notices=_notices(session, earlier.notice),
        fired=tuple(fired),
    )


def _tasks(session: Session) -> tuple[OpenPlace, ...]:
    query = (
        select(UserTask).where(UserTask.state == "open").order_by(UserTask.instance_id, UserTask.opened_at)
    )
    query = query.order_by(literal_column("user_task.rowid"))
    return tuple(
        OpenPlace(task.instance_id, task.activity_id, task.lane, task.unit_code or "", task.due_at)
        for task in session.scalars(query)
    )


def _waits(session: Session) -> tuple[OpenPlace, ...]:
    query = select(MessageWait.instance_id, MessageWait.activity_id)
    found = sorted({(case, element) for case, element in session.execute(query)})
    return tuple(OpenPlace(case, element) for case, element in found)


def _ended(session: Session) -> tuple[tuple[int, str], ...]:
    query = select(ProcessInstance.id, ProcessInstance.end_activity_id)
    rows = session.execute(query.where(ProcessInstance.ended_at.is_not(None)).order_by(ProcessInstance.id))
    return tuple((id_, end or "") for id_, end in rows)


def _changed(earlier: Before, now: Before) -> dict[int, dict[str, Any]]:
    found = dict[int, dict[str, Any]]()
    for case, variables in now.variables.items():
        old = earlier.variables.get(case, {})
        changes = {key: value for key, value in variables.items() if key not in old or old[key] != value}
        changes |= dict.fromkeys(old.keys() - variables.keys())
        if case not in earlier.variables:  # a new case: what was left empty changed nothing
            changes = {key: value for key, value in changes.items() if value not in (None, "", [])}
        if changes:
            found[case] = changes
    return found


def _notices(session: Session, after: int) -> tuple[Told, ...]:
    query = select(OutboxMessage).where(OutboxMessage.id > after).order_by(OutboxMessage.id)
    rows = list(session.scalars(query))
    names = {id_: name for id_, name in session.execute(select(Group.id, Group.name))} if rows else {}
    return tuple(_told(row, names) for row in rows)


def _told(row: OutboxMessage, names: Mapping[int, str]) -> Told:
    audience = row.audience
    to = [names.get(group, str(group)) for group in audience.get("groups") or []]
    if audience.get("unit"):
        to.append(str(audience["unit"]))
    to += [str(code) for code in audience.get("units") or []]
    to += [str(role) for role in audience.get("roles") or []]
    says = row.body.get("text") or row.body.get("code") or ""
    return Told(row.activity_id or "", tuple(dict.fromkeys(to)), str(says), row.body)
