"""Cara diberi tahu: how each person is told of each kind of notice, and when no mail reaches him."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands.transaction import Answer, run_command
from app.services.notifications import kinds, quiet_hours, wishes
from app.services.notifications.quiet_hours import OfficeHours, QuietHours
from app.services.notifications.wishes import Wishes
from app.web import context, entries

blueprint = Blueprint("notice_choices", __name__)


@blueprint.get("/notifikasi/pilihan")
def show() -> str:
    """What the reader chose."""
    with context.database().reading() as session:
        return _page(wishes.stored(session, actor=context.actor()), quiet_hours.of_office(session))


@blueprint.post("/notifikasi/pilihan")
def store() -> Response:
    """Choose anew."""
    actor, wanted = context.actor(), _sent()

    def do(session: Session) -> Answer:
        wishes.edit(session, wanted, actor=actor)
        return {}

    command = entries.sent_command("choose_notices", actor.id, asdict(wanted))
    try:
        run_command(context.database(), command, do, actor=actor, allowed=lambda _s: None)
    except InvalidForm as error:
        with context.database().reading() as session:
            return make_response(_page(wanted, quiet_hours.of_office(session), error.errors), 422)
    flash(_("Pilihan Anda tersimpan dan berlaku untuk pemberitahuan berikutnya."), "ok")
    return redirect(url_for("notice_choices.show"), 303)


def _sent() -> Wishes:
    return Wishes(
        choices={kind: request.form[kind] for kind in kinds.KINDS if kind in request.form},
        quiet=request.form.get("quiet", wishes.OF_OFFICE),
        own=QuietHours(
            request.form.get("begins", "").strip()[:10],
            request.form.get("ends", "").strip()[:10],
            "days_off" in request.form,
        ),
        overdue_anyway="overdue_anyway" in request.form,
    )


def _page(chosen: Wishes, office: OfficeHours, problems: Mapping[str, str] | None = None) -> str:
    user = context.user()
    return render_template(
        "notifications/choices.html",
        chosen=chosen,
        kinds=[(name, _(kind.label)) for name, kind in kinds.KINDS.items()],
        options=[(name, _(label)) for name, label in kinds.CHOICES.items()],
        quiet_options=_quiet_options(office),
        digest_at=clock_words(office.digest_at),
        address=user.email if user else None,
        has_server=context.config().smtp_url is not None,
        begins=clock_words(chosen.own.begins),
        ends=clock_words(chosen.own.ends),
        errors=problems or {},
    )


def _quiet_options(office: OfficeHours) -> list[tuple[str, str]]:
    return [
        (wishes.OF_OFFICE, _("Seperti kantor: {hours}", hours=hours_words(office.quiet))),
        (wishes.OWN, _("Jam saya sendiri, di bawah ini")),
        (wishes.NONE, _("Tanpa jam tenang")),
    ]


def hours_words(hours: QuietHours) -> str:
    """Quiet hours in words: 17.00–07.00, dan hari libur."""
    between = f"{clock_words(hours.begins)}–{clock_words(hours.ends)}" if hours.begins != hours.ends else ""
    if not hours.days_off:
        return between or _("tidak ada")
    return _("{hours}, dan hari libur", hours=between) if between else _("hari libur")


def clock_words(time: str) -> str:
    """A time of day as the language in use writes it; whatever is none, as it was typed."""
    found = quiet_hours.parse(time)
    return _("{hours}.{minutes}", hours=found[:2], minutes=found[3:]) if found else time
