"""One instance that a test drives through the engine: no database, no XML."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.engine.running import execution
from app.engine.running.execution import Program
from app.engine.running.step import Step
from tests.engine.drawn import CALENDAR, MONDAY, program


class Case:
    """One instance, driven by a test; its state goes through bytes between every two commands."""

    def __init__(
        self, text: str | Program, variables: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.program = text if isinstance(text, Program) else program(text, **kwargs)
        self.now = MONDAY
        self.tasks: dict[str, str] = {}
        self.timers: dict[str, Any] = {}
        self.messages: dict[str, str] = {}
        node = next(n for n in self.program.diagram.nodes.values() if n.kind == "startEvent")
        self.types: list[str] = []
        self.take(
            execution.start(self.program, variables or {}, now=self.now, calendar=CALENDAR, start_node=node)
        )

    def take(self, step: Step) -> Step:
        self.step, self.state, self.variables, self.ended = step, step.state, step.variables, step.ended
        self.tasks = {i: a for i, a in self.tasks.items() if i not in step.closed}
        self.tasks |= {task.id: task.node.id for task in step.opened}
        self.timers = {i: t for i, t in self.timers.items() if i not in step.stopped_timers}
        self.timers |= {timer.id: timer for timer in step.timers}
        self.messages = {i: m for i, m in self.messages.items() if i not in step.stopped_messages}
        self.messages |= {wait.id: wait.node.id for wait in step.messages}
        self.types += [event.type for event in step.events]
        return step

    @property
    def open(self) -> list[str]:
        return sorted(self.tasks.values())

    def complete(self, activity: str, answers: Mapping[str, Any] | None = None, **variables: Any) -> Step:
        return self.complete_task(
            next(i for i, a in self.tasks.items() if a == activity), answers, **variables
        )

    def complete_task(self, task: str, answers: Mapping[str, Any] | None = None, **variables: Any) -> Step:
        return self.take(
            execution.complete(
                self.program, self.state, self.variables, task, variables,
                answers=answers or {}, now=self.now, calendar=CALENDAR,
            )
        )  # fmt: skip

    def deliver(self, activity: str, **variables: Any) -> Step:
        wait = next(i for i, a in self.messages.items() if a == activity)
        return self.take(
            execution.deliver(
                self.program, self.state, self.variables, wait, variables, now=self.now, calendar=CALENDAR
            )
        )

    def wait(self, **delta: float) -> None:
        """Let time pass and fire what falls due, each at its time, as the worker does."""
        until = self.now + timedelta(**delta)
        while due := sorted((t.due.at, i) for i, t in self.timers.items() if t.due.at <= until):
            self.now = due[0][0]
            self.fire(due[0][1])
        self.now = until

    def fire(self, timer: str) -> Step | None:
        step = execution.fire(
            self.program, self.state, self.variables, timer, now=self.now, calendar=CALENDAR
        )
        return step and self.take(step)
