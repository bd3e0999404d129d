"""report: a month of a process in numbers, printed or written to a file."""

from pathlib import Path

import click

from app.base.errors import InvalidForm
from app.cli.base import ready, say
from app.commands.files import downloads
from app.services.definitions import definitions
from app.services.numbers import report, report_files

_WRITERS = {".pdf": report_files.pdf, ".xlsx": report_files.xlsx}


@click.command("report", help="Cetak laporan bulanan sebuah proses, atau tulis sebagai PDF atau XLSX.")
@click.option("--month", required=True, help="Bulannya, misalnya 2026-10.")
@click.option("--key", default="", help="Kunci prosesnya; boleh kosong bila hanya satu yang berlaku.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas yang ditulis: .pdf atau .xlsx. Tanpa ini laporannya dicetak.",
)
def report_command(month: str, key: str, output: Path | None) -> None:
    """Print the report, or write it to a file."""
    if output is not None and output.suffix not in _WRITERS:
        raise click.UsageError("Nama berkasnya berakhir .pdf atau .xlsx.")
    _config, database = ready()
    with database.reading() as session:
        keys = [key] if key else [one.key for one in definitions.live(session)]
        if len(keys) != 1:
            message = f"Sebutkan prosesnya dengan --key: {', '.join(keys) or '–'}."
            raise InvalidForm(message, {"key": message})
        found = report.monthly_report(session, keys[0], report.month_of(month), actor=None)
    ending = output.suffix[1:] if output is not None else "text"
    downloads.record_report_taken(database, found.key, str(found.month), ending, actor=None)
    if output is None:
        for line in report_files.lines(found):
            say(line)
    else:
        output.write_bytes(_WRITERS[output.suffix](found))
        say(f"{output} ditulis.")
