"""Which units handle a case: those that its open tasks are for, else those that had it last."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance, UserTask
from app.services.definitions.definitions import Version


@dataclass(frozen=True)
class Responsible:
    """Units by their codes, and whether they handle the case ``now`` or did so last."""

    codes: tuple[str, ...] = ()
    now: bool = True


def units_of(
    session: Session,
    version: Version,
    instance: ProcessInstance,
    open_tasks: Sequence[UserTask],
    *,
    of_units: bool = True,
) -> Responsible:
    """The units that handle a case, or those that did last. 1 SQL at most. ``of_units``: whether any task of it may
    be or have been for a unit.

    What the process's own variable of the unit holds says less: it is filled in before the task goes there,
    and stays when the unit sends the case back. It counts where it sends no task of the process to a unit; other
    variables may send single tasks elsewhere, which makes no other unit responsible.
    """
    sent = _sent_by_the_unit(version)
    if not sent:
        return Responsible((instance.unit_code,) if instance.unit_code else (), instance.ended_at is None)
    here = dict.fromkeys(task.unit_code for task in open_tasks if task.unit_code and task.activity_id in sent)
    if here or not of_units:
        return Responsible(tuple(here), now=bool(here))
    return Responsible(_last(session, instance, sent), now=False)


def _sent_by_the_unit(version: Version) -> set[str]:
    """The activities that the process's own ``unit`` sends to a unit, by id."""
    unit = version.diagram.properties.get("unit")
    nodes = version.diagram.nodes.values()
    return {node.id for node in nodes if unit and version.unit_variable(node) == unit}


def _last(session: Session, instance: ProcessInstance, activities: set[str]) -> tuple[str, ...]:
    """Whose task was closed last, all of them where several were at one moment."""
    given = {"case": instance.id, "activities": sorted(activities)}
    return tuple(code for code in session.scalars(_last_units(), given) if code)


@cache
def _last_units() -> Select[str | None]:
    """Built once: the page of each case asks it."""
    theirs = (
        UserTask.instance_id == bindparam("case"),
        UserTask.unit_code.is_not(None),
        UserTask.activity_id.in_(bindparam("activities", expanding=True)),
    )
    latest = select(func.max(UserTask.closed_at)).where(*theirs).scalar_subquery()
    query = select(UserTask.unit_code).where(*theirs, UserTask.closed_at == latest).distinct()
    return query.order_by(UserTask.unit_code)
