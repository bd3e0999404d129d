"""init and user: people, before there is a page to manage them on."""

from collections.abc import Sequence
from datetime import timedelta

import click
from sqlalchemy.orm import Session

from app.base import i18n
from app.cli.base import ready
from app.commands.transaction import run_without_key
from app.models import User
from app.services.core import clock
from app.services.definitions import staffing
from app.services.people import accounts, api_tokens, users


@click.command(help="Siapkan pemasangan: tabel dan satu pengelola dengan kata sandi acak.")
@click.option("--name", metavar="TEKS", default="admin", show_default=True, help="Nama pengguna pengelola.")
def init(name: str) -> None:
    """Make the tables and one administrator; his password is shown once."""
    _config, database = ready()
    password = run_without_key(database, lambda session: accounts.first_administrator(session, name))
    click.echo(f"Pengelola: {name}\nKata sandi (ditampilkan sekali ini saja): {password}")


@click.group(help="Kelola pengguna dari baris perintah.")
def user() -> None:
    """Users."""


@user.command("add", help="Tambah pengguna; kata sandi acak ditampilkan sekali.")
@click.argument("name")
@click.option("--full-name", metavar="TEKS", help="Nama lengkap.")
@click.option("--group", "groups", metavar="TEKS", multiple=True, help="Lajur atau kelompok; boleh berulang.")
@click.option("--unit", "units", metavar="TEKS", multiple=True, help="Kode unit; boleh berulang.")
@click.option("--role", "roles", multiple=True, type=click.Choice(["admin", "process_owner", "auditor"]))
def user_add(
    name: str, full_name: str | None, groups: Sequence[str], units: Sequence[str], roles: Sequence[str]
) -> None:
    """Add a user."""
    _config, database = ready()

    def add(session: Session) -> tuple[str, str]:
        password = accounts.add_from_command(session, name, full_name or name, groups, units, roles)
        return password, staffing.without_unit(session, users.named(session, name))

    password, warning = run_without_key(database, add)
    if warning:
        click.echo(warning, err=True)
    click.echo(password)


@user.command("disable", help="Nonaktifkan pengguna; tugasnya dilepas.")
@click.argument("name")
def user_disable(name: str) -> None:
    """Disable a user."""
    _config, database = ready()

    def disable(session: Session) -> str:
        person = users.disable(session, users.named(session, name).id, actor=None)
        return staffing.unattended(session, staffing.lanes(session, person.id))

    warning = run_without_key(database, disable)
    if warning:
        click.echo(warning, err=True)
    click.echo(f"{name} dinonaktifkan.")


@user.command("enable", help="Aktifkan lagi pengguna yang dinonaktifkan.")
@click.argument("name")
def user_enable(name: str) -> None:
    """Enable a user again."""
    _config, database = ready()
    run_without_key(
        database, lambda session: users.enable(session, users.named(session, name).id, actor=None)
    )
    click.echo(f"{name} dapat masuk lagi.")


@user.command("password", help="Beri kata sandi acak baru; ditampilkan sekali.")
@click.argument("name")
def user_password(name: str) -> None:
    """Reset a user's password."""
    _config, database = ready()

    def reset(session: Session) -> tuple[User, str]:
        person = users.named(session, name)
        return person, accounts.reset_password(session, person.id, actor=None)

    person, password = run_without_key(database, reset)
    if person.disabled_at:
        click.echo(
            f"{person.name} dinonaktifkan: ia baru dapat masuk sesudah `user enable {person.name}`.", err=True
        )
    click.echo(password)


@user.command("second-step", help="Matikan langkah kedua pengguna yang kehilangan perangkatnya.")
@click.argument("name")
def user_second_step(name: str) -> None:
    """Reset a user's second step; the way back in for the last administrator."""
    _config, database = ready()
    run_without_key(
        database,
        lambda session: accounts.reset_second_step(session, users.named(session, name).id, actor=None),
    )
    click.echo(f"{name} masuk dengan kata sandi saja; langkah kedua dapat dinyalakan lagi.")


@user.command("token", help="Buat token API; hanya token yang dicetak. Dengan --revoke: cabut semuanya.")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Cabut semua token pengguna ini.")
@click.option(
    "--days",
    type=click.IntRange(1, api_tokens.MOST_DAYS),
    metavar="HARI",
    default=api_tokens.DAYS,
    show_default=True,
    help="Berapa hari token berlaku.",
)
@click.option(
    "--job-type",
    "job_types",
    multiple=True,
    metavar="JENIS",
    help="Token pekerja luar: hanya untuk pekerjaan jenis ini; boleh diulang.",
)
def user_token(name: str, revoke: bool, days: int, job_types: tuple[str, ...]) -> None:
    """Print a new bearer token alone, so that a script can take it; or make all of a user's worthless.

    Until when it is good goes to where messages go.
    """
    config, database = ready()

    def change(session: Session) -> str:
        person = users.named(session, name)
        if revoke:
            return f"Token API {person.name} dicabut: {api_tokens.revoke_all(session, person, actor=None)}."
        return api_tokens.issue(session, person, actor=None, days=days, job_types=job_types)

    said = run_without_key(database, change)
    if not revoke:
        end = (clock.real() + timedelta(days=days)).astimezone(config.timezone)
        click.echo(f"Berlaku {days} hari, sampai {i18n.day(end.date())}.", err=True)
    click.echo(said)
