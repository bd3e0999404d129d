"""Drive the processes of one file together: what one sends along a message flow the others receive."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from app.engine.diagram import Diagram
from app.engine.running.context import Effect
from app.errors import AppError, Conflict
from app.services.triage import driver
from app.services.triage.driver import MOST_SECONDS, MOST_STEPS, Drive, Officer

#: Cases that messages may begin; a loop that sends would go on for ever.
_MOST_CASES = 50


def drive_pools(diagrams: Sequence[Diagram], seed: str) -> tuple[Drive, ...]:
    """How far each process came, in the order of ``diagrams``: together where they talk, else each by itself.

    One that nobody began by a message is driven by itself, too.
    """
    until = time.monotonic() + MOST_SECONDS
    pools = _Pools({each.key: each for each in diagrams}, Random(seed))  # noqa: S311 dice, no secret
    found = pools.drive(until) if pools.fed else {}
    return tuple(found.get(each.key) or _alone(each, seed, until) for each in diagrams)


def _alone(diagram: Diagram, seed: str, until: float) -> Drive:
    return driver.drive_diagram(diagram, f"{seed}:{diagram.key}", max(until - time.monotonic(), 0.1))


@dataclass(eq=False)
class _Case:
    """A case of one process, and those that it is linked with."""

    officer: Officer
    partners: list["_Case"] = field(default_factory=list)
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

    sender: _Case
    process: str
    targets: frozenset[str]
    effect: Effect


class _Pools:
    """The cases of one file, and the messages between them that nobody has heard yet."""

    def __init__(self, diagrams: dict[str, Diagram], random: Random) -> None:
        self.diagrams, self.random = diagrams, random
        sent = [flow for d in diagrams.values() for node in d.nodes.values() for flow in node.sends]
        self.fed = {flow.target for flow in sent if flow.process in diagrams}
        self.cases: list[_Case] = []
        self.messages: list[_Message] = []

    def drive(self, until: float) -> dict[str, Drive]:
        """Begin a case of each process that begins by itself, and act till nothing goes on."""
        for diagram in self.diagrams.values():
            if starts := [node for node in diagram.starts_in("") if node.id not in self.fed]:
                case = self._add(diagram)
                self._go_on(case, lambda c=case, s=starts: c.officer.start(self.random.choice(s)))  # type: ignore[misc]
        while (acting := [case for case in self.cases if not case.over]) and time.monotonic() < until:
            able = [case for case in acting if not case.officer.idle] or acting
            case = self.random.choice(able)
            self._go_on(case, case.officer.act)
            while [message for message in self.messages[:] if self._deliver(message)]:
                pass
        return {key: drive for key in self.diagrams if (drive := self._drive(key)) is not None}

    def _add(self, diagram: Diagram) -> _Case:
        self.cases.append(_Case(Officer(diagram, self.random, self.fed)))
        return self.cases[-1]

    def _go_on(self, case: _Case, act: Callable[[], None]) -> bool:
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
        starts = [node for node in diagram.starts_in("") if node.id in message.targets]
        if not starts or (len(message.targets) > 1 and any(case in linked for case in known)):
            return False
        self.messages.remove(message)
        if len(self.cases) < _MOST_CASES:
            case = self._add(diagram)
            case.partners, message.sender.partners = [message.sender], [*message.sender.partners, case]
            self._go_on(case, lambda: case.officer.start(starts[0], values))
        return True

    def _hear(self, case: _Case, wait: str, message: _Message) -> bool:
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
