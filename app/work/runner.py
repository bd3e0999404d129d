"""Does what is due, in as many processes and hosts as there are. Whoever is killed gives back what he had.

Work that is not apart is done and its row deleted in one transaction, which ends with its process. Of work apart a
lease says who is at it; it is renewed while he lives. How often processes ended while they were at a piece of work is
counted by its lease too: a worker takes one for all work in its first minute, as what has just killed another one is
due again then, and for what nobody gave back. So it costs nothing else.
"""

import hashlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session, aliased

from app.base import log_safety
from app.base.column_types import UtcDateTime
from app.base.db import Database
from app.base.errors import AppError, Conflict, NotReady
from app.models import Work
from app.work import queue
from app.work.kinds import Kind, Lane

logger = logging.getLogger(__name__)
#: The longest rest between two looks.
REST_S = 0.5
AFTER_FAILURE_S = 2.0
#: So long somebody has what he is at, unless he renews it; he does so four times in it. Longer than a transaction
#: waits for others.
LEASE = timedelta(seconds=40)
#: So long after it began a worker takes leases for all work.
CAREFUL_S = 60.0
#: So long, at most, everything waits for timers, while more are due than one look takes: a deadline comes before its
#: notices.
PATIENCE_S = 5.0
#: What so many processes ended at is laid aside; what comes by itself, for longer each time: two of them may have
#: been killed for other reasons.
DEATHS, ASIDE = 2, (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
#: So long the end of a worker waits for what is being done.
LAST_S = 5.0
#: How many threads each lane has.
LANES = {Lane.SOON: 2, Lane.LISTS: 3, Lane.POST: 5, Lane.LONG: 3}

#: Runs a function of a session in a transaction that need not wait for the disk, and returns what it returned.
Transact = Callable[[Database, Callable[[Session], Any]], Any]


@dataclass(frozen=True)
class _Taken:
    id: int
    kind: Kind
    key: str
    due_at: datetime
    #: Under a lease, else in the transaction that took it.
    leased: bool


class Runner:
    """What one process does of all work."""

    def __init__(self, database: Database, transact: Transact, kinds: Iterable[Kind]) -> None:
        self._database, self._transact = database, transact
        self._kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self._name, self._began = f"{_place()}:{os.getpid()}:{secrets.token_hex(4)}", time.monotonic()
        self._bells = {lane: threading.Event() for lane in Lane}
        #: Set, but while more timers are due than one look takes.
        self.quiet = threading.Event()
        self.quiet.set()
        self._ask_at = {kind.name: 0.0 for kind in self._kinds.values() if kind.waits}
        self._mutex = threading.Lock()
        #: By id the names of the kinds that this process is at under a lease, and what it could not give back.
        self._held: dict[int, str] = {}
        self._lost = set[int]()
        self._renew_at = 0.0

    def run(self, stop: threading.Event, lanes: Mapping[Lane, int] = LANES) -> None:
        """Work until ``stop`` is set. What is being done then has `LAST_S` to end; another one does it anew."""
        threads = [
            threading.Thread(target=self._serve, args=(lane, stop), name=lane.name, daemon=True)
            for lane, count in lanes.items()
            for _n in range(count)
        ]
        for thread in threads:
            thread.start()
        is_ready = False

        def look() -> float:
            nonlocal is_ready
            if not is_ready:
                self._write(self._begin)
                is_ready = True
            return self._look()

        while not stop.is_set():
            stop.wait(guarded("work", look))
        for bell in self._bells.values():
            bell.set()
        end = time.monotonic() + LAST_S
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        guarded("work", self._give_all_back)

    def turn(self, lane: Lane) -> bool:
        """Do the first that is due in a lane; whether there was one. What fails is counted and comes again later.

        Raises:
            NotReady: the database does not answer, which is no failure of the work.
        """
        tried: list[_Taken] = []
        try:
            if not self._write(lambda session: self._take(session, lane, tried)):
                return bool(tried)
            self._do_leased(tried[-1])
        except NotReady as error:
            if not (tried and tried[-1].kind.apart and self._answers()):
                self._lose(tried)
                raise
            self._fail(tried[-1], error)
        except Exception as error:
            if not tried:
                raise
            self._fail(tried[-1], error)
        finally:
            if tried:
                self._held.pop(tried[-1].id, None)
        return True

    def _write(self, do: Callable[[Session], Any]) -> Any:
        return self._transact(self._database, do)

    def _answers(self) -> bool:
        """Whether the database is there: it was another server that was not ready."""
        try:
            with self._database.reading() as session:
                session.execute(select(1))
        except AppError:
            return False
        return True

    # -- looking ---------------------------------------------------------------------------------------------------

    def _serve(self, lane: Lane, stop: threading.Event) -> None:
        def do_all() -> float:
            while not stop.is_set():
                self.quiet.wait(PATIENCE_S)
                if not self.turn(lane):
                    break
            return 0.0

        while not stop.is_set():
            if self._bells[lane].wait(1.0):
                self._bells[lane].clear()
                stop.wait(guarded(lane.name, do_all))

    def _begin(self, session: Session) -> None:
        """Let what comes by itself have its rows, and what processes of this machine were killed at be due."""
        for kind in self._kinds.values():
            if kind.waiting or (kind.every and not kind.waits):
                queue.plant(session, kind, *([kind.waiting(session)] if kind.waiting else []))
        held = session.scalars(select(Work.holder).where(Work.holder.startswith(f"{_place()}:")).distinct())
        if gone := [holder for holder in held if holder and not _lives(int(holder.split(":")[1]))]:
            left = update(Work).where(Work.holder.in_(gone))
            session.execute(left.values(due_at=queue.moment(session)))

    def _plant(self, session: Session, kinds: Iterable[Kind]) -> None:
        for kind in kinds:
            queue.plant(session, kind)

    def _look(self) -> float:
        """Ring for each lane in which something is due, after looking for what comes by itself; how long to rest."""
        found, left, due = list[Kind](), self._to_ask(), None
        while due is None:
            with self._database.reading() as session:  # one for all: at rest it is most of what a look takes
                if self._ask(session, left, found):
                    due = session.execute(_due(_dialect(session)), self._now(session)).one()
        if found:
            self._write(lambda session: self._plant(session, found))
        if (self._held or self._lost) and time.monotonic() >= self._renew_at:
            self._write(self._renew)
            self._renew_at = time.monotonic() + LEASE.total_seconds() / 4
        for lane, is_due in zip(Lane, due, strict=True):
            if is_due:
                self._bells[lane].set()
        return 0.0 if found else REST_S

    def _to_ask(self) -> list[Kind]:
        now, busy, found = time.monotonic(), set(self._held.values()), []
        for name, at in self._ask_at.items():
            kind = self._kinds[name]
            if at <= now and name not in busy:
                self._ask_at[name] = now + (kind.every or timedelta()).total_seconds()
                found.append(kind)
        return found

    def _ask(self, session: Session, left: list[Kind], found: list[Kind]) -> bool:
        """Ask those that are left, and note of which something is to be done. False: one could not tell, and the
        others are to be asked in another session."""
        while left:
            kind = left.pop(0)
            try:
                if kind.waits and kind.waits(session):
                    found.append(kind)
            except NotReady:
                raise
            except AppError as error:
                logger.warning("%s: %s", kind.name, error)
                return False
            except Exception:
                log_safety.log_fault(logger, "looking for %s", kind.name)
                return False
        return True

    def _now(self, session: Session) -> dict[str, Any]:
        return {} if _dialect(session) == "postgresql" else {"now": datetime.now(UTC)}

    # -- doing -----------------------------------------------------------------------------------------------------

    def _take(self, session: Session, lane: Lane, tried: list[_Taken]) -> bool:
        """Take the first that is due; whether it is to be done under a lease. Else it is done, or there is none."""
        tried.clear()
        asked = {"lane": int(lane), "kinds": list(self._kinds), **self._now(session)}
        row = session.execute(_first(_dialect(session)), asked).one_or_none()
        if row is None:
            return False
        kind, left = self._kinds[row.kind], row.holder not in (None, self._name)
        leased = kind.apart or left or time.monotonic() - self._began < CAREFUL_S
        taken = _Taken(row.id, kind, row.key, row.due_at, leased)
        tried.append(taken)
        deaths = row.deaths + left
        if left and deaths >= DEATHS:
            self._lay_aside(session, taken, deaths)
            return False
        if leased:
            held = {
                "holder": self._name,
                "due_at": queue.moment(session, LEASE),
                "again_at": None,
                "deaths": deaths,
            }
            session.execute(update(Work).where(Work.id == row.id).values(held))
            self._held[row.id] = kind.name
            return True
        self._close(session, taken, kind.do(session, row.key))
        return False

    def _do_leased(self, taken: _Taken) -> None:
        if taken.kind.apart:
            again = taken.kind.do(self._database, taken.key)
            self._write(lambda session: self._close(session, taken, again))
            return

        def do(session: Session) -> None:
            if not self._close(session, taken, taken.kind.do(session, taken.key)):
                raise Conflict(f"{taken.kind.name} {taken.key}")

        self._write(do)

    def _close(self, session: Session, taken: _Taken, again: datetime | bool | None) -> bool:
        """Note that it was done; False: the lease was over, and somebody else has it."""
        row = session.scalars(_row(), {"id": taken.id}).one_or_none()
        if row is None or (taken.leased and row.holder != self._name):
            return False
        if isinstance(again, datetime):
            self._free(session, taken, min(again, row.again_at or again), deaths=0)
            return True
        if again is True:
            due_at: Any = queue.moment(session)
        elif row.again_at is not None:
            due_at = row.again_at
        elif taken.kind.every and not taken.kind.waits:
            due_at = _next_slot(taken.kind.every, taken.due_at)
        else:
            session.execute(delete(Work).where(Work.id == taken.id))
            return True
        self._free(session, taken, due_at, tries=0, deaths=0, error=None)
        return True

    def _free(self, session: Session, taken: _Taken, due_at: Any, **values: Any) -> None:
        freed = {"due_at": due_at, "holder": None, "again_at": None, **values}
        session.execute(update(Work).where(Work.id == taken.id).values(freed))

    # -- failing ---------------------------------------------------------------------------------------------------

    def _fail(self, taken: _Taken, error: Exception) -> None:
        if isinstance(error, AppError):
            logger.warning("%s %s: %s", taken.kind.name, taken.key, error)
            told = f"{type(error).__name__}: {error.said}"
        else:
            reference = log_safety.log_fault(logger, "%s %s", taken.kind.name, taken.key)
            told = f"{type(error).__name__}: {reference}"
        try:
            self._write(lambda session: self._count(session, taken, error, told[:500]))
        except BaseException:
            self._lose([taken])
            raise

    def _count(self, session: Session, taken: _Taken, error: Exception, told: str) -> None:
        """Count a failure. A first conflict is none: somebody was faster, and the second look sees what he did."""
        row = session.scalars(_row(), {"id": taken.id}).one_or_none()
        if row is None or (taken.leased and row.holder != self._name):
            return
        if isinstance(error, Conflict) and row.error != told:
            self._free(session, taken, queue.moment(session), error=told)
            return
        pauses, tries, now = taken.kind.pauses, row.tries + 1, queue.now(session)
        if isinstance(error, NotReady) and row.receiver is not None:
            _postpone(session, row, pauses, now, told)
        if tries > len(pauses) and taken.kind.every is None:
            self._free(session, taken, None, tries=tries, deaths=0, error=told)
            self._give_up(session, taken, error)
            return
        pause = pauses[min(tries, len(pauses)) - 1]
        self._free(session, taken, now + pause, tries=tries, deaths=0, error=told)

    def _give_up(self, session: Session, taken: _Taken, error: Exception | None) -> None:
        if taken.kind.given_up and taken.kind.given_up(session, taken.key, error):
            session.execute(delete(Work).where(Work.id == taken.id))

    def _lay_aside(self, session: Session, taken: _Taken, deaths: int) -> None:
        logger.error("%s %s: laid aside, as %s processes ended at it", taken.kind.name, taken.key, deaths)
        comes_by_itself = taken.kind.every is not None
        pause = ASIDE[min(deaths - DEATHS, len(ASIDE) - 1)]
        due_at = queue.moment(session, pause) if comes_by_itself else None
        self._free(session, taken, due_at, deaths=deaths if comes_by_itself else 0, error=queue.KILLED)
        if not comes_by_itself:
            self._give_up(session, taken, None)

    # -- giving back -----------------------------------------------------------------------------------------------

    def _lose(self, tried: list[_Taken]) -> None:
        with self._mutex:
            self._lost.update(one.id for one in tried if one.leased)

    def _renew(self, session: Session) -> None:
        with self._mutex:
            lost, self._lost = self._lost, set()
        mine = (Work.holder == self._name,)
        if held := sorted(self._held.keys() - lost):
            renewed = update(Work).where(*mine, Work.id.in_(held))
            session.execute(renewed.values(due_at=queue.moment(session, LEASE)))
        if lost:
            freed = update(Work).where(*mine, Work.id.in_(sorted(lost)))
            session.execute(freed.values(due_at=queue.moment(session), holder=None))

    def _give_all_back(self) -> float:
        def free(session: Session) -> None:
            freed = update(Work).where(Work.holder == self._name)
            session.execute(freed.values(due_at=queue.moment(session), holder=None))

        if self._held or self._lost:
            self._write(free)
        return 0.0


def _postpone(session: Session, row: Work, pauses: Sequence[timedelta], now: datetime, told: str) -> None:
    """Let all else that is due to a receiver who is away rest as if it was tried; but its last try is its own."""
    mine = Work.receiver == row.receiver, Work.id != row.id, Work.holder.is_(None)
    due = select(Work.id).where(*mine, Work.due_at <= now, Work.tries < len(pauses))
    postponed = update(Work).where(Work.id.in_(due.with_for_update(skip_locked=True)))
    later = case(*((Work.tries == n, literal(now + pause, UtcDateTime())) for n, pause in enumerate(pauses)))
    session.execute(postponed.values(due_at=later, tries=Work.tries + 1, error=told))


def guarded(name: str, do: Callable[[], float]) -> float:
    """Take one turn, which says for how many seconds to rest.

    Whatever happens in it, the next comes: the database may go away and come back, a file may be odd.
    """
    try:
        return do()
    except AppError as error:
        logger.warning("%s: %s", name, error)
    except Exception:
        log_safety.log_fault(logger, "%s", name)
    return AFTER_FAILURE_S


@cache
def _place() -> str:
    """This machine, or the container in which processes have their numbers."""
    with suppress(OSError):
        return hashlib.sha256(
            f"{socket.gethostname()} {os.stat('/proc/self/ns/pid').st_ino}".encode()
        ).hexdigest()[:8]
    return secrets.token_hex(4)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _next_slot(every: timedelta, due_at: datetime) -> datetime:
    """Slots are the same on every host. After the one that was due, though this host's clock may be behind."""
    step = every.total_seconds()
    return datetime.fromtimestamp((max(time.time(), due_at.timestamp()) // step + 1) * step, UTC)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _is_due(dialect: str) -> Any:
    now = (
        type_coerce(func.now(), UtcDateTime())
        if dialect == "postgresql"
        else bindparam("now", type_=UtcDateTime())
    )
    return Work.due_at <= now


@cache
def _due(dialect: str) -> Any:
    """For each lane whether something is due."""
    return select(*[exists().where(Work.lane == int(lane), _is_due(dialect)) for lane in Lane])


@cache
def _first(dialect: str) -> Any:
    columns = Work.id, Work.kind, Work.key, Work.due_at, Work.holder, Work.deaths
    kinds: Any = bindparam("kinds", expanding=True)
    due = select(*columns).where(Work.lane == bindparam("lane"), Work.kind.in_(kinds), _is_due(dialect))
    # Of what goes to one receiver only the first is looked at, and nothing while somebody is at any of it. Who sees
    # it locked takes none of those behind it.
    other = aliased(Work)
    held = select(other.receiver).where(other.holder.is_not(None), other.receiver.is_not(None))
    before = exists().where(
        other.receiver == Work.receiver,
        tuple_(other.due_at, other.id) < tuple_(Work.due_at, Work.id),
    )
    is_next = or_(
        Work.receiver.is_(None), Work.holder.is_not(None), and_(Work.receiver.not_in(held), ~before)
    )
    return due.where(is_next).order_by(Work.due_at, Work.id).limit(1).with_for_update(skip_locked=True)


@cache
def _row() -> Select[Work]:
    query = select(Work).where(Work.id == bindparam("id")).with_for_update()
    return query.execution_options(populate_existing=True)
