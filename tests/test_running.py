"""The web beside the worker: neither goes on without the other, however it ended."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.base.config import ROOT
from tests.serving import free_port
from tests.terminal import answers, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def port(tmp_path: Path, migrated_sqlite: Path) -> int:
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "alur.sqlite3")
    return free_port()


@contextmanager
def together(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The worker with the web beside it, once that answers."""
    own = {"ALUR_DATA_DIR": str(folder / "data"), "ALUR_PORT": str(port), "ALUR_WATCH": "0"}
    env = {**os.environ, **own, "ALUR_WEB_PROCESSES": "1"}  # each takes two seconds to load
    line = [sys.executable, "-m", "app", "worker", "--with-web"]
    process = subprocess.Popen(line, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    web = 0
    try:
        wait_for(lambda: answers(port))
        web = web_of(process)
        yield process
    finally:
        process.terminate()
        with suppress(ProcessLookupError):  # a test that failed must not leave it behind
            os.kill(web or process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def web_of(process: subprocess.Popen[str]) -> int:
    [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(child)


def test_a_killed_worker_leaves_no_web_without_a_clock(tmp_path: Path, port: int) -> None:
    with together(tmp_path, port) as process:
        process.kill()
        process.wait()
        wait_for(lambda: not answers(port), longest_s=25)


def test_a_killed_web_ends_the_worker_with_a_sentence(tmp_path: Path, port: int) -> None:
    with together(tmp_path, port) as process:
        os.kill(web_of(process), signal.SIGKILL)
        _out, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "Berhenti: web berhenti sendiri (sinyal 9, Killed)" in said
        assert "Traceback" not in said
        wait_for(lambda: not answers(port))


def test_a_web_told_to_stop_from_outside_ends_the_worker_with_a_sentence(tmp_path: Path, port: int) -> None:
    with together(tmp_path, port) as process:
        os.kill(web_of(process), signal.SIGTERM)
        _out, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "web berhenti sendiri (dihentikan dari luar)" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_ends_both_without_a_word(tmp_path: Path, port: int, number: int) -> None:
    with together(tmp_path, port) as process:
        process.send_signal(number)
        _out, said = process.communicate(timeout=30)
        assert (process.returncode, said) == (0, "")
        assert not answers(port)
