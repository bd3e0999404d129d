"""Errors and escalations: who catches what is thrown, and how a waiting event is set off."""

from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import timers
from app.engine.cancellation import take_away
from app.engine.running.elements import ErrorEvent, EscalationEvent
from app.engine.scopes import guarded_activities


def catcher(task: Task, *, error: str | None, escalation: str | None) -> Task | None:
    """The event that catches what ``task`` throws: on the innermost activity around it that has one, and there the
    one for this code before the one for any. Source: BPMN 2.0, 10.5.1 and 10.5.7."""
    kind, code = (ErrorEvent, error) if error is not None else (EscalationEvent, escalation)
    for host in guarded_activities(task):
        waiting = [event for event in host.parent.children if _catches(event, kind)]
        for wanted in (code, ""):
            for event in waiting:
                if event.task_spec.event_definition.name == wanted:
                    return event
    return None


def _catches(event: Task, kind: type) -> bool:
    waits = isinstance(event.task_spec, BoundaryEvent) and event._state == TaskState.WAITING
    return waits and isinstance(event.task_spec.event_definition, kind)


def interrupt(event: Task, thrown_by: Task | None) -> None:
    """Set off the event that catches what was thrown; if it interrupts, nothing else happens in there before.
    ``thrown_by``: whose branch goes on; None: what threw it is over."""
    if event.task_spec.cancel_activity:
        for host in event.parent.children:
            if not isinstance(host.task_spec, BoundaryEvent):
                take_away(host, event.task_spec.bpmn_id, leaving=thrown_by)
    trigger(event)


def trigger(event: Task, *, again: bool = True) -> None:
    """Set a waiting event off; one that does not interrupt waits ``again`` beside itself."""
    if again and isinstance(event.task_spec, BoundaryEvent) and not event.task_spec.cancel_activity:
        rearm(event, {key: event.internal_data[key] for key in {"held"} & event.internal_data.keys()})
    event.internal_data["event_fired"] = True
    event.task_spec._update(event)


def rearm(event: Task, internal: dict[str, object]) -> None:
    """Let a non-interrupting boundary event wait again beside the one that fires."""
    wait_beside(event.parent, event.task_spec, internal)


def appoint(event: Task, at: datetime, now: datetime) -> None:
    """Let an event wait until a moment (with the office's zone), in the place of one that asked for it; that may be
    said anew."""
    now = now.astimezone(UTC)
    due = timers.Due(at.astimezone(UTC), f"{at:%d-%m-%Y %H.%M}", "tanggal", None, now)
    wait_beside(event.parent, event.task_spec, {"due": due.as_dict(), "opened": now.isoformat()})
    event.cancel()


def wait_beside(split: Task, spec: Any, internal: dict[str, object]) -> None:
    """Let a boundary event begin to wait beside its activity, below the ``split`` of both."""
    fresh = split._add_child(spec, TaskState.WAITING)
    fresh.internal_data = internal
    split.workflow.event_manager.add_task(fresh)
