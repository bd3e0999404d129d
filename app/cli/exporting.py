"""export-log: the steps of cases as an event log for process mining."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from app.cli.base import ready, say
from app.commands import eventlogs
from app.services.casefile.instance_lists import InstanceFilters
from app.services.eventlogs import rows, taking

#: After so many cases it says how far it is.
_TELL = 5_000


@click.command("export-log", help="Tulis langkah perkara sebagai catatan kejadian (XES atau OCEL 2.0).")
@click.option(
    "--format", "format_", type=click.Choice([*taking.FORMATS, "ocel"]), default="xes", show_default=True
)
@click.option("--key", default="", help="Kunci prosesnya; kosong berarti semua proses.")
@click.option("--state", default="", help="Keadaan perkaranya, misalnya ended; kosong berarti semua.")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas yang ditulis; berakhiran .gz berarti dimampatkan.",
)
def export_log(format_: str, key: str, state: str, output: Path) -> None:
    """Write a log to a file, and record that it was taken."""
    name = "ocel-json" if format_ == "ocel" else format_
    _config, database = ready()
    filters, done = InstanceFilters(key=key, state=state), rows.Progress()
    eventlogs.record_taken(database, name, filters, actor=None)
    told = 0
    with _open(output) as file:
        found = rows.cases(database, filters, actor=None, progress=done)
        for piece in taking.format_of(name).write(found, key or "alur"):
            file.write(piece)
            if done.cases - told >= _TELL:
                told = done.cases
                click.echo(f"\r{done.cases} perkara, {done.events} kejadian", nl=False, file=sys.stderr)
    if told:
        click.echo("", file=sys.stderr)
    say(f"{output} ditulis: {done.cases} perkara, {done.events} kejadian.")


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix == ".gz":
        with gzip.open(path, "wb", compresslevel=1) as packed:
            yield packed  # type: ignore[misc]  # a file for bytes by another name
    else:
        with path.open("wb") as plain:
            yield plain
