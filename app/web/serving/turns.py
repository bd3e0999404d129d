"""Whose request is answered next: callers take turns, however many requests each of them sends.

What waits is no thread but an entry of a queue in the event loop. Of one caller few requests are answered at once
while others are about; those who are signed in and those who are not take turns as two groups, so that any number of
addresses keeps no officer out. See docs/decisions/0085-turns.md.
"""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.base.errors import Crowded

#: Somebody is about for so long after his last request: what he sends next finds a place free.
LATELY_S = 2.0
#: Who has more requests waiting than a browser sends at once rests between them, while others are about.
MANY_WAIT = 6
#: A proxy in front gives up after a minute.
LONGEST_WAIT_S = 50.0


class Left(Exception):
    """Nobody is there any more who would read the answer; nothing of it was begun."""


@dataclass(frozen=True)
class Caller:
    """Whom a turn is counted for: a user, or the address of who is not signed in."""

    name: str
    known: bool = False


@dataclass(frozen=True)
class Bounds:
    """How many requests are answered at once: in all, of one caller while others are about, and else.

    ``waiting_of_one``, ``waiting``: how many may wait for that; the latter of those who are signed in, and of those
    who are not. ``rest``: where `MANY_WAIT` of a caller wait and others are about, he has one place, and for so many
    times as long as an answer took no other turn: threads that compute share Python's lock, so beside one that never
    ends a page takes twice as long.
    """

    places: int
    of_one: int
    of_one_alone: int
    waiting_of_one: int
    waiting: int
    rest: float = 0.0


class About:
    """Who sent something lately, of whatever kind, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: When each was about last, whoever was it longest ago first; and how many of them are known.
        self._seen: OrderedDict[Caller, float] = OrderedDict()
        self._known = 0

    def note(self, caller: Caller) -> None:
        """He sends something, or an answer of his has just ended."""
        self._forget()
        self._known += caller.known and caller not in self._seen
        self._seen[caller] = self._clock()
        self._seen.move_to_end(caller)

    def others(self, caller: Caller) -> bool:
        """Whether anybody else is about."""
        self._forget()
        return len(self._seen) > (caller in self._seen)

    def has_known(self) -> bool:
        """Whether anybody is about who is signed in."""
        self._forget()
        return self._known > 0

    def _forget(self) -> None:
        since = self._clock() - LATELY_S
        while self._seen and next(iter(self._seen.values())) < since:
            self._known -= self._seen.popitem(last=False)[0].known


@dataclass(eq=False)
class _Waiting:
    caller: Caller
    has_left: Callable[[], bool]
    turn: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


_Ring = OrderedDict[str, deque[_Waiting]]


class Turns:
    """The turns of one kind of work in this process; for its event loop alone."""

    def __init__(
        self,
        bounds: Bounds,
        about: About | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """``about``: of all kinds together. ``later``: calls something after some seconds, as the event loop does."""
        self._bounds, self._clock, self._later = bounds, clock, later
        self._about = about or About(clock)
        #: Callers with requests that wait, by whether they are known; whose turn is next comes first.
        self._rings: dict[bool, _Ring] = {True: OrderedDict(), False: OrderedDict()}
        self._waiting = Counter[bool]()
        self._answered = Counter[str]()
        self._unknown = 0
        self._last_known = False
        self._resting = Counter[str]()

    @asynccontextmanager
    async def turn(self, caller: Caller, has_left: Callable[[], bool] = lambda: False) -> AsyncIterator[None]:
        """Wait for a turn, and hold it while the block runs. ``has_left``: whether the client is gone.

        Raises:
            Crowded: too many of this caller, or of all together, wait; or it took too long. Left: the client did.
        """
        one = self._join(caller, has_left)
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await one.turn
        except TimeoutError:
            self._leave(one)
            raise Crowded from None
        except asyncio.CancelledError:
            self._leave(one)
            raise
        began = self._clock()
        try:
            yield
        finally:
            self._rest(caller, self._clock() - began)
            self._end(caller)

    def _rest(self, caller: Caller, took: float) -> None:
        """Give the caller no turn for a while, if he sends much and others are about."""
        if self._sends_much(caller):
            self._resting[caller.name] += 1
            later = self._later or asyncio.get_running_loop().call_later
            later(took * self._bounds.rest, lambda: self._wake(caller.name))

    def _sends_much(self, caller: Caller) -> bool:
        """Whether more of his wait than a browser sends, while others are about."""
        queue = self._rings[caller.known].get(caller.name, ())
        return bool(self._bounds.rest) and len(queue) >= MANY_WAIT and self._about.others(caller)

    def _wake(self, name: str) -> None:
        self._resting[name] -= 1
        if not self._resting[name]:
            del self._resting[name]
        self._give()

    def _join(self, caller: Caller, has_left: Callable[[], bool]) -> _Waiting:
        self._about.note(caller)
        queue = self._rings[caller.known].setdefault(caller.name, deque())
        if len(queue) >= self._bounds.waiting_of_one:
            self._drop_who_left(queue)
        if self._waiting[caller.known] >= self._bounds.waiting:
            for other in self._rings[caller.known].values():
                self._drop_who_left(other)
        full = len(queue) >= self._bounds.waiting_of_one
        # Who is not signed in fills no room of who is.
        if full or self._waiting[caller.known] >= self._bounds.waiting:
            self._forget_empty(caller)
            raise Crowded
        one = _Waiting(caller, has_left)
        queue.append(one)
        self._waiting[caller.known] += 1
        self._give()
        return one

    def _leave(self, one: _Waiting) -> None:
        """It waits no longer; where it was given a turn at the same moment, the next one has that."""
        if one.turn.done() and not one.turn.cancelled() and one.turn.exception() is None:
            self._end(one.caller)
            return
        queue = self._rings[one.caller.known].get(one.caller.name, deque())
        if one in queue:
            queue.remove(one)
            self._waiting[one.caller.known] -= 1
            self._forget_empty(one.caller)

    def _end(self, caller: Caller) -> None:
        self._about.note(caller)
        self._answered[caller.name] -= 1
        if not self._answered[caller.name]:
            del self._answered[caller.name]
        self._unknown -= not caller.known
        if caller.name in self._rings[caller.known]:  # who came meanwhile goes first
            self._rings[caller.known].move_to_end(caller.name)
        self._give()

    def _give(self) -> None:
        """Give turns as long as there are places, and callers who may have one."""
        while self._answered.total() < self._bounds.places and (one := self._next()) is not None:
            self._answered[one.caller.name] += 1
            self._unknown += not one.caller.known
            self._last_known = one.caller.known
            one.turn.set_result(None)

    def _next(self) -> _Waiting | None:
        for known in (not self._last_known, self._last_known):
            # Of a group that has its share nobody is looked at: there may be a thousand of them.
            ring = self._rings[known] if known or self._has_room_for_unknown() else _Ring()
            for name in list(ring):
                queue = ring[name]
                self._drop_who_left(queue)
                if not queue:
                    del ring[name]
                elif self._may(queue[0].caller):
                    one = queue.popleft()
                    self._waiting[known] -= 1
                    ring.move_to_end(name)
                    self._forget_empty(one.caller)
                    return one
        return None

    def _has_room_for_unknown(self) -> bool:
        return not self._about.has_known() or self._unknown < max(1, self._bounds.places // 2)

    def _may(self, caller: Caller) -> bool:
        """Whether one more of this caller is answered now."""
        bounds = self._bounds
        most = bounds.of_one if self._about.others(caller) else bounds.of_one_alone
        if self._sends_much(caller):
            most = 1
        return self._answered[caller.name] + self._resting[caller.name] < most

    def _drop_who_left(self, queue: deque[_Waiting]) -> None:
        for one in [one for one in queue if one.turn.cancelled() or one.has_left()]:
            queue.remove(one)
            self._waiting[one.caller.known] -= 1
            if not one.turn.done():
                one.turn.set_exception(Left())

    def _forget_empty(self, caller: Caller) -> None:
        ring = self._rings[caller.known]
        if caller.name in ring and not ring[caller.name]:
            del ring[caller.name]
