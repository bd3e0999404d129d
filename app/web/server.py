"""Serve the application by gunicorn. Workers are made without preload: a V8 made before the fork would be dead."""

import logging
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app.config import Config
from app.web import create_app

#: In memory: a worker touches a file there every second, and must not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 gunicorn makes its own random names there


def serve(config: Config) -> None:
    """Serve until told to stop. One process on SQLite, which has one writer; two on PostgreSQL."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _Server(config).run()


def options(config: Config) -> dict[str, Any]:
    """gunicorn's settings. There is no access log: the address of a reporter must not be kept."""
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


class _Server(BaseApplication):
    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings."""
        for name, value in options(self._config).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application in the worker process."""
        return create_app(self._config)
