"""The points at which a process can be killed: before and after each statement and each end of a transaction, and at
each file that it opens for writing, renames or removes."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.base.db import Database

_WRITES = os.O_WRONLY | os.O_RDWR
_FILE_EVENTS = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir"})


class Points:
    """Counts the points that this process passes; kills it at the one asked for, or stops it there.

    For a process that ends soon: an audit hook cannot be taken away again.
    """

    def __init__(self, database: Database, folder: Path, tell: Callable[[str], None]) -> None:
        """``tell`` is given the name of the point just before the end."""
        self._folder, self._tell = str(folder), tell
        self._left: int | None = None
        self._signal: int = signal.SIGKILL
        self._inside = False
        self.names: list[str] = []
        engine = database.engine
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "after_cursor_execute", self._after_statement)
        for name in ("do_commit", "do_rollback"):
            setattr(engine.dialect, name, self._around(name, getattr(engine.dialect, name)))
        os.fsync = self._around("fsync", os.fsync)  # type: ignore[assignment]
        sys.addaudithook(self._audit)

    def arm(self, at: int | None, number: int = signal.SIGKILL) -> None:
        """Count from here on; send this signal at the ``at``-th point, the first is 1. None: only count."""
        self._left, self._signal, self.names, self._inside = at, number, [], True

    def disarm(self) -> None:
        self._inside = False

    def _reach(self, name: str) -> None:
        if not self._inside:
            return
        self.names.append(name)
        if len(self.names) == self._left:
            self._inside = False
            self._tell(name)
            os.kill(os.getpid(), self._signal)

    def _around(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            self._reach(f"before {name}")
            came = do(*given)
            self._reach(f"after {name}")
            return came

        return done

    def _before_statement(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self._reach(f"before {_named(statement)}")

    def _after_statement(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self._reach(f"after {_named(statement)}")

    def _audit(self, name: str, given: tuple[Any, ...]) -> None:
        if not self._inside or not (name == "open" or name in _FILE_EVENTS):
            return
        if name == "open" and not (isinstance(given[2], int) and given[2] & _WRITES):
            return
        if str(given[0]).startswith(self._folder):
            self._reach(name)


def _named(statement: str) -> str:
    """A statement's first words, and the table that it writes to."""
    return " ".join(statement.split()[:3])
