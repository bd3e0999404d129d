"""Costly requests are answered by a program of its own: with a bound of memory, behind whoever answers pages, and
gone when it has had nothing to do, with all the memory that it took.

A program is the application once more, which answers one request after the other. Each comes by a socket: WSGI's
environment as JSON, and two open files, one with the body and one for the answer. Programs are forked from a process
that the server forked before it began (`Zygote`): to import the application anew takes seconds, and memory.
"""

import io
import json
import logging
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from app.base import log_safety
from app.base.errors import TooCostly
from app.commands.security_log import stop_writing

logger = logging.getLogger(__name__)

#: What a program may take: writable memory, its own and V8's. The largest case file of the tests takes a fifth.
MEMORY_BYTES = 1536 * 1024 * 1024
#: Above this it ends after its answer: what a heap has grown to it seldom gives back.
KEPT_BYTES = 320 * 1024 * 1024
#: Whoever answers pages goes first.
_NICE = 15
#: One request, and how long the program waits for the next one, in seconds.
LONGEST_S, IDLE_S = 300.0, 90.0
#: For its last notes to the security log, once the server has closed the socket.
_LAST_S = 5
_SIZE = struct.Struct("!I")

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Zygote:
    """The process that programs are forked from, as the server sees it.

    It has one thread and has answered nothing, so a fork leaves no thread, connection or V8 behind.
    """

    def __init__(self, link: socket.socket, pid: int) -> None:
        """``link``: the other end of what `fork_programs` hears; ``pid``: a child of this process."""
        self._link, self._pid, self._has_ended = link, pid, False

    @classmethod
    def fork(cls, served: Wsgi) -> "Zygote":
        """Fork it from this process, which has one thread and has answered nothing."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            try:
                _leave_all_but(theirs.fileno())
                fork_programs(theirs, served)
            finally:  # never into the frames of the server
                os._exit(0)
        theirs.close()
        return cls(ours, pid)

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, and no program begins any more."""
        self._has_ended = self._has_ended or os.waitpid(self._pid, os.WNOHANG) != (0, 0)
        return self._has_ended

    def begin(self) -> socket.socket:
        """Begin a program; it hears the other end of this socket, and ends when that is closed.

        Raises:
            OSError: the process is gone.
        """
        link, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._link, [b"."], [theirs.fileno()])
        return link


class CostlyProgram:
    """The program as the server has it answer; it begins with the first request."""

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        self._link: socket.socket | None = None
        self._used_at = 0.0

    def answer(self, environ: Mapping[str, Any], body: IO[bytes], answer: IO[bytes]) -> tuple[str, Any, int]:
        """Have one request answered, and wait for it: status, headers, and how many bytes went into ``answer``.

        One thread at a time calls this and `rest`.

        Raises:
            TooCostly: it was not answered; the next request gets a new program.
        """
        told = {name: value for name, value in environ.items() if isinstance(value, str)}
        try:
            link = self._connected()
            _send(link, told, (body.fileno(), answer.fileno()))
            done = _receive(link)[0]
        except OSError:
            done = None
        self._used_at = time.monotonic()
        if done is None or done["ends"]:
            self.stop()
        if done is None:
            raise TooCostly
        return done["status"], [(name, text) for name, text in done["headers"]], done["size"]

    def rest(self) -> None:
        """End the program if it has had nothing to do for long."""
        if time.monotonic() - self._used_at >= IDLE_S:
            self.stop()

    def stop(self) -> None:
        """End the program; what it is answering a moment later."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _connected(self) -> socket.socket:
        if self._link is not None and _wait_for_hanging_up(
            self._link.fileno(), 0
        ):  # it was killed while it rested
            self.stop()
        if self._link is None:
            self._link = self._zygote.begin()
            self._link.settimeout(LONGEST_S + _LAST_S)
        return self._link


def fork_programs(link: socket.socket, served: Wsgi) -> None:
    """Fork a program for each socket that comes, until the other end is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    while True:
        sign, files, _flags, _from = socket.recv_fds(link, 1, 1)
        if not sign:
            return
        try:
            pid = os.fork()
        except OSError:  # no process to be had: who asked sees the socket closed
            pid = -1
        if not pid:
            link.close()
            try:
                _be_program(files[0], served)
            finally:
                os._exit(0)
        os.close(files[0])


def _leave_all_but(number: int) -> None:
    """Leave the server's files, signals and terminal to the server."""
    os.setsid()
    for one in signal.valid_signals():
        if callable(signal.getsignal(one)):
            signal.signal(one, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    os.closerange(3, number)
    os.closerange(number + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _be_program(number: int, served: Wsgi) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(_NICE)
    with suppress(OSError), socket.socket(fileno=number) as link:
        try:
            serve(link, served)
        except Exception:  # what it says may quote anything: the log leaves that out where it is told to
            log_safety.log_fault(logger, "a costly request")
    stop_writing()


def serve(link: socket.socket, served: Wsgi) -> None:
    """Answer what comes until the other end is closed, or so much memory was taken that it is better given back.

    The process ends soon after the other end is closed, whatever is being answered.
    """
    threading.Thread(target=_leave_with_server, args=(link.fileno(),), daemon=True).start()
    ends = False
    while not ends:
        told, files = _receive(link)
        if told is None:
            return
        signal.alarm(int(LONGEST_S))  # the system ends it, whatever holds Python's lock
        with os.fdopen(files[0], "rb") as body, os.fdopen(files[1], "wb") as answer:
            status, headers = _answered(served, told, body, answer)
            size = answer.tell()
        signal.alarm(0)
        ends = _memory_bytes() > KEPT_BYTES
        _send(link, {"status": status, "headers": headers, "size": size, "ends": ends})


def _answered(
    served: Wsgi, told: Mapping[str, str], body: IO[bytes], answer: IO[bytes]
) -> tuple[str, list[tuple[str, str]]]:
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
        begun[:] = status, headers
        return answer.write

    environ = {
        **told,
        "wsgi.version": (1, 0),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    chunks = served(environ, start)
    try:
        for chunk in chunks:
            answer.write(chunk)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return begun[0], begun[1]


def _send(link: socket.socket, content: Mapping[str, Any], files: tuple[int, ...] = ()) -> None:
    text = json.dumps(content).encode()
    socket.send_fds(link, [_SIZE.pack(len(text))], files)
    link.sendall(text)


def _receive(link: socket.socket) -> tuple[Any, list[int]]:
    """What comes next, and the files with it; None when the other end is closed."""
    head, files, _flags, _from = socket.recv_fds(link, _SIZE.size, 2)
    if not head:
        return None, []
    head += _exactly(link, _SIZE.size - len(head))
    return json.loads(_exactly(link, _SIZE.unpack(head)[0])), files


def _exactly(link: socket.socket, size: int) -> bytes:
    got = io.BytesIO()
    while (left := size - got.tell()) > 0:
        chunk = link.recv(left)
        if not chunk:
            raise OSError
        got.write(chunk)
    return got.getvalue()


def _memory_bytes() -> int:
    """What this process has of memory; 0 where nobody tells."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def _leave_with_server(number: int) -> None:
    """Nobody reads what goes on to be made when the server has ended, or was killed: transactions are undone."""
    _wait_for_hanging_up(number)
    time.sleep(_LAST_S)
    os._exit(1)


def _wait_for_hanging_up(number: int, longest_ms: int | None = None) -> bool:
    """Whether the other end of a socket was closed by then."""
    polled = select.poll()  # select takes no numbers above 1,023
    polled.register(number, 0)
    return bool(polled.poll(longest_ms))
