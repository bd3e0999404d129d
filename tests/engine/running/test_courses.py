"""Cases that share what the engine made of a command go exactly as they go by themselves, on diagrams nobody drew.

``ALUR_SEED=<seed>`` begins with another diagram; a failure names its seed.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from app.base.errors import ExecutionFailed
from app.engine.running import courses, execution
from app.engine.running.courses import Course, Courses
from app.engine.running.execution import Case, Program
from app.engine.running.step import Step
from tests.engine.drawn import CALENDAR, MONDAY, program
from tests.engine.invented import Inventor

SEED = int(os.environ.get("ALUR_SEED", "0"))
MODELS, CASES, COMMANDS = 75, 4, 12
#: All that conditions of invented diagrams read, and the lists of their rounds.
READ = {"c", "c0", "c1", *(f"o{n}c{m}" for n in range(200) for m in ("", "0", "1"))}


class Stored:
    """A case as it is stored: its state goes through bytes."""

    def __init__(self, drawn: Program, now: datetime, step: Step) -> None:
        self.program, self.state, self.variables = drawn, step.state, step.variables

    def _kept(self, step: Step | None) -> Step | None:
        if step is not None:
            self.state, self.variables = step.state, step.variables
        return step

    def complete(
        self, task_id: str, variables: Mapping[str, Any], *, answers: Mapping[str, Any], now: datetime
    ) -> Step | None:
        given = (self.program, self.state, self.variables, task_id, variables)
        return self._kept(execution.complete(*given, answers=answers, now=now, calendar=CALENDAR))

    def fire(self, timer_id: str, *, now: datetime) -> Step | None:
        given = (self.program, self.state, self.variables, timer_id)
        return self._kept(execution.fire(*given, now=now, calendar=CALENDAR))

    def deliver(self, message_id: str, variables: Mapping[str, Any], *, now: datetime) -> Step | None:
        given = (self.program, self.state, self.variables, message_id, variables)
        return self._kept(execution.deliver(*given, now=now, calendar=CALENDAR))


class Watched:
    """What is open in a case, by what it is and in the order in which it came."""

    def __init__(self, case: Case | Course | Stored, step: Step) -> None:
        self.case, self.open = case, dict[str, tuple[str, str, str]]()
        self.take(step)

    def take(self, step: Step) -> None:
        for gone in (*step.closed, *step.stopped_timers, *step.stopped_messages):
            del self.open[gone]
        for task in step.opened:
            self.open[task.id] = ("task", task.node.id, str(task.due.at if task.due else ""))
        for timer in step.timers:
            self.open[timer.id] = ("timer", timer.node.id, str(timer.due.at))
        for message in step.messages:
            self.open[message.id] = ("message", message.node.id, "")
        self.told = (
            sorted(self.open.values()),
            step.ended,
            step.end and step.end.id,
            len(step.overdue),
            [(one.type, one.activity_id, one.by_clock) for one in step.events],
            [effect.node.id for effect in step.effects],
            {} if step.ended else step.variables,
        )

    def do(self, chosen: tuple[str, str, str], nth: int, values: Any, answers: Any, now: datetime) -> None:
        one = [id_ for id_, what in self.open.items() if what == chosen][nth]
        if chosen[0] == "task":
            step = self.case.complete(one, values, answers=answers, now=now)
        elif chosen[0] == "timer":
            step = self.case.fire(one, now=now)
        else:
            step = self.case.deliver(one, values, now=now)
        assert step is not None
        self.take(step)


def play(drawn: Program, shared: Courses, random: Random, label: str) -> str:
    """A case by dice, as it is stored and as it follows others; how it came out."""
    now = MONDAY + timedelta(minutes=random.randrange(100_000))
    node = next(n for n in drawn.diagram.nodes.values() if n.kind == "startEvent")
    values = {"c": random.randint(0, 2)}
    try:
        step = execution.start(drawn, values, now=now, calendar=CALENDAR, start_node=node)
    except ExecutionFailed:
        with pytest.raises(ExecutionFailed):
            shared.begin(values, now=now, start_node=node)
        return "refused"
    stored = Watched(Stored(drawn, now, step), step)
    follower = Watched(*shared.begin(values, now=now, start_node=node))
    for _number in range(COMMANDS):
        assert follower.told == stored.told, label
        if stored.told[1]:
            return "ended"
        timers = sorted(what for what in stored.open.values() if what[0] == "timer")
        soonest = min((datetime.fromisoformat(what[2]) for what in timers), default=None)
        chosen = random.choice(sorted(stored.open.values()))
        now += timedelta(minutes=random.randrange(1, 3_000))
        if soonest is not None and (soonest <= now or chosen[0] == "timer"):
            chosen, now = min(timers, key=lambda what: datetime.fromisoformat(what[2])), max(soonest, now)
        told = _values(random), _answers(drawn, chosen, random)
        nth = random.randrange(list(stored.open.values()).count(chosen)) * 0
        label += f"\n{chosen} {told} {now}"
        try:
            stored.do(chosen, nth, *told, now)
        except ExecutionFailed:
            with pytest.raises(ExecutionFailed):
                follower.do(chosen, nth, *told, now)
            return "dead"
        follower.do(chosen, nth, *told, now)
    return "open"


def _values(random: Random) -> dict[str, Any]:
    return {name: random.randint(0, most) for name, most in (("c", 2), ("c0", 1), ("c1", 1))}


def _answers(drawn: Program, chosen: tuple[str, str, str], random: Random) -> dict[str, Any]:
    asked = drawn.diagram.questions.get(chosen[1]) or drawn.diagram.question_after(chosen[1])
    return {asked.gateway_id: [random.choice(asked.answers)[0]]} if asked else {}


@pytest.mark.parametrize("first", range(SEED, SEED + MODELS, 25))
def test_a_case_that_follows_others_goes_as_by_itself(first: int) -> None:
    outcomes, followed = Counter[str](), 0
    for seed in range(first, first + 25):
        text = Inventor(seed).diagram()
        drawn = program(text)
        shared = Courses(drawn, CALENDAR, READ)
        followed += shared.is_shared
        for number in range(CASES):
            random = Random(seed * 100 + number // 2)
            outcomes[play(drawn, shared, random, f"seed {seed}\n{text}")] += 1
    assert followed > 5, followed
    assert outcomes["ended"] + outcomes["open"] > 50, outcomes


SOP = """
start mulai
user kerja lane=a
timer tenggat on=kerja text="{deadline}" nonint
timer ingat on=kerja text="H-1" nonint
send kirim
end selesai
end terkirim
mulai -> kerja -> selesai
tenggat -> kirim -> terkirim
ingat -> terkirim
"""


def test_what_asks_the_clock_is_not_shared() -> None:
    assert courses.is_timeless(program(SOP.format(deadline="3 hari")))
    assert not courses.is_timeless(program(SOP.format(deadline="= tenggat_sendiri")))
    asks = SOP.replace("-> selesai", "-> tanya -> selesai ? today() = x") + "xor tanya\ntanya -> terkirim *"
    assert not courses.is_timeless(program(asks.format(deadline="3 hari")))


def test_each_case_has_its_own_due_times() -> None:
    drawn = program(SOP.format(deadline="3 hari kalender"))
    shared, node = Courses(drawn, CALENDAR, ()), drawn.diagram.nodes["mulai"]
    found = []
    for days in (0, 1, 1, 10):
        _case, step = shared.begin({}, now=MONDAY + timedelta(days=days), start_node=node)
        alone = execution.start(
            drawn, {}, now=MONDAY + timedelta(days=days), calendar=CALENDAR, start_node=node
        )
        found.append([(timer.node.id, timer.due.at) for timer in step.timers])
        assert found[-1] == [(timer.node.id, timer.due.at) for timer in alone.timers]
        assert [task.due for task in step.opened] == [task.due for task in alone.opened]
    assert found[0] != found[1] == found[2] != found[3]
