"""Drive a process to an end by the engine alone: an officer who decides by dice, and a clock that moves."""

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.base.calendar import Calendar
from app.base.errors import AppError, Conflict, ExpressionFailed
from app.bpmnio import feel
from app.engine.diagram import Diagram, Node
from app.engine.reading import reader
from app.engine.running import execution
from app.engine.running.context import Effect
from app.engine.running.execution import Program
from app.engine.running.step import Step
from app.services.deployment import triage_driver

#: Cases that messages may begin; a loop that sends would go on for ever.
_MOST_CASES = 50

MOST_STEPS = 200
#: A drive is left when it has taken so much of a processor, well before the file as a whole counts as hung.
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
        until = time.process_time() + seconds
        officer.start()
        while not officer.step.ended and officer.steps < MOST_STEPS and time.process_time() < until:
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
    return getattr(error, "limit", "") == "automatic_loop" or isinstance(error.__cause__, ExpressionFailed)


def _vocabulary(diagram: Diagram) -> tuple[list[str], list[Any]]:
    """The names that the diagram's expressions read, and values that may make them true or false."""
    names = set[str]()
    found: list[Any] = [None, True, False, 0, 7, 1_000_000, "2026-12-01", "P2D"]
    for expression in reader.expressions(diagram):
        names |= set(feel.variable_names(expression.text))
        for text, number in _LITERAL.findall(expression.text):
            found.append(float(number) if number else text)
    return sorted(names), found


def drive_pools(diagrams: Sequence[Diagram], seed: str) -> tuple[Drive, ...]:
    """How far each process came, in the order of ``diagrams``: together where they talk, else each by itself.

    One that nobody began by a message is driven by itself, too.
    """
    until = time.process_time() + MOST_SECONDS
    pools = _Pools({each.key: each for each in diagrams}, Random(seed))  # noqa: S311 dice, no secret
    found = pools.drive(until) if pools.fed else {}
    return tuple(found.get(each.key) or _alone(each, seed, until) for each in diagrams)


def _alone(diagram: Diagram, seed: str, until: float) -> Drive:
    return triage_driver.drive_diagram(
        diagram, f"{seed}:{diagram.key}", max(until - time.process_time(), 0.1)
    )


@dataclass(eq=False)
class _Instance:
    """A case of one process, and those that it is linked with."""

    officer: Officer
    partners: list["_Instance"] = field(default_factory=list)
    why: str = ""

    @property
    def key(self) -> str:
        return self.officer.diagram.key

    @property
    def over(self) -> bool:
        return bool(self.why) or self.officer.step.ended or self.officer.steps >= MOST_STEPS


@dataclass(eq=False)
class _Message:
    """A message on its way to one process, to be heard at one of ``targets``."""

    sender: _Instance
    process: str
    targets: frozenset[str]
    effect: Effect


class _Pools:
    """The cases of one file, and the messages between them that nobody has heard yet."""

    def __init__(self, diagrams: dict[str, Diagram], random: Random) -> None:
        self.diagrams, self.random = diagrams, random
        nodes = [node for diagram in diagrams.values() for node in diagram.nodes.values()]
        drawn = {flow.target for node in nodes for flow in node.sends if flow.process in diagrams}
        self.fed = {node.id for node in nodes if node.kind != "userTask" and drawn & set(node.id.split(":"))}
        self.cases: list[_Instance] = []
        self.messages: list[_Message] = []

    def drive(self, until: float) -> dict[str, Drive]:
        """Begin a case of each process that begins by itself, and act till nothing goes on."""
        for diagram in self.diagrams.values():
            if starts := [node for node in diagram.starts_in("") if node.id not in self.fed]:
                case = self._add(diagram)
                self._go_on(case, lambda c=case, s=starts: c.officer.start(self.random.choice(s)))  # type: ignore[misc]
        while (acting := [case for case in self.cases if not case.over]) and time.process_time() < until:
            able = [case for case in acting if not case.officer.idle] or acting
            case = self.random.choice(able)
            self._go_on(case, case.officer.act)
            while [message for message in self.messages[:] if self._deliver(message)]:
                pass
        return {key: drive for key in self.diagrams if (drive := self._drive(key)) is not None}

    def _add(self, diagram: Diagram) -> _Instance:
        self.cases.append(_Instance(Officer(diagram, self.random, self.fed)))
        return self.cases[-1]

    def _go_on(self, case: _Instance, act: Callable[[], None]) -> bool:
        """Let something happen in a case, and note what it sends. False: nothing happened."""
        steps = case.officer.steps
        try:
            act()
        except AppError as error:
            case.why = f"{error} {getattr(error, 'detail', '')}".strip()
            return True
        if case.officer.steps == steps:  # a timer had nothing to do
            return False
        for effect in case.officer.step.effects:
            for process in dict.fromkeys(flow.process for flow in effect.node.sends):
                targets = frozenset(flow.target for flow in effect.node.sends if flow.process == process)
                if process in self.diagrams:
                    self.messages.append(_Message(case, process, targets, effect))
        return True

    def _deliver(self, message: _Message) -> bool:
        """Deliver a message to a case that waits for it, or begin one. False: it stays, nobody waits."""
        diagram, values = self.diagrams[message.process], message.effect.values
        linked = [case for case in message.sender.partners if case.key == message.process]
        known = [case for case in linked or self.cases if case.key == message.process and not case.over]
        for case in known:
            for wait, node in case.officer.messages.items():
                if message.targets & set(node.split(":")):
                    return self._hear(case, wait, message)
        places = [diagram.nodes[one] for one in sorted(self.fed & diagram.nodes.keys())]
        places = [node for node in places if message.targets & set(node.id.split(":"))]
        starts = [node for node in places if node.kind == "startEvent" and not node.scope]
        if not starts or (len(places) > len(starts) and any(case in linked for case in known)):
            return False
        self.messages.remove(message)
        if len(self.cases) < _MOST_CASES:
            case = self._add(diagram)
            case.partners, message.sender.partners = [message.sender], [*message.sender.partners, case]
            self._go_on(case, lambda: case.officer.start(starts[0], values))
        return True

    def _hear(self, case: _Instance, wait: str, message: _Message) -> bool:
        """Let a case hear a message. False: a timer that was due takes its event away, and the message stays."""

        def hear() -> None:
            with suppress(Conflict):
                case.officer.hear(wait, message.effect.values)

        heard = self._go_on(case, hear)
        if heard:
            self.messages.remove(message)
        return heard

    def _drive(self, key: str) -> Drive | None:
        """How far the cases of a process came: the one that came least far speaks for all."""
        own = [case for case in self.cases if case.key == key]
        if not own:
            return None
        steps = sum(case.officer.steps for case in own)
        why = next((case.why for case in own if case.why), "")
        ended = all(case.officer.step.ended for case in own) if not why else False
        return Drive(key, "stopped" if why else "ended" if ended else "going", steps, why)
