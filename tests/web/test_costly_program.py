"""Costly requests by a program of their own: what goes in comes out, and what it takes is bounded and given back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from app.web import costly_program
from app.web.costly_program import CostlyProgram
from app.web.turns import TooCostly
from tests.bench.figures import memory_mb
from tests.serving import Installation, install
from tests.terminal import wait_for

#: A small application: it answers what is sent; ``/much`` takes more memory than there is, ``/held`` keeps much,
#: ``/long`` tells the file that it is asked for who it is, and is never done.
SCRIPT = """
import os, pathlib, resource, socket, sys, time
from app.web import costly_program
costly_program.KEPT_BYTES = 300 * 1024 * 1024
costly_program._LAST_S = 0.1
resource.setrlimit(resource.RLIMIT_DATA, (600 * 1024 * 1024,) * 2)
kept = []

def served(environ, start):
    path = environ["PATH_INFO"]
    kept.extend([bytearray(b"a") * (1 << 30)] if path == "/much" else [])
    kept.extend([bytearray(b"a") * (320 << 20)] if path == "/held" else [])
    if path == "/long":
        pathlib.Path(environ["QUERY_STRING"]).write_text(str(os.getpid()))
        time.sleep(600)
    start("200 OK", [("X-Pid", str(os.getpid()))])
    yield environ["wsgi.input"].read()
    yield environ["QUERY_STRING"].encode()

with socket.socket(fileno=int(sys.argv[1])) as link:
    costly_program.serve(link, served)
"""


@pytest.fixture
def program() -> Iterator[CostlyProgram]:
    one = CostlyProgram((sys.executable, "-c", SCRIPT))
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
    assert not Path(f"/proc/{grown}").exists()
    assert ask(program, "/")[1] != grown


def test_a_program_that_was_killed_while_it_rested_is_begun_anew(program: CostlyProgram) -> None:
    before = ask(program, "/")[1]
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert ask(program, "/")[1] != before


def test_a_program_without_work_ends(program: CostlyProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = ask(program, "/")[1]
    program.rest()
    assert Path(f"/proc/{pid}").exists()
    monkeypatch.setattr(costly_program, "IDLE_S", 0)
    program.rest()
    assert not Path(f"/proc/{pid}").exists()


def test_a_program_ends_with_a_server_that_was_killed_meanwhile(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    line = (
        "import sys, tempfile; from app.web.costly_program import CostlyProgram;"
        "environ = {'PATH_INFO': '/long', 'QUERY_STRING': sys.argv[2]};"
        "CostlyProgram((sys.executable, '-c', sys.argv[1])).answer(environ, *[tempfile.TemporaryFile()] * 2)"
    )
    server = subprocess.Popen((sys.executable, "-c", line, SCRIPT, str(told)))
    wait_for(lambda: told.exists() and told.read_text() != "")
    server.kill()
    server.wait()
    wait_for(lambda: not is_alive(int(told.read_text())))


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    return install(tmp_path, forked=True, ALUR_WEB_PROCESSES="1")


def children(pid: int) -> Iterator[int]:
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):  # each thread has those that it began
        for child in listed.read_text().split():
            yield int(child)
            yield from children(int(child))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def programs(office: Installation) -> list[int]:
    """The costly programs of its server."""
    pids = list(children(office.processes["serve"].pid))
    return [pid for pid in pids if b"app.web.costly_program" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_file_is_made_by_a_program_that_ends_with_the_server(office: Installation) -> None:
    with office.running(worker=False):
        browser = office.browser("pemilik")
        assert programs(office) == []
        assert browser.get("/proses/1/dokumen-sop.pdf").body.startswith(b"%PDF")
        [pid] = programs(office)
        assert os.getpriority(os.PRIO_PROCESS, pid) > 0
        assert memory_mb(pid, "Rss") < costly_program.KEPT_BYTES / 1024**2
        assert browser.get("/studio/1/draf.zip").status == 404
        assert programs(office) == [pid]
    wait_for(lambda: not is_alive(pid))
    assert "Traceback" not in office.log
