"""200 kills, and the controls: made wrong on purpose, the application is found out."""

import os
import subprocess
import sys

import pytest

from app.base.config import ROOT
from tests.chaos.controls import CONTROLS

pytestmark = pytest.mark.slow
#: How many workers are stopped, and for how many seconds.
STOPS, STOPPED_S = 3, (60 if os.environ.get("ALUR_CHAOS") else 1)
KILLS = 40


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What ``python -m tests.chaos`` says of a database.

    Whoever forks must not have made V8, and this process may have. All is done by one run: to make the installation
    takes longer than to find the controls in copies of it. It lies where tests' folders lie, in memory if there is
    room: what was written before a kill the system has, wherever that is.
    """
    line = [sys.executable, "-m", "tests.chaos", "--database", request.param, "--kills", str(KILLS)]
    line += ["--stop", str(STOPPED_S), "--stops", str(STOPS)]
    line += [word for control in CONTROLS for word in ("--control", control)]
    if request.param == "postgresql":
        line += ["--server", request.getfixturevalue("postgres")]
    env = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("chaos"))}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr[-5_000:]


def test_whoever_is_killed_loses_nothing_does_nothing_twice_and_leaves_nothing_half_done(said: str) -> None:
    assert f"{KILLS} of {KILLS} kills" in said
    assert "WRONG" not in said, said


def test_whatever_was_made_wrong_is_found(said: str) -> None:
    assert all(f"{control}: found after" in said for control in CONTROLS), said


def test_a_worker_that_stood_still_amid_a_timer_and_goes_on_does_no_harm(said: str) -> None:
    stopped = next((line for line in said.splitlines() if f"{STOPS} workers stopped" in line), "")
    assert stopped.endswith(" 0 violations"), said
