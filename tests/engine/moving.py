"""A match whose case moves to a changed diagram on its way, in the engine and in the token game."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.engine.diagram import Diagram, Flow, Node
from app.engine.running import migration
from app.engine.running.correspondence import propose
from app.engine.running.execution import Program
from app.engine.running.migration import Blocked, Plan, Standing
from app.engine.running.step import Step
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, MONDAY, program
from tests.engine.invented import Inventor
from tests.engine.matches import Match
from tests.engine.mutations import Mutator
from tests.engine.racing import Move, Racing
from tests.engine.tokens import Dead, Place


@dataclass(frozen=True)
class Swap(Move):
    """The move to another diagram; ``names``: old id → new id."""

    diagram: Any = None
    names: dict[str, str] = field(default_factory=dict)


class MovingGame(Racing):
    """The token game, whose diagram may change under the tokens."""

    def make(self, move: Move) -> bool:
        if not isinstance(move, Swap):
            return super().make(move)
        self.dice = Random(move.order) if move.order else None
        try:
            self._swap(move.diagram, move.names)
        except Dead:
            return False
        return True

    def _swap(self, diagram: Diagram, names: dict[str, str]) -> None:
        old, self.diagram = self.diagram, diagram
        before, self.events, self.steps, self.ends, self.answers = set(self.places), [], 0, set(), {}
        self.into = {n: [f for f in diagram.flows if f.target == n] for n in diagram.nodes}
        self.out = {n: diagram.outgoing.get(n, ()) for n in diagram.nodes}
        self.back = {n: self._back(n) for n in diagram.nodes}
        rounds = {
            p for p in self.places if p.frame.is_round and p.frame.holder and p.frame.holder.node is p.node
        }
        hosts = [p for p in self.places if p.host is None]
        was = {p: p.node for p in self.places}
        for place in hosts:
            place.node = diagram.nodes[names[place.node.id]]
        for host in hosts:
            if host not in rounds and not host.asks:
                self._beside(host, was, old, names)
        for token in self.lying:
            token.flow = self._flow(token.flow, names)
        self._settle()
        self._finish(before)

    def _beside(self, host: Place, was: dict[Place, Node], old: Diagram, names: dict[str, str]) -> None:
        def events(of: Diagram, node: Node) -> list[Node]:
            if node.kind == "eventBasedGateway":
                return [of.nodes[flow.target] for flow in of.outgoing.get(node.id, ())]
            return list(of.boundary.get(node.id, ()))

        here = [p for p in self.places if p.host is host]
        fired = {names.get(e.id) for e in events(old, was[host])} - {names.get(p.node.id) for p in here}
        wanted = {node.id: node for node in events(self.diagram, host.node)}
        for place in here:
            place_id = names.get(place.node.id)
            if place_id in wanted:
                place.node = wanted.pop(place_id)
            else:
                self.places.remove(place)
        self.places += [
            Place(node, host.frame, host=host, after=set(host.after))
            for id_, node in wanted.items()
            if id_ not in fired
        ]

    def _flow(self, flow: Flow, names: dict[str, str]) -> Flow:
        source, target = names[flow.source], names[flow.target]
        direct = [each for each in self.into[target] if each.source == source]
        reached = self._reach([source], target)
        [found, *_more] = direct or [each for each in self.into[target] if each.id in reached]
        return found


class MovingMatch(Match):
    """``why``: what kept cases from moving; a case that cannot move goes on where it is."""

    why: Counter[str] = Counter()

    def __init__(self, drawn: Program, random: Random, label: str, changed: Program) -> None:
        super().__init__(drawn, random, label)
        self.changed, self.moved = changed, ""
        self.game = MovingGame(drawn.diagram)
        self.at = random.randint(0, 3)

    @classmethod
    def invented_move(cls, seed: int) -> "MovingMatch":
        text, random = Inventor(seed).diagram(), Random(seed)
        changed = Mutator(text, random).change(random.randint(1, 4))
        return cls(program(text), random, f"seed {seed}\n{text}\n-- to --\n{changed}", program(changed))

    def _command(self) -> bool:
        self.at -= 1
        if self.at == -1 and not self._move():
            return False
        return self.case.ended or super()._command()

    def _move(self) -> bool:
        case, old = self.case, self.case.program
        names = propose(old.diagram, self.changed.diagram)
        standing = Standing(case.state, case.variables)
        try:
            step = migration.migrate(
                old, self.changed, standing, Plan(names), now=case.now, calendar=CALENDAR
            )
        except Blocked as blocked:
            self.moved = "blocked"
            self.why.update(obstacle.code for obstacle in blocked.obstacles)
            return True
        self.moved = "moved"
        self.label += f"\nmoved {names}"
        assert step.kept is not None
        renamed = step.kept.renamed

        def act() -> None:
            case.program = self.drawn = self.changed
            case.tasks = {i: renamed.get(a, a) for i, a in case.tasks.items()}
            case.messages = {i: renamed.get(a, a) for i, a in case.messages.items()}
            case.take(step)
            assert {task.id: task.node.id for task in step.kept.tasks} | {
                task.id: task.node.id for task in step.opened
            } == case.tasks, self.label
            for timer in step.kept.timers:
                assert case.timers[timer.id].due == timer.due, self.label  # deadlines are kept
                case.timers[timer.id] = timer

        return self._make(Swap(diagram=self.changed.diagram, names=names), act)

    def _replayed(self) -> Racing:
        return MovingGame(self.origin, self.moves)

    def _start(self) -> None:
        self.origin = self.drawn.diagram
        super()._start()


def moved(
    case: Case,
    text: str | Program,
    *,
    timers: dict[str, Any] | None = None,
    names: dict[str, str] | None = None,
    entered: dict[str, str] | None = None,
) -> Step:
    new = text if isinstance(text, Program) else program(text)
    elements = propose(case.program.diagram, new.diagram) | (names or {})
    plan = Plan(elements, timers or {}, entered or {})
    standing = Standing(case.state, case.variables, dict.fromkeys(case.tasks, MONDAY))
    step = migration.migrate(case.program, new, standing, plan, now=case.now, calendar=CALENDAR)
    assert step.kept is not None
    case.program = new
    case.tasks = {task.id: task.node.id for task in step.kept.tasks}
    case.timers |= {timer.id: timer for timer in step.kept.timers}
    case.take(step)
    return step
