"""Work on strangers' input in processes that may be killed: the time limit holds, and memory does not grow."""

import multiprocessing
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

_Job = tuple[Any, ...]
_Result = TypeVar("_Result")
_Answer = tuple[_Job, _Result | None, str]

#: A worker makes room for a fresh one after so many jobs, whatever it may have kept.
_JOBS_EACH = 300


@dataclass
class _Worker:
    process: BaseProcess
    link: Connection
    job: _Job | None = None  # what it works on now
    until: float = 0.0
    done: int = 0


def each(
    work: Callable[..., _Result], jobs: Iterable[_Job], seconds: float, *, workers: int | None = None
) -> Iterator[_Answer[_Result]]:
    """``work(*job)`` for each job, as (job, result, ""), in the order of finishing; (job, None, why) for one that
    raised, died, or was killed after ``seconds``."""
    context = multiprocessing.get_context("spawn")
    waiting = deque(jobs)
    crew: list[_Worker] = []
    most = min(workers or os.cpu_count() or 1, len(waiting))
    try:
        while waiting or any(worker.job for worker in crew):
            crew = [worker for worker in crew if worker.job or not _retired(worker)]
            while waiting and len(crew) < most:
                crew.append(_hired(context, work))
            for worker in crew:
                if worker.job is None and waiting:
                    _send(worker, waiting.popleft(), seconds)
            yield from _answers(crew, seconds)
    finally:
        for worker in crew:
            _dismiss(worker)


def _hired(context: Any, work: Callable[..., Any]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    # Ctrl+C goes to every process of a terminal; these are deaf to it, and dismissed by the one that hired them.
    resource_tracker.ensure_running()  # at its start it lets signals through again
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    process.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    theirs.close()
    return _Worker(process, ours)


def _retired(worker: _Worker) -> bool:
    if worker.done < _JOBS_EACH and worker.process.is_alive():
        return False
    _dismiss(worker)
    return True


def _dismiss(worker: _Worker) -> None:
    worker.link.close()
    worker.process.kill()
    worker.process.join()


def _send(worker: _Worker, job: _Job, seconds: float) -> None:
    """Give a job to a worker; a fresh one is waited for until it has loaded what it needs."""
    if not worker.done:
        worker.link.recv()
    worker.job, worker.until = job, time.monotonic() + seconds
    worker.link.send(job)


def _answers(crew: list[_Worker], seconds: float) -> Iterator[_Answer[Any]]:
    busy = [worker for worker in crew if worker.job]
    rest = min(worker.until for worker in busy) - time.monotonic()
    told = wait([worker.link for worker in busy], timeout=max(rest, 0))
    for worker in busy:
        if worker.link in told:
            yield _answer(worker)
        elif time.monotonic() > worker.until:
            worker.process.kill()
            worker.process.join()
            yield _taken(worker), None, f"longer than {seconds:g} s"


def _answer(worker: _Worker) -> _Answer[Any]:
    try:
        result, why = worker.link.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        result, why = None, f"the process died: exit code {worker.process.exitcode}"
    return _taken(worker), result, why


def _taken(worker: _Worker) -> _Job:
    job, worker.job, worker.done = worker.job, None, worker.done + 1
    return job or ()


def _serve(link: Connection, work: Callable[..., Any]) -> None:
    """A worker's life. Whatever a job raises is its answer: to find such jobs is what this is for."""
    try:
        link.send("ready")
        while True:
            job = link.recv()
            try:
                link.send((work(*job), ""))
            except Exception:
                link.send((None, traceback.format_exc()))
    except (EOFError, BrokenPipeError):
        return
