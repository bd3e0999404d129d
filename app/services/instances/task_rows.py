"""The rows of a case's open tasks: opened, changed, closed, and kept in a case that moves to another version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.engine.diagram import Node
from app.engine.local_variables import COUNTER
from app.engine.running.step import Kept, OpenTask, Step
from app.history.events.tasks import TaskReleased
from app.history.writer import Record
from app.models import ProcessInstance, User, UserTask
from app.services.core import access, bulk, clock, holidays, writes
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.instances import task_order, waits
from app.services.notifications import task_notices
from app.services.people.units import Staff, staff

# Built once: building it took longer than running it.
_CHANGE = update(cast("Table", UserTask.__table__)).where(UserTask.id == bulk.ID)


def close(session: Session, step: Step, actor: Actor | None) -> None:
    """Close what a step completed or cancelled; write what became late, and what changed in a round."""
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
    for opened in step.postponed:
        _change(session, [opened.id], _deadline(opened))


def rank(session: Session, instance_id: int) -> None:
    """Let the open tasks of a case be sorted by its priority. 1 SQL."""
    rank = select(ProcessInstance.priority_rank).where(ProcessInstance.id == instance_id)
    still = update(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
    session.execute(still.values(priority_rank=rank.scalar_subquery()))


def wake(session: Session, instance: ProcessInstance) -> None:
    """Give back what was put off until the case moves on. 2 SQL, none where nobody waits for it."""
    waiting = update(UserTask).where(UserTask.instance_id == instance.id, UserTask.snoozed_for_case)
    session.execute(waiting.values(snoozed_until=None, snoozed_for_case=False))
    table: Any = ProcessInstance.__table__
    session.connection().execute(update(table).where(table.c.id == instance.id).values(snoozed=False))


def open_all(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    step: Step,
    units: Mapping[str, str | None],
) -> list[dict[str, Any]]:
    """Write the tasks that a step opened, and return their rows. ``units``: by the id of each its unit. 1 SQL."""
    rows = [_task(session, instance, version, task, units[task.id], step.overdue) for task in step.opened]
    bulk.insert_rows(session, UserTask, rows)
    return rows


def carry_over(
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
    for name in ("id", "instance_id", "state", "opened_at", "overdue_at"):
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


def named_units(version: Version, step: Step) -> dict[str, tuple[str | None, str | None]]:
    """For each task that opens what its unit is said to be, and the variable that says so."""
    return {task.id: _unit(version, task, step.variables) for task in step.opened}


def _unit(version: Version, task: OpenTask, variables: Mapping[str, Any]) -> tuple[str | None, str | None]:
    variable = version.unit_variable(task.node)
    return (version.unit_at(task.node, variables, task.locals), variable) if variable else (None, None)


def _task(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    task: OpenTask,
    unit: str | None,
    late: Collection[str] = (),
) -> dict[str, Any]:
    """``late``: ids of tasks whose deadline had passed before they opened."""
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
        **_deadline(task),
        "overdue_at": now if task.id in late else None,
        "sort_at": _sorted_at(session, version, task, now),
        "priority_rank": instance.priority_rank,
    }


def _deadline(task: OpenTask) -> dict[str, Any]:
    if task.due is None:
        return {"due_at": None, "deadline": None}
    return {"due_at": task.due.at, "deadline": task.due.as_dict(), "sort_at": task.due.at}


def _sorted_at(session: Session, version: Version, task: OpenTask, opened_at: datetime) -> datetime:
    return task_order.sorted_at(task, opened_at, version.diagram.day_unit, holidays.calendar(session))


def _name(version: Version, task: OpenTask) -> str:
    """The activity's name; in a round, with the element that it is for, else with the round's number."""
    return round_name(version, task.node, task.locals)


def round_name(version: Version, node: Node, local: Mapping[str, Any]) -> str:
    """What a task at ``node`` is called in the round with these values."""
    name = node.name or node.id
    around = next((one for one in version.diagram.around(node) if one.loop), None)
    loop = around.loop if around is not None and around.compensates is None else None
    element, number = local.get(loop.element) if loop else None, local.get(COUNTER)
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


def _change(session: Session, ids: Sequence[str], values: dict[str, Any]) -> None:
    """Change tasks past the session, and tell those that it holds."""
    rows = [{"one_id": task_id, **values} for task_id in ids]
    if rows:
        writes.send(session, _CHANGE, rows[0] if len(rows) == 1 else rows, of=UserTask)
    for task_id in ids:
        held = session.identity_map.get(identity_key(UserTask, task_id))
        for name, value in values.items() if held is not None else ():
            set_committed_value(held, name, value)
