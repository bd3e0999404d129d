"""run, serve, worker, demo, backup, restore, fire, clock: an installation as it runs."""

import ctypes
import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app import worker as clockwork
from app.base import log_safety
from app.base.config import Config, from_environment, wants_json_log
from app.base.db import Database
from app.base.errors import NotReady
from app.base.i18n import moment as in_words
from app.cli import interrupts
from app.cli.base import ready, say
from app.commands.security_log import recorded
from app.commands.transaction import run_without_key
from app.history.events.maintenance import ClockMoved, ClockReset
from app.services.core import clock, history, security_log, settings
from app.services.core.security_log import Origin
from app.services.maintenance import backup, demo, migrations
from app.services.people import accounts

#: So many rows take a second or two; with fewer there is nothing to wait for.
_MANY_ROWS = 100_000
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_DEMO_USERS = """
Masuk sebagai: admin, pemilik (pemilik proses), auditor, lapor, upp, koordinator,
               dpupr, dishub, dlh, inspektorat. Kata sandi: demo
"""
_NOBODY = """
Belum ada akun, jadi belum ada yang dapat masuk. Buat pengelola pertama: python -m app init
"""


@click.command("demo", help="Muat data peragaan: unit, pengguna (kata sandi demo), SOP.")
def demo_command() -> None:
    """Load the demo data and deploy the watched folders once."""
    config, database = ready()
    added = _load_demo(config, database)
    click.echo(f"Unit dan pengguna yang ditambahkan: {added}. Yang sudah ada tetap, kata sandinya juga.")


def _load_demo(config: Config, database: Database) -> int:
    added = run_without_key(database, demo.load)
    clockwork.look(database, config, say)
    return added


@click.command(help="Jalankan web dan pekerja waktu bersama, dengan data peragaan bila hanya di mesin ini.")
def run() -> None:
    """Serve and work, as ``make run`` does; Ctrl+C stops both."""
    interrupts.end_at_once()
    config = from_environment()
    _check_port(config)
    click.echo("==> Menyiapkan basis data")
    database = settings.open_database(config)
    migrations.upgrade(database)
    if config.local:
        click.echo("==> Memuat data peragaan dan menerapkan SOP")
        _load_demo(config, database)
    database.engine.dispose()
    click.echo("==> Menjalankan web dan pekerja waktu")
    sys.stdout.flush()
    interrupts.wait()
    # A fresh process: what preparing needed is not kept in memory.
    shown = ("--demo",) if config.local else ()
    os.execv(sys.executable, _line("worker", "--with-web", *shown))  # noqa: S606 ourselves


def _line(*words: str) -> list[str]:
    return [sys.executable, "-m", "app", *words]


def _check_port(config: Config) -> None:
    with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise NotReady(_why_not_bound(config, error)) from error


def _why_not_bound(config: Config, error: OSError) -> str:
    where = f"Porta {config.port} pada {config.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} sudah dipakai program lain; hentikan program itu, atau pilih porta lain, "
            "misalnya ALUR_PORT=8001."
        )
    if error.errno == errno.EACCES:
        return f"{where} hanya untuk root; pilih porta di atas 1023, misalnya ALUR_PORT=8001."
    return f"ALUR_HOST={config.host} bukan alamat mesin ini ({error.strerror}); pakai 127.0.0.1 atau 0.0.0.0."


@click.command(help="Layani halaman dan API pada ALUR_HOST:ALUR_PORT.")
@click.option("--beside", type=int, hidden=True, help="Berhenti bila proses induk ini berakhir.")
@click.option("--demo", "shown", is_flag=True, hidden=True, help="Sebut pengguna peragaan.")
def serve(*, beside: int | None, shown: bool) -> None:
    """Serve the web application by gunicorn; ``beside`` is the parent to end with, whatever ends it."""
    from app.web.serving.server import serve as serve_web  # noqa: PLC0415 the worker and commands need no Flask

    interrupts.end_at_once()
    if beside is not None:
        _end_with(beside)
    config, database = ready()
    _check_port(config)
    with database.reading() as session:
        peopled = accounts.exist(session)
    database.engine.dispose()
    serve_web(_welcome(config, demo_users=shown, peopled=peopled))


def _welcome(config: Config, *, demo_users: bool, peopled: bool) -> str:
    """What to say once the pages can be opened."""
    return "".join(
        (
            f"\nBuka {config.base_url}\n",
            _DEMO_USERS if demo_users else "",
            "" if peopled else _NOBODY,
            "Berhenti dengan Ctrl+C.\n",
        )
    )


def _end_with(parent: int) -> None:
    """Be told to stop by the kernel when ``parent`` ends, even when it was killed. Kept across exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before that
        sys.exit(1)


@click.command("worker", help="Jalankan pekerja waktu: tenggat, pemberitahuan, folder yang diamati.")
@click.option("--with-web", is_flag=True, help="Layani juga halaman dan API.")
@click.option(
    "--lanes",
    multiple=True,
    metavar="JALUR",
    type=click.Choice(clockwork.LANES),
    help=f"Kerjakan jalur ini saja; boleh diulang: {', '.join(clockwork.LANES)}. Tanpa ini, semuanya.",
)
@click.option("--demo", "shown", is_flag=True, hidden=True, help="Sebut pengguna peragaan.")
def work(*, with_web: bool, lanes: tuple[str, ...], shown: bool) -> None:
    """Fire timers until told to stop; with the web beside it, until that ends."""
    log_safety.log_to_stderr(as_json=wants_json_log())
    stop = interrupts.stop_when_told()
    interrupts.heed()
    config, database = ready()
    security_log.come_from(Origin("clock"))
    gc.collect()
    gc.freeze()  # what is there now stays: no deadline waits until it was gone through again
    with _web(stop, *(("--demo",) if shown else ())) if with_web else nullcontext():
        clockwork.run(database, config, stop, say, lanes)


@contextmanager
def _web(stop: threading.Event, *words: str) -> Iterator[None]:
    """Serve in a process of its own, which ends with this one; when it ends by itself, stop and say so."""
    interrupts.wait()  # gunicorn hears it when it can, and until then is told by this process
    process = subprocess.Popen(_line("serve", "--beside", str(os.getpid()), *words))  # noqa: S603 our own command
    interrupts.heed()
    by_itself = threading.Event()

    def watch() -> None:
        process.wait()
        if not stop.is_set():
            by_itself.set()
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        process.terminate()
        code = process.wait()
    if by_itself.is_set():
        _end_as_the_web_did(code)


def _end_as_the_web_did(code: int) -> None:
    if code > 0:  # it has said why
        sys.exit(code)
    how = f"sinyal {-code}, {signal.strsignal(-code)}" if code else "dihentikan dari luar"
    raise NotReady(
        f"web berhenti sendiri ({how}), jadi pekerja waktu ikut berhenti. "
        "Jalankan lagi; bila terulang, periksa apakah memori mesin ini cukup."
    )


@click.command(
    "backup", help="Salin basis data dan berkas ke folder DIR; dengan --age ke satu berkas terenkripsi."
)
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    metavar="BERKAS",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis kunci ke berkas ini; simpan di tempat lain daripada cadangannya.",
)
@click.option(
    "--age",
    "recipients",
    metavar="PENERIMA",
    multiple=True,
    help="Enkripsi untuk kunci publik age (age1…) atau SSH ini; boleh diulang.",
)
def backup_command(target: Path, keys: Path | None, recipients: tuple[str, ...]) -> None:
    """Back up."""
    config, database = ready()
    with recorded(database, "backup"), _progress() as tell:
        done = backup.backup(config, database, target, keys=keys, recipients=recipients, tell=tell)
    click.echo(done)


@click.command("restore", help="Pulihkan pemasangan kosong dari folder atau berkas terenkripsi DIR.")
@click.argument("source", metavar="DIR", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--keys",
    metavar="BERKAS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas kunci dari backup --keys.",
)
@click.option(
    "--identity",
    metavar="BERKAS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Kunci rahasia age atau SSH yang membuka cadangan terenkripsi.",
)
@click.option("--without-keys", is_flag=True, help="Lanjutkan tanpa kunci; yang disegel dengannya hilang.")
def restore_command(source: Path, keys: Path | None, identity: Path | None, *, without_keys: bool) -> None:
    """Restore."""
    config = from_environment()
    with _progress() as tell:
        done = backup.restore(
            config, source, keys=keys, identity=identity, without_keys=without_keys, tell=tell
        )
    with closing(settings.open_database(config)) as database, recorded(database, "restore"):
        click.echo(done)


@contextmanager
def _progress() -> Iterator[backup.Tell]:
    """Yield what is told how many rows are done: a bar on a terminal, else a line at each tenth of many rows."""
    if sys.stderr.isatty():
        with click.progressbar(length=0, file=sys.stderr) as bar:

            def show(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            yield show
        return
    shown = [0]

    def write(done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        if total >= _MANY_ROWS and tenth > shown[0]:
            shown[0] = tenth
            click.echo(f"{done} dari {total} baris ({tenth * 10}%)", err=True)

    yield write


@click.command(
    help="Jalankan timer yang jatuh tempo sampai TIME. Di riwayat masing-masing tercatat pada waktu jatuh temponya; "
    "pemberitahuannya dikirim worker sesudahnya, bertanggal waktu jam saat itu."
)
@click.option(
    "--at", "until", required=True, metavar="TIME", help="ISO 8601 (tanpa zona: ALUR_TIMEZONE), atau now."
)
def fire(until: str) -> None:
    """Fire due timers; with time travel allowed, TIME may lie ahead and the shared clock then stands there."""
    config, database = ready()
    with database.reading() as session:
        now, moved = clock.now(session), clock.moved_to(session) is not None
    try:
        moment = clockwork.parse_time(until, now, config.timezone)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{until!r} bukan waktu ISO 8601.", param_hint="--at") from error
    if clock.is_too_far(moment):
        raise click.BadParameter(
            f"{until!r} lebih dari {clock.MOST_YEARS} tahun lagi; pilih waktu yang lebih dekat.",
            param_hint="--at",
        )
    if moment > now and not config.allow_time_travel:
        raise click.UsageError("TIME ada di depan; atur ALUR_ALLOW_TIME_TRAVEL=1 pada pemasangan uji.")
    count = clockwork.fire_until(database, moment)

    def travel(session: Session) -> None:
        history.record(session, ClockMoved(to=moment.isoformat()), actor=None)
        clock.travel(session, moment)

    if moment > now:
        run_without_key(database, travel)
    elif moved and moment < now:
        click.echo(
            f"Jam sudah digeser dan tetap pada {in_words(now, config.timezone)}; clock --reset mengembalikannya."
        )
    click.echo(f"{count} timer dijalankan sampai {in_words(moment, config.timezone)}")


@click.command("clock", help="Kembalikan jam bersama ke waktu nyata.")
@click.option("--reset", is_flag=True, required=True)
def clock_command(reset: bool) -> None:
    """Return to real time."""
    _config, database = ready()

    def go_back(session: Session) -> None:
        clock.reset(session)
        history.record(session, ClockReset(), actor=None)

    run_without_key(database, go_back)
    click.echo("Jam kembali ke waktu nyata.")
