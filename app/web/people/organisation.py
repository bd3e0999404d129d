"""Unit and hari libur: which units there are, who works in them, and which days are off in this region."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands import recounts as commands
from app.commands.transaction import Answer, Command, earlier_answer, run_command, run_without_key
from app.days_off import national_holidays
from app.errors import InvalidForm, NotFound
from app.forms import moments
from app.i18n import N_, _, day
from app.models import Holiday, Unit
from app.services.core import clock, edit_conflicts, history, holidays, rights
from app.services.definitions import lane_uses, staffing
from app.services.migration import recounts
from app.services.migration.recounts import Foreseen
from app.services.people import groups, units, user_search
from app.services.people.units import Details
from app.services.roster import offices
from app.services.roster.lines import UNIT_COLUMNS
from app.web import context, entries, errors, lists, sentences
from app.web.security_log import noting
from app.web.sheet_files import sheet_download

blueprint = Blueprint("organisation", __name__)

#: Of a lane so many are named.
_MEMBERS = 6
WITHOUT = "none"
_OFF, _WORKING = "off", "working"
_KEEP, _RECOUNT = "keep", "recount"
#: What a day that is added shall be.
_KINDS = {_OFF: N_("Libur"), _WORKING: N_("Hari kerja biasa (bukan libur)")}


@blueprint.get("/pengguna/unit")
def listed() -> str:
    """Units by name, each with how many officers it has."""
    actor = context.actor()
    user_search.require_reader(actor)
    q, only_empty = lists.argument("q"), lists.argument("officers") == WITHOUT
    with context.database().reading() as session:
        everything, officers, today = units.everything(session), units.officers(session), _today(session)
        lacking = staffing.codes_without_unit(session)
    shown = [
        unit for unit in everything if _matches(unit, q) and not (only_empty and officers.get(unit.code))
    ]
    empty = sum(1 for unit in everything if _exists(unit, today) and not officers.get(unit.code))
    return render_template(
        "people/units.html",
        units=shown,
        officers=officers,
        total=len(everything),
        empty=empty,
        q=q,
        only_empty=only_empty,
        lacking=lacking,
        existing={unit.code for unit in everything if _exists(unit, today)},
        may_change=actor.administers,
    )


@blueprint.get("/pengguna/unit-unduh")
def take_along() -> Response:
    """The same list as a file, in the columns that `rosters` takes, and how many officers each has."""
    user_search.require_reader(context.actor())
    q, only_empty = lists.argument("q"), lists.argument("officers") == WITHOUT
    with context.database().reading() as session:
        officers = units.officers(session)
        rows = [
            (*offices.cells_of(unit).values(), officers.get(unit.code, 0))
            for unit in units.everything(session)
            if _matches(unit, q) and not (only_empty and officers.get(unit.code))
        ]
    noting.list_taken("units")
    heading = [*UNIT_COLUMNS.values(), "jumlah petugas"]
    return sheet_download("unit", lists.argument("format"), heading, rows)


@blueprint.get("/pengguna/unit-baru")
def new() -> str:
    """An empty form for one more unit."""
    rights.require_administrator(context.actor())
    return _form_page(None, {})


@blueprint.post("/pengguna/unit-baru")
def add() -> Response:
    """Add a unit."""
    actor, code = context.actor(), request.form.get("code", "")
    rights.require_administrator(actor)

    def do(session: Session) -> Answer:
        unit = units.add(session, code, details, actor=actor)
        lacking = staffing.lacking(session, unit.code)
        return {"name": unit.name, "warning": _not_offered(unit, lacking) if lacking else ""}

    try:
        details = _details()
        command = entries.sent_command("add_unit", code, asdict(details))
        done = run_command(context.database(), command, do, actor=actor, allowed=_administers)
    except InvalidForm as error:
        return make_response(_form_page(None, error.errors or {"code": errors.tell_error(error)}), 422)
    flash(_("Unit {name} ditambahkan. Beri ia petugas di daftar pengguna.", name=done["name"]), "ok")
    if done["warning"]:
        flash(done["warning"], "warn")
    return redirect(url_for("organisation.listed"), 303)


@blueprint.get("/pengguna/unit/<path:code>")
def show(code: str) -> str:
    """What is said of a unit: to change, or to read."""
    user_search.require_reader(context.actor())
    with context.database().reading() as session:
        unit = units.get(session, code)
        return _form_page(unit, {}, _warning(session, unit))


@blueprint.post("/pengguna/unit/<path:code>")
def edit(code: str) -> Response:
    """Change what is said of a unit."""
    actor, shown = context.actor(), request.form.get("shown", "")
    rights.require_administrator(actor)
    try:
        details = _details()
        unit = run_without_key(
            context.database(),
            lambda session: units.edit(session, code, details, actor=actor, shown=shown),
        )
    except InvalidForm as error:
        with context.database().reading() as session:
            unit = units.get(session, code)
            return make_response(_form_page(unit, error.errors, _warning(session, unit)), 422)
    flash(_("{name} tersimpan.", name=unit.name), "ok")
    return redirect(url_for("organisation.listed"), 303)


@blueprint.get("/pengguna/lajur")
def lanes() -> str:
    """The groups that work in lanes: who is in them, and which processes use them."""
    actor = context.actor()
    user_search.require_reader(actor)
    with context.database().reading() as session:
        found, uses = groups.with_counts(session), lane_uses.uses(session)
        members = groups.members(session, _MEMBERS)
    return render_template(
        "people/lanes.html",
        rows=[(group, count, members.get(group.id, ()), uses.get(group.id, ())) for group, count in found],
        may_change=actor.administers,
    )


@blueprint.get("/pengguna/libur")
def days_off() -> str:
    """Days off of this region, and the national ones for comparison."""
    return _days_page({})


@blueprint.post("/pengguna/libur")
def add_day() -> Response:
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
        done = run_command(context.database(), command, do, actor=actor, allowed=_administers)
    except InvalidForm as error:
        return make_response(_days_page(error.errors or {"on": errors.tell_error(error)}), 422)
    words = N_("{day} masuk daftar.") if done["named"] else N_("{day} sekarang hari kerja biasa.")
    return _told(_(words, day=day(date.fromisoformat(done["on"]))))


@blueprint.post("/pengguna/libur/<on>/hapus")
def remove_day(on: str) -> Response:
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
    done = run_command(context.database(), command, do, actor=actor, allowed=_administers)
    words = N_("Hari libur dihapus dari daftar.") if done["named"] else N_("{day} libur lagi.")
    return _told(_(words, day=day(kept)))


def _running() -> str:
    """What the sender of a form wants of deadlines that run: to keep or to count anew, once he was told of them."""
    found = request.form.get("running", "")
    return found if found in (_KEEP, _RECOUNT) else ""


def _is_to_be_asked(command: Command) -> bool:
    """Whether he was not told yet what would move, and sends no form again that was done without asking."""
    return not _running() and earlier_answer(context.database(), command, actor=context.actor()) is None


def _told(said: str) -> Response:
    if _running() == _RECOUNT:
        flash(said, "ok")
        return redirect(url_for("organisation.recount"), 303)
    stays = _("Tenggat yang sudah berjalan tidak berubah.")
    flash(f"{said} {stays}", "ok")
    return redirect(url_for("organisation.days_off"), 303)


def _ask_about_day() -> str:
    """The page that tells what the day of the form would move; empty where it would move nothing, or is refused."""
    kind, on, name = request.form.get("kind", _OFF), _day("on"), request.form.get("name", "").strip()
    if kind not in _KINDS or (kind == _OFF) is not bool(name):
        return ""
    with context.database().reading() as session:
        calendar = holidays.as_if(session, on, name)
        foreseen = recounts.foresee(session, calendar, actor=context.actor(), on=on)
    title = N_("{day} libur") if name else N_("{day} hari kerja biasa")
    place = url_for("organisation.add_day")
    return _ask(_(title, day=day(on)), foreseen, place, _("Tambahkan"), _sent_day())


def _ask_before_removal(on: date) -> str:
    """The same for taking a day out of the list."""
    with context.database().reading() as session:
        calendar = holidays.as_if(session, on, None)
        foreseen = recounts.foresee(session, calendar, actor=context.actor(), on=on)
    place = url_for("organisation.remove_day", on=on.isoformat())
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
    commands.begin(context.database(), actor=context.actor(), command=command)
    return redirect(url_for("organisation.recount"), 303)


@blueprint.get("/pengguna/riwayat")
def record() -> str:
    """What was changed outside of cases, newest first."""
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        page = history.outside_instances(session, actor=context.actor(), after=after)
        entries = [sentences.entry_outside_instances(entry) for entry in page.items]
    return render_template(
        "people/history.html",
        entries=entries,
        first=lists.address() if after else "",
        following=lists.next_page(page.next),
    )


def _administers(_session: Session) -> None:
    """Who is no administrator any more is not told again what he did as one."""
    rights.require_administrator(context.actor())


def _warning(session: Session, unit: Unit) -> str:
    """What keeps a unit that has not ended from being chosen; empty when nothing does."""
    ended = unit.valid_until is not None and unit.valid_until < _today(session)
    lacking = [] if ended else staffing.lacking(session, unit.code)
    return _not_offered(unit, lacking) if lacking else ""


def _not_offered(unit: Unit, lacking: Sequence[str]) -> str:
    return _(
        "{name} belum dapat dipilih. Minta pemilik proses menambahkan kode {code} pada: {places}.",
        name=unit.name,
        code=unit.code,
        places="; ".join(lacking),
    )


def _form_page(unit: Unit | None, problems: Mapping[str, str], warning: str = "") -> str:
    return render_template(
        "people/unit.html",
        unit=unit,
        values=request.form if problems else _values(unit) if unit else request.args,
        errors=problems,
        warning=warning,
        shown=_shown(unit, problems),
        may_change=context.actor().administers,
    )


def _shown(unit: Unit | None, problems: Mapping[str, str]) -> str:
    """The fingerprint of what the page shows. Refused for what was typed, it is as old as it was."""
    if unit is None or (problems and "shown" not in problems):
        return request.form.get("shown", "")
    return edit_conflicts.fingerprint(units.details_of(unit))


def _days_page(problems: Mapping[str, str]) -> str:
    actor = context.actor()
    user_search.require_reader(actor)
    with context.database().reading() as session:
        kept, today = holidays.own_days(session), _today(session)
    return render_template(
        "people/holidays.html",
        kept=kept,
        years=[(year, sorted(national_holidays(year).items())) for year in (today.year, today.year + 1)],
        kinds=[(kind, _(words)) for kind, words in _KINDS.items()],
        errors=problems,
        values=request.form if problems else {"kind": _OFF},
        may_change=actor.administers,
    )


def _values(unit: Unit) -> Mapping[str, str]:
    dates = {"valid_from": unit.valid_from, "valid_until": unit.valid_until}
    shown = {name: f"{on:%d-%m-%Y}" if on else "" for name, on in dates.items()}
    return {"code": unit.code, "name": unit.name, "successors": ", ".join(_codes(unit.successors)), **shown}


def _details() -> Details:
    return Details(
        name=request.form.get("name", ""),
        valid_from=_maybe_day("valid_from"),
        valid_until=_maybe_day("valid_until"),
        successors=tuple(_codes(request.form.get("successors", ""))),
    )


def _codes(text: str) -> Sequence[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def _sent_day() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("kind", "on", "name")}


def _add_day(session: Session) -> Holiday:
    """Add the day that the form tells of, as what it says the day is."""
    kind, name = request.form.get("kind", _OFF), request.form.get("name", "")
    if kind not in _KINDS:
        message = _("Pilih salah satu.")
        raise InvalidForm(message, {"kind": message})
    on = _day("on")
    if kind == _OFF:
        return holidays.add(session, on, name, actor=context.actor())
    if name.strip():
        message = _("Hari kerja biasa tidak diberi nama. Kosongkan, atau pilih “Libur”.")
        raise InvalidForm(message, {"name": message})
    return holidays.add_working_day(session, on, actor=context.actor())


def _day(name: str) -> date:
    """A day as people type it.

    Raises:
        InvalidForm: it is none.
    """
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(str(moments.from_text(text, "date")))
    except ValueError:
        example = N_("Tulis tanggal yang ada, misalnya 24-11-2026.")
        message = _(example if text else N_("Isi tanggal, misalnya 24-11-2026."))
        raise InvalidForm(message, {name: message}) from None


def _maybe_day(name: str) -> date | None:
    return _day(name) if request.form.get(name, "").strip() else None


def _stored_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("Hari libur ini tidak ada dalam daftar.")) from None


def _today(session: Session) -> date:
    return clock.now(session).astimezone(context.config().timezone).date()


def _exists(unit: Unit, on: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= on) and (
        unit.valid_until is None or on <= unit.valid_until
    )


def _matches(unit: Unit, q: str) -> bool:
    wanted = q.strip().casefold()
    return wanted in unit.name.casefold() or wanted in unit.code.casefold()
