"""Costly requests by a program of their own: what goes in comes out, and what it takes is bounded and given back."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from app.base.errors import TooCostly
from app.web.serving import costly_program
from app.web.serving.costly_program import CostlyProgram, Zygote
from tests.bench.figures import memory_mb
from tests.serving import Installation, install
from tests.terminal import wait_for

#: A small application: it answers what is sent; ``/much`` takes more memory than there is, ``/held`` keeps much,
#: ``/long`` writes into a file who it is, and is never done; ``/stuck`` has a second left of its time.
SCRIPT = """
import os, pathlib, signal, socket, sys, time
from app.web.serving import costly_program
costly_program.KEPT_BYTES = 300 * 1024 * 1024
costly_program.MEMORY_BYTES = 600 * 1024 * 1024
costly_program._LAST_S = 0.1
kept = []

def served(environ, start):
    path = environ["PATH_INFO"]
    kept.extend([bytearray(b"a") * (1 << 30)] if path == "/much" else [])
    kept.extend([bytearray(b"a") * (320 << 20)] if path == "/held" else [])
    if path == "/long":
        pathlib.Path(environ["QUERY_STRING"]).write_text(str(os.getpid()))
        time.sleep(600)
    if path == "/stuck" and 0 < signal.alarm(1) <= costly_program.LONGEST_S:
        time.sleep(600)
    start("200 OK", [("X-Pid", str(os.getpid()))])
    yield environ["wsgi.input"].read()
    yield environ["QUERY_STRING"].encode()

with socket.socket(fileno=int(sys.argv[1])) as link:
    costly_program.fork_programs(link, served)
"""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    ours, theirs = socket.socketpair()
    with ours:
        line = (sys.executable, "-c", SCRIPT, str(theirs.fileno()))
        with theirs:
            process = subprocess.Popen(line, pass_fds=(theirs.fileno(),))
        yield Zygote(ours, process.pid)
    process.wait(10)


@pytest.fixture
def program(zygote: Zygote) -> Iterator[CostlyProgram]:
    one = CostlyProgram(zygote)
    yield one
    one.stop()


def ask(program: CostlyProgram, path: str, sent: bytes = b"") -> tuple[bytes, int]:
    """The answer, and the process that gave it."""
    environ = {"PATH_INFO": path, "QUERY_STRING": "&more=1", "wsgi.errors": sys.stderr}
    with TemporaryFile() as body, TemporaryFile() as answer:
        body.write(sent)
        body.seek(0)
        status, headers, size = program.answer(environ, body, answer)
        answer.seek(0)
        content = answer.read()
    assert (status, size) == ("200 OK", len(content))
    return content, int(dict(headers)["X-Pid"])


def test_what_is_asked_and_answered_goes_by_files(program: CostlyProgram) -> None:
    sent = os.urandom(3 * 1024 * 1024)
    content, pid = ask(program, "/", sent)
    assert content == sent + b"&more=1"
    assert ask(program, "/")[1] == pid != os.getpid()


def test_a_request_that_takes_too_much_memory_ends_alone(program: CostlyProgram) -> None:
    before = ask(program, "/")[1]
    with pytest.raises(TooCostly):
        ask(program, "/much")
    assert ask(program, "/")[1] != before


def test_a_program_that_has_grown_gives_its_memory_back(program: CostlyProgram) -> None:
    content, grown = ask(program, "/held", b"a")
    assert content == b"a&more=1"
    wait_for(lambda: not is_alive(grown))
    assert ask(program, "/")[1] != grown


def test_a_program_that_was_killed_while_it_rested_is_begun_anew(program: CostlyProgram) -> None:
    before = ask(program, "/")[1]
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: not is_alive(before))
    # Who forked it may not have come yet to closing its own end of the socket.
    wait_for(lambda: program._link and costly_program._wait_for_hanging_up(program._link.fileno(), 0))
    assert ask(program, "/")[1] != before


def test_a_program_without_work_ends(program: CostlyProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = ask(program, "/")[1]
    program.rest()
    assert is_alive(pid)
    monkeypatch.setattr(costly_program, "IDLE_S", 0)
    program.rest()
    wait_for(lambda: not Path(f"/proc/{pid}").exists())  # not even a zombie


def test_a_program_ends_with_a_server_that_was_killed_meanwhile(zygote: Zygote, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    with TemporaryFile() as file, zygote.begin() as link:
        environ = {"PATH_INFO": "/long", "QUERY_STRING": str(told)}
        costly_program._send(link, environ, (file.fileno(), file.fileno()))
        wait_for(lambda: told.exists() and told.read_text() != "")
    wait_for(lambda: not is_alive(int(told.read_text())))


def test_a_request_that_takes_too_long_ends_alone(program: CostlyProgram, tmp_path: Path) -> None:
    with pytest.raises(TooCostly):
        ask(program, "/stuck")
    assert ask(program, "/")[0] == b"&more=1"


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    return install(tmp_path, forked=True, ALUR_WEB_PROCESSES="1")


def listed_children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")  # each thread has those that it began
    return [int(child) for one in listed for child in one.read_text().split()]


def children(pid: int) -> Iterator[int]:
    for child in listed_children(pid):
        yield child
        yield from children(child)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def programs(office: Installation) -> list[int]:
    """The costly programs of its server: they alone stand behind it in the processor's queue."""
    server = office.processes["serve"].pid
    usual = os.getpriority(os.PRIO_PROCESS, server)
    return [pid for pid in children(server) if os.getpriority(os.PRIO_PROCESS, pid) > usual]


def test_a_file_is_made_by_a_program_that_ends_with_the_server(office: Installation) -> None:
    with office.running(worker=False):
        browser = office.browser("pemilik")
        assert programs(office) == []
        assert browser.get("/proses/1/dokumen-sop.pdf").body.startswith(b"%PDF")
        [pid] = programs(office)
        assert memory_mb(pid, "Rss") < costly_program.KEPT_BYTES / 1024**2
        assert browser.get("/studio/1/draf.zip").status == 404
        assert programs(office) == [pid]
    wait_for(lambda: not is_alive(pid))
    assert "Traceback" not in office.log


def test_a_server_without_what_its_programs_are_forked_from_begins_anew(office: Installation) -> None:
    with office.running(worker=False):
        browser = office.browser("pemilik")
        [worker] = listed_children(office.processes["serve"].pid)
        [zygote] = listed_children(worker)
        os.kill(zygote, signal.SIGKILL)
        wait_for(lambda: not is_alive(worker))
        assert browser.get("/proses/1/dokumen-sop.pdf").body.startswith(b"%PDF")
