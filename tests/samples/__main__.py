"""Freeze a backup of today's revision: ``python -m tests.samples``, once after each new migration."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from app.base.config import from_environment
from app.services.core import settings
from app.services.maintenance import backup, migrations
from tests.services.filling import fill
from tests.services.office import Office


def freeze(samples: Path) -> Path:
    """Make a small installation and leave its backup in ``samples``, as one archive."""
    with TemporaryDirectory() as folder:
        config = from_environment({"ALUR_DATA_DIR": f"{folder}/data"})
        database = settings.open_database(config)
        migrations.upgrade(database)
        fill(Office(database))
        made = Path(folder) / f"backup-{migrations.newest()}"
        backup.backup(config, database, made, keys=Path(folder) / "keys.json")
        shutil.move(Path(folder) / "keys.json", made)  # these keys open nothing else
        database.engine.dispose()
        return Path(shutil.make_archive(str(samples / made.name), "zip", made))


if __name__ == "__main__":
    print(freeze(Path(__file__).parent))
