"""Two commits head to head: ``python -m tests.bench compare BASE [HEAD]``.

Each is checked out into a folder of its own and runs in a process of its own; rounds of the two take turns, so that
whatever else the machine does slows both. Without HEAD the working folder is measured as it is.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from app.base.config import ROOT
from tests.bench.figures import machine, row

PROBE = Path(__file__).with_name("probe.py")
#: What is built and not committed: both commits run with the builds of the working folder.
BUILT = ("app/web/static/dist", "app/bpmnio/dist")
ROUNDS, WARMING = 30, 3


def main(words: Sequence[str]) -> None:
    """Print the median of each step for both, and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench compare")
    parser.add_argument("base", help="a commit")
    parser.add_argument("head", nargs="?", help="another; without it the working folder")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(words)
    machine()
    with ExitStack() as stack:
        sides = [stack.enter_context(_probe(commit)) for commit in (given.base, given.head)]
        times: list[dict[str, list[tuple[float, float]]]] = [defaultdict(list) for _side in sides]
        for number in range(WARMING + given.rounds):
            for side, found in zip(sides, times, strict=True):
                for name, seen in _round(side).items():
                    found[name] += seen if number >= WARMING else []
    row("WORK OF ONE STEP, MEDIANS", f"{given.base}, {given.head or 'working folder'}: RATIO; BY THE CLOCK")
    for name in times[0]:
        work, clock = ([statistics.median(one[n] for one in side[name]) for side in times] for n in (0, 1))
        row(name, f"{_pair(work)}; {_pair(clock)}")


def _pair(seconds: Sequence[float]) -> str:
    base, head = (value * 1000 for value in seconds)
    return f"{base:.2f}, {head:.2f} ms: {head / base:.3f}"


def _round(side: "subprocess.Popen[str]") -> dict[str, list[tuple[float, float]]]:
    into, out = cast("IO[str]", side.stdin), cast("IO[str]", side.stdout)
    into.write("\n")
    into.flush()
    return _answer(side, out)


def _answer(side: "subprocess.Popen[str]", out: IO[str]) -> dict[str, list[tuple[float, float]]]:
    line = out.readline()
    assert line, f"it ended: {side.wait()}"
    return cast("dict[str, list[tuple[float, float]]]", json.loads(line))


@contextmanager
def _probe(commit: str | None) -> "Iterator[subprocess.Popen[str]]":
    """The probe at work in a commit's own code."""
    with ExitStack() as stack:
        folder = stack.enter_context(_checked_out(commit)) if commit else ROOT
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="alur-bench-"))
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        line = [sys.executable, "-P", str(PROBE), data]
        piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(line, cwd=folder, env=environment, text=True, **piped) as process:
            _answer(process, cast("IO[str]", process.stdout))
            yield process


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="alur-bench-") as place:
        folder = Path(place) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(folder), commit)
        try:
            for name in BUILT:
                shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True)
