"""Who gets the next turn, whoever sends how much: no clock runs, and nothing is answered but by the test."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest

from app.base.errors import Crowded
from app.web.serving import turns
from app.web.serving.turns import LATELY_S, About, Bounds, Caller, Left, Turns

EIGHT = Bounds(8, of_one=2, of_one_alone=4, waiting_of_one=100, waiting=1_000)
ONE = Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=100, waiting=1_000)


class Office:
    """Requests that are answered until the test lets them end."""

    def __init__(self, bounds: Bounds) -> None:
        self.now = 0.0
        self.about = About(lambda: self.now)
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.turns = Turns(
            bounds, self.about, clock=lambda: self.now, later=lambda *what: self.later.append(what)
        )
        self.begun: list[str] = []
        self.refused: dict[str, type[BaseException]] = {}
        self.gone: set[str] = set()
        self.sent: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.Event] = {}

    async def send(self, *names: str, known: bool = True) -> None:
        """Each name is a caller and a number: ``a1``, ``a2``, ``b1``."""
        for name in names:
            self._ends[name] = asyncio.Event()
            self.sent[name] = asyncio.create_task(self._ask(name, Caller(name.rstrip("0123456789"), known)))
            await self.settle()

    async def end(self, *names: str) -> None:
        for name in names:
            self._ends[name].set()
            await self.settle()

    async def end_all(self) -> None:
        """Let each end in the order in which they began, until all are answered."""
        for name in self.begun:
            await self.end(name)

    async def _ask(self, name: str, caller: Caller) -> None:
        try:
            async with self.turns.turn(caller, lambda: self.has_left(name)):
                self.begun.append(name)
                await self._ends[name].wait()
        except (Crowded, Left) as why:
            self.refused[name] = type(why)

    def has_left(self, name: str) -> bool:
        return name in self.gone

    async def settle(self) -> None:
        for _step in range(10):
            await asyncio.sleep(0)


Test = Callable[..., Coroutine[Any, Any, None]]


def played(test: Test) -> Callable[..., None]:
    @wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(test(*given, **named))

    return run


def names(caller: str, count: int, first: int = 1) -> list[str]:
    return [f"{caller}{n}" for n in range(first, first + count)]


@played
async def test_who_sends_eighty_requests_leaves_the_next_turn_to_who_sends_one() -> None:
    office = Office(ONE)
    await office.send(*names("a", 80), "b1")
    await office.end("a1")
    assert office.begun == ["a1", "b1"]


@played
async def test_callers_take_turns_one_request_after_the_other() -> None:
    office = Office(ONE)
    await office.send(*names("a", 3), *names("b", 2), "c1")
    await office.end_all()
    assert office.begun == ["a1", "b1", "c1", "a2", "b2", "a3"]


@played
async def test_one_caller_has_few_places_while_others_are_about() -> None:
    office = Office(EIGHT)
    await office.send("b1")
    await office.send(*names("a", 10))
    assert office.begun == ["b1", "a1", "a2"]
    await office.end("b1")
    await office.send(*names("b", 3, 2))
    assert office.begun == ["b1", "a1", "a2", "b2", "b3"]


@played
async def test_one_caller_alone_has_more_but_never_all_places() -> None:
    office = Office(EIGHT)
    await office.send(*names("a", 10), "b1")
    assert office.begun == ["a1", "a2", "a3", "a4", "b1"]


@played
async def test_who_sends_much_has_one_place_and_rests_between_his_turns_while_others_are_about() -> None:
    office = Office(replace(EIGHT, rest=2.0))
    await office.send("b1", *names("a", 10))
    office.now = 0.5
    await office.end("a1")
    assert (office.begun, [seconds for seconds, _wake in office.later]) == (["b1", "a1", "a2"], [1.0])
    await office.end("a2")
    await office.send("b2", "b3")
    assert office.begun == ["b1", "a1", "a2", "b2"]
    for _seconds, wake in office.later:
        wake()
    await office.settle()
    assert office.begun[4:] == ["a3"]


@played
async def test_nobody_rests_who_is_alone_or_sends_what_a_browser_does() -> None:
    alone, browser = Office(replace(EIGHT, rest=2.0)), Office(replace(EIGHT, rest=2.0))
    await alone.send(*names("a", 20))
    await browser.send("b1", *names("a", 7))
    for office in (alone, browser):
        await office.end("a1", "a2", "a3")
    assert (alone.later, browser.begun) == ([], ["b1", *names("a", 5)])


@played
async def test_who_is_about_with_another_kind_of_request_is_about() -> None:
    office = Office(EIGHT)
    office.about.note(Caller("b", known=True))
    await office.send(*names("a", 10))
    assert office.begun == ["a1", "a2"]


@played
async def test_whoever_was_about_lately_still_finds_a_place_free() -> None:
    office = Office(EIGHT)
    await office.send("b1")
    await office.end("b1")
    await office.send(*names("a", 5))
    assert office.begun == ["b1", "a1", "a2"]
    office.now += LATELY_S + 1
    await office.end("a1")
    assert office.begun == ["b1", *names("a", 5)]


@played
async def test_any_number_of_addresses_leaves_half_of_the_places_to_who_is_signed_in() -> None:
    office = Office(EIGHT)
    await office.send("officer1")
    await office.send(*(f"address{'x' * n}1" for n in range(300)), known=False)
    assert len(office.begun) == 1 + 4
    await office.send("officer2", "colleague1")
    assert office.begun[-2:] == ["officer2", "colleague1"]


@played
async def test_those_who_are_not_signed_in_fill_no_room_where_officers_wait() -> None:
    office = Office(replace(ONE, waiting=20))
    await office.send("officer1", *names("a", 20), known=True)
    await office.send(*(f"address{'x' * n}1" for n in range(30)), known=False)
    assert {name.rstrip("1x") for name in office.refused} == {"address"}
    await office.send("b1")
    assert list(office.refused)[-1] == "b1"
    office.gone |= set(names("a", 20))
    await office.send("b2")
    await office.end("officer1")
    assert office.begun == ["officer1", "address1"]


@played
async def test_what_a_request_costs_the_loop_does_not_grow_with_the_addresses_that_wait() -> None:
    office = Office(EIGHT)
    asked = 0

    def count(_name: str) -> bool:
        nonlocal asked
        asked += 1
        return False

    office.has_left = count  # type: ignore[method-assign]
    await office.send("officer1")
    await office.send(*(f"address{'x' * n}1" for n in range(300)), known=False)
    asked = 0
    await office.send("officer2")
    await office.end("officer1", "officer2")
    assert asked < 10


@played
async def test_who_was_refused_is_forgotten_while_one_request_goes_on() -> None:
    office = Office(Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=1, waiting=1))
    await office.send("a1", "a2")
    for n in range(50):
        office.now += LATELY_S / 2
        await office.send(f"address{'x' * n}1", known=False)
    assert len(office.refused) == 49  # the first of them waits
    assert len(office.about._seen) < 5


@played
async def test_the_signed_in_and_the_others_take_turns_as_groups() -> None:
    office = Office(ONE)
    await office.send("officer1")
    await office.send(*(f"address{'x' * n}1" for n in range(30)), known=False)
    await office.send("officer2")
    await office.end("officer1")
    await office.end(office.begun[-1])
    assert office.begun == ["officer1", "address1", "officer2"]


@played
async def test_beyond_so_many_of_one_he_is_refused_and_others_are_not() -> None:
    office = Office(Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=3, waiting=5))
    await office.send(*names("a", 6))
    assert office.refused == {"a5": Crowded, "a6": Crowded}
    await office.send(*names("b", 3))
    assert office.refused == {"a5": Crowded, "a6": Crowded, "b3": Crowded}
    await office.end_all()
    assert sorted(office.begun) == ["a1", "a2", "a3", "a4", "b1", "b2"]


@played
async def test_work_of_a_client_that_has_left_is_not_begun() -> None:
    office = Office(ONE)
    await office.send("a1", "a2", "a3")
    office.gone.add("a2")
    await office.end("a1")
    assert (office.begun, office.refused) == (["a1", "a3"], {"a2": Left})


@played
async def test_clients_that_have_left_take_no_room() -> None:
    office = Office(Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=2, waiting=2))
    await office.send("a1", "a2", "a3")
    office.gone |= {"a2", "a3"}
    await office.send("a4", "a5", "a6")
    assert office.refused == {"a2": Left, "a3": Left, "a6": Crowded}


@played
async def test_who_has_waited_too_long_is_refused_and_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(ONE)
    await office.send("a1")
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0)
    await office.send("a2")
    assert office.refused == {"a2": Crowded}
    monkeypatch.undo()
    await office.send("b1")
    await office.end("a1")
    assert office.begun == ["a1", "b1"]


@played
async def test_a_turn_given_to_who_is_just_ended_goes_on_to_the_next() -> None:
    office = Office(ONE)
    await office.send("a1", "a2", "b1")
    for name in ("a2", "b1"):
        office.sent[name].cancel()
    await office.send("c1")
    office._ends["a1"].set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    office.sent["c1"].cancel()  # between being given its turn and taking it
    await office.send("d1")
    assert office.begun[-1] == "d1"


@played
async def test_all_is_free_again_when_all_is_answered() -> None:
    office = Office(EIGHT)
    await office.send(*names("a", 30), *names("b", 3))
    await office.send(*(f"address{'x' * n}1" for n in range(30)), known=False)
    await office.end_all()
    assert len(office.begun) == 63
    office.now += LATELY_S + 1
    await office.send(*names("c", 4))
    assert office.begun[-4:] == names("c", 4)
