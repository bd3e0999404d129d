"""A small part of FEEL that can be said in words: comparisons of a field with values, and / or / not.

Only for hints and warnings; what decides is FEEL itself. Anything beyond this part is `None`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.base.errors import ExpressionFailed
from app.bpmnio import feel
from app.bpmnio.feelin import Node

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_CONSTANTS = ("StringLiteral", "NumericLiteral", "BooleanLiteral", "null")
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "has": "lacks", "lacks": "has"}
_MIRROR = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Name:
    """A variable where a value may stand."""

    name: str


@dataclass(frozen=True)
class Test:
    """``key`` compared with values; with several, ``=`` means any of them and ``!=`` none."""

    key: str
    sign: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class All:
    """Every part holds; ``any_of`` instead: at least one."""

    parts: tuple["Tree", ...]
    any_of: bool = False


Tree = Test | All


class _Beyond(Exception):
    """The text is more than this reader knows."""


def parse(text: str) -> Tree | None:
    """Return the meaning of a condition, or None when it is not of the simple kind."""
    try:
        node = feel.tree(text)
        return None if node is None else _meaning(node)
    except (_Beyond, ExpressionFailed):
        return None


def negated(tree: Tree) -> Tree:
    """Return the opposite condition."""
    if isinstance(tree, Test):
        return replace(tree, sign=_OPPOSITE[tree.sign])
    return All(tuple(negated(part) for part in tree.parts), not tree.any_of)


def folded(tree: Tree, known: Mapping[str, Any]) -> Tree | bool:
    """Return what is left to ask when the variables ``known`` have these values; true or false when nothing is."""
    if isinstance(tree, Test):
        return _folded_test(tree, known)
    parts = [folded(part, known) for part in tree.parts]
    if tree.any_of in parts:
        return tree.any_of
    asked = tuple(dict.fromkeys(part for part in parts if not isinstance(part, bool)))
    if not asked:
        return not tree.any_of
    return asked[0] if len(asked) == 1 else All(asked, tree.any_of)


@lru_cache(maxsize=2_000)
def implies(condition: Tree, wanted: Tree) -> bool:
    """Return whether ``wanted`` holds wherever ``condition`` does, as far as that is plain."""
    if condition == wanted:
        return True
    if isinstance(wanted, All):
        return (any if wanted.any_of else all)(implies(condition, part) for part in wanted.parts)
    if isinstance(condition, All):
        return (all if condition.any_of else any)(implies(part, wanted) for part in condition.parts)
    if condition.key != wanted.key or any(
        isinstance(one, Name) for one in (*condition.values, *wanted.values)
    ):
        return False
    here, there = set(map(repr, condition.values)), set(map(repr, wanted.values))
    if wanted.sign == "=":
        return condition.sign == "=" and here <= there
    return wanted.sign == "!=" and (
        not here & there if condition.sign == "=" else condition.sign == "!=" and there <= here
    )


def variables_in(tree: Tree) -> set[str]:
    """Return the variables that a condition reads."""
    if isinstance(tree, All):
        return {name for part in tree.parts for name in variables_in(part)}
    others = [one.name for one in tree.values if isinstance(one, Name)]
    return {name.partition(".")[0] for name in (tree.key, *others)}


def _folded_test(test: Test, known: Mapping[str, Any]) -> Tree | bool:
    values = tuple(
        known.get(value.name, value) if isinstance(value, Name) else value for value in test.values
    )
    if (
        test.key not in known
        or test.sign not in ("=", "!=")
        or any(isinstance(value, Name) for value in values)
    ):
        return replace(test, values=values)
    held = known[test.key]
    if not all(_is_certain(held, value) for value in values):
        return replace(test, values=values)
    return (held in values) is (test.sign == "=")


def _is_certain(held: Any, value: Any) -> bool:
    """Whether FEEL says plainly if the two are equal: a yes or no compared with nothing may be null."""
    if held is None or value is None:
        return not isinstance(held, bool) and not isinstance(value, bool)
    return type(held) is type(value)


def _meaning(node: Node) -> Tree:
    match node:
        case Node("Disjunction" | "Conjunction", _, parts):
            return All(tuple(map(_meaning, parts)), any_of=node.kind == "Disjunction")
        case Node("ParenthesizedExpression", _, [inner]):
            return _meaning(inner)
        case Node("FunctionInvocation", _, [Node(_, "not"), Node("PositionalParameters", _, [inner])]):
            return negated(_meaning(inner))
        case Node("FunctionInvocation", _, [Node(_, "list contains"), Node(_, _, [key, value])]):
            return Test(_name(key), "has", (_constant(value),))
        case Node("Comparison", _, [key, Node("in"), values]):
            return Test(_name(key), "=", _listed(values))
        case Node("Comparison", _, [left, Node("CompareOp", sign), right]) if sign in _MIRROR:
            if left.kind in _CONSTANTS:
                return Test(_name(right), _MIRROR[sign], (_constant(left),))
            return Test(_name(left), sign, (_operand(right),))
    return Test(_name(node), "=", (True,))


def _listed(node: Node) -> tuple[Any, ...]:
    """The constants of ``("x", "y")`` or ``["x", "y"]``."""
    match node:
        case Node("PositiveUnaryTest", _, [Node("List" | "ParenthesizedExpression", _, values)]) if values:
            return tuple(map(_constant, values))
        case Node("PositiveUnaryTests", _, tests) if all(len(test.parts) == 1 for test in tests):
            return tuple(_constant(test.parts[0]) for test in tests)
    raise _Beyond


def _operand(node: Node) -> Any:
    return _constant(node) if node.kind in _CONSTANTS else Name(_name(node))


def _constant(node: Node) -> Any:
    if node.kind == "StringLiteral":
        return re.sub(r"\\(.)", r"\1", node.text[1:-1])
    if node.text in _WORDS:
        return _WORDS[node.text]
    if node.kind == "NumericLiteral" and _NUMBER.fullmatch(node.text):
        return float(node.text) if "." in node.text else int(node.text)
    raise _Beyond


def _name(node: Node) -> str:
    if node.kind in ("VariableName", "PathExpression") and _PATH.fullmatch(node.text):
        return node.text
    raise _Beyond
