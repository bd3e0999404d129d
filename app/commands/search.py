"""The turns in which the worker indexes the words of cases."""

import time
from collections import deque

from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.transaction import run_relaxed
from app.history import reader
from app.services.search import words

#: An event may be seen later than one of a higher id, as PostgreSQL numbers them before they are committed: so long
#: a transaction lasts at most, in seconds, and so many events are written meanwhile, at most.
_LATE_S = 300.0
_LATE_EVENTS = 10_000


class Turns:
    """What one worker knows: up to which event it has indexed cases, and which older ones it has looked at.

    It needs no key: each case holds up to which event it is indexed, and a turn that a power cut undoes comes again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._after: int | None = None
        self._seen = deque[tuple[float, int]]()
        self._before: int | None = None
        self._is_filled = False

    def waits(self, session: Session) -> bool:
        """Whether there is something to index, or older cases are still to be looked at."""
        return not self._is_filled or words.waits(session, self._after_event(session))

    def take(self) -> bool:
        """Index some cases; whether there may be more to do."""
        before, is_filled = self._before, self._is_filled
        with self._database.reading() as session:
            found = words.changed(session, self._after_event(session))
            if not found and not is_filled:
                found, before = words.missing(session, before=before)
                is_filled = before is None
        if found:
            run_relaxed(self._database, lambda session: words.store(session, found))
        self._before, self._is_filled = before, is_filled
        return len(found) >= words.BATCH or not self._is_filled

    def _after_event(self, session: Session) -> int:
        """The id of an event behind which all are looked at."""
        now, newest = time.monotonic(), reader.newest_id(session)
        if self._after is None:
            self._after = max(0, words.indexed_event(session, newest) - _LATE_EVENTS)
        self._seen.append((now, newest))
        while self._seen[0][0] < now - _LATE_S:
            self._after = max(self._after, self._seen.popleft()[1])
        return self._after
