"""Write what the engine returned. `apply` is the only writer of instance state, tasks, jobs, history and outbox."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, Select, Table, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from app.engine.local_variables import COUNTER
from app.engine.running.context import Effect, Event
from app.engine.running.step import Kept, OpenTask, Step
from app.history import standing, writer
from app.history.events import (
    REPORTER,
    InstanceEvent,
    NotificationQueued,
    TaskCreated,
    TaskReleased,
    UnitMissing,
    typed,
)
from app.history.writer import Record
from app.models import Job, MessageWait, OutboxMessage, ProcessInstance, User, UserTask
from app.services.core import access, bulk, clock, holidays
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.facts import writing as facts
from app.services.instances import incidents, task_order, waits
from app.services.messaging import outgoing
from app.services.notifications import followers, reminders, task_notices, texts
from app.services.people.units import Staff, staff

_STORE = update(cast("Table", ProcessInstance.__table__)).where(
    ProcessInstance.id == bulk.ID, ProcessInstance.revision == bindparam("read_revision")
)
#: Columns that lists show, and the property that names the variable of each.
_LISTED = {
    "subject": "perihal",
    "category": "kategori",
    "unit_code": "unit",
    "area": "wilayah",
    "priority": "prioritas",
}
#: Of a variable that lists show: whatever asks without a form takes a megabyte, and each list would carry it along.
_MOST_LISTED = 1_000

# Statements are built once: building them took longer than running them.
_CHANGE = update(cast("Table", UserTask.__table__)).where(UserTask.id == bulk.ID)


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
) -> None:
    """Store a step: state and variables, tasks, timers, messages, notifications and history, in one go.

    ``unheard``: ids of tasks that nobody has an unread notice about, as far as that is known; it saves a statement.
    ``held_until``: nobody is told of it before, as it may be taken back.
    ``moved_from``: of a case that moves to ``version`` the one that it was in, see `Step.kept`; ``because``: the
    event that tells so, recorded before the others.
    """
    had_incident = instance.state == "incident"
    session.flush()  # what was recorded before comes before
    counted = facts.counted_by(version, instance) if instance.visits else None  # None: it begins
    ranked = instance.priority_rank
    store(session, instance, version, step)
    _close_tasks(session, step, actor)
    if counted is not None and ranked != instance.priority_rank:
        rank_tasks(session, instance.id)
    task_notices.close(session, [task for task in step.closed if task not in unheard])
    named = _named_units(version, step)
    staffed = staff(session, {unit for unit, _variable in named.values() if unit})
    # (None, variable) offers it to the whole lane: nothing was filled in, or no such unit exists, and then nobody
    # would ever see the task.
    units = {task: (unit if unit in staffed else None, variable) for task, (unit, variable) in named.items()}
    bulk.insert_rows(
        session, UserTask, [_task(session, instance, version, t, units[t.id][0]) for t in step.opened]
    )
    waits.sync(session, instance, version, step)
    for_units = [(task, code, staffed[code]) for task in step.opened if (code := units[task.id][0])]
    released: list[Record] = []
    if moved_from is not None:
        for_units += _carry_over(session, instance, version, step, moved_from, actor, released)
    news = task_notices.opening_messages(session, instance, version, for_units, actor=actor)
    news += task_notices.withdrawal_messages(session, instance, version, step, actor=actor)
    if instance.snoozed:
        _wake(session, instance)
    news += followers.messages(session, instance, step, actor=actor)
    sent = outgoing.send(session, instance, step)
    told_already = {event.activity_id for _number, event in sent}
    queued = _queue(session, instance, version, step, told_already, news, held_until)
    told = [_told(event, actor, units) for event in step.events]
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
    if (
        step.completed
        or step.ended
        or moved_from is not None
        or counted != facts.counted_by(version, instance)
    ):
        facts.refresh(session, instance, version)
    if had_incident:
        incidents.close_moot(session, instance, _got_past(step), actor=actor)


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


def rank_tasks(session: Session, instance_id: int) -> None:
    """Let the open tasks of a case be sorted by its priority. 1 SQL."""
    rank = select(ProcessInstance.priority_rank).where(ProcessInstance.id == instance_id)
    still = update(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
    session.execute(still.values(priority_rank=rank.scalar_subquery()))


def _wake(session: Session, instance: ProcessInstance) -> None:
    """Give back what was put off until the case moves on. 2 SQL, none where nobody waits for it."""
    waiting = update(UserTask).where(UserTask.instance_id == instance.id, UserTask.snoozed_for_case)
    session.execute(waiting.values(snoozed_until=None, snoozed_for_case=False))
    table: Any = ProcessInstance.__table__
    session.connection().execute(update(table).where(table.c.id == instance.id).values(snoozed=False))


def _in_order(step: Step, told: Sequence[Record], more: Sequence[tuple[int, Record]]) -> list[Record]:
    """What is told of a step, and amid it what tells of an effect, by its number, where it took place."""
    placed = [((number, 1, 0), record) for number, record in enumerate(told)]
    placed += [((step.effects[number].place, 0, number), record) for number, record in more]
    return [record for _place, record in sorted(placed, key=lambda one: one[0])]


def _got_past(step: Step) -> set[str] | None:
    """What no incident need be about any more; None when the case is over."""
    gone = {*step.closed, *step.stopped_timers, *(["message"] if step.stopped_messages else [])}
    if step.kept is not None:  # what failed in the other version is tried anew
        gone |= {*(t.id for t in step.kept.tasks), *(t.id for t in step.kept.timers), "message"}
    return None if step.ended else gone


def _close_tasks(session: Session, step: Step, actor: Actor | None) -> None:
    now = clock.now(session)
    who = actor.id if actor else None
    completed = [task for task in step.closed if task in step.completed]
    cancelled = [task for task in step.closed if task not in step.completed]
    closed = {"closed_at": now, "closed_by_id": who}
    _change(session, completed, {"state": "completed", "assignee_id": who, **closed})
    _change(session, cancelled, {"state": "cancelled", **closed})
    _change(session, step.overdue, {"overdue_at": now})
    for task, values in step.changed.items():
        _change(session, [task], {"locals": values})


def _change(session: Session, ids: Sequence[str], values: dict[str, Any]) -> None:
    """Change tasks past the session, and tell those that it holds."""
    if ids:
        session.connection().execute(_CHANGE, [{"one_id": task_id, **values} for task_id in ids])
    for task_id in ids:
        held = session.identity_map.get(identity_key(UserTask, task_id))
        for name, value in values.items() if held is not None else ():
            set_committed_value(held, name, value)


def _carry_over(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    step: Step,
    before: Version,
    actor: Actor | None,
    released: list[Record],
) -> list[tuple[OpenTask, str, Staff]]:
    """Let what stays open be as it is in ``version``; return the tasks that are new to a unit. Those that their
    holders lose are told in ``released``."""
    assert step.kept is not None  # noqa: S101 who moves a case says from where
    waits.carry_over(session, version, step.kept)
    rows = {row.id: row for row in session.scalars(_kept_tasks(), {"of_id": instance.id})}
    wanted = {
        task.id: unit_in(version, before, task, rows[task.id], step.variables) for task in step.kept.tasks
    }
    staffed = staff(session, {unit for unit in wanted.values() if unit})
    news: list[tuple[OpenTask, str, Staff]] = []
    for task in step.kept.tasks:
        row, unit = rows[task.id], wanted[task.id]
        unit = unit if unit in staffed or unit == row.unit_code else None
        values = _task_as_kept(session, instance, version, task, unit, row, step.kept)
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            continue
        _change(session, [task.id], changed)
        if changed.keys() & {"group_id", "unit_code"}:
            task_notices.hand_on(session, task.id)
            released += _release(session, row, actor)
            news += [(task, unit, staffed[unit])] if unit is not None and unit in staffed else []
    return news


@cache
def _kept_tasks() -> Select[UserTask]:
    return select(UserTask).where(UserTask.instance_id == bindparam("of_id"), UserTask.state == "open")


def unit_in(
    version: Version, before: Version, task: OpenTask, row: UserTask, variables: Mapping[str, Any]
) -> str | None:
    """The unit of an open task in ``version``: what it is, unless another variable says so there than ``before``."""
    was = before.diagram.nodes.get(row.activity_id)
    variable = version.unit_variable(task.node)
    if was is not None and before.unit_variable(was) == variable:
        return row.unit_code
    return version.unit_at(task.node, variables, task.locals) if variable else None


def _task_as_kept(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    task: OpenTask,
    unit: str | None,
    row: UserTask,
    kept: Kept,
) -> dict[str, Any]:
    """A task that stays open, as it is in another version; when it opened and who holds it stays."""
    values = _task(session, instance, version, task, unit)
    for name in ("id", "instance_id", "state", "opened_at"):
        del values[name]
    values["sort_at"] = _sorted_at(session, version, task, row.opened_at)
    if task.id in kept.passed:
        for name in ("due_at", "deadline", "sort_at"):
            del values[name]
    elif row.overdue_at is not None and (task.due is None or task.due.at > clock.now(session)):
        values["overdue_at"] = None
    return values


def _release(session: Session, row: UserTask, actor: Actor | None) -> list[Record]:
    """Let a task go back to its lane if its holder does not work in that; return what tells so."""
    holder = session.get(User, row.assignee_id) if row.assignee_id is not None else None
    if holder is None:
        return []
    still = select(access.still_offered(holder.id)).where(UserTask.id == row.id)
    if session.scalar(still):
        return []
    _change(session, [row.id], {"assignee_id": None, "claimed_at": None})
    told = TaskReleased(task=row.id, user=holder.name, reason="not_offered")
    return [Record(told, row.activity_id, actor.id if actor else None)]


def _named_units(version: Version, step: Step) -> dict[str, tuple[str | None, str | None]]:
    """For each task that opens what its unit is said to be, and the variable that says so."""
    return {task.id: _unit(version, task, step.variables) for task in step.opened}


def _unit(version: Version, task: OpenTask, variables: Mapping[str, Any]) -> tuple[str | None, str | None]:
    variable = version.unit_variable(task.node)
    return (version.unit_at(task.node, variables, task.locals), variable) if variable else (None, None)


def _task(
    session: Session, instance: ProcessInstance, version: Version, task: OpenTask, unit: str | None
) -> dict[str, Any]:
    node, now = task.node, clock.now(session)
    question = version.diagram.questions.get(node.id) if task.is_question else None
    return {
        "id": task.id,
        "instance_id": instance.id,
        "activity_id": node.id,
        "name": question.text if question else _name(version, task),
        "lane_id": node.lane_id,
        "lane": version.diagram.lane(node.lane_id).name,
        "group_id": version.group_of(node.lane_id),
        "coordinator_group_id": version.coordinator_of(node.lane_id),
        "unit_code": unit,
        "form_key": None if question else node.form_key,
        "is_question": task.is_question,
        "locals": task.locals,
        "state": "open",
        "opened_at": now,
        "due_at": task.due.at if task.due else None,
        "deadline": task.due.as_dict() if task.due else None,
        "sort_at": _sorted_at(session, version, task, now),
        "priority_rank": instance.priority_rank,
    }


def _sorted_at(session: Session, version: Version, task: OpenTask, opened_at: datetime) -> datetime:
    return task_order.sorted_at(task, opened_at, version.diagram.day_unit, holidays.calendar(session))


def _name(version: Version, task: OpenTask) -> str:
    """The activity's name; in a round, with the element that it is for, else with the round's number."""
    name = task.node.name or task.node.id
    loop = next((node.loop for node in version.diagram.around(task.node) if node.loop), None)
    element, number = task.locals.get(loop.element) if loop else None, task.locals.get(COUNTER)
    if isinstance(element, str | int):
        return f"{name}: {element}"
    return f"{name} ({number})" if loop and number and (number > 1 or loop.kind != "while") else name


def base_name(version: Version, row: UserTask) -> str:
    """What a stored task is called in the diagram, without the round that it is for."""
    node, question = (
        version.diagram.nodes.get(row.activity_id),
        version.diagram.questions.get(row.activity_id),
    )
    if row.is_question and question is not None:
        return question.text
    return (node.name or node.id) if node is not None else row.name


def _told(event: Event, actor: Actor | None, units: Mapping[str, tuple[str | None, str | None]]) -> Record:
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

    What ``sent`` a message to another process tells people only if it says so.

    Source of the audience: properties ``untuk`` and ``pesan`` of the element.
    """
    effects = [
        (number, effect)
        for number, effect in enumerate(step.effects)
        if effect.node.id not in sent or effect.node.properties.keys() & {"untuk", "pesan"}
    ]
    told = [(n, effect, texts.audience(version, effect.node, effect.values)) for n, effect in effects]
    told = [one for one in told if one[2].get("units") != []]  # no unit was named: nobody to tell
    about = reminders.of_tasks(session, {effect.task for _n, effect, _to in told if effect.task})
    rows = [
        {
            "instance_id": instance.id,
            "activity_id": effect.node.id,
            "body": _body(effect, to, about.get(effect.task or "", {})),
            "audience": to,
            "task_id": effect.task if effect.task in about else None,
            "queued_at": clock.now(session),
        }
        for _n, effect, to in told
    ]
    bulk.insert_rows(session, OutboxMessage, [{**row, "not_before": held_until} for row in [*rows, *news]])
    return [(n, Record(NotificationQueued(**to), effect.node.id)) for n, effect, to in told]


def _body(effect: Effect, to: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """What a diagram says, word for word, and what it is ``about``. A copy: to units that need not be among those who
    see the case."""
    said = {"code": "notification", "text": effect.node.properties.get("pesan") or effect.node.name, **about}
    return {**said, "copy": True} if "units" in to else said


def store(session: Session, instance: ProcessInstance, version: Version, step: Step) -> None:
    """Write where the case stands now, past the session as all that is written here.

    Raises:
        StaleDataError: somebody else has written it since it was read.
    """
    # All of it, changed or not: 1 and true are equal to Python, and not to a condition.
    now = {**_now(instance, version, step), **(_end(session, step) if step.ended else {})}
    read = instance.revision
    found = session.connection().execute(_STORE, {"one_id": instance.id, "read_revision": read, **now})
    if found.rowcount != 1:
        raise StaleDataError(f"case {instance.id} is no longer at revision {read}")
    for name, value in now.items():
        set_committed_value(instance, name, value)


def _next_revision(revision: int) -> int:
    count = cast("Callable[[int], int]", ProcessInstance.__mapper__.version_id_generator)
    return count(revision)


def _now(instance: ProcessInstance, version: Version, step: Step) -> dict[str, Any]:
    properties = version.diagram.properties
    visits = Counter(instance.visits)
    if step.kept is not None:
        visits = Counter(dict[str, int]())
        for element, times in instance.visits.items():
            visits[step.kept.renamed.get(element, element)] += times
    visited = visits + Counter(step.visits)
    listed = {
        column: _as_text(step.variables.get(properties.get(name, ""))) for column, name in _LISTED.items()
    }
    return {
        "revision": _next_revision(instance.revision),
        **({"definition_id": version.id} if step.kept is not None else {}),
        "engine_state": step.state,
        "variables": step.variables,
        "visits": dict(visited),
        "branches": sorted(version.branches & visited.keys()),
        **listed,
        "priority_rank": task_order.rank(properties, listed["priority"]),
    }


def _end(session: Session, step: Step) -> dict[str, Any]:
    return {
        "state": "ended",
        "ended_at": clock.now(session),
        "end_activity_id": step.end.id if step.end else None,
        "end_name": step.end.name if step.end else None,
    }


def _as_text(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text[:_MOST_LISTED]
