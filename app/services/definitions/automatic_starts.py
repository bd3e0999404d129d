"""Cases that begin by themselves: at a time, or when a signal is thrown. No person starts them.

A job without a case stands for each such start event of a process's newest version; deploying one replaces them.
"""

from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import Node
from app.errors import ExpressionFailed
from app.models import Job, ProcessDefinition
from app.services.core import clock, holidays, loop_guard
from app.services.definitions import definitions
from app.services.definitions.definitions import Version


def schedule(session: Session, definition: ProcessDefinition) -> None:
    """Let the timers of a new version's start events run from now, and those of the versions before no more."""
    older = select(ProcessDefinition.id).where(ProcessDefinition.key == definition.key)
    session.execute(delete(Job).where(Job.definition_id.in_(older), Job.instance_id.is_(None)))
    version = definitions.version(session, definition.id)
    for node in version.diagram.starts_in(""):
        due = _due(session, version, node) if node.timer is not None else None
        if due is not None:
            session.add(_job(session, version, node, due))


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
    for version in definitions.live_versions(session):
        for node in version.diagram.starts_in(""):
            if node.signal in names:
                session.add(_job(session, version, node, None))


def _due(session: Session, version: Version, node: Node) -> timers.Due | None:
    """When a start event is due; never, when its formula gives no time: there is no case to stop."""
    calendar = holidays.calendar(session)
    now = clock.now(session)
    if node.timer is None:
        return None
    try:
        return timers.due(
            node.timer,
            opened_at=now,
            day_unit=version.diagram.day_unit,
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
