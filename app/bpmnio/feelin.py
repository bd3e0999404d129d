"""What the bundle in V8 is asked and answers: expressions with their context in, values out, as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson

from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.bpmnio.isolate import Isolate, LimitReached

Dialect = Literal["expression", "unary"]

_SECONDS_EACH = 0.25
_SECONDS_AT_MOST = 0.75
_MOST_FACTS = 5_000
_TYPED_AT_ONCE = 200
LIMIT = '{"failure":"limit"}'
SYNTAX = '{"failure":"syntax"}'
_CLOCK = frozenset({"now", "today"})
isolate = Isolate(Path(__file__).parent / "dist" / "feel.js")


@dataclass(frozen=True)
class Item:
    """One expression, or one unary test with the value it is put to.

    ``in_form``: a form asks, as form-js does: its conditions are tests of nothing, and values of two types are in
    some order. ``known`` are names that a
    reader of the text must know to see them, as ``a-b``; ``local`` are names that this one alone sees, behind those
    of the context. ``asked`` is the kind of ``value``: see `kinds`.
    """

    dialect: Dialect
    text: str
    value: Any = None
    in_form: bool = False
    known: tuple[str, ...] = ()
    local: Mapping[str, Any] = field(default_factory=dict)
    asked: Any = None

    def seen(self, facts: "Facts") -> dict[str, Any]:
        """Return the part of ``local`` that the text can see."""
        reads = facts.reads
        return {key: value for key, value in self.local.items() if reads is None or key in reads}


@dataclass(frozen=True)
class Facts:
    """What is known of a text without running it.

    ``reads`` are its free names, functions included; None when it has a syntax error. ``names`` are the
    variables among them, ``maybe`` those inside a filter. ``calls`` are the functions called that are none of FEEL
    and not defined in the text. ``paths`` are the ways from a form's ``this`` and ``parent`` that it takes.
    ``error`` is where it breaks off: position from 0, and what stands there ("" at the end).
    """

    reads: frozenset[str] | None
    names: frozenset[str]
    maybe: frozenset[str]
    calls: frozenset[str]
    error: tuple[int, str] | None
    paths: frozenset[tuple[str, ...]] = frozenset()

    @property
    def timed(self) -> bool:
        """Whether the value may depend on the clock."""
        return self.reads is None or not self.reads.isdisjoint(_CLOCK)


@dataclass(frozen=True)
class Named:
    """An expression that others read by name, and what is known of it."""

    name: str
    text: str
    facts: Facts

    def is_read_by(self, facts: Facts) -> bool:
        """Whether a text could read it; a name with signs in it is never ruled out."""
        return facts.reads is None or self.name in facts.reads or is_odd(self.name)


@dataclass(frozen=True)
class Node:
    """A node of a syntax tree: its kind as lezer-feel names it, its text, and its parts where they matter."""

    kind: str
    text: str
    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Spot:
    """Where a text reads a variable.

    ``steps`` are its name and what is asked of it after dots, each (name, start, end) in the text. ``perhaps``: in a
    filter, where an entry of the list may hold it instead. ``looped``: in a template's loop, where ``this`` is an
    entry.
    """

    steps: tuple[tuple[str, int, int], ...]
    perhaps: bool = False
    looped: bool = False


_Key = tuple[Dialect, str, tuple[str, ...]]
_facts: dict[_Key, Facts] = {}


def facts_of(items: Sequence[Item]) -> list[Facts]:
    """Return the facts of each item; those not seen before are found in one call."""
    keys = [(item.dialect, item.text, item.known) for item in items]
    known = {key: _facts.get(key) for key in keys}
    unknown = [key for key, facts in known.items() if facts is None]
    if unknown:
        found = dict(zip(unknown, _inspect(unknown), strict=True))
        if len(_facts) + len(found) > _MOST_FACTS:
            _facts.clear()
        _facts.update(found)
        known.update(found)
    return [facts for key in keys if (facts := known[key]) is not None]


def spots_of(items: Sequence[Item]) -> list[tuple[Spot, ...]]:
    """Return where each item reads variables, in one call; in parts of a text that make no sense nothing is found."""
    request = [(item.dialect, item.text, item.known) for item in items]
    answers = map(orjson.loads, _call("feel.spots", request, items)) if items else ()
    return [tuple(spot_from(*one) for one in answer) for answer in answers]


def spot_from(steps: Iterable[Any], perhaps: bool, looped: bool = False) -> Spot:
    """A spot as V8 tells it."""
    return Spot(tuple((name, start, end) for name, start, end in steps), perhaps, looped)


def typed(items: Sequence[tuple[Item, Mapping[str, Any]]]) -> list[tuple[str, Any, list[list[str]]]]:
    """Return for each item, with the kinds of what it reads, its text as it is worked out, its kind and what in it
    never meets; see `kinds`."""
    found: list[tuple[str, Any, list[list[str]]]] = []
    for start in range(0, len(items), _TYPED_AT_ONCE):
        some = items[start : start + _TYPED_AT_ONCE]
        request = [(item.text, item.dialect, seen, item.known) for item, seen in some]
        answers = map(orjson.loads, _call("feel.typed", request, [item for item, _seen in some]))
        found += [(one["text"], one["kind"], one["clashes"]) for one in answers]
    return found


def tree(text: str) -> Node | None:
    """Return the syntax tree of an expression; None where it makes no sense, or is very deep."""
    (answer,) = _call("feel.tree", [text], [Item("expression", text)])
    found = orjson.loads(answer)
    return None if found is None else _node(*found)


def _node(kind: str, text: str, parts: Iterable[Any]) -> Node:
    return Node(kind, text, tuple(_node(*part) for part in parts))


def parse_named(lets: Sequence[tuple[str, str]]) -> list[Named]:
    """Return each of ``lets``, name and text, with its facts."""
    facts = facts_of([Item("expression", text) for _name, text in lets])
    return [Named(name, text, fact) for (name, text), fact in zip(lets, facts, strict=True)]


def run(
    items: Sequence[Item],
    facts: Sequence[Facts],
    context: Mapping[str, Any],
    now: datetime,
    lets: Sequence[Named] = (),
) -> list[str]:
    """Evaluate ``items`` in one call. Each answer is JSON text: ``value`` and ``warnings``, or LIMIT or SYNTAX.

    ``lets`` are evaluated before, in their order; every item sees their values.
    """
    request = {
        "now": now.isoformat(),
        "zone": zone_of(now),
        "context": _needed(context, [*facts, *(let.facts for let in lets)]),
        "lets": [(let.name, let.text, _reads(let.facts)) for let in lets],
        "items": [
            (item.dialect, item.text, _reads(fact), item.value, item.seen(fact), item.in_form)
            for item, fact in zip(items, facts, strict=True)
        ],
    }
    answers: list[str] = _call("feel.run", request, items)
    if LIMIT in answers:
        isolate.drop()
    return answers


def _reads(facts: Facts) -> list[str] | None:
    return None if facts.reads is None else list(facts.reads)


def answers() -> bool:
    """Whether V8 runs and counts."""
    return bool(_call("feel.inspect", [("expression", "1 + 1", ())], [Item("expression", "1 + 1")]))


def zone_of(now: datetime) -> str | int:
    """Return the zone of ``now``: its name, or minutes east of UTC."""
    offset = now.utcoffset()
    if offset is None:
        raise ValueError("now must be aware")
    name = getattr(now.tzinfo, "key", None)
    return str(name) if name else int(offset.total_seconds() // 60)


def limit_message(items: Sequence[Item]) -> str:
    """Return the sentence for expressions that were stopped."""
    text, n = quote(items[0].text), len(items)
    if n == 1:
        return _("Ungkapan {text} dihentikan: terlalu lama atau terlalu besar.", text=text)
    return _("{n} ungkapan mulai dari {text} dihentikan: terlalu lama atau terlalu besar.", n=n, text=text)


def quote(text: str) -> str:
    """Return ``text`` in quotation marks, shortened for a message."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    return f"“{shown.encode('utf-8', 'replace').decode()}”"


def _needed(context: Mapping[str, Any], facts: Iterable[Facts]) -> dict[str, Any]:
    """Return the part of ``context`` that the expressions can see."""
    reads: set[str] = set()
    for fact in facts:
        if fact.reads is None:
            return dict(context)
        reads |= fact.reads
    return {key: value for key, value in context.items() if key in reads or is_odd(key)}


@lru_cache(maxsize=4096)
def is_odd(key: str) -> bool:
    """Whether ``key`` is no plain word: then it can be read by text that looks like several names."""
    return not (key.isascii() and key.isidentifier())


def _inspect(texts: Sequence[_Key]) -> list[Facts]:
    items = [Item(dialect, text) for dialect, text, _known in texts]
    return [_facts_from(answer) for answer in map(orjson.loads, _call("feel.inspect", texts, items))]


def _facts_from(answer: Mapping[str, Any]) -> Facts:
    error = answer["error"]
    return Facts(
        reads=None if error else frozenset(answer["reads"]),
        names=frozenset(answer["names"]),
        maybe=frozenset(answer["maybe"]),
        calls=frozenset(answer["calls"]),
        error=(error["at"], error["found"]) if error else None,
        paths=frozenset(tuple(path.split(".")) for path in answer["paths"]),
    )


def _call(function: str, request: Any, items: Sequence[Item]) -> Any:
    seconds = min(_SECONDS_EACH * len(items), _SECONDS_AT_MOST)
    literal = orjson.dumps(dumps(request).decode()).decode()
    try:
        return orjson.loads(isolate.call(function, literal, seconds=seconds, text=_text_of(function, items)))
    except LimitReached as error:
        raise ExpressionFailed(limit_message(items)) from error


def _text_of(function: str, items: Sequence[Item]) -> int:
    """What a call runs, without what it is put to; a number, for texts may be long."""
    return hash((function, *((item.dialect, item.text) for item in items)))


def dumps(value: Any) -> bytes:
    """Return ``value`` as JSON text.

    Raises:
        ExpressionFailed: it is nested too deep.
    """
    try:
        return orjson.dumps(value)
    except TypeError:  # half a surrogate pair, or nested deeper than orjson goes
        pass
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    except RecursionError as error:
        raise ExpressionFailed(_("Isi variabel bersarang terlalu dalam.")) from error
