"""Laporan baru: the start form, its draft, and what the reporter is handed once it is saved."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.instances import start_case
from app.commands.transaction import Command, Failed, run_without_key
from app.errors import AppError, Conflict, InvalidForm, NotAllowed, NumberTaken
from app.forms import Form
from app.i18n import _
from app.services.core import clock
from app.services.instances import instances
from app.services.instances.instances import Started
from app.services.reporter import tracking
from app.services.tasks import draft_compatibility, drafts
from app.services.tasks.draft_compatibility import Typed
from app.web import context, entries, errors, filters, lists, shell
from app.web.entries import Entry
from app.web.intake import slips, start_page
from app.web.intake.start_page import Sheet

blueprint = slips.blueprint


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
        return start_page.draw_start_page(session, start_page.current_sheet(session, key))


@blueprint.post("/laporan/baru")
def save() -> Response:
    """Start the case and go to what the reporter gets; or say what is missing, with everything still there."""
    actor = context.actor()
    with context.database().reading() as session:
        sheet = start_page.of_page(session)
    entry = entries.read_entry(sheet.form, actor=actor)
    if entry.unfinished:
        return make_response(_kept_and_drawn(sheet, entry, entry.errors))
    secret = entries.key() or secrets.token_urlsafe(16)
    try:
        entries.check_files(sheet.form, entry, {})
        started = _start(sheet, entry, secret)
    except (InvalidForm, Conflict, *Failed) as error:
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
        sheet = start_page.of_page(session)
    entry = entries.read_entry(sheet.form, actor=context.actor())
    try:
        at, kept = _keep(sheet, entry)
    except InvalidForm as error:
        if _asked_by_script():
            raise
        return make_response(start_page.ask_again(sheet, entry, {}, [str(error)]), 422)
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
    actor, scope = context.actor(), start_page.scope(key)
    run_without_key(context.database(), lambda session: drafts.delete(session, actor, scope))
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("intake.new", key=key))


def _start(sheet: Sheet, entry: Entry, secret: str) -> dict[str, Any]:
    actor = context.actor()

    def values(form: Form | None) -> Mapping[str, Any]:
        if draft_compatibility.changed(sheet.form, form):
            raise Conflict(start_page.changed_words())
        return entry.values

    def answer(session: Session, started: Started) -> dict[str, Any]:
        if sheet.reported:
            tracking.issue(session, started.instance.id, actor=actor, key=secret)
        drafts.delete(session, actor, start_page.scope(sheet.key))
        return {"instance_id": started.instance.id, "number": started.instance.business_key}

    return start_case(
        context.database(),
        sheet.key,
        values,
        actor=actor,
        command=Command("start_case", sheet.key, secret, entry.sent),
        answer=answer,
        typed=entry.values,
    )


def _refused(sheet: Sheet, entry: Entry, error: AppError) -> Response:
    problems = error.errors if isinstance(error, InvalidForm) else {}
    taken = error.number if isinstance(error, NumberTaken) else ""
    words = [] if problems else [start_page.why(error, sheet)]
    page = _kept_and_drawn(sheet, entry, problems, words, taken)
    return make_response(page, errors.problem_of(error).status)


def _kept_and_drawn(
    sheet: Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str] = (), taken: str = ""
) -> str:
    try:
        _keep(sheet, entry)
    except InvalidForm as too_large:  # then it stands on the page alone
        words = [*words, str(too_large)]
    return start_page.ask_again(sheet, entry, problems, words, taken)


def _keep(sheet: Sheet, entry: Entry) -> tuple[datetime, bool]:
    """Keep what was typed; return when, and whether: no draft stays of a form that nobody touched."""
    actor, empty = context.actor(), entries.is_untouched(sheet.form, entry, {})

    def do(session: Session) -> tuple[datetime, bool]:
        kept = drafts.load(session, actor, start_page.scope(sheet.key))
        _filled, left = draft_compatibility.fit(session, draft_compatibility.typed_in(kept), sheet.form)
        if left or not empty:
            typed = Typed(entry.kept, sheet.version.id)
            return draft_compatibility.keep(session, actor, sheet.key, typed, sheet.form), True
        drafts.delete(session, actor, start_page.scope(sheet.key))
        return clock.now(session), False

    return run_without_key(context.database(), do)


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
