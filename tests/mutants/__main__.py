"""Break lines of app at random, one at a time, and list those that no test finds: ``python -m tests.mutants``.

Lines are drawn from all rooms in turn, the same for the same seed. Each is broken in a copy of the tree, never here,
and the tests run that pass it: those that were recorded (``make mutants-record``), else those that are likely to. The
one that fails must pass again without the break. What was tried stands in a file: run again, it goes on.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutants.breaking import Break, breaks
from tests.mutants.covering import Covering
from tests.mutants.recording import FOLDER

ROOT = Path(__file__).resolve().parents[2]
#: What says how the schema was: SQL in texts.
_LEFT_OUT = ("app/migrations",)
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", ".mutants"
)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::\S+)?)", re.MULTILINE)


@dataclass(frozen=True)
class Drawn:
    """A line that is to be broken: the file below the root, and how."""

    path: str
    way: Break

    @property
    def key(self) -> str:
        """Tells it from the others of a seed."""
        return f"{self.path}:{self.way.line}:{self.way.start}:{self.way.text}"


def main() -> None:
    """Try as many as were asked for, as long as there is time; then tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="begin no further one after that")
    parser.add_argument("--each", type=float, default=600, help="seconds for the tests of one")
    given = parser.parse_args()
    record = ROOT / FOLDER / f"seed-{given.seed}.jsonl"
    record.parent.mkdir(exist_ok=True)
    tried = _tried(record)
    until = time.monotonic() + given.minutes * 60
    wanted = [one for one, _n in zip(drawn(given.seed), range(given.count), strict=False)]
    with tempfile.TemporaryDirectory(prefix="alur-mutants-") as folder:
        copy = None
        for one in wanted:
            if one.key in tried or time.monotonic() > until:
                continue
            copy = copy or Copy(Path(folder) / "alur")
            tried[one.key] = outcome = {**asdict(one), **copy.tried(one, given.each)}
            with record.open("a") as file:
                file.write(json.dumps({"key": one.key, **outcome}) + "\n")
            print(f"{outcome['found']:12} {one.path}:{one.way.line}  {outcome['by']}", flush=True)
    _tell([tried[one.key] for one in wanted if one.key in tried], len(wanted))


def drawn(seed: int) -> Iterator[Drawn]:
    """Lines of all rooms in turn, in an order that follows from the seed; in a room, of larger files more."""
    dice, taken = random.Random(seed), set[tuple[Path, int]]()
    rooms: dict[Path, dict[Path, int]] = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        inside = path.relative_to(ROOT)
        if not inside.as_posix().startswith(_LEFT_OUT):
            rooms.setdefault(Path(*inside.parent.parts[:3]), {})[inside] = path.stat().st_size
    while rooms:
        for room in dice.sample(sorted(rooms), len(rooms)):
            sizes = rooms[room]
            [path] = dice.choices([*sizes], [*sizes.values()])
            lines: dict[int, list[Break]] = {}
            for way in _breaks(path):
                lines.setdefault(way.line, []).append(way)
            if left := [line for line in lines if (path, line) not in taken]:
                line = dice.choice(left)
                taken.add((path, line))
                yield Drawn(path.as_posix(), dice.choice(lines[line]))
            else:
                del sizes[path]
                if not sizes:
                    del rooms[room]


@cache
def _breaks(path: Path) -> list[Break]:
    return breaks((ROOT / path).read_bytes())


class Copy:
    """A copy of the tree in which lines are broken."""

    def __init__(self, root: Path) -> None:
        """It takes what is built along, and no repository."""
        shutil.copytree(ROOT, root, ignore=_NOT_COPIED, symlinks=True)
        (root / ".venv").symlink_to((ROOT / ".venv").resolve())
        self._root, self._covering = root, Covering(root, ROOT)
        self._moment = int(time.time())

    def tried(self, one: Drawn, seconds: float) -> dict[str, Any]:
        """Break the line, run its tests, and mend it. ``found``: yes, no, late (no answer in time) or "unsound" (the
        test fails without the break, too); ``by``: the test that failed."""
        path = self._root / one.path
        whole, until = path.read_bytes(), time.monotonic() + seconds
        for files in self._covering.tests(Path(one.path), one.way.line):
            if not files:
                continue
            self._write(path, one.way.of(whole))
            try:
                code, said = self._run(files, until - time.monotonic())
            finally:
                self._write(path, whole)
            if code is None:
                return {"found": "late", "by": ""}
            if code in {0, 5}:  # 5: there was none to run
                continue
            failed = _FAILED.findall(said) or files[:1]
            again = ["--collect-only"] if "::" not in failed[0] else []
            is_sound = self._run([*again, failed[0]], seconds)[0] == 0
            return {"found": "yes" if is_sound else "unsound", "by": failed[0]}
        return {"found": "no", "by": ""}

    def _write(self, path: Path, content: bytes) -> None:
        """Each time with another second: by that and its size Python knows whether it compiled the file before."""
        path.write_bytes(content)
        self._moment += 1
        os.utime(path, (self._moment, self._moment))

    def _run(self, arguments: list[str], seconds: float) -> tuple[int | None, str]:
        """Exit code and output of pytest; no code where it had to be stopped, with all that it had started."""
        line = [
            ".venv/bin/python",
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "--tb=no",
            "-m",
            "not browser",
        ]
        process = subprocess.Popen(
            [*line, *arguments],
            cwd=self._root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _none = process.communicate(timeout=max(seconds, 1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
            return None, ""
        return process.returncode, said


def _tried(record: Path) -> dict[str, Mapping[str, Any]]:
    """What the record holds, by key. Those that had no answer in time are tried again."""
    rows = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    return {row["key"]: row for row in rows if row["found"] != "late"}


def _tell(outcomes: list[Mapping[str, Any]], wanted: int) -> None:
    found = sum(one["found"] == "yes" for one in outcomes)
    print(f"\n{found} of {len(outcomes)} found; {wanted} were asked for.")
    for one in outcomes:
        if one["found"] != "yes":
            [line] = (ROOT / one["path"]).read_text().splitlines()[one["way"]["line"] - 1 :][:1]
            print(
                f"{one['found']:8} {one['path']}:{one['way']['line']}\n    {line.strip()}\n    → {one['way']['text']}"
            )


if __name__ == "__main__":
    sys.exit(main())
