"""Lines about units: what they say beside what is stored, and how they are carried out, each as by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from sqlalchemy.orm import Session

from app.base.i18n import _
from app.forms import moments
from app.models import RosterLine, Unit
from app.services.core import edit_conflicts
from app.services.core.access import Actor
from app.services.people import roster_lines, units
from app.services.people.roster_lines import Line, Verdict
from app.services.people.units import Details


def cells_of(unit: Unit) -> dict[str, str]:
    """A unit as a file has it."""
    return _cells(unit.code, units.details_of(unit))


def _cells(code: str, details: Details) -> dict[str, str]:
    return {
        "code": code,
        "name": details.name,
        "valid_from": details.valid_from.isoformat() if details.valid_from else "",
        "valid_until": details.valid_until.isoformat() if details.valid_until else "",
        "successors": roster_lines.BETWEEN.join(details.successors),
    }


def judge_units(session: Session, all_lines: Sequence[Line], *, actor: Actor) -> list[Verdict]:
    """Say what would come of each line. 1 SQL. Units that the file adds may succeed each other."""
    stored = {unit.code: unit for unit in units.everything(session)}
    known = set(stored) | {line.subject for line in all_lines}
    twice, places = roster_lines.each_once("units", all_lines), _places(all_lines, stored)
    return [_judge(line, stored, known, twice(line), places) for line in all_lines]


def _judge(
    line: Line, stored: Mapping[str, Unit], known: set[str], twice: str, places: Mapping[str, int]
) -> Verdict:
    code = line.subject
    unit = stored.get(code)
    before = units.details_of(unit) if unit else Details("")
    errors: dict[str, str] = {}
    wanted = _wanted(line.cells, before, errors)
    errors = {**units.plain_errors(code, wanted, known), **errors}
    if unit is None and not units.is_code(code):
        errors["code"] = units.code_rule()
    if twice or code not in places:
        errors["code"] = twice or _(
            "Unit-unit ini saling menggantikan; tidak ada yang dapat ditambahkan dulu."
        )
    if errors:
        return Verdict(line, "wrong", errors=errors)
    changes = roster_lines.compared(_cells(code, before) if unit else {}, _cells(code, wanted))
    return Verdict(
        line,
        "add" if unit is None else "change" if changes else "same",
        changes,
        shown=edit_conflicts.fingerprint(before) if unit else "",
        details=wanted,
        position=places[code],
    )


def _places(all_lines: Sequence[Line], stored: Mapping[str, Unit]) -> dict[str, int]:
    """In which order units are done: one that is new before whom it succeeds. Those of a circle have no place."""
    needs = {
        line.subject: set(_codes(line.cells.get("successors", ""))) - stored.keys() for line in all_lines
    }
    while True:
        try:
            return {code: place for place, code in enumerate(TopologicalSorter(needs).static_order())}
        except CycleError as error:
            circle = set(error.args[1])
            needs = {code: others - circle for code, others in needs.items() if code not in circle}


def _codes(text: str) -> list[str]:
    return roster_lines.parts(text.replace(",", ";"))


def _wanted(cells: Mapping[str, str], before: Details, errors: dict[str, str]) -> Details:
    """What a line makes of a unit: columns that the file has not leave it as it is."""
    wanted = before
    if "name" in cells:
        wanted = replace(wanted, name=" ".join(cells["name"].split()))
    if "valid_from" in cells:
        wanted = replace(wanted, valid_from=_day(cells, "valid_from", errors))
    if "valid_until" in cells:
        wanted = replace(wanted, valid_until=_day(cells, "valid_until", errors))
    if "successors" in cells:
        wanted = replace(wanted, successors=tuple(_codes(cells["successors"])))
    return wanted


def _day(cells: Mapping[str, str], column: str, errors: dict[str, str]) -> date | None:
    text = cells[column].strip()
    if not text:
        return None
    try:
        return date.fromisoformat(str(moments.from_text(text, "date")))
    except ValueError:
        errors[column] = _("Tulis tanggal yang ada, misalnya 24-11-2026.")
        return None


def carry_out(session: Session, row: RosterLine, line: Line, *, actor: Actor) -> None:
    """Make a unit what a line says, as by hand.

    Raises:
        InvalidForm: what is wrong with it now, e.g. that somebody changed it since it was shown.
    """
    (verdict,) = judge_units(session, [line], actor=actor)
    roster_lines.require_as_shown(verdict, row.action, row.shown)
    if verdict.details is None or verdict.action == "same":
        return
    if verdict.action == "add":
        units.add(session, line.subject, verdict.details, actor=actor)
    else:
        units.edit(session, line.subject, verdict.details, actor=actor)
