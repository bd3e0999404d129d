"""Take migrations back, as nobody but tests does."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from app.config import ROOT


def go_back(connection: Connection, revision: str) -> None:
    """Give the database the shape of an older revision, with what it holds."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "migrations"))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
