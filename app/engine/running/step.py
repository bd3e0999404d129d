"""What one command changed: the difference between an instance before it and at its next wait states."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import UnionType
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.engine import timers
from app.engine.diagram import Node
from app.engine.local_variables import is_sealed, locals_of
from app.engine.running import state as codec
from app.engine.running.context import Effect, Event
from app.engine.running.elements import QUESTION, MessageEvent, SignalEvent, TimerEvent, spec_name
from app.engine.running.reminders import postpone
from app.engine.running.run import Run
from app.engine.running.scheduling import has_passed, note_governing
from app.engine.scopes import rounds_of

#: What a case may take to keep: where it stands, and its variables.
MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class OpenTask:
    """A user task, or a question, that opened in this step. ``due``: its deadline, see `scheduling.governing`."""

    id: str
    node: Node
    is_question: bool
    due: timers.Due | None
    locals: Mapping[str, Any]


@dataclass(frozen=True)
class OpenTimer:
    """A timer that started in this step."""

    id: str
    node: Node
    opened_at: datetime
    due: timers.Due


@dataclass(frozen=True)
class OpenMessage:
    """An event that began to wait for its message or signal in this step; ``rounds``: see `scopes.rounds_of`."""

    id: str
    node: Node
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What stays open while a case moves to another version, as it is there.

    ``passed``: ids of the tasks whose deadline has passed and stays what it was. ``renamed``: old id → new id of
    elements that are called otherwise now.
    """

    tasks: tuple[OpenTask, ...]
    timers: tuple[OpenTimer, ...]
    messages: tuple[OpenMessage, ...]
    passed: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """An instance at its next wait states, and how it came there. ``state`` is opaque to everybody else."""

    state: bytes
    variables: dict[str, Any]
    visits: Mapping[str, int]
    events: tuple[Event, ...]
    effects: tuple[Effect, ...]
    opened: tuple[OpenTask, ...]
    closed: tuple[str, ...]  # ids of user tasks that are no longer open
    completed: tuple[str, ...]  # those of them that a person completed in this step
    changed: Mapping[
        str, Mapping[str, Any]
    ]  # local variables of user tasks that stay open, where any changed
    overdue: tuple[str, ...]  # ids of user tasks whose deadline passed in this step
    timers: tuple[OpenTimer, ...]
    signals: tuple[str, ...]  # thrown, for other instances to catch
    messages: tuple[OpenMessage, ...]
    stopped_timers: tuple[str, ...]  # ids of timers that no longer wait
    stopped_messages: tuple[str, ...]  # ids of message events that no longer wait
    ended: bool
    end: Node | None
    kept: Kept | None = None  # of a case that moves to another version
    postponed: tuple[OpenTask, ...] = ()  # tasks that stay open, and are due later than they were


def open_tasks(workflow: codec.Workflow) -> list[Task]:
    """User tasks and questions that wait for a person; the hidden task of an event gateway is none."""
    return [
        t
        for t in workflow.tasks.values()
        if t._state == TaskState.READY and t.task_spec.manual and t.task_spec.bpmn_id
    ]


def waiting_events(workflow: codec.Workflow, kind: type | UnionType) -> list[Task]:
    """Events that wait, of one kind of definition."""
    return [
        t
        for t in workflow.event_manager.tasks.values()
        if t._state == TaskState.WAITING and isinstance(t.task_spec.event_definition, kind)
    ]


def node_of(task: Task) -> Node:
    """The diagram's node that a task runs."""
    node: Node = task.workflow.spec.diagram.nodes[task.task_spec.bpmn_id]
    return node


def due_of(task: Task) -> timers.Due:
    """When a scheduled timer is due."""
    return timers.Due.from_dict(task.internal_data["due"])


@dataclass(frozen=True)
class Before:
    """What was open before the command; `between` tells the difference."""

    tasks: frozenset[str] = frozenset()
    timers: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, workflow: codec.Workflow) -> "Before":
        """What is open in a workflow just loaded."""
        return cls(
            frozenset(t.id.hex for t in open_tasks(workflow)),
            frozenset(t.id.hex for t in waiting_events(workflow, TimerEvent) if t.internal_data.get("due")),
            frozenset(t.id.hex for t in waiting_events(workflow, MessageEvent | SignalEvent)),
        )


def between(
    workflow: codec.Workflow, before: Before, completed: list[str] | None = None, *, keep: bool = True
) -> Step:
    """The step that led from ``before`` to where the workflow stands still now. Without ``keep`` its state is not
    written down: who goes on with the same workflow needs none.

    Raises:
        ExecutionFailed: it would stand still for ever, or has grown too large to keep.
    """
    run: Run = workflow.run
    _note_reporter(workflow)
    still_open = [] if workflow.completed else open_tasks(workflow)
    fresh = [task for task in still_open if task.id.hex not in before.tasks]
    opened = tuple(as_open(task, note_governing(task, run.diagram)) for task in fresh)
    for task in opened:
        run.record("task_created", task.node.id, task=task.id, **_due_data(task))
        if has_passed(workflow.tasks[UUID(task.id)]):  # it fired before the task opened
            run.record("task_overdue", task.node.id, task=task.id, **_due_data(task))
    postponed = tuple(_postponed(task, run) for task in still_open if task.id in run.moved_tasks)
    timer_tasks = (
        []
        if workflow.completed
        else [t for t in waiting_events(workflow, TimerEvent) if t.internal_data.get("due")]
    )
    _tell_postponed(timer_tasks, run)
    message_tasks = [] if workflow.completed else waiting_events(workflow, MessageEvent | SignalEvent)
    if workflow.completed:
        run.record("instance_ended", run.end.id if run.end else None, name=run.end.name if run.end else "")
    elif not (still_open or timer_tasks or message_tasks):
        raise _stuck(workflow)
    state = _state(workflow, keep)
    return Step(
        state=state,
        variables=run.variables,
        visits=dict(run.visits),
        events=tuple(run.events),
        effects=tuple(run.effects),
        opened=opened,
        closed=tuple(sorted(before.tasks - {t.id.hex for t in still_open})),
        completed=tuple(completed or ()),
        changed=_changed(run, [t for t in still_open if t.id.hex in before.tasks]),
        overdue=tuple(e.data["task"] for e in run.events if e.type == "task_overdue"),
        timers=tuple(as_timer(t) for t in timer_tasks if t.id.hex not in before.timers - run.moved_timers),
        signals=tuple(run.signals),
        messages=tuple(as_message(t) for t in message_tasks if t.id.hex not in before.messages),
        stopped_timers=tuple(sorted(before.timers - ({t.id.hex for t in timer_tasks} - run.moved_timers))),
        stopped_messages=tuple(sorted(before.messages - {t.id.hex for t in message_tasks})),
        ended=workflow.completed,
        end=run.end if workflow.completed else None,
        postponed=postponed,
    )


def _note_reporter(workflow: codec.Workflow) -> None:
    """Note whether the reporter is waited for; once he is no more, deadlines leave out what he took."""
    run: Run = workflow.run
    if not run.diagram.counts_from_first or workflow.completed:
        return
    waits = any(node_of(event).awaits_reporter for event in waiting_events(workflow, MessageEvent))
    if workflow.case_clock.note(waits, run.now, run.calendar):
        postpone(workflow)


def _postponed(task: Task, run: Run) -> OpenTask:
    """An open task whose deadline moved, which is told."""
    found, before = as_open(task, note_governing(task, run.diagram)), run.moved_tasks[task.id]
    run.record(
        "task_postponed",
        found.node.id,
        task=found.id,
        **_due_data(found),
        **({"before": before.at.isoformat()} if before is not None else {}),
    )
    return found


def _tell_postponed(timer_tasks: list[Task], run: Run) -> None:
    """Tell of deadlines that moved where nothing else is told: who replays the record would not know it."""
    if run.moved_timers and not run.events:
        for timer in timer_tasks:
            if timer.id.hex in run.moved_timers and node_of(timer).counts_from_first:
                run.record("timer_postponed", node_of(timer).id, due_at=due_of(timer).at.isoformat())


def _state(workflow: codec.Workflow, keep: bool) -> bytes:
    if not keep:
        codec.compact(workflow)
        return b""
    state = b"" if workflow.completed else codec.dumps(workflow)
    _bound(state, workflow.run)
    return state


def _bound(state: bytes, run: Run) -> None:
    size = len(state) + len(orjson.dumps(run.variables, default=str))
    if size > MAX_BYTES:
        raise ExecutionFailed(
            _(
                "Perkara ini sudah terlalu besar: lebih dari {limit}. Kurangi yang dikumpulkan dalam pengulangan.",
                limit=f"{MAX_BYTES // 1_000_000} MB",
            ),
            limit="case_too_large",
        )


def _stuck(workflow: codec.Workflow) -> ExecutionFailed:
    """The failure of a drawing in which nothing more can happen, e.g. a join that waits for a way not taken."""
    ids = (t.task_spec.bpmn_id for t in workflow.tasks.values() if t._state == TaskState.WAITING)
    node = workflow.spec.diagram.nodes.get(next(filter(None, ids), ""))
    where = node.name or node.id if node else workflow.spec.diagram.name
    return ExecutionFailed(
        _(
            "Perkara akan berhenti selamanya di “{name}”: tidak ada lagi yang dapat melanjutkannya.",
            name=where,
        ),
        activity_id=node.id if node else None,
        limit="stuck",
    )


def as_open(task: Task, due: timers.Due | None) -> OpenTask:
    """A user task or question as others see it."""
    is_question = task.task_spec.name == spec_name(task.task_spec.bpmn_id, QUESTION)
    return OpenTask(
        task.id.hex, node_of(task), is_question, due, locals_of(task, task.workflow.run.variables)
    )


def _changed(run: Run, tasks: list[Task]) -> dict[str, dict[str, Any]]:
    """What open tasks hold a copy of, where it may differ now: a new variable of the case is hidden from some."""
    if not run.changed_locals:
        tasks = [task for task in tasks if run.new_names and is_sealed(task)]
    return {task.id.hex: locals_of(task, run.variables) for task in tasks}


def _due_data(task: OpenTask) -> dict[str, Any]:
    return {"due_at": task.due.at.isoformat()} if task.due else {}


def as_timer(task: Task) -> OpenTimer:
    """A scheduled timer as others see it."""
    opened_at = datetime.fromisoformat(task.internal_data["opened"])
    return OpenTimer(task.id.hex, node_of(task), opened_at, due_of(task))


def as_message(task: Task) -> OpenMessage:
    """A waiting message or signal as others see it."""
    return OpenMessage(task.id.hex, node_of(task), rounds_of(task))
