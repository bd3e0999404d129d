"""Bring the database's tables to the current shape."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.db import Database

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 7_031_965  # any number of ours; two starting processes must not migrate at once


def upgrade(database: Database) -> bool:
    """Apply what is missing, one transaction for all. Return whether there was anything to do."""
    with database.transaction() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if current(connection) == newest():
            return False
        command.upgrade(_alembic(connection), "head")
        return True


def current(connection: Connection) -> str | None:
    """The revision that the database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that the code expects."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def _alembic(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
