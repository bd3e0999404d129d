"""What a case waits for besides people: timers, messages, signals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import uuid4

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from app.base.errors import ExecutionFailed
from app.engine.diagram import Node
from app.engine.running.execution import own_end
from app.engine.running.step import Kept, OpenTimer, Step
from app.models import Job, MessageWait, ProcessInstance
from app.services.core import bulk, clock, holidays, loop_guard, writes
from app.services.definitions import automatic_starts
from app.services.definitions.definitions import Version
from app.services.instances import outgoing_messages

#: How often a timer is tried, see `jobs`.
_TRIES = 3
_PASS_ON = update(cast("Table", Job.__table__)).where(Job.id == bulk.ID)
_Row = TypeVar("_Row", Job, MessageWait)


def sync(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    step: Step,
    held_until: datetime | None = None,
) -> None:
    """Store what a step began to wait for and what it waits for no more; hand on the signals that it threw.
    ``held_until``: no worker gets a job of it before, as it may be taken back."""
    over, begun = step.stopped_timers, [_job(session, instance, timer) for timer in step.timers]
    shared = _pass_on(session, over, begun)
    bulk.remove(session, Job, over[shared:])
    bulk.remove(session, MessageWait, step.stopped_messages)
    bulk.insert_rows(session, Job, begun[shared:])
    waits = [
        {
            "id": wait.id,
            "instance_id": instance.id,
            "activity_id": wait.node.id,
            "message": _heard(wait.node),
            "is_signal": wait.node.signal is not None,
            "group_id": version.group_of(wait.node.lane_id),
            "opened_at": clock.now(session),
            "rounds": list(wait.rounds),
            "hops": loop_guard.following(session),
            **_job_columns(wait.node, held_until or clock.now(session)),
        }
        for wait in step.messages
    ]
    bulk.insert_rows(session, MessageWait, waits)
    if step.ended or any(wait.node.message is not None for wait in step.messages):
        outgoing_messages.wake(session, instance)
    _broadcast(session, instance, step)


def _pass_on(session: Session, over: Sequence[str], begun: Sequence[Mapping[str, Any]]) -> int:
    """Let rows of timers that are over become those of as many that begin, and return how many: one statement less.

    Only in a plan: where a row is missing it cannot be kept, and all is done anew. None where one moved, which is
    both over and begun: two would have its id for a moment.
    """
    if writes.planned(session) is None or not {row["id"] for row in begun}.isdisjoint(over):
        return 0
    rows = [{**row, "one_id": one} for one, row in zip(over, begun, strict=False)]
    if rows:
        writes.send(session, _PASS_ON, rows, must=True)
    return len(rows)


def carry_over(session: Session, version: Version, kept: Kept) -> None:
    """Let the timers and messages that go on waiting be as they are in ``version``. A timer that had failed is tried
    anew, and so is a job that nobody tries any more: what it failed at may be mended."""
    jobs = {job.id: job for job in _of_ids(session, Job, [timer.id for timer in kept.timers])}
    for timer in kept.timers:
        job = jobs[timer.id]
        job.activity_id, job.attached_to = timer.node.id, timer.node.attached_to
        if job.deadline != timer.due.as_dict():
            job.due_at, job.deadline, job.opened_at = timer.due.at, timer.due.as_dict(), timer.opened_at
            job.run_at, job.retries = job.due_at, _TRIES
        elif job.retries < _TRIES:
            job.run_at, job.retries, job.hops = job.due_at, _TRIES, 0
    waits = {wait.id: wait for wait in _of_ids(session, MessageWait, [wait.id for wait in kept.messages])}
    for message in kept.messages:
        wait = waits[message.id]
        wait.activity_id = message.node.id
        wait.message = _heard(message.node)
        wait.is_signal = message.node.signal is not None
        wait.group_id = version.group_of(message.node.lane_id)
        if message.node.job is not None and (wait.message, bool(wait.retries)) != (wait.job_type, True):
            for name, value in _job_columns(message.node, clock.now(session)).items():
                setattr(wait, name, value)
    session.flush()


def _heard(node: Node) -> str:
    """What is waited for, by its name; of a job its type."""
    return node.job.type if node.job is not None else node.message or node.signal or ""


def _job_columns(node: Node, ready_at: datetime) -> dict[str, Any]:
    """What the row of a wait says of the job that it is; nothing where it is none."""
    job = node.job
    return {
        "job_type": job.type if job is not None else None,
        "retries": job.retries if job is not None else None,
        "ready_at": ready_at if job is not None else None,
        "lock": None,
        "worker": None,
    }


def _of_ids(session: Session, model: type[_Row], ids: Sequence[str]) -> Sequence[_Row]:
    """Rows by id; no statement for none."""
    return session.scalars(select(model).where(model.id.in_(ids))).all() if ids else ()


def ends_on(
    session: Session, instance: ProcessInstance, version: Version, wait: MessageWait
) -> datetime | None:
    """The moment at which a case stops to wait for this message though it never came; None where it waits on.

    No SQL. A state that cannot be read gives None too: the case stands still, and whoever looks may still look.
    """
    now, calendar = clock.now(session), holidays.calendar(session)
    given = (version.program, instance.engine_state, instance.variables, wait.id)
    try:
        return own_end(*given, now=now, calendar=calendar)
    except ExecutionFailed:
        return None


def _broadcast(session: Session, instance: ProcessInstance, step: Step) -> None:
    """Let the signals that were thrown reach the other cases that wait for them, each in a transaction of its own."""
    if not step.signals:
        return
    automatic_starts.by_signal(session, step.signals)
    others = select(MessageWait).where(
        MessageWait.message.in_(step.signals), MessageWait.is_signal, MessageWait.instance_id != instance.id
    )
    now, hops = clock.now(session), loop_guard.following(session)
    found = {(wait.instance_id, wait.message): wait for wait in session.scalars(others)}
    jobs: list[dict[str, Any]] = [
        {
            "id": uuid4().hex,
            "instance_id": case,
            "activity_id": wait.activity_id,
            "attached_to": None,
            "opened_at": now,
            "due_at": now,
            "run_at": now,
            "deadline": {},
            "signal": signal,
            "hops": min(hops, wait.hops),  # who began to wait later has acted
        }
        for (case, signal), wait in found.items()
    ]
    bulk.insert_rows(session, Job, jobs)


def _job(session: Session, instance: ProcessInstance, timer: OpenTimer) -> dict[str, Any]:
    """The row of a timer, each column of it: it may take the place of another one."""
    at_once = timer.due.at - clock.now(session) < loop_guard.AT_ONCE
    return {
        "id": timer.id,
        "instance_id": instance.id,
        "activity_id": timer.node.id,
        "attached_to": timer.node.attached_to,
        "opened_at": timer.opened_at,
        "due_at": timer.due.at,
        "run_at": timer.due.at,
        "deadline": timer.due.as_dict(),
        "retries": _TRIES,
        "definition_id": None,
        "signal": None,
        "message_id": None,
        "hops": loop_guard.following(session) if at_once else 0,
    }
