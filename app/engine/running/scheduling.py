"""When timers are due, and which of them is an activity's deadline."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.task import Task

from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.running import apply_mappings
from app.engine.running.context import Context
from app.errors import ExecutionFailed, ExpressionFailed
from app.i18n import _


def schedule(run: Context, task: Task, opened_at: datetime | None = None) -> dict[str, Any]:
    """What a timer that opens now, or opened at ``opened_at``, has to remember: when it is due, since when it waits.

    Raises:
        ExecutionFailed: its expression fails, or gives no time.
    """
    node = run.diagram.nodes[task.task_spec.event_definition.name]
    opened_at = opened_at or run.now
    values = apply_mappings.edge(run, node, run.seen_by(task))
    due = due_from(run, node, opened_at, deadline_of(task, run.diagram), values)
    return {"due": due.as_dict() if due else None, "opened": opened_at.astimezone(UTC).isoformat()}


def due_from(
    run: Context,
    node: Node,
    opened_at: datetime,
    deadline: timers.Due | None,
    values: Mapping[str, Any],
) -> timers.Due | None:
    """When a timer is due that opened at ``opened_at``; ``deadline``: of its activity, ``values``: what it sees.

    Raises:
        ExecutionFailed: its expression fails, or gives no time.
    """
    if node.timer is None:
        return None
    run.require_whole(node)
    try:
        return timers.due(
            node.timer,
            opened_at=opened_at,
            day_unit=run.diagram.day_unit,
            calendar=run.calendar,
            evaluate=lambda text: feel.evaluate(text, values, now=run.local_now).value,
            deadline=deadline,
        )
    except ExpressionFailed as error:
        raise ExecutionFailed(
            _("Waktu pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
            activity_id=node.id,
            detail=error.said,
        ) from error


def deadline_of(task: Task, diagram: Diagram) -> timers.Due | None:
    """The deadline of the activity that ``task`` is, or sits on, among its timers scheduled so far."""
    found = deadline_timer(task, diagram)
    return timers.Due.from_dict(found.internal_data["due"]) if found else None


def deadline_timer(task: Task, diagram: Diagram) -> Task | None:
    """The timer that is an activity's deadline: marked ``tenggat``, else the earliest interrupting one, else
    the latest that does not repeat. Source: HOUSE.md, properties of a boundary timer."""
    if task.parent is None:
        return None
    scheduled = []
    for sibling in task.parent.children:
        node = diagram.nodes.get(
            getattr(getattr(sibling.task_spec, "event_definition", None), "name", None) or ""
        )
        if node and node.timer and sibling.internal_data.get("due") and not timers.is_relative(node.timer):
            scheduled.append((node, sibling))
    marked = [s for node, s in scheduled if node.is_deadline]
    if marked:
        return marked[0]
    interrupting = [s for node, s in scheduled if node.interrupting]
    if interrupting:
        return min(interrupting, key=_due_at)
    single = [s for node, s in scheduled if not timers.Due.from_dict(s.internal_data["due"]).every]
    return max(single, key=_due_at, default=None)


def _due_at(task: Task) -> datetime:
    return timers.Due.from_dict(task.internal_data["due"]).at
