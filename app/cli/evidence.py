"""verify: check the record from the first event to the last."""

import sys
import time
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.base.errors import AppError
from app.cli.base import ready, say
from app.commands import evidence
from app.commands.transaction import run_without_key
from app.history.events.evidence import DatabaseRoleRestricted
from app.services.core import history
from app.services.evidence import checkpoint_checks, checkpoints, overview, verifying
from app.services.maintenance import database_role

#: Faults that are told one by one.
_MOST_TOLD = 100
_PLACES = {"folder": "folder", "mail": "surel", "web": "alamat web"}


@click.command("verify", help="Periksa riwayat: rantai, titik periksa, berkas, dan versi proses.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Titik periksa yang disimpan di luar; boleh beberapa.",
)
def verify_command(against: tuple[Path, ...]) -> None:
    """Print what does not fit; exit code 1 where something does not. That it was checked is an event."""
    config, database = ready()
    outside = [one for path in against for one in checkpoint_checks.read_outside(path)]
    began = time.monotonic()
    found = verifying.snapshot_verified(config, database, _progress, outside)
    took_s = time.monotonic() - began
    say(
        f"{found.events} peristiwa dalam {found.chains} rantai dan {found.files} catatan berkas diperiksa "
        f"dalam {took_s:.1f} detik."
    )
    if found.checkpoints or found.outside:
        outside_words = ", ".join(map(str, found.outside))
        say(
            f"{found.checkpoints} titik periksa, yang terakhir nomor {found.last}"
            + (f", dan dari luar nomor {outside_words}" if found.outside else "")
            + f": {found.heads} kepala dari {found.bound} rantai dicocokkan dengan peristiwanya."
        )
    evidence.note_verified(database, found)
    for fault in found.faults[:_MOST_TOLD]:
        say(f"- {found.fault_text(fault)}")
    if found.faults:
        raise AppError(f"{len(found.faults)} kejanggalan ditemukan.")
    if not found.checkpoints and not found.outside:
        say("Belum ada titik periksa: rantai yang ditulis ulang seluruhnya tidak dapat diketahui.")
    kept = ", ".join(path.name for path in against)
    say("Semuanya utuh." if not against else f"Semuanya utuh, juga terhadap yang disimpan di luar: {kept}.")


@click.command("checkpoint", help="Buat titik periksa sekarang dan kirim ke luar.")
def checkpoint_command() -> None:
    """Sign how far every chain is, and say under which key."""
    config, database = ready()
    made = evidence.make_checkpoint(database, actor=None, demanded=True)
    if made is not None:
        say(f"Titik periksa {made.id}: {made.events} peristiwa dalam {made.chains} rantai.")
    say(f"Kunci publik: {checkpoints.public_key(config).hex()}")
    failed = {kind: why for kind, why in evidence.send_checkpoints(database).items() if why}
    for kind, why in failed.items():
        say(f"Belum terkirim ke {_PLACES[kind]}: {why}", err=True)
    if failed:
        raise AppError("Titik periksa dibuat, tetapi belum sampai di semua tempat; pekerja mencobanya lagi.")


@click.command(
    "export-checkpoint",
    help="Tulis titik periksa NOMOR sebagai berkas, dengan bukti bahwa ia melanjutkan titik periksa --since "
    "(bawaannya yang sebelumnya).",
)
@click.argument("number", metavar="NOMOR", type=click.IntRange(min=1))
@click.option("--since", metavar="NOMOR", type=click.IntRange(min=1))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas yang ditulis; bawaannya titik-periksa-NOMOR.json.",
)
def export_checkpoint_command(number: int, since: int | None, output: Path | None) -> None:
    """Write a checkpoint to be kept outside."""
    _config, database = ready()
    content = evidence.take_checkpoint(database, number, None, since=since)
    path = output or Path(f"titik-periksa-{number:08}.json")
    path.write_bytes(content)
    say(f"{path}: titik periksa {number}. Bandingkan dengan periksa_bukti.py --compare.")


@click.command(
    "restrict-role",
    help="Beri peran PostgreSQL PERAN hak yang cukup untuk menjalankan Alur, tanpa dapat mengubah riwayat. "
    "Jalankan sebagai pemilik tabel, dan lagi sesudah tiap pembaruan.",
)
@click.argument("role", metavar="PERAN")
def restrict_command(role: str) -> None:
    """Restrict a role of the database."""
    _config, database = ready()

    def restrict(session: Session) -> None:
        database_role.restrict(session, role)
        history.record(session, DatabaseRoleRestricted(role=role), actor=None)

    run_without_key(database, restrict)
    say(f"Peran {role} kini dapat menjalankan Alur: atur ALUR_DATABASE_URL dengan peran itu.")


@click.command("export-evidence", help="Tulis bukti perkara sebagai ZIP yang dapat diperiksa tanpa Alur.")
@click.argument("cases", nargs=-1, metavar="[PERKARA]...")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("bukti.zip"),
    help="Berkas yang ditulis; bawaannya bukti.zip.",
)
def export_command(cases: tuple[str, ...], output: Path) -> None:
    """Write the evidence of cases by id or number; of all without any. A checkpoint over it is made first."""
    config, database = ready()
    with database.reading() as session:
        ids = overview.case_ids(session, cases)
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w+b") as file:
            evidence.export_bundle(database, config, ids, file)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    say(f"{output}: bukti {len(ids)} perkara. Periksa dengan periksa_bukti.py di dalamnya.")


def _progress(done: int) -> None:
    if sys.stderr.isatty() and done % 20_000 == 0:
        click.echo(f"\r{done}", nl=False, err=True)
