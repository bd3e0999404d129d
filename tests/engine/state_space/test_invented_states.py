"""The search of all states against the token game, the engine, and officers who decide by dice.

``ALUR_MODELS`` and ``ALUR_SEED`` are those of `tests/engine/running/test_invented_models.py`; a failure names its
seed.
"""

import os
import re
from collections import Counter
from datetime import timedelta
from random import Random

from app.base.errors import ExecutionFailed
from app.engine.diagram import Diagram
from app.engine.running.execution import Program, deliver
from app.engine.state_space.search import Act, Explored, Stuck, explore
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, draw
from tests.engine.free_game import Everything, TooMuch
from tests.engine.invented import Inventor

MODELS = int(os.environ.get("ALUR_MODELS", "400"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
PLAYS, MOST_PLAYS = 2, 400
ASKED = {"userTask", "intermediateCatchEvent", "eventBasedGateway"}


def test_what_is_reached_and_stuck_is_what_the_game_finds_by_trying_everything() -> None:
    outcomes = Counter[str]()
    for seed in range(SEED, SEED + MODELS // 8):
        text = Inventor(seed, beside=seed % 3 == 0).diagram(depth=2)
        diagram = draw(text)
        try:
            game = Everything(diagram, MOST_PLAYS)
        except TooMuch:
            continue
        found = explore(diagram)
        assert not found.left, f"seed {seed}\n{text}"
        assert _standing(diagram, found) == game.stood, f"seed {seed}\n{text}"
        assert bool(found.stuck) == bool(game.stuck), f"seed {seed}\n{text}"
        assert {one.join for one in found.stuck} <= game.stuck, f"seed {seed}\n{text}"
        assert found.ends == game.ends, f"seed {seed}\n{text}"
        outcomes["stuck" if found.stuck else "ends"] += 1
    assert outcomes.total() > MODELS // 16, outcomes  # or they test nothing
    assert outcomes["stuck"], outcomes


def _standing(diagram: Diagram, found: Explored) -> set[str]:
    """Where a token waits for somebody; an event that races stands for its gateway."""
    raced = {flow.target for flow in diagram.flows if diagram.nodes[flow.source].kind == "eventBasedGateway"}
    waits = {node.id for node in diagram.nodes.values() if node.kind in ASKED} | set(diagram.questions)
    return (found.reached & waits) - raced


def test_nothing_that_the_engine_does_is_unknown_to_the_search() -> None:
    outcomes = Counter[str]()
    for seed in range(SEED, SEED + MODELS // 5):
        text = Inventor(seed).diagram()
        program = Program(draw(text), {})
        found = explore(program.diagram)
        for number in range(PLAYS):
            play = Play(program, Random(10 * seed + number))
            if not found.left:
                assert play.stood <= found.reached, f"seed {seed}\n{text}"
                assert play.how != "stuck" or found.stuck, f"seed {seed}\n{text}"
                assert play.how != "ended" or found.ends, f"seed {seed}\n{text}"
                outcomes[play.how] += 1
    assert outcomes.total() > MODELS // 4, outcomes
    assert outcomes["stuck"], outcomes


class Play:
    """A case that dice play in the engine: where its tasks stood, and how it came out."""

    def __init__(self, program: Program, random: Random) -> None:
        self.random, self.stood, self.how = random, set[str](), "open"
        try:
            self.case = Case(program)
            for _number in range(25):
                self.stood |= {*self.case.tasks.values()}
                if self.case.ended:
                    self.how = "ended"
                    return
                self._act()
        except ExecutionFailed as failed:
            self.how = failed.limit

    def _act(self) -> None:
        case = self.case
        late = [key for key, timer in case.timers.items() if timer.due.at <= case.now]
        soon = sorted(case.timers, key=lambda timer: case.timers[timer].due.at)[:1]
        chosen = self.random.choice(late[:1] or [*case.tasks, *case.tasks, *case.messages, *soon])
        values = {name: self.random.randint(0, most) for name, most in (("c", 2), ("c0", 1), ("c1", 1))}
        if chosen in case.timers:
            case.now = case.timers[chosen].due.at
            case.fire(chosen)
        elif chosen in case.tasks:
            case.complete_task(chosen, self._answers(case.tasks[chosen]), **values)
        else:
            given = (case.program, case.state, case.variables, chosen, values)
            case.take(deliver(*given, now=case.now, calendar=CALENDAR))
        case.now += timedelta(seconds=1)

    def _answers(self, name: str) -> dict[str, list[str]]:
        question = self.case.program.diagram.questions.get(name)
        if question is None:
            return {}
        flows = [flow for flow, _text in question.answers]
        count = self.random.randint(1, len(flows)) if question.multiple else 1
        return {name: self.random.sample(flows, count)}


def test_each_way_that_ends_stuck_is_walked_in_the_engine_and_ends_so() -> None:
    """On diagrams in which officers decide everything, and whatever is waited for is a message."""
    walked = 0
    for seed in range(SEED, SEED + MODELS // 3):
        text = _asking(Inventor(seed, beside=seed % 4 == 0).diagram())
        if " while=" in text or " each=" in text or " undo=" in text:
            continue
        diagram = draw(text)
        for stuck in explore(diagram).stuck:
            how = _walk(diagram, stuck)
            assert how in {"stuck", "events"}, f"seed {seed}\n{text}\n{stuck}"
            walked += how == "stuck"
    assert walked > MODELS // 100


def _asking(text: str) -> str:
    """Without conditions and timers."""
    lines = [re.split(r"[?*]", line)[0] if "->" in line else line for line in text.splitlines()]
    lines = [
        re.sub(r'^timer (\S+) on=(\S+) text="[^"]*"', r"message \1 on=\2 message=m\1", line) for line in lines
    ]
    return "\n".join(
        re.sub(r'^(catch|start) (\S+) text="[^"]*"', r"\1 \2 message=x\2", line) for line in lines
    )


def _walk(diagram: Diagram, stuck: Stuck) -> str:
    """How it ends: stuck; with nothing left but events that may come again and again and change nothing; or open."""
    case = Case(Program(diagram, {}))
    try:
        for act in stuck.way[1:]:
            _do(case, act)
    except ExecutionFailed as failed:
        return failed.limit
    left = [diagram.nodes[name] for name in case.messages.values()]
    return "events" if left and not case.tasks and not any(one.interrupting for one in left) else "open"


def _do(case: Case, act: Act) -> None:
    diagram = case.program.diagram
    node = diagram.nodes[act.node]
    if act.node in diagram.questions:
        case.complete(act.node, {act.node: list(act.flows)})
    elif node.kind == "userTask":
        case.complete(act.node)
    elif node.message:
        case.deliver(act.node)
