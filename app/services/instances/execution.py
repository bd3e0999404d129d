"""Write what the engine returned. `apply` is the only writer of instance state, tasks, jobs, history and outbox."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app.engine import filled_texts
from app.engine.running.context import Effect, Event
from app.engine.running.step import Step
from app.history import pending, standing, writer
from app.history.catalogue import REPORTER, InstanceEvent, typed
from app.history.events.notifications import NotificationQueued
from app.history.events.tasks import TaskCreated, UnitMissing
from app.history.writer import Record
from app.models import Job, MessageWait, OutboxMessage, ProcessInstance, User, UserTask
from app.services.core import bulk, clock, settings, writes
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.instances import incidents, listed, outgoing_messages, task_rows, waits
from app.services.notifications import followers, reminders, task_notices, texts
from app.services.people.units import staff

# Built once: building it took longer than running it.
_ADD = insert(cast("Table", ProcessInstance.__table__))
_STORE = update(cast("Table", ProcessInstance.__table__)).where(
    ProcessInstance.id == bulk.ID, ProcessInstance.revision == bindparam("read_revision")
)


def apply(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    step: Step,
    *,
    actor: Actor | None,
    unheard: Collection[str] = (),
    moved_from: Version | None = None,
    because: Record | None = None,
    held_until: datetime | None = None,
    begun: bool = False,
) -> list[dict[str, Any]]:
    """Store a step: state and variables, tasks, timers, messages, notifications and history, in one go; return the
    rows of the tasks that it opened.

    ``unheard``: ids of tasks that nobody has an unread notice about, as far as that is known; it saves a statement.
    ``held_until``: nobody is told of it before, as it may be taken back.
    ``moved_from``: of a case that moves to ``version`` the one that it was in, see `Step.kept`; ``because``: the
    event that tells so, or that it began, recorded before the others.
    ``begun``: the case was just written by `begin`.
    """
    had_incident = instance.state == "incident"
    session.flush()  # what was recorded before comes before
    ranked = instance.priority_rank
    if not begun:
        store(session, instance, version, step)
    task_rows.close(session, step, actor)
    if ranked != instance.priority_rank:
        task_rows.rank(session, instance.id)
    task_notices.close(session, [task for task in step.closed if task not in unheard])
    named = task_rows.named_units(version, step)
    staffed = staff(session, {unit for unit, _variable in named.values() if unit})
    # (None, variable) offers it to the whole lane: nothing was filled in, or no such unit exists, and then nobody
    # would ever see the task.
    units = {task: (unit if unit in staffed else None, variable) for task, (unit, variable) in named.items()}
    unit_of = {task: unit for task, (unit, _) in units.items()}
    opened = task_rows.open_all(session, instance, version, step, unit_of)
    waits.sync(session, instance, version, step, held_until)
    for_units = [(task, code, staffed[code]) for task in step.opened if (code := units[task.id][0])]
    released: list[Record] = []
    if moved_from is not None:
        for_units += task_rows.carry_over(session, instance, version, step, moved_from, actor, released)
    news = task_notices.opening_messages(session, instance, version, for_units, actor=actor)
    news += task_notices.withdrawal_messages(session, instance, version, step, actor=actor)
    if instance.snoozed:
        task_rows.wake(session, instance)
    news += followers.messages(session, instance, step, actor=actor)
    sent = outgoing_messages.send(session, instance, step)
    told_already = {event.activity_id for _number, event in sent}
    queued = _queue(session, instance, version, step, told_already, news, held_until)
    told = [_record_of(event, actor, units) for event in step.events]
    records = _in_order(step, told, [*sent, *queued])
    records += [
        Record(UnitMissing(variable=variable), task.node.id)
        for task in step.opened
        if (variable := units[task.id][1]) and units[task.id][0] is None
    ]
    records = [*([because] if because is not None else []), *released, *records]
    if records:
        beside = _changed(step) if moved_from is None else _stands(session, instance)
        records[0] = replace(records[0], standing=beside)
    writer.add_all(session, records, instance_id=instance.id, at=clock.now(session))
    if had_incident:
        incidents.close_moot(session, instance, _got_past(step), actor=actor)
    return opened


def _changed(step: Step) -> dict[str, Any]:
    """What a step changed that its events do not tell."""
    return standing.changed(
        passed=step.visits,
        timers=[(timer.id, timer.node.id, timer.due.at) for timer in step.timers],
        stopped=step.stopped_timers,
        waits=[(wait.id, wait.node.id) for wait in step.messages],
        over=step.stopped_messages,
    )


def _stands(session: Session, instance: ProcessInstance) -> dict[str, Any]:
    """Where a case stands that was put elsewhere. 3 SQL."""
    of = {"of_id": instance.id}
    tasks, timers, messages = (session.execute(query, of) for query in _standing_queries())
    return standing.entire(
        visits=instance.visits,
        tasks=[(*row[:-2], row.unit_code or "", row.name or "") for row in tasks],
        timers=[tuple(row) for row in timers],
        waits=[tuple(row) for row in messages],
    )


@cache
def _standing_queries() -> tuple[Any, Any, Any]:
    of: BindParameter[int] = bindparam("of_id")
    tasks = select(
        UserTask.id, UserTask.activity_id, UserTask.opened_at, UserTask.due_at, UserTask.unit_code, User.name
    )
    return (
        tasks.outerjoin(User, User.id == UserTask.assignee_id).where(
            UserTask.instance_id == of, UserTask.state == "open"
        ),
        select(Job.id, Job.activity_id, Job.due_at).where(Job.instance_id == of, Job.signal.is_(None)),
        select(MessageWait.id, MessageWait.activity_id).where(MessageWait.instance_id == of),
    )


def _in_order(step: Step, told: Sequence[Record], more: Sequence[tuple[int, Record]]) -> list[Record]:
    """What is told of a step, and amid it what tells of an effect, by its number, where it took place."""
    placed = [((number, 1, 0), record) for number, record in enumerate(told)]
    placed += [((step.effects[number].place, 0, number), record) for number, record in more]
    return [record for _place, record in sorted(placed, key=lambda one: one[0])]


def _got_past(step: Step) -> set[str] | None:
    """What no incident need be about any more; None when the case is over."""
    gone = {*step.closed, *step.stopped_timers, *step.stopped_messages}
    gone |= {"message"} if step.stopped_messages else set()
    if step.kept is not None:  # what failed in the other version is tried anew
        gone |= {*(t.id for t in step.kept.tasks), *(t.id for t in step.kept.timers), "message"}
        gone |= {m.id for m in step.kept.messages}
    return None if step.ended else gone


def _record_of(
    event: Event, actor: Actor | None, units: Mapping[str, tuple[str | None, str | None]]
) -> Record:
    """The engine's event with what only we know: for which unit a task opened, and that the reporter caused it."""
    told = typed(event.type, event.data)
    if isinstance(told, TaskCreated) and (unit := units.get(told.task, (None, None))[0]):
        told = replace(told, unit=unit)
    if actor is None and not event.by_clock and isinstance(told, InstanceEvent) and not told.by:
        told = replace(told, by=REPORTER)  # whoever else acts has a name; an error names there what caught it
    return Record(told, event.activity_id, actor.id if actor and not event.by_clock else None)


def _queue(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    step: Step,
    sent: Collection[str | None],
    news: Sequence[dict[str, Any]],
    held_until: datetime | None,
) -> list[tuple[int, Record]]:
    """Queue the step's notifications and the news of its tasks; return the events that tell of the former, with the
    number of the effect. 1 SQL, one more when the timer of an open task sent them.

    What ``sent`` a message to another process tells people only if it says so; a task that is done tells nobody.

    Source of the audience: properties ``untuk`` and ``pesan`` of the element.
    """
    effects = [
        (number, effect)
        for number, effect in enumerate(step.effects)
        if effect.node.kind != "userTask"
        and effect.node.job is None
        and (effect.node.id not in sent or effect.node.properties.keys() & {"untuk", "pesan"})
    ]
    told = [(n, effect, texts.audience(version, effect.node, effect.values)) for n, effect in effects]
    told = [one for one in told if one[2].get("units") != []]  # no unit was named: nobody to tell
    about = reminders.of_tasks(session, {effect.task for _n, effect, _to in told if effect.task})
    rows = [
        {
            "instance_id": instance.id,
            "activity_id": effect.node.id,
            "body": _body(_notification_text(session, effect), to, about.get(effect.task or "", {})),
            "audience": to,
            "task_id": effect.task if effect.task in about else None,
            "queued_at": clock.now(session),
        }
        for _n, effect, to in told
    ]
    bulk.insert_rows(session, OutboxMessage, [{**row, "not_before": held_until} for row in [*rows, *news]])
    return [(n, Record(NotificationQueued(**to), effect.node.id)) for n, effect, to in told]


def _notification_text(session: Session, effect: Effect) -> str:
    """What a diagram says, word for word but for what is filled into it."""
    text, zone = effect.node.properties.get("pesan") or effect.node.name, settings.config(session).timezone
    return filled_texts.fill(text, effect.values, effect.due, now=clock.now(session), zone=zone)


def _body(text: str, to: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, and what it is ``about``. A copy: to units that need not be among those who see the case."""
    said = {"code": "notification", "text": text, **about}
    return {**said, "copy": True} if "units" in to else said


def begin(
    session: Session, version: Version, step: Step, *, number: str, actor: Actor | None
) -> ProcessInstance:
    """Write a case that begins, as its first step leaves it; `apply` writes what else there is of it. 1 SQL."""
    instance = ProcessInstance(
        definition_id=version.id,
        key=version.key,
        business_key=number,
        state="active",
        visits={},
        started_at=clock.now(session),
        started_by_id=actor.id if actor else None,
        ended_at=None,
        end_activity_id=None,
        end_name=None,
        masks_changed=False,
        followed=False,
        snoozed=False,
        revision=0,
    )
    for name, value in _after(session, instance, version, step).items():
        setattr(instance, name, value)
    row = {name: value for name, value in instance.__dict__.items() if name in _ADD.table.columns}
    made: Any = session.connection().execute(_ADD, row).inserted_primary_key
    instance.id = made[0]
    make_transient_to_detached(instance)
    session.add(instance)
    pending.begin_chain(session, instance.id)
    return instance


def store(session: Session, instance: ProcessInstance, version: Version, step: Step) -> None:
    """Write where the case stands now, past the session as all that is written here.

    Raises:
        StaleDataError: somebody else has written it since it was read.
    """
    now = _after(session, instance, version, step)
    read = instance.revision
    row = {"one_id": instance.id, "read_revision": read, **now}
    writes.send(session, _STORE, row, of=ProcessInstance, must=True)
    for name, value in now.items():
        set_committed_value(instance, name, value)


def _next_revision(revision: int) -> int:
    count = cast("Callable[[int], int]", ProcessInstance.__mapper__.version_id_generator)
    return count(revision)


def _after(session: Session, instance: ProcessInstance, version: Version, step: Step) -> dict[str, Any]:
    """Where a step leaves a case: all, changed or not, as 1 and true are equal to Python, and not to a condition."""
    visits = Counter(instance.visits)
    if step.kept is not None:
        visits = Counter(dict[str, int]())
        for element, times in instance.visits.items():
            visits[step.kept.renamed.get(element, element)] += times
    visited = visits + Counter(step.visits)
    return {
        "revision": _next_revision(instance.revision),
        **({"definition_id": version.id} if step.kept is not None else {}),
        "engine_state": step.state,
        "variables": step.variables,
        "visits": dict(visited),
        "branches": sorted(version.branches & visited.keys()),
        **listed.columns(version.diagram.properties, step.variables),
        **(_end(session, step) if step.ended else {}),
    }


def _end(session: Session, step: Step) -> dict[str, Any]:
    return {
        "state": "ended",
        "ended_at": clock.now(session),
        "end_activity_id": step.end.id if step.end else None,
        "end_name": step.end.name if step.end else None,
    }
