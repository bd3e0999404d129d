"""Gateways without a default flow that need none: their conditions name every value that can have been chosen."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.engine import mappings
from app.engine.diagram import Diagram, Flow
from app.forms import Field
from app.forms.condition_tree import Test, Tree, negated, parse
from app.forms.form import walk_hidden
from app.forms.model import SINGLE_CHOICE
from app.services.deployment.bundle import Bundle


def covers_all_options(bundle: Bundle, gateway_id: str) -> bool:
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


def without_needless(bundle: Bundle) -> Diagram:
    """The diagram without the warning of a missing default flow where `complete`."""
    kept = tuple(
        finding
        for finding in bundle.diagram.findings
        if finding.code != "no_default_flow" or not covers_all_options(bundle, finding.element_id or "")
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
