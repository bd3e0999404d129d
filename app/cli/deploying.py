"""check and deploy: diagrams, forms and tables from the command line."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.cli.base import ready, say
from app.commands.transaction import run_without_key
from app.config import folders, from_environment
from app.errors import InvalidDiagram
from app.findings import Finding, has_errors
from app.services.core import settings
from app.services.deployment import deployments
from app.services.maintenance import migrations


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in paths}


_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command(help="Periksa diagram, formulir, dan tabel; keluar 1 bila ada galat.")
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Print the findings of a deployment without deploying."""
    given, beside = _read(files), _beside()
    with _installed() as session:
        findings = deployments.check_files(session, given, beside=beside)
    _print(findings)
    if has_errors(list(findings)):
        sys.exit(1)


@contextmanager
def _installed() -> Iterator[Session | None]:
    """The database as it is, to read; None where there is none, or none in the current shape. Nothing is made."""
    database = settings.open_database(from_environment(make=False))
    if not database.exists:
        yield None
        return
    with closing(database), database.reading() as session:
        current = migrations.is_current(session)
        if not current:
            say("Basis data belum diperbarui; diperiksa tanpa melihat yang sudah diterapkan.", err=True)
        yield session if current else None


def _beside() -> dict[str, bytes]:
    """The forms and tables without errors in the folders that are watched, for diagrams that are sent alone."""
    paths = [
        path for folder in folders() for path in sorted(folder.glob("*")) if path.suffix in {".form", ".dmn"}
    ]
    # Under a name that is no text nothing can be stored.
    return deployments.usable(
        {path.name: path.read_bytes() for path in paths if path.is_file() and path.name.isprintable()}
    )


@click.command(help="Terapkan diagram beserta formulir dan tabelnya sebagai versi baru.")
@_FILES
def deploy(files: tuple[Path, ...]) -> None:
    """Deploy files and print what became of them."""
    _config, database = ready()
    given, beside = _read(files), _beside()
    try:
        done = run_without_key(
            database, lambda session: deployments.deploy(session, given, actor=None, beside=beside)
        )
    except InvalidDiagram as error:
        _print(error.findings)
        raise
    _print(done.findings)
    for one in done.definitions:
        word = "diterapkan" if one.created else "sudah berlaku"
        click.echo(f"{one.definition.key} versi {one.definition.version} {word}")


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        say(finding.told)
    if not findings:
        click.echo("Tidak ada temuan.")
