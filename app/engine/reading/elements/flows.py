"""Sequence flows, and what a gateway makes of them: conditions, the default, or a question to a person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.base.i18n import N_
from app.engine import mappings
from app.engine.diagram import Flow, Node, Question
from app.engine.reading.elements import loops, misdrawn_flows
from app.engine.reading.elements.kinds import ACTIVITIES, is_flow_node
from app.engine.reading.elements.nodes import unknown
from app.engine.reading.source import LABEL_LENGTH, Source, place, plain
from app.engine.reading.texts import conditions, extensions, form_data
from app.engine.xml import Element, attribute, children, engine_attributes, reference, text_of

#: The condition of a flow that is always taken beside those whose conditions hold.
ALWAYS = "true"
_DECIDING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def read_flows(process: Element, nodes: Mapping[str, Node], source: Source) -> tuple[Flow, ...]:
    """The flows of ``process`` that join two of its nodes, in document order; others are errors."""
    found: list[Flow] = []
    for element in children(process, "sequenceFlow"):
        origin, target = (reference(element.get(name)) for name in ("sourceRef", "targetRef"))
        for end, other, which in ((origin, target, "source"), (target, origin, "target")):
            if end not in nodes:
                _report_end(element, process, end, other, which, source)
        if origin in nodes and target in nodes:
            # A flow without an id is told apart by where it stands; nothing in the file can refer to it.
            made = f"{origin}:{target}:{len(found)}"
            found.append(_flow(element, attribute(element, "id") or made, origin, target, source))
        else:
            source.failed |= {origin, target}
    return tuple(found)


def defaults(process: Element) -> dict[str, str]:
    """The id of the default flow by the element that it leaves."""
    found = {attribute(element, "id"): reference(element.get("default")) for element in children(process)}
    return {origin: flow for origin, flow in found.items() if flow}


def decide(
    nodes: Mapping[str, Node], flows: Iterable[Flow], defaults: Mapping[str, str], source: Source
) -> tuple[tuple[Flow, ...], dict[str, Question]]:
    """Settle how each node goes on: flows with their conditions and defaults, and the questions.

    A gateway without conditions asks. One flow without a condition among others with one is the default.
    Conditions where nothing is decided are ignored, with a warning.
    """
    leaving: dict[str, list[Flow]] = defaultdict(list)
    flows = tuple(flows)
    for flow in flows:
        leaving[flow.source].append(flow)
    words = _words(nodes, flows, source)
    settled: dict[str, Flow] = {}
    questions: dict[str, Question] = {}
    for node_id, own in leaving.items():
        node, default = nodes[node_id], defaults.get(node_id, "")
        if own[0].undoes:
            pass  # the engine knows which it takes
        elif node.kind not in _DECIDING or len(own) < 2:
            own = [_unconditional(flow, source) for flow in own]
        else:
            if node.tag == "complexGateway":
                source.warning("complex_gateway", node)
            own = _decided(node, _in_words(node, own, default, words, source), default, source)
            if all(flow.condition is None for flow in own):
                own = [replace(flow, is_default=False) for flow in own]
                questions[node_id] = _question(node, own, nodes, leaving)
        settled.update((flow.id, flow) for flow in own)
    return tuple(settled[flow.id] for flow in flows), questions


def _report_end(element: Element, process: Element, end: str, other: str, which: str, source: Source) -> None:
    """Say why a flow of ``process`` cannot begin or end at ``end``: it hangs loose there, or that is no step, one
    elsewhere, or unknown. ``other``: its other end."""
    found, beyond = source.ids.get(end), source.ids.get(other)
    near = misdrawn_flows.nearest(element, which, source) if found is None else None
    if near is not None:
        near_id = attribute(near, "id")
        source.error(f"flow_{which}_far", element, nearest=near_id, nearest_id=near_id)
    elif not end:
        shown = "–" if beyond is None else place(beyond).name or other
        source.error(f"flow_without_{which}", element, other=shown)
    elif found is None:
        source.error(f"flow_{which}_unknown", element, ref=end)
    elif is_flow_node(found):
        source.error("flow_crosses_border", element, ref=place(found).name or end)
    elif found not in unknown(process):  # that is told of already
        source.error("flow_to_no_step", element, ref=place(found).name or end)


def _flow(element: Element, flow_id: str, origin: str, target: str, source: Source) -> Flow:
    where = place(element)
    source.limit_name(element, LABEL_LENGTH)
    extensions.read_extensions(element, source)  # for the code it refuses; a flow has nothing else to say
    return Flow(
        flow_id,
        plain(attribute(element, "name")),
        origin,
        target,
        _condition(element, flow_id, source),
        line=where.line,
    )


def _condition(element: Element, flow_id: str, source: Source) -> str | None:
    """The condition in FEEL; None when there is none."""
    found = next(children(element, "conditionExpression"), None)
    if found is None:
        return None
    if "resource" in engine_attributes(found):
        source.error("code_in_extension", element, found="resource")
    if conditions.is_bare_word(text_of(found)) and "feel" not in attribute(found, "language").lower():
        source.bare_words.add(flow_id)
    return conditions.translated(text_of(found), place(element), source) or None


def _unconditional(flow: Flow, source: Source) -> Flow:
    if flow.condition is not None:
        source.warning("condition_ignored", flow, text=flow.condition)
    return replace(flow, condition=None)


def _in_words(node: Node, own: list[Flow], default: str, words: set[str], source: Source) -> list[Flow]:
    """The flows of a gateway one of whose conditions nothing here can decide by, without any: a person is asked.

    Such are sentences, questions to a program that is not called from here, and what is in no language that is read.
    ``words``: the flows whose condition is a word that is no variable.
    """
    told = {flow.id: flow.condition for flow in own if flow.condition is not None and flow.id != default}
    if ":" in node.id:
        return own
    unread = {flow.id: conditions.unreadable(told[flow.id], flow, source) for flow in own if flow.id in told}
    if all(found is not None or flow_id in words for flow_id, found in unread.items()):
        unread |= {id: ("condition_in_words", {"text": told[id]}) for id in words & unread.keys()}
    if not any(unread.values()):
        return own
    for flow in own:
        if flow.id in told:
            code, params = unread[flow.id] or ("condition_set_aside", {"text": told[flow.id]})
            source.warning(code, flow, **params)
    asked = {flow_id for flow_id, found in unread.items() if found and found[0] == "condition_in_words"}
    return [
        replace(flow, condition=None, name=flow.name or (told[flow.id] if flow.id in asked else ""))
        if flow.id in told
        else flow
        for flow in own
    ]


def _words(nodes: Mapping[str, Node], flows: Iterable[Flow], source: Source) -> set[str]:
    """The flows whose condition is one word that nothing in the process sets. Forms, tables and called processes are
    other files, and may set any."""
    found = {flow.id for flow in flows if flow.id in source.bare_words}
    if not found or any(_sets_unseen(node) for node in nodes.values()):
        return set()
    given = {name for node in nodes.values() for name in (*_fields(node), *loops.local_names(node.loop))}
    given |= {name for node in nodes.values() for name in mappings.variable_names(node.mappings)}
    return {flow.id for flow in flows if flow.id in found and flow.condition not in given}


def _sets_unseen(node: Node) -> bool:
    has_form = node.form_key is not None and form_data.PROPERTY not in node.properties
    return has_form or node.decision is not None or node.calls is not None


def _fields(node: Node) -> list[str]:
    return form_data.field_names(node.properties.get(form_data.PROPERTY, ""))


def _decided(node: Node, own: list[Flow], default: str, source: Source) -> list[Flow]:
    """The flows of a gateway that decides: all conditions gone when a person is to choose."""
    if default and all(flow.id != default for flow in own):
        source.error("default_unknown", node, ref=default)
        return own
    own = [_without_condition(flow, source) if flow.id == default else flow for flow in own]
    undecided = [flow for flow in own if flow.condition is None and flow.id != default]
    if all(flow.condition is None for flow in own):
        if default:
            source.warning("default_ignored", node)
        return own
    if not default and len(undecided) == 1:
        source.warning("flow_taken_as_default", undecided[0], gateway=node.name or node.id)
        default = undecided[0].id
    elif not default and not undecided and all(flow.condition != ALWAYS for flow in own):
        source.warning("no_default_flow", node)
    for flow in undecided:
        if flow.id != default:
            source.error("flow_without_condition", flow, gateway=node.name or node.id)
    return [_checked(replace(flow, is_default=flow.id == default), source) for flow in own]


def _without_condition(flow: Flow, source: Source) -> Flow:
    if flow.condition is not None:
        source.warning("condition_on_default", flow, text=flow.condition)
    return replace(flow, condition=None)


def _checked(flow: Flow, source: Source) -> Flow:
    if flow.condition is not None:
        conditions.check_condition(flow.condition, flow, source)
    return flow


def _question(
    node: Node, own: list[Flow], nodes: Mapping[str, Node], leaving: Mapping[str, list[Flow]]
) -> Question:
    answers: list[tuple[str, str]] = []
    seen: Counter[str] = Counter()
    for flow in own:
        text = flow.name or _destination(flow, nodes, leaving)
        seen[text] += 1
        answers.append((flow.id, text if seen[text] == 1 else f"{text} ({seen[text]})"))
    multiple = node.kind == "inclusiveGateway"
    return Question(node.id, node.name or N_("Lanjut ke mana?"), tuple(answers), multiple)


def _destination(flow: Flow, nodes: Mapping[str, Node], leaving: Mapping[str, list[Flow]]) -> str:
    """What people call the place an unnamed flow leads to: the first named node on a way without a choice."""
    target, seen = flow.target, set[str]()
    while target not in seen:
        seen.add(target)
        node, onward = nodes[target], leaving.get(target, [])
        if node.name:
            return node.name
        if not onward and node.kind == "endEvent":
            return N_("Selesai di sini")
        if len(onward) != 1 or node.tag in ACTIVITIES:
            break
        target = onward[0].target
    return flow.target
