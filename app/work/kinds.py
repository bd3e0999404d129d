"""What kinds of work there are: what one does, in which lane, how often it is tried."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any


class Lane(IntEnum):
    """Each lane has threads of its own in each worker, so that a silent mail server delays no import."""

    #: A few milliseconds each.
    SOON = 0
    #: Lists of cases, lines or tasks, some rows a turn.
    LISTS = 1
    #: Other servers, which may not answer.
    POST = 2
    #: Minutes: all there is is read.
    LONG = 3


#: Called with a session, or with the database where the work is done apart, and the key. Tells to when it is put off;
#: True: it is due again at once, None or False: not.
Do = Callable[[Any, str], datetime | bool | None]


#: Pieces of work, each a key and when it is due; None: soon.
Pieces = Iterable[tuple[str, datetime | None]]


@dataclass(frozen=True, eq=False)
class Named:
    """What a kind of work is called and where it is done: all that is asked of whoever defers a piece of it.

    A key "receiver/piece" says whom it goes to. What goes to one receiver is done one piece after another, in the
    order in which it is due; while he is away it waits together, and keeps nobody else waiting.
    """

    name: str
    lane: Lane

    def receiver(self, key: str) -> str | None:
        """Whom the piece under this key goes to, as the table has it."""
        whom, slash, _piece = key.rpartition("/")
        return f"{self.name} {whom}" if slash else None


@dataclass(frozen=True, eq=False)
class Kind(Named):
    """A kind of work. A piece of it waits as a row under a key, and one process at a time is at it.

    It is deferred (`queue.defer`); or comes ``every`` so often by itself, once over all workers; or, with ``waits``,
    is looked for so often, and has a row only while that finds something.

    Where a piece goes to a receiver, `NotReady` says that he is away: all that is due to him counts as tried.
    """

    do: Do
    #: How long it rests after each failure. After the last it is laid aside, where somebody deferred it.
    pauses: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1))
    #: It opens transactions of its own: none is open meanwhile, and a lease says who is at it.
    apart: bool = True
    every: timedelta | None = None
    #: Whether there is something to do. Only reads, and soon, as each worker asks.
    waits: Callable[[Any], object] | None = None
    #: Called in the transaction that lays it aside, with its key and what it failed at; None: its process ended.
    #: True: what became of it is told elsewhere, and its row goes.
    given_up: Callable[[Any, str, Exception | None], bool | None] | None = None
    #: What other tables say that waits, asked once as a worker begins: a restored backup has no rows of work.
    waiting: Callable[[Any], Pieces] | None = None
