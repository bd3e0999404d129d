"""The token game with every choice free: all that a case of a small diagram can come to, whatever anybody does."""

import copy
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from app.engine.diagram import Diagram, Flow, Node
from tests.engine.orders import Event
from tests.engine.tokens import Dead, Frame, Game, Place

#: Tokens that a state may hold before it is left, and steps from one command to rest.
MOST_PLACES, MOST_STEPS = 7, 40


class TooMuch(Exception):
    """More than this is looked at for."""


class Dice:
    """Choices that are given, and after them the first of each."""

    def __init__(self, given: list[int]) -> None:
        self.given, self.taken, self.sizes = given, list[int](), list[int]()

    def choose(self, size: int) -> int:
        number = len(self.taken)
        self.taken.append(self.given[number] if number < len(self.given) else 0)
        self.sizes.append(size)
        return self.taken[-1]


def every(play: Callable[[Dice], Any], plays: list[int]) -> Iterator[Any]:
    """What comes of a play by each row of choices; ``plays`` counts them down."""
    waiting: list[list[int]] = [[]]
    while waiting:
        plays[0] -= 1
        if plays[0] < 0:
            raise TooMuch
        dice = Dice(waiting.pop())
        yield play(dice)
        for number in range(len(dice.given), len(dice.sizes)):
            waiting += [[*dice.taken[:number], other] for other in range(1, dice.sizes[number])]


class FreeGame(Game):
    """A game without data: dice choose flows, rounds, and which token moves next."""

    dice: Dice

    def __init__(self, diagram: Diagram, dice: Dice) -> None:
        self.dice = dice
        super().__init__(diagram)

    def copied(self, dice: Dice) -> "FreeGame":
        fixed = (
            self.diagram,
            self.into,
            self.out,
            self.back,
            *self.diagram.nodes.values(),
            *self.diagram.flows,
        )
        found: FreeGame = copy.deepcopy(self, {id(one): one for one in fixed})
        found.dice = dice
        return found

    def _tell(self, *_told: Any) -> frozenset[Event]:
        return frozenset()

    def _assign(self, *_given: Any) -> None:
        """Data is left out."""

    def _settle(self) -> None:
        while (ended := self._end_frames()) or self.moving or self._join_inclusively():
            self.steps += 1
            if self.steps > MOST_STEPS or len(self.places) > MOST_PLACES:
                raise TooMuch
            if not ended and self.moving:
                self._move(self.moving.pop(0))

    def _move(self, token: Any) -> None:
        node = self.diagram.nodes[token.flow.target]
        if node.kind in {"parallelGateway", "inclusiveGateway"} and len(self.into[node.id]) > 1:
            self.lying.append(token)
            self._join_in_parallel(node, token.frame)
        else:
            self._enter(node, token.frame, token.after)

    def _end_frames(self) -> bool:
        if len(self.moving) > 1:
            self.moving.insert(0, self.moving.pop(self.dice.choose(len(self.moving))))
        if self.moving and self.dice.choose(2):
            return False
        return super()._end_frames()

    def _join_inclusively(self) -> bool:
        ready = []
        for frame in dict.fromkeys(token.frame for token in self.lying):
            for node in self.diagram.nodes.values():
                full = self._here(node, frame)
                if node.kind == "inclusiveGateway" and full and not self._may_more_come(node, full, frame):
                    ready.append((node, frame))
        if ready:
            self._take_up(*ready[self.dice.choose(len(ready)) if len(ready) > 1 else 0])
        return bool(ready)

    def _chosen(self, node: Node, _frame: Frame) -> list[Flow]:
        found = combined(list(self.out[node.id]), several=node.kind == "inclusiveGateway")
        return found[self.dice.choose(len(found))]

    def _holds(self, _condition: str, _frame: Frame) -> bool:
        return bool(self.dice.choose(2))

    def options(self, place: Place) -> list[dict[str, list[str]]]:
        """The answers that a person can give there."""
        if not place.asks:
            return [{}]
        found = combined(list(self.out[place.node.id]), several=place.node.kind == "inclusiveGateway")
        return [{place.node.id: [flow.id for flow in flows]} for flows in found]

    def key(self) -> Any:
        return self._key_of(self.process)

    def _key_of(self, frame: Frame) -> Any:
        lying = sorted(token.flow.id for token in self.lying if token.frame is frame)
        own = [place for place in self.places if place.frame is frame and place.host is None]
        count = frame.values.get("loopCounter", 0) if frame.is_round else 0
        return count, tuple(lying), tuple(sorted(self._key_at(place) for place in own))

    def _key_at(self, place: Place) -> Any:
        beside = tuple(sorted(one.node.id for one in self.places if one.host is place))
        frames = {one.frame for one in (*self.places, *self.lying) if one.frame.holder is place}
        inside = tuple(sorted(self._key_of(frame) for frame in frames))
        return place.node.id, place.holds, beside, len(place.left), inside


def combined(flows: list[Flow], *, several: bool) -> list[list[Flow]]:
    """What a gateway may take."""
    if not several:
        return [[flow] for flow in flows]
    free = [flow for flow in flows if not flow.is_default]
    default = [[flow] for flow in flows if flow.is_default]
    return [list(some) for size in range(1, len(free) + 1) for some in combinations(free, size)] + default


class Everything:
    """All that a case can come to: where tokens stand at rest, at which joins they are stuck, whether it ends."""

    def __init__(self, diagram: Diagram, most_plays: int) -> None:
        self.plays = [most_plays]
        self.stood, self.stuck, self.ends = set[str](), set[str](), False
        self.standing = set[frozenset[str]]()
        seen, waiting = set[Any](), list[FreeGame]()
        self._follow(
            every(lambda dice: self._made(lambda: FreeGame(diagram, dice)), self.plays), seen, waiting
        )
        while waiting:
            game = waiting.pop()
            for number, place in enumerate(game.places):
                if place.is_seen:
                    for answers in game.options(place):
                        made = every(
                            lambda dice, n=number, a=answers, g=game: self._act(g, n, a, dice), self.plays
                        )
                        self._follow(made, seen, waiting)

    def _act(self, game: FreeGame, number: int, answers: dict[str, list[str]], dice: Dice) -> FreeGame | None:
        after = game.copied(dice)

        def act() -> FreeGame:
            after.act(after.places[number], answers, {})
            return after

        return self._made(act, after)

    def _made(self, make: Callable[[], FreeGame], game: FreeGame | None = None) -> FreeGame | None:
        try:
            return make()
        except Dead as dead:
            if str(dead) != "stuck":
                raise
            if game is not None:
                self.stuck |= {token.flow.target for token in game.lying}
            else:
                self.stuck.add("")
            return None

    def _follow(self, found: Iterator[FreeGame | None], seen: set[Any], waiting: list[FreeGame]) -> None:
        for game in found:
            if game is None:
                continue
            if game.ended:
                self.ends = True
            elif (key := game.key()) not in seen:
                seen.add(key)
                here = {place.node.id for place in game.places if place.is_seen and not place.host}
                here |= {place.node.id for place in game.places if place.node.kind == "eventBasedGateway"}
                self.stood |= here
                self.standing.add(frozenset(here))
                waiting.append(game)
