"""Hari libur: the days off of this region, and counting anew the deadlines that run."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.days_off import national_holidays
from app.base.errors import InvalidForm, NotFound
from app.base.i18n import N_, _, day
from app.commands.migration import recounts as commands
from app.commands.transaction import Answer, Command, earlier_answer, run_command
from app.models import Holiday
from app.services.core import clock, holidays, rights
from app.services.migration import recounts
from app.services.migration.recounts import Foreseen
from app.services.people import user_search
from app.web import context, entries, errors

blueprint = Blueprint("days_off", __name__)

_OFF, _WORKING = "off", "working"
_KEEP, _RECOUNT = "keep", "recount"
#: What a day that is added shall be.
_KINDS = {_OFF: N_("Libur"), _WORKING: N_("Hari kerja biasa (bukan libur)")}


@blueprint.get("/pengguna/libur")
def listed() -> str:
    """Days off of this region, and the national ones for comparison."""
    return _days_page({})


@blueprint.post("/pengguna/libur")
def add() -> Response:
    """Add a day off."""
    actor = context.actor()
    rights.require_administrator(actor)

    def do(session: Session) -> Answer:
        row = _add_day(session)
        if _running() == _RECOUNT:
            recounts.begin(session, actor=actor)
        return {"on": row.on.isoformat(), "named": bool(row.name)}

    try:
        sent = _sent_day() | {"running": _running()}
        command = entries.sent_command("add_day_off", request.form.get("on", ""), sent)
        if _is_to_be_asked(command) and (asked := _ask_about_day()):
            return make_response(asked)
        done = run_command(
            context.database(), command, do, actor=actor, allowed=context.require_administrator
        )
    except InvalidForm as error:
        return make_response(_days_page(error.errors or {"on": errors.tell_error(error)}), 422)
    words = N_("{day} masuk daftar.") if done["named"] else N_("{day} sekarang hari kerja biasa.")
    return _saved(_(words, day=day(date.fromisoformat(done["on"]))))


@blueprint.post("/pengguna/libur/<on>/hapus")
def remove(on: str) -> Response:
    """Take a day out of the list."""
    actor, kept = context.actor(), _stored_day(on)

    def do(session: Session) -> Answer:
        named = bool(holidays.remove(session, kept, actor=actor).name)
        if _running() == _RECOUNT:
            recounts.begin(session, actor=actor)
        return {"named": named}

    rights.require_administrator(actor)
    command = entries.sent_command("remove_day_off", on, {"running": _running()})
    if _is_to_be_asked(command) and (asked := _ask_before_removal(kept)):
        return make_response(asked)
    done = run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    words = N_("Hari libur dihapus dari daftar.") if done["named"] else N_("{day} libur lagi.")
    return _saved(_(words, day=day(kept)))


def _running() -> str:
    """What the sender of a form wants of deadlines that run: to keep or to count anew, once he was told of them."""
    found = request.form.get("running", "")
    return found if found in (_KEEP, _RECOUNT) else ""


def _is_to_be_asked(command: Command) -> bool:
    """Whether he was not told yet what would move, and sends no form again that was done without asking."""
    return not _running() and earlier_answer(context.database(), command, actor=context.actor()) is None


def _saved(said: str) -> Response:
    if _running() == _RECOUNT:
        flash(said, "ok")
        return redirect(url_for("days_off.recount"), 303)
    stays = _("Tenggat yang sudah berjalan tidak berubah.")
    flash(f"{said} {stays}", "ok")
    return redirect(url_for("days_off.listed"), 303)


def _ask_about_day() -> str:
    """The page that tells what the day of the form would move; empty where it would move nothing, or is refused."""
    kind, on, name = (
        request.form.get("kind", _OFF),
        entries.sent_day("on"),
        request.form.get("name", "").strip(),
    )
    if kind not in _KINDS or (kind == _OFF) is not bool(name):
        return ""
    with context.database().reading() as session:
        calendar = holidays.as_if(session, on, name)
        foreseen = recounts.foresee(session, calendar, actor=context.actor(), on=on)
    title = N_("{day} libur") if name else N_("{day} hari kerja biasa")
    place = url_for("days_off.add")
    return _ask(_(title, day=day(on)), foreseen, place, _("Tambahkan"), _sent_day())


def _ask_before_removal(on: date) -> str:
    """The same for taking a day out of the list."""
    with context.database().reading() as session:
        calendar = holidays.as_if(session, on, None)
        foreseen = recounts.foresee(session, calendar, actor=context.actor(), on=on)
    place = url_for("days_off.remove", on=on.isoformat())
    return _ask(_("{day} dihapus dari daftar", day=day(on)), foreseen, place, _("Hapus"), {})


def _ask(title: str, foreseen: Foreseen, place: str, does: str, sent: Mapping[str, str]) -> str:
    if not foreseen.timers:
        return ""
    buttons = {
        _RECOUNT: _("{does} dan hitung ulang", does=does),
        _KEEP: _("{does}; yang berjalan tetap", does=does),
    }
    return render_template(
        "people/recount_asked.html", title=title, foreseen=foreseen, place=place, sent=sent, buttons=buttons
    )


@blueprint.get("/pengguna/libur/hitung-ulang")
def recount() -> str:
    """What runs and would be due otherwise by the days off of now, and how far counting it anew is."""
    actor = context.actor()
    rights.require_administrator(actor)
    with context.database().reading() as session:
        last = recounts.latest(session, actor=actor)
        runs = last is not None and last.state == "running"
        foreseen = None if runs else recounts.foresee(session, holidays.loaded(session), actor=actor)
    return render_template("people/recount.html", last=last, runs=runs, foreseen=foreseen)


@blueprint.post("/pengguna/libur/hitung-ulang")
def begin_recount() -> Response:
    """Count anew what runs."""
    command = entries.sent_command("recount_deadlines", "")
    commands.begin(context.database(), command, actor=context.actor())
    return redirect(url_for("days_off.recount"), 303)


def _days_page(problems: Mapping[str, str]) -> str:
    actor = context.actor()
    user_search.require_reader(actor)
    with context.database().reading() as session:
        kept, today = holidays.own_days(session), clock.today(session)
    return render_template(
        "people/holidays.html",
        kept=kept,
        years=[(year, sorted(national_holidays(year).items())) for year in (today.year, today.year + 1)],
        kinds=[(kind, _(words)) for kind, words in _KINDS.items()],
        errors=problems,
        values=request.form if problems else {"kind": _OFF},
        may_change=actor.administers,
    )


def _sent_day() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("kind", "on", "name")}


def _add_day(session: Session) -> Holiday:
    """Add the day that the form tells of, as what it says the day is."""
    kind, name = request.form.get("kind", _OFF), request.form.get("name", "")
    if kind not in _KINDS:
        message = _("Pilih salah satu.")
        raise InvalidForm(message, {"kind": message})
    on = entries.sent_day("on")
    if kind == _OFF:
        return holidays.add(session, on, name, actor=context.actor())
    if name.strip():
        message = _("Hari kerja biasa tidak diberi nama. Kosongkan, atau pilih “Libur”.")
        raise InvalidForm(message, {"name": message})
    return holidays.add_working_day(session, on, actor=context.actor())


def _stored_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("Hari libur ini tidak ada dalam daftar.")) from None
