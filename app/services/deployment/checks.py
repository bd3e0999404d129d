"""What only the whole of a deployment can tell: names nobody sets, identity read by a rule, empty lanes."""

from collections.abc import Iterator, Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bpmnio import feel
from app.engine import decisions
from app.engine.diagram import Diagram, Flow, Lane, Node
from app.engine.reading import reader
from app.findings import Finding, has_errors
from app.models import User
from app.services.deployment import (
    default_flow_checks,
    form_checks,
    mapping_checks,
    option_checks,
    timer_examples,
    unit_checks,
)
from app.services.deployment.bundle import Bundle
from app.services.deployment.lane_groups import Plan
from app.services.messaging.outgoing import NUMBER_OF_RECEIVER

Place = Node | Flow | Lane | Diagram
#: Process properties that name a variable. Source: HOUSE.md, "What a diagram tells the code".
_VARIABLE_PROPERTIES = ("nomor", "perihal", "kategori", "unit", "wilayah")


def node_error(node: Node, code: str, **params: str) -> Finding:
    """An error about a node."""
    return Finding(
        code,
        "error",
        element_id=node.id,
        element_name=node.name or node.id,
        line=node.line,
        params=params,
    )


def without_guesses(findings: list[Finding]) -> list[Finding]:
    """Without warnings that may vanish by themselves when the errors are mended.

    Whether a gateway needs a default flow is told by all of its conditions and the forms that fill their variables
    (`coverage`), and something of that could not be read.
    """
    return [one for one in findings if one.code != "no_default_flow"] if has_errors(findings) else findings


def check_bundle(session: Session | None, bundle: Bundle, staffing: Plan | None) -> None:
    """Add what is found to ``bundle.findings``; to what the reader found, examples by the clock of the command.

    ``staffing``: who is in which lane; None without a database.
    """
    bundle.diagram = default_flow_checks.without_needless(bundle)
    if session is not None:
        bundle.diagram = timer_examples.with_examples(session, bundle.diagram)
    if bundle.incomplete or has_errors(bundle.findings):
        return  # with a file missing, names would be missed for nothing
    private = {f.key for form in bundle.forms.values() for f in form.fields if f.key and f.private}
    known = _set_somewhere(bundle)
    places = _places(bundle)
    for element_id, where, names, mentioned in _reads(bundle):
        place = places.get(element_id)
        for name in sorted(names):
            bundle.findings += _about_name(bundle, place, where, name, known=known)
        for name in sorted(mentioned & private):
            bundle.findings.append(_name_finding("private_field_read", "error", place, name, where))
    bundle.findings += mapping_checks.check_mappings(
        bundle, ((id, names) for id, _where, names, _all in _reads(bundle))
    )
    bundle.findings += form_checks.check_identity_fields(bundle)
    bundle.findings += form_checks.never_set(bundle, known)
    bundle.findings += option_checks.check_options(bundle) if known is not None else ()
    bundle.findings += _results_without_name(bundle)
    bundle.findings += _unknown_properties(bundle, known)
    bundle.findings += unit_checks.check_units(bundle, staffing)
    if session is not None and staffing is not None:
        bundle.findings += staffing.findings(bundle.diagram)
        bundle.findings += _empty_lanes(session, bundle.diagram, staffing)


def _set_somewhere(bundle: Bundle) -> set[str] | None:
    """Every variable that a form, table or message sets; None when anything may come from outside."""
    nodes = bundle.diagram.nodes.values()
    open_ended = any(
        n.form_key is None for n in nodes if n.kind == "startEvent" or (n.message and n.kind != "endEvent")
    )
    fields = {f.key for form in bundle.forms.values() for f in form.fields if f.key}
    outputs = {name for table in bundle.tables.values() for name in decisions.outputs(table)}
    named = {bundle.diagram.properties.get(name, "") for name in ("nomor",)}
    local = {name for node in nodes for name in mapping_checks.own_names(node)}
    return None if open_ended else fields | outputs | named | local


def _reads(bundle: Bundle) -> Iterator[tuple[str, str, frozenset[str], frozenset[str]]]:
    """(element id, where, names read, names mentioned at all) of everything that reads variables."""
    for expression in reader.expressions(bundle.diagram):
        text = expression.text
        yield expression.element_id, expression.where, feel.variable_names(text), feel.mentions(text)
    for node in bundle.diagram.nodes.values():
        if node.decision in bundle.tables:
            table = bundle.tables[node.decision]
            yield node.id, "table", decisions.variable_names(table), decisions.mentions(table)
        if node.properties.get("unit"):
            yield node.id, "unit", *_twice(node.properties["unit"])
        if node.properties.get(NUMBER_OF_RECEIVER):
            yield node.id, NUMBER_OF_RECEIVER, *_twice(node.properties[NUMBER_OF_RECEIVER])
    for lane in bundle.diagram.lanes:
        if lane.properties.get("unit"):
            yield lane.id, "unit", *_twice(lane.properties["unit"])
    for name in _VARIABLE_PROPERTIES:
        if bundle.diagram.properties.get(name):
            yield bundle.diagram.key, name, *_twice(bundle.diagram.properties[name])


def _twice(name: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset({name}), frozenset({name})


def _places(bundle: Bundle) -> Mapping[str, Place]:
    """Whatever a finding can point at, by id."""
    diagram = bundle.diagram
    places: list[Place] = [diagram, *diagram.lanes, *diagram.flows, *diagram.nodes.values()]
    return {place.id: place for place in places}


def _about_name(
    bundle: Bundle, place: Place | None, where: str, name: str, *, known: set[str] | None
) -> list[Finding]:
    if where in {*_VARIABLE_PROPERTIES, "unit"} or name in (
        _known_fields(bundle) if known is None else known
    ):
        return []
    severity: Literal["error", "warning"] = "warning" if known is None else "error"
    table = bundle.tables.get(place.decision or "") if where == "table" and isinstance(place, Node) else None
    if table is not None and (found := list(_in_table(table, name, severity))):
        return found
    code = "name_never_set" if severity == "error" else "name_perhaps_never_set"
    return [_name_finding(code, severity, place, name, where)]


def _in_table(
    table: decisions.Decision, name: str, severity: Literal["error", "warning"]
) -> Iterator[Finding]:
    """A name that nobody sets, at each cell or heading that reads it: most often a text without its quotes."""
    for spot in decisions.spots(table, name):
        yield Finding(
            "cell_name_never_set" if spot.rule else "column_name_never_set",
            severity,
            element_id=spot.rule.id if spot.rule else spot.decision.id,
            element_name=spot.decision.name,
            line=spot.rule.line if spot.rule else spot.decision.line,
            file=spot.decision.file,
            params={"variable": name, "row": str(spot.row), "column": spot.column},
        )


def _name_finding(
    code: str, severity: Literal["error", "warning"], place: Place | None, name: str, where: str
) -> Finding:
    return Finding(
        code,
        severity,
        element_id=place.id if place else None,
        element_name=(place.name or place.id) if place else None,
        line=place.line if place else None,
        params={"variable": name, "where": where},
    )


def _results_without_name(bundle: Bundle) -> Iterator[Finding]:
    """Results of a decision that a task asks for, under names that no variable can have."""
    for node in bundle.diagram.nodes.values():
        decision = bundle.tables.get(node.decision or "")
        for name in sorted(decisions.outputs(decision)) if decision else ():
            if decision and not name.isidentifier():
                yield node_error(node, "decision_result_name", decision=decision.name, output=name)


def _known_fields(bundle: Bundle) -> set[str]:
    fields = {f.key for form in bundle.forms.values() for f in form.fields if f.key}
    fields |= {name for node in bundle.diagram.nodes.values() for name in mapping_checks.own_names(node)}
    return fields | {name for table in bundle.tables.values() for name in decisions.outputs(table)}


def _unknown_properties(bundle: Bundle, known: set[str] | None) -> list[Finding]:
    if known is None:
        return []
    return [
        Finding("property_names_no_variable", "warning", params={"property": name, "variable": variable})
        for name in _VARIABLE_PROPERTIES
        if (variable := bundle.diagram.properties.get(name)) and variable not in known
    ]


def _empty_lanes(session: Session, diagram: Diagram, staffing: Plan) -> list[Finding]:
    """Lanes and coordinators without people, once there are people at all: before `init` that is no news."""
    if session.scalar(select(User.id).limit(1)) is None:
        return []
    # Bizagi's milestones are lanes without steps: nobody need belong to them.
    used = {node.lane_id for node in diagram.nodes.values()}
    lanes = [lane for lane in diagram.lanes if lane.id in used]
    wanted = {
        group.name: (lane.name, group.officers)
        for lane in lanes
        for group in [staffing.of_lane(diagram.key, lane)]
    }
    coordinators = {c for lane in diagram.lanes if (c := lane.properties.get("koordinator"))}
    wanted |= {name: (name, staffing.officers(name)) for name in coordinators}
    return [
        Finding("lane_without_officers", "warning", params={"lane": shown})
        for _name, (shown, officers) in sorted(wanted.items())
        if not officers
    ]
