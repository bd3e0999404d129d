"""Variables that are read on some way before anybody was asked for them. docs/decisions/0043-paths-are-searched.md

Names that nothing sets at all have findings of their own (`checks`), and so have the units of tasks (`unit_checks`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from app.base.errors import ExpressionFailed
from app.bpmnio import feel
from app.engine import decisions
from app.engine.diagram import Node
from app.engine.mappings import Assignment
from app.findings import Finding
from app.forms.condition_tree import All, Test, Tree
from app.services.deployment.bundle import Bundle, own_names, set_by
from app.services.deployment.data_flow import FILLED, State, Way
from app.services.deployment.variable_flow import (
    Asking,
    VariableFlow,
    called_from,
    named,
    read_condition,
    way_text,
)
from app.services.instances.outgoing_messages import NUMBER_OF_RECEIVER

#: What is looked at is bounded: no office has more timers and lists that hang on a variable each.
_MOST_VARIABLES = 20
_WHEN = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a formula that holds without any variable holds at any time

_Kind = Literal["condition", "table", "timer", "rounds", "mapping", "receiver", "told_unit"]


@dataclass(frozen=True)
class _Read:
    """Names that an element reads where ``known`` is what was set. ``stops``: without a value the case stops
    there."""

    node: Node
    kind: _Kind
    names: frozenset[str]
    known: State
    stops: bool = False


def check_unset(bundle: Bundle) -> Iterator[Finding]:
    """Warnings about such variables, each with one way; once for each element and variable."""
    labels = _labels(bundle)
    asking = Asking(bundle, labels)
    found = set[tuple[str, str]]()
    strict = _Strict(bundle)
    for read in _Reader(bundle, asking).all():
        for name in sorted(read.names & labels.keys() - {name for id, name in found if id == read.node.id}):
            way, perhaps = _way(asking, read, name), list[str]()
            if way is None and read.stops:
                way, perhaps = strict.way(read, name)
            if way is not None and not _is_not_handed_over(bundle, read.node, name):
                found.add((read.node.id, name))
                yield _finding(read, name, labels[name], way, perhaps)


def read_unset(
    bundle: Bundle, names: Collection[str], standing: Collection[str], held: Collection[str]
) -> Iterator[tuple[Node, str, str]]:
    """Which of these variables a case on its way reads before anybody is asked for them: (the element that reads it,
    the variable, what people call it).

    ``standing``: the elements where the case stands; ``held``: the variables that hold something.
    """
    labels, diagram = _labels(bundle), bundle.diagram
    around = {one.id for id in standing for one in diagram.around(diagram.nodes[id])}
    asking = Asking(bundle, labels, dict.fromkeys({*standing, *around}, frozenset(held)))
    found = set[tuple[str, str]]()
    for read in _Reader(bundle, asking).all():
        is_open = read.kind != "condition" and (read.node.attached_to or read.node.id) in {*standing, *around}
        for name in sorted(read.names & set(names) & labels.keys()) if not is_open else ():
            if _lacks(name, read.known) and (read.node.id, name) not in found:
                found.add((read.node.id, name))
                yield read.node, name, labels[name]


def readers_of(bundle: Bundle, names: Collection[str]) -> Mapping[str, Node]:
    """Which of these variables conditions, tables, timers, rounds or mappings read, each with the first that does."""
    found: dict[str, Node] = {}
    for read in _Reader(bundle, Asking(bundle, names)).all():
        for name in read.names & set(names):
            found.setdefault(name, read.node)
    return found


def set_anywhere(bundle: Bundle) -> frozenset[str]:
    """The variables that something in the deployment sets and that are no identity."""
    return frozenset(_labels(bundle))


def _is_not_handed_over(bundle: Bundle, node: Node, name: str) -> bool:
    """Whether the element is in a called process that sees nothing of around, and nothing there sets the variable: of
    that the call has a finding."""
    around = (one for one in bundle.diagram.around(node) if one is not node)
    call = next((one for one in around if one.mappings is not None and one.mappings.sealed), None)
    if call is None:
        return False
    inside = (one for one in bundle.diagram.nodes.values() if one.id.startswith(f"{call.id}:"))
    return name not in own_names(call) and not any(name in set_by(one, bundle) for one in inside)


def _way(asking: Asking, read: _Read, name: str) -> Way | None:
    """A way on which nobody sets the variable before it is read."""
    if not _lacks(name, read.known):
        return None
    ways = asking.ways(read.node.id, lambda known: _lacks(name, known))
    return ways[0] if ways else None


def _lacks(name: str, known: State) -> bool:
    return known is not FILLED and name not in known


class _Strict:
    """Ways on which a variable may hold nothing where nothing makes the case stop."""

    def __init__(self, bundle: Bundle) -> None:
        self._of = {False: VariableFlow(bundle), True: VariableFlow(bundle, lists=True)}
        self._asked = set[str]()

    def way(self, read: _Read, name: str) -> tuple[Way | None, list[str]]:
        """Such a way, and the elements on it that may leave the variable empty."""
        if len(self._asked | {name}) > _MOST_VARIABLES:
            return None, []
        self._asked.add(name)
        variables = self._of[read.kind == "rounds"]
        flow = variables.filling(name)
        known = flow.before if read.kind == "rounds" else flow.opened
        if known[read.node.attached_to or read.node.id] is FILLED:
            return None, []
        ways = flow.ways(read.node.id)
        return (ways[0], variables.setters(name, ways[:1])) if ways else (None, [])


def _finding(read: _Read, name: str, label: str, way: Way, perhaps: list[str]) -> Finding:
    field = f"{name} (“{label}”)" if label else name
    inside = called_from(read.node)
    own = [step for step in way if step.node.id.startswith(inside)]
    params = {"variable": name, "field": field, "way": way_text(own) or "–", "perhaps": ", ".join(perhaps)}
    code = f"unset_in_{read.kind}" if not perhaps else f"perhaps_unset_in_{read.kind}"
    return Finding(code, "warning", read.node.id, named(read.node), read.node.line, params=params)


def _labels(bundle: Bundle) -> dict[str, str]:
    """What people call each variable that something in the deployment sets; "" where no field says."""
    private = {key for form in bundle.forms.values() for key in form.private_keys}
    found = {name: "" for table in bundle.tables.values() for name in decisions.outputs(table)}
    found |= {name: "" for node in bundle.diagram.nodes.values() for name in own_names(node)}
    for form in bundle.forms.values():
        for part in form.fields:
            found[part.key] = found.get(part.key) or (part.name if part.name != part.key else "")
    return {name: label for name, label in found.items() if name not in private}


class _Reader:
    """What elements read, and what was set before."""

    def __init__(self, bundle: Bundle, asking: Asking) -> None:
        self._bundle, self._asking, self._diagram = bundle, asking, bundle.diagram

    def all(self) -> Iterator[_Read]:
        flow = self._asking
        for node in self._diagram.nodes.values():
            yield from self._conditions(node)
            yield from self._timer(node)
            yield from self._rounds(node)
            yield from self._mappings(node)
            table = self._bundle.tables.get(node.decision or "")
            if table is not None:
                yield _Read(node, "table", decisions.deciding_names(table), flow.opened[node.id])
            if number := node.properties.get(NUMBER_OF_RECEIVER):
                yield _Read(node, "receiver", frozenset({number}), flow.opened[node.id])
            if node.kind == "sendTask" and (unit := node.properties.get("unit")):
                yield _Read(node, "told_unit", frozenset({unit}), flow.opened[node.id])

    def _conditions(self, node: Node) -> Iterator[_Read]:
        texts = [one.condition for one in self._diagram.outgoing.get(node.id, ()) if one.condition]
        names = frozenset(name for text in texts for name in _unguarded(text))
        if names := frozenset(name for name in names if not any(_asks_if_empty(name, one) for one in texts)):
            yield _Read(node, "condition", names, self._asking.opened[node.id])

    def _timer(self, node: Node) -> Iterator[_Read]:
        text = node.timer.text.removeprefix("=").strip() if node.timer is not None else ""
        if node.timer is None or not node.timer.text.startswith("=") or _gives_something(text):
            return
        host = self._diagram.nodes.get(node.attached_to or "")
        known = self._asking.opened if host is None or host.loop is None else self._asking.before
        yield _Read(node, "timer", feel.variable_names(text), known[host.id if host else node.id], stops=True)

    def _rounds(self, node: Node) -> Iterator[_Read]:
        loop = node.loop
        if loop is None:
            return
        stops = loop.kind != "while"
        if stops and not _gives_something(loop.over):
            yield _Read(
                node, "rounds", feel.variable_names(loop.over), self._asking.before[node.id], stops=True
            )
        inside = self._asking.done(node, self._asking.inside[node.id])
        first = self._asking.before[node.id] if loop.before else inside
        texts = [(loop.over, first)] if not stops else []
        for text, known in [*texts, (loop.until, inside)]:
            if text and (names := _unguarded(text)):
                yield _Read(node, "condition", names, known)

    def _mappings(self, node: Node) -> Iterator[_Read]:
        if node.mappings is None:
            return
        before = self._asking.opened[node.id] if node.loop is not None else self._asking.before[node.id]
        inside = self._asking.done(node, self._asking.inside[node.id])
        for assignments, known in ((node.mappings.inputs, before), (node.mappings.outputs, inside)):
            yield from _assigned(node, assignments, known)


def _assigned(node: Node, assignments: Iterable[Assignment], known: State) -> Iterator[_Read]:
    for one in assignments:
        if one.text and not (names := feel.variable_names(one.text)) <= {one.name}:
            names = frozenset(name for name in names if not _asks_if_empty(name, one.text or ""))
            yield _Read(node, "mapping", names, known)
        known = known if known is FILLED else known | {one.name}


def _unguarded(text: str) -> frozenset[str]:
    """The names that decide by themselves: not those of which another test in the same row says when they count."""
    tree = read_condition(text)
    return feel.variable_names(text) if tree is None else frozenset(_alone(tree))


def _alone(tree: Tree) -> Iterator[str]:
    if isinstance(tree, All) and not tree.any_of:
        roots = {name for part in tree.parts for name in _alone(part)}
        yield from roots if len(roots) == 1 else ()
    elif isinstance(tree, All):
        for part in tree.parts:
            yield from _alone(part)
    elif isinstance(tree, Test):
        yield tree.key.partition(".")[0]


def _asks_if_empty(name: str, text: str) -> bool:
    """Whether an expression says what holds when the variable is empty."""
    word = rf"(?<![\w.]){re.escape(name)}"
    asked = rf"{word}\s*!?=\s*null\b|\bnull\s*!?=\s*{word}\b|\b(?:is defined|get or else)\(\s*{word}\b"
    return re.search(asked, text) is not None


def _gives_something(text: str) -> bool:
    """Whether a formula gives something where no variable is set."""
    try:
        return feel.evaluate(text, {}, now=_WHEN).value is not None
    except ExpressionFailed:
        return False
