"""Laporan baru: the start form, its draft, and what the reporter is handed once it is saved."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import AppError, Conflict, InvalidForm, NotAllowed
from app.forms import Form
from app.i18n import _
from app.services import drafts, instances, tracking
from app.services.definitions import Version
from app.services.instances import Started
from app.web import commands, context, entries, errors, filters, once
from app.web.commands import Command
from app.web.entries import Entry

blueprint = Blueprint("intake", __name__)


@dataclass(frozen=True)
class Sheet:
    """A start form as it lies on the table. ``about`` is what the start event's documentation says."""

    key: str
    version: Version
    form: Form | None
    about: str


@blueprint.get("/laporan/baru")
def new() -> Response | str:
    """The start form of the one process that the actor may start, or the choice among several."""
    actor, key = context.actor(), request.args.get("proses", "")
    with context.database().reading() as session:
        if not key:
            choices = instances.startable(session, actor)
            if not choices:
                raise NotAllowed(
                    _("Belum ada proses yang dapat Anda mulai. Yang memulai adalah petugas lajur pertamanya.")
                )
            if len(choices) > 1:
                return render_template("intake/choose.html", choices=choices)
            key = choices[0].key
        sheet = _sheet(session, key)
        kept = drafts.load(session, actor, _scope(key))
        held = kept.values.get("values", {}) if kept else {}
        return _drawn(session, sheet, held, saved_at=kept.saved_at if kept else None)


@blueprint.post("/laporan/baru")
def save() -> Response:
    """Start the case and go to what the reporter gets; or say what is missing, with everything still there."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = _sheet(session, request.args.get("proses", ""))
    entry = entries.read(sheet.form, actor=actor)
    secret = entries.key() or secrets.token_urlsafe(16)
    try:
        entries.check_files(sheet.form, entry, {})
        started = _start(sheet, entry, secret)
    except (InvalidForm, Conflict, *commands.Failed) as error:
        return _refused(sheet, entry, error)
    flash(_("Laporan tersimpan dengan nomor {number}.", number=started["number"]), "ok")
    return _to_slip(started["instance_id"], secret)


@blueprint.post("/laporan/baru/draf")
def save_draft() -> Response:
    """Keep what was typed: the button, and the script while one types."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = _sheet(session, request.args.get("proses", ""))
    entry = entries.read(sheet.form, actor=actor)
    with context.database().transaction() as session:
        at = drafts.save(session, actor, _scope(sheet.key), commands.as_draft(entry.values, {}))
    if _asked_by_script():
        return jsonify(saved=filters.clock(at))
    for message in entry.errors.values():
        flash(message, "warn")
    flash(
        _("Draf tersimpan pukul {time}. Lanjutkan kapan saja di halaman ini.", time=filters.clock(at)), "ok"
    )
    return redirect(url_for("intake.new", proses=sheet.key))


@blueprint.post("/laporan/baru/buang")
def drop_draft() -> Response:
    """Forget the draft and begin with an empty form."""
    key = request.args.get("proses", "")
    with context.database().transaction() as session:
        drafts.delete(session, context.actor(), _scope(key))
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("intake.new", proses=key))


@blueprint.get("/laporan/<int:instance_id>/slip")
def slip(instance_id: int) -> Response:
    """Number, secret code and reply text, right after they were made; later the number alone."""
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=context.actor())
    page = render_template(
        "intake/slip.html",
        case=instance,
        code=once.handed(),
        track_url=context.config().base_url + url_for("tracking.door"),
    )
    return make_response(page)


@blueprint.post("/laporan/<int:instance_id>/slip")
def put_away(instance_id: int) -> Response:
    """The reporter has his code: show it no more."""
    gone = redirect(f"/perkara/{instance_id}")
    return once.forget(gone, url_for("intake.slip", instance_id=instance_id))


@blueprint.post("/laporan/<int:instance_id>/kode")
def reissue(instance_id: int) -> Response:
    """Make a new code; the old one is void, and that is recorded."""
    actor, secret = context.actor(), entries.key() or secrets.token_urlsafe(16)

    def do(session: Session) -> dict[str, Any]:
        tracking.issue(session, instance_id, actor=actor, key=secret)
        return {}

    commands.run(context.database(), Command("reissue_code", str(instance_id), secret), do, actor=actor)
    flash(_("Kode baru diterbitkan. Kode yang lama tidak berlaku lagi."), "ok")
    return _to_slip(instance_id, secret)


def _scope(key: str) -> str:
    return f"start:{key}"


def _sheet(session: Session, key: str) -> Sheet:
    version, node = instances.opening(session, key, actor=context.actor())
    return Sheet(key, version, version.form_of(node.form_key), node.documentation)


def _start(sheet: Sheet, entry: Entry, secret: str) -> dict[str, Any]:
    actor = context.actor()

    def answer(session: Session, started: Started) -> dict[str, Any]:
        tracking.issue(session, started.instance.id, actor=actor, key=secret)
        drafts.delete(session, actor, _scope(sheet.key))
        return {"instance_id": started.instance.id, "number": started.instance.business_key}

    return commands.start_case(
        context.database(),
        sheet.key,
        entry.values,
        actor=actor,
        command=Command("start_case", sheet.key, secret, entry.sent),
        answer=answer,
        typed=entry.values,
    )


def _to_slip(instance_id: int, secret: str) -> Response:
    """Go to the page that shows the code. It follows from the form's key, so a form sent twice shows the same."""
    path = url_for("intake.slip", instance_id=instance_id)
    with context.database().reading() as session:
        code = tracking.again(session, instance_id, key=secret)
    there = redirect(path, 303)
    return once.hand_over(there, path, code) if code else there


def _refused(sheet: Sheet, entry: Entry, error: AppError) -> Response:
    actor = context.actor()
    problems = error.errors if isinstance(error, InvalidForm) else {}
    words = "" if problems else _why(error)
    with context.database().transaction() as session:
        drafts.save(session, actor, _scope(sheet.key), commands.as_draft(entry.values, {}))
        page = _drawn(session, sheet, entry.values, problems, words=words)
    return make_response(page, errors.problem_of(error).status)


def _why(error: AppError) -> str:
    if isinstance(error, InvalidForm):  # the key was used: the page was left open, or gone back to
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa di Perkara apakah laporannya sudah tersimpan; "
            "bila belum, kirim sekali lagi."
        )
    if isinstance(error, commands.Failed):
        return _(
            "{why} Laporan belum tersimpan; isian Anda disimpan sebagai draf. Beri tahu pemilik proses.",
            why=error,
        )
    return str(error)


def _drawn(
    session: Session,
    sheet: Sheet,
    values: dict[str, Any],
    problems: dict[str, str] | None = None,
    *,
    words: str = "",
    saved_at: datetime | None = None,
) -> str:
    drawn = entries.draw(session, sheet.form, values, problems, variables={}, actor=context.actor())
    return render_template(
        "intake/new.html",
        sheet=sheet,
        drawn=drawn,
        words=words,
        saved_at=saved_at,
        zone=context.config().timezone.key,
    )


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
