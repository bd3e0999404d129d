"""Web processes under load: how much two answer beside one, and how long others wait beside slow and greedy clients.

Clients of requests that are timed read ``/tasks`` by the API; those of throughput also claim a task and give it back.
"""

import http.client
import multiprocessing
import os
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.bench.figures import Series, memory_mb, office_for, postgresql, row
from tests.reports import report, report_values
from tests.serving import Api, Installation, multipart

CLIENTS, ROUNDS, ROUND_S, BESIDE_S = 4, 5, 3.0, 12.0
SLOW, PAINTERS = 200, 10
KINDS = ("sqlite", "postgresql")
#: So long the others are at it before somebody is timed.
BEFORE_S = 5.0
HEAD = b"GET /masuk HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
BODY = (
    b"POST /masuk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nu"
)


def measure(folder: Path) -> None:
    for name in KINDS:
        _two_beside_one(folder / name, name)
    office = office_for(folder / "slow", ALUR_PENDING_FILES_MB="100000")
    with office.running():
        time.sleep(BEFORE_S)
        pids = [process.pid for process in office.processes.values()]
        told = ", ".join(
            f"{kind} {sum(memory_mb(pid, kind) for pid in pids):.0f} MB" for kind in ("Rss", "Pss")
        )
        row("web (as by default) and worker, as started", told, "≤ 260 MB")
        _start_cases(office)
        for what, busy in (
            ("heads, one address", lambda: _slow(office.port, HEAD, 1)),
            ("heads, 100 addresses", lambda: _slow(office.port, HEAD, 100)),
            ("bodies, one address", lambda: _slow(office.port, BODY, 1)),
            ("bodies, 100 addresses", lambda: _slow(office.port, BODY, 100)),
        ):
            _beside(office, f"{SLOW} slow {what}", busy)
        _beside(office, f"{PAINTERS} who send pictures of 16 MP", lambda: _painters(office))


def _start_cases(office: Installation) -> list[str]:
    api = office.api("lapor")
    for n in range(CLIENTS):
        values = {**report_values(report("SIN-001")), "tracking_id": str(2_000_000 + n)}
        assert api.post("/process-instances", {"key": "pengaduan", "variables": values}).status == 201
    return [task["id"] for task in api.get("/tasks").json["items"]]


def _two_beside_one(folder: Path, name: str) -> None:
    """Rounds of one and of two processes in turns: the machine may be busy with other things."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        running = {}
        for count in rates:
            more = {"ALUR_WEB_PROCESSES": str(count)}
            if name == "postgresql":
                more["ALUR_DATABASE_URL"] = stack.enter_context(postgresql(folder / f"server_{count}"))
            office = office_for(folder / str(count), **more)
            stack.enter_context(office.running(worker=False))
            clients = [office.api("lapor") for _n in range(CLIENTS)]
            running[count] = (clients, _start_cases(office))
        for _round in range(ROUNDS):
            for count, (clients, tasks) in running.items():
                rates[count].append(_rate(clients, tasks))
    one, two = (statistics.median(rates[count]) for count in (1, 2))
    row(f"{CLIENTS} clients, {name}", f"1 process {one:.0f}/s, 2 {two:.0f}/s: {two / one:.2f} ×", "≥ 1.7 ×")


def _rate(clients: list[Api], tasks: list[str]) -> float:
    done, end = [0] * len(clients), time.monotonic() + ROUND_S

    def work(n: int) -> None:
        while time.monotonic() < end:
            replies = [clients[n].get("/tasks") for _n in range(4)]
            replies += [clients[n].post(f"/tasks/{tasks[n]}/{what}") for what in ("claim", "release")]
            assert {reply.status for reply in replies} == {200}, [reply.status for reply in replies]
            done[n] += len(replies)

    _together(work, len(clients))
    return sum(done) / ROUND_S


def _beside(office: Installation, what: str, busy: Callable[[], AbstractContextManager[None]]) -> None:
    alone = _times(office)
    with busy():
        beside = _times(office)
    ratio = _p95(beside) / _p95(alone)
    figure = f"p95 {_p95(alone):.0f} ms alone, {_p95(beside):.0f} ms beside: {ratio:.1f} ×"
    row(f"beside {what}", figure, "≤ 2 ×")


def _p95(series: Series) -> float:
    return sorted(series.seconds)[int(len(series.seconds) * 0.95)] * 1000


def _times(office: Installation) -> Series:
    clients, series, end = [office.api("lapor") for _n in range(2)], Series(), time.monotonic() + BESIDE_S

    def work(n: int) -> None:
        while time.monotonic() < end:
            with series.timing():
                assert clients[n].get("/tasks").status == 200

    _together(work, len(clients))
    return series


def _together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _slow(port: int, begun: bytes, addresses: int) -> Iterator[None]:
    """Connections that send a byte every two seconds; who is hung up on comes again."""
    stop = threading.Event()

    def connect(n: int) -> socket.socket:
        link = socket.socket()
        link.bind((f"127.0.0.{1 + n % addresses}", 0))
        link.connect(("127.0.0.1", port))
        link.sendall(begun)
        link.setblocking(False)
        return link

    def drip() -> None:
        links = [connect(n) for n in range(SLOW)]
        while not stop.wait(2):
            for n, link in enumerate(links):
                try:
                    link.send(b"a")
                    with suppress(BlockingIOError):
                        assert link.recv(100)
                except (OSError, AssertionError):
                    link.close()
                    links[n] = connect(n)
        for link in links:
            link.close()

    dripping = threading.Thread(target=drip)
    dripping.start()
    time.sleep(BEFORE_S)
    yield
    stop.set()
    dripping.join()


@contextmanager
def _painters(office: Installation) -> Iterator[None]:
    buffer = BytesIO()
    noise = Image.frombytes("RGB", (490, 326), os.urandom(3 * 490 * 326))
    noise.resize((4900, 3260)).save(buffer, "JPEG", quality=88)
    body, kind = multipart([], [("file", "foto.jpg", buffer.getvalue())])
    headers = {"Authorization": f"Bearer {office.token('lapor')}", **kind}
    # A process of its own: beside them in one, who is timed would wait for Python as well.
    sending = multiprocessing.get_context("spawn").Process(target=_paint, args=(office.port, body, headers))
    sending.start()
    time.sleep(BEFORE_S)
    yield
    sending.kill()
    sending.join()


def _paint(port: int, body: bytes, headers: dict[str, str]) -> None:
    """Send the picture again and again, ten at once, until the process is killed."""

    def send(_n: int) -> None:
        while True:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            link.request("POST", "/api/v1/files", body, headers)
            assert link.getresponse().status in {201, 422}
            link.close()

    _together(send, PAINTERS)
