"""A case that is held in memory from one command to the next, for who plays thousands of them and stores none.

What happens is what `execution` does with a stored case; only its state is not written and read in between, which is
a third of what a command costs. `courses` has them worked out once for all cases that go the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

from app.base.calendar import Calendar
from app.engine.diagram import Node
from app.engine.running import apply_mappings, transitions
from app.engine.running import state as codec
from app.engine.running.context import Event
from app.engine.running.elements import MessageEvent, SignalEvent, TimerEvent
from app.engine.running.execution import Program
from app.engine.running.run import Run
from app.engine.running.step import (
    Before,
    OpenMessage,
    OpenTask,
    OpenTimer,
    Step,
    as_message,
    as_open,
    as_timer,
    between,
    due_of,
    open_tasks,
    waiting_events,
)


@dataclass(frozen=True)
class Standing:
    """What is open in a case that is taken up, and what it waits for. The ``due`` of tasks is left out."""

    tasks: Sequence[OpenTask]
    timers: Sequence[OpenTimer]
    messages: Sequence[OpenMessage]


class Playable(Protocol):
    """A case that goes on by commands, see `Rehearsal`."""

    def complete(
        self,
        task_id: str,
        variables: Mapping[str, Any],
        *,
        answers: Mapping[str, str | list[str]],
        now: datetime,
    ) -> Step:
        """Complete a task."""
        ...

    def fire(self, timer_id: str, *, now: datetime) -> Step | None:
        """Fire a timer."""
        ...

    def deliver(self, message_id: str, variables: Mapping[str, Any], *, now: datetime) -> Step | None:
        """Deliver a message."""
        ...


class Rehearsal:
    """A case under way. After a command that failed it is torn, and nothing more can be done with it.

    Its steps have no state, and their events no data. Timers fire when they are told to: who plays it keeps the time,
    and fires what is due before he does anything else.
    """

    def __init__(self, program: Program, calendar: Calendar) -> None:
        self._program, self._calendar = program, calendar
        self._variables: dict[str, Any] = {}
        self.workflow: codec.Workflow

    @classmethod
    def begin(
        cls,
        program: Program,
        variables: Mapping[str, Any],
        *,
        now: datetime,
        calendar: Calendar,
        start_node: Node,
    ) -> tuple[Self, Step]:
        """Start a case as `execution.start` does; return it and its first step.

        Raises:
            ExecutionFailed: the diagram could not go on.
        """
        case = cls(program, calendar)
        run = case._run(now)
        run.start_node = start_node.id
        if not apply_mappings.keeps(start_node):
            run.assign(variables)
        with transitions.failing():
            apply_mappings.received(run, start_node, variables)
            case.workflow = codec.fresh(program.spec, run)
            transitions.advance(case.workflow)
        return case, case._stood(Before())

    @classmethod
    def take_up(
        cls,
        program: Program,
        state: bytes,
        variables: Mapping[str, Any],
        *,
        now: datetime,
        calendar: Calendar,
    ) -> Self:
        """Go on with a copy of a stored case.

        Raises:
            ExecutionFailed: its state cannot be read.
        """
        case = cls(program, calendar)
        case._variables = dict(variables)
        case.workflow = codec.loads(state, program.spec, case._run(now))
        return case

    def standing(self) -> Standing:
        """What is open, and what it waits for."""
        waiting = [one for one in waiting_events(self.workflow, TimerEvent) if one.internal_data.get("due")]
        messages = waiting_events(self.workflow, MessageEvent | SignalEvent)
        tasks = [as_open(task, None) for task in open_tasks(self.workflow)]
        return Standing(
            tasks,
            [as_timer(timer) for timer in waiting],
            [as_message(message) for message in messages],
        )

    def complete(
        self,
        task_id: str,
        variables: Mapping[str, Any],
        *,
        answers: Mapping[str, str | list[str]],
        now: datetime,
    ) -> Step:
        """Complete a task as `execution.complete` does; where a timer that was due first took it away, only that.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before, task = self._before(now), self.workflow.tasks[UUID(task_id)]
        with transitions.failing():
            transitions.fire_due_beside(self.workflow, task)
            if task_id not in {one.id.hex for one in open_tasks(self.workflow)}:
                return self._stood(before)
            self.workflow.run.answers = answers
            done = [task_id, *transitions.finish_with_question(self.workflow, task, variables)]
        return self._stood(before, done)

    def fire(self, timer_id: str, *, now: datetime) -> Step | None:
        """Fire a timer as `execution.fire` does; None when it does not wait any more, or is not due.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before, timer = self._before(now), self.workflow.tasks.get(UUID(timer_id))
        if timer is None or timer_id not in before.timers or due_of(timer).at > now:
            return None
        self.workflow.run.by_clock = True
        transitions.leave_out_reporter(self.workflow)
        if due_of(timer).at > now:
            return self._stood(before)
        with transitions.failing():
            transitions.fire_timer(self.workflow, timer)
        return self._stood(before)

    def deliver(self, message_id: str, variables: Mapping[str, Any], *, now: datetime) -> Step | None:
        """Deliver a message as `execution.deliver` does; None when nothing waits for it any more.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before, event = self._before(now), self.workflow.tasks.get(UUID(message_id))
        if event is None or message_id not in before.messages:
            return None
        with transitions.failing():
            transitions.fire_due_beside(self.workflow, event)
            still = {one.id.hex for one in waiting_events(self.workflow, MessageEvent | SignalEvent)}
            if message_id not in still:
                return self._stood(before)
            transitions.receive(self.workflow, event, variables)
        return self._stood(before)

    def _run(self, now: datetime) -> Run:
        return Run(self._program.diagram, self._program.tables, self._variables, now, self._calendar)

    def _before(self, now: datetime) -> Before:
        self.workflow.run = self._run(now)
        before = Before.of(self.workflow)
        self.workflow.run.was_open = before.tasks
        return before

    def _stood(self, before: Before, completed: list[str] | None = None) -> Step:
        step = between(self.workflow, before, completed, keep=False)
        bare = tuple(Event(one.type, one.activity_id, {}, one.by_clock) for one in step.events)
        return replace(step, events=bare)
