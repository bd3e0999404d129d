"""What pages ask of a version without reading its files: who starts it, whom it knows, which units it names.

It is written when the version is deployed, into columns of `ProcessDefinition` and rows of `EventStart`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.engine.decisions import Decision, Table, literals
from app.engine.diagram import Diagram, Node
from app.forms import Form
from app.models import DefinitionFile, EventStart, ProcessDefinition, Resource
from app.services.definitions import definitions, sop_identity
from app.services.definitions.definitions import Version
from app.services.definitions.sop_identity import SopIdentity


@dataclass(frozen=True)
class Outline:
    """What pages ask of a version, as its files say it. ``lanes_split`` are lanes with tasks that go to units,
    ``lanes_whole`` those with others; ``heard``: start events by activity id, name, and whether it is a signal."""

    start_lane: str | None
    has_reporter: bool
    lanes_split: frozenset[str]
    lanes_whole: frozenset[str]
    told: Mapping[str, Any]  # unit_options, lists, lanes, identity_lanes
    heard: tuple[tuple[str, str, bool], ...]
    sop: SopIdentity

    def columns(self, lane_groups: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of `ProcessDefinition` that hold it; ``lane_groups``: as there."""
        split, whole = (
            sorted({lane_groups[lane]["group"] for lane in lanes})
            for lanes in (self.lanes_split, self.lanes_whole)
        )
        return {
            "start_group_id": lane_groups[self.start_lane]["group"] if self.start_lane is not None else None,
            "has_reporter": self.has_reporter,
            "outline": {"groups_split": split, "groups_whole": whole, **self.told},
            **self.sop.columns,
        }

    def starts(self, definition_id: int) -> list[dict[str, Any]]:
        """The rows of `EventStart`."""
        return [
            {"definition_id": definition_id, "activity_id": place, "name": name, "is_signal": is_signal}
            for place, name, is_signal in self.heard
        ]


def outline_of(diagram: Diagram, forms: Mapping[str, Form], tables: Mapping[str, Decision]) -> Outline:
    """What pages will ask of a version with these files."""
    start = diagram.start_node()
    return Outline(
        start_lane=start.lane_id if start is not None else None,
        has_reporter=_knows_reporter(diagram, forms),
        lanes_split=frozenset(_lanes(diagram, split=True)),
        lanes_whole=frozenset(_lanes(diagram, split=False)),
        told={
            "unit_options": _unit_options(diagram, forms),
            "lists": [[place, sorted(values)] for place, values in _lists(forms, tables) if len(values) > 1],
            "lanes": {lane.id: lane.name for lane in diagram.lanes},
            "identity_lanes": [lane.id for lane in diagram.identity_lanes],
        },
        heard=tuple(
            (node.id, name, node.signal is not None)
            for node in diagram.starts_in("")
            if (name := node.signal or node.message)
        ),
        sop=sop_identity.identity_of(diagram),
    )


def fill(session: Session) -> None:
    """Write what pages ask of the versions that an older release deployed: of those in force all of it, of the others
    what their SOPs say of themselves.

    One whose files cannot be read at all starts nothing.
    """
    query = select(ProcessDefinition).where(ProcessDefinition.in_force, ProcessDefinition.outline.is_(None))
    for definition in session.scalars(query).all():
        version = definitions.readable(session, definition.id)
        if version is None:
            definition.outline = {}
            continue
        found = outline_of(version.diagram, version.forms, version.program.tables)
        for name, value in found.columns(definition.lane_groups).items():
            setattr(definition, name, value)
        session.add_all(EventStart(**row) for row in found.starts(definition.id))
    session.flush()
    _fill_identities(session)


def _fill_identities(session: Session) -> None:
    query = (
        select(ProcessDefinition.id, ProcessDefinition.key, Resource.content)
        .join(DefinitionFile, DefinitionFile.definition_id == ProcessDefinition.id)
        .join(Resource, Resource.sha256 == DefinitionFile.sha256)
        .where(ProcessDefinition.sop_number.is_(None), DefinitionFile.kind == "bpmn")
    )
    for id_, key, content in session.execute(query).all():
        try:
            found = sop_identity.identity_of(definitions.stored_process(content, key))
        except InvalidDiagram:
            found = SopIdentity()
        session.execute(update(ProcessDefinition).where(ProcessDefinition.id == id_).values(found.columns))


def in_force(session: Session) -> Iterator[Mapping[str, Any]]:
    """The outline of each version in force, by the name of its process: groups_split, groups_whole, unit_options,
    lists. 1 SQL. One whose files cannot be read has none."""
    query = select(ProcessDefinition.outline).where(ProcessDefinition.in_force)
    for outline in session.scalars(query.order_by(ProcessDefinition.name, ProcessDefinition.id)):
        if outline:
            yield outline


def has_reporter(version: Version) -> bool:
    """Whether the process knows a reporter: something asks him, tells him where his case is, or shows him a value.

    Others are started by officers for officers; a code would open an empty page.
    """
    return _knows_reporter(version.diagram, version.forms)


def _knows_reporter(diagram: Diagram, forms: Mapping[str, Form]) -> bool:
    nodes = diagram.nodes.values()
    told = any(node.properties.get("status publik") or is_for_reporter(node) for node in nodes)
    return told or any(part.public for form in forms.values() for part in form.fields)


def is_for_reporter(node: Node) -> bool:
    """Whether a message event waits for the reporter (``untuk`` = pelapor)."""
    return node.properties.get("untuk", "").strip().lower() == "pelapor"


def name_of_wait(diagram: Diagram, node: Node) -> str:
    """What an event waits for in the words of the drawing: its own name, where it asks and has none that of what it
    sits on, else that of the message."""
    host = diagram.nodes.get(node.attached_to or "") if node.asks else None
    return node.name or (host.name if host is not None else "") or node.message or ""


def is_by_system(node: Node) -> bool:
    """Whether only a program sends what a message event waits for (``untuk`` = sistem), or what is filled in decides:
    nobody notes it by hand."""
    return node.condition is not None or node.properties.get("untuk", "").strip().lower() == "sistem"


def _lanes(diagram: Diagram, *, split: bool) -> set[str]:
    """The lanes with tasks that go to units, or with others."""
    tasks = (node for node in diagram.nodes.values() if node.kind == "userTask")
    return {node.lane_id for node in tasks if bool(definitions.unit_variable(diagram, node)) is split}


def _unit_options(diagram: Diagram, forms: Mapping[str, Form]) -> dict[str, str]:
    """The codes that forms offer for a unit, each with its label."""
    chosen = _unit_variables(diagram)
    parts = [part for form in forms.values() for part in form.leaves if part.key in chosen]
    return {option.text: option.label for part in parts for option in part.options}


def _unit_variables(diagram: Diagram) -> set[str]:
    """The variables that hold a unit's code, as the process, its lanes and its tasks name them."""
    told = [diagram.properties]
    told += [lane.properties for lane in diagram.lanes] + [node.properties for node in diagram.nodes.values()]
    return {properties.get("unit", "") for properties in told}


def _lists(forms: Mapping[str, Form], tables: Mapping[str, Decision]) -> Iterator[tuple[str, set[str]]]:
    """Every list of choices, and every column of results of a table, with what stands in it."""
    for key, form in forms.items():
        for part in form.fields:
            if part.options and part.takes_input:
                yield f"{key}.form ({part.name})", {option.text for option in part.options}
    for decision in tables.values():
        if isinstance(table := decision.logic, Table):
            for column, output in enumerate(table.outputs):
                name = f"{decision.name or decision.id} ({output.label or output.name})"
                yield name, _results(table, column)


def _results(table: Table, column: int) -> set[str]:
    return {text for rule in table.rules for text in literals(rule.outputs[column]) or ()}
