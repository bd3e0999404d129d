"""What every command needs first: settings and a database in the current shape."""

import click

from app.base import log_safety
from app.base.config import Config, from_environment
from app.base.db import Database
from app.services.core import settings
from app.services.maintenance import migrations


def ready() -> tuple[Config, Database]:
    """Read the settings, open the database and bring its tables up to date."""
    config = from_environment()
    database = settings.open_database(config)
    migrations.upgrade(database)
    return config, database


def say(text: str, *, err: bool = False) -> None:
    """Print one line; what it quotes of files and people steers no terminal."""
    click.echo(log_safety.plain(text), err=err)
