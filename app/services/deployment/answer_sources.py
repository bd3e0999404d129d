"""By what a version comes to the value of a variable: what asks for it, decides it or sets it, element by element.

Two versions that agree in this ask the same of the same people: they differ in labels, descriptions, order and layout
at most. What leads to an element, and who works there, is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.bpmnio import feel
from app.engine import decisions
from app.engine.diagram import Diagram, Node
from app.engine.mappings import Assignment
from app.engine.reading.elements import loops
from app.forms import Field, Form
from app.forms.model import LIST
from app.forms.submission.variable_references import names_read, reads

#: What of a component is only seen. ``pribadi`` is judged by the variable, ``sealed`` follows from it.
_SEEN = {
    "label",
    "time_label",
    "description",
    "html",
    "text",
    "prefix",
    "suffix",
    "alt",
    "outline",
    "row",
    "width",
}
_PLAIN: dict[str, Any] = {
    name: getattr(Field("", ""), name) for name in (*_SEEN, "id", "components", "sealed")
}
_RECEIVING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})


@dataclass(frozen=True)
class Sources:
    """What a version sets variables by: its forms by their keys, its tables by their ids."""

    diagram: Diagram
    forms: Mapping[str, Form]
    tables: Mapping[str, decisions.Decision]

    def of(self, variable: str) -> dict[str, tuple[Any, ...]]:
        """By the id of each element that may set the variable, how it does; equal where nothing counts as changed."""
        found = ((node.id, self._by(node, variable)) for node in self.diagram.nodes.values())
        return {id_: how for id_, how in found if how}

    def behind(self, variables: frozenset[str]) -> frozenset[str]:
        """These variables, and all by which it is decided whether they are asked, and what they get."""
        known, new = frozenset[str](), variables
        while new:
            known |= new
            read = (self._read(node, one) for one in new for node in self.diagram.nodes.values())
            new = frozenset[str]().union(*read) - known
        return known

    def name(self, variable: str) -> str:
        """What people call it; empty where no form has it."""
        parts = (form.by_key.get(variable) for form in self.forms.values())
        return next((part.name for part in parts if part is not None), "")

    def _by(self, node: Node, variable: str) -> tuple[Any, ...]:
        form = self.forms.get(node.form_key or "")
        asked = sorted((_rules(*one) for one in _asked(form, variable)), key=repr) if form else []
        brings = (
            form is None and node.kind in _RECEIVING and (node.message is not None or node.job is not None)
        )
        is_local = variable in loops.local_names(node.loop)
        how = (asked, self._table(node, variable), _given(node, variable), brings, is_local)
        if not any(how):
            return ()
        by_itself = node.timer is not None or node.signal is not None
        return (
            *how,
            node.kind,
            by_itself,
            [bounds for one in self._around(node) if (bounds := _bounds(one))],
        )

    def _table(self, node: Node, variable: str) -> decisions.Decision | None:
        table = self.tables.get(node.decision or "")
        result = node.mappings.result if node.mappings is not None else ""
        return table if table and variable in (result, *decisions.outputs(table)) else None

    def _around(self, node: Node) -> Iterator[Node]:
        """The element, and the sub-processes around it."""
        yield node
        while around := self.diagram.nodes.get(node.scope):
            node = around
            yield node

    def _read(self, node: Node, variable: str) -> frozenset[str]:
        """What the element reads where it sets the variable."""
        found = frozenset[str]()
        form, table = self.forms.get(node.form_key or ""), self._table(node, variable)
        for part, above in _asked(form, variable) if form else ():
            found |= reads(tuple(replace(one, components=()) for one in (*above, part))) | names_read(part)
        found |= decisions.mentions(table) if table else frozenset()
        return found.union(
            *(feel.mentions(one.text) for one in _given(node, variable) if one.text is not None)
        )


def _asked(form: Form, variable: str) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    """The components that hold the variable, or a part of it, each with those around it."""
    return _below(form.components, (), variable)


def _below(
    parts: tuple[Field, ...], above: tuple[Field, ...], variable: str
) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    for part in parts:
        listed = next((one for one in (*above, part) if one.type == LIST), part)
        if part.key and listed.key.partition(".")[0] == variable:
            yield part, above
        yield from _below(part.components, (*above, part), variable)


def _rules(part: Field, above: tuple[Field, ...]) -> tuple[Any, ...]:
    """How a component asks: all of it but what is only seen, with all that hides it and the rows that it is in."""
    hides = sorted(one.hide for one in (*above, part) if one.hide)
    return _unseen(part), hides, [_unseen(one) for one in above if one.type == LIST]


def _unseen(part: Field) -> Field:
    options = tuple(sorted((replace(one, label="") for one in part.options), key=repr))
    properties = {name: value for name, value in part.properties.items() if name != "pribadi"}
    rules = replace(part.rules, pattern_message=None)
    return replace(part, **_PLAIN, hide=None, options=options, properties=properties, rules=rules)


def _given(node: Node, variable: str) -> list[Assignment]:
    mappings = node.mappings
    return (
        []
        if mappings is None
        else [one for one in (*mappings.inputs, *mappings.outputs) if one.name == variable]
    )


def _bounds(node: Node) -> tuple[Any, ...]:
    """How often it is done, and what goes in and out of it; nothing where that is as usual."""
    one = node.mappings
    fenced = (one.keeps, one.sealed, one.hands_out, one.result, one.shape) if one is not None else ()
    return (node.loop, fenced) if node.loop is not None or any(fenced[:4]) else ()
