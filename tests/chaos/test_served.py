"""The installation as it runs, killed: its web, its worker, or all of it; who had no answer asks again."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from app.base.config import ROOT
from tests.chaos import invariants, office
from tests.chaos.ledger import Ledger
from tests.chaos.office import OFFICERS, Installation
from tests.chaos.requests import Request, think_of
from tests.serving import free_port

pytestmark = pytest.mark.slow
KILLS = 100 if os.environ.get("ALUR_CHAOS") else 3  # each of what is killed once
#: So soon after it was started again the installation says that it is well. Where others use the processors too, so
#: much of their time is all that it needs for it; and beside the suite's other tests no time is judged closely.
BACK_S = 5.0 if os.environ.get("ALUR_CHAOS") else 20.0


class Running:
    """``alur serve`` and ``alur worker``, each in a group of processes of its own, as a supervisor runs them."""

    def __init__(self, place: Installation) -> None:
        self.port = free_port()
        self._log = (place.config.data_dir.parent / "log").open("ab")
        given = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
        own = {"ALUR_DATA_DIR": str(place.config.data_dir), "ALUR_PORT": str(self.port), "ALUR_WATCH": "0"}
        own |= {"ALUR_DATABASE_URL": place.config.database_url, "ALUR_ALLOW_TIME_TRAVEL": "1"}
        self._environment = {**given, **own}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        line = [sys.executable, "-m", "app", name]
        self._processes[name] = subprocess.Popen(
            line, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        process = self._processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def back_after(self) -> tuple[float, float]:
        """Wait until ``/healthz`` says that all is well; seconds, and those that it had a processor for."""
        began = time.monotonic()
        while time.monotonic() < began + 120:
            with suppress(OSError, http.client.HTTPException):
                if self.get("/healthz")[0] == 200:
                    return time.monotonic() - began, self._processor_s()
            time.sleep(0.02)
        raise AssertionError("it does not come back")

    def _processor_s(self) -> float:
        """How long the server has had a processor since it was started."""
        parent = psutil.Process(self._processes["serve"].pid)
        times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path, None, {})

    def send(self, request: Request, token: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": request.word}
        headers["Content-Type"] = "application/json"
        return self._ask("POST", f"/api/v1{request.path}", json.dumps(request.body).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def end(self) -> None:
        for name in list(self._processes):
            self.kill(name)
        self._log.close()


@contextmanager
def running(place: Installation) -> Iterator[Running]:
    served = Running(place)
    try:
        for name in ("serve", "worker"):
            served.start(name)
        served.back_after()
        yield served
    finally:
        served.end()


class Officer(threading.Thread):
    """Asks one thing after another over HTTP; whatever he has no answer to he asks again."""

    def __init__(self, place: Installation, served: Running, who: str, ledger: Ledger) -> None:
        super().__init__()
        self._place, self._served, self.who, self._ledger = place, served, who, ledger
        self.stop = threading.Event()

    def run(self) -> None:
        dice, number = random.Random(self.who), OFFICERS.index(self.who) * 100_000
        database = self._place.open()
        while not self.stop.is_set():
            number += 1
            kind = dice.choice(("start", "claim", "complete", "complete", "message"))
            with database.reading() as session:
                request = think_of(session, kind, number, self.who, dice)
            if request is not None:
                self._ledger.begin(request)
                self._ask(request)
        database.close()

    def _ask(self, request: Request) -> None:
        while True:
            with suppress(OSError, http.client.HTTPException):
                status, body = self._served.send(request, self._place.tokens[self.who])
                if status != 503:
                    self._ledger.hear(request.number, status, json.loads(body))
                    return
            time.sleep(0.05)


def test_an_installation_that_is_killed_comes_back_at_once_and_has_lost_nothing(tmp_path: Path) -> None:
    place, dice, ledger = office.make(tmp_path / "data"), random.Random(15), Ledger()
    late = list[float]()
    with running(place) as served:
        officers = [Officer(place, served, who, ledger) for who in OFFICERS]
        for officer in officers:
            officer.start()
        for number in range(KILLS):
            answered = ledger.answered
            while ledger.answered < answered + 5:
                assert all(officer.is_alive() for officer in officers)
                time.sleep(0.02)
            time.sleep(dice.random() * 0.2)
            killed = (("serve",), ("worker",), ("serve", "worker"))[number % 3]
            for name in killed:
                served.kill(name)
            for name in killed:
                served.start(name)
            waited_s, ran_s = served.back_after()
            late += [min(waited_s, ran_s)] if "serve" in killed else []
        for officer in officers:
            officer.stop.set()
        for officer in officers:
            officer.join(60)
    database = place.open()
    with database.reading() as session:
        wrong = invariants.wrong_in(session, everything=True) + ledger.wrong(session)
    database.close()
    assert wrong + ledger.refused(alone=False) == []
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert max(late) < BACK_S, late
