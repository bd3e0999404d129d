"""How many bytes of bodies and answers may wait in a process, shared fairly among clients."""

import asyncio
from collections import Counter
from types import TracebackType


class Full(Exception):
    """There is no room for the bytes of this client."""


class Budget:
    """A bound for each client, and one for all of them together."""

    def __init__(self, most_from_one: int, most: int) -> None:
        self._most_from_one, self._most = most_from_one, most
        self._from: Counter[str] = Counter()
        #: Those that can be made to give way, the oldest first.
        self._yielding: dict[Hold, None] = {}
        self.held_bytes = 0

    def hold(self, client: str) -> "Hold":
        """A share of no bytes yet; as a context manager it gives its bytes back."""
        return Hold(self, client)

    def add(self, hold: "Hold", size: int) -> None:
        """Count so many bytes more.

        Where all room is taken, the client that holds the most gives way, beginning with the oldest of what it has
        here: a few clients that fill everything keep nobody else out.

        Raises:
            Full: the client has its bound, or no other one that could give way holds more than it does.
        """
        self._change(hold, size)
        mine = self._from[hold.client]
        if mine > self._most_from_one:
            raise Full
        while self.held_bytes > self._most:
            largest = max(self._yielding, key=lambda one: self._from[one.client], default=hold)
            if self._from[largest.client] <= mine:
                raise Full
            largest.give_way()

    def remove(self, hold: "Hold") -> None:
        """Give all its bytes back."""
        self._yielding.pop(hold, None)
        self._change(hold, -hold.size)

    def let_yield(self, hold: "Hold", can: bool) -> None:
        """Whether this one can be made to give way."""
        if can:
            self._yielding.setdefault(hold)
        else:
            self._yielding.pop(hold, None)

    def _change(self, hold: "Hold", by: int) -> None:
        hold.size += by
        self.held_bytes += by
        self._from[hold.client] += by
        if not self._from[hold.client]:
            del self._from[hold.client]


class Hold:
    """The bytes of one body or answer."""

    def __init__(self, budget: Budget, client: str) -> None:
        self.budget, self.client, self.size = budget, client, 0
        self.gave_way = False
        self._deadline: asyncio.Timeout | None = None

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.budget.remove(self)

    def add(self, size: int) -> None:
        """Count so many bytes more; see `Budget.add`."""
        self.budget.add(self, size)

    def move_to(self, budget: Budget) -> None:
        """Count its bytes there instead.

        Raises:
            Full: there is no room.
        """
        if budget is self.budget:
            return
        size = self.size
        self.budget.remove(self)
        self.budget = budget
        self.add(size)

    def yield_by(self, deadline: asyncio.Timeout | None) -> None:
        """Let it be made to give way, by ending the time of this timeout. None: from now on it cannot."""
        self._deadline = deadline
        self.budget.let_yield(self, deadline is not None)

    def give_way(self) -> None:
        """Give the bytes back now, and end what waits for more."""
        self.gave_way = True
        self.budget.remove(self)
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time())
