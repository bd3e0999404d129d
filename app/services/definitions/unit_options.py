"""Lists of units in forms and tables: a unit in none can be chosen nowhere, a code of no unit goes to nobody."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.decisions import Table, literals
from app.models import Unit
from app.services.definitions import definitions
from app.services.definitions.definitions import Version


def lacking(session: Session, code: str) -> list[str]:
    """The lists of units, in processes in force, that do not offer ``code``: file and field, or table, each once."""
    known = set(session.scalars(select(Unit.code)))
    found: dict[str, None] = {}
    for definition in definitions.live(session):
        for place, offered in _lists(definitions.version(session, definition.id)):
            if _is_of_units(offered, known) and code not in offered:
                found[place] = None
    return list(found)


def without_unit(session: Session) -> Mapping[str, str]:
    """The codes that forms of processes in force offer for a unit and that no unit has, each with its label."""
    known = set(session.scalars(select(Unit.code)))
    found: dict[str, str] = {}
    for definition in definitions.live(session):
        version = definitions.version(session, definition.id)
        chosen = _unit_variables(version)
        parts = [part for form in version.forms.values() for part in form.leaves if part.key in chosen]
        found |= {option.text: option.label for part in parts for option in part.options}
    return {code: label for code, label in sorted(found.items()) if code and code not in known}


def _unit_variables(version: Version) -> set[str]:
    """The variables that hold a unit's code, as the process, its lanes and its tasks name them."""
    diagram = version.diagram
    told = [diagram.properties]
    told += [lane.properties for lane in diagram.lanes] + [node.properties for node in diagram.nodes.values()]
    return {properties.get("unit", "") for properties in told}


def _lists(version: Version) -> Iterator[tuple[str, set[str]]]:
    """Every list of choices, and every column of results of a table, with what stands in it."""
    for key, form in version.forms.items():
        for part in form.fields:
            if part.options and part.takes_input:
                yield f"{key}.form ({part.name})", {option.text for option in part.options}
    for decision in version.program.tables.values():
        if isinstance(table := decision.logic, Table):
            for column, output in enumerate(table.outputs):
                name = f"{decision.name or decision.id} ({output.label or output.name})"
                yield name, _results(table, column)


def _results(table: Table, column: int) -> set[str]:
    return {text for rule in table.rules for text in literals(rule.outputs[column]) or ()}


def _is_of_units(offered: Collection[str], known: Collection[str]) -> bool:
    """Whether a list is one of units: nearly all of it is."""
    units = sum(one in known for one in offered)
    return units >= 2 and units * 10 >= len(offered) * 9
