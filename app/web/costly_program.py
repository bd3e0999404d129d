"""Costly requests are answered by a program of its own: with a bound of memory, behind whoever answers pages, and
gone when it has had nothing to do, with all the memory that it took.

``python -m app.web.costly_program FD``: the application once more, which answers one request after the other. Each
comes by a socket: WSGI's environment as JSON, and two open files, one with the body and one for the answer.
"""

import io
import json
import logging
import os
import resource
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from app.config import ROOT
from app.web.turns import TooCostly

logger = logging.getLogger(__name__)

#: What the program may take: writable memory, its own and V8's. The largest case file of the tests takes a fifth.
MEMORY_BYTES = 1536 * 1024 * 1024
#: Above this it ends after its answer: what a heap has grown to it seldom gives back.
KEPT_BYTES = 320 * 1024 * 1024
#: Whoever answers pages goes first.
_NICE = 5
#: One request, and how long the program waits for the next one, in seconds.
LONGEST_S, IDLE_S = 300.0, 90.0
#: For its last notes to the security log.
_LAST_S = 5
_SIZE = struct.Struct("!I")

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CostlyProgram:
    """The program as the server has it answer; it begins with the first request."""

    def __init__(self, line: tuple[str, ...] = (sys.executable, "-m", "app.web.costly_program")) -> None:
        """``line``: what to run; the number of the socket is added."""
        self._line = line
        self._running: subprocess.Popen[bytes] | None = None
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
        """End the program."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._running is not None:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(_LAST_S)
            self._running.kill()
            self._running.wait()
            self._running = None

    def _connected(self) -> socket.socket:
        if self._running is not None and self._running.poll() is not None:
            self.stop()
        if self._link is None:
            self._link, theirs = socket.socketpair()
            self._link.settimeout(LONGEST_S)
            with theirs:
                self._running = subprocess.Popen(  # noqa: S603 our own program
                    (*self._line, str(theirs.fileno())),
                    cwd=ROOT,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,  # Ctrl+C is for the server, which closes the socket
                )
        return self._link


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
        with os.fdopen(files[0], "rb") as body, os.fdopen(files[1], "wb") as answer:
            status, headers = _answered(served, told, body, answer)
            size = answer.tell()
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


def main(number: int) -> None:
    """Serve the application by the socket of this number."""
    # Here: whoever has the program answer has its application already.
    from app import log_safety  # noqa: PLC0415
    from app.commands.security_log import stop_writing  # noqa: PLC0415
    from app.config import wants_json_log  # noqa: PLC0415
    from app.web import create_app  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    log_safety.log_to_stderr(as_json=wants_json_log())
    served = create_app()
    os.nice(_NICE)  # once it is there: who sent the first request waits for that too
    with suppress(OSError), socket.socket(fileno=number) as link:
        try:
            serve(link, served)
        except Exception:  # what it says may quote anything: the log leaves that out where it is told to
            log_safety.log_fault(logger, "a costly request")
    stop_writing()
    os._exit(0)


def _leave_with_server(number: int) -> None:
    """Nobody reads what goes on to be made when the server has ended, or was killed: transactions are undone."""
    hung_up = select.poll()
    hung_up.register(number, 0)
    hung_up.poll()
    time.sleep(_LAST_S)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
