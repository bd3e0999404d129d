"""Serve the application by gunicorn, which reads this file by its path for its settings.

Workers are made without preload: a V8 made before the fork would be dead. The master has no use for the application
either, so it is a process of its own that never imports it, a quarter of the size.
"""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from math import inf
from pathlib import Path
from socket import SHUT_RD
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from app import log_safety
from app.config import Config, from_environment

#: In memory: a worker touches a file there every second, and must not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 gunicorn makes its own random names there
#: glibc gives freed memory back, and keeps one heap for all threads: Python lets one run at a time anyway. Measured:
#: 33 MB of 240 after some hundred requests.
_FRUGAL = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
#: How long a stopping worker waits for requests: for the rest of one that is still being sent, and for the answers
#: when it was told to stop by Ctrl+C. Each is less than what gunicorn's master allows (20 and 2 s) before it kills.
_UNSENT_S, _HURRIED_S, _PATIENT_S = 1.0, 1.5, 17.0
#: Who has waited so long for the pages shall know that something is wrong. Usual: 2 to 5 s.
_LATE_S = 30.0
_LATE = (
    "Web belum juga menjawab. Tunggu, atau hentikan dengan Ctrl+C dan periksa pesan serta beban mesin ini.\n"
)
_WELCOME = "ALUR_SAID_WHEN_READY"


def serve(welcome: str = "") -> None:
    """Become gunicorn, which serves until told to stop; its settings come from the same environment.

    ``welcome`` is printed as soon as requests are answered.
    """
    sys.stdout.flush()
    os.environ[_WELCOME] = welcome
    for name, value in _FRUGAL.items():
        os.environ.setdefault(name, value)
    line = [sys.executable, "-m", "gunicorn", "--config", __file__, "app.web:create_app()"]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl+C waits until gunicorn hears it
    os.execv(sys.executable, line)  # noqa: S606 ourselves


def options(config: Config) -> dict[str, Any]:
    """gunicorn's settings. One process on SQLite, which has one writer; two on PostgreSQL.

    There is no access log: the address of a reporter must not be kept.
    """
    host = f"[{config.host}]" if ":" in config.host else config.host
    return {
        "bind": f"{host}:{config.port}",
        "workers": 1 if config.database_url.startswith("sqlite") else 2,
        "worker_class": Worker,
        "threads": 8,
        "preload_app": False,
        "accesslog": None,
        "logger_class": AddressFree,
        "loglevel": "warning",
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "limit_request_line": 4094,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
        "control_socket_disable": True,
        "when_ready": _hear_ctrl_c,
        "proc_name": "alur",
    }


def _hear_ctrl_c(_master: Any) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class Worker(ThreadWorker):
    """Finishes what it is answering when it is told to stop, and waits for no client that has not said all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread: set[TConn] = set()  # connections that a thread listens to
        self._hang_up_at = inf

    def init_signals(self) -> None:
        """Leave Ctrl+C to the master, which passes it on: a second signal would interrupt the end."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, _leave)

    def load_wsgi(self) -> None:
        """Load the application; the first worker then says where it is, or that it still is not there."""
        late = threading.Timer(_LATE_S, _say, [_LATE])
        late.daemon = True
        late.start()
        try:
            super().load_wsgi()
        finally:
            late.cancel()
        if self.age == 1:
            _say(os.environ.get(_WELCOME, ""))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: finish what is being answered."""
        self._end(_UNSENT_S, _PATIENT_S)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGQUIT, or SIGINT to the master: the same, at once."""
        self._end(0.0, _HURRIED_S)

    def _end(self, unsent_s: float, longest_s: float) -> None:
        if not self.booted:
            os._exit(0)
        if longest_s < (signal.getitimer(signal.ITIMER_REAL)[0] or inf):
            # No thread: it cannot be started wherever a signal comes.
            signal.setitimer(signal.ITIMER_REAL, longest_s)
        self._hang_up_at = min(self._hang_up_at, time.monotonic() + unsent_s)
        self.alive = False
        self.method_queue.defer(lambda: None)  # wakes the loop

    def murder_pending(self) -> None:
        """Also hang up on clients that have not sent a whole request, once it is time; called at each round's end."""
        super().murder_pending()
        if time.monotonic() >= self._hang_up_at:
            self.murder_keepalived(force=True)
            for link in (*self._unread, *self.pending_conns):
                with suppress(OSError):  # it is closed
                    link.sock.shutdown(SHUT_RD)

    def handle(self, conn: TConn) -> Any:
        """Read a request and answer it, in a thread."""
        self._unread.add(conn)
        try:
            return super().handle(conn)
        finally:
            self._unread.discard(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request that was read."""
        self._unread.discard(conn)
        return super().handle_request(req, conn)

    def run(self) -> None:
        """Serve until told to stop, and leave: Python would wait for threads that never end, and take its time."""
        super().run()
        _leave()


def _leave(_number: int = 0, _frame: FrameType | None = None) -> None:
    os._exit(0)


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


class AddressFree(Logger):
    """gunicorn's log without the addresses that it would write beside broken requests."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning, unless it tells who sent it."""
        if not msg.startswith("Invalid request from ip="):
            super().warning(msg, *args, **kwargs)


if __name__ == "__config__":  # gunicorn reads its settings
    log_safety.log_to_stderr()
    globals().update(options(from_environment()))
