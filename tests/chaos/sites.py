"""An office that is served in this process, what its clients were told, and a crowd of them."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app import worker
from app.base.errors import AppError, NotReady
from app.commands.transaction import run_without_key
from app.services.notifications import outbox
from app.web import create_app
from tests.chaos import invariants, office
from tests.chaos.ledger import Ledger
from tests.chaos.office import OFFICERS, Installation
from tests.chaos.requests import Clients

#: So long a client waits before it asks again.
_PAUSE_S = 0.05


class Site:
    """An office on a disk that something happens to, served in this process, and what its clients were told."""

    def __init__(self, place: Installation) -> None:
        self.database = place.open()
        app = create_app(place.config, self.database)
        self._clients = Clients(app, self.database, place.tokens, random.Random(1))
        self._page = app.test_client()
        self._number = 0
        self.ledger = Ledger()

    def send(self, kind: str) -> tuple[int, str]:
        """Send a command of this kind; the status, and what is said."""
        self._number += 1
        request = self._clients.think_of(kind, self._number, OFFICERS[0])
        assert request is not None
        self.ledger.begin(request)
        status, answer = self._clients.send(request)
        self.ledger.hear(request.number, status, answer)
        return status, answer.get("detail", "")

    def repeat(self) -> list[int]:
        """Send again, under the same keys, what was not answered or could not be done; the statuses."""
        statuses = self.ledger.statuses
        again = [one for one in self.ledger.requests.values() if not 0 < statuses[one.number] < 500]
        for request in again:
            self.ledger.hear(request.number, *self._clients.send(request))
        return [self.ledger.statuses[one.number] for one in again]

    def shows_pages(self) -> bool:
        return self._page.get("/masuk").status_code == 200

    def wrong(self) -> list[str]:
        with self.database.reading() as session:
            return self.wrong_rows() + self.ledger.wrong(session)

    def wrong_rows(self) -> list[str]:
        with self.database.reading() as session:
            return invariants.wrong_in(session, everything=True) + invariants.wrong_pages(session)


@contextmanager
def site(folder: Path, url: str | None = None) -> Iterator[Site]:
    made = Site(office.make(folder / "data", url))
    try:
        yield made
    finally:
        made.database.close()


class Crowd:
    """Two officers and a worker who go on whatever happens; who is answered 503 asks again under the same key."""

    def __init__(self, place: Installation) -> None:
        self._place, self._stop = place, threading.Event()
        self.ledger, self.wrong = Ledger(), list[str]()
        self.database = place.open()
        self._app = create_app(place.config, self.database)
        self.answered = 0
        self._threads = [threading.Thread(target=self._act, args=given) for given in enumerate(OFFICERS)]
        self._threads.append(threading.Thread(target=self._work))

    @contextmanager
    def at_work(self) -> Iterator["Crowd"]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(60)
            self.database.close()

    def goes_on(self, commands: int, *, longest_s: float = 60) -> None:
        """Wait until so many more commands were answered."""
        end, until = time.monotonic() + longest_s, self.answered + commands
        while self.answered < until:
            assert time.monotonic() < end, "nobody is answered"
            assert not self.wrong, self.wrong
            time.sleep(_PAUSE_S)

    def _act(self, place: int, who: str) -> None:
        dice = random.Random(place)
        clients = Clients(self._app, self.database, self._place.tokens, dice)
        number = place * 100_000
        try:
            while not self._stop.is_set():
                number += 1
                self._do_one(clients, dice.choice(("start", "complete", "complete", "message")), number, who)
        except Exception as error:
            self.wrong.append(f"{who}: {error!r}")
            raise

    def _do_one(self, clients: Clients, kind: str, number: int, who: str) -> None:
        try:
            request = clients.think_of(kind, number, who) or clients.think_of("start", number, who)
        except NotReady:
            self._stop.wait(_PAUSE_S)
            return
        assert request is not None
        self.ledger.begin(request)
        while True:
            status, answer = clients.send(request)
            if status != 503:
                self.ledger.hear(number, status, answer)
                self.answered += status < 400
                return
            if self._stop.wait(_PAUSE_S):
                return

    def _work(self) -> None:
        while not self._stop.wait(_PAUSE_S):
            try:
                worker.tick(self.database)
                with suppress(AppError, OSError):  # a worker tells of it, and it comes again
                    run_without_key(self.database, outbox.deliver)
            except NotReady:
                continue
            except Exception as error:
                self.wrong.append(f"worker: {error!r}")
                raise

    def wrong_now(self) -> list[str]:
        """What is wrong once everybody has gone home."""
        database = self._place.open()
        with database.reading() as session:
            found = invariants.wrong_in(session, everything=True) + self.ledger.wrong(session)
        database.close()
        return self.wrong + self.ledger.refused(alone=False) + found
