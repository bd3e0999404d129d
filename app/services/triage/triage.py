"""What becomes of other people's diagrams: each file read, and on demand driven to an end, without a database."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from app.engine.reading import reader
from app.errors import InvalidDiagram
from app.findings import Finding
from app.services.triage import driver, pool_driver, workers

#: Longer than this nobody waits for one file.
SECONDS = 5.0
#: Files with these endings may be diagrams.
ENDINGS = (".bpmn", ".xml")
_MOST_BYTES = 20_000_000

Verdict = Literal["runs", "asks", "refused", "crashed"]
VERDICTS: tuple[Verdict, ...] = ("runs", "asks", "refused", "crashed")
ENDS = driver.ENDS


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
    drives: tuple[driver.Drive, ...] = ()
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
    for job, outcome, why in workers.each(judge, jobs, seconds):
        yield outcome or Outcome(job[0], "crashed", detail=why)


def judge(file: str, run: bool, seed: str) -> Outcome:
    """Read one file and, with ``run``, drive each of its processes."""
    content = _content(Path(file))
    try:
        diagrams = reader.read_diagrams(content, file=Path(file).name)
    except InvalidDiagram as error:
        return Outcome(file, "refused", *_told(error.findings))
    questions = sum(len(diagram.questions) for diagram in diagrams)
    findings = tuple(finding for diagram in diagrams for finding in diagram.findings)
    return Outcome(
        file,
        "asks" if questions else "runs",
        *_told(findings),
        questions=questions,
        drives=pool_driver.drive_pools(diagrams, seed) if run else (),
    )


def _written(name: str) -> str:
    """The name with the half characters written out that stand for what is no UTF-8: dice take none."""
    return name.encode("utf-8", "backslashreplace").decode()


def _content(path: Path) -> bytes:
    """The file, but of one far too large only as much as shows that it is."""
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def _told(findings: Sequence[Finding]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    codes = tuple(f"{finding.severity}:{finding.code}" for finding in ordered)
    return codes, tuple(f"{finding.line or '–'}: {finding.what} {finding.todo}" for finding in ordered)
