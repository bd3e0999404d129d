"""Deadlines that run while days off change: what would move, and letting it move, one case a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from app.base.calendar import Calendar
from app.base.errors import Conflict
from app.base.i18n import _
from app.engine import timers
from app.engine.running.correspondence import propose
from app.engine.running.migration import Blocked, Plan
from app.history.events.migration import DeadlinesRecounted, RecountBegun
from app.history.writer import Record
from app.models import DeadlineRecount, Job, ProcessInstance
from app.services.core import access, clock, history, holidays, rights
from app.services.core.access import Actor
from app.services.core.batches import Batches
from app.services.definitions import definitions
from app.services.instances import execution
from app.services.migration import effects, moves
from app.services.people.units import staff

#: Timers that are looked at for a page; of more it tells that there are more.
MOST = 5_000
#: Of those that would move so many are told, those that are due next.
EXAMPLES = 20
#: A timer of a case, neither a signal nor a message, that waits for its moment.
_WAITS = and_(
    Job.instance_id.is_not(None), Job.run_at.is_not(None), Job.signal.is_(None), Job.message_id.is_(None)
)


@dataclass(frozen=True)
class Example:
    """A timer that would move. ``name``: what its step is called, its id where the version cannot be read."""

    instance_id: int
    number: str
    subject: str
    name: str
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Foreseen:
    """What another calendar would move: how many timers, in how many cases.

    ``earlier``: how many come sooner, ``passed``: how many would be over at once. ``more``: not all were looked at.
    """

    timers: int
    cases: int
    earlier: int
    passed: int
    examples: Sequence[Example]
    more: bool


def foresee(session: Session, calendar: Calendar, *, actor: Actor, on: date | None = None) -> Foreseen:
    """What runs in cases that the actor sees and would be due otherwise by ``calendar``. Reminders that count back
    from a deadline follow it and are not counted.

    ``on``: only this day is otherwise, so only what runs across it is looked at. 2 SQL, at most `MOST` rows.
    """
    query = (
        select(Job.deadline, Job.activity_id, Job.attached_to, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(_WAITS, access.visible(actor), *_across(calendar, on))
        .order_by(Job.run_at, Job.id)
        .limit(MOST + 1)
    )
    rows = session.execute(query).all()
    found = []
    for deadline, activity_id, attached_to, case in rows[:MOST]:
        held = timers.Due.from_dict(deadline)
        if _counts_back(held) or (after := timers.recounted(held, calendar).at) == held.at:
            continue
        found.append((case, attached_to or activity_id, held.at, after))
    now = clock.now(session)
    return Foreseen(
        len(found),
        len({case.id for case, *_rest in found}),
        sum(after < before for _case, _step, before, after in found),
        sum(after <= now for _case, _step, _before, after in found),
        [
            Example(case.id, case.business_key, case.subject, _name(session, case, step), before, after)
            for case, step, before, after in found[:EXAMPLES]
        ],
        len(rows) > MOST,
    )


def _across(calendar: Calendar, on: date | None) -> list[ColumnElement[bool]]:
    """Timers that run on this day: opened before it is over, and due after it has begun."""
    if on is None:
        return []
    begins = datetime.combine(on, time(), calendar.zone)
    return [Job.run_at >= begins, Job.opened_at < begins + timedelta(days=1)]


def _counts_back(held: timers.Due) -> bool:
    return held.amount is not None and held.amount < 0


def _name(session: Session, case: ProcessInstance, activity_id: str) -> str:
    version = definitions.readable(session, case.definition_id)
    node = version.diagram.nodes.get(activity_id) if version is not None else None
    return (node.name if node is not None else "") or activity_id


def begin(session: Session, *, actor: Actor) -> DeadlineRecount:
    """Let the worker count anew what runs, by the days off of now.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    asked = DeadlineRecount(
        state="running",
        begun_at=clock.now(session),
        begun_by_id=actor.id,
        total=session.scalar(select(func.count(Job.instance_id.distinct())).where(_WAITS)) or 0,
    )
    session.add(asked)
    session.flush()
    history.record(session, RecountBegun(recount=asked.id, cases=asked.total), actor=actor)
    return asked


def latest(session: Session, *, actor: Actor) -> DeadlineRecount | None:
    """What was asked for last.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    query = select(DeadlineRecount).options(joinedload(DeadlineRecount.begun_by))
    return session.scalars(query.order_by(DeadlineRecount.id.desc()).limit(1)).one_or_none()


def next_cases(session: Session, recount_id: int, limit: int) -> tuple[list[int], list[int]]:
    """The next cases with timers, by id, and those of them in which something would move. 3 SQL over indexes."""
    after = session.get_one(DeadlineRecount, recount_id).after_id
    ids = [id_ for id_ in session.scalars(_cases_after(after).limit(limit)) if id_ is not None]
    calendar = holidays.loaded(session)
    held = session.execute(
        select(Job.instance_id, Job.deadline).where(Job.instance_id.in_(ids), _WAITS)
    ).all()
    moved = {
        id_ for id_, deadline in held if id_ is not None and _moves(timers.Due.from_dict(deadline), calendar)
    }
    return ids, sorted(moved)


def _cases_after(instance_id: int) -> Select[int | None]:
    query = select(Job.instance_id).where(_WAITS, Job.instance_id > instance_id)
    return query.distinct().order_by(Job.instance_id)


def _moves(held: timers.Due, calendar: Calendar) -> bool:
    return timers.recounted(held, calendar).at != held.at


def count_anew(session: Session, recount_id: int, instance_id: int) -> bool:
    """Let what runs in a case be due by the calendar of now; whether the work goes on. Other timers stay.

    Who asked for it must still be allowed to: else it stops.

    Raises:
        Conflict: the case is stopped by an incident, or cannot be read.
    """
    asked = session.get_one(DeadlineRecount, recount_id, populate_existing=True)
    actor = RECOUNTS.standing(session, asked)
    if actor is None:
        return False
    instance = access.instance(session, actor, instance_id, lock=True)
    if instance.ended_at is None and _count_case(session, asked, instance, actor):
        asked.moved = DeadlineRecount.moved + 1
    return True


def _count_case(session: Session, asked: DeadlineRecount, instance: ProcessInstance, actor: Actor) -> bool:
    version = definitions.readable(session, instance.definition_id)
    if version is None or instance.state == "incident":
        raise Conflict(_("Perkara ini terkendala; tenggatnya tidak dihitung ulang."))
    case = moves.case_of(session, instance)
    now, calendar = clock.now(session), holidays.calendar(session)
    plan = Plan(
        propose(version.diagram, version.diagram),
        timers=dict.fromkeys((job.activity_id for job in case.jobs.values()), "recount"),
    )
    try:
        step = effects.outcome(instance, case.tasks, version, version, plan, now=now, calendar=calendar)
    except Blocked as blocked:
        raise Conflict(blocked.obstacles[0].text) from blocked
    units = {task.unit_code for task in case.tasks if task.unit_code}
    changes = effects.changes_of(case, version, version, plan, step, staff(session, units))
    if not changes:
        return False
    event = DeadlinesRecounted(recount=asked.id, changes=[asdict(change) for change in changes])
    because = Record(event, None, actor.id)
    execution.apply(session, instance, version, step, actor=actor, moved_from=version, because=because)
    return True


def note(session: Session, recount_id: int, ids: Sequence[int], failed: Iterable[int]) -> None:
    """Note which cases were looked at, and which could not be counted anew; without any it is done."""
    asked = session.get_one(DeadlineRecount, recount_id, with_for_update=True, populate_existing=True)
    if asked.state != "running":
        return
    if not ids:
        asked.state, asked.finished_at = "done", clock.now(session)
        return
    asked.looked += len(ids)
    asked.failed += len(set(failed))
    asked.after_id = ids[-1]


def _stand(session: Session, asked: DeadlineRecount) -> Actor | None:
    actor = access.standing_actor(session, asked.begun_by_id)
    if actor is not None and actor.administers:
        return actor
    asked.finished_at = clock.now(session)
    return None


RECOUNTS = Batches(
    DeadlineRecount, _stand, lambda session, id_, **_actor: session.get_one(DeadlineRecount, id_)
)
