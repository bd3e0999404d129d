"""The engine alone: reading, what age costs, and how fast random models are played."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from app.engine.decisions import Decision, Input, Output, Rule, Table, coverage_of, read_decisions
from app.engine.reading import reader
from tests.bench.figures import Series, repeat, row
from tests.engine.building import bpmn, end, start, user
from tests.engine.case import Case
from tests.engine.matches import Match

#: So old a case becomes, in completions and in reminders; so many of each are timed; so many models are played.
LOOPS, REMINDERS, EACH, MODELS = 64, 200, 20, 200
_LOOP = """
start mulai
xor masuk
user isi
timer ingat on=isi text="{timer}" nonint
send tegur
end beres
xor lagi
end selesai
mulai -> masuk -> isi -> lagi
lagi -> selesai ? cukup = true
lagi -> masuk *
ingat -> tegur -> beres
"""


def measure(_folder: Path) -> None:
    sop = Path("processes/pengaduan.bpmn").read_bytes()
    row("reading the SOP", repeat(20, lambda _n: reader.read_diagrams(sop) and None), "≤ 20 ms")
    large = _large()
    row("reading 300 nodes", repeat(10, lambda _n: reader.read_diagrams(large) and None), "≤ 200 ms")
    table, harder = _tables()
    row("gaps of the SOP's table (60 rows)", repeat(20, lambda _n: coverage_of(table) and None), "≤ 50 ms")
    row("gaps of 1,000 rows, the search cut off", repeat(3, lambda _n: coverage_of(harder) and None), "≤ 1 s")
    row(f"a completion after {LOOPS} loops : after 2", f"{_age_by_loops():.2f}", "≤ 1.2")
    row(f"a firing after {REMINDERS} reminders : after 2", f"{_age_by_reminders():.2f}", "≤ 1.2")
    began = time.perf_counter()
    for seed in range(MODELS):
        Match.invented(seed).play()
    row("random models, each against the token game", f"{MODELS / (time.perf_counter() - began):.0f}/s")


def _tables() -> tuple[Decision, Decision]:
    """The SOP's table, and one of 1,000 rows by six columns of ranges."""
    [table] = read_decisions(Path("processes/rute-unit.dmn").read_bytes())
    inputs = tuple(Input(f"K{at}", f"k{at}", "number") for at in range(6))
    rules = tuple(
        Rule(
            f"r{row}",
            tuple(f"[{row * (at + 3) % 97}..{row * (at + 7) % 89 + 97}]" for at in range(6)),
            ("1",),
        )
        for row in range(1000)
    )
    return table, Decision("t", "T", Table("UNIQUE", inputs, (Output("hasil", ""),), rules))


def _large() -> bytes:
    steps = [f"langkah_{n}" for n in range(298)]
    nodes = [start("mulai"), *(user(step) for step in steps), end("selesai")]
    return bpmn(nodes, " > ".join(["mulai", *steps, "selesai"]))


def _age_by_loops() -> float:
    case = Case(_LOOP.format(timer="P30D"))
    return _ratio(lambda: case.complete("isi") and None, late=LOOPS)


def _age_by_reminders() -> float:
    case = Case(_LOOP.format(timer="R/PT1H"))
    return _ratio(lambda: case.wait(hours=1), late=REMINDERS)


def _ratio(step: Callable[[], None], *, late: int) -> float:
    """How long a step takes after ``late`` of them, beside one after two: medians of some."""
    series = [Series(), Series()]
    for number in range(late + EACH):
        which = series[0] if 2 <= number < 2 + EACH else series[1]
        with which.timing():
            step()
    return statistics.median(series[1].seconds[-EACH:]) / statistics.median(series[0].seconds)
