"""Each bench runs, at the smallest size: what it prints is worth nothing here."""

import multiprocessing
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.base.config import ROOT
from tests.bench import compare, eventlogs, figures, numbers, population, probe, scale
from tests.bench.__main__ import APART, SECTIONS
from tests.databases import Lender
from tests.serving import Installation, install

#: Bench → what its sizes are here. `ROUNDS` and `TIMES` are 2 where nothing else is said.
TINY: Mapping[str, Mapping[str, Any]] = {
    "engine": {"LOOPS": 2, "REMINDERS": 2, "EACH": 1, "MODELS": 2},
    "checks": {},
    "service": {"CASES": 1, "COUNTED": 1},
    "http": {"CASES": 2, "REST_S": 0.1},
    "timers": {"DUE": 4, "CASES": 20, "FIRED": 2, "AHEAD_S": 1, "OVER_S": (0,)},
    "form": {},
    "comparison": {},
    "studio": {"ROUNDS": 1},
    "trying": {"ROUNDS": 1},
    "forward": {"TIMERS": 200, "FIRST": 100},
    "server": {
        "CLIENTS": 2,
        "ROUND_S": 0.2,
        "BESIDE_S": 0.3,
        "SLOW": 2,
        "BEFORE_S": 0.1,
        "PAINTERS": 1,
        "KINDS": ("postgresql",),
    },
    "footprint": {"CASES": 1, "WARMING": 1},
    "locks": {"CASES": 2, "DIAGRAMS": 1, "LIVE": (2, 3), "UPLOADED": (10_000,)},
    "migration": {"JUDGED": 4, "FEW": 2, "MOVED": 6},
    "imports": {"GOOD": 4, "BAD": 2},
    "numbers": {"CASES": 20, "_VALUES": {name: some[:2] for name, some in numbers._VALUES.items()}},
    "eventlogs": {"EVENTS": 200},
    "documents": {},
    "evidence": {"EVENTS": 200, "ROUNDS": 1},
    "performance": {"EVENTS": 300},
    "similar": {"CASES": 20, "KNOWN": 200},
    "turns": {
        "ROUNDS": 1,
        "ROUND_S": 0.2,
        "BEFORE_S": 0.1,
        "RSS_S": 0.1,
        "LOOK_S": 0.1,
        "CONNECTIONS": (1,) * 5,
    },
    "walk": {"CLIENTS": (1, 2), "ROUND_S": 0.1, "WARMING": 1},
    "workers": {
        **{"ROUNDS": (4,), "CASES": 30, "BESIDE": 4, "LINES": 40, "REST_S": 0.2, "AHEAD_S": 1.0},
    },
}

#: Those of both databases run on PostgreSQL alone: its server is what fails first.
ON_ONE = frozenset({"eventlogs", "evidence", "similar", "turns", "walk"})


@dataclass
class _Templates:
    """Installations on both kinds of database, to copy: each bench begins with one or more."""

    sqlite: Installation
    postgresql: Installation
    server: str
    lender: Lender

    @contextmanager
    def lent(self, _folder: Path) -> Iterator[str]:
        """The address of a database that holds what the template holds."""
        template = str(self.postgresql.database.engine.url.database)
        lent = self.lender.lend(template)
        yield self.server.replace("/postgres?", f"/{lent.name}?")
        self.lender.take_back(lent, template)

    def install(self, folder: Path, **more: str) -> Installation:
        url = more.get("ALUR_DATABASE_URL")
        if url is not None and "/alur_postgresql_" in url:  # of bench scale, which makes it
            return install(folder, forked=True, **more)
        shutil.copytree((self.postgresql if url else self.sqlite).folder / "data", folder / "data")
        return Installation(folder, {"ALUR_WEB_PROCESSES": "1", **more}, forked=True)


@pytest.fixture(scope="module")
def templates(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: str,
    migrated_postgres: str,
    administer: Callable[[str], object],
    lender: Lender,
) -> _Templates:
    folder = tmp_path_factory.mktemp("templates")
    administer(f"CREATE DATABASE template_bench TEMPLATE {migrated_postgres}")
    url = postgres.replace("/postgres?", "/template_bench?")
    made = [install(folder / "0", forked=True), install(folder / "1", forked=True, ALUR_DATABASE_URL=url)]
    for one in made:
        one.database.engine.dispose()
    return _Templates(made[0], made[1], postgres, lender)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, templates: _Templates) -> Callable[..., None]:
    """Makes a module's sizes small, and its installations copies."""

    as_often = figures.repeat

    def repeat(_times: int, do: Callable[[int], None]) -> figures.Series:
        return as_often(1, do)

    def shrink(module: Any, sizes: Mapping[str, Any]) -> None:
        own = {"ROUNDS": 2, "TIMES": 2, "repeat": repeat, "postgresql": templates.lent, **sizes}
        for name in own.keys() & vars(module).keys():
            monkeypatch.setattr(module, name, own[name])

    spawning = multiprocessing.get_context
    monkeypatch.setattr(multiprocessing, "get_context", lambda _how: spawning("fork"))  # imports nothing anew
    monkeypatch.setattr(figures, "install", templates.install)
    monkeypatch.setattr(figures, "postgresql", templates.lent)
    monkeypatch.setattr(eventlogs, "LONG", 20)
    shrink(population, {"FULL": ("SIN-001",), "SHORT": (), "LONG": (), "STAGED": ("SIN-001",), "STAGES": 1})
    return shrink


def test_each_bench_has_a_smallest_size() -> None:
    assert TINY.keys() == SECTIONS.keys()
    assert {"scale": scale.main, "compare": compare.main} == APART


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.browser) if one == "studio" else one for one in TINY]
)
def test_each_bench_runs(
    name: str, tmp_path: Path, tiny: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    tiny(sys.modules[SECTIONS[name].__module__], TINY[name])
    settles = {"BEGINS_S": 0.2, "LOOK_S": 0.2, "SETTLES_S": 0.5}
    tiny(figures, settles | ({"KINDS": ("PostgreSQL",)} if name in ON_ONE else {}))

    SECTIONS[name](tmp_path)

    assert capsys.readouterr().out


@pytest.mark.parametrize(("kind", "only"), [("sqlite", "cases"), ("postgresql", "API: ")])
def test_offices_of_two_sizes_are_compared(
    kind: str, only: str, tiny: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    tiny(scale, {"TIMES": 1, "FEWEST": 1})

    scale.main(
        [
            *("--open", "200", "--ended", "40", "--small", "100"),
            *("--officers", "20", "--on", kind, "--only", only),
        ]
    )

    assert f"\n{only}" in capsys.readouterr().out


def test_two_commits_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in = tmp_path / "probe.py"
    stand_in.write_text(
        "import sys\nprint('{}', flush=True)\n"
        "for _line in sys.stdin:\n    print('{\"a step\": [[0.002, 0.003]]}', flush=True)\n"
    )
    monkeypatch.setattr(compare, "PROBE", stand_in)
    monkeypatch.setattr(compare, "WARMING", 0)
    monkeypatch.setattr(compare, "_checked_out", lambda _commit: nullcontext(ROOT))

    compare.main(["HEAD", "--rounds", "1"])

    assert "2.00, 2.00 ms: 1.000; 3.00, 3.00 ms: 1.000" in capsys.readouterr().out


def test_each_step_that_two_commits_are_compared_by_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "Installation", partial(Installation, forked=True))

    times = probe.Probe(tmp_path).run()

    assert {"API: complete", "page: a task", "timer: a firing"} <= times.keys()
