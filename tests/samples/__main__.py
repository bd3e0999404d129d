"""Freeze a backup of today's revision: ``python -m tests.samples``, once after each new migration."""

from pathlib import Path
from tempfile import TemporaryDirectory

from app.config import from_environment
from app.services.core import settings
from app.services.maintenance import backup, migrations
from tests.services.filling import fill
from tests.services.office import Office


def freeze(samples: Path) -> Path:
    """Make a small installation and leave its backup in ``samples``."""
    with TemporaryDirectory() as folder:
        config = from_environment({"ALUR_DATA_DIR": folder})
        database = settings.open_database(config)
        migrations.upgrade(database)
        fill(Office(database))
        made = samples / f"backup-{migrations.newest()}"
        backup.backup(config, database, made)
        database.engine.dispose()
    return made


if __name__ == "__main__":
    print(freeze(Path(__file__).parent))
