"""Who takes a new connection: of the processes that listen at one socket, the one that holds fewest.

All are woken by a new connection, and whoever is first takes it; of four clients three fell to one process of two, so
that one core rested (docs/decisions/0090-one-request-computes.md). Here each waits a moment for every connection it
holds, so that another comes first.
"""

import asyncio
from collections.abc import Callable
from socket import socket

#: Waited for each connection that is held, and at most, in seconds. Less than what one notices on a new connection.
_STEP_S, _MOST_S = 0.001, 0.01
#: Connections that came within `_ROW_S` of each other; after them so many are taken at once: whoever opens thousands
#: shall keep others waiting no longer than without this.
_ROW, _AT_ONCE = 16, 64
_ROW_S = 0.1
#: Before the next try, when there are no more files.
_EXHAUSTED_S = 1.0


class Listener:
    """Takes connections from a socket, as long as the event loop runs."""

    def __init__(
        self, sock: socket, protocol: Callable[[], asyncio.Protocol], held: Callable[[], int]
    ) -> None:
        """``sock`` listens. ``held``: how many connections this process has."""
        self._sock, self._protocol, self._held = sock, protocol, held
        self._loop = asyncio.get_running_loop()
        self._soon: asyncio.TimerHandle | None = None
        self._begun = set[asyncio.Task[object]]()
        self._in_a_row, self._taken_at = 0, 0.0
        sock.setblocking(False)
        self._listen()

    def close(self) -> None:
        """Take no more."""
        self._loop.remove_reader(self._sock)
        if self._soon is not None:
            self._soon.cancel()

    def _listen(self) -> None:
        self._soon = None
        self._loop.add_reader(self._sock, self._wait)

    def _wait(self) -> None:
        """One is there: leave it to others for a moment."""
        wait_s = min(self._held() * _STEP_S, _MOST_S)
        if not wait_s:
            self._take()
            return
        self._loop.remove_reader(self._sock)
        self._soon = self._loop.call_later(wait_s, self._take_late)

    def _take_late(self) -> None:
        self._listen()
        self._take()

    def _take(self) -> None:
        now = self._loop.time()
        self._in_a_row = self._in_a_row + 1 if now < self._taken_at + _ROW_S else 0
        self._taken_at = now
        for _ in range(_AT_ONCE if self._in_a_row > _ROW else 1):
            try:
                taken, _address = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return  # another has it, or it is gone
            except OSError:
                self._loop.remove_reader(self._sock)
                self._soon = self._loop.call_later(_EXHAUSTED_S, self._listen)
                return
            task = self._loop.create_task(self._begin(taken))
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)

    async def _begin(self, taken: socket) -> None:
        taken.setblocking(False)
        await self._loop.connect_accepted_socket(self._protocol, taken)
