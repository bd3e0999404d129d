"""Copies of the open cases of a process: where they stand, without anything that they are known by to people."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.engine.running.migration import Blocked
from app.models import ProcessInstance, UserTask
from app.services.core import access, bulk
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.forecast.playing import Copied
from app.services.migration import effects
from app.services.migration.decisions import Decisions

#: So many copies are played at most; of more, as many by chance.
MOST_COPIES = 5_000


@dataclass(frozen=True)
class OpenCase:
    """An open case and its open tasks, read and let go of by the session; ``source``: its version, None where that
    cannot be read."""

    instance: ProcessInstance
    tasks: Sequence[UserTask]
    source: Version | None


def count_open(session: Session, key: str, *, actor: Actor) -> int:
    """How many cases of process ``key`` are open. 1 SQL, of an index."""
    return session.scalar(select(func.count()).select_from(ProcessInstance).where(*_open(key, actor))) or 0


def load(session: Session, key: str, seed: str, *, actor: Actor, limit: int) -> list[OpenCase]:
    """Open cases in an order that the seed decides, ``limit`` of them at most. 2 SQL for every 500."""
    ids = list(session.scalars(select(ProcessInstance.id).where(*_open(key, actor))))
    chosen = sorted(ids, key=lambda one: shuffled(seed, case_key(one)))[:limit]
    found = dict[int, OpenCase]()
    sources = dict[int, Version | None]()
    for some in bulk.batches(chosen):
        tasks = effects.open_tasks(session, some)
        for row in session.scalars(select(ProcessInstance).where(ProcessInstance.id.in_(some))):
            if row.definition_id not in sources:
                sources[row.definition_id] = definitions.readable(session, row.definition_id)
            found[row.id] = OpenCase(row, tasks.get(row.id, ()), sources[row.definition_id])
    for one in found.values():
        for held in (one.instance, *one.tasks):
            session.expunge(held)
    return [found[one] for one in chosen if one in found]


def _open(key: str, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (ProcessInstance.key == key, ProcessInstance.ended_at.is_(None), access.visible(actor))


def case_key(instance_id: int) -> str:
    """What the random numbers of a copy are drawn by."""
    return f"case {instance_id}"


def shuffled(seed: str, key: str) -> bytes:
    """Sorts cases by chance."""
    return hashlib.blake2b(f"{seed}|{key}".encode(), digest_size=8).digest()


def as_copied(case: OpenCase, at: datetime) -> Copied:
    """A copy that goes on where the case stands, in its own version."""
    return _copied(case, case.instance.engine_state, case.instance.variables, at)


def moved(
    case: OpenCase, source: Version, target: Version, *, at: datetime, calendar: Calendar
) -> Copied | None:
    """A copy laid into another version, as moving it there would; None where it is over by that.

    Raises:
        Blocked: it cannot move, and why.
    """
    plan = Decisions().plan(source, target)
    step = effects.outcome(case.instance, case.tasks, source, target, plan, now=at, calendar=calendar)
    return None if step.ended else _copied(case, step.state, step.variables, at)


def why(blocked: Blocked) -> str:
    """The first reason why a case cannot move."""
    return blocked.obstacles[0].text


def _copied(case: OpenCase, state: bytes, variables: Mapping[str, object], at: datetime) -> Copied:
    late = {task.id for task in case.tasks if task.overdue_at is not None}
    opened = {task.id: task.opened_at for task in case.tasks}
    return Copied(case_key(case.instance.id), at, state, variables, opened, frozenset(late))
