"""What only the whole of a deployment can tell: names nobody sets, identity read by a rule, empty lanes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import ExpressionFailed
from app.base.i18n import N_, _
from app.bpmnio import budget, feel, patterns, templates
from app.engine import decisions, filled_texts, mappings, timers
from app.engine.diagram import Diagram, Flow, Lane, Node
from app.engine.reading import reader
from app.engine.reading.variable_mentions import OF_PROCESS
from app.findings import Finding, has_errors
from app.findings.descriptions import Surroundings
from app.findings.likeness import meant
from app.forms import Field
from app.forms.condition_tree import Test, Tree, negated, parse
from app.forms.form import walk_hidden
from app.forms.model import SINGLE_CHOICE
from app.models import User
from app.services.core import clock, holidays
from app.services.definitions import variable_kinds
from app.services.definitions.details import STEERING
from app.services.deployment import (
    circle_checks,
    deadline_checks,
    form_checks,
    identity_openings,
    kind_checks,
    question_checks,
    sop_revisions,
    table_checks,
    token_checks,
    unit_checks,
    unset_checks,
)
from app.services.deployment.bundle import Bundle, own_names, set_by
from app.services.deployment.lane_groups import Plan
from app.services.instances.outgoing_messages import NUMBER_OF_RECEIVER

_CODES = frozenset({"timer_read_from_words", "timer_read_in_part", "timer_text_understood"})

#: Parameters of findings that tell of elements, one or several.
_PLACES = frozenset(
    {
        "join",
        "missing",
        "way",
        "behind",
        "before",
        "open",
        "end",
        "task",
        "gateway",
        "names",
        "other",
        "perhaps",
    }
)
_QUOTED = re.compile(r"“([\w.:-]+)”")

#: For judging the patterns of a version's forms; what is left over then counts as bad.
_PATTERNS_SECONDS = 10.0

#: What the code reads, by where it stands. Source: docs/properties.md.
_ON_LANE = ("koordinator", "unit", "penjelasan publik")
_ON_NODE = (
    *("sop nomor", "input", "persyaratan", "waktu", "output", "ket"),
    *(
        "unit",
        "tenggat",
        "dihitung sejak",
        "tuntas",
        "untuk",
        "pesan",
        "isi pesan",
        "nomor penerima",
        "status publik",
    ),
    "penjelasan publik",
    *("formJsonSchemaFilename", "formKey"),
)
#: Misspelt, these would let people see an identity who must not, or nobody.
_GRAVE = frozenset({"identitas", "identitas tertutup"})

#: Element id, and the names that are read there.
_Reads = Iterable[tuple[str, frozenset[str]]]

#: What reads variables, in words; properties are called by their names.
WHERE = {
    "condition": N_("syarat"),
    "timer": N_("waktu"),
    "loop": N_("pengulangan"),
    "mapping": N_("pemetaan data"),
    "table": N_("tabel keputusan"),
    "text": N_("teks"),
}
Place = Node | Flow | Lane | Diagram
#: Process properties that name a variable. Source: HOUSE.md, "What a diagram tells the code".
_VARIABLE_PROPERTIES = OF_PROCESS


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
    _check(session, bundle, staffing)
    bundle.findings[:] = _in_words(bundle.findings, bundle.diagram)


def _check(session: Session | None, bundle: Bundle, staffing: Plan | None) -> None:
    bundle.diagram = _without_needless(bundle)
    if session is not None:
        bundle.diagram = _with_examples(session, bundle.diagram)
    bundle.findings += _check_patterns(bundle)
    bundle.findings += token_checks.check_tokens(bundle.diagram)
    if bundle.incomplete or has_errors(bundle.findings):
        return  # with a file missing, names would be missed for nothing
    kinds = variable_kinds.variable_kinds(bundle.diagram, bundle.forms, bundle.tables)
    bundle.diagram = replace(bundle.diagram, kinds=kinds)
    bundle.findings += kind_checks.check_kinds(bundle)
    private = {f.key for form in bundle.forms.values() for f in form.fields if f.key and f.private}
    known = _set_somewhere(bundle)
    places = _places(bundle)
    reads = list(variable_reads(bundle))
    for element_id, where, names, mentioned in reads:
        place = places.get(element_id)
        for name in sorted(names):
            bundle.findings += _about_name(bundle, place, where, name, known=known)
        for name in sorted(mentioned & private):
            bundle.findings.append(_name_finding("private_field_read", "error", place, name, where))
    read = [(id, names) for id, _where, names, _all in reads]
    bundle.findings += _check_mappings(bundle, read)
    bundle.findings += circle_checks.check_circles(bundle, read)
    bundle.findings += circle_checks.check_ways_back(bundle.diagram)
    bundle.findings += form_checks.check_identity_fields(bundle)
    bundle.findings += form_checks.never_set(bundle, known)
    bundle.findings += form_checks.check_options(bundle) if known is not None else ()
    bundle.findings += _results_without_name(bundle)
    bundle.findings += table_checks.check_coverage(bundle)
    bundle.findings += _unknown_properties(bundle, known)
    bundle.findings += unit_checks.check_units(bundle, staffing)
    bundle.findings += unset_checks.check_unset(bundle)
    bundle.findings += question_checks.check_questions(bundle)
    bundle.findings += deadline_checks.check_deadlines(bundle)
    bundle.findings += sop_revisions.unchanged(session, bundle) if session is not None else ()
    if session is not None and staffing is not None:
        bundle.findings += identity_openings.findings(session, bundle, staffing)
        bundle.findings += staffing.findings(bundle.diagram)
        bundle.findings += _empty_lanes(session, bundle.diagram, staffing)


def _in_words(findings: Iterable[Finding], diagram: Diagram) -> list[Finding]:
    """The findings with elements that have no name told by their kind and place, arrows by where they lead."""
    nodes, into = diagram.nodes, defaultdict[str, list[str]](list)
    for flow in diagram.flows:
        into[flow.target].append(flow.source)
    beside = Surroundings(
        tags={one.id: one.tag for one in nodes.values()},
        names={one.id: one.name for one in nodes.values()},
        before=into,
        after={origin: [flow.target for flow in own] for origin, own in diagram.outgoing.items()},
        hosts={one.id: one.attached_to for one in nodes.values() if one.attached_to},
    )
    called = {one.id: beside.called(one.id) or one.id for one in nodes.values() if not one.name}
    called |= {one.id: beside.arrow(one.source, one.target) for one in diagram.flows if not one.name}

    def told(text: str) -> str:
        said = called.get(text) or _QUOTED.sub(lambda found: called.get(found[1], found[0]), text)
        return text if said == text else said  # what was said in one language can be said in another

    return [
        replace(
            one,
            element_name=called.get(one.element_id or "", one.element_name),
            params={key: told(value) if key in _PLACES else value for key, value in one.params.items()},
        )
        for one in findings
    ]


def _check_patterns(bundle: Bundle) -> list[Finding]:
    """Patterns that some text keeps busy: errors where nothing would end that, else warnings."""
    parts = [(f"{key}.form", part) for key, form in bundle.forms.items() for part in form.everything]
    with budget.sharing(_PATTERNS_SECONDS):
        risks = [(name, part, _risk(part.rules.pattern)) for name, part in parts]
    return [
        Finding(
            f"pattern_{risk}",
            "error" if risk == "endless" else "warning",
            element_id=part.key or part.id,
            element_name=part.label or part.key,
            file=name,
            params={"pattern": part.rules.pattern or ""},
        )
        for name, part, risk in risks
        if risk
    ]


def _risk(pattern: str | None) -> patterns.Risk:
    return patterns.risk(pattern) if pattern and patterns.syntax_error(pattern) is None else ""


def _set_somewhere(bundle: Bundle) -> set[str] | None:
    """Every variable that a form, table or message sets; None when anything may come from outside."""
    nodes = bundle.diagram.nodes.values()
    open_ended = any(
        n.form_key is None
        for n in nodes
        if n.kind == "startEvent" or n.job or (n.message and n.kind != "endEvent")
    )
    fields = {f.key for form in bundle.forms.values() for f in form.fields if f.key}
    outputs = {name for table in bundle.tables.values() for name in decisions.outputs(table)}
    named = {bundle.diagram.properties.get(name, "") for name in ("nomor",)}
    local = {name for node in nodes for name in own_names(node)}
    return None if open_ended else fields | outputs | named | local


def variable_reads(bundle: Bundle) -> Iterator[tuple[str, str, frozenset[str], frozenset[str]]]:
    """(element id, where, names read, names mentioned at all) of everything that reads variables."""
    for expression in reader.expressions(bundle.diagram):
        text = expression.text
        yield expression.element_id, expression.where, feel.variable_names(text), feel.mentions(text)
    for node in bundle.diagram.nodes.values():
        if node.decision in bundle.tables:
            table = bundle.tables[node.decision]
            yield node.id, "table", decisions.variable_names(table), decisions.mentions(table)
        for told in filled_texts.texts_of(node):
            read = templates.look(told).reads
            yield node.id, "text", read - filled_texts.OWN_NAMES, read
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
        params={"variable": name, "where": _(WHERE.get(where, where))},
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
    fields |= {name for node in bundle.diagram.nodes.values() for name in own_names(node)}
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
        name: (lane, name, staffing.officers(name))
        for lane in reversed(diagram.lanes)
        if (name := lane.properties.get("koordinator"))
    }
    for lane in lanes:
        group = staffing.of_lane(diagram.key, lane)
        wanted[group.name] = (lane, lane.name, group.officers)
    return [
        Finding("lane_without_officers", "warning", lane.id, lane.name, lane.line, params={"lane": shown})
        for _name, (lane, shown, officers) in sorted(wanted.items(), key=lambda one: one[0])
        if not officers
    ]


def _covers_all_options(bundle: Bundle, gateway_id: str) -> bool:
    """Whether the gateway's conditions compare one field with constants, and leave out none of its options.

    Everywhere where the field is filled it must be a required radio or select, and shown; a condition of its own may
    hide it where the way to the gateway asks for what shows it.
    """
    tests = [_test(flow) for flow in bundle.diagram.outgoing.get(gateway_id, ())]
    keys = {test.key for test in tests if test is not None}
    mapped = {
        name for node in bundle.diagram.nodes.values() for name in mappings.variable_names(node.mappings)
    }
    if None in tests or len(keys) != 1 or keys & mapped:
        return False
    named = {value for test in tests if test is not None for value in test.values}
    asked = list(_asked(bundle, keys.pop()))
    before = [flow for flow in bundle.diagram.flows if flow.target == gateway_id]
    return bool(asked) and all(_fits(part, named) and _shown(hides, before) for part, hides in asked)


def _without_needless(bundle: Bundle) -> Diagram:
    """The diagram without the warning of a missing default flow where `complete`."""
    kept = tuple(
        finding
        for finding in bundle.diagram.findings
        if finding.code != "no_default_flow" or not _covers_all_options(bundle, finding.element_id or "")
    )
    return replace(bundle.diagram, findings=kept)


def _test(flow: Flow) -> Test | None:
    """A condition that is nothing but a field compared with texts."""
    tree = parse(flow.condition or "")
    plain = isinstance(tree, Test) and tree.sign == "=" and all(isinstance(v, str) for v in tree.values)
    return tree if plain and isinstance(tree, Test) else None


def _asked(bundle: Bundle, key: str) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """The fields in which the variable is filled, each with every condition that hides it or what it stands in."""
    for form in bundle.forms.values():
        for part, hides in walk_hidden(form.components):
            if part.key == key and part.takes_input:
                yield part, hides


def _fits(part: Field, named: set[Any]) -> bool:
    listed = part.type in SINGLE_CHOICE and not (part.options_key or part.options_expression)
    return listed and part.required and {option.value for option in part.options} <= named


def _shown(hides: Sequence[str], before: Sequence[Flow]) -> bool:
    trees = [parse(text) for text in hides]
    return all(tree is not None and _certain(negated(tree), before) for tree in trees)


def _certain(tree: Tree, before: Sequence[Flow]) -> bool:
    return bool(before) and all(parse(flow.condition or "") == tree for flow in before)


def _check_mappings(bundle: Bundle, reads: _Reads) -> Iterator[Finding]:
    """Warnings about answers that stay in their task, and about what a called process reads and is not given; errors
    about identity that a mapping would set."""
    yield from _into_identity(bundle)
    yield from _kept_answers(bundle)
    yield from _not_given(bundle, list(reads))


def _into_identity(bundle: Bundle) -> Iterator[Finding]:
    fields = [part for form in bundle.forms.values() for part in form.fields if part.key and part.private]
    private = {(part.key or "").partition(".")[0] for part in fields}
    for node in bundle.diagram.nodes.values():
        table = bundle.tables.get(node.decision or "")
        names = own_names(node) | (decisions.outputs(table) if table else frozenset())
        for name in sorted(names & private):
            yield replace(_warning("private_field_mapped", node, variable=name), severity="error")


def _kept_answers(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.diagram.nodes.values():
        form = bundle.forms.get(node.form_key or "")
        if form is None or node.mappings is None:
            continue
        local = {one.name for one in node.mappings.inputs}
        carried = {name for one in node.mappings.outputs if one.text for name in feel.mentions(one.text)}
        collected = set(feel.mentions(node.loop.collect)) if node.loop and node.loop.collect else set()
        asked = [part.key for part in form.fields if part.key and part.takes_input and not part.private]
        kept = [key for key in asked if node.mappings.keeps or key in local]
        if stays := [key for key in kept if key not in carried | collected]:
            yield _warning("answers_stay", node, fields=", ".join(stays))


def _not_given(bundle: Bundle, reads: list[tuple[str, frozenset[str]]]) -> Iterator[Finding]:
    for call in bundle.diagram.nodes.values():
        if call.mappings is None or not call.mappings.sealed:
            continue
        inside = {id: n for id, n in bundle.diagram.nodes.items() if id.startswith(f"{call.id}:")}
        if any((node.message or node.job) and node.form_key is None for node in inside.values()):
            continue  # whatever the message brings, or the worker
        known = own_names(call).union(*(set_by(node, bundle) for node in inside.values()))
        read = {name for id, names in reads if id.startswith(f"{call.id}:") for name in names}
        for name in sorted(read - known):
            yield _warning("name_not_handed_over", call, variable=name)


def _warning(code: str, node: Node, **params: str) -> Finding:
    name = node.name or node.id
    return Finding(code, "warning", element_id=node.id, element_name=name, line=node.line, params=params)


def check_spelling(diagrams: Iterable[Diagram], *, file: str) -> list[Finding]:
    """Return a finding for each such property: an error where identity depends on it, else a warning."""
    return [finding for diagram in diagrams for finding in _found(diagram, file)]


def _found(diagram: Diagram, file: str) -> Iterator[Finding]:
    yield from _about(diagram, diagram.properties, STEERING, file)
    for lane in diagram.lanes:
        yield from _about(lane, lane.properties, _ON_LANE, file)
    for node in diagram.nodes.values():
        yield from _about(node, node.properties, _ON_NODE, file)


def _about(
    place: Diagram | Lane | Node, properties: Mapping[str, str], known: tuple[str, ...], file: str
) -> Iterator[Finding]:
    for name in properties:
        other = None if name in {*STEERING, *_ON_LANE, *_ON_NODE} else meant(name, known)
        if other is not None:
            severity: Literal["error", "warning"] = "error" if other in _GRAVE else "warning"
            yield Finding(
                "property_misspelt",
                severity,
                element_id=place.id,
                element_name=place.name or place.id,
                line=place.line,
                file=file,
                params={"property": name, "known": other},
            )


def _with_examples(session: Session, diagram: Diagram) -> Diagram:
    """The diagram with an example at each finding that tells how a timer's words were understood."""
    found = tuple(
        _exemplified(session, diagram, finding) if finding.code in _CODES else finding
        for finding in diagram.findings
    )
    return replace(diagram, findings=found)


def _exemplified(session: Session, diagram: Diagram, finding: Finding) -> Finding:
    node = diagram.nodes.get(finding.element_id or "")
    if node is None or node.timer is None or timers.is_relative(node.timer):
        return finding
    now, calendar = clock.now(session), holidays.calendar(session)
    try:
        due = timers.due(
            node.timer, opened_at=now, day_unit=diagram.day_unit, calendar=calendar, evaluate=_nothing
        )
    except ExpressionFailed:  # beyond the year 9999
        return finding
    if due is None:
        return finding
    return replace(finding, example=(now.astimezone(calendar.zone), due.at.astimezone(calendar.zone)))


def _nothing(_expression: str) -> None:
    """Words hold no formula."""
