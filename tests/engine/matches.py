"""One case in the engine and in the token game, given the same commands."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Self

from app.base.errors import ExecutionFailed
from app.engine.running import execution
from app.engine.running.execution import Program
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, program
from tests.engine.invented import Inventor
from tests.engine.orders import What, allows, told
from tests.engine.racing import Move, Racing
from tests.engine.tokens import Place

COMMANDS = 25

#: In which the game may make a move before the engine is held to differ; 2 of 100,000 models need a second.
ORDERS = 200


class Match:
    """One case in the engine and in the game, given the same commands."""

    case: Case

    def __init__(self, drawn: Program, random: Random, label: str) -> None:
        self.drawn, self.random, self.label = drawn, random, label
        self.places: dict[str, Place] = {}
        self.locals: dict[str, Mapping[str, Any]] = {}
        self.game, self.moves = Racing(drawn.diagram), list[Move]()

    @classmethod
    def invented(cls, seed: int, *, beside: bool = True) -> Self:
        """The match of a seed: a diagram that nobody drew, and officers who decide by its dice."""
        text = Inventor(seed, beside=beside).diagram()
        return cls(program(text), Random(seed), f"seed {seed}\n{text}")

    def play(self) -> str:
        """How it came out: refused at its start, ended, dead at a command that cannot be, or open after many."""
        if not self._make(Move(), self._start):
            return "refused"
        for _number in range(COMMANDS):
            if self.case.ended:
                return "ended"
            if not self._command():
                return "dead"
        return "open"

    def _start(self) -> None:
        self.case = Case(self.drawn)

    def _command(self) -> bool:
        late = [key for key, timer in self.case.timers.items() if timer.due.at <= self.case.now]
        waiting = late[:1] or [*self.case.tasks, *self.case.tasks, *self.case.messages, *self._next_timer()]
        chosen = self.random.choice(waiting)
        values = {name: self.random.randint(0, most) for name, most in (("c", 2), ("c0", 1), ("c1", 1))}
        place = self.places[chosen]
        answers = self._answers(place)
        self.label += f"\n{place.node.id} {values} {answers}"
        move = Move(self.game.places.index(place), answers, {} if chosen in self.case.timers else values)
        return self._make(move, lambda: self._act(chosen, answers, values))

    def _make(self, move: Move, act: Callable[[], None]) -> bool:
        """The engine acts, and the game makes the same move; whether the case can go on."""
        try:
            act()
            can = True
        except ExecutionFailed:
            can = False
        self._follow(move, can)
        return can

    def _follow(self, move: Move, can: bool) -> None:
        """Let the game make a move in its own order, or where ways race in another that leads where the engine is."""
        numbers = {key: self.game.places.index(place) for key, place in self.places.items()}
        found: list[AssertionError] = []
        for order in range(ORDERS):
            if order:
                self.game = self._replayed()
                self.places = {key: self.game.places[number] for key, number in numbers.items()}
            try:
                assert self.game.make(move.in_order(order)) == can, self.label
                if can:
                    self._compare()
            except AssertionError as different:
                found.append(different)
            else:
                self.moves.append(move.in_order(order))
                return
        raise found[0]

    def _replayed(self) -> Racing:
        """The game once more, with the moves so far."""
        return Racing(self.drawn.diagram, self.moves)

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
        events, happened = self.game.events, self._told()
        assert allows(events, happened), f"{self.label}\n{happened}\n{[event.what for event in events]}"

    def _told(self) -> list[What]:
        return told(self.case.step)

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
