"""Of what kind the variables of a version are: what its forms, tables, loops and mappings put into them.

A variable that several of these fill with different kinds is of any kind. Source: docs/decisions/0082.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.bpmnio import feel
from app.bpmnio.kinds import ANY, Kind, Kinds, merged, of_value, stored
from app.engine.decisions import Decision, literals
from app.engine.diagram import Diagram, Node
from app.engine.dmn.deciding import seen_by
from app.engine.dmn.types import CONVERSIONS, Type, kind_of
from app.engine.local_variables import COUNTER
from app.forms import Form
from app.forms.model import INPUTS, LIST, MULTI_CHOICE, SINGLE_CHOICE, TEXTS, Field

#: One formula may read what another gives.
_ROUNDS = 3
_OF_DATES: Mapping[str, Kind] = {"date": "date~", "time": "time~", "datetime": "moment~"}
_Given = Iterable[tuple[str, Kind]]


def variable_kinds(diagram: Diagram, forms: Mapping[str, Form], tables: Mapping[str, Decision]) -> Kinds:
    """Return the kinds of all variables, with their labels.

    Raises:
        ExpressionFailed: looking at an expression took too long.
    """
    own = found = kinds_of_forms(forms.values())
    for _round in range(_ROUNDS):
        names = _together([*own.names.items(), *_computed(diagram, forms, tables, found)])
        if names == found.names:
            break
        found = replace(own, names=names)
    return found


def kinds_of_forms(forms: Collection[Form]) -> Kinds:
    """Return the kinds of what forms put into variables, with their labels."""
    private = frozenset(key.partition(".")[0] for form in forms for key in form.private_keys)
    labels = {
        part.key: part.name
        for form in forms
        for part in form.leaves
        if part.key.partition(".")[0] not in private
    }
    names = (one for form in forms for one in of_components(form.components).items())
    return Kinds(_together(names), labels, private)


def of_components(components: Iterable[Field]) -> dict[str, Kind]:
    """Return the kinds of what a form, or a row of one, holds, by name."""
    found: dict[str, Kind] = {}
    for part in components:
        kinds = {}
        if part.type == LIST and part.key:
            kinds = _nested(part.key, {"list": {"entries": of_components(part.components)}})
        elif part.type == "expression":
            continue  # what it gives is worked out
        elif part.type in INPUTS and part.key:
            kinds = _nested(part.key, _of_field(part))
        else:
            kinds = of_components(part.components)
        found = _together([*found.items(), *kinds.items()])
    return found


def _nested(key: str, kind: Kind) -> dict[str, Kind]:
    name, *path = key.split(".")
    for step in reversed(path):
        kind = {"entries": {step: kind}}
    return {name: kind}


def _of_field(part: Field) -> Kind:
    if part.type in TEXTS or (part.type == "number" and part.as_text):
        return "text"
    if part.type == "datetime":
        return _OF_DATES.get(part.subtype, ANY)
    if part.type in MULTI_CHOICE:
        return {"list": _of_options(part)}
    if part.type in SINGLE_CHOICE:
        return _of_options(part)
    return {"number": "number", "checkbox": "truth"}.get(part.type, ANY)


def _of_options(part: Field) -> Kind:
    kinds = {of_value(option.value) for option in part.options}
    fixed = not (part.options_key or part.options_expression)
    return kinds.pop() if fixed and len(kinds) == 1 else ANY


def _together(given: _Given) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for name, kind in given:
        found[name] = merged(found[name], kind) if name in found else kind
    return found


def _computed(
    diagram: Diagram, forms: Mapping[str, Form], tables: Mapping[str, Decision], kinds: Kinds
) -> Iterator[tuple[str, Kind]]:
    """What formulas, tables, mappings and loops give, where variables are of these kinds."""
    formulas = [part for form in forms.values() for part in form.leaves if part.type == "expression"]
    texts = [(part.key, part.source) for part in formulas if part.source and "." not in part.key]
    for node in diagram.nodes.values():
        texts += _assigned_texts(node)
        yield from _constants(node)
    for (name, _text), kind in zip(texts, _of_texts([text for _name, text in texts], kinds), strict=True):
        yield name, ANY if "." in name else kind
    for node in diagram.nodes.values():
        yield from _of_loop(node, kinds)
    for decision in tables.values():
        yield from _of_decision(decision, kinds)


def _assigned_texts(node: Node) -> Iterator[tuple[str, str]]:
    if node.mappings is not None:
        given = (*node.mappings.inputs, *node.mappings.outputs)
        yield from ((one.name, one.text) for one in given if one.text is not None and one.target == one.name)


def _constants(node: Node) -> Iterator[tuple[str, Kind]]:
    if node.mappings is None:
        return
    for one in (*node.mappings.inputs, *node.mappings.outputs):
        if one.target != one.name:
            yield one.name, ANY
        elif one.text is None:
            yield one.name, of_value(one.value)
    if node.mappings.result:
        yield node.mappings.result, ANY


def _of_loop(node: Node, kinds: Kinds) -> Iterator[tuple[str, Kind]]:
    loop = node.loop
    if loop is None:
        return
    yield COUNTER, "number"
    [over, collected] = _of_texts([loop.over, loop.collect or "null"], kinds)
    if loop.element:
        listed = over["list"] if isinstance(over, dict) and "list" in over else ANY
        yield loop.element, "number" if over == "number" else listed
    if loop.into:
        yield loop.into, {"list": collected} if loop.collect else ANY


def _of_decision(decision: Decision, kinds: Kinds) -> Iterator[tuple[str, Kind]]:
    """What the decision sets: by its cells, which say more than the types that modelers fill in by themselves."""
    seen, table = seen_by(decision, kinds), decision.table
    if table is None or len(decision.sets) != len(table.outputs):
        text = "" if table is not None else getattr(decision.logic, "text", "")
        kind = _of_texts([text or "null"], seen)[0] if text else ANY
        yield decision.sets[0], _as_said(decision.type, kind)
        return
    columns: list[list[str]] = [[] for _column in table.outputs]
    for rule in table.rules:
        for cells, cell in zip(columns, rule.outputs, strict=True):
            cells.append(cell)
    for name, column, cells in zip(decision.sets, table.outputs, columns, strict=True):
        kind = _of_cells([*cells, column.default], seen)
        if table.aggregation:
            kind = "number"
        kind = _as_said(Type(column.type), kind)
        yield name, {"list": kind} if table.gives_list else kind


def _of_cells(cells: list[str], kinds: Kinds) -> Kind:
    written = [cell for cell in dict.fromkeys(cells) if cell.strip() not in ("", "-", "null")]
    plain = [cell for cell in written if literals(cell) is not None and "," not in cell]
    others = _of_texts([cell for cell in written if cell not in plain], kinds)
    found: list[Kind] = [*(["text"] if plain else []), *others]
    return found[0] if found and all(one == found[0] for one in found) else ANY


def _as_said(type: Type, kind: Kind) -> Kind:
    """The kind of a result; text is what its type says, if that is a date."""
    return stored(kind_of(type)) if kind in ("text", ANY) and type.base in CONVERSIONS else kind


def _of_texts(texts: list[str], kinds: Kinds) -> list[Any]:
    return [stored(one.kind) for one in feel.typed([(text, "expression", None) for text in texts], kinds)]
