"""How a figure is taken and printed."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Series:
    """Durations of one thing, in seconds."""

    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def timing(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return f"p50 {statistics.median(ordered) * 1000:.2f} ms, p95 {p95 * 1000:.2f} ms (n={len(ordered)})"


def row(name: str, figure: object, asked: str = "") -> None:
    """Print one line: what, how much, how much was asked."""
    print(f"{name:<46} {figure!s:<58} {asked}", flush=True)


def machine() -> None:
    """Say what this was measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    cpu = next(names, platform.processor())
    row("machine", f"{os.cpu_count()} × {cpu}, Python {platform.python_version()}")
    row("load", " ".join(f"{value:.1f}" for value in os.getloadavg()), "figures hold for a machine at rest")
    row("fsync", _fsync())


def _fsync() -> Series:
    series = Series()
    with tempfile.NamedTemporaryFile() as file:
        for _n in range(50):
            file.write(b"x" * 4096)
            file.flush()
            with series.timing():
                os.fsync(file.fileno())
    return series


def memory_mb(pid: int, kind: str) -> float:
    """Memory of a process and its children, in MB: ``Rss``, or ``Pss``, which counts a shared page once."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    own = next(line for line in lines if line.startswith(f"{kind}:"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(own.split()[1]) / 1024 + sum(memory_mb(int(child), kind) for child in children)


def repeat(times: int, do: Callable[[int], None]) -> Series:
    """Do something several times and time each."""
    series = Series()
    for n in range(times):
        with series.timing():
            do(n)
    return series
