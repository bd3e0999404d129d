"""The queue of those who write to a SQLite file, in this process and in others."""

import fcntl
import os
import threading
from _thread import LockType, allocate_lock, start_new_thread
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from app.base.errors import NotReady
from app.base.i18n import _

#: So long a transaction waits for others. One takes milliseconds; a stopped process would keep everybody waiting.
PATIENCE_S = 15
#: And so long where somebody has given up before.
_MOMENT_S = 0.1
#: So many threads of a process have their turns at a SQLite file one after the other before it is another process's.
_MOST_TURNS = 8


class Turnstile:
    """Queues the writers of a SQLite file fairly; its own busy handler lets some starve.

    Threads of a process wait for one another, so that one of them at most waits for other processes. The kernel frees
    a killed process's lock; that of a stopped one it does not.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._mutex = path, threading.Lock()
        #: Of each who waits here a lock that is released when his turn comes.
        self._waiting = deque[LockType]()
        #: Locked while somebody here has his turn: so many had theirs since it was.
        self._file: BinaryIO | None = None
        self._turns = 0
        #: A thread waits for the file, in the stead of whoever is the first here.
        self._is_awaited = False
        #: Somebody here has given up, and nobody's turn has come or ended since.
        self._is_stuck = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and keep it for the block.

        Raises:
            NotReady: it did not come within `PATIENCE_S`, or the file cannot be opened.
        """
        place = self._join()
        if place is not None:
            self._wait(place)
        try:
            yield
        finally:
            with self._mutex:
                self._pass_on()

    def _join(self) -> LockType | None:
        """Begin one's turn, or take a place among those who wait."""
        with self._mutex:
            if self._file is None and not self._is_awaited and self._reach():
                return None
            place = allocate_lock()
            place.acquire()
            self._waiting.append(place)
            return place

    def _wait(self, place: LockType) -> None:
        try:
            # Where somebody gave up, whoever waits longer takes a thread from those who read.
            has_come = place.acquire(timeout=_MOMENT_S if self._is_stuck else PATIENCE_S)
        except BaseException:  # Ctrl+C
            self._give_up(place)
            raise
        if not has_come:
            self._give_up(place)
            raise NotReady(busy_text())

    def _give_up(self, place: LockType) -> None:
        with self._mutex:
            if place in self._waiting:
                self._waiting.remove(place)
                self._is_stuck = True
            else:  # his turn came at this moment
                self._pass_on()

    def _reach(self) -> bool:
        """Lock the file, or have it waited for."""
        try:
            file = open(self._path, "ab", opener=open_private)  # noqa: SIM115 closed with the turn
        except OSError as error:
            message = _(
                "Basis data {name} tidak dapat ditulis: {reason}.",
                name=self._path.stem,
                reason=error.strerror,
            )
            raise NotReady(message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._have_awaited(file)
            return False
        self._file, self._turns = file, 1
        return True

    def _have_awaited(self, file: BinaryIO) -> None:
        """The kernel's queue is fair, but has no end to its patience: a thread waits there."""

        def wait() -> None:
            fcntl.flock(file, fcntl.LOCK_EX)
            with self._mutex:
                self._is_awaited, self._file, self._turns = False, file, 0
                self._pass_on()

        start_new_thread(wait, ())
        self._is_awaited = True

    def _pass_on(self) -> None:
        """The next one here has his turn, unless it is that of another process."""
        self._is_stuck = False
        file = cast("BinaryIO", self._file)
        if self._waiting and self._turns < _MOST_TURNS:
            self._turns += 1
            self._waiting.popleft().release()
            return
        self._file = None
        if self._waiting:
            fcntl.flock(file, fcntl.LOCK_UN)
            self._have_awaited(file)
        else:
            file.close()


def busy_text() -> str:
    """What is said to whom others kept waiting for too long."""
    return _("Perubahan lain belum selesai, jadi ini belum tersimpan. Coba lagi sebentar lagi.")


def open_private(path: str, flags: int) -> int:
    """Open a file that is its owner's alone; an ``opener``."""
    return os.open(path, flags, 0o600)
