"""A small part of FEEL that can be said in words: comparisons of a field with values, and / or / not.

Only for hints; what decides is FEEL itself. Anything beyond this part is `None`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|(<=|>=|!=|[=<>()\[\],])|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))',
    re.ASCII,
)
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
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


@lru_cache(maxsize=2_000)
def parse(text: str) -> Tree | None:
    """Return the meaning of a condition, or None when it is not of the simple kind."""
    try:
        reader = _Reader(_tokens(text.strip().removeprefix("=")))
        tree = reader.alternatives()
        return tree if reader.at_end else None
    except (_Beyond, RecursionError):
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


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise _Beyond
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def alternatives(self) -> Tree:
        parts = [self._together()]
        while self._takes("or"):
            parts.append(self._together())
        return parts[0] if len(parts) == 1 else All(tuple(parts), any_of=True)

    def _together(self) -> Tree:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Tree:
        if self._takes("not", "("):
            inner = self.alternatives()
            self._needs(")")
            return negated(inner)
        if self._takes("("):
            inner = self.alternatives()
            self._needs(")")
            return inner
        if self._takes("list", "contains", "("):
            return self._membership()
        return self._comparison()

    def _membership(self) -> Tree:
        key = self._name()
        self._needs(",")
        value = self._constant()
        self._needs(")")
        return Test(key, "has", (value,))

    def _comparison(self) -> Tree:
        if _is_constant(self._peek()):
            value, sign = self._constant(), self._next()
            if sign not in _MIRROR:
                raise _Beyond
            return Test(self._name(), _MIRROR[sign], (value,))
        key = self._name()
        if self._takes("in"):
            return Test(key, "=", self._list())
        if self._peek() in _MIRROR:
            return Test(key, self._next(), (self._operand(),))
        return Test(key, "=", (True,))

    def _list(self) -> tuple[Any, ...]:
        close = {"(": ")", "[": "]"}.get(self._next())
        if close is None:
            raise _Beyond
        values = [self._constant()]
        while self._takes(","):
            values.append(self._constant())
        self._needs(close)
        return tuple(values)

    def _operand(self) -> Any:
        return self._constant() if _is_constant(self._peek()) else Name(self._name())

    def _constant(self) -> Any:
        token = self._next()
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if token.startswith('"'):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return float(token) if "." in token else int(token)
        raise _Beyond

    def _name(self) -> str:
        token = self._next()
        if not re.fullmatch(r"[A-Za-z_][\w.]*", token) or token in _CONSTANTS:
            raise _Beyond
        return token

    def _peek(self) -> str:
        return "" if self.at_end else self._tokens[self._at]

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        if not token:
            raise _Beyond
        return token

    def _takes(self, *tokens: str) -> bool:
        if tuple(self._tokens[self._at : self._at + len(tokens)]) != tokens:
            return False
        self._at += len(tokens)
        return True

    def _needs(self, token: str) -> None:
        if not self._takes(token):
            raise _Beyond


def _is_constant(token: str) -> bool:
    return token in _CONSTANTS or token[:1] in ('"', "-") or token[:1].isdigit()
