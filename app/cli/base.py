"""What every command needs first: settings and a database in the current shape."""

from app.config import Config, from_environment
from app.db import Database
from app.services import migrations, settings


def ready() -> tuple[Config, Database]:
    """Read the settings, open the database and bring its tables up to date."""
    config = from_environment()
    database = settings.open_database(config)
    migrations.upgrade(database)
    return config, database
