"""The program as somebody runs it in a terminal: what it prints, and Ctrl+C, which goes to every process of it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.base.config import ROOT
from tests.serving import Caller


def wait_for(true: Callable[[], bool], *, longest_s: float = 40, every_s: float = 0.1) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end
        time.sleep(every_s)


def answers(port: int) -> bool:
    caller = Caller("127.0.0.1", port)
    try:
        return caller.send("GET", "/masuk").status == 200
    except OSError:
        return False
    finally:
        caller.close()


@dataclass
class Terminal:
    """One command in a terminal of its own; what all its processes print comes together in ``said``."""

    process: subprocess.Popen[str]
    port: int
    said: str = ""
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def press_ctrl_c(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)

    def listen(self) -> None:
        """Keep what is printed, until the last process that could print is gone."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._heard:
                self.said += line
                self._heard.notify_all()

    def hears(self, words: str, *, longest_s: float = 60) -> None:
        """Wait until ``words`` were printed."""
        with self._heard:
            assert self._heard.wait_for(lambda: words in self.said, longest_s), self.said

    def ends_in(self, seconds: float) -> float:
        """Wait until every process is gone; return how long that took, which must be under ``seconds``."""
        before = time.monotonic()
        self.process.wait(timeout=30)
        wait_for(lambda: not _lives(self.process.pid), longest_s=30)
        took = time.monotonic() - before
        assert took < seconds, f"{took:.1f} s\n{self.said}"
        return took

    def half_a_request(self) -> socket.socket:
        """A request without its end, which the server has begun to read."""
        return self._connected(b"GET /masuk HTTP/1.1\r\nHost: x\r\n")

    def silence(self) -> socket.socket:
        """A connection on which nothing is said, which the server has accepted."""
        return self._connected(b"")

    def browser(self) -> socket.socket:
        """A connection on which a page was read, kept for the next one."""
        link = self._connected(b"GET /masuk HTTP/1.1\r\nHost: x\r\n\r\n")
        assert link.recv(100)
        return link

    def _connected(self, sent: bytes) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port))
        link.sendall(sent)
        assert answers(self.port)  # connections are accepted in the order in which they came
        return link


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def terminal(folder: Path, port: int, *words: str, **settings: str) -> Iterator[Terminal]:
    """Run ``python -m app <words>`` until the block ends.

    The web has one process: each takes two seconds to load. ``env`` lets it hear Ctrl+C: tests that a script runs in
    the background ignore it, and hand that on.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    own = {"ALUR_DATA_DIR": str(folder / "data"), "ALUR_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    env = {**kept, **own, "ALUR_WATCH": "0", "ALUR_WEB_PROCESSES": "1", **settings}
    process = subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    opened = Terminal(process, port)
    listener = threading.Thread(target=opened.listen)
    listener.start()
    try:
        yield opened
    finally:
        with suppress(ProcessLookupError):  # nothing is left behind, whatever failed
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        listener.join(timeout=30)
        assert process.stdout is not None
        process.stdout.close()
