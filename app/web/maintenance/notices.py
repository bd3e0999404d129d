"""Pemasangan: when the office's mails wait, and what letters and notices say. For administrators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import N_, _
from app.commands.transaction import Answer, run_command
from app.services.core import edit_conflicts, ids, rights
from app.services.notifications import message_texts, quiet_hours, text_kinds
from app.services.notifications.message_texts import Wording
from app.services.notifications.text_kinds import TextKind
from app.web import context, entries
from app.web.notifications.choices import clock_words

blueprint = Blueprint("office_notices", __name__)

_FORMS = {
    text_kinds.MAIL: N_("Surel kepada petugas"),
    text_kinds.SENTENCE: N_("Kalimat pada halaman Notifikasi"),
    text_kinds.SMS: N_("SMS kepada pelapor"),
}
_LANGUAGES = {"id": N_("bahasa Indonesia"), "en": N_("bahasa Inggris")}


@blueprint.get("/pemasangan/jam-tenang")
def hours() -> str:
    """When mails wait, and from when on digests go out."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        stored = quiet_hours.of_office(session)
    return _hours_page(vars(stored), edit_conflicts.fingerprint(stored))


@blueprint.post("/pemasangan/jam-tenang")
def save_hours() -> Response:
    """Change it."""
    actor, shown = context.actor(), request.form.get("shown", "")
    wanted: dict[str, Any] = {
        name: request.form.get(name, "")[:10] for name in ("begins", "ends", "digest_at")
    }
    wanted["days_off"] = "days_off" in request.form

    def do(session: Session) -> Answer:
        quiet_hours.edit(session, wanted, actor=actor, shown=shown)
        return {}

    try:
        _run("edit_quiet_hours", "", wanted, do)
    except InvalidForm as error:
        if "shown" in error.errors:
            with context.database().reading() as session:
                shown = edit_conflicts.fingerprint(quiet_hours.of_office(session))
        return make_response(_hours_page(wanted, shown, error.errors), 422)
    flash(_("Jam tenang kantor tersimpan dan berlaku untuk pemberitahuan berikutnya."), "ok")
    return redirect(url_for("installation.show"), 303)


def _hours_page(values: Mapping[str, Any], shown: str, problems: Mapping[str, str] | None = None) -> str:
    times = {name: clock_words(values[name]) for name in ("begins", "ends", "digest_at")}
    return render_template(
        "maintenance/quiet_hours.html", values={**values, **times}, shown=shown, errors=problems or {}
    )


@blueprint.get("/pemasangan/teks")
def texts() -> str:
    """All texts, and which were edited."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        edited = message_texts.edited(session)
    groups = [
        (_(label), [one for one in text_kinds.TEXT_KINDS.values() if one.form == form])
        for form, label in _FORMS.items()
    ]
    return render_template("maintenance/texts.html", groups=groups, edited=edited, languages_of=_languages)


@blueprint.get("/pemasangan/teks/<kind>/<language>")
def text(kind: str, language: str) -> str:
    """One text; ``versi`` puts an earlier one into the fields, for whoever wants it again."""
    with context.database().reading() as session:
        drawn = _Drawn(session, kind, language)
    wanted = ids.parse_id(request.args.get("versi", ""))
    earlier = next((one for one in drawn.versions if one.id == wanted), None)
    return drawn.page(Wording(earlier.subject, earlier.body) if earlier else drawn.stored)


@blueprint.post("/pemasangan/teks/<kind>/<language>")
def save_text(kind: str, language: str) -> Response:
    """Write it anew; or, with the button for it, only look at what it would be."""
    actor, shown = context.actor(), request.form.get("shown", "")
    wanted = message_texts.tidy(
        Wording(request.form.get("subject", "")[:2_000], request.form.get("body", "")[:20_000])
    )
    if request.form.get("act") == "preview":
        return _preview(kind, language, wanted, shown)

    def do(session: Session) -> Answer:
        message_texts.edit(session, kind, language, wanted, actor=actor, shown=shown)
        return {}

    try:
        _run("edit_message_text", f"{kind}.{language}", [wanted.subject, wanted.body], do)
    except InvalidForm as error:
        with context.database().reading() as session:
            drawn = _Drawn(session, kind, language)
        fresh = drawn.fingerprint if "shown" in error.errors else shown
        return make_response(drawn.page(wanted, error.errors, fresh), 422)
    flash(_("Teks tersimpan. Berlaku mulai sekarang; yang sebelumnya ada di riwayat di bawah."), "ok")
    return redirect(url_for("office_notices.text", kind=kind, language=language), 303)


def _preview(kind: str, language: str, wanted: Wording, shown: str) -> Response:
    with context.database().reading() as session:
        drawn = _Drawn(session, kind, language)
    wrong = message_texts.errors(drawn.kind, wanted)
    return make_response(drawn.page(wanted, wrong, shown, is_preview=True), 422 if wrong else 200)


@blueprint.post("/pemasangan/teks/<kind>/<language>/bawaan")
def reset_text(kind: str, language: str) -> Response:
    """Let it say again what Alur is delivered with."""
    actor, shown = context.actor(), request.form.get("shown", "")

    def do(session: Session) -> Answer:
        message_texts.reset(session, kind, language, actor=actor, shown=shown)
        return {}

    try:
        _run("reset_message_text", f"{kind}.{language}", None, do)
    except InvalidForm as error:
        flash(error.errors.get("shown", str(error)), "danger")
    else:
        flash(_("Teks bawaan berlaku lagi. Yang sebelumnya ada di riwayat di bawah."), "ok")
    return redirect(url_for("office_notices.text", kind=kind, language=language), 303)


@dataclass(frozen=True)
class _Version:
    """A text as it was written: by whom (None: a command), and when."""

    id: int
    subject: str
    body: str
    by: str
    at: Any
    is_delivered: bool


class _Drawn:
    """What the page of a text shows. 2 SQL."""

    def __init__(self, session: Session, kind: str, language: str) -> None:
        actor = context.actor()
        rights.require_administrator(actor)
        self.kind, self.language = message_texts.kind_named(kind), language
        if language not in self.kind.languages:
            raise NotFound(_("Bahasa ini tidak tersedia."))
        self.stored = message_texts.in_force(session, kind, language)
        self.versions = [
            _Version(
                row.id,
                row.subject,
                row.body,
                row.written_by.full_name if row.written_by else "",
                row.written_at,
                row.is_delivered,
            )
            for row in message_texts.versions(session, kind, language, actor=actor)
        ]

    @property
    def fingerprint(self) -> str:
        return edit_conflicts.fingerprint(self.stored)

    def page(
        self,
        wanted: Wording,
        problems: Mapping[str, str] | None = None,
        shown: str = "",
        *,
        is_preview: bool = False,
    ) -> str:
        wrong = problems or {}
        delivered = Wording(*self.kind.delivered(self.language))
        return render_template(
            "maintenance/text.html",
            kind=self.kind,
            language=self.language,
            languages=_languages(self.kind),
            values=wanted,
            errors=wrong,
            shown=shown or self.fingerprint,
            preview=None if wrong else message_texts.preview(self.kind.name, self.language, wanted),
            is_preview=is_preview,
            is_delivered=self.stored == delivered,
            delivered=delivered,
            versions=self.versions,
        )


def _languages(kind: TextKind) -> list[tuple[str, str]]:
    return [(code, _(_LANGUAGES[code])) for code in kind.languages]


def _run(name: str, target: str, body: Any, do: Any) -> None:
    actor = context.actor()
    command = entries.sent_command(name, target, body)
    run_command(
        context.database(), command, do, actor=actor, allowed=lambda _s: rights.require_administrator(actor)
    )
