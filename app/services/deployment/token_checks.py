"""Cases that would stop for ever, and elements that no case comes to: what a search of all states found.

docs/decisions/0043-paths-are-searched.md
"""

from collections.abc import Iterable, Iterator

from app.base.i18n import _
from app.engine.diagram import Diagram, Flow, Node
from app.engine.reading.checks.message_exchange import branches_to, together
from app.engine.reading.checks.structure import ways
from app.engine.state_space import search
from app.engine.state_space.search import Act, Explored, Stuck
from app.findings import Finding
from app.services.deployment.variable_flow import called_from, named, names_text

#: Of joins that may wait for ever, and of elements behind one, so many are told of.
_MOST_JOINS, _MOST_BEHIND = 5, 3
#: In a larger process it is not asked which of its branches may be open together; that grows with the square.
_MOST_NODES = 600


def check_tokens(diagram: Diagram) -> Iterator[Finding]:
    """Warnings about such joins and elements, and a note where not every state could be looked at.

    ``diagram``: with all that it calls inside it.
    """
    explored = search.explore(diagram)
    closed = frozenset[str]() if explored.left else frozenset(diagram.nodes) - explored.reached
    for stuck in explored.stuck[:_MOST_JOINS]:
        yield _of_join(diagram, stuck, closed)
    yield from _closed(diagram, explored, closed)
    yield from _of_resolutions(diagram)
    if explored.left == "size":
        yield Finding("paths_too_many", "info", params={"states": str(explored.states)})
    elif explored.left:
        node = diagram.nodes[explored.left]
        yield Finding("paths_pile_up", "info", node.id, named(node), node.line)


def _of_join(diagram: Diagram, stuck: Stuck, closed: frozenset[str]) -> Finding:
    node = diagram.nodes[stuck.join]
    behind = [named(diagram.nodes[name]) for name in _behind(diagram, node.id, closed)]
    shown = ", ".join(f"“{name}”" for name in behind[:_MOST_BEHIND])
    params = {
        "join": f"“{node.name}”" if node.name else _gateway_before(diagram, node),
        "missing": ", ".join(dict.fromkeys(_origin(diagram, name) for name in stuck.missing)),
        "way": names_text(list(_way_names(diagram, node, stuck.way))) or "–",
        "behind": f"{shown}, …" if len(behind) > _MOST_BEHIND else shown,
    }
    code = "join_never_passes" if node.id in closed and behind else "join_waits_for_ever"
    return Finding(code, "warning", node.id, named(node), node.line, params=params)


def _behind(diagram: Diagram, join: str, closed: frozenset[str]) -> Iterator[str]:
    """The activities and ends behind a join that nothing opens."""
    seen, waiting, leading = {join}, [join], ways(diagram)
    for name in waiting:
        for target in leading.get(name, ()):
            if target in closed and target not in seen:
                seen.add(target)
                waiting.append(target)
                if diagram.nodes[target].kind in {"userTask", "subProcess", "endEvent", "sendTask"}:
                    yield target


def _gateway_before(diagram: Diagram, node: Node) -> str:
    """What people can call a gateway without a name: by what comes after it."""
    seen = {node.id}
    while not node.name:
        onward = diagram.outgoing.get(node.id, ())
        if len(onward) != 1 or onward[0].target in seen:
            return f"“{next(iter(seen))}”"
        node = diagram.nodes[onward[0].target]
        seen.add(node.id)
    return _("gerbang sebelum “{name}”", name=node.name)


def _origin(diagram: Diagram, name: str) -> str:
    """Where a flow comes from, by the nearest name on the way back."""
    into = {flow.target: flow for flow in reversed(diagram.flows)}
    flow: Flow | None = next(one for one in diagram.flows if one.id == name)
    seen = set[str]()
    while flow is not None and flow.source not in seen:
        node = diagram.nodes[flow.source]
        if node.name:
            branch = flow.name if node.kind.endswith("Gateway") else ""
            return f"“{node.name}” ({branch})" if branch else f"“{node.name}”"
        seen.add(node.id)
        flow = into.get(node.id)
    return f"“{name}”"


def _way_names(diagram: Diagram, join: Node, way: Iterable[Act]) -> Iterator[str]:
    """The names on a way; within a called process only its own, as that process would tell them."""
    inside = called_from(join)
    names = {flow.id: flow.name for flow in diagram.flows}
    if inside:
        yield from (named(start) for start in diagram.starts_in(inside.removesuffix(":")))
    for act in way:
        node = diagram.nodes[act.node]
        if not act.node.startswith(inside):
            continue
        branches = ", ".join(name for one in act.flows if (name := names[one]))
        if not node.kind.endswith("Gateway"):
            yield named(node)
        elif node.name or branches:
            yield f"{node.name} ({branches})" if node.name and branches else node.name or branches


def _closed(diagram: Diagram, explored: Explored, closed: frozenset[str]) -> Iterator[Finding]:
    """Elements that no case comes to although one stands right before them.

    An event on a boundary that cannot come has a finding of its own, and so has a join that waits.
    """
    told = {around.id for stuck in explored.stuck for around in diagram.around(diagram.nodes[stuck.join])}
    for flow in diagram.flows:
        node, before = diagram.nodes[flow.target], diagram.nodes[flow.source]
        if before.id in explored.reached and node.id in closed and not told & {node.id, before.id}:
            told.add(node.id)
            params = {"before": named(before)}
            yield Finding("never_opens", "warning", node.id, named(node), node.line, params=params)


def _of_resolutions(diagram: Diagram) -> Iterator[Finding]:
    """Ends that say that the case is resolved while a task may be open elsewhere, and the case ends there then."""
    resolved = (node for node in diagram.nodes.values() if node.is_resolution and diagram.ends_case(node))
    ends = [end for end in resolved if not end.terminate and len(diagram.nodes) <= _MOST_NODES]
    branches = branches_to(diagram) if ends else {}
    for end in ends:
        for task in diagram.nodes.values():
            waits = task.kind == "userTask" or task.id in diagram.questions
            last = (
                _other_end(diagram, task) if waits and together(branches[end.id], branches[task.id]) else None
            )
            if last is not None:
                params = {"open": named(task), "end": named(last)}
                yield Finding(
                    "resolved_with_work_left", "warning", end.id, named(end), end.line, params=params
                )
                break


def _other_end(diagram: Diagram, task: Node) -> Node | None:
    """An end of the process that is no resolution and that a task leads to."""
    seen, waiting, leading = {task.id}, [task.id], ways(diagram)
    for name in waiting:
        node = diagram.nodes[name]
        if diagram.ends_case(node) and not node.is_resolution:
            return node
        new = [target for target in leading.get(name, ()) if target not in seen]
        seen.update(new)
        waiting += new
    return None
