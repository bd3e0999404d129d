"""Ctrl+C and SIGTERM: what runs ends soon, whatever clients left half said, and prints nothing alarming."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from app.base.config import ROOT
from tests.serving import free_port
from tests.terminal import Terminal, answers, terminal, wait_for

pytestmark = pytest.mark.slow
ALARMS = ("Traceback", "Exception", "SIGKILL", "memory", "ERROR", "CRITICAL", "WARNING")


@pytest.fixture
def port(tmp_path: Path, migrated_sqlite: Path) -> int:
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "alur.sqlite3")
    return free_port()


def is_quiet(opened: Terminal) -> bool:
    return not any(alarm in opened.said for alarm in ALARMS)


@pytest.mark.parametrize("words", [("worker", "--with-web"), ("serve",)], ids=["worker", "serve"])
def test_ctrl_c_waits_for_no_client_that_left_its_request_half_said(
    tmp_path: Path, port: int, words: tuple[str, ...]
) -> None:
    with terminal(tmp_path, port, *words, ALUR_WEB_PROCESSES="2") as opened:
        wait_for(lambda: answers(port))
        with opened.browser(), opened.half_a_request(), opened.silence():
            opened.press_ctrl_c()
            opened.ends_in(3)
        assert is_quiet(opened), opened.said


def test_a_server_told_to_stop_does_not_wait_for_them_either(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "worker", "--with-web") as opened:
        wait_for(lambda: answers(port))
        with opened.browser(), opened.half_a_request(), opened.silence():
            opened.process.send_signal(signal.SIGTERM)
            opened.ends_in(5)
        assert opened.process.returncode == 0
        assert is_quiet(opened), opened.said


def half_a_form(opened: Terminal) -> socket.socket:
    """A sign-in that is being answered, and waits for the rest of what was typed."""
    link = socket.create_connection(("127.0.0.1", opened.port))
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10"
    link.sendall(f"POST /masuk HTTP/1.1\r\nHost: 127.0.0.1:{opened.port}\r\n{kind}\r\n\r\nuser".encode())
    assert answers(opened.port)
    return link


def test_a_server_told_to_stop_finishes_what_it_is_answering(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "serve", ALUR_WEB_PROCESSES="2") as opened:
        wait_for(lambda: answers(port))
        with half_a_form(opened) as link, opened.half_a_request() as unsent:
            opened.process.send_signal(signal.SIGTERM)
            assert unsent.recv(100) == b""  # it hung up here
            link.sendall(b"name=a")
            assert link.recv(100).startswith(b"HTTP/1.1 ")
        opened.ends_in(5)
        assert is_quiet(opened), opened.said


def test_a_server_told_to_stop_writes_what_the_security_log_was_told_a_moment_ago(
    tmp_path: Path, port: int
) -> None:
    with terminal(tmp_path, port, "serve") as opened:
        wait_for(lambda: answers(port))
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(
                f"POST /tema HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()
            )
            assert link.recv(100).startswith(b"HTTP/1.1 400 ")
        opened.process.send_signal(signal.SIGTERM)
        opened.ends_in(5)
        assert is_quiet(opened), opened.said
    with closing(sqlite3.connect(tmp_path / "data" / "alur.sqlite3")) as connection:
        found = connection.execute("SELECT action, outcome, actor_id, source FROM security_event").fetchall()
    assert found == [("auth.theme", "csrf", None, None)]


def test_ctrl_c_waits_for_it_but_not_for_long(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "worker", "--with-web") as opened:
        wait_for(lambda: answers(port))
        with half_a_form(opened):
            opened.press_ctrl_c()
            opened.ends_in(4)
        assert is_quiet(opened), opened.said


def test_ctrl_c_pressed_twice_ends_quietly(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "worker", "--with-web") as opened:
        wait_for(lambda: answers(port))
        opened.press_ctrl_c()
        opened.press_ctrl_c()
        opened.ends_in(3)
        assert is_quiet(opened), opened.said


def test_ctrl_c_is_heard_while_the_worker_holds_the_lock_of_what_it_waits_for() -> None:
    """Seen once in some thousand presses: its handler waited for the lock it stood in."""
    script = (
        "import signal; from app.cli.interrupts import stop_when_told; stop = stop_when_told()\n"
        "with stop._cond: signal.raise_signal(signal.SIGINT); signal.raise_signal(signal.SIGTERM)\n"
        "assert stop.wait(10)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=30)


@pytest.mark.parametrize("words", [("run",), ("serve",), ("init",)], ids=["run", "serve", "init"])
@pytest.mark.parametrize("library", ["_cffi_backend", "etree"])
def test_ctrl_c_while_it_loads_ends_quietly(
    tmp_path: Path, port: int, words: tuple[str, ...], library: str
) -> None:
    with terminal(tmp_path, port, *words) as opened:
        wait_for(lambda: has_loaded(opened.process.pid, library), every_s=0.005)
        opened.press_ctrl_c()
        opened.ends_in(3)
        assert is_quiet(opened), opened.said


@pytest.mark.parametrize("library", ["_cffi_backend", "etree", "argon2"])
def test_ctrl_c_while_the_web_loads_ends_quietly(tmp_path: Path, port: int, library: str) -> None:
    with terminal(tmp_path, port, "worker", "--with-web") as opened:
        wait_for(lambda: any(has_loaded(pid, library) for pid in children(opened.process.pid)), every_s=0.005)
        opened.press_ctrl_c()
        opened.ends_in(10)
        assert is_quiet(opened), opened.said


@pytest.mark.parametrize("words", ["==> Menyiapkan basis data", "==> Menjalankan web dan pekerja waktu"])
def test_ctrl_c_while_run_prepares_ends_quietly(tmp_path: Path, port: int, words: str) -> None:
    with terminal(tmp_path, port, "run") as opened:
        opened.hears(words)
        opened.press_ctrl_c()
        opened.ends_in(10)
        assert is_quiet(opened), opened.said


def test_the_helpers_of_a_triage_leave_ctrl_c_to_the_triage(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_bytes(b"<x/>")
    with terminal(tmp_path, 0, "triage", str(tmp_path)) as opened:
        wait_for(lambda: any(has_loaded(pid, "etree") for pid in children(opened.process.pid)), every_s=0.005)
        for pid in children(opened.process.pid):
            os.kill(pid, signal.SIGINT)
        opened.ends_in(20)
        assert opened.process.returncode == 0
        assert is_quiet(opened), opened.said


def has_loaded(pid: int, library: str) -> bool:
    """Whether a process that starts has come so far as to open a library."""
    with suppress(OSError):  # it ended meanwhile
        return library in Path(f"/proc/{pid}/maps").read_text()
    return False


def children(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    with suppress(OSError):
        own = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return own + [one for child in own for one in children(child)]
    return []
