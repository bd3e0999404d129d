"""fire and clock: make time pass, where that is allowed."""

import click
from sqlalchemy.orm import Session

from app import worker as clockwork
from app.cli.base import ready
from app.commands.transaction import run_without_key
from app.history.events import ClockMoved, ClockReset
from app.i18n import moment as in_words
from app.services.core import clock, history


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
