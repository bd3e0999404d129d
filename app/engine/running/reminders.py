"""Whatever hangs on a deadline follows it: what counts back from it (``H-14``), whenever and however it is moved.

A reminder that waits is due by the new deadline; one that came waits again once its new moment lies ahead, as people
were told of another day. Where a deadline stays, so does all that hangs on it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.running import event_propagation
from app.engine.running.context import Context
from app.engine.running.elements import spec_name
from app.engine.running.scheduling import (
    deadline_of,
    deadline_timer,
    due_from,
    fired_deadline,
    first_opening,
)
from app.engine.scopes import guarded_activities


def postpone(workflow: Any) -> None:
    """Let what counts from a first opening be due later by what the reporter took meanwhile, and what hangs on it.

    Noted in the run: the timers that moved, and of open tasks the deadlines that did.
    """
    run: Context = workflow.run
    waiting = [task for task in workflow.event_manager.tasks.values() if task._state == TaskState.WAITING]
    later = [(timer, due, held) for timer in waiting for held, due in _postponed(run, timer)]
    if all(due.at == held.at for _timer, due, held in later):
        return
    tasks = [t for t in workflow.tasks.values() if t._state == TaskState.READY and t.task_spec.manual]
    reminders, hosts = [timer for timer in waiting if is_reminder(_node_of(timer))], activities(workflow)
    before = {each: deadline_of(each, run.diagram) for each in (*tasks, *reminders, *hosts)}
    for timer, due, _held in later:
        timer.internal_data["due"] = due.as_dict()
    before = {each: held for each, held in before.items() if held != deadline_of(each, run.diagram)}
    moved = {timer.id.hex for timer, due, held in later if due.at != held.at}
    moved |= {timer.id.hex for timer in reminders if timer in before and follow(timer)}
    for host in hosts:
        if host in before:
            come_again(host)
    run.moved_timers |= moved
    # As it was before the command, however often it moved in it.
    run.moved_tasks = {task.id: before[task] for task in tasks if task in before} | run.moved_tasks


def _postponed(run: Context, timer: Task) -> Iterator[tuple[timers.Due, timers.Due]]:
    """When a timer that counts from a first opening was due, and is without what the reporter took of its time."""
    node = _node_of(timer)
    if node.timer is not None and node.counts_from_first and timer.internal_data.get("due"):
        held = timers.Due.from_dict(timer.internal_data["due"])
        opened_at = datetime.fromisoformat(timer.internal_data["opened"])
        yield held, timers.without(held, first_opening(run, timer, node, opened_at).taken, run.calendar)


def is_reminder(node: Node) -> bool:
    """Whether an element counts back from a deadline."""
    return node.timer is not None and timers.is_relative(node.timer)


def activities(workflow: Any) -> list[Task]:
    """The activities under way that have events on their edge."""
    alive = [t for t in workflow.tasks.values() if t._state & (TaskState.READY | TaskState.WAITING)]
    found = {host.id: host for task in alive for host in guarded_activities(task)}
    return [host for host in found.values() if not isinstance(host.task_spec, BoundaryEvent)]


def follow(timer: Task, since: datetime | None = None, *, anew: bool = False) -> bool:
    """Let a reminder that waits be due as its deadline is due now; return whether it is due at another time.

    ``since``: when it opened, if that is not as noted. ``anew``: by its own text, whatever it was put to. One that
    ran comes at once where its new moment has passed and the deadline has not; one that was not to come does where
    its moment lies ahead.
    """
    run: Context = timer.workflow.run
    noted, node = timer.internal_data, _node_of(timer)
    is_new, before = "due" not in noted, noted.get("due")
    held, deadline = timers.Due.from_dict(before) if before else None, _deadline_ahead(timer, run)
    if held is not None and not anew:
        if deadline is not None and held.since == deadline.at:
            return False
        node = replace(node, timer=replace(node.timer, text=held.text)) if node.timer else node
    since = since or (run.now if is_new else datetime.fromisoformat(noted["opened"]))
    due = _due(run, node, since if is_new or held is not None else run.now, deadline)
    timer.internal_data = _remembered(due, since)
    return bool(timer.internal_data["due"] != before)


def come_again(host: Task) -> None:
    """Let the reminders of an activity wait again that came before its deadline was moved so far that their moment
    lies ahead."""
    run: Context = host.workflow.run
    events = [each for each in host.parent.children if each._state == TaskState.WAITING]
    here = {event.task_spec.bpmn_id for event in events}
    for node in _on_the_edge(host, run.diagram):
        if is_reminder(node) and node.id not in here:
            due = _due(run, node, run.now, _deadline_ahead(host, run))
            if due is not None:
                spec = host.workflow.spec.task_specs[spec_name(node.id)]
                event_propagation.wait_beside(host.parent, spec, _remembered(due, run.now))


def _remembered(due: timers.Due | None, since: datetime) -> dict[str, Any]:
    return {"due": due.as_dict() if due is not None else None, "opened": since.astimezone(UTC).isoformat()}


def _due(run: Context, node: Node, since: datetime, deadline: timers.Due | None) -> timers.Due | None:
    """When a timer counts back to, after ``since``; None once its deadline is over: it would say what is not so."""
    if deadline is None or deadline.at <= run.now:
        return None
    return due_from(run, node, since, deadline, {})


def _deadline_ahead(beside: Task, run: Context) -> timers.Due | None:
    """The deadline that waits for an activity, which ``beside`` is or sits on; None where it has passed."""
    host = beside.parent.children[0]
    found = deadline_timer(host, run.diagram)
    is_marked = found is not None and _node_of(found).is_deadline
    drawn = _on_the_edge(host, run.diagram)
    if fired_deadline(host, run.diagram) or (not is_marked and any(each.is_deadline for each in drawn)):
        return None
    return deadline_of(beside, run.diagram)


def _on_the_edge(host: Task, diagram: Diagram) -> tuple[Node, ...]:
    """The events that are drawn on the edge of an activity."""
    return diagram.boundary.get(host.task_spec.name.partition(".")[2], ())


def _node_of(task: Task) -> Node:
    node: Node = task.workflow.spec.diagram.nodes[task.task_spec.bpmn_id]
    return node
