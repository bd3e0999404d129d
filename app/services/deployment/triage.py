"""What becomes of other people's diagrams: each file read, and on demand driven to an end, without a database."""

import multiprocessing
import os
import signal
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, TypeVar

from app.base.errors import InvalidDiagram
from app.engine.reading import reader
from app.findings import Finding
from app.services.deployment import triage_driver

_Job = tuple[Any, ...]
_Result = TypeVar("_Result")
_Answer = tuple[_Job, _Result | None, str]

#: A worker makes room for a fresh one after so many jobs, whatever it may have kept.
_JOBS_EACH = 300

#: Longer than this nobody waits for one file.
SECONDS = 5.0
#: Files with these endings may be diagrams.
ENDINGS = (".bpmn", ".xml")
_MOST_BYTES = 20_000_000

Verdict = Literal["runs", "asks", "refused", "crashed"]
VERDICTS: tuple[Verdict, ...] = ("runs", "asks", "refused", "crashed")
ENDS = triage_driver.ENDS


@dataclass(frozen=True)
class Outcome:
    """What one file came to. ``asks``: it runs, and asks a person where the drawing leaves a choice open.

    ``findings``: the code of each, errors first; ``sentences``: what they say. ``drives``: with ``--run``, how each
    process ended (`triage_drive.Drive`). ``detail``: the traceback of a crash.
    """

    file: str
    verdict: Verdict
    findings: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    questions: int = 0
    drives: tuple[triage_driver.Drive, ...] = ()
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "findings": list(self.findings),
            "sentences": list(self.sentences),
            "questions": self.questions,
            "drives": [drive.as_dict() for drive in self.drives],
            "detail": self.detail,
        }


@dataclass
class Totals:
    """Counts over all files; nothing of a file itself is kept."""

    verdicts: Counter[str] = field(default_factory=Counter)
    drives: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)  # files with this error
    warnings: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.verdicts[outcome.verdict] += 1
        self.drives.update(drive.end for drive in outcome.drives)
        for finding in set(outcome.findings):
            severity, _colon, code = finding.partition(":")
            (self.errors if severity == "error" else self.warnings)[code] += 1

    def as_dict(self) -> dict[str, Any]:
        """The totals as JSON, the commonest first."""
        return {name: dict(counter.most_common()) for name, counter in vars(self).items()}


def files(folder: Path) -> list[Path]:
    """The files below ``folder`` that may be diagrams, in order of their names."""
    found = (Path(top) / name for top, _folders, names in os.walk(folder) for name in names)
    return sorted(path for path in found if path.suffix.lower() in ENDINGS and path.is_file())


def judged(
    paths: Sequence[Path], *, run: bool = False, seed: int = 0, seconds: float = SECONDS
) -> Iterator[Outcome]:
    """Judge each file, in any order. One that takes longer than ``seconds`` or kills its worker has crashed."""
    jobs = [(str(path), run, f"{seed}:{_written(path.name)}") for path in paths]
    for job, outcome, why in each(judge, jobs, seconds):
        yield outcome or Outcome(job[0], "crashed", detail=why)


def judge(file: str, run: bool, seed: str) -> Outcome:
    """Read one file and, with ``run``, drive each of its processes."""
    content = _content(Path(file))
    try:
        diagrams = reader.read_diagrams(content, file=Path(file).name)
    except InvalidDiagram as error:
        return Outcome(file, "refused", *_codes_and_sentences(error.findings))
    questions = sum(len(diagram.questions) for diagram in diagrams)
    findings = tuple(finding for diagram in diagrams for finding in diagram.findings)
    return Outcome(
        file,
        "asks" if questions else "runs",
        *_codes_and_sentences(findings),
        questions=questions,
        drives=triage_driver.drive_pools(diagrams, seed) if run else (),
    )


def _written(name: str) -> str:
    """The name with the half characters written out that stand for what is no UTF-8: dice take none."""
    return name.encode("utf-8", "backslashreplace").decode()


def _content(path: Path) -> bytes:
    """The file, but of one far too large only as much as shows that it is."""
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def _codes_and_sentences(findings: Sequence[Finding]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    codes = tuple(f"{finding.severity}:{finding.code}" for finding in ordered)
    return codes, tuple(f"{finding.line or '–'}: {finding.what} {finding.todo}" for finding in ordered)


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
