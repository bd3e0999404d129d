"""Serve the application by gunicorn, which reads this file by its path for its settings; its workers are uvicorn's.

gunicorn's master starts, watches and ends workers; it has no use for the application, so it never imports it, and is
a third of their size. Workers are made without preload: a V8 made before the fork would be dead. Decision 34.
"""

import asyncio
import gc
import os
import resource
import signal
import sys
import threading
from math import inf
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker as GunicornWorker

from app.base import log_safety
from app.base.config import Config, from_environment, wants_json_log

#: In memory: a worker touches a file there every second, and must not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 gunicorn makes its own random names there
#: glibc gives freed memory back, and keeps one heap for all threads: Python lets one run at a time anyway. Measured:
#: 33 MB of 240 after some hundred requests.
_FRUGAL = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
#: How long a stopping worker waits for what is being answered, when it was told by Ctrl+C and else. Less than what
#: gunicorn's master allows (2 and 20 s) before it kills.
_HURRIED_S, _PATIENT_S = 1.5, 17.0
#: Who has waited so long for the pages shall know that something is wrong. Usual: 2 to 5 s.
_LATE_S = 30.0
_LATE = (
    "Web belum juga menjawab. Tunggu, atau hentikan dengan Ctrl+C dan periksa pesan serta beban mesin ini.\n"
)
_WELCOME = "ALUR_SAID_WHEN_READY"
#: A connection is a file; so are databases, attachments, and bodies that wait on the disk.
_FILES = 16_384
_OTHER_FILES = 1_000
#: So long a thread that computes keeps Python's lock while others want it; usual are 5 ms. A page asks for it again
#: after each of its statements, so beside one such thread it would wait that often.
_SWITCH_S = 0.0005
#: Open at once in one process.
_MOST_CONNECTIONS = 4_000


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
    """gunicorn's settings. There is no access log: the address of a reporter must not be kept."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return {
        "bind": f"{host}:{config.port}",
        "workers": config.web_processes,
        "worker_class": Worker,
        "preload_app": False,
        "accesslog": None,
        "loglevel": "warning",
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
        "control_socket_disable": True,
        "when_ready": _hear_ctrl_c,
        "post_fork": _say_when_late,
        "post_worker_init": _say_welcome,
        "proc_name": "alur",
    }


def _hear_ctrl_c(_master: Any) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class Worker(GunicornWorker):
    """Serves by uvicorn; finishes what it is answering when it is told to stop."""

    _server: Any = None
    _zygote: Any = None

    def init_signals(self) -> None:
        """Leave Ctrl+C to the master, which passes it on."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, _leave)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: finish what is being answered."""
        self._end(_PATIENT_S)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGQUIT, or SIGINT to the master: the same, at once."""
        self._end(_HURRIED_S)

    def _end(self, longest_s: float) -> None:
        if self._server is None:
            os._exit(0)
        if longest_s < (signal.getitimer(signal.ITIMER_REAL)[0] or inf):
            # No thread: it cannot be started wherever a signal comes.
            signal.setitimer(signal.ITIMER_REAL, longest_s)
        self._server.should_exit = True

    def run(self) -> None:
        """Serve until told to stop, and leave: Python would wait for threads that never end, and take its time."""
        # Here: the master, which reads this file too, has no use for what answers.
        from app.commands.security_log import stop_writing  # noqa: PLC0415
        from app.web.serving.asgi import Application, Server  # noqa: PLC0415
        from app.web.serving.callers import Callers  # noqa: PLC0415
        from app.web.serving.connections import Connections  # noqa: PLC0415
        from app.web.serving.costly_program import CostlyProgram, Zygote  # noqa: PLC0415
        from app.web.serving.costs import APART  # noqa: PLC0415
        from app.web.serving.interpreter import Interpreter  # noqa: PLC0415

        # What is there now stays: going through it all again and again stood requests still for 150 to 300 ms, and
        # would give each program that is forked its own copy.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(_SWITCH_S)
        self._zygote = Zygote.fork(self.wsgi)
        config = from_environment()
        connections = Connections(config.trusted_proxies, _room())
        turns = str(config.data_dir / "pictures.lock")
        served = Application(
            self.wsgi,
            connections,
            config.trusted_proxies,
            turns,
            callers=Callers(self.wsgi),
            programs={kind: CostlyProgram(self._zygote) for kind in APART},
            interpreter=Interpreter() if config.database_url.startswith("sqlite") else None,
        )
        self._server = Server(
            served, connections, keepalive_s=self.cfg.keepalive, every_second=self._show_life
        )
        asyncio.run(self._server.serve([listener.sock for listener in self.sockets]))
        stop_writing()
        _leave()

    async def _show_life(self) -> None:
        self.notify()
        # The master was killed, or there will be no costly programs any more: the master begins another worker.
        if self.ppid != os.getppid() or self._zygote.has_ended:
            self._server.should_exit = True


def _room() -> int:
    """How many connections there may be; the system's usual limit of open files is raised for them."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(100, min(_MOST_CONNECTIONS, files - _OTHER_FILES))


def _say_when_late(_master: Any, worker: Any) -> None:
    if worker.age == 1:
        worker.late = threading.Timer(_LATE_S, _say, [_LATE])
        worker.late.daemon = True
        worker.late.start()


def _say_welcome(worker: Any) -> None:
    """The first worker says where it is."""
    if worker.age == 1:
        worker.late.cancel()
        worker.late.join()  # no thread may be left when a process is forked
        _say(os.environ.get(_WELCOME, ""))


def _leave(_number: int = 0, _frame: FrameType | None = None) -> None:
    os._exit(0)


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


if __name__ == "__config__":  # gunicorn reads its settings
    log_safety.log_to_stderr(as_json=wants_json_log())
    globals().update(options(from_environment()))
