"""The commands, in an installation of their own."""

import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from app.base.config import from_environment
from app.cli import commands
from app.services.core import settings

ROOT = Path(__file__).resolve().parent.parent


class Shell:
    """Runs commands in an installation of its own."""

    def __init__(self, folder: Path, template: Path, **extra: str) -> None:
        self.folder = folder
        self.env = {"ALUR_DATA_DIR": str(folder / "data"), **extra}
        (folder / "data").mkdir(parents=True)
        shutil.copy(template, folder / "data" / "alur.sqlite3")

    def __call__(self, *arguments: str) -> Result:
        return CliRunner(env=self.env).invoke(commands, list(arguments))

    def database(self):  # type: ignore[no-untyped-def]
        return settings.open_database(from_environment(self.env))


def files(folder: Path, given: dict[str, bytes]) -> list[str]:
    for name, content in given.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in given]
