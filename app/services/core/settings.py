"""The installation's settings as services see them: they travel with the session."""

from typing import Any

from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Database
from app.base.lru import ByteBoundCache

#: What the versions of processes that are held ready may take together, in each process of the server.
_MOST_BYTES = 96 << 20
#: Read and run, a version takes so many times what its files do: measured with the SOP, 187 kB of files.
_GROWTH = 8


def open_database(config: Config) -> Database:
    """Return the database whose sessions carry ``config``."""
    return Database(
        config.database_url,
        info={"config": config, "versions": versions_held(), "units": set()},
    )


def versions_held() -> ByteBoundCache[int, Any]:
    """An empty store for `definitions.version`; all threads of a process share one."""
    return ByteBoundCache(_MOST_BYTES, lambda version: version.file_bytes * _GROWTH)


def config(session: Session) -> Config:
    """The settings of the installation that this session belongs to."""
    found: Config = session.info["config"]
    return found
