"""Run one instance to its next wait states: (program, state, command, now) → `Step`. Pure.

A `Case` stays in memory from one command to the next: whoever plays thousands and stores none goes on with it, and
`courses` has them worked out once for all cases that go the same way. The functions below do one command with a case
that is stored in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base import preparation
from app.base.calendar import Calendar
from app.base.errors import Conflict, ExecutionFailed, NotFound
from app.base.i18n import N_, _
from app.engine.decisions import Decision
from app.engine.diagram import Diagram, Node
from app.engine.local_variables import locals_of
from app.engine.running import apply_mappings, transitions
from app.engine.running import state as codec
from app.engine.running.context import Event
from app.engine.running.elements import MessageEvent, SignalEvent, TimerEvent
from app.engine.running.run import Run
from app.engine.running.spec import ProcessSpec, build
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
from app.engine.scopes import rounds_of

_TASK_GONE = N_("Tenggat tugas ini sudah lewat dan perkara berjalan ke langkah berikutnya.")
_WAIT_GONE = N_("Perkara ini sudah tidak menunggu pesan itu.")


@dataclass(frozen=True)
class Program:
    """What a version needs to run. The spec is built once and shared by all its instances."""

    diagram: Diagram
    tables: Mapping[str, Decision]

    @cached_property
    def spec(self) -> ProcessSpec:
        """The library's form of the diagram. Building it takes longer than running a step: no writer waits for it."""
        return preparation.outcome(("spec", id(self.diagram)), lambda: build(self.diagram))


@dataclass(frozen=True)
class Standing:
    """What is open in a case that is taken up, and what it waits for. The ``due`` of tasks is left out."""

    tasks: Sequence[OpenTask]
    timers: Sequence[OpenTimer]
    messages: Sequence[OpenMessage]


class Case:
    """A case under way. After a command that failed it is torn, and nothing more can be done with it.

    Its steps have no state, and their events no data: what is written down is `_Stored`. Timers fire when they
    are told to: who plays it keeps the time, and fires what is due before he does anything else.
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
        by_clock: bool = False,
    ) -> tuple[Self, Step]:
        """Start a case at ``start_node`` with the start form's ``variables``; return it and its first step.
        ``by_clock`` when nobody starts it.

        Raises:
            ExecutionFailed: the diagram could not go on.
        """
        case = cls(program, calendar)
        run = case._run(now)
        run.start_node, run.by_clock = start_node.id, by_clock
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
        """Go on with a stored case.

        Raises:
            ExecutionFailed: its state cannot be read.
        """
        case = cls(program, calendar)
        case._load(state, variables, now)
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
        """Complete a user task or answer a question, after whatever timer was due before; where that took it away,
        only that.

        Raises:
            NotFound: no such task is open.
            ExecutionFailed: what follows in the diagram failed.
        """
        before = self._before(now)
        if task_id not in before.tasks:
            raise NotFound(_("Tugas ini sudah tidak terbuka."))
        task = self._caught_up(task_id)
        if task is None or task.state != TaskState.READY:
            return self._taken_away(before, _TASK_GONE)
        self.workflow.run.answers = answers
        with transitions.failing():
            completed = [task_id, *transitions.finish_with_question(self.workflow, task, variables)]
        return self._stood(before, completed)

    def fire(self, timer_id: str, *, now: datetime) -> Step | None:
        """Fire one timer if it still waits and is due; None when there is nothing to do, so twice does no harm.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before, timer = self._before(now), self.workflow.tasks.get(UUID(timer_id))
        if timer is not None and _was_timer(timer):
            before = replace(before, timers=before.timers | {timer_id})
            with transitions.failing():
                transitions.open_task(self.workflow, timer)
            return self._stood(before)
        if timer is None or timer_id not in before.timers or due_of(timer).at > now:
            return None
        self.workflow.run.by_clock = True  # what opens and ends afterwards too
        transitions.leave_out_reporter(self.workflow)
        if due_of(timer).at > now:
            return self._stood(before)
        with transitions.failing():
            transitions.fire_timer(self.workflow, timer)
        return self._stood(before)

    def deliver(
        self,
        message_id: str,
        variables: Mapping[str, Any],
        *,
        now: datetime,
        sender: Mapping[str, Any] | None = None,
        worker: str = "",
    ) -> Step | None:
        """Deliver a message to the event that waits for it, or what a ``worker`` made of a job, after whatever timer
        was due before; where that took it away, only that. None when nothing waits for it any more. ``sender``: see
        `deliver`.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before = self._before(now)
        if message_id not in before.messages:
            return None
        event = self._caught_up(message_id)
        if event is None or event.state != TaskState.WAITING:
            return self._taken_away(before, _WAIT_GONE)
        self.workflow.run.by_clock = sender is not None
        with transitions.failing():
            told = {"worker": worker} if worker else sender or {}
            transitions.receive(self.workflow, event, variables, **told)
        return self._stood(before)

    def throw(self, job_id: str, code: str, *, now: datetime) -> Step | None:
        """Let a job that is open end with a BPMN error, as in `deliver`; None where nothing catches it.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before = self._before(now)
        job = self._caught_up(job_id)
        if job is None or job.state != TaskState.WAITING:
            return self._taken_away(before, _WAIT_GONE)
        with transitions.failing():
            caught = transitions.throw_error(self.workflow, job, code)
        return self._stood(before) if caught else None

    def catch(self, signal: str, *, now: datetime) -> Step | None:
        """Let every event that waits for a signal catch it; None when none does.

        Raises:
            ExecutionFailed: what follows in the diagram failed.
        """
        before = self._before(now)
        self.workflow.run.by_clock = True
        with transitions.failing():
            caught = transitions.catch_signal(self.workflow, signal)
        return self._stood(before) if caught else None

    def _load(self, state: bytes, variables: Mapping[str, Any], now: datetime) -> None:
        self._taken_up, self._variables = (state, variables), dict(variables)
        self.workflow = codec.loads(state, self._program.spec, self._run(now))

    def _run(self, now: datetime) -> Run:
        return Run(self._program.diagram, self._program.tables, self._variables, now, self._calendar)

    def _before(self, now: datetime) -> Before:
        self.workflow.run = self._run(now)
        before = Before.of(self.workflow)
        self.workflow.run.was_open = before.tasks
        return before

    def _caught_up(self, waiting_id: str, *, only_interrupting: bool = False) -> Task | None:
        """A task or event after the timers that were due beside it, None when one took it away."""
        with transitions.failing():
            waiting = self.workflow.tasks[UUID(waiting_id)]
            transitions.fire_due_beside(self.workflow, waiting, only_interrupting=only_interrupting)
        return self.workflow.tasks.get(UUID(waiting_id))

    def _taken_away(self, before: Before, _message: str) -> Step:
        return self._stood(before)

    def _stood(self, before: Before, completed: list[str] | None = None) -> Step:
        step = between(self.workflow, before, completed, keep=False)
        bare = tuple(Event(one.type, one.activity_id, {}, one.by_clock) for one in step.events)
        return replace(step, events=bare)


class _Stored(Case):
    """A case for one command: its step is written down, and a command that comes too late is refused."""

    def _caught_up(self, waiting_id: str, *, only_interrupting: bool = False) -> Task | None:
        """When a timer fails the case is read again and only those fire that may take the task away: the others are
        the worker's, and their failure is nothing to him who works on it."""
        try:
            return super()._caught_up(waiting_id)
        except ExecutionFailed:
            now = self.workflow.run.now
            self._load(*self._taken_up, now)
            self._before(now)
            return super()._caught_up(waiting_id, only_interrupting=True)

    def _taken_away(self, before: Before, message: str) -> Step:
        raise Conflict(_(message))

    def _stood(self, before: Before, completed: list[str] | None = None) -> Step:
        return between(self.workflow, before, completed)


def _was_timer(task: Task) -> bool:
    """Whether it waits as a timer of an older reader, which took its name for a time, and is a person's task now."""
    return bool(task.state == TaskState.WAITING and task.task_spec.manual and task.internal_data.get("due"))


def start(
    program: Program,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    calendar: Calendar,
    start_node: Node,
    by_clock: bool = False,
) -> Step:
    """Start an instance, see `Case.begin`."""
    when: dict[str, Any] = {"now": now, "calendar": calendar}
    return _Stored.begin(program, variables, start_node=start_node, by_clock=by_clock, **when)[1]


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
    case = _Stored.take_up(program, state, current, now=now, calendar=calendar)
    return case.complete(task_id, variables, answers=answers, now=now)


def fire(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    timer_id: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> Step | None:
    """Fire one timer, see `Case.fire`."""
    return _Stored.take_up(program, state, current, now=now, calendar=calendar).fire(timer_id, now=now)


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
    worker: str = "",
) -> Step:
    """Deliver a message to the event that waits for it, or what a ``worker`` made of a job; ``sender``: what the
    history tells of the case that sends it, None where a person does.

    Raises:
        Conflict: the event no longer waits.
        ExecutionFailed: what follows in the diagram failed.
    """
    case = _Stored.take_up(program, state, current, now=now, calendar=calendar)
    step = case.deliver(message_id, variables, now=now, sender=sender, worker=worker)
    if step is None:
        raise Conflict(_(_WAIT_GONE))
    return step


def throw(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    job_id: str,
    code: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> Step | None:
    """Let a job end with a BPMN error; None where nothing in the diagram catches it.

    Raises:
        Conflict: a timer that was due first took the job away.
        ExecutionFailed: what follows in the diagram failed.
    """
    return _Stored.take_up(program, state, current, now=now, calendar=calendar).throw(job_id, code, now=now)


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
    return _Stored.take_up(program, state, current, now=now, calendar=calendar).catch(name, now=now)


def heard_where(
    program: Program, state: bytes, current: Mapping[str, Any], *, now: datetime, calendar: Calendar
) -> dict[str, dict[str, Any]]:
    """The local variables that hold where each message is waited for, by the id of what waits."""
    workflow = Case.take_up(program, state, current, now=now, calendar=calendar).workflow
    return {event.id.hex: locals_of(event, current) for event in waiting_events(workflow, MessageEvent)}


def rounds_under_way(
    program: Program, state: bytes, current: Mapping[str, Any], *, now: datetime, calendar: Calendar
) -> set[str]:
    """Ids of the rounds in which something is still open, see `scopes.rounds_of`."""
    workflow = Case.take_up(program, state, current, now=now, calendar=calendar).workflow
    return {one for task in workflow.get_tasks(state=TaskState.NOT_FINISHED_MASK) for one in rounds_of(task)}


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
    workflow = Case.take_up(program, state, current, now=now, calendar=calendar).workflow
    event = workflow.tasks.get(UUID(waiting_id))
    if event is None:
        return None
    ending = [
        t
        for t in transitions.timers_around(event)
        if t.task_spec.cancel_activity and t.internal_data.get("due")
    ]
    return min((due_of(timer).at for timer in ending), default=None)
