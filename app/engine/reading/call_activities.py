"""Call activities: a called process becomes a sub-process of the one that calls it, with ids of its own.

So its tasks belong to the calling case, which has one state and one history. Source: BPMN 2.0, 10.2.6.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram, Flow, Kind, Lane, Node, Question
from app.engine.origin import Origin

MAX_DEPTH = 20
MAX_NODES = 2_000
_ID_LENGTH = 255
_LITERAL = re.compile(r'"([^"\\]+)"')


@dataclass(frozen=True)
class Problem:
    """Why a call cannot be followed: a finding's code, the calling node, and parameters."""

    code: str
    node: Node
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Inlined:
    """A diagram with all that it calls inside it; ``used`` are the keys of the called processes."""

    diagram: Diagram
    used: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def inline(diagram: Diagram, known: Mapping[str, Diagram]) -> Inlined:
    """Put every process that ``diagram`` calls into it. A call that cannot be followed is a problem, and stays an
    empty sub-process. Where the process is worked out as the case comes there, each that it may be is put into it."""
    result = Inlined(diagram)
    _follow(result, known, [(node, (diagram.key,)) for node in diagram.nodes.values() if node.calls])
    return result


def _follow(
    result: Inlined, known: Mapping[str, Diagram], waiting: list[tuple[Node, tuple[str, ...]]]
) -> None:
    for node, path in waiting:
        key = node.calls or ""
        if key.startswith("="):
            waiting += [(call, path) for call in _spread(result, node, _callable(key, path, known))]
            continue
        problem = _problem(node, path, key, known, len(result.diagram.nodes))
        if problem is not None:
            result.problems.append(problem)
            continue
        if key not in result.used:
            result.used.append(key)
        added = _placed(known[key], node)
        if any(len(inner.id) > _ID_LENGTH for inner in added.nodes.values()):
            result.problems.append(Problem("call_too_deep", node, {"limit": str(MAX_DEPTH)}))
            continue
        result.diagram = _joined(result.diagram, added)
        waiting += [(inner, (*path, key)) for inner in added.nodes.values() if inner.calls]


def _callable(expression: str, path: tuple[str, ...], known: Mapping[str, Diagram]) -> dict[str, str]:
    """The names of the processes that an expression may give the key of, by key: those that it names itself, else all
    that can be called from here."""
    named = [key for key in _LITERAL.findall(expression) if key in known]
    found = dict[str, str]()
    for key in named or sorted(known):
        try:
            called = known[key]
        except InvalidDiagram:  # in force, and unreadable today
            continue
        if key not in path and called.start_node() is not None:
            found[key] = called.name
    return found


def _spread(result: Inlined, node: Node, found: Mapping[str, str]) -> list[Node]:
    """Let a call whose process is worked out hold a call of each that it may be, behind a gateway that decides."""
    expression = (node.calls or "").removeprefix("=").strip()
    if not found:
        result.problems.append(Problem("call_unknown", node, {"key": expression}))
        return []

    def made(part: str, kind: Kind, name: str = "", calls: str | None = None) -> Node:
        here = Node(f"{node.id}:{part}", kind, name, node.lane_id, scope=node.id, calls=calls, line=node.line)
        return replace(here, origin=node.origin)

    start, choice = made("masuk", "startEvent"), made("pilih", "exclusiveGateway", node.name)
    calls = [made(key, "subProcess", name, key) for key, name in found.items()]
    ends = [made(f"{key}:usai", "endEvent") for key in found]
    flows = [Flow(f"{start.id}:ke", "", start.id, choice.id)]
    for call, end in zip(calls, ends, strict=True):
        holds = f'({expression}) = "{call.calls}"'
        flows.append(Flow(f"{choice.id}:{call.calls}", call.name, choice.id, call.id, condition=holds))
        flows.append(Flow(f"{call.id}:ke", "", call.id, end.id))
    nodes = {one.id: one for one in (start, choice, *calls, *ends)}
    result.diagram = replace(
        result.diagram,
        nodes={**result.diagram.nodes, **nodes},
        flows=(*result.diagram.flows, *flows),
    )
    return calls


def _problem(
    node: Node, path: tuple[str, ...], key: str, known: Mapping[str, Diagram], size: int
) -> Problem | None:
    if key in path:
        return Problem("call_itself", node, {"key": key})
    if key not in known:
        return Problem("call_unknown", node, {"key": key})
    if len(path) > MAX_DEPTH:
        return Problem("call_too_deep", node, {"limit": str(MAX_DEPTH)})
    if size + len(known[key].nodes) > MAX_NODES:
        return Problem("call_too_large", node, {"limit": str(MAX_NODES)})
    if known[key].start_node() is None:
        return Problem("call_without_start", node, {"key": key})
    return None


def _placed(called: Diagram, call: Node) -> Diagram:
    """The called process with the ids, scope and lanes that it has inside ``call``."""
    own_lanes = [lane.id for lane in called.lanes] != [called.key]
    return replace(
        called,
        lanes=tuple(_lane_of(called, lane) for lane in called.lanes) if own_lanes else (),
        nodes={
            _id(call, node.id): replace(
                _node(node, call, _lane(called, node.lane_id) if own_lanes else call.lane_id),
                origin=Origin(called.key, node.id),
            )
            for node in called.nodes.values()
            if not _starts_elsewhere(called, node)
        },
        flows=tuple(
            replace(_flow(flow, call), origin=Origin(called.key, flow.id))
            for flow in called.flows
            if not _starts_elsewhere(called, called.nodes[flow.source])
        ),
        questions={_id(call, gateway): _question(asked, call) for gateway, asked in called.questions.items()},
        broken={_id(call, element_id): error for element_id, error in called.broken.items()},
    )


def _starts_elsewhere(called: Diagram, node: Node) -> bool:
    """Whether a called process never begins there."""
    start = called.nodes.get(node.begun_by, node)
    return start.kind == "startEvent" and not start.scope and start.message is not None


def _id(call: Node, inner: str) -> str:
    return f"{call.id}:{inner}"


def _lane(called: Diagram, lane_id: str) -> str:
    return f"{called.key}:{lane_id}"


def _lane_of(called: Diagram, lane: Lane) -> Lane:
    return replace(lane, id=_lane(called, lane.id), origin=Origin(called.key, lane.id))


def _node(node: Node, call: Node, lane_id: str) -> Node:
    return replace(
        node,
        id=_id(call, node.id),
        scope=_id(call, node.scope) if node.scope else call.id,
        attached_to=_id(call, node.attached_to) if node.attached_to else None,
        begun_by=_id(call, node.begun_by) if node.begun_by else "",
        compensates=_id(call, node.compensates) if node.compensates else node.compensates,
        copy_of=_id(call, node.copy_of) if node.copy_of else "",
        form_key=None if node.kind == "startEvent" else node.form_key,
        lane_id=lane_id,
    )


def _flow(flow: Flow, call: Node) -> Flow:
    made = replace(flow, id=_id(call, flow.id), source=_id(call, flow.source), target=_id(call, flow.target))
    return replace(made, undoes=_id(call, flow.undoes)) if flow.undoes else made


def _question(asked: Question, call: Node) -> Question:
    answers = tuple((_id(call, flow), text) for flow, text in asked.answers)
    return replace(asked, gateway_id=_id(call, asked.gateway_id), answers=answers)


def _joined(diagram: Diagram, added: Diagram) -> Diagram:
    lanes: dict[str, Lane] = {lane.id: lane for lane in (*diagram.lanes, *added.lanes)}
    return replace(
        diagram,
        lanes=tuple(lanes.values()),
        nodes={**diagram.nodes, **added.nodes},
        flows=(*diagram.flows, *added.flows),
        questions={**diagram.questions, **added.questions},
        broken={**diagram.broken, **added.broken},
    )
