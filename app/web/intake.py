"""Laporan baru: the start form, its draft, and what the reporter is handed once it is saved."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import AppError, Conflict, InvalidForm, NotAllowed, NumberTaken
from app.forms import Form
from app.i18n import _
from app.services import clock, drafts, instances, numbers, tracking
from app.services.definitions import Version
from app.services.instances import Started
from app.web import commands, context, entries, errors, filters, lists, shell, slips
from app.web.commands import Command
from app.web.entries import Entry

blueprint = slips.blueprint


@dataclass(frozen=True)
class Sheet:
    """A start form as it lies on the table. ``about`` is what the start event's documentation says."""

    key: str
    version: Version
    form: Form | None
    about: str

    @property
    def reported(self) -> bool:
        """Whether the case is somebody's report, who gets a code; else officers begin it for themselves."""
        return tracking.has_reporter(self.version)


@blueprint.get("/laporan/baru")
def new() -> Response | str:
    """The start form of the one process that the actor may start, or the choice among several."""
    actor, key = context.actor(), lists.argument("key")
    with context.database().reading() as session:
        if not key:
            choices = instances.startable(session, actor)
            if not choices:
                raise NotAllowed(
                    _("Belum ada proses yang dapat Anda mulai. Yang memulai adalah petugas lajur pertamanya.")
                )
            if len(choices) > 1:
                return render_template(
                    "intake/choose.html", choices=choices, title=shell.starting(session, choices)
                )
            key = choices[0].key
        return _drawn(session, _sheet(session, key))


@blueprint.post("/laporan/baru")
def save() -> Response:
    """Start the case and go to what the reporter gets; or say what is missing, with everything still there."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = _sheet(session, lists.argument("key"))
    entry = entries.read(sheet.form, actor=actor)
    if entry.unfinished:
        return make_response(_kept_and_drawn(sheet, entry, entry.errors))
    secret = entries.key() or secrets.token_urlsafe(16)
    try:
        entries.check_files(sheet.form, entry, {})
        started = _start(sheet, entry, secret)
    except (InvalidForm, Conflict, *commands.Failed) as error:
        return _refused(sheet, entry, error)
    if not sheet.reported:
        about = {"name": sheet.version.diagram.name, "number": started["number"]}
        flash(_("{name} dimulai dengan nomor {number}.", **about), "ok")
        return redirect(url_for("cases.show", instance_id=started["instance_id"]), 303)
    flash(_("Laporan tersimpan dengan nomor {number}.", number=started["number"]), "ok")
    entries.say_left_out(sheet.form, entry, {})
    return slips.go(started["instance_id"], secret)


@blueprint.post("/laporan/baru/draf")
def save_draft() -> Response:
    """Keep what was typed: the button, and the script while one types."""
    with context.database().reading() as session:
        sheet = _sheet(session, lists.argument("key"))
    entry = entries.read(sheet.form, actor=context.actor())
    try:
        at, kept = _keep(sheet, entry)
    except InvalidForm as error:
        if _asked_by_script():
            raise
        return make_response(_page_again(sheet, entry, {}, [str(error)]), 422)
    for message in entry.errors.values():  # the script sends files when the page is left: the next one tells
        flash(message, "warn")
    if _asked_by_script():
        return jsonify(saved=filters.clock(at) if kept else "")
    entries.say_kept(at, kept)
    return redirect(url_for("intake.new", key=sheet.key))


@blueprint.post("/laporan/baru/buang")
def drop_draft() -> Response:
    """Forget the draft and begin with an empty form."""
    key = lists.argument("key")
    with context.database().transaction() as session:
        drafts.delete(session, context.actor(), _scope(key))
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("intake.new", key=key))


def _scope(key: str) -> str:
    return f"start:{key}"


def _sheet(session: Session, key: str) -> Sheet:
    version, node = instances.opening(session, key, actor=context.actor())
    return Sheet(key, version, version.form_of(node.form_key), node.documentation)


def _start(sheet: Sheet, entry: Entry, secret: str) -> dict[str, Any]:
    actor = context.actor()

    def answer(session: Session, started: Started) -> dict[str, Any]:
        if sheet.reported:
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


def _refused(sheet: Sheet, entry: Entry, error: AppError) -> Response:
    problems = error.errors if isinstance(error, InvalidForm) else {}
    taken = error.number if isinstance(error, NumberTaken) else ""
    words = [] if problems else [_why(error, sheet)]
    page = _kept_and_drawn(sheet, entry, problems, words, taken)
    return make_response(page, errors.problem_of(error).status)


def _kept_and_drawn(
    sheet: Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str] = (), taken: str = ""
) -> str:
    try:
        _keep(sheet, entry)
    except InvalidForm as too_large:  # then it stands on the page alone
        words = [*words, str(too_large)]
    return _page_again(sheet, entry, problems, words, taken)


def _keep(sheet: Sheet, entry: Entry) -> tuple[datetime, bool]:
    """Keep what was typed; return when, and whether: no draft stays of a form that nobody touched."""
    actor, empty = context.actor(), entries.is_untouched(sheet.form, entry, {})
    with context.database().transaction() as session:
        if not empty:
            return drafts.save(session, actor, _scope(sheet.key), commands.as_draft(entry.kept, {})), True
        drafts.delete(session, actor, _scope(sheet.key))
        return clock.now(session), False


def _page_again(
    sheet: Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str], taken: str = ""
) -> str:
    """The form with everything that was typed. ``taken``: the number that another case has."""
    with context.database().reading() as session:
        other = numbers.holder(session, sheet.key, taken, actor=context.actor()) if taken else None
        return _drawn(session, sheet, entry.values, problems, words=" ".join(words), other=other)


def _why(error: AppError, sheet: Sheet) -> str:
    if isinstance(error, InvalidForm) and not sheet.reported:
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa di Perkara apakah sudah dimulai; bila belum, "
            "kirim sekali lagi."
        )
    if isinstance(error, InvalidForm):  # the key was used: the page was left open, or gone back to
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa di Perkara apakah laporannya sudah tersimpan; "
            "bila belum, kirim sekali lagi."
        )
    if isinstance(error, commands.Failed) and not sheet.reported:
        return _(
            "{why} Perkara belum dimulai; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    if isinstance(error, commands.Failed):
        return _(
            "{why} Laporan belum tersimpan; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    return str(error)


def _drawn(
    session: Session,
    sheet: Sheet,
    values: dict[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    other: int | None = None,
) -> str:
    """The page with ``values``, which were just sent; without them with the draft."""
    kept = drafts.load(session, context.actor(), _scope(sheet.key))
    held = kept.values.get("values", {}) if kept else {}
    shown = held if values is None else values
    drawn = entries.draw(session, sheet.form, shown, problems, variables={}, actor=context.actor())
    return render_template(
        "intake/new.html",
        sheet=sheet,
        drawn=drawn,
        words=words,
        other=other,
        kept=kept,
        opened=values is None,
        identity=[part.name for part in sheet.form.fields if part.private] if sheet.form else [],
        file_url=lambda held: url_for("files.download", attachment_id=held),
        zone=context.config().timezone.key,
    )


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
