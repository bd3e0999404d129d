"""BPMN XML → `Diagram`, or findings. Whatever the bytes, nothing but `InvalidDiagram` is raised.

The library's own parser is not used; docs/decisions/0006-own-reader.md says why. Everything that is not known
to run is refused here, so that nothing after the reader has to doubt a `Diagram`. A stored version was accepted once,
perhaps by a reader that knew less: there the errors are only noted.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from app.base.i18n import _
from app.engine import mappings
from app.engine.diagram import Diagram, Flow, Node
from app.engine.reading.checks import ignored_elements, message_exchange, said_deadlines, structure, timers
from app.engine.reading.elements import (
    ad_hoc,
    compensation,
    event_references,
    event_sub_processes,
    flows,
    kinds,
    lanes,
    links,
    loops,
    message_flows,
    misdrawn_flows,
    multiple_events,
    nodes,
    normalization,
)
from app.engine.reading.elements.normalization import Drawn
from app.engine.reading.source import NAME_LENGTH, Place, Placed, Source, place, start_of
from app.engine.reading.texts import extensions, properties
from app.engine.xml import BPMN, Element, attribute, children, local, parse, reference

MAX_NODES = 300
MAX_FLOWS = 1_000
MAX_PROCESSES = 20


class Expression(NamedTuple):
    """FEEL in a diagram: the element that holds it, in which part of it, and its text without ``=``."""

    element_id: str
    where: Literal["condition", "timer", "loop", "mapping", "identitas tertutup"]
    text: str
    dialect: Literal["expression"] = "expression"


def read_diagrams(xml: bytes, *, file: str | None = None, refuse: bool = True) -> tuple[Diagram, ...]:
    """Return the executable processes of a BPMN file, each pool's own.

    ``refuse`` False reads a stored version: errors stand among the findings of each diagram, and what cannot run for
    them is its ``broken``.

    Raises:
        InvalidDiagram: something in it cannot run; its findings hold the warnings as well. With ``refuse`` False: the
            file is no XML that we read.
    """
    root = parse(xml, file=file)
    source = Source(root, file, refuse=refuse)
    if local(root) != "definitions":
        source.error("not_bpmn", Place("", "", root.sourceline), found=str(root.tag))
        source.stop_on_errors()
    processes = _processes(root, source)
    structure.check_missing_shapes(source, processes)
    misdrawn_flows.join_loose_ends(processes, source)
    misdrawn_flows.read_crossings(source)
    message_flows.check_message_flows(source, processes)
    ignored_elements.check_ignored_elements(source)
    found = tuple(_read_process(process, source) for process in processes)
    source.stop_on_errors()
    found = tuple(_walkable(diagram, source) for diagram in found)
    message_exchange.check_message_exchange(found, source)
    return tuple(
        replace(
            diagram,
            findings=source.findings(diagram.key, *([] if number else [""])),
            broken=source.broken(diagram.key),
        )
        for number, diagram in enumerate(found)
    )


def expressions(diagram: Diagram) -> tuple[Expression, ...]:
    """Every piece of FEEL in ``diagram``, so that a deployment can check the names it reads."""
    found = [Expression(flow.id, "condition", flow.condition) for flow in diagram.flows if flow.condition]
    found += [Expression(n.id, "condition", n.condition) for n in diagram.nodes.values() if n.condition]
    found += [
        Expression(node.id, "timer", node.timer.text.removeprefix("=").strip())
        for node in diagram.nodes.values()
        if node.timer is not None and node.timer.text.startswith("=")
    ]
    found += [
        Expression(node.id, "loop", text)
        for node in diagram.nodes.values()
        for text in loops.expressions(node.loop)
    ]
    found += [
        Expression(node.id, "mapping", text)
        for node in diagram.nodes.values()
        for text in mappings.expressions(node.mappings)
    ]
    if closed := properties.closed_identity(diagram):
        found.append(Expression(diagram.key, "identitas tertutup", closed))
    return tuple(found)


def element_names(diagram: Diagram) -> dict[str, str]:
    """What people call each node and flow: its name as drawn, else where it leads, else its id."""
    names = {node.id: node.name or node.id for node in diagram.nodes.values()}
    names |= {gateway: _(asked.text) for gateway, asked in diagram.questions.items()}
    answers = {flow_id: _(text) for asked in diagram.questions.values() for flow_id, text in asked.answers}
    for flow in diagram.flows:
        names[flow.id] = flow.name or answers.get(flow.id) or names[flow.target]
    return names


def _processes(root: Element, source: Source) -> list[Element]:
    """The processes with something in them; pools without a process of their own are only drawn.

    Where some are marked executable, those that are not are the others' side of the talk, and only drawn too.
    """
    drawn = [process for process in children(root, "process") if any(map(kinds.is_flow_node, process))]
    marked = [process for process in drawn if attribute(process, "isExecutable").lower() in {"true", "1"}]
    for process in drawn if marked else ():
        if process not in marked:
            source.warning("process_only_drawn", process)
    drawn = marked or drawn
    if not drawn:
        source.error("no_process", Place("", "", root.sourceline))
    if len(drawn) > MAX_PROCESSES:
        limit = str(MAX_PROCESSES)
        source.error("too_many_processes", drawn[0], count=str(len(drawn)), limit=limit)
        source.stop_on_errors()
    for process in drawn:
        if _too_large(process, source):
            source.stop_on_errors()
    return drawn


def _walkable(diagram: Diagram, source: Source) -> Diagram:
    source.process = diagram.key
    found = structure.walkable(diagram, source)
    structure.check_immediate_loops(found, source)
    return found


def _too_large(process: Element, source: Source) -> bool:
    count = sum(map(kinds.is_flow_node, process.iter(f"{BPMN}*")))
    joints = sum(1 for _flow in process.iter(f"{BPMN}sequenceFlow"))
    if count > MAX_NODES:
        source.error("too_many_nodes", process, count=str(count), limit=str(MAX_NODES))
    if joints > MAX_FLOWS:
        source.error("too_many_flows", process, count=str(joints), limit=str(MAX_FLOWS))
    return count > MAX_NODES or joints > MAX_FLOWS


def _read_process(process: Element, source: Source) -> Diagram:
    """One process with everything checked; what was found is kept in ``source``."""
    source.process = attribute(process, "id")
    diagram = _titled(process, source)
    source.day_unit = diagram.day_unit
    complete = _read_levels(process, diagram, source)
    found = complete.nodes
    joined, questions = flows.decide(found, complete.flows, complete.defaults, source)
    drawn, placed = lanes.read_lanes(process, source)
    if drawn:
        lanes.place_in_lanes(found, placed, drawn, source)
    else:
        drawn, placed = lanes.of_groups(found, diagram, source)
    found = lanes.settle(found, joined, drawn, placed)
    found = {node.id: timers.single_moment(node, source) for node in found.values()}
    diagram = replace(diagram, lanes=drawn, nodes=found, flows=joined, questions=questions)
    structure.check_structure(diagram, source)
    timers.check_timers(diagram, source)
    said_deadlines.check_said_deadlines(diagram, source)
    properties.check_properties(diagram, source)
    event_references.check_event_references(diagram, source)
    return diagram


def _titled(process: Element, source: Source) -> Diagram:
    """What is said about the process as a whole; its pool speaks where the process is silent."""
    where, pool = place(process), _pool(process, source)
    if not attribute(process, "id"):
        source.error("id_missing", process, element="process")
    own = extensions.read_extensions(process, source).properties
    drawn_on_pool = extensions.read_extensions(pool, source).properties if pool is not None else {}
    name = where.name or (place(pool).name if pool is not None else "") or where.id
    if len(name) > NAME_LENGTH:
        source.error("name_too_long", process, start=start_of(name), limit=str(NAME_LENGTH))
    return Diagram(
        key=where.id,
        name=name,
        properties={**drawn_on_pool, **own},
        lanes=(),
        nodes={},
        flows=(),
        questions={},
        findings=(),
        documentation=nodes.documentation(process),
        line=where.line,
    )


def _pool(process: Element, source: Source) -> Element | None:
    for group in children(source.root, "collaboration"):
        for pool in children(group, "participant"):
            if reference(pool.get("processRef")) == attribute(process, "id"):
                return pool
    return None


def _read_levels(process: Element, where: Placed, source: Source) -> Drawn:
    """All nodes, flows and defaults of ``process``, what the drawing leaves unsaid on each level completed."""
    levels = list(_levels(process))
    found = {
        attribute(element, "id"): _node(element, level, process, source)
        for level in levels
        for element in nodes.elements(level, source)
    }
    joined = [flow for level in levels for flow in flows.read_flows(level, found, source)]
    whole = Drawn({}, [], {})
    by_event, undone = dict[Element, set[str]](), compensation.Undone()
    for level in levels:
        scope = "" if level is process else attribute(level, "id")
        within, by_event[level] = _in(found, scope), event_sub_processes.handlers(level, joined, source)
        undoing = compensation.take_out_handlers(by_event[level], scope, found, undone, source)
        beside = {node_id: within.pop(node_id) for node_id in by_event[level] if node_id in within}
        by_event[level] -= undoing
        beside = {node_id: node for node_id, node in beside.items() if node_id not in undoing}
        own = Drawn(within, _within(joined, found, scope, source), flows.defaults(level))
        multiple_events.spread(own, source)
        ad_hoc.end_when_enough(own, source)
        compensation.take_out(own, undone, source)
        _complete(own, level, scope, where if level is process else place(level), source)
        _race_once(own, source)
        whole.nodes |= own.nodes | beside
        whole.flows += own.flows
        whole.defaults |= own.defaults
    compensation.undo(whole, undone, {id_ for own in by_event.values() for id_ in own}, source)
    for level in levels:
        scope = "" if level is process else attribute(level, "id")
        event_sub_processes.enclose(
            whole, by_event[level], where if level is process else place(level), scope, source
        )
    return whole


def _levels(process: Element) -> Iterator[Element]:
    """The process and its sub-processes, outside in."""
    waiting = [process]
    for level in waiting:
        yield level
        waiting += filter(kinds.is_level, children(level))


def _node(element: Element, level: Element, process: Element, source: Source) -> Node:
    node = nodes.read_node(element, source)
    loop = loops.check_place(node, loops.read_loop(element, source), source)
    return replace(node, scope="" if level is process else attribute(level, "id"), loop=loop)


def _in(found: dict[str, Node], scope: str) -> dict[str, Node]:
    return {node.id: node for node in found.values() if node.scope == scope}


def _within(joined: list[Flow], found: dict[str, Node], scope: str, source: Source) -> list[Flow]:
    """The flows of one level; a flow that leaves a sub-process leads nowhere that a token could go."""
    own = [flow for flow in joined if found[flow.source].scope == scope]
    for flow in own:
        if found[flow.target].scope != scope:
            source.error("flow_crosses_border", flow, ref=found[flow.target].name or flow.target)
    return [flow for flow in own if found[flow.target].scope == scope]


def _complete(own: Drawn, level: Element, scope: str, where: Placed, source: Source) -> None:
    before = set(own.nodes)
    normalization.normalize(own, links.read_links(level, own.nodes), where, source, inside=bool(scope))
    for node_id in set(own.nodes) - before:
        own.nodes[node_id] = replace(own.nodes[node_id], scope=scope)


def _race_once(own: Drawn, source: Source) -> None:
    """What an event gateway waits for comes once, whatever a receiving task there says of repetition."""
    gateways = {node.id for node in own.nodes.values() if node.kind == "eventBasedGateway"}
    for target in dict.fromkeys(flow.target for flow in own.flows if flow.source in gateways):
        raced = own.nodes[target]
        if raced.loop is not None:
            source.warning("rounds_misplaced", raced)
            own.nodes[target] = replace(raced, loop=None)
