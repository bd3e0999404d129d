"""How long others wait beside somebody who sends as much as he can, and what memory is kept of it.

Others are three officers who read pages one after the other. Each round measures them alone, then beside the abuser:
the machine may be busy with other things. Whoever abuses is a process of its own behind all else, as he would be on a
machine of his own.
"""

import http.client
import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlencode

from app.web import create_app
from app.web.serving.costs import APART, KINDS, Kind
from tests.bench.figures import databases, memory_mb, row
from tests.reports import report, report_values
from tests.serving import Browser, Installation

ROUNDS, ROUND_S, BEFORE_S, PAUSE_S = 2, 10.0, 3.0, 0.05
CASES = 6
#: As many connections as each abuser has, in the order in which they come.
CONNECTIONS = (24, 80, 300, 200, 300)
#: RSS is looked at for so long, in seconds.
RSS_S, LOOK_S = 600.0, 5.0
#: The address of whoever is not signed in; others come from 127.0.0.1.
STRANGER = "127.0.0.2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Request:
    """One of those that are sent again and again."""

    method: str
    path: str
    body: str = ""
    cookie: str = ""
    source: str = "127.0.0.1"


def measure(folder: Path) -> None:
    for name, office in databases(folder):
        _measure(name, office)


def _measure(name: str, office: Installation) -> None:
    with office.running():
        ids = _start_cases(office)
        greedy, owner = office.browser("upp"), office.browser("pemilik")
        owner.get("/proses/1")
        reply = owner.post("/studio/dari-versi/1")
        draft = int(reply.headers["Location"].rstrip("/").rsplit("/", 1)[-1])
        greedy.get(f"/perkara/{ids[0]}/berkas")
        others = [office.browser(who) for who in ("lapor", "koordinator", "auditor")]
        _read_pages(others, ids, BEFORE_S)
        files, forecasts, sign_ins, costly, open_ = CONNECTIONS
        _memory(office, name, files, _case_files(greedy, ids))
        for what, count, requests in (
            (f"{files} case files of one officer", files, _case_files(greedy, ids)),
            (f"{forecasts} fast-forwards of one owner", forecasts, _forecasts(owner, draft)),
            (f"{sign_ins} sign-ins of one address", sign_ins, _sign_ins(office)),
            (f"{costly} connections, all costly routes", costly, _costly(office, owner, draft, ids[0])),
            (f"{open_} anonymous, all open routes", open_, _open(office)),
        ):
            _beside(office, f"{name}: {what}", count, requests, others, ids)


def _start_cases(office: Installation) -> list[int]:
    api = office.api("lapor")
    found = []
    for n in range(CASES):
        values = {**report_values(report("SIN-001")), "tracking_id": str(2_000_000 + n)}
        found.append(api.post("/process-instances", {"key": "pengaduan", "variables": values}).json["id"])
    return found


def _cookie(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def _case_files(browser: Browser, ids: Sequence[int]) -> list[Request]:
    body = urlencode({"csrf_token": browser.csrf, "form": "zip"})
    return [Request("POST", f"/perkara/{one}/berkas", body, _cookie(browser)) for one in ids]


def _forecasts(owner: Browser, draft: int) -> list[Request]:
    path = f"/studio/{draft}/maju-cepat?sumber=buatan&jumlah=300&hari=90&benih="
    return [Request("GET", f"{path}{n}", cookie=_cookie(owner)) for n in range(500)]


def _sign_ins(office: Installation) -> list[Request]:
    browser = Browser("127.0.0.1", office.port)
    browser.get("/masuk")
    bodies = [
        urlencode({"csrf_token": browser.csrf, "username": f"nobody{n}", "password": "demo"})
        for n in range(500)
    ]
    return [Request("POST", "/masuk", body, _cookie(browser), STRANGER) for body in bodies]


def _costly(office: Installation, owner: Browser, draft: int, case: int) -> list[Request]:
    """All routes that cost much and can be asked for by an address alone."""
    given = {
        "draft_id": draft,
        "instance_id": case,
        "case_id": case,
        "definition_id": 1,
        "name": "pengaduan.bpmn",
    }
    app = create_app(office.config, office.database)
    found = []
    for rule in app.url_map.iter_rules():
        if KINDS.get(rule.endpoint) in (*APART, Kind.TRIAL) and "GET" in (rule.methods or ()):
            with suppress(KeyError):
                values = {name: given[name] for name in rule.arguments}
                path = app.url_map.bind("").build(rule.endpoint, values)
                more = "?sumber=buatan&jumlah=200" if rule.endpoint.startswith("forecast") else ""
                found.append(Request("GET", path + more, cookie=_cookie(owner)))
    return found


def _open(office: Installation) -> list[Request]:
    app = create_app(office.config, office.database)
    views = app.view_functions
    rules = [one for one in app.url_map.iter_rules() if getattr(views[one.endpoint], "public", False)]
    paths = [one.rule for one in rules if "GET" in (one.methods or ()) and not one.arguments]
    return [Request("GET", path, source=STRANGER) for path in [*paths, "/foto/unknown", "/static/unknown.js"]]


def _beside(
    office: Installation,
    what: str,
    count: int,
    requests: Sequence[Request],
    others: Sequence[Browser],
    ids: Sequence[int],
) -> None:
    alone, beside, answered = list[float](), list[float](), 0
    for _round in range(ROUNDS):
        alone += _read_pages(others, ids, ROUND_S)
        with _abused(office.port, count, requests) as number:
            time.sleep(BEFORE_S)
            beside += _read_pages(others, ids, ROUND_S)
        answered += number.value
        time.sleep(LOOK_S)
    before, after = _p95(alone), _p95(beside)
    figure = (
        f"p95 {before:.0f} ms alone, {after:.0f} beside: {after / before:.1f} × (worst {max(beside):.1f} s)"
    )
    row(what, f"{figure}; {answered} answers", "≤ 2 ×")


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def _read_pages(others: Sequence[Browser], ids: Sequence[int], seconds: float) -> list[float]:
    """How long pages took, which each of them read one after the other."""
    took, end = list[float](), time.monotonic() + seconds

    def work(browser: Browser) -> None:
        for path in itertools.cycle(("/tugas", f"/perkara/{ids[0]}", "/notifikasi", "/perkara")):
            if time.monotonic() > end:
                return
            began = time.perf_counter()
            status = browser.get(path).status
            took.append(time.perf_counter() - began)
            assert status in {200, 302}, (path, status)
            time.sleep(PAUSE_S)

    _together([threading.Thread(target=work, args=(one,)) for one in others])
    return took


def _together(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _abused(port: int, count: int, requests: Sequence[Request]) -> Iterator[object]:
    spawning = multiprocessing.get_context("spawn")
    number, begun = spawning.Value("i", 0), spawning.Event()
    sending = spawning.Process(target=_abuse, args=(port, count, requests, number, begun))
    sending.start()
    assert begun.wait(120)
    yield number
    sending.kill()
    sending.join()


def _abuse(port: int, count: int, requests: Sequence[Request], number: object, begun: Event) -> None:
    """Send one after the other on each of so many connections, until the process is killed."""
    begun.set()
    os.nice(10)
    turns = itertools.cycle(requests)

    def send() -> None:
        while True:
            one = next(turns)
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(one.source, 0))
            with suppress(OSError, http.client.HTTPException):
                link.request(one.method, one.path, one.body or None, {"Cookie": one.cookie, **FORM})
                link.getresponse().read()
                with number.get_lock():  # type: ignore[attr-defined]
                    number.value += 1  # type: ignore[attr-defined]
            link.close()

    _together([threading.Thread(target=send) for _n in range(count)])


def _memory(office: Installation, name: str, count: int, requests: Sequence[Request]) -> None:
    pid = office.processes["serve"].pid
    time.sleep(LOOK_S)
    before = most = memory_mb(pid, "Rss")
    with _abused(office.port, count, requests):
        end = time.monotonic() + 4 * LOOK_S
        while time.monotonic() < end:
            with suppress(OSError):  # a program that has just ended
                most = max(most, memory_mb(pid, "Rss"))
            time.sleep(0.5)
    began = time.monotonic()
    while (after := memory_mb(pid, "Rss")) > 1.2 * before and time.monotonic() - began < RSS_S:
        time.sleep(LOOK_S)
    figure = f"RSS {before:.0f} MB, {most:.0f} meanwhile, {after:.0f} after {time.monotonic() - began:.0f} s"
    row(f"{name}: {count} case files", figure, "≤ 1.2 × after 600 s")
