"""Drive the processes of one file together: what one sends along a message flow the others receive."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from app.engine.diagram import Diagram, MessageFlow
from app.engine.running.context import Effect
from app.errors import AppError, Conflict
from app.services.triage import driver
from app.services.triage.driver import MOST_SECONDS, MOST_STEPS, Drive, Officer

#: Cases that messages may begin; a loop that sends would go on for ever.
_MOST_CASES = 50


def drive(diagrams: Sequence[Diagram], seed: str) -> tuple[Drive, ...]:
    """How far each process came, in the order of ``diagrams``: together where they talk, else each by itself.

    One that nobody began by a message is driven by itself, too.
    """
    until = time.monotonic() + MOST_SECONDS
    town = _Town({each.key: each for each in diagrams}, Random(seed))  # noqa: S311 dice, no secret
    found = town.drive(until) if town.fed else {}
    return tuple(found.get(each.key) or _alone(each, seed, until) for each in diagrams)


def _alone(diagram: Diagram, seed: str, until: float) -> Drive:
    return driver.drive(diagram, f"{seed}:{diagram.key}", max(until - time.monotonic(), 0.1))


@dataclass
class _Letter:
    """A message on its way."""

    sender: "_Case"
    flow: MessageFlow
    effect: Effect


@dataclass(eq=False)
class _Case:
    """A case of one process, and those that it talks with."""

    officer: Officer
    partners: list["_Case"] = field(default_factory=list)
    why: str = ""

    @property
    def key(self) -> str:
        return self.officer.diagram.key

    @property
    def over(self) -> bool:
        return bool(self.why) or self.officer.step.ended or self.officer.steps >= MOST_STEPS


class _Town:
    """The cases of one file, and the post between them."""

    def __init__(self, diagrams: dict[str, Diagram], random: Random) -> None:
        self.diagrams, self.random = diagrams, random
        sent = [flow for d in diagrams.values() for node in d.nodes.values() for flow in node.sends]
        self.flows = [flow for flow in sent if flow.process in diagrams]
        self.fed = {flow.target for flow in self.flows}
        self.cases: list[_Case] = []
        self.letters: list[_Letter] = []

    def drive(self, until: float) -> dict[str, Drive]:
        """Begin a case of each process that begins by itself, and act till nothing goes on."""
        for diagram in self.diagrams.values():
            if any(node.id not in self.fed for node in diagram.starts_in("")):
                self._begin(diagram, None)
        while (acting := [case for case in self.cases if not case.over]) and time.monotonic() < until:
            able = [case for case in acting if not case.officer.idle] or acting
            self._act(self.random.choice(able))
            self._bring()
        return {key: drive for key in self.diagrams if (drive := self._drive(key)) is not None}

    def _begin(self, diagram: Diagram, letter: _Letter | None) -> None:
        case = _Case(Officer(diagram, self.random, self.fed))
        starts = [node for node in diagram.starts_in("") if node.id not in self.fed]
        try:
            if letter is None:
                case.officer.start(self.random.choice(starts))
            else:
                case.partners, letter.sender.partners = [letter.sender], [*letter.sender.partners, case]
                case.officer.start(diagram.nodes[letter.flow.target], letter.effect.values)
        except AppError as error:
            case.why = f"{error} {getattr(error, 'detail', '')}".strip()
        self.cases.append(case)
        self._post(case)

    def _act(self, case: _Case) -> None:
        steps = case.officer.steps
        try:
            case.officer.act()
        except AppError as error:
            case.why = f"{error} {getattr(error, 'detail', '')}".strip()
        else:
            if case.officer.steps > steps:  # else a timer had nothing to do, and nothing was sent anew
                self._post(case)

    def _post(self, case: _Case) -> None:
        if case.why:
            return
        for effect in case.officer.step.effects:
            self.letters += [_Letter(case, f, effect) for f in effect.node.sends if f in self.flows]

    def _bring(self) -> None:
        """Bring every message whose receiver waits; the others stay."""
        moved = True
        while moved:
            waiting, self.letters, moved = self.letters, [], False
            for letter in waiting:
                moved = self._brought(letter) or moved

    def _brought(self, letter: _Letter) -> bool:
        diagram = self.diagrams[letter.flow.process]
        target = diagram.nodes.get(letter.flow.target)
        if target is not None and target.kind == "startEvent":
            if len(self.cases) < _MOST_CASES:
                self._begin(diagram, letter)
            return True
        for case in [each for each in letter.sender.partners if each.key == diagram.key] or self.cases:
            for message, node in case.officer.messages.items() if not case.over else ():
                if case.key == diagram.key and letter.flow.target in node.split(":"):
                    return self._hear(case, message, letter)
        self.letters.append(letter)
        return False

    def _hear(self, case: _Case, message: str, letter: _Letter) -> bool:
        """Let a case hear a message. False: a timer that was due takes its event away, and the message stays."""
        try:
            case.officer.hear(message, letter.effect.values)
        except Conflict:
            self.letters.append(letter)
            return False
        except AppError as error:
            case.why = f"{error} {getattr(error, 'detail', '')}".strip()
        else:
            self._post(case)
        return True

    def _drive(self, key: str) -> Drive | None:
        """How far the cases of a process came: the one that came least far speaks for all."""
        own = [case for case in self.cases if case.key == key]
        if not own:
            return None
        steps = sum(case.officer.steps for case in own)
        why = next((case.why for case in own if case.why), "")
        ended = all(case.officer.step.ended for case in own) if not why else False
        return Drive(key, "stopped" if why else "ended" if ended else "going", steps, why)
