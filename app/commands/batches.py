"""How a worker goes through the rows of what people began: one turn, some rows, each in a transaction of its own."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.base import log_safety
from app.base.db import Database
from app.base.errors import AppError, Conflict, NotReady
from app.base.i18n import _
from app.commands.transaction import run_relaxed, run_without_key

logger = logging.getLogger(__name__)
#: So long a turn goes on after its first row, which may have to read much: whoever follows one that was killed at it
#: should get through a turn before he is killed, too.
TURN_S = 0.5


class Steps(Protocol):
    """How a list is gone through, as services have it, see `app.services.core.batches`; ids are those of the list."""

    def running(self, session: Session, /) -> int | None:
        """The oldest list that runs; None where none does."""

    def next_parts(self, session: Session, id_: int, limit: int, /) -> Sequence[Any]:
        """Its next rows, at most so many."""

    def work_on(self, session: Session, id_: int, row: Any, /) -> bool:
        """Do a row; whether the list still runs."""

    def refuse(self, session: Session, id_: int, row: Any, error: AppError, /) -> object:
        """Note why a row could not be done."""

    def finish(self, session: Session, id_: int, /) -> object:
        """Say what becomes of a list of which no row is left."""


@dataclass(frozen=True)
class Batch:
    """A list whose rows a worker does one by one.

    ``turn``: rows of one turn; so soon it is seen that the list was stopped. ``failed``: what is told of a row that
    met a fault, with its ``{reference}`` in the log; empty where nobody is told. ``is_relaxed``: a row that is done
    need not be on the disk at once, as it is done again where it is not.
    """

    name: str
    turn: int
    steps: Steps
    failed: str
    is_relaxed: bool = False

    def work(self, database: Database) -> bool:
        """Do some rows of the oldest list that runs; whether there was one. The worker's turn.

        Raises:
            NotReady: the database does not answer.
        """
        with database.reading() as session:
            id_ = self.steps.running(session)
        if id_ is not None:
            self.work_on(database, id_)
        return id_ is not None

    def work_on(self, database: Database, id_: int) -> bool:
        """Do the next rows of a list; whether it goes on after them. Raises: as `work`."""
        with database.reading() as session:
            rows = self.steps.next_parts(session, id_, self.turn)
        until = None
        for row in rows:
            if not self._do(database, id_, row):
                return False
            until = until or time.monotonic() + TURN_S
            if time.monotonic() > until:
                return True
        if len(rows) < self.turn:
            run_without_key(database, lambda session: self.steps.finish(session, id_))
        return len(rows) == self.turn

    def _do(self, database: Database, id_: int, row: Any) -> bool:
        run = run_relaxed if self.is_relaxed else run_without_key
        what = f"{self.name} {id_}, row {row}"
        outcome = attempt(
            database, run, lambda session: self.steps.work_on(session, id_, row), what, self.failed
        )
        if not isinstance(outcome, AppError):
            return outcome
        run_without_key(database, lambda session: self.steps.refuse(session, id_, row, outcome))
        return True


def attempt(
    database: Database, run: Any, do: Callable[[Session], bool], what: str, failed: str
) -> bool | AppError:
    """Do a row in a transaction that ``run`` makes; what ``do`` returned, or why it could not be done. Whatever is
    the matter with one row, the others go on. ``failed``: as in `Batch`; where nobody is told, the log is.

    Raises:
        NotReady: the database does not answer.
    """
    try:
        try:
            return bool(run(database, do))
        except Conflict:  # somebody was faster: the second look sees what he did
            return bool(run(database, do))
    except NotReady:
        raise
    except AppError as error:
        if not failed:
            logger.warning("%s: %s", what, error)
        return error
    except Exception:
        reference = log_safety.log_fault(logger, "%s", what)
        return AppError(_(failed, reference=reference) if failed else reference)
