"""The token game in other orders than its own: where ways race to an end that takes the others away, BPMN leaves open
which comes first, and with it what still happens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from app.engine.diagram import Diagram
from tests.engine.tokens import Dead, Game, Place


@dataclass(frozen=True)
class Move:
    """A step of a case: ``place`` is the number of a task, timer or message in the game, None for the start.

    ``order`` names one of the orders that tokens may move in; 0 is the game's own.
    """

    place: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    order: int = 0

    def in_order(self, order: int) -> "Move":
        return replace(self, order=order)


class Racing(Game):
    """A game that its first move starts, with dice for which token moves next, and if before an activity ends."""

    def __init__(self, diagram: Diagram, moves: Iterable[Move] = ()) -> None:
        self.diagram = diagram
        self.places: list[Place] = []
        for move in moves:
            self.make(move)

    def make(self, move: Move) -> bool:
        """Whether it can be made: some way fits, and it comes to rest."""
        self.dice = Random(move.order) if move.order else None
        try:
            if move.place is None:
                super().__init__(self.diagram)
            else:
                self.act(self.places[move.place], move.answers, move.variables)
        except Dead:
            return False
        return True

    def _end_frames(self) -> bool:
        if self.dice is None:
            return super()._end_frames()
        self.dice.shuffle(self.moving)
        return not (self.moving and self.dice.random() < 0.5) and super()._end_frames()
