"""Notes for the security log, taken where nothing is written: they wait in memory for `app.commands.security_log`.

Reading a case and refusing a request must not wait for whoever writes. What a kill may lose, and why that may be,
says docs/decisions/0036.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from weakref import WeakKeyDictionary

from app.base.db import Database
from app.services.core import security_log
from app.services.core.security_log import Deed, Noted

#: For so long, in seconds, a process takes no second note that says the same.
READING_S, REFUSAL_S = 15 * 60.0, 60.0
#: So many wait while the database does not answer; how many were lost beyond them is written afterwards.
MOST_WAITING = 10_000
#: So many are remembered as taken.
_MOST_TAKEN = 20_000


class Notes:
    """What waits to be written to one database. ``some`` is set while anything does."""

    def __init__(self) -> None:
        self.some = threading.Event()
        self._waiting: deque[Noted] = deque()
        self._taken: OrderedDict[Hashable, float] = OrderedDict()
        self._lost = 0
        self._lock = threading.Lock()

    def take(self, deed: Deed, *, once_in_s: float = 0.0) -> None:
        """Take a note of what happens now.

        ``once_in_s``: not if the same was noted less than so many seconds ago, wherever that came from.
        """
        with self._lock:
            if once_in_s and self._is_taken(deed, once_in_s):
                return
            if len(self._waiting) >= MOST_WAITING:
                self._lost += 1
                return
            self._waiting.append(security_log.note(deed))
            self.some.set()

    def waiting(self) -> Sequence[Noted]:
        """What waits, oldest first; for `written`, once it is."""
        with self._lock:
            self.some.clear()
            return [*self._waiting, *self._losses()]

    def written(self, notes: Sequence[Noted]) -> None:
        """Forget what was written."""
        with self._lock:
            for one in notes:
                if self._waiting and self._waiting[0] is one:
                    self._waiting.popleft()
                else:
                    self._lost -= int(one.deed.outcome)

    def _losses(self) -> list[Noted]:
        return [security_log.note(Deed("system", "notes_lost", str(self._lost)))] if self._lost else []

    def _is_taken(self, key: Hashable, for_s: float) -> bool:
        now, before = time.monotonic(), self._taken.pop(key, None)
        is_taken = before is not None and now - before < for_s
        self._taken[key] = before if is_taken and before is not None else now
        if len(self._taken) > _MOST_TAKEN:
            self._taken.popitem(last=False)
        return is_taken


_notes: WeakKeyDictionary[Database, Notes] = WeakKeyDictionary()
_making = threading.Lock()


def notes_of(database: Database) -> Notes:
    """The notes that wait to be written to this database, in this process."""
    with _making:
        return _notes.setdefault(database, Notes())
