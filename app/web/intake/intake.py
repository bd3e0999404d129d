"""Laporan baru: the start form, its draft, and what the reporter is handed once it is saved."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.commands.instances import start_instance
from app.commands.transaction import Command, Failed, run_command, run_without_key
from app.errors import AppError, Conflict, InvalidForm, NotAllowed, NumberTaken
from app.forms import Form
from app.i18n import _, ngettext
from app.services.core import clock
from app.services.definitions import definitions, outlines
from app.services.definitions.definitions import Version
from app.services.instances import instances, numbers
from app.services.instances.instances import Started
from app.services.reporter import tracking
from app.services.tasks import draft_compatibility, drafts
from app.services.tasks.draft_compatibility import Typed
from app.web import context, entries, errors, filters, lists, once, shell
from app.web.entries import Entry
from app.web.security_log import noting


@dataclass(frozen=True)
class _Sheet:
    """A start form as it lies on the table. ``about`` is what the start event's documentation says."""

    key: str
    version: Version
    form: Form | None
    about: str

    @property
    def reported(self) -> bool:
        """Whether the case is somebody's report, who gets a code; else officers begin it for themselves."""
        return outlines.has_reporter(self.version)


#: With the start form in `intake`: one blueprint for the way from a report to its slip.
_blueprint = Blueprint("intake", __name__)

blueprint = _blueprint


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
                title = shell.starting(reports=all(one.has_reporter for one in choices))
                return render_template("intake/choose.html", choices=choices, title=title)
            key = choices[0].key
        return _draw_start_page(session, _current_sheet(session, key))


@blueprint.post("/laporan/baru")
def save() -> Response:
    """Start the case and go to what the reporter gets; or say what is missing, with everything still there."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = _of_page(session)
    entry = entries.read_entry(sheet.form, actor=actor)
    if entry.unfinished:
        return make_response(_kept_and_drawn(sheet, entry, entry.errors))
    secret = entries.key() or secrets.token_urlsafe(16)
    try:
        entries.check_files(sheet.form, entry, {})
        started = _start(sheet, entry, secret)
    except (InvalidForm, Conflict, *Failed) as error:
        return _refused(sheet, entry, error)
    _say_masked(started.get("masked", 0))
    if not sheet.reported:
        about = {"name": sheet.version.diagram.name, "number": started["number"]}
        flash(_("{name} dimulai dengan nomor {number}.", **about), "ok")
        return redirect(url_for("casefile.show", instance_id=started["instance_id"]), 303)
    flash(_("Laporan tersimpan dengan nomor {number}.", number=started["number"]), "ok")
    entries.say_left_out(sheet.form, entry, {})
    return _go(started["instance_id"], secret)


@blueprint.post("/laporan/baru/draf")
def save_draft() -> Response:
    """Keep what was typed: the button, and the script while one types."""
    with context.database().reading() as session:
        sheet = _of_page(session)
    entry = entries.read_entry(sheet.form, actor=context.actor())
    try:
        at, kept = _keep(sheet, entry)
    except InvalidForm as error:
        if _asked_by_script():
            raise
        return make_response(_ask_again(sheet, entry, {}, [str(error)]), 422)
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
    actor, scope = context.actor(), _scope(key)
    run_without_key(context.database(), lambda session: drafts.delete(session, actor, scope))
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("intake.new", key=key))


def _start(sheet: _Sheet, entry: Entry, secret: str) -> dict[str, Any]:
    actor = context.actor()

    def values(form: Form | None) -> Mapping[str, Any]:
        if draft_compatibility.changed(sheet.form, form):
            raise Conflict(_changed_words())
        return entry.values

    def answer(session: Session, started: Started) -> dict[str, Any]:
        if sheet.reported:
            tracking.issue(session, started.instance.id, actor=actor, key=secret)
        drafts.delete(session, actor, _scope(sheet.key))
        about = {"instance_id": started.instance.id, "number": started.instance.business_key}
        return {**about, "masked": started.masked}

    return start_instance(
        context.database(),
        sheet.key,
        values,
        actor=actor,
        command=Command("start_instance", sheet.key, secret, entry.sent),
        answer=answer,
        typed=entry.values,
    )


def _say_masked(count: int) -> None:
    """Whoever wrote it must know that what he wrote is not shown: he may have meant it to be."""
    if count:
        words = ngettext(
            "{count} hal dalam isian disamarkan: telepon, NIK, email, atau nama. Yang berhak melihat identitas dapat "
            "membukanya di halaman perkara.",
            "{count} hal dalam isian disamarkan: telepon, NIK, email, atau nama. Yang berhak melihat identitas dapat "
            "membukanya di halaman perkara.",
            count,
        )
        flash(words, "info")


def _refused(sheet: _Sheet, entry: Entry, error: AppError) -> Response:
    problems = error.errors if isinstance(error, InvalidForm) else {}
    taken = error.number if isinstance(error, NumberTaken) else ""
    words = [] if problems else [_why(error, sheet)]
    page = _kept_and_drawn(sheet, entry, problems, words, taken)
    return make_response(page, errors.problem_of(error).status)


def _kept_and_drawn(
    sheet: _Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str] = (), taken: str = ""
) -> str:
    try:
        _keep(sheet, entry)
    except InvalidForm as too_large:  # then it stands on the page alone
        words = [*words, str(too_large)]
    return _ask_again(sheet, entry, problems, words, taken)


def _keep(sheet: _Sheet, entry: Entry) -> tuple[datetime, bool]:
    """Keep what was typed; return when, and whether: no draft stays of a form that nobody touched."""
    actor, empty = context.actor(), entries.is_untouched(sheet.form, entry, {})

    def do(session: Session) -> tuple[datetime, bool]:
        kept = drafts.load(session, actor, _scope(sheet.key))
        _filled, left = draft_compatibility.fit(session, draft_compatibility.typed_in(kept), sheet.form)
        if left or not empty:
            typed = Typed(entry.kept, sheet.version.id)
            return draft_compatibility.keep(session, actor, sheet.key, typed, sheet.form), True
        drafts.delete(session, actor, _scope(sheet.key))
        return clock.now(session), False

    return run_without_key(context.database(), do)


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _go(instance_id: int, secret: str) -> Response:
    """Go to the page that shows the code. It follows from the form's key, so a form sent twice shows the same."""
    path = url_for("intake.slip", instance_id=instance_id)
    with context.database().reading() as session:
        code = tracking.code_made_with(session, instance_id, key=secret)
    there = redirect(path, 303)
    return once.hand_over(there, path, code) if code else there


@_blueprint.get("/laporan/<int:instance_id>/slip")
def slip(instance_id: int) -> Response:
    """Number, secret code and reply text, right after they were made; later the number alone."""
    actor = context.actor()
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=actor)
        version = definitions.version(session, instance.definition_id)
    noting.case_read(instance_id)
    if not outlines.has_reporter(version):
        return redirect(url_for("casefile.show", instance_id=instance_id), 303)
    page = render_template(
        "intake/slip.html",
        case=instance,
        code=once.handed(),
        may_reissue=tracking.may_issue(actor, version),
        track_url=context.config().base_url + url_for("tracking.door"),
    )
    return make_response(page)


@_blueprint.post("/laporan/<int:instance_id>/slip")
def put_away(instance_id: int) -> Response:
    """The reporter has his code: show it no more."""
    gone = redirect(url_for("casefile.show", instance_id=instance_id))
    return once.forget(gone, url_for("intake.slip", instance_id=instance_id))


@_blueprint.post("/laporan/<int:instance_id>/kode")
def reissue(instance_id: int) -> Response:
    """Make a new code; the old one is void, and that is recorded."""
    actor, secret = context.actor(), entries.key() or secrets.token_urlsafe(16)

    def do(session: Session) -> dict[str, Any]:
        tracking.issue(session, instance_id, actor=actor, key=secret)
        return {}

    def allowed(session: Session) -> None:
        tracking.require_may_issue(session, instance_id, actor=actor)

    command = Command("reissue_code", str(instance_id), secret)
    run_command(context.database(), command, do, actor=actor, allowed=allowed)
    flash(_("Kode baru diterbitkan. Kode yang lama tidak berlaku lagi."), "ok")
    return _go(instance_id, secret)


def _scope(key: str) -> str:
    """Under which the draft is kept."""
    return f"start:{key}"


def _current_sheet(session: Session, key: str) -> _Sheet:
    """The form that starts process ``key`` now.

    Raises:
        NotFound: no such process, or nobody starts it. NotAllowed: the actor does not work in that lane.
    """
    version, node = instances.opening(session, key, actor=context.actor())
    return _Sheet(key, version, version.form_of(node.form_key), node.documentation)


def _of_page(session: Session) -> _Sheet:
    """The form that the page showed that was sent: what was typed is read as it was asked.

    Raises:
        What `of` raises.
    """
    sheet, told = _current_sheet(session, lists.argument("key")), lists.argument("version")
    known = told.isdecimal() and len(told) < 10  # a page of before does not tell
    version = draft_compatibility.of_page(session, sheet.key, int(told)) if known else None
    return replace(sheet, version=version, form=draft_compatibility.start_form(version)) if version else sheet


def _ask_again(
    sheet: _Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str], taken: str = ""
) -> str:
    """The form that is in force with everything that was typed. ``taken``: the number that another case has."""
    with context.database().reading() as session:
        other = numbers.holder(session, sheet.key, taken, actor=context.actor()) if taken else None
        live = _current_sheet(session, sheet.key)
        if draft_compatibility.changed(sheet.form, live.form) and _changed_words() not in words:
            words = [_changed_words(), *words]
        return _draw_start_page(session, live, (sheet, entry), problems, words=" ".join(words), other=other)


def _changed_words() -> str:
    """What one reads who sent a form that is not in force any more."""
    return _(
        "Formulir ini berubah sejak halaman Anda dibuka. Ketikan Anda sudah dipindahkan ke formulir yang baru; "
        "periksa, lalu kirim sekali lagi."
    )


def _why(error: AppError, sheet: _Sheet) -> str:
    """Why nothing was started, and what to do; where no field is to blame."""
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
    if isinstance(error, Failed) and not sheet.reported:
        return _(
            "{why} Perkara belum dimulai; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    if isinstance(error, Failed):
        return _(
            "{why} Laporan belum tersimpan; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    return str(error)


def _draw_start_page(
    session: Session,
    sheet: _Sheet,
    sent: tuple[_Sheet, Entry] | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    other: int | None = None,
) -> str:
    """The page with what was just ``sent``, and from which form; without it with the draft."""
    actor = context.actor()
    kept = drafts.load(session, actor, _scope(sheet.key))
    pieces = draft_compatibility.typed_in(kept)
    if sent is not None:
        _filled, older = draft_compatibility.fit(session, pieces, sent[0].form)
        pieces = [*older, Typed(sent[1].kept, sent[0].version.id)]
    shown, left = draft_compatibility.fit(session, pieces, sheet.form)
    if sent is not None and forms.FOCUS in sent[1].values:
        shown[forms.FOCUS] = sent[1].values[forms.FOCUS]
    drawn = entries.draw_form(session, sheet.form, shown, problems, variables={}, actor=actor)
    return render_template(
        "intake/new.html",
        sheet=sheet,
        may_import=sheet.form is not None and bool(forms.imported_fields(sheet.form)),
        drawn=drawn,
        words=words,
        other=other,
        kept=kept,
        left=draft_compatibility.in_words(session, left, actor=actor),
        opened=sent is None,
        masks=sheet.form is not None and bool(sheet.version.diagram.identity_lanes),
        identity=[part.name for part in sheet.form.fields if part.private] if sheet.form else [],
        file_url=lambda held: url_for("files.download", attachment_id=held),
        zone=context.config().timezone.key,
    )
