"""Cases that begin by themselves: at a time, or when a signal is thrown. No person starts them.

A job without a case stands for each such start event of a process's newest version; deploying one replaces them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.base.errors import ExpressionFailed
from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.models import EventStart, Job, ProcessDefinition
from app.services.core import bulk, clock, holidays, loop_guard
from app.services.definitions import definitions
from app.services.definitions.definitions import Version


@dataclass(frozen=True)
class TimedStart:
    """A start event of a version, and when its timer is due that runs since ``opened_at``."""

    activity_id: str
    opened_at: datetime
    due: timers.Due


def timed_starts(session: Session, diagram: Diagram) -> tuple[TimedStart, ...]:
    """The start events of ``diagram`` with a timer, which runs from now. May ask V8."""
    now = clock.now(session)
    found = ((node, _due(session, diagram, node)) for node in diagram.starts_in("") if node.timer is not None)
    return tuple(TimedStart(node.id, now, due) for node, due in found if due is not None)


def schedule(session: Session, starts: Mapping[tuple[str, int], Iterable[TimedStart]]) -> None:
    """Let the timers of new versions run, and those of the versions before no more.

    ``starts``: the timers by the version's process key and id.
    """
    for keys in bulk.batches({key for key, _id in starts}):
        versions = select(ProcessDefinition.id).where(ProcessDefinition.key.in_(keys))
        session.execute(delete(Job).where(Job.definition_id.in_(versions), Job.instance_id.is_(None)))
    session.add_all(
        Job(
            id=uuid4().hex,
            definition_id=definition_id,
            activity_id=one.activity_id,
            opened_at=one.opened_at,
            due_at=one.due.at,
            run_at=one.due.at,
            deadline=one.due.as_dict(),
            hops=0,
        )
        for (_key, definition_id), timed in starts.items()
        for one in timed
    )


def reschedule(session: Session, job: Job) -> None:
    """Let a start that has happened wait for its next time, if it repeats."""
    version = definitions.version(session, job.definition_id or 0)
    now, calendar = clock.now(session), holidays.calendar(session)
    repeats = timers.Due.from_dict(job.deadline) if job.signal is None else None
    following = timers.next_due(repeats, now=now, calendar=calendar) if repeats else None
    session.delete(job)
    session.flush()
    if following is not None:
        session.add(_job(session, version, version.diagram.nodes[job.activity_id], following))


def by_signal(session: Session, names: tuple[str, ...]) -> None:
    """Let the live processes that begin by one of these signals begin, each in a transaction of its own."""
    if not names:
        return
    heard = select(EventStart.definition_id, EventStart.activity_id).join(
        ProcessDefinition, ProcessDefinition.id == EventStart.definition_id
    )
    heard = heard.where(EventStart.name.in_(names), EventStart.is_signal, ProcessDefinition.in_force)
    for definition_id, activity_id in session.execute(heard.order_by(ProcessDefinition.name)).all():
        version = definitions.readable(session, definition_id)
        if version is not None:
            session.add(_job(session, version, version.diagram.nodes[activity_id], None))


def _due(session: Session, diagram: Diagram, node: Node) -> timers.Due | None:
    """When a start event is due; never, when its formula gives no time: there is no case to stop."""
    calendar = holidays.calendar(session)
    now = clock.now(session)
    if node.timer is None:
        return None
    try:
        return timers.due(
            node.timer,
            opened_at=now,
            day_unit=diagram.day_unit,
            calendar=calendar,
            evaluate=lambda text: feel.evaluate(text, {}, now=now.astimezone(calendar.zone)).value,
        )
    except ExpressionFailed:
        return None


def _job(session: Session, version: Version, node: Node, due: timers.Due | None) -> Job:
    now = clock.now(session)
    return Job(
        id=uuid4().hex,
        definition_id=version.id,
        activity_id=node.id,
        opened_at=now,
        due_at=due.at if due else now,
        run_at=due.at if due else now,
        deadline=due.as_dict() if due else {},
        hops=0 if due else loop_guard.following(session),
        signal=None if due else node.signal,
    )
