"""backup and restore."""

from pathlib import Path

import click

from app.cli.base import ready
from app.config import from_environment
from app.services.maintenance import backup


@click.command("backup", help="Salin basis data, berkas, dan kunci ke folder DIR.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup_command(folder: Path) -> None:
    """Back up."""
    config, database = ready()
    click.echo(backup.backup(config, database, folder))


@click.command("restore", help="Pulihkan pemasangan kosong dari folder DIR.")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(folder: Path) -> None:
    """Restore."""
    config = from_environment()
    click.echo(backup.restore(config, folder))
