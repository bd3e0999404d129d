"""Processes that are killed. They are forked from a parent that has loaded the application and holds neither a
connection nor a V8; each tells over a pipe what it does, in lines that outlive it."""

import json
import os
import random
import select as polling
import signal
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app import worker
from app.base.db import Database
from app.commands import kinds_of_work
from app.commands.transaction import run_without_key
from app.models import Job
from app.services.core import clock
from app.services.instances import jobs
from app.services.maintenance import backup
from app.services.notifications import outbox
from app.web import create_app
from tests.chaos import controls, invariants
from tests.chaos.ledger import Ledger
from tests.chaos.office import OFFICERS, OWNER, Installation
from tests.chaos.points import Points
from tests.chaos.requests import SENT, Clients, Request

#: What the clock and the administrator do.
OWN = ("timer", "deliver", "clean", "backup")
KINDS = (*SENT, *OWN)
#: So many cases are kept open.
_CASES = 5
_LONGEST_S = 150.0


@dataclass(frozen=True)
class Ready:
    """What a process has before it is forked: all but connections and V8."""

    place: Installation
    database: Database
    app: Flask


def ready(place: Installation) -> Ready:
    """Load what every process needs, so that none does it anew."""
    database = place.open()
    made = Ready(place, database, create_app(place.config, database))
    clients = Clients(made.app, database, place.tokens, random.Random(0))
    for kind in SENT:
        clients.think_of(kind, 0, OFFICERS[0])
    with database.reading() as session:
        invariants.wrong_in(session, everything=False)
    database.close()
    return made


class Victim:
    """The parent's side of a process: give it orders, hear what it says, kill it."""

    def __init__(self, ready: Ready, control: str = "") -> None:
        hears, orders = os.pipe()
        said, says = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(orders)
            os.close(said)
            _live(ready, control, hears, says)
        os.close(hears)
        os.close(says)
        self._orders, self._said, self._rest = os.fdopen(orders, "wb"), said, b""
        self._heard: deque[dict[str, Any]] = deque()
        self._ended = False

    def order(self, **order: Any) -> None:
        with suppress(BrokenPipeError), self._orders as file:
            file.write(json.dumps(order).encode() + b"\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it says, till it ends. Whoever stops listening may come back and miss nothing."""
        end = time.monotonic() + _LONGEST_S
        while True:
            while self._heard:
                yield self._heard.popleft()
            if not polling.select([self._said], [], [], max(0.0, end - time.monotonic()))[0]:
                self.kill()
                yield {"wrong": [f"process {self.pid} did not end in {_LONGEST_S:.0f} s"]}
                return
            if not (read := os.read(self._said, 65_536)):
                return
            *whole, self._rest = (self._rest + read).split(b"\n")
            self._heard.extend(map(json.loads, whole))

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> int:
        """Wait for its end; the signal that ended it, 0 where it ended by itself."""
        if self._ended:
            return 0
        self._ended = True
        status = os.waitpid(self.pid, 0)[1]
        os.close(self._said)
        self._orders.close()
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _live(ready: Ready, control: str, hears: int, says: int) -> None:
    """The child: it never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _Life(ready, control, says).obey(hears)
    except BaseException:
        _say(says, {"wrong": [traceback.format_exc()]})
    finally:
        os._exit(0)


def _say(to: int, line: dict[str, Any]) -> None:
    os.write(to, json.dumps(line).encode() + b"\n")


class _Life:
    """What a victim can do, in its own process."""

    def __init__(self, ready: Ready, control: str, says: int) -> None:
        self._says = says
        self._place, self._database, self._app = ready.place, ready.database, ready.app
        controls.enter(control, self._database)
        self._points = Points(
            self._database, self._place.config.data_dir.parent, lambda name: self._tell(killed=name)
        )

    def _tell(self, **line: Any) -> None:
        _say(self._says, line)

    def obey(self, hears: int) -> None:
        with os.fdopen(hears, "rb") as file:
            line = file.readline()
        if not line:  # nobody needs this one any more
            return
        orders = json.loads(line)
        self._dice = random.Random(orders["seed"])
        self._number, self._who = orders["number"], orders["who"]
        self._clients = Clients(self._app, self._database, self._place.tokens, self._dice)
        if orders.get("look"):
            self._look(everything=False)
        for given in orders.get("retry", ()):
            self._send(Request(**given))
        if "kind" in orders:
            self._do_one(orders["kind"], orders["at"], orders.get("signal", signal.SIGKILL))
        elif "spree" in orders:
            self._go_on(tuple(orders["spree"]))
        elif "close" in orders:
            self._close(orders["close"])
        self._tell(done=True)

    def _look(self, *, everything: bool) -> None:
        with self._database.reading() as session:
            if not self._database.is_sqlite:  # its transactions are snapshots
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if wrong := invariants.wrong_in(session, everything=everything):
                self._tell(wrong=wrong)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _send(self, request: Request, at: int | None = 0) -> None:
        """Send a request; ``at``: die at this point of it, None to count the points.

        Raises:
            RuntimeError: it failed with 500. What only goes on till this has worked would go on for ever.
        """
        self._tell(begin=request.as_dict())
        if at != 0:
            self._points.arm(at)
        status, answer = self._clients.send(request)
        self._points.disarm()
        self._tell(answer=request.number, status=status, body=answer)
        if status == 500:
            raise RuntimeError(f"{request.kind} {request.word} was answered 500")

    def _do_one(self, kind: str, at: int | None, number: int) -> None:
        """Make ready, then do one thing and die amid it at its ``at``-th point, or stop there."""
        if kind in SENT:
            self._send(self._request(kind), at)
        else:
            self._prepare(kind)
            self._tell(own=kind)
            self._points.arm(at, number)
            getattr(self, f"_{kind}")()
            self._points.disarm()
            self._tell(owned=kind)
        self._tell(passed=self._points.names)

    def _request(self, kind: str) -> Request:
        """A request of this kind; whatever it needs is done before."""
        while True:
            who = OWNER if kind == "deploy" else self._who
            if (made := self._clients.think_of(kind, self._next_number(), who)) is not None:
                return made
            need = "complete" if kind == "message" else "start"
            other = self._clients.think_of(need, self._next_number(), self._who)
            self._send(other or self._request("start"))

    def _go_on(self, kinds: tuple[str, ...]) -> None:
        """Do one thing after another until killed."""
        while True:
            kind = self._dice.choice(kinds)
            if kind == "start" and self._open_cases() >= _CASES:
                kind = "complete"
            if kind in SENT:
                who = OWNER if kind == "deploy" else self._who
                made = self._clients.think_of(kind, self._next_number(), who)
                self._send(made or self._request("start"))
            else:
                self._prepare(kind)
                self._tell(own=kind)
                getattr(self, f"_{kind}")()

    def _open_cases(self) -> int:
        with self._database.reading() as session:
            return len(invariants.open_cases(session))

    def _prepare(self, kind: str) -> None:
        """Let a timer be due, or a message wait that one sent."""
        if kind not in {"timer", "deliver"}:
            return
        while not self._timers():
            self._send(self._request("start" if self._open_cases() < _CASES else "complete"))
        run_without_key(self._database, _an_hour_passes)
        if kind == "deliver":
            self._timer()

    def _timers(self) -> int:
        with self._database.reading() as session:
            return session.query(Job).count()

    def _timer(self) -> None:
        worker.tick(self._database)

    def _work(self) -> None:
        """What a second worker does: it makes nothing due, and fires what is."""
        self._timer()

    def _deliver(self) -> None:
        run_without_key(self._database, outbox.deliver)

    def _clean(self) -> None:
        kinds_of_work._clean(self._database, "")

    def _backup(self) -> None:
        """Back up, and look at what came of it: a folder under its own name is whole."""
        folder = self._place.config.data_dir.parent / "backups" / self._who
        if folder.exists():
            backup.verify(folder)
            folder.rename(folder.with_name(f"{self._who}-{self._next_number()}"))
        folder.parent.mkdir(exist_ok=True)
        backup.backup(self._place.config, self._database, folder)

    def _close(self, kept: list[Any]) -> None:
        """Let the worker come to rest, then compare everything."""
        run_without_key(self._database, _an_hour_passes)
        with self._database.reading() as session:
            now = clock.now(session)
        while worker.tick(self._database):
            pass
        with self._database.reading() as session:
            while outbox.waiting(session):
                self._deliver()
                session.rollback()
            late = jobs.due(session, now)
        wrong = [f"timer {job} is due and does not fire" for job in late]
        self._look(everything=True)
        with self._database.reading() as session:
            wrong += _ledger_of(kept).wrong(session) + invariants.wrong_pages(session)
            lost = invariants.orphans(session)
        for name in lost:  # a day and more old, so that it counts as nobody's
            os.utime(self._place.config.files_dir / name, (0, 0))
        self._clean()
        with self._database.reading() as session:
            wrong += [f"housekeeping left {name}" for name in invariants.orphans(session)]
        self._tell(wrong=wrong, orphans=len(lost))


def _ledger_of(kept: list[Any]) -> Ledger:
    ledger = Ledger()
    for given, status, answer in kept:
        request = Request(**given)
        ledger.begin(request)
        ledger.hear(request.number, status, answer)
    return ledger


def _an_hour_passes(session: Session) -> None:
    """More than an hour: every case's timer is due."""
    clock.travel(session, clock.now(session) + timedelta(minutes=61))
