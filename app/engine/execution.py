"""Run one instance to its next wait states: (program, state, command, now) → `Step`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from app.calendar import Calendar
from app.engine import moves
from app.engine import state as codec
from app.engine.decisions import Table
from app.engine.diagram import Diagram, Node
from app.engine.run import Run
from app.engine.spec import ProcessSpec, build
from app.engine.step import Before, Step, between, due_of
from app.errors import Conflict, NotFound
from app.i18n import _


@dataclass(frozen=True)
class Program:
    """What a version needs to run. The spec is built once and shared by all its instances."""

    diagram: Diagram
    tables: Mapping[str, Table]

    @cached_property
    def spec(self) -> ProcessSpec:
        """The library's form of the diagram."""
        return build(self.diagram)


def start(
    program: Program, variables: Mapping[str, Any], *, now: datetime, calendar: Calendar, start_node: Node
) -> Step:
    """Start an instance at ``start_node`` with the start form's ``variables``."""
    run = _run(program, {}, now, calendar)
    run.start_node = start_node.id
    run.assign(variables)
    with moves.failing():
        workflow = codec.fresh(program.spec, run)
        moves.advance(workflow)
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
    run = _run(program, current, now, calendar)
    workflow = codec.loads(state, program.spec, run)
    before = Before.of(workflow)
    if task_id not in before.tasks:
        raise NotFound(_("Tugas ini sudah tidak terbuka."))
    with moves.failing():
        moves.fire_due(workflow)
        task = workflow.tasks.get(UUID(task_id))
        if task is None or task.state != TaskState.READY:
            raise Conflict(_("Tenggat tugas ini sudah lewat dan perkara berjalan ke langkah berikutnya."))
        run.answers = answers
        already = Before.of(workflow).tasks
        moves.finish(workflow, task, variables)
        moves.advance(workflow)
        completed = [task_id, *moves.answer_questions(workflow, already)]
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
    run = _run(program, current, now, calendar)
    workflow = codec.loads(state, program.spec, run)
    before = Before.of(workflow)
    timer = workflow.tasks.get(UUID(timer_id))
    if timer is None or timer_id not in before.timers or due_of(timer).at > now:
        return None
    with moves.failing():
        moves.fire(workflow, timer)
    return between(workflow, before)


def deliver(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    message_id: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    calendar: Calendar,
) -> Step:
    """Deliver a message to the event that waits for it.

    Raises:
        Conflict: the event no longer waits.
        ExecutionFailed: what follows in the diagram failed.
    """
    run = _run(program, current, now, calendar)
    workflow = codec.loads(state, program.spec, run)
    before = Before.of(workflow)
    with moves.failing():
        moves.fire_due(workflow)
        event = workflow.tasks.get(UUID(message_id))
        if event is None or event.state != TaskState.WAITING:
            raise Conflict(_("Perkara ini sudah tidak menunggu pesan itu."))
        moves.receive(workflow, event, variables)
    return between(workflow, before)


def _run(program: Program, current: Mapping[str, Any], now: datetime, calendar: Calendar) -> Run:
    return Run(program.diagram, program.tables, dict(current), now, calendar)
