"""The engine against the token game, on diagrams that nobody drew and officers who decide by dice.

``ALUR_MODELS=20000`` plays that many, ``ALUR_SEED=7`` begins with another (0 else). A failure names its seed and
prints the diagram and every command; ``ALUR_SEED=<seed> ALUR_MODELS=100`` plays it again.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from app.engine import execution
from app.engine.execution import Program
from app.errors import ExecutionFailed
from tests.engine.drawn import CALENDAR, program
from tests.engine.invented import Inventor
from tests.engine.orders import allows, told
from tests.engine.test_execution import Case
from tests.engine.tokens import Dead, Game, Place

MODELS = int(os.environ.get("ALUR_MODELS", "1000"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
SEEDS = 100
COMMANDS = 25


@pytest.mark.parametrize("first", range(SEED, SEED + MODELS, SEEDS))
def test_the_engine_moves_tokens_as_bpmn_says_on_any_diagram(first: int) -> None:
    outcomes = Counter(_play(seed) for seed in range(first, first + SEEDS))
    assert outcomes["ended"] > SEEDS / 2, outcomes  # or they test nothing


def _play(seed: int) -> str:
    text = Inventor(seed).diagram()
    drawn = program(text)
    game = _begun(drawn)
    if game is None:
        with pytest.raises(ExecutionFailed):
            Case(drawn)
        return "refused"
    match = Match(drawn, game, Random(seed), f"seed {seed}\n{text}")
    return match.play()


def _begun(drawn: Program) -> Game | None:
    try:
        return Game(drawn.diagram)
    except Dead:
        return None


class Match:
    """One case in the engine and in the game, given the same commands."""

    def __init__(self, drawn: Program, game: Game, random: Random, label: str) -> None:
        self.case, self.game, self.random, self.label = Case(drawn), game, random, label
        self.places: dict[str, Place] = {}
        self.locals: dict[str, Mapping[str, Any]] = {}
        self._compare()

    def play(self) -> str:
        for _number in range(COMMANDS):
            if self.case.ended:
                return "ended"
            if not self._command():
                return "dead"
        return "open"

    def _command(self) -> bool:
        late = [key for key, timer in self.case.timers.items() if timer.due.at <= self.case.now]
        waiting = late[:1] or [*self.case.tasks, *self.case.tasks, *self.case.messages, *self._next_timer()]
        chosen = self.random.choice(waiting)
        values = {name: self.random.randint(0, most) for name, most in (("c", 2), ("c0", 1), ("c1", 1))}
        answers = self._answers(self.places[chosen])
        self.label += f"\n{self.places[chosen].node.id} {values} {answers}"
        try:
            self.game.act(self.places[chosen], answers, {} if chosen in self.case.timers else values)
        except Dead:
            with pytest.raises(ExecutionFailed):
                self._act(chosen, answers, values)
            return False
        self._act(chosen, answers, values)
        self._compare()
        return True

    def _next_timer(self) -> list[str]:
        return sorted(self.case.timers, key=lambda timer: self.case.timers[timer].due.at)[:1]

    def _answers(self, place: Place) -> dict[str, Any]:
        diagram = self.case.program.diagram
        if place.asks:
            question = diagram.questions[place.node.id]
        else:
            found = diagram.question_after(place.node.id)
            if found is None or place.host or self.random.random() < 0.3:
                return {}
            question = found
        flows = [flow for flow, _text in question.answers]
        count = self.random.randint(1, len(flows)) if question.multiple else 1
        return {question.gateway_id: self.random.sample(flows, count)}

    def _act(self, chosen: str, answers: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        case = self.case
        given: Any = (case.program, case.state, case.variables, chosen)
        if chosen in case.timers:
            case.now = case.timers[chosen].due.at
            assert case.fire(chosen) is not None, self.label
        elif chosen in case.tasks:
            step = execution.complete(*given, values, answers=answers, now=case.now, calendar=CALENDAR)
            case.take(step)
        else:
            case.take(execution.deliver(*given, values, now=case.now, calendar=CALENDAR))
        soonest = min((timer.due.at for timer in case.timers.values()), default=None)
        moment = case.now + timedelta(seconds=1)  # so that no two timers are due together
        case.now = moment if soonest is None or moment < soonest else case.now

    def _compare(self) -> None:
        case = self.case
        standing = Counter(case.tasks.values()) + Counter(case.messages.values())
        standing += Counter(timer.node.id for timer in case.timers.values())
        assert case.ended == self.game.ended, self.label
        if not case.ended:
            assert standing == self.game.standing(), self.label
            self._match_places()
            self._compare_variables()
        else:
            assert case.step.end is not None
            assert case.step.end.id in self.game.ends, self.label
        self._compare_order()
        self._compare_taken_away()

    def _compare_taken_away(self) -> None:
        """Each task that is over and that nobody completed is told of, once."""
        step = self.case.step
        told_of = [event.data["task"] for event in step.events if event.type == "task_cancelled"]
        assert sorted(told_of) == sorted(set(step.closed) - set(step.completed)), self.label

    def _compare_order(self) -> None:
        events, happened = self.game.events, told(self.case.step)
        assert allows(events, happened), f"{self.label}\n{happened}\n{[event.what for event in events]}"

    def _compare_variables(self) -> None:
        """The case has what it should, and every open task sees what it should."""
        case, step = self.case, self.case.step
        assert case.variables == self.game.variables, self.label
        self.locals |= {task.id: task.locals for task in step.opened} | dict(step.changed)
        for task in case.tasks:
            place, seen = self.places[task], {**case.variables, **self.locals[task]}
            expected = {name: self.game.see(name, place.own or place.frame) for name in ("c", "c0", "c1")}
            assert {name: seen.get(name) for name in expected} == expected, f"{self.label}\n{place.node.id}"

    def _match_places(self) -> None:
        """Which token of the game each task, timer and message of the engine is, in the order of opening."""
        case = self.case
        here = {**case.tasks, **case.messages, **{i: t.node.id for i, t in case.timers.items()}}
        self.places = {i: place for i, place in self.places.items() if i in here}
        for key, node_id in here.items():
            if key not in self.places:
                taken = set(self.places.values())
                self.places[key] = next(
                    p for p in self.game.places if p.is_seen and p.node.id == node_id and p not in taken
                )
