"""check and deploy: diagrams, forms and tables from the command line."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.base import ready, say
from app.commands.transaction import run_without_key
from app.config import folders
from app.errors import InvalidDiagram
from app.findings import Finding, has_errors
from app.services.deployment import deployments


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in paths}


_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command(help="Periksa diagram, formulir, dan tabel; keluar 1 bila ada galat.")
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Print the findings of a deployment without deploying."""
    findings = deployments.check(None, _read(files), beside=_beside())
    _print(findings)
    if has_errors(list(findings)):
        sys.exit(1)


def _beside() -> dict[str, bytes]:
    """The forms and tables without errors in the folders that are watched, for diagrams that are sent alone."""
    paths = [
        path for folder in folders() for path in sorted(folder.glob("*")) if path.suffix in {".form", ".dmn"}
    ]
    found = {path.name: path.read_bytes() for path in paths if path.is_file()}
    good = {
        name
        for name, content in found.items()
        if not has_errors(list(deployments.check(None, {name: content})))
    }
    return {name: content for name, content in found.items() if name in good}


@click.command(help="Terapkan diagram beserta formulir dan tabelnya sebagai versi baru.")
@_FILES
def deploy(files: tuple[Path, ...]) -> None:
    """Deploy files and print what became of them."""
    _config, database = ready()
    try:
        contents = _read(files)
        done = run_without_key(database, lambda session: deployments.deploy(session, contents, actor=None))
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
