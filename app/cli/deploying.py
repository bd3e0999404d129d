"""check and deploy: diagrams, forms and tables from the command line."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.base import ready
from app.errors import InvalidDiagram
from app.findings import Finding, has_errors
from app.services import deployments


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in paths}


_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command(help="Periksa diagram, formulir, dan tabel; keluar 1 bila ada galat.")
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Print the findings of a deployment without deploying."""
    findings = deployments.check(None, _read(files))
    _print(findings)
    if has_errors(list(findings)):
        sys.exit(1)


@click.command(help="Terapkan diagram beserta formulir dan tabelnya sebagai versi baru.")
@_FILES
def deploy(files: tuple[Path, ...]) -> None:
    """Deploy files and print what became of them."""
    _config, database = ready()
    try:
        with database.transaction() as session:
            done = deployments.deploy(session, _read(files), actor=None)
    except InvalidDiagram as error:
        _print(error.findings)
        raise
    _print(done.findings)
    for one in done.definitions:
        word = "diterapkan" if one.created else "sudah berlaku"
        click.echo(f"{one.definition.key} versi {one.definition.version} {word}")


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        word = "GALAT" if finding.severity == "error" else "peringatan"
        place = ":".join(str(part) for part in (finding.file, finding.line) if part)
        name = f" [{finding.element_id}]" if finding.element_id else ""
        click.echo(f"{word} {place}{name} {finding.what} {finding.todo}")
    if not findings:
        click.echo("Tidak ada temuan.")
