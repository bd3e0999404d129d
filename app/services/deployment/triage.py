"""What becomes of other people's diagrams: each file read, and on demand driven to an end, without a database."""

import math
import multiprocessing
import os
import pickle
import resource
import signal
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, TypeVar

from app.base.errors import InvalidDiagram
from app.engine.reading import reader
from app.findings import Finding
from app.services.deployment import triage_driver, triage_folder
from app.services.deployment.bundle_builder import collect

_Job = tuple[Any, ...]
_Result = TypeVar("_Result")
_Answer = tuple[_Job, _Result | None, str]

#: A worker makes room for a fresh one after so many jobs, whatever it may have kept.
_JOBS_EACH = 300

#: More of a processor than this nobody gives to one file; it says the same however busy the machine is.
SECONDS = 5.0
#: So much longer by the clock a worker is left alone that does nothing.
_PATIENCE = 20
#: Files with these endings may be diagrams.
ENDINGS = triage_folder.DIAGRAMS

Verdict = Literal["runs", "asks", "incomplete", "refused", "crashed"]
VERDICTS: tuple[Verdict, ...] = ("runs", "asks", "incomplete", "refused", "crashed")
#: What is missing, by the finding that says so: what it is, and the parameter that names it.
_LACKS: Mapping[str, tuple[triage_folder.Kind, str]] = {
    "call_unknown": ("process", "key"),
    "form_missing": ("form", "form"),
    "decision_missing": ("decision", "decision"),
}
ENDS = triage_driver.ENDS


@dataclass(frozen=True)
class Outcome:
    """What one file came to. ``asks``: it runs, and asks a person where the drawing leaves a choice open. Both are
    said of what can be deployed with what the folder holds; ``incomplete``: it ``lacks`` something, a file that is
    refused or, as ``form: x``, what no file holds.

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
    lacks: tuple[str, ...] = ()

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
            "lacks": list(self.lacks),
        }


@dataclass
class Totals:
    """Counts over all files; nothing of a file itself is kept."""

    verdicts: Counter[str] = field(default_factory=Counter)
    drives: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)  # files with this error
    warnings: Counter[str] = field(default_factory=Counter)
    lacking: Counter[str] = field(default_factory=Counter)  # what holds so many files up

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.verdicts[outcome.verdict] += 1
        self.lacking.update(outcome.lacks)
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
    paths: Sequence[Path],
    *,
    run: bool = False,
    seed: int = 0,
    seconds: float = SECONDS,
    folder: Path | None = None,
) -> Iterator[Outcome]:
    """Judge each file, in any order, with what lies in ``folder``, else beside it. One that takes more than
    ``seconds`` of a processor or kills its worker has crashed."""
    if not paths:
        return
    common = Path(os.path.commonpath([path.parent for path in paths]))
    with tempfile.NamedTemporaryFile(suffix=".index") as index:
        pickle.dump(triage_folder.index_of(folder or common), index)
        index.flush()
        jobs = [(str(path), run, f"{seed}:{_written(path.name)}", index.name) for path in paths]
        for job, outcome, why in each(judge, jobs, seconds):
            yield outcome or Outcome(job[0], "crashed", detail=why)


def judge(file: str, run: bool, seed: str, index: str) -> Outcome:
    """Read one file, check it with what it needs and, with ``run``, drive each of its processes."""
    content = triage_folder.content_of(file)
    try:
        diagrams = reader.read_diagrams(content, file=Path(file).name)
    except InvalidDiagram as error:
        return Outcome(file, "refused", *_codes_and_sentences(error.findings))
    needed = triage_folder.with_needed(file, diagrams, _index(index))
    given = {name: triage_folder.content_of(path) for name, path in needed.items()}
    found = [one for one in collect(None, given).findings if one.severity == "error"]
    own = [one for one in found if needed.get(one.file or "", file) == file and one.code not in _LACKS]
    if own:
        return Outcome(file, "refused", *_codes_and_sentences(own))
    if found:
        lacks = dict.fromkeys(_lack(one, needed, file, _index(index)) for one in found)
        return Outcome(file, "incomplete", *_codes_and_sentences(found), lacks=tuple(lacks))
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


@lru_cache(maxsize=1)
def _index(path: str) -> triage_folder.Index:
    with Path(path).open("rb") as file:
        found: triage_folder.Index = pickle.load(file)  # noqa: S301 written by `judged`, whose worker this is
    return found


def _lack(finding: Finding, needed: Mapping[str, str], file: str, index: triage_folder.Index) -> str:
    """What a file waits for: the other file that is refused, or what is nowhere."""
    holder = needed.get(finding.file or "", file)
    if finding.code not in _LACKS:
        return holder
    kind, parameter = _LACKS[finding.code]
    name = finding.params[parameter].removesuffix(".form")
    return index.nearest(kind, name, holder) or f"{kind}: {name}"


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
    raised, died, or was killed after ``seconds`` of a processor."""
    context = multiprocessing.get_context("spawn")
    waiting = deque(jobs)
    crew: list[_Worker] = []
    most = min(workers or os.cpu_count() or 1, len(waiting))
    try:
        while waiting or any(worker.job for worker in crew):
            crew = [worker for worker in crew if worker.job or not _retired(worker)]
            while waiting and len(crew) < most:
                crew.append(_hired(context, work, seconds))
            for worker in crew:
                if worker.job is None and waiting:
                    _send(worker, waiting.popleft(), seconds)
            yield from _answers(crew, seconds)
    finally:
        for worker in crew:
            _dismiss(worker)


def _hired(context: Any, work: Callable[..., Any], seconds: float) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work, seconds), daemon=True)
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
    worker.job, worker.until = job, time.monotonic() + seconds * _PATIENCE
    worker.link.send(job)


def _answers(crew: list[_Worker], seconds: float) -> Iterator[_Answer[Any]]:
    busy = [worker for worker in crew if worker.job]
    rest = min(worker.until for worker in busy) - time.monotonic()
    told = wait([worker.link for worker in busy], timeout=max(rest, 0))
    for worker in busy:
        if worker.link in told:
            yield _answer(worker, seconds)
        elif time.monotonic() > worker.until:
            worker.process.kill()
            worker.process.join()
            yield _taken(worker), None, f"longer than {seconds:g} s"


def _answer(worker: _Worker, seconds: float) -> _Answer[Any]:
    try:
        result, why = worker.link.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        died = worker.process.exitcode
        why = (
            f"longer than {seconds:g} s" if died == -signal.SIGXCPU else f"the process died: exit code {died}"
        )
        result = None
    return _taken(worker), result, why


def _taken(worker: _Worker) -> _Job:
    job, worker.job, worker.done = worker.job, None, worker.done + 1
    return job or ()


def _serve(link: Connection, work: Callable[..., Any], seconds: float) -> None:
    """A worker's life. Whatever a job raises is its answer: to find such jobs is what this is for."""
    try:
        link.send("ready")
        while True:
            job = link.recv()
            _allow(seconds)
            try:
                link.send((work(*job), ""))
            except Exception:
                link.send((None, traceback.format_exc()))
    except (EOFError, BrokenPipeError):
        return


def _allow(seconds: float) -> None:
    """Let this process have so many seconds more of a processor, at least; then the system ends it."""
    _soft, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds), most))
