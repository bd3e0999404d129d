"""Drive a process to an end by the engine alone: an officer who decides by dice, and a clock that moves."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.bpmnio import feel
from app.calendar import Calendar
from app.engine.diagram import Diagram, Node
from app.engine.reading import reader
from app.engine.running import execution
from app.engine.running.execution import Program
from app.engine.running.step import Step
from app.errors import AppError, ExpressionFailed

MOST_STEPS = 200
#: A drive is left when it has taken so long, well before the file as a whole counts as hung.
MOST_SECONDS = 3.0
#: How often he fills in a task anew when no flow fits what he has filled in.
_TRIES = 20
_BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_LITERAL = re.compile(r'"([^"]*)"|(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])')

_NOTHING: Mapping[str, Any] = MappingProxyType({})

End = Literal["ended", "going", "stopped"]
ENDS: tuple[End, ...] = ("ended", "going", "stopped")


@dataclass(frozen=True)
class Drive:
    """How far a process came. ``going``: open when it was left; ``stopped``: it cannot go on, and said why."""

    process: str
    end: End
    steps: int
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The drive as JSON."""
        return dict(vars(self))


def drive_diagram(diagram: Diagram, seed: str, seconds: float = MOST_SECONDS) -> Drive:
    """Start ``diagram`` at one of its starts and act until it ends, cannot go on, or `MOST_STEPS` are done."""
    officer = Officer(diagram, Random(seed))  # noqa: S311 dice, no secret
    try:
        until = time.monotonic() + seconds
        officer.start()
        while not officer.step.ended and officer.steps < MOST_STEPS and time.monotonic() < until:
            officer.act()
    except AppError as error:
        detail = getattr(error, "detail", "")
        return Drive(diagram.key, "stopped", officer.steps, f"{error} {detail}".strip())
    return Drive(diagram.key, "ended" if officer.step.ended else "going", officer.steps)


def _without_tables(diagram: Diagram) -> Diagram:
    nodes = {
        node.id: replace(node, kind="sendTask") if node.kind == "businessRuleTask" else node
        for node in diagram.nodes.values()
    }
    return replace(diagram, nodes=nodes)


class Officer:
    """One case and the person, the clock and the post that act on it; its state goes through bytes at each step.

    Its decision tables are not at hand: a task that asks one passes without deciding anything. ``fed``: the events
    whose messages others bring.
    """

    def __init__(self, diagram: Diagram, random: Random, fed: Collection[str] = ()) -> None:
        self.diagram, self.random, self.fed = _without_tables(diagram), random, fed
        self.program = Program(self.diagram, {})
        self.calendar = Calendar(zone=ZoneInfo("Asia/Jakarta"))
        self.now, self.steps = _BEGIN, 0
        self.tasks: dict[str, str] = {}
        self.timers: dict[str, datetime] = {}
        self.messages: dict[str, str] = {}
        self.names, self.values = _vocabulary(diagram)

    def start(self, node: Node | None = None, values: Mapping[str, Any] = _NOTHING) -> None:
        """Begin at this start, else at any, with ``values`` beside what he fills in."""
        starts = [
            each for each in self.diagram.nodes.values() if each.kind == "startEvent" and not each.scope
        ]
        begin = node or self.random.choice(starts)
        self._try(
            lambda: execution.start(
                self.program, {**self._filled(), **values}, start_node=begin, **self._when()
            )
        )

    def hear(self, message: str, values: Mapping[str, Any]) -> None:
        """Take in a message that somebody else brings."""
        self._try(lambda: self._deliver(message, values))

    @property
    def idle(self) -> bool:
        """Whether nothing can happen here before somebody brings a message."""
        return not (self.tasks or self.timers or self._own_messages())

    def _own_messages(self) -> list[str]:
        return sorted(message for message, node in self.messages.items() if node not in self.fed)

    def act(self) -> None:
        """Complete a task, deliver a message or let a timer come, as the dice say; what is due goes first."""
        self.now += timedelta(minutes=self.random.randrange(1, 240))
        if self.timers and min(self.timers.values()) <= self.now:
            self._fire(min(self.timers, key=lambda timer: (self.timers[timer], timer)))
            return
        own = self._own_messages() or ([] if self.tasks or self.timers else sorted(self.messages))
        chances = {
            "tasks": 6 if self.tasks else 0,
            "messages": 3 if own else 0,
            "timers": 2 if self.timers else 0,
        }
        [kind] = self.random.choices(list(chances), list(chances.values()))
        if kind == "tasks":
            task = self.random.choice(sorted(self.tasks))
            self._try(lambda: self._complete(task))
        elif kind == "messages":
            message = self.random.choice(own)
            self._try(lambda: self._deliver(message))
        else:
            self._fire(min(self.timers, key=lambda timer: (self.timers[timer], timer)))

    def _complete(self, task: str) -> Step:
        answers = self._answers()
        return execution.complete(
            self.program,
            self.step.state,
            self.step.variables,
            task,
            self._filled(),
            answers=answers,
            **self._when(),
        )

    def _deliver(self, message: str, values: Mapping[str, Any] = _NOTHING) -> Step:
        brought = {**self._filled(), **values}
        return execution.deliver(
            self.program, self.step.state, self.step.variables, message, brought, **self._when()
        )

    def _fire(self, timer: str) -> None:
        self.now = max(self.now, self.timers[timer])
        step = execution.fire(self.program, self.step.state, self.step.variables, timer, **self._when())
        if step is None:
            self.timers.pop(timer)
        else:
            self._take(step)

    def _try(self, act: Any) -> None:
        """Act; when nothing fits what was filled in, fill in something else, as a person would."""
        for attempt in range(_TRIES):
            try:
                self._take(act())
                return
            except AppError as error:
                if not self.names or attempt == _TRIES - 1 or _is_hopeless(error):
                    raise

    def _take(self, step: Step) -> None:
        self.step = step
        self.steps += 1
        self.tasks = {id: node for id, node in self.tasks.items() if id not in step.closed}
        self.tasks |= {task.id: task.node.id for task in step.opened}
        self.timers = {id: at for id, at in self.timers.items() if id not in step.stopped_timers}
        self.timers |= {timer.id: timer.due.at for timer in step.timers}
        self.messages = {id: node for id, node in self.messages.items() if id not in step.stopped_messages}
        self.messages |= {wait.id: wait.node.id for wait in step.messages}

    def _answers(self) -> Mapping[str, str | list[str]]:
        """An answer to every question there is; the engine takes those that are asked."""
        found: dict[str, str | list[str]] = {}
        for gateway, asked in self.diagram.questions.items():
            flows = [flow for flow, _text in asked.answers]
            count = self.random.randint(1, len(flows))
            found[gateway] = self.random.sample(flows, count) if asked.multiple else self.random.choice(flows)
        return found

    def _filled(self) -> dict[str, Any]:
        return {name: self.random.choice(self.values) for name in self.names}

    def _when(self) -> dict[str, Any]:
        return {"now": self.now, "calendar": self.calendar}


def _is_hopeless(error: AppError) -> bool:
    """Whether it fails whatever is filled in: a loop without people, an expression that is too much."""
    return getattr(error, "detail", "") == "automatic_loop" or isinstance(error.__cause__, ExpressionFailed)


def _vocabulary(diagram: Diagram) -> tuple[list[str], list[Any]]:
    """The names that the diagram's expressions read, and values that may make them true or false."""
    names = set[str]()
    found: list[Any] = [None, True, False, 0, 7, 1_000_000, "2026-12-01", "P2D"]
    for expression in reader.expressions(diagram):
        names |= set(feel.variable_names(expression.text))
        for text, number in _LITERAL.findall(expression.text):
            found.append(float(number) if number else text)
    return sorted(names), found
