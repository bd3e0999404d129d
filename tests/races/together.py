"""Two people at the same moment: run two commands at once, and look at what became of them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict
from app.models import HistoryEvent, Job, OutboxMessage, UserTask


@dataclass(frozen=True)
class Outcome:
    """What a command gave, or the exception that ended it."""

    value: Any
    error: Exception | None

    @property
    def won(self) -> bool:
        """A timer that finds nothing to do gives False: it lost."""
        return self.error is None and self.value is not False


class Racers:
    """Two threads that start at the same moment."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._line = threading.Barrier(2)
        #: What surrounds each race: something is patched away while the two run, and only then.
        self.around: Callable[[], AbstractContextManager[None]] = nullcontext

    def run(self, *commands: Callable[[], Any]) -> list[Outcome]:
        """Run two commands at once; return their outcomes in the order given."""
        with self.around():
            return list(self._pool.map(self._one, commands))

    def _one(self, command: Callable[[], Any]) -> Outcome:
        self._line.wait(10)
        try:
            return Outcome(command(), None)
        except Exception as error:
            return Outcome(None, error)


@contextmanager
def racers() -> Iterator[Racers]:
    """Two threads, ended with the block."""
    with ThreadPoolExecutor(2) as pool:
        yield Racers(pool)


def in_transaction(database: Database, do: Callable[[Session], Any]) -> Callable[[], Any]:
    """A command that opens, does and commits, as the entry points do."""

    def command() -> Any:
        with database.transaction() as session:
            return do(session)

    return command


def one_winner(outcomes: list[Outcome], names: list[str]) -> list[str]:
    """What is wrong with a race that one must win; ``names``: what the loser must read of each, "" for the clock."""
    won = [place for place, outcome in enumerate(outcomes) if outcome.won]
    if len(won) != 1:
        return [f"{len(won)} winners: {[outcome.error for outcome in outcomes]}"]
    lost, winner = outcomes[1 - won[0]], names[won[0]]
    if lost.error is None:  # the timer: nothing left to do
        return []
    if not isinstance(lost.error, Conflict):
        return [f"the loser got {lost.error!r} {lost.error.__cause__!r}"]
    return [] if winner in str(lost.error) else [f"the loser reads {lost.error} ({lost.error.__cause__!r})"]


def doubled(session: Session, instance_id: int) -> list[str]:
    """What there is twice in a case whose every step leaves one open task with one timer."""
    found = []
    events = session.execute(
        select(HistoryEvent.type, HistoryEvent.data).where(HistoryEvent.instance_id == instance_id)
    ).all()
    for type_ in ("task_created", "task_completed", "task_claimed"):
        tasks = Counter(data["task"] for kind, data in events if kind == type_)
        found += [f"{type_} {n} times for one task" for n in tasks.values() if n > 1]
    counted = Counter(kind for kind, _data in events)
    if counted["notification_queued"] != _count(session, OutboxMessage, instance_id):
        found.append("notifications and their history differ")
    if counted["timer_fired"] != counted["notification_queued"]:
        found.append(f"{counted['timer_fired']} timers, {counted['notification_queued']} notifications")
    ended = counted["task_completed"] + counted["timer_fired"]
    if counted["task_created"] != ended + 1:
        found.append(f"{counted['task_created']} tasks were created, {ended} came to an end")
    open_tasks = _count(session, UserTask, instance_id, UserTask.state == "open")
    jobs = _count(session, Job, instance_id)
    if (open_tasks, jobs) != (1, 1):
        found.append(f"{open_tasks} open tasks and {jobs} timers")
    return found


def _count(session: Session, model: Any, instance_id: int, *where: Any) -> int:
    query = select(func.count()).select_from(model).where(model.instance_id == instance_id, *where)
    return session.scalar(query) or 0
