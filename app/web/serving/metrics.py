"""Figures for Prometheus: what was asked for since this process began, and how the installation is.

There are several processes and one address. Each keeps its counts in a file of its own place, and whichever is asked
tells those of all: ``process`` is the place, 0 and up. A process that ends leaves its place to the next one, which
begins at zero, as Prometheus expects it. Endpoints have the application's own names; no address, name or number of a
case is told, and no label grows. See docs/decisions/0059-figures-logs-and-health.md.
"""

import fcntl
import hmac
import json
import logging
import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from flask import Blueprint, Flask, current_app, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.base import log_safety
from app.services.maintenance import condition
from app.web import context

blueprint = Blueprint("metrics", __name__)
logger = logging.getLogger(log_safety.REQUESTS)

#: Upper bounds, in seconds, of the classes that durations are counted in.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
#: So often a process writes its counts down, in seconds, while it is asked.
_WRITTEN_EVERY_S = 2.0
_MOST_PLACES = 64
_UNKNOWN = "none"
_KEY, _FOLDER = "alur.metrics", "alur.metrics.folder"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


#: Of each kind of count, how often by what was counted.
Told = Mapping[str, Mapping[str, float]]


class Counts:
    """What this process was asked for, and the file that it tells of; without a ``folder`` nobody else is told."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._leave: Callable[[], object] | None = None
        self._path: Path | None = None
        self._written_at = 0.0
        self.requests = Counter[str]()
        self.classes = Counter[str]()
        self.seconds: dict[str, float] = {}

    def add(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        bound = next((one for one in BOUNDS if seconds <= one), "+Inf")
        with self._lock:
            self.requests[f"{endpoint} {method} {status}"] += 1
            self.classes[f"{_kind(endpoint)} {bound}"] += 1
            self.seconds[endpoint] = self.seconds.get(endpoint, 0.0) + seconds
            due = time.monotonic() - self._written_at > _WRITTEN_EVERY_S
        if due:
            self.write()

    def write(self) -> None:
        """Write the counts down. A disk that is full takes no figures, and breaks no request."""
        if self._folder is None:
            return
        with self._lock, suppress(OSError):
            self._written_at = time.monotonic()
            path = self._path or self._take_place(self._folder)
            beside = path.with_suffix(".new")
            beside.write_text(json.dumps(self.as_dict))
            beside.replace(path)

    @property
    def as_dict(self) -> Told:
        """The counts as they are written down."""
        return {"requests": self.requests, "classes": self.classes, "seconds": self.seconds}

    @property
    def of_all_processes(self) -> Mapping[str, Told]:
        """What all processes told last, by their places."""
        if self._folder is None:
            return {"0": self.as_dict}
        self.write()
        return dict(_written(self._folder))

    def _take_place(self, folder: Path) -> Path:
        """Take the first place that no living process has: its lock goes with the process."""
        folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(_MOST_PLACES):
            lock = os.open(folder / f"{number}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                continue
            self._leave, self._path = weakref.finalize(self, os.close, lock), folder / f"{number}.json"
            return self._path
        raise OSError

    def close(self) -> None:
        """Leave the place."""
        if self._leave is not None:
            self._leave()
            self._leave = self._path = None


def _kind(endpoint: str) -> str:
    """Of a class of durations: the API, files of the interface, or pages."""
    return "api" if endpoint.startswith("api") else "static" if endpoint == "static" else "page"


def init_app(app: Flask, folder: Path | None) -> None:
    """Count each request; with JSON logs also tell of each in a line. ``folder``: where processes tell each other."""
    app.extensions[_KEY] = {}
    app.extensions[_FOLDER] = folder
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.metrics_began = time.monotonic()


def _end(response: Response) -> Response:
    seconds = time.monotonic() - g.get("metrics_began", time.monotonic())
    endpoint = request.endpoint or _UNKNOWN
    method = request.method if request.method in _METHODS else _UNKNOWN
    counts().add(endpoint, method, response.status_code, seconds)
    if logger.isEnabledFor(logging.INFO):
        told = {
            "endpoint": endpoint,
            "method": method,
            "status": response.status_code,
            "ms": round(1000 * seconds),
        }
        logger.info("request", extra={"told": told})
    return response


def counts() -> Counts:
    """Those of this process: one that was forked counts by itself."""
    known: dict[int, Counts] = current_app.extensions[_KEY]
    found = known.get(os.getpid())
    return found or known.setdefault(os.getpid(), Counts(current_app.extensions[_FOLDER]))


@blueprint.get("/metrics")
@context.public
def tell() -> Response:
    """All figures, in the text format of Prometheus; 404 for whoever may not read them."""
    if not _may_read():
        raise NotFound
    with context.database().reading() as session:
        measured, build = condition.measure(session), condition.build(session)
    lines = [*_of_installation(measured, build), *_of_requests(counts().of_all_processes)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read() -> bool:
    """With ``ALUR_METRICS_TOKEN`` whoever sends it. Without one only this machine, where no proxy asks for others."""
    token = context.config().metrics_token
    if token:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), token.encode())
    forwarded = any(
        name.lower().startswith(("x-forwarded", "forwarded", "via")) for name, _value in request.headers
    )
    return context.config().local and not forwarded and _is_own(request.remote_addr)


def _is_own(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


#: What is told of the installation: name → what it is. `Condition` has them by these names.
_GAUGES = {
    "open_tasks": "User tasks that are open.",
    "overdue_tasks": "Open user tasks whose deadline has passed.",
    "open_incidents": "Incidents that nobody resolved.",
    "jobs_waiting": "Timers that wait.",
    "jobs_late": "Timers that should have fired.",
    "job_late_s": "Seconds since the first of those should have fired.",
    "outbox_waiting": "Notices that wait to be delivered.",
    "outbox_age_s": "Seconds since the oldest of those was queued.",
    "search_lag": "Events of cases behind the newest whose case is indexed for search.",
    "work_late": "Pieces of other work that are due and that no worker is at.",
    "work_late_s": "Seconds since the first of those was due.",
    "work_failing": "Pieces of other work that failed when they were tried last.",
    "sessions_open": "Sessions of signed-in browsers.",
    "worker_age_s": "Seconds since the worker was heard.",
    "backup_age_s": "Seconds since the newest backup by schedule.",
    "checkpoint_refused": "1 where no checkpoint is made, as the record is not what was signed of it.",
    "disk_free_bytes": "Bytes free where the data lie.",
    "disk_bytes": "Bytes of that disk.",
}


def _of_installation(measured: condition.Condition, build: condition.Build) -> Iterator[str]:
    yield "# HELP alur_build_info What runs here."
    yield "# TYPE alur_build_info gauge"
    yield f'alur_build_info{{database="{build.database}",revision="{build.revision}"}} 1'
    values = measured.numbers
    for name, words in _GAUGES.items():
        if name in values:
            told = f"alur_{name.removesuffix('_s')}_seconds" if name.endswith("_s") else f"alur_{name}"
            yield f"# HELP {told} {words}"
            yield f"# TYPE {told} gauge"
            yield f"{told} {values[name]:.15g}"


def _of_requests(held: Mapping[str, Told]) -> Iterator[str]:
    yield "# HELP alur_requests_total Requests answered."
    yield "# TYPE alur_requests_total counter"
    for place, one in held.items():
        for key, number in sorted(one["requests"].items()):
            endpoint, method, status = key.split(" ")
            labels = f'endpoint="{endpoint}",method="{method}",status="{status}",process="{place}"'
            yield f"alur_requests_total{{{labels}}} {number}"
    yield "# HELP alur_request_seconds_total Seconds that answering took, by endpoint."
    yield "# TYPE alur_request_seconds_total counter"
    for place, one in held.items():
        for endpoint, seconds in sorted(one["seconds"].items()):
            yield f'alur_request_seconds_total{{endpoint="{endpoint}",process="{place}"}} {seconds:.6f}'
    yield "# HELP alur_request_seconds How long answering took."
    yield "# TYPE alur_request_seconds histogram"
    for place, one in held.items():
        for kind in ("page", "api", "static"):
            yield from _histogram(one, kind, place)


def _histogram(one: Told, kind: str, place: str) -> Iterator[str]:
    number = 0.0
    for bound in (*BOUNDS, "+Inf"):
        number += one["classes"].get(f"{kind} {bound}", 0)
        yield f'alur_request_seconds_bucket{{kind="{kind}",le="{bound}",process="{place}"}} {number:g}'
    total = sum(seconds for endpoint, seconds in one["seconds"].items() if _kind(endpoint) == kind)
    yield f'alur_request_seconds_sum{{kind="{kind}",process="{place}"}} {total:.6f}'
    yield f'alur_request_seconds_count{{kind="{kind}",process="{place}"}} {number:g}'


def _written(folder: Path) -> Iterator[tuple[str, Told]]:
    """What each process wrote down, by its place; a file that is being replaced is read whole all the same."""
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError, ValueError):
            yield path.stem, json.loads(path.read_text())
