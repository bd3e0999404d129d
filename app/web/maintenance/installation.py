"""Pemasangan: how the installation is, and what its public pages say of who runs it. For administrators."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.config import Office
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.base.stored_messages import tell_stored
from app.bpmnio import feel
from app.commands.transaction import Answer, run_command
from app.services.core import edit_conflicts, office, rights
from app.services.maintenance import condition, scheduled_backups
from app.services.maintenance.condition import Condition
from app.services.maintenance.heartbeat import GONE_AFTER
from app.services.notifications import quiet_hours
from app.services.people import passkeys, second_steps
from app.services.retention import periods
from app.web import context, entries, filters
from app.web.notifications.choices import clock_words, hours_words
from app.web.people.second_steps import role_words

blueprint = Blueprint("installation", __name__)

#: Of the disk so much has to be free: a tenth, or this much.
_LEAST_FREE_BYTES = 1024**3
#: What waits longer than that, in seconds, is late.
_LATE_S = 60.0
#: A day, and two hours in which it is made.
_OLD_BACKUP_S = 26 * 3600.0


@dataclass(frozen=True)
class Part:
    """A part of the installation: what it is, whether it is well, and what is measured there."""

    name: str
    is_well: bool
    words: str


@blueprint.get("/pemasangan")
def show() -> str:
    """How the installation is; process owners and auditors read it and change nothing."""
    actor = context.actor()
    rights.require_overseer(actor)
    with context.database().reading() as session:
        measured, build = condition.measure(session), condition.build(session)
        who, backed_up = office.office(session), scheduled_backups.state(session)
        kept = periods.overdue(session, actor=actor) if actor.administers else []
        demanded = second_steps.demanded(session)
        hours = quiet_hours.of_office(session)
    words = role_words()
    return render_template(
        "maintenance/show.html",
        parts=[*_parts(measured, build), _of_backups(measured, backed_up)],
        measured=measured,
        office=who,
        kept=kept,
        may_change=actor.administers,
        quiet=hours_words(hours.quiet),
        digest_at=clock_words(hours.digest_at),
        second_step_roles=[words[role] for role in demanded],
        provider=context.config().provider,
        takes_passkeys=passkeys.site(context.config()) is not None,
    )


def _parts(now: Condition, build: condition.Build) -> list[Part]:
    age = now.worker_age_s
    free = now.disk_free_bytes
    return [
        Part(
            _("Basis data"),
            True,
            _("{name}, revisi {revision}.", name=build.database, revision=build.revision),
        ),
        Part(
            _("Pekerja waktu"),
            age is not None and age < GONE_AFTER.total_seconds(),
            _("Terakhir terdengar {seconds} detik yang lalu.", seconds=round(age))
            if age is not None
            else _("Belum pernah terdengar. Jalankan: python -m app worker"),
        ),
        Part(
            _("Waktu dan tenggat"),
            now.job_late_s < _LATE_S,
            _(
                "{waiting} menunggu, {late} seharusnya sudah berbunyi.",
                waiting=now.jobs_waiting,
                late=now.jobs_late,
            ),
        ),
        Part(
            _("Pekerjaan lain"),
            now.work_late_s < _LATE_S and not now.work_failing,
            _(
                "{late} terlambat dimulai, {failing} gagal saat terakhir dicoba.",
                late=now.work_late,
                failing=now.work_failing,
            ),
        ),
        Part(
            _("Pemberitahuan"),
            now.outbox_age_s < _LATE_S,
            _("{waiting} menunggu dikirim.", waiting=now.outbox_waiting),
        ),
        Part(
            _("Pencarian"),
            True,
            _("{events} kejadian belum diindeks.", events=now.search_lag),
        ),
        Part(_("Ekspresi (V8)"), feel.healthy(), _("Menghitung syarat dan waktu dalam diagram.")),
        Part(
            _("Ruang simpan"),
            free > min(_LEAST_FREE_BYTES, now.disk_bytes / 10),
            _("{free} GB bebas dari {total} GB.", free=_gb(free), total=_gb(now.disk_bytes)),
        ),
    ]


def _of_backups(now: Condition, known: Mapping[str, Any]) -> Part:
    name, config = _("Cadangan terjadwal"), context.config()
    if config.backup_dir is None:
        return Part(name, False, _("Belum diatur: isi ALUR_BACKUP_DIR."))
    if known.get("failed_at"):
        return Part(name, False, tell_stored(known["error"]))
    if now.backup_age_s is None:
        return Part(name, True, _("Yang pertama segera dibuat."))
    words = _(
        "{name}, {size} MB, dibuat {at}; {n} yang terbaru disimpan.",
        name=known["name"],
        size=round(known["bytes"] / 1024**2, 1),
        at=filters.moment(datetime.fromisoformat(known["made_at"])),
        n=config.backup_keep,
    )
    return Part(name, now.backup_age_s < _OLD_BACKUP_S, words)


def _gb(size_bytes: int) -> str:
    return f"{size_bytes / 1024**3:.1f}".replace(".", ",")


@blueprint.get("/pemasangan/kantor")
def edit_office() -> str:
    """What public pages and slips say of who runs this."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        return _office_page(office.office(session))


@blueprint.post("/pemasangan/kantor")
def save_office() -> Response:
    """Change it."""
    actor, shown = context.actor(), request.form.get("shown", "")
    wanted = Office(**{name: request.form.get(name, "") for name in office.FIELDS})

    def do(session: Session) -> Answer:
        office.edit(session, wanted, actor=actor, shown=shown)
        return {}

    command = entries.sent_command("edit_office", "", asdict(wanted))
    try:
        run_command(
            context.database(),
            command,
            do,
            actor=actor,
            allowed=lambda _s: rights.require_administrator(actor),
        )
    except InvalidForm as error:
        return make_response(_office_page(wanted, error.errors, shown), 422)
    flash(_("Keterangan kantor tersimpan. Halaman yang terbuka mengikutinya dalam setengah menit."), "ok")
    return redirect(url_for("installation.show"), 303)


def _office_page(wanted: Office, problems: Mapping[str, str] | None = None, shown: str = "") -> str:
    errors = problems or {}
    if not shown or "shown" in errors:
        with context.database().reading() as session:
            shown = edit_conflicts.fingerprint(office.office(session))
    return render_template("maintenance/office.html", values=wanted, errors=errors, shown=shown)
