"""Serve the application by gunicorn, which reads this file by its path for its settings.

Workers are made without preload: a V8 made before the fork would be dead. The master has no use for the application
either, so it is a process of its own that never imports it, a quarter of the size.
"""

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from app import plain
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


def serve() -> None:
    """Become gunicorn, which serves until told to stop; its settings come from the same environment."""
    sys.stdout.flush()
    for name, value in _FRUGAL.items():
        os.environ.setdefault(name, value)
    line = [sys.executable, "-m", "gunicorn", "--config", __file__, "app.web:create_app()"]
    os.execv(sys.executable, line)  # noqa: S606 ourselves


def options(config: Config) -> dict[str, Any]:
    """gunicorn's settings. One process on SQLite, which has one writer; two on PostgreSQL.

    There is no access log: the address of a reporter must not be kept.
    """
    host = f"[{config.host}]" if ":" in config.host else config.host
    return {
        "bind": f"{host}:{config.port}",
        "workers": 1 if config.database_url.startswith("sqlite") else 2,
        "worker_class": "gthread",
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
        "proc_name": "alur",
    }


class AddressFree(Logger):
    """gunicorn's log without the addresses that it would write beside broken requests."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning, unless it tells who sent it."""
        if not msg.startswith("Invalid request from ip="):
            super().warning(msg, *args, **kwargs)


if __name__ == "__config__":  # gunicorn reads its settings
    plain.log_to_stderr()
    globals().update(options(from_environment()))
