"""``python -m app`` in processes that import nothing: each is forked from one that has imported all of it.

To import the application takes a processor two seconds, and the server of an office did so three times: in most
journeys more time went there than into the journey. Tests of how the program itself starts, stops and is killed
(`tests.terminal`, `tests.chaos`, and an installation that is not ``forked``) start it as people do.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from functools import cache
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, NoReturn, Protocol

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from app.base.config import ROOT

#: All that a command, a server and a worker import at once or later.
_MODULES = (
    "app.cli",
    "app.worker",
    "app.web",
    "app.web.serving.asgi",
    "app.web.serving.connections",
    "app.web.serving.server",
    "alembic.command",
    "alembic.config",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
)
_MOST_BYTES = 200_000


class Process(Protocol):
    """What tests do with a process, forked or not."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...

    def kill(self) -> None: ...


class Launcher:
    """Has one process import the application, and others forked from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._templates = TemporaryDirectory(prefix="alur-templates-")
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:  # it ends when our end is closed
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.launcher", str(theirs.fileno()), self._templates.name],
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """End it; what was forked goes on."""
        self._socket.close()
        self._process.wait(30)
        self._templates.cleanup()

    def start(self, *words: str, environment: Mapping[str, str], output: int, errors: int) -> "Forked":
        """Run ``python -m app <words>``; what it prints goes to these files."""
        wanted = json.dumps({"words": words, "environment": dict(environment)}).encode()
        with self._lock:
            socket.send_fds(self._socket, [wanted], [output, errors])
            return Forked(int(self._answer()), self)

    def run(
        self, *words: str, environment: Mapping[str, str], longest_s: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``python -m app <words>`` to its end; its exit code, and what it printed."""
        with TemporaryFile() as output, TemporaryFile() as errors:
            files = {"output": output.fileno(), "errors": errors.fileno()}
            code = self.start(*words, environment=environment, **files).wait(longest_s)
            output.seek(0)
            errors.seek(0)
            said = output.read().decode(), errors.read().decode()
        return subprocess.CompletedProcess(words, code, *said)

    def ended(self, pid: int) -> int:
        """How a process that is no more came to its end, as `subprocess` has it."""
        with self._lock:
            self._socket.send(json.dumps({"ended": pid}).encode())
            return int(self._answer())

    def _answer(self) -> bytes:
        answer = self._socket.recv(_MOST_BYTES)
        assert answer, "what forks has ended"
        return answer


class Forked:
    """A process that is the launcher's child."""

    def __init__(self, pid: int, launcher: Launcher) -> None:
        self.pid, self.returncode = pid, None
        self._launcher, self._descriptor = launcher, os.pidfd_open(pid)

    returncode: int | None

    def poll(self) -> int | None:
        return self._seen(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._seen(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def _seen(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            if poll.poll(None if seconds is None else seconds * 1_000):
                self.returncode = self._launcher.ended(self.pid)
                os.close(self._descriptor)
        return self.returncode

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._descriptor, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def launcher() -> Launcher:
    """The launcher of this process and its tests, until they end."""
    made = Launcher()
    atexit.register(made.close)
    return made


# -- the process that forks --------------------------------------------------------------------------------


#: What comes before gunicorn's own words.
_LINE = len(("python", "-m", "gunicorn"))


class _Replaced(BaseException):
    """The process shall become another program."""


def _replace(_path: str, line: Sequence[str]) -> NoReturn:
    assert line[1:_LINE] == ["-m", "gunicorn"], line
    raise _Replaced(*line)


def _listen(ours: socket.socket) -> dict[str, Any]:
    """Fork whenever asked; return what is wanted, in the child alone."""
    while True:
        asked, files, _flags, _address = socket.recv_fds(ours, _MOST_BYTES, 2)
        if not asked:
            os._exit(0)
        wanted = json.loads(asked)
        if "ended" in wanted:
            _pid, status = os.waitpid(wanted["ended"], 0)
            ours.send(str(os.waitstatus_to_exitcode(status)).encode())
        elif pid := os.fork():
            for file in files:
                os.close(file)
            ours.send(str(pid).encode())
        else:
            ours.close()
            for number, file in enumerate(files, 1):
                os.dup2(file, number)
                os.close(file)
            return dict(wanted)


def _main() -> None:
    ours = socket.socket(fileno=int(sys.argv[1]))
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the tests; they end us
    gc.disable()
    for name in _MODULES:
        importlib.import_module(name)
    # Compiled by whoever needs one first: that took a quarter of the time of what was forked.
    kept = FileSystemBytecodeCache(sys.argv[2])
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": kept}
    gc.freeze()
    assert threading.active_count() == 1  # a thread would be missing in a child
    wanted = _listen(ours)
    signal.signal(signal.SIGINT, interrupted)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.execv = _replace
    sys.argv[1:] = wanted["words"]
    try:
        # A context of its own: a program that is replaced leaves nothing behind.
        copy_context().run(runpy.run_module, "app", run_name="__main__", alter_sys=True)
    except _Replaced as replaced:
        sys.argv[1:] = replaced.args[_LINE:]
        importlib.import_module("gunicorn.app.wsgiapp").run(prog="gunicorn")


if __name__ == "__main__":
    _main()
