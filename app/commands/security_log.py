"""Writing to the security log what was noted outside of a transaction."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakSet

from app.base import log_safety
from app.base.db import Database
from app.base.errors import AppError
from app.commands.transaction import run_without_key
from app.services.core import security_log
from app.services.core.security_log import Deed
from app.services.core.security_notes import notes_of

logger = logging.getLogger(__name__)

#: So long notes wait for others, to be written in one transaction: what a kill may lose.
GATHER_S = 0.25
AFTER_FAILURE_S = 2.0
#: How long the end of a process waits for the last notes to be written.
_LAST_S = 3.0


def record(database: Database, deed: Deed) -> None:
    """Write what happens now at once, in a transaction of its own."""
    run_without_key(database, lambda session: security_log.record(session, deed))


@contextmanager
def recorded(database: Database, action: str) -> Iterator[None]:
    """Tell the log of a command of the machine that runs inside the block: done, or why not."""
    try:
        yield
    except AppError as error:
        with suppress(AppError):  # the command's own error says more
            record(database, Deed("system", action, error.code))
        raise
    record(database, Deed("system", action))


def write_notes(database: Database) -> int:
    """Write what was noted in this process, in one transaction; return how many. For one thread at a time.

    Raises:
        AppError: the database does not answer; the notes go on waiting.
    """
    notes = notes_of(database)
    batch = notes.waiting()
    if batch:
        try:
            run_without_key(database, lambda session: security_log.write(session, batch))
        except BaseException:
            notes.some.set()
            raise
        notes.written(batch)
    return len(batch)


_writing: WeakSet["NoteWriter"] = WeakSet()


def stop_writing() -> None:
    """Write what still waits in this process, which is about to end."""
    for writer in list(_writing):
        writer.stop()


class NoteWriter:
    """A thread that writes notes as they come. Start it in the process that takes them: a fork leaves it behind."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="security log", daemon=True)

    @property
    def is_started(self) -> bool:
        """Whether it has begun."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        _writing.add(self)

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        notes_of(self._database).some.set()
        self._thread.join(_LAST_S)

    def _run(self) -> None:
        notes, ended = notes_of(self._database), False
        while not ended:
            notes.some.wait()
            ended = self._stop.wait(GATHER_S)  # what was noted before it was told to stop is written yet
            try:
                write_notes(self._database)
            except AppError as error:
                logger.warning("security log: %s", error)
                self._stop.wait(AFTER_FAILURE_S)
            except Exception:  # whatever is the matter with one batch, the thread goes on
                log_safety.log_fault(logger, "security log")
                self._stop.wait(AFTER_FAILURE_S)
