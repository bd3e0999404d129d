"""The installation's settings as services see them: they travel with the session."""

from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database


def open_database(config: Config) -> Database:
    """Return the database whose sessions carry ``config``."""
    return Database(config.database_url, info={"config": config, "versions": {}, "units": set()})


def config(session: Session) -> Config:
    """The settings of the installation that this session belongs to."""
    found: Config = session.info["config"]
    return found
