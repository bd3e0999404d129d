"""Laporan baru: the start form and its draft."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound, NumberTaken
from app.base.i18n import _, ngettext
from app.commands.instances.instances import start_instance
from app.commands.transaction import Command, Failed, earlier_answer, run_without_key
from app.forms import Form
from app.services.channels import incoming
from app.services.core import clock, ids
from app.services.files import phone_photos
from app.services.instances import instances, numbers
from app.services.instances.instances import Started
from app.services.reporter import joined_reports, tracking
from app.services.search.similar import Similar
from app.services.tasks import draft_compatibility, drafts
from app.services.tasks.draft_compatibility import Typed
from app.web import context, entries, errors, filters, lists, once, shell
from app.web.entries import Entry
from app.web.instances import photos, sheets, similar_reports, slips
from app.web.instances.sheets import Sheet

blueprint = Blueprint("intake", __name__)


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
                return render_template("instances/choose.html", choices=choices, title=title)
            key = choices[0].key
        return _draw_start_page(session, sheets.current_sheet(session, key))


@blueprint.post("/laporan/baru")
def save() -> Response:
    """Start the case and go to what the reporter gets; or say what is missing, with everything still there."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = sheets.sheet_of_page(session)
    entry = entries.read_entry(sheet.form, actor=actor)
    if entry.unfinished:
        return make_response(_kept_and_drawn(sheet, entry, entry.errors))
    secret = entries.key() or secrets.token_urlsafe(16)
    try:
        found = _unsaid(sheet, entry, secret)
        if found is not None:
            return make_response(_kept_and_drawn(sheet, entry, entry.errors, found=found, ask=bool(found)))
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
    if request.form.get("_then") == "next":
        return _go_on(sheet, entry, started, secret)
    return slips.go_to_slip(started["instance_id"], secret)


def _go_on(sheet: Sheet, entry: Entry, started: Mapping[str, Any], secret: str) -> Response:
    """Go to the next empty form, which shows number and code of this one and holds the same channel already."""
    kept = entry.values.get(sheet.version.diagram.properties.get("saluran", ""), "")
    there = redirect(url_for("intake.new", key=sheet.key, saluran=kept if isinstance(kept, str) else ""), 303)
    return slips.hand_over(there, started["instance_id"], started["number"], secret)


@blueprint.post("/laporan/baru/serahkan")
def handed_over() -> Response:
    """The reporter has number and code of the report before: show them no more."""
    key, channel = lists.argument("key"), lists.argument("saluran")
    gone = redirect(url_for("intake.new", key=key, saluran=channel), 303)
    return once.forget(gone, url_for("intake.new"))


@blueprint.post("/laporan/baru/draf")
def save_draft() -> Response:
    """Keep what was typed: the button, and the script while one types."""
    with context.database().reading() as session:
        sheet = sheets.sheet_of_page(session)
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
    return redirect(url_for("intake.new", key=sheet.key, surat=_mail()))


@blueprint.post("/laporan/baru/serupa")
def similar() -> Response:
    """Show cases that may be about the same: by the button, and for the script while one types. What is typed is not
    in the address, which others may read."""
    actor, by_script = context.actor(), _asked_by_script()
    with context.database().reading() as session:
        sheet = sheets.sheet_of_page(session)
    entry = entries.read_entry(sheet.form, actor=actor, take_files=not by_script)
    with context.database().reading() as session:
        found = similar_reports.similar_to(session, sheet, entry)
        if by_script:
            told = {**_said_of(found), "ask": similar_reports.is_asked()}
            return jsonify(part=render_template("instances/similar.html", similar=found or None, **told))
    return make_response(_kept_and_drawn(sheet, entry, entry.errors, found=found))


def _unsaid(sheet: Sheet, entry: Entry, secret: str) -> list[Similar] | None:
    """Cases that may be about the same, one of them likely so, where nobody has said whether it is one of them; None
    where it can be saved.

    So nobody saves a report a second time unawares. A form that was sent before is answered as it was.
    """
    if not sheet.reported or similar_reports.is_chosen():
        return None
    if earlier_answer(context.database(), _command(sheet, entry, secret), actor=context.actor()) is not None:
        return None
    with context.database().reading() as session:
        found = similar_reports.similar_to(session, sheet, entry)
    if similar_reports.is_asked():
        return found
    likely = [one for one in found if one.is_likely]
    return found if likely and not similar_reports.is_none_of(likely) else None


def _said_of(found: Sequence[Similar]) -> dict[str, Any]:
    """What was said of these cases, for the part of the page that shows them."""
    return {"chosen": similar_reports.chosen_case(), "is_new": similar_reports.is_none_of(found)}


@blueprint.post("/laporan/baru/foto")
def show_code() -> Response:
    """A QR code by which a telephone sends pictures into this draft: by the button, and for the script alone."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = sheets.sheet_of_page(session)
    part = photos.picker(sheet.form)
    if part is None:
        raise NotFound(_("Formulir ini tidak menerima foto."))
    shown = photos.begin(sheets.draft_scope(sheet.key), part, actor=actor)
    if _asked_by_script():
        return jsonify(part=render_template("instances/photos.html", phone=shown))
    entry = entries.read_entry(sheet.form, actor=actor)
    return make_response(_kept_and_drawn(sheet, entry, entry.errors, phone=shown))


@blueprint.get("/laporan/baru/foto")
def photos_sent() -> Response:
    """The pictures that came for this draft, for the script of its page."""
    return photos.list_of(sheets.draft_scope(lists.argument("key")), actor=context.actor())


@blueprint.post("/laporan/baru/buang")
def drop_draft() -> Response:
    """Forget the draft and begin with an empty form."""
    key = lists.argument("key")
    actor, scope = context.actor(), sheets.draft_scope(key)

    def do(session: Session) -> None:
        drafts.delete(session, actor, scope)
        phone_photos.close(session, scope, actor=actor)

    run_without_key(context.database(), do)
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("intake.new", key=key))


def _start(sheet: Sheet, entry: Entry, secret: str) -> dict[str, Any]:
    actor, main_id = context.actor(), similar_reports.chosen_case()

    def values(form: Form | None) -> Mapping[str, Any]:
        if draft_compatibility.changed(sheet.form, form):
            raise Conflict(_changed_words())
        return entry.values

    def answer(session: Session, started: Started) -> dict[str, Any]:
        if mail := _mail():
            incoming.become_case(session, mail, started.instance, actor=actor)
        if sheet.reported:
            tracking.issue(session, started.instance.id, actor=actor, key=secret, taking_in=True)
            if main_id:
                joined_reports.join(session, started.instance.id, main_id, actor=actor)
        drafts.delete(session, actor, sheets.draft_scope(sheet.key))
        phone_photos.close(session, sheets.draft_scope(sheet.key), actor=actor)
        about = {"instance_id": started.instance.id, "number": started.instance.business_key}
        return {**about, "masked": started.masked}

    return start_instance(
        context.database(),
        _command(sheet, entry, secret),
        sheet.key,
        values,
        actor=actor,
        answer=answer,
        typed=entry.values,
    )


def _command(sheet: Sheet, entry: Entry, secret: str) -> Command:
    return Command(
        "start_instance", sheet.key, secret, {**entry.sent, "_join": similar_reports.chosen_case()}
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


def _refused(sheet: Sheet, entry: Entry, error: AppError) -> Response:
    problems = error.errors if isinstance(error, InvalidForm) else {}
    taken = error.number if isinstance(error, NumberTaken) else ""
    words = [] if problems else [_why(error, sheet)]
    page = _kept_and_drawn(sheet, entry, problems, words, taken)
    return make_response(page, errors.problem_of(error).status)


def _kept_and_drawn(
    sheet: Sheet,
    entry: Entry,
    problems: Mapping[str, str],
    words: Sequence[str] = (),
    taken: str = "",
    found: Sequence[Similar] | None = None,
    phone: photos.Shown | None = None,
    ask: bool = False,
) -> str:
    try:
        _keep(sheet, entry)
    except InvalidForm as too_large:  # then it stands on the page alone
        words = [*words, str(too_large)]
    return _ask_again(sheet, entry, problems, words, taken, found, phone, ask=ask)


def _keep(sheet: Sheet, entry: Entry) -> tuple[datetime, bool]:
    """Keep what was typed; return when, and whether: no draft stays of a form that nobody touched."""
    actor, empty = context.actor(), entries.is_untouched(sheet.form, entry, {})
    removed = [one for name, ids in request.form.lists() if name.endswith(forms.REMOVE) for one in ids]

    def do(session: Session) -> tuple[datetime, bool]:
        if removed:
            phone_photos.forget(session, sheets.draft_scope(sheet.key), removed, actor=actor)
        kept = drafts.load(session, actor, sheets.draft_scope(sheet.key))
        _filled, left = draft_compatibility.fit(session, draft_compatibility.typed_in(kept), sheet.form)
        if left or not empty:
            typed = Typed(entry.kept, sheet.version.id)
            return draft_compatibility.keep(session, actor, sheet.key, typed, sheet.form), True
        drafts.delete(session, actor, sheets.draft_scope(sheet.key))
        return clock.now(session), False

    return run_without_key(context.database(), do)


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _mail() -> int | None:
    """The mail that the report was begun from, if it was."""
    return ids.parse_id(lists.argument("surat"))


def _ask_again(
    sheet: Sheet,
    entry: Entry,
    problems: Mapping[str, str],
    words: Sequence[str],
    taken: str = "",
    found: Sequence[Similar] | None = None,
    phone: photos.Shown | None = None,
    *,
    ask: bool = False,
) -> str:
    """The form that is in force with everything that was typed. ``taken``: the number that another case has;
    ``found``: cases that may be about the same; ``phone``: the code by which a telephone sends pictures; ``ask``:
    nothing was saved, as first somebody must say whether it is one of those."""
    with context.database().reading() as session:
        other = numbers.holder(session, sheet.key, taken, actor=context.actor()) if taken else None
        live = sheets.current_sheet(session, sheet.key)
        if draft_compatibility.changed(sheet.form, live.form) and _changed_words() not in words:
            words = [_changed_words(), *words]
        told = " ".join(words)
        if found is None and live.reported and (similar_reports.is_asked() or similar_reports.was_shown()):
            found = similar_reports.similar_to(session, sheet, entry)
        return _draw_start_page(
            session,
            live,
            (sheet, entry),
            problems,
            words=told,
            other=other,
            found=found,
            phone=phone,
            ask=ask,
        )


def _changed_words() -> str:
    """What one reads who sent a form that is not in force any more."""
    return _(
        "Formulir ini berubah sejak halaman Anda dibuka. Ketikan Anda sudah dipindahkan ke formulir yang baru; "
        "periksa, lalu kirim sekali lagi."
    )


def _why(error: AppError, sheet: Sheet) -> str:
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
    sheet: Sheet,
    sent: tuple[Sheet, Entry] | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    other: int | None = None,
    found: Sequence[Similar] | None = None,
    phone: photos.Shown | None = None,
    ask: bool = False,
) -> str:
    """The page with what was just ``sent``, and from which form; without it with the draft."""
    actor = context.actor()
    kept = drafts.load(session, actor, sheets.draft_scope(sheet.key))
    pieces = draft_compatibility.typed_in(kept)
    if sent is not None:
        _filled, older = draft_compatibility.fit(session, pieces, sent[0].form)
        pieces = [*older, Typed(sent[1].kept, sent[0].version.id)]
    shown, left = draft_compatibility.fit(session, pieces, sheet.form)
    if sent is not None and forms.FOCUS in sent[1].values:
        shown[forms.FOCUS] = sent[1].values[forms.FOCUS]
    channel = sheet.version.diagram.properties.get("saluran", "")
    if sent is None and not shown and (told := lists.argument("saluran")) and sheet.form is not None:
        shown = {channel: told} if channel in sheet.form.by_key else {}
    part = photos.picker(sheet.form)
    if part is not None:
        key, sent_by_phone = photos.sent_photos(session, sheets.draft_scope(sheet.key), actor=actor)
        held = shown.get(part.key) or []
        if key == part.key and sent_by_phone:
            shown[key] = [*held, *(id_ for id_, _name in sent_by_phone if id_ not in held)]
    drawn = entries.draw_form(session, sheet.form, shown, problems, variables={}, actor=actor)
    return render_template(
        "instances/new.html",
        sheet=sheet,
        may_import=sheet.form is not None and bool(forms.imported_fields(sheet.form)),
        drawn=drawn,
        similar=found,
        **_said_of(found or ()),
        ask=bool(found) and (ask or similar_reports.is_asked()),
        asked_now=ask,
        goes_on=request.form.get("_then") == "next",
        phone=phone,
        takes_photos=part is not None,
        words=words,
        other=other,
        kept=kept,
        left=draft_compatibility.in_words(session, left, actor=actor),
        opened=sent is None,
        mail=_mail(),
        reads_mail=context.config().imap_url is not None and incoming.may_read(session, actor=actor),
        before=slips.of_report_before() if sent is None else None,
        channel=lists.argument("saluran"),
        masks=sheet.form is not None and bool(sheet.version.diagram.identity_lanes),
        identity=[part.name for part in sheet.form.fields if part.private] if sheet.form else [],
        file_url=lambda held: url_for("files.download", attachment_id=held),
        zone=context.config().timezone.key,
    )
