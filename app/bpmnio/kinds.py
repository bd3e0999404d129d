"""Of what kind variables are, and what expressions make of that. docs/decisions/0082-variables-have-kinds.md

A kind is "number", "text", "truth", "date", "time", "moment" (date and time), "duration" or "any"; with ``~`` behind
it, JSON holds it as text; ``{"list": kind}`` and ``{"entries": {name: kind}}`` are lists and records.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import orjson

from app.bpmnio import feelin
from app.bpmnio.feelin import Item

Kind = Any
ANY: Kind = "any"
T = TypeVar("T")
#: What is held as text in JSON.
TIMED = frozenset({"date", "time", "moment", "duration"})


class Clash(NamedTuple):
    """Two values that never meet, as they are written, and their kinds; one that stands alone has no ``right``."""

    sign: str
    left: str
    left_kind: str
    right: str
    right_kind: str


@dataclass(frozen=True)
class Typed:
    """An expression with its kinds: as it is worked out, of what kind its value is, and what in it never meets."""

    text: str
    kind: Kind = ANY
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kinds of variables by name. What was found for an expression is kept as long as they are.

    ``labels``: what people call variables; ``private``: names of identity, of which no value is ever told.
    """

    names: Mapping[str, Kind] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    _found: dict[tuple[str, str, str], Typed] = field(default_factory=dict, init=False)
    _made: dict[tuple[str, str, str], str] = field(default_factory=dict, init=False)
    _once: dict[object, Any] = field(default_factory=dict, init=False)

    def looked_at(self, items: Sequence[Item]) -> list[Typed]:
        """Return each item with its kinds; those not seen before are looked at in one call.

        Raises:
            ExpressionFailed: looking took too long.
        """
        keys = [_key(item) for item in items]
        missing = {key: item for key, item in zip(keys, items, strict=True) if key not in self._found}
        if missing:
            facts = feelin.facts_of(list(missing.values()))
            requests = [
                (item, self._seen(fact.names | fact.maybe, item.asked))
                for item, fact in zip(missing.values(), facts, strict=True)
            ]
            answers = feelin.typed(requests)
            for key, (text, kind, clashes) in zip(missing, answers, strict=True):
                self._found[key] = Typed(text, kind, tuple(Clash(*one) for one in clashes))
        return [self._found[key] for key in keys]

    def made(self, items: Sequence[Item]) -> list[Item]:
        """Return the items as they are worked out: what is held as text is made what it means where it meets such."""
        if not self.names:
            return list(items)
        keys = [_key(item) for item in items]
        missing = {key: item for key, item in zip(keys, items, strict=True) if key not in self._made}
        if missing:
            self._made.update(zip(missing, self._made_anew(list(missing.values())), strict=True))
        texts = [self._made[key] for key in keys]
        return [
            item if text == item.text else replace(item, text=text)
            for item, text in zip(items, texts, strict=True)
        ]

    def _made_anew(self, items: Sequence[Item]) -> list[str]:
        """Only what reads such a variable is looked at."""
        facts = feelin.facts_of(items)
        wanted = [
            fact.error is None
            and (_is_held(item.asked) or not self._held_names.isdisjoint(fact.names | fact.maybe))
            for item, fact in zip(items, facts, strict=True)
        ]
        found = iter(
            self.looked_at([item for item, is_wanted in zip(items, wanted, strict=True) if is_wanted])
        )
        return [
            next(found).text if is_wanted else item.text
            for item, is_wanted in zip(items, wanted, strict=True)
        ]

    def with_names(self, names: Mapping[str, Kind]) -> "Kinds":
        """Return these kinds with others in front of them."""
        return Kinds({**self.names, **names}, self.labels, self.private) if names else self

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what ``make`` gave for the key, which follows from these kinds and the key alone."""
        if key not in self._once:
            self._once[key] = make()
        found: T = self._once[key]
        return found

    @cached_property
    def _held_names(self) -> frozenset[str]:
        return frozenset(name for name, kind in self.names.items() if _is_held(kind))

    def _seen(self, names: frozenset[str], asked: Kind) -> dict[str, Kind]:
        return {
            **{name: kind for name, kind in self.names.items() if name in names or feelin.is_odd(name)},
            **({"?": asked} if asked else {}),
        }


NOTHING = Kinds()


def stored(kind: Kind) -> Kind:
    """Return the kind of a value once JSON holds it."""
    if isinstance(kind, dict) and "list" in kind:
        return {"list": stored(kind["list"])}
    if isinstance(kind, dict):
        return {"entries": {name: stored(one) for name, one in kind["entries"].items()}}
    return f"{kind}~" if kind in TIMED else ANY if kind == "null" else kind


def as_text(kind: Kind) -> Kind:
    """Return the kind where nobody makes of a text what it means."""
    if isinstance(kind, dict) and "list" in kind:
        return {"list": as_text(kind["list"])}
    if isinstance(kind, dict):
        return {"entries": {name: as_text(one) for name, one in kind["entries"].items()}}
    return "text" if _is_held(kind) else kind


def merged(one: Kind, other: Kind) -> Kind:
    """Return the kind of what may be of either; `ANY` where they differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        if "list" in one:
            return {"list": merged(one["list"], other["list"])}
        both = [*one["entries"], *other["entries"]]
        return {
            "entries": {
                name: merged(
                    one["entries"].get(name, other["entries"].get(name)),
                    other["entries"].get(name, one["entries"].get(name)),
                )
                for name in dict.fromkeys(both)
            }
        }
    return one if one == other else ANY


def of_value(value: Any) -> Kind:
    """Return the kind of a constant."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else ANY


def _key(item: Item) -> tuple[str, str, str]:
    asked = item.asked or ""
    return item.dialect, item.text, asked if isinstance(asked, str) else orjson.dumps(asked).decode()


def _is_held(kind: Kind) -> bool:
    return any(one.endswith("~") for one in _words(kind))


def _words(kind: Kind) -> Iterator[str]:
    if isinstance(kind, str):
        yield kind
    elif isinstance(kind, dict):
        for one in (*kind.get("entries", {}).values(), *([kind["list"]] if "list" in kind else ())):
            yield from _words(one)
