"""200 kills, and the controls: made wrong on purpose, the application is found out."""

import os
import subprocess
import sys

import pytest

from app.config import ROOT
from tests.chaos.controls import CONTROLS

pytestmark = pytest.mark.slow
#: How many workers are stopped, and for how many seconds.
STOPPED, STOPPED_S = ("3", "60") if os.environ.get("ALUR_CHAOS") else ("3", "1")


def chaos(*words: str) -> str:
    """Run ``python -m tests.chaos``: whoever forks must not have made V8, and this process may have."""
    line = [sys.executable, "-m", "tests.chaos", *words]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr[-5_000:]
    return done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The database that is meant, in words of the command line."""
    if request.param == "sqlite":
        return ("--database", "sqlite")
    return ("--database", "postgresql", "--server", request.getfixturevalue("postgres"))


def test_whoever_is_killed_loses_nothing_does_nothing_twice_and_leaves_nothing_half_done(
    where: tuple[str, ...],
) -> None:
    assert "100 of 100 kills" in chaos("--kills", "100", *where)


def test_whatever_was_made_wrong_is_found(where: tuple[str, ...]) -> None:
    said = chaos(*(word for control in CONTROLS for word in ("--control", control)), *where)
    assert all(f"{control}: found after" in said for control in CONTROLS), said


def test_a_worker_that_stood_still_amid_a_timer_and_goes_on_does_no_harm(where: tuple[str, ...]) -> None:
    assert f"{STOPPED} workers stopped" in chaos("--stop", STOPPED_S, "--kills", STOPPED, *where)
