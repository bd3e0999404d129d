"""Timers: which are due, what happens when one fires, and what when it cannot."""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.base.db import Unplanned
from app.base.errors import AppError
from app.engine.running import execution as engine
from app.engine.running.step import Step
from app.history import pending
from app.history.events.instances import JobFailed
from app.models import EventChain, InstanceMessage, Job, ProcessInstance
from app.services.core import access, clock, history, holidays, loop_guard, writes
from app.services.core.writes import Plan
from app.services.definitions import automatic_starts, definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution, incidents, instances, message_delivery
from app.services.notifications import reminders, task_notices

#: Of so many cases the rows are sent together.
_AT_ONCE = 10
#: How long to wait before each further try, growing: three tries in all.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))


def next_due(session: Session) -> datetime | None:
    """When the next timer is to run; None when none waits. An indexed look, whatever number wait."""
    return session.scalar(select(Job.run_at).where(Job.run_at.is_not(None)).order_by(Job.run_at).limit(1))


def due(session: Session, at: datetime, limit: int = 1) -> list[str]:
    """Ids of the timers to run at ``at``, in order of due time."""
    query = select(Job.id).where(Job.run_at <= at).order_by(Job.run_at, Job.due_at, Job.id).limit(limit)
    return list(session.scalars(query))


def due_without_case(session: Session, at: datetime, limit: int) -> list[str]:
    """Ids of the messages and starts to run at ``at``, in order of due time: there is no case yet to take them by."""
    query = select(Job.id).where(Job.run_at <= at, Job.instance_id.is_(None))
    return list(session.scalars(query.order_by(Job.run_at, Job.due_at, Job.id).limit(limit)))


def take(session: Session, at: datetime, limit: int, but: Collection[str] = ()) -> list[str]:
    """Of the first ``limit`` timers to run at ``at`` whose cases nobody else is changing, ``but`` some, the first of
    each case, which this transaction keeps. So workers beside each other share what is due."""
    asked: dict[str, Any] = {"at": at, "most": limit, **({"but": sorted(but)} if but else {})}
    first: dict[int, str] = {}
    for instance_id, job_id in session.execute(_first(bool(but)), asked):
        first.setdefault(instance_id, job_id)
    return list(first.values())


@dataclass(frozen=True)
class Firing:
    """What is to be written of a case whose timer fires, and what the case was when that was worked out."""

    job_id: str
    seen: tuple[int, bool, bool, int]
    plan: Plan
    events: Sequence[dict[str, Any]]
    closed: Sequence[str]


@dataclass(frozen=True)
class Planned:
    """Timers of several cases as they fire at one moment. ``apart``: ids of those that `fire` has to fire alone."""

    at: datetime
    firings: Sequence[Firing]
    apart: Sequence[str]


def plan(session: Session, ids: Sequence[str]) -> Planned:
    """Work out what is to be written where these timers fire, each of another case. 2 SQL and what steps ask."""
    query = _with_cases(session.get_bind().dialect.name)
    rows = {row.id: row for row in session.execute(query, {"ids": ids})} if ids else {}
    steps = {id_: step for id_ in ids if (row := rows.get(id_)) and (step := _planned_step(session, row))}
    told = {effect.task for _version, step in steps.values() for effect in step.effects if effect.task}
    reminders.read_ahead(session, told)
    firings = [one for id_, step in steps.items() if (one := _firing(session, rows[id_], *step)) is not None]
    apart = rows.keys() - {one.job_id for one in firings}
    return Planned(clock.now(session), firings, [id_ for id_ in ids if id_ in apart])


def _planned_step(session: Session, row: Any) -> tuple[Version, Step] | None:
    """None where it has to be fired alone: where it fails it does so again, and that is told."""
    holidays.remember(session, row.days_off)
    if row.signal or row.hops:  # what follows from a signal may reach who begins to wait for it now
        return None
    with suppress(AppError):
        version = definitions.version(session, row.ProcessInstance.definition_id)
        step = _step(session, row.ProcessInstance, version, row)
        return (version, step) if step is not None and not step.signals else None
    return None


def _firing(session: Session, row: Any, version: Version, step: Step) -> Firing | None:
    instance: ProcessInstance = row.ProcessInstance
    seen = instance.revision, instance.followed, instance.snoozed, row.events
    planned = writes.begin(session)
    try:
        execution.apply(session, instance, version, step, actor=None, unheard=step.closed)
        session.flush()  # nothing is left to be written
    except (AppError, Unplanned):
        session.close()  # after a flush that was refused it could not even read any more
        return None
    finally:
        events = pending.taken(session)
        writes.end(session)
        session.expunge_all()
    return Firing(row.id, seen, planned, events, step.closed)


def store(session: Session, firings: Sequence[Firing], longest_s: float) -> Sequence[Firing]:
    """Write what was planned, but of no case that was changed since then: its timer is still due. Return those that
    were left, as it took longer than ``longest_s``."""
    end, left, closed = time.monotonic() + longest_s, list(firings), list[str]()
    asked = {"ids": [one.job_id for one in firings]}
    now = {row.id: tuple(row[1:]) for row in session.execute(_as_it_is(), asked)} if firings else {}
    while left:
        some = [one for one in left[:_AT_ONCE] if now.get(one.job_id) == one.seen]
        del left[:_AT_ONCE]
        Plan.together(one.plan for one in some).send(session)
        for one in some:
            pending.add(session, one.events)
            closed += one.closed
        if time.monotonic() > end:
            break
    task_notices.close(session, closed)  # of all by one statement: there stands why
    return left


def prepare(session: Session) -> None:
    """Read the version that the next timer needs, unless this process holds it already. 1 SQL when it does.

    Raises:
        AppError: it cannot be read.
    """
    of_case = ProcessInstance.definition_id
    query = select(func.coalesce(of_case, Job.definition_id)).select_from(Job).outerjoin(Job.instance)
    soonest = query.where(Job.run_at.is_not(None)).order_by(Job.run_at).limit(1)
    if (definition_id := session.scalar(soonest)) is not None:  # else it delivers a message
        definitions.version(session, definition_id)


def fire(session: Session, job_id: str) -> bool:
    """Fire one timer, once nobody else changes its case. False when it is gone: nothing to do, no harm done."""
    return fire_of(session, session.scalars(_instance_of(), {"job_id": job_id}).one_or_none(), job_id)


def fire_of(session: Session, instance: ProcessInstance | None, job_id: str) -> bool:
    """The same of a case that this transaction keeps; None: of none."""
    # The timer is read after its case is locked, or it could be a stale copy.
    asked = {"job_id": job_id}
    found = session.execute(_row(session.get_bind().dialect.name), asked).one_or_none()
    if found is None:
        return False
    job, days_off = found
    holidays.remember(session, days_off)
    if job.message_id is not None:
        return message_delivery.deliver(session, job.message_id)
    if job.instance_id is None:
        return _begin(session, job_id)
    if instance is None:
        return False
    version = definitions.version(session, instance.definition_id)
    _follow(session, job)
    step = _step(session, instance, version, job)
    if step is None:
        _put_off(session, job)
        return False
    if job.signal:
        session.delete(job)
        session.flush()
    else:
        session.expunge(job)  # apply deletes its row
    execution.apply(session, instance, version, step, actor=None)
    return True


# Statements are built once: building them took longer than running them.


@cache
def _instance_of() -> Select[ProcessInstance]:
    owner = select(Job.instance_id).where(Job.id == bindparam("job_id")).scalar_subquery()
    return access.locking(select(ProcessInstance).where(ProcessInstance.id == owner))


@cache
def _first(has_exceptions: bool) -> Select[int, str]:
    query = select(ProcessInstance.id, Job.id).join(Job, Job.instance_id == ProcessInstance.id)
    query = query.where(Job.run_at <= bindparam("at"))
    if has_exceptions:
        exceptions: Any = bindparam("but", expanding=True)
        query = query.where(Job.id.not_in(exceptions))
    # By the index alone: of thousands that are due at one moment each look would sort all.
    query = query.order_by(Job.run_at).limit(bindparam("most"))
    return query.with_for_update(key_share=True, skip_locked=True, of=ProcessInstance)


@cache
def _with_cases(dialect: str) -> Select[Any]:
    """Timers as they are now with their cases, and the days off: most that fire set the next deadline."""
    columns: tuple[Any, ...] = (
        Job.id,
        Job.activity_id,
        Job.signal,
        Job.hops,
        EventChain.count.label("events"),
        ProcessInstance,
        holidays.column(dialect).label("days_off"),
    )
    query: Select[Any] = select(*columns).join(ProcessInstance, ProcessInstance.id == Job.instance_id)
    query = query.outerjoin(EventChain, EventChain.instance_id == Job.instance_id)
    return query.where(Job.id.in_(bindparam("ids", expanding=True)))


@cache
def _as_it_is() -> Select[str, int, bool, bool, int]:
    """See `Firing.seen`: who claims a task, or does anything else to a case, records it."""
    case, chain = ProcessInstance, EventChain
    query = select(Job.id, case.revision, case.followed, case.snoozed, chain.count)
    query = query.join(case, case.id == Job.instance_id)
    query = query.outerjoin(chain, chain.instance_id == Job.instance_id)
    query = query.where(Job.id.in_(bindparam("ids", expanding=True)))
    return query.with_for_update(key_share=True, skip_locked=True, of=case)


@cache
def _row(dialect: str) -> Select[Job, Any]:
    """The timer, and the days off: most that fire set the next deadline."""
    query = select(Job, holidays.column(dialect)).where(Job.id == bindparam("job_id"))
    return query.execution_options(populate_existing=True)


def _begin(session: Session, job_id: str) -> bool:
    """Begin the case that a start event stands for. There is no case yet to lock, so the job is."""
    query = select(Job).where(Job.id == job_id).with_for_update()
    job = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if job is None:
        return False
    version = definitions.version(session, job.definition_id or 0)
    _follow(session, job)
    instances.begin_by_itself(session, version, version.diagram.nodes[job.activity_id])
    automatic_starts.reschedule(session, job)
    return True


def _follow(session: Session, job: Job) -> None:
    """Note what led to a signal or to a timer without time. Any other timer is the clock, which acts like a person.

    Raises:
        ExecutionFailed: it has gone on like this for too long.
    """
    if job.hops or job.signal:
        kind = "signal" if job.signal else "timer"
        loop_guard.count(session, kind, job.hops, activity_id=job.activity_id)


def _step(session: Session, instance: ProcessInstance, version: Version, job: Any) -> Step | None:
    if not instance.engine_state:  # the case is over
        return None
    given = (version.program, instance.engine_state, instance.variables)
    now, calendar = clock.now(session), holidays.calendar(session)
    if job.signal:
        return engine.signal(*given, job.signal, now=now, calendar=calendar)
    return engine.fire(*given, job.id, now=now, calendar=calendar)


def _put_off(session: Session, job: Job) -> None:
    """Let a timer that has nothing to do rest: till it is due, when the clock was set back, else for good."""
    if job.due_at > clock.now(session):
        job.run_at = job.due_at
    else:
        session.delete(job)


def record_failure(session: Session, job_id: str, message: str, activity_id: str | None) -> None:
    """Use up one try of a timer that failed; out of tries it stops and an incident opens."""
    job = session.get(Job, job_id)
    if job is None:
        return
    job.retries -= 1
    if job.retries > 0:
        job.run_at = clock.now(session) + PAUSES[len(PAUSES) - job.retries]
        return
    job.run_at = None
    if job.message_id is not None:
        message_delivery.report(session, job, message, activity_id)
        return
    if job.instance is None:
        _report_start(session, job, message, activity_id)
        return
    incidents.open_one(
        session, job.instance, message, activity_id=activity_id or job.activity_id, job_id=job.id, actor=None
    )
    history.record(
        session,
        JobFailed(job=job.id),
        actor=None,
        instance_id=job.instance_id,
        activity_id=job.activity_id,
    )


def set_aside(session: Session, job_id: str, message: str) -> None:
    """Stop a timer of which not even a failure can be recorded; its incident opens with nothing looked up for it."""
    job = session.get(Job, job_id)
    if job is None:
        return
    job.retries, job.run_at = 0, None
    sent = session.get_one(InstanceMessage, job.message_id) if job.message_id is not None else None
    incidents.open_bare(session, job, sent.sender if sent is not None else job.instance, message)


def _report_start(session: Session, job: Job, message: str, activity_id: str | None) -> None:
    """There is no case that an incident could belong to: it is one of the process."""
    definition = definitions.get(session, job.definition_id or 0)
    incidents.open_start(
        session, definition.key, message, actor=None, activity_id=activity_id or job.activity_id
    )
