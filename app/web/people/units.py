"""The units, and the groups that work in lanes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from operator import itemgetter

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands.transaction import Answer, run_command, run_without_key
from app.models import Unit
from app.services.core import clock, edit_conflicts, rights
from app.services.definitions import lane_uses, staffing
from app.services.people import groups, unit_lines, units, user_search
from app.services.people.roster_lines import UNIT_COLUMNS
from app.services.people.units import Details
from app.web import context, entries, errors, lists
from app.web.lists import Column

blueprint = Blueprint("units", __name__)

#: Of a lane so many are named.
_MEMBERS = 6
WITHOUT = "none"


@blueprint.get("/pengguna/unit")
def listed() -> str:
    """Units by name, each with how many officers it has."""
    actor = context.actor()
    user_search.require_reader(actor)
    q, only_empty = lists.argument("q"), lists.argument("officers") == WITHOUT
    with context.database().reading() as session:
        everything, officers, today = units.everything(session), units.officers(session), clock.today(session)
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
def download() -> Response:
    """The same list as a file, in the columns that `rosters` takes, and how many officers each has."""
    user_search.require_reader(context.actor())
    q, only_empty = lists.argument("q"), lists.argument("officers") == WITHOUT
    with context.database().reading() as session:
        officers = units.officers(session)
        found: list[Mapping[str, object]] = [
            {**unit_lines.cells_of(unit), "officers": officers.get(unit.code, 0)}
            for unit in units.everything(session)
            if _matches(unit, q) and not (only_empty and officers.get(unit.code))
        ]
    headings = {**UNIT_COLUMNS, "officers": "jumlah petugas"}
    columns = [Column[Mapping[str, object]](label, itemgetter(key)) for key, label in headings.items()]
    return lists.download("unit", "units", columns, found)


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
        done = run_command(
            context.database(), command, do, actor=actor, allowed=context.require_administrator
        )
    except InvalidForm as error:
        return make_response(_form_page(None, error.errors or {"code": errors.tell_error(error)}), 422)
    flash(_("Unit {name} ditambahkan. Beri ia petugas di daftar pengguna.", name=done["name"]), "ok")
    if done["warning"]:
        flash(done["warning"], "warn")
    return redirect(url_for("units.listed"), 303)


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
    return redirect(url_for("units.listed"), 303)


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


def _warning(session: Session, unit: Unit) -> str:
    """What keeps a unit that has not ended from being chosen; empty when nothing does."""
    ended = unit.valid_until is not None and unit.valid_until < clock.today(session)
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


def _exists(unit: Unit, on: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= on) and (
        unit.valid_until is None or on <= unit.valid_until
    )


def _matches(unit: Unit, q: str) -> bool:
    wanted = q.strip().casefold()
    return wanted in unit.name.casefold() or wanted in unit.code.casefold()


def _maybe_day(name: str) -> date | None:
    return entries.sent_day(name) if request.form.get(name, "").strip() else None
