"""Which thread of a process may compute: one after the other, where nothing else makes them wait.

Python lets one thread run at a time, and each statement gives that right away. A command that writes nine rows beside
seven threads that compute held SQLite's only write lock for 8.5 ms instead of 3. See
docs/decisions/0090-one-request-computes.md.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Usual requests take 2 to 10 ms each, and eight threads wait here at most. Whoever takes longer waits for something
#: else: for a lock of the database, or for many rows.
PATIENCE_S = 0.1


class Interpreter:
    """Lets threads compute one after the other, but never wait long for one that does not end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Whoever has it has had it for longer than `PATIENCE_S`: nobody waits for him again.
        self._is_stuck = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Compute within the block: alone, or beside a thread that has not ended within `PATIENCE_S`."""
        is_alone = self._lock.acquire(timeout=0 if self._is_stuck else PATIENCE_S)
        self._is_stuck = not is_alone
        try:
            yield
        finally:
            if is_alone:
                self._lock.release()
