"""check, deploy and triage: diagrams, forms and tables from the command line."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import SystemRandom
from typing import TextIO

import click
from sqlalchemy.orm import Session

from app.base.config import folders, from_environment
from app.base.db import Database
from app.base.errors import InvalidDiagram
from app.cli.base import ready, say
from app.commands.deployment.deployments import deploy_files
from app.commands.sandbox.scenarios import play_scenarios
from app.findings import SEVERITIES, Finding, has_errors, title
from app.services.core import settings
from app.services.deployment import deployments, scenario_files, triage
from app.services.deployment.triage import Outcome, Totals
from app.services.maintenance import migrations
from app.services.studio import titles

_WORDS = {
    "runs": "berjalan",
    "asks": "berjalan, dengan pertanyaan",
    "incomplete": "kurang berkas lain",
    "refused": "ditolak dengan temuan",
    "crashed": "MACET",
    "ended": "sampai akhir",
    "going": "masih berjalan pada batas langkah",
    "stopped": "berhenti dengan alasan",
}
_LACKS = {"process": "proses", "form": "formulir", "decision": "tabel keputusan"}
_MOST_SHOWN = 20
#: So long the scenarios beside the diagrams of one command are played.
_SCENARIO_SECONDS = 60.0


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in paths}


_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command(
    help="""Periksa diagram, formulir, dan tabel; keluar 1 bila ada galat.

    Dengan --json keluarannya satu objek: "format" (1), "ok" (tanpa galat), "counts" (banyaknya "error", "warning",
    "info"), dan "findings", yang terberat dahulu; tiap temuan memuat "code", "severity", "element_id",
    "element_name", "line", "file", "message", dan "messages" ("id", "en", masing-masing "what" dan "todo"). Yang
    tidak diketahui bernilai null. Isian lain dapat ditambahkan kelak; yang ini tidak berubah selama "format" tetap 1.
    """
)
@click.option("--json", "as_json", is_flag=True, help="Cetak temuan sebagai JSON, untuk program lain.")
@_FILES
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Print the findings of a deployment without deploying; scenarios beside the diagrams are played."""
    given, beside = _read(files), _beside()
    with _installed() as (database, session):
        findings = [*deployments.check_files(session, given, beside=beside)]
        played = {**_scenarios_beside(files), **beside, **{path.name: path.read_bytes() for path in files}}
        config = from_environment(make=False)
        findings += play_scenarios(database, session, played, config, seconds=_SCENARIO_SECONDS)
    if as_json:
        _print_json(findings)
    else:
        _print(findings)
    if has_errors(findings):
        sys.exit(1)


def _scenarios_beside(files: Iterable[Path]) -> dict[str, bytes]:
    """The scenarios that lie beside these diagrams, of the processes that they draw."""
    folders = {path.parent for path in files if path.suffix == ".bpmn"}
    paths = [path for folder in sorted(folders) for path in sorted(folder.glob(f"*{scenario_files.ENDING}"))]
    keys = {key for path in files if path.suffix == ".bpmn" for key in titles.keys_of(path.read_bytes())}
    found = {path.name: path.read_bytes() for path in paths if path.is_file()}
    return {name: content for name, content in found.items() if scenario_files.process_of(content) in keys}


@contextmanager
def _installed() -> Iterator[tuple[Database | None, Session | None]]:
    """The database as it is, to read; None where there is none, or none in the current shape. Nothing is made."""
    database = settings.open_database(from_environment(make=False))
    if not database.exists:
        yield None, None
        return
    with closing(database), database.reading() as session:
        current = migrations.is_current(session)
        if not current:
            say("Basis data belum diperbarui; diperiksa tanpa melihat yang sudah diterapkan.", err=True)
        yield (database, session) if current else (None, None)


def _beside() -> dict[str, bytes]:
    """The forms and tables without errors in the folders that are watched, for diagrams that are sent alone."""
    paths = [
        path for folder in folders() for path in sorted(folder.glob("*")) if path.suffix in {".form", ".dmn"}
    ]
    # Under a name that is no text nothing can be stored.
    return deployments.usable(
        {path.name: path.read_bytes() for path in paths if path.is_file() and path.name.isprintable()}
    )


@click.command(
    help="Terapkan diagram beserta formulir dan tabelnya sebagai versi baru; keluar 3 bila menunggu orang kedua."
)
@_FILES
def deploy(files: tuple[Path, ...]) -> None:
    """Deploy files and print what became of them."""
    _config, database = ready()
    given, beside = _read(files), _beside()
    try:
        done = deploy_files(database, given, actor=None, beside=beside)
    except InvalidDiagram as error:
        _print(error.findings)
        raise
    _print(done.findings)
    for one in done.definitions:
        word = "diterapkan" if one.created else "sudah berlaku"
        click.echo(f"{one.definition.key} versi {one.definition.version} {word}")
    if done.proposal is not None:
        click.echo(f"Usulan {done.proposal.id} menunggu persetujuan orang kedua.")
        sys.exit(3)


def _print_json(findings: Sequence[Finding]) -> None:
    """All of it as one object; a file name that is no UTF-8 with its odd bytes written out."""
    counts = Counter(finding.severity for finding in findings)
    report = {
        "format": 1,
        "ok": not has_errors(list(findings)),
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "findings": [finding.as_dict() for finding in findings],
    }
    written = json.dumps(report, ensure_ascii=False, indent=2)
    click.echo(written.encode("utf-8", "backslashreplace"))


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        say(finding.text)
    if not findings:
        click.echo("Tidak ada temuan.")


@click.command(
    "triage",
    help="Periksa semua diagram di bawah FOLDER: berjalan, bertanya, kurang berkas, ditolak, atau macet.",
)
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--run", is_flag=True, help="Jalankan juga tiap proses sampai akhir, dengan petugas acak.")
@click.option(
    "--seed",
    type=int,
    metavar="BILANGAN",
    help="Benih petugas acak; bila kosong dipilih sendiri dan dicetak.",
)
@click.option(
    "--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="Tulis hasil tiap berkas."
)
def triage_command(folder: Path, *, run: bool, seed: int | None, report: Path | None) -> None:
    """Judge every diagram below a folder; exit code 1 when one crashed."""
    seed = SystemRandom().randrange(1_000_000) if seed is None else seed
    paths, totals, refused = triage.files(folder), Totals(), list[Outcome]()
    outcomes = triage.judged(paths, run=run, seed=seed, folder=folder)
    with click.progressbar(outcomes, length=len(paths), file=sys.stderr) as shown, _open(report) as out:
        _tell(out, shown, totals, refused, seed)
    if not paths:
        say(f"Di bawah {folder} tidak ada berkas diagram ({', '.join(triage.ENDINGS)}).")
    elif run:
        click.echo(f"Benih petugas acak: {seed}")
    _print_counts(f"{len(paths)} berkas", totals.verdicts, triage.VERDICTS)
    _print_refused(refused, totals.verdicts["refused"], report)
    _print_lacking(totals.lacking)
    _print_counts("Proses yang dijalankan", totals.drives, triage.ENDS)
    _print_codes("Temuan yang menolak, menurut banyaknya berkas", totals.errors)
    _print_codes("Peringatan", totals.warnings)
    if totals.verdicts["crashed"]:
        sys.exit(1)


@contextmanager
def _open(report: Path | None) -> Iterator[TextIO | None]:
    if report is None:
        yield None
    else:
        # A name that is no UTF-8 comes with half characters: JSON writes them out.
        with report.open("w", encoding="utf-8", errors="backslashreplace") as out:
            yield out


def _tell(
    out: TextIO | None, outcomes: Iterable[Outcome], totals: Totals, refused: list[Outcome], seed: int
) -> None:
    """Count the outcomes and write each as it comes; of thousands of files only the first ``refused`` are kept."""
    if out:
        out.write(f'{{"seed": {seed}, "files": [')
    for number, outcome in enumerate(outcomes):
        totals.add(outcome)
        if out:
            out.write(",\n" if number else "\n")
            json.dump(outcome.as_dict(), out, ensure_ascii=False)
        if outcome.verdict == "refused" and len(refused) < _MOST_SHOWN:
            refused.append(outcome)
        if outcome.verdict == "crashed":
            click.echo(err=True)
            for line in f"{outcome.file}: {outcome.detail.strip()}".splitlines():
                say(line, err=True)
    if out:
        out.write('\n], "totals": ')
        json.dump(totals.as_dict(), out)
        out.write("}\n")


def _print_counts(title: str, counts: Counter[str], order: Iterable[str]) -> None:
    total = counts.total()
    if total:
        click.echo(title)
    for key in order if total else ():
        click.echo(f"  {counts[key]:6} {counts[key] / total:6.1%}  {_WORDS[key]}")


def _print_refused(refused: Iterable[Outcome], count: int, report: Path | None) -> None:
    if count:
        click.echo("Ditolak, dengan temuan pertamanya")
    for outcome in sorted(refused, key=lambda outcome: outcome.file):
        say(f"  {outcome.file}:{outcome.sentences[0]}")
    if count > _MOST_SHOWN:
        where = report or "triage FOLDER --json BERKAS"
        click.echo(f"  … dan {count - _MOST_SHOWN} berkas lagi; semuanya: {where}")


def _print_lacking(counts: Counter[str]) -> None:
    """What holds other files up: a file that is refused, or what no file holds."""
    if counts:
        click.echo("Yang ditunggu berkas lain, menurut banyaknya berkas yang menunggu")
    for lack, count in counts.most_common(_MOST_SHOWN):
        kind, colon, name = lack.partition(": ")
        missing = f"{_LACKS[kind]} “{name}” tidak ada" if colon and kind in _LACKS else f"{lack} ditolak"
        say(f"  {count:6}  {missing}")


def _print_codes(heading: str, counts: Counter[str]) -> None:
    if counts:
        click.echo(heading)
    for code, count in counts.most_common(_MOST_SHOWN):
        click.echo(f"  {count:6}  {title(code)} ({code})")
