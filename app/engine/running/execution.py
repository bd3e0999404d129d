"""Run one instance to its next wait states: (program, state, command, now) → `Step`. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base import preparation
from app.base.calendar import Calendar
from app.base.errors import Conflict, ExecutionFailed, NotFound
from app.base.i18n import _
from app.engine.decisions import Decision
from app.engine.diagram import Diagram, Node
from app.engine.local_variables import locals_of
from app.engine.running import apply_mappings, transitions
from app.engine.running import state as codec
from app.engine.running.elements import MessageEvent
from app.engine.running.run import Run
from app.engine.running.spec import ProcessSpec, build
from app.engine.running.step import Before, Step, between, due_of, open_tasks, waiting_events
from app.engine.scopes import rounds_of


@dataclass(frozen=True)
class Program:
    """What a version needs to run. The spec is built once and shared by all its instances."""

    diagram: Diagram
    tables: Mapping[str, Decision]

    @cached_property
    def spec(self) -> ProcessSpec:
        """The library's form of the diagram. Building it takes longer than running a step: no writer waits for it."""
        return preparation.outcome(("spec", id(self.diagram)), lambda: build(self.diagram))


def start(
    program: Program,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    calendar: Calendar,
    start_node: Node,
    by_clock: bool = False,
) -> Step:
    """Start an instance at ``start_node`` with the start form's ``variables``; ``by_clock`` when nobody starts it."""
    run = _run(program, {}, now, calendar)
    run.start_node, run.by_clock = start_node.id, by_clock
    if not apply_mappings.keeps(start_node):
        run.assign(variables)
    with transitions.failing():
        apply_mappings.received(run, start_node, variables)
        workflow = codec.fresh(program.spec, run)
        transitions.advance(workflow)
    return between(workflow, Before())


def complete(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    task_id: str,
    variables: Mapping[str, Any],
    *,
    answers: Mapping[str, str | list[str]],
    now: datetime,
    calendar: Calendar,
) -> Step:
    """Complete a user task or answer a question, after whatever timer was due before.

    Raises:
        NotFound: no such task in this state.
        Conflict: a timer that was due first took the task away.
        ExecutionFailed: what follows in the diagram failed; nothing may be stored.
    """
    workflow = _load(program, state, current, now, calendar)
    before = Before.of(workflow)
    if task_id not in before.tasks:
        raise NotFound(_("Tugas ini sudah tidak terbuka."))
    workflow, task = _caught_up(workflow, lambda: _load(program, state, current, now, calendar), task_id)
    if task is None or task.state != TaskState.READY:
        raise Conflict(_("Tenggat tugas ini sudah lewat dan perkara berjalan ke langkah berikutnya."))
    workflow.run.answers = answers
    with transitions.failing():
        completed = [task_id, *transitions.finish_with_question(workflow, task, variables)]
    return between(workflow, before, completed)


def fire(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    timer_id: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> Step | None:
    """Fire one timer if it still waits and is due; None when there is nothing to do, so twice does no harm."""
    workflow = _load(program, state, current, now, calendar)
    before = Before.of(workflow)
    timer = workflow.tasks.get(UUID(timer_id))
    if timer is not None and _was_timer(timer):
        before = replace(before, timers=before.timers | {timer_id})
        with transitions.failing():
            transitions.open_task(workflow, timer)
        return between(workflow, before)
    if timer is None or timer_id not in before.timers or due_of(timer).at > now:
        return None
    workflow.run.by_clock = True  # what opens and ends afterwards too
    transitions.leave_out_reporter(workflow)
    if due_of(timer).at > now:
        return between(workflow, before)
    with transitions.failing():
        transitions.fire_timer(workflow, timer)
    return between(workflow, before)


def _was_timer(task: Task) -> bool:
    """Whether it waits as a timer of an older reader, which took its name for a time, and is a person's task now."""
    return bool(task.state == TaskState.WAITING and task.task_spec.manual and task.internal_data.get("due"))


def deliver(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    message_id: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    calendar: Calendar,
    sender: Mapping[str, Any] | None = None,
) -> Step:
    """Deliver a message to the event that waits for it; ``sender``: what the history tells of the case that sends it,
    None where a person does.

    Raises:
        Conflict: the event no longer waits.
        ExecutionFailed: what follows in the diagram failed.
    """
    workflow = _load(program, state, current, now, calendar)
    before = Before.of(workflow)
    gone = Conflict(_("Perkara ini sudah tidak menunggu pesan itu."))
    if message_id not in before.messages:
        raise gone
    workflow, event = _caught_up(workflow, lambda: _load(program, state, current, now, calendar), message_id)
    if event is None or event.state != TaskState.WAITING:
        raise gone
    workflow.run.by_clock = sender is not None
    with transitions.failing():
        transitions.receive(workflow, event, variables, **(sender or {}))
    return between(workflow, before)


def signal(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    name: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> Step | None:
    """Let every event that waits for a signal catch it; None when none does."""
    workflow = _load(program, state, current, now, calendar)
    before = Before.of(workflow)
    workflow.run.by_clock = True
    with transitions.failing():
        if not transitions.catch_signal(workflow, name):
            return None
    return between(workflow, before)


def heard_where(
    program: Program, state: bytes, current: Mapping[str, Any], *, now: datetime, calendar: Calendar
) -> dict[str, dict[str, Any]]:
    """The local variables that hold where each message is waited for, by the id of what waits."""
    workflow = _load(program, state, current, now, calendar)
    return {event.id.hex: locals_of(event, current) for event in waiting_events(workflow, MessageEvent)}


def rounds_under_way(
    program: Program, state: bytes, current: Mapping[str, Any], *, now: datetime, calendar: Calendar
) -> set[str]:
    """Ids of the rounds in which something is still open, see `scopes.rounds_of`."""
    workflow = _load(program, state, current, now, calendar)
    return {one for task in workflow.get_tasks(state=TaskState.NOT_FINISHED_MASK) for one in rounds_of(task)}


def _caught_up(
    workflow: codec.Workflow, again: Callable[[], codec.Workflow], waiting_id: str
) -> tuple[codec.Workflow, Task | None]:
    """The instance after the timers that were due beside a task or event, None when one took it away.

    When a timer fails the instance is read ``again`` and only those fire that may take the task away: the others are
    the worker's, and their failure is nothing to him who works on it.
    """
    try:
        with transitions.failing():
            transitions.fire_due_beside(workflow, workflow.tasks[UUID(waiting_id)])
    except ExecutionFailed:
        workflow = again()
        with transitions.failing():
            transitions.fire_due_beside(workflow, workflow.tasks[UUID(waiting_id)], only_interrupting=True)
    return workflow, workflow.tasks.get(UUID(waiting_id))


def _load(
    program: Program, state: bytes, current: Mapping[str, Any], now: datetime, calendar: Calendar
) -> codec.Workflow:
    run = _run(program, current, now, calendar)
    workflow = codec.loads(state, program.spec, run)
    run.was_open = frozenset(task.id.hex for task in open_tasks(workflow))
    return workflow


def _run(program: Program, current: Mapping[str, Any], now: datetime, calendar: Calendar) -> Run:
    return Run(program.diagram, program.tables, dict(current), now, calendar)


def own_end(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    waiting_id: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> datetime | None:
    """The moment at which the event that waits is taken away by a timer; None when it waits however long.

    Such are an interrupting timer on the edge of the activity that it is, sits on or is inside of, and one that it
    races. They are looked for among the tokens, not in the diagram: each round of a repetition has its own.

    Raises:
        ExecutionFailed: the state cannot be read.
    """
    workflow = codec.loads(
        state, program.spec, Run(program.diagram, program.tables, dict(current), now, calendar)
    )
    event = workflow.tasks.get(UUID(waiting_id))
    if event is None:
        return None
    ending = [
        t
        for t in transitions.timers_around(event)
        if t.task_spec.cancel_activity and t.internal_data.get("due")
    ]
    return min((due_of(timer).at for timer in ending), default=None)
