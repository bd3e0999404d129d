"""FEEL, by bpmn.io's own feelin inside V8: the same language in gateway, timer, form and decision table.

A syntax error or a limit is `ExpressionFailed`. All else that goes wrong is null with a warning in feelin's words.
A warning may quote values, so warnings about expressions over identity fields do not belong into the history.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from app.base.errors import AppError, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feelin, nesting
from app.bpmnio.feelin import Dialect, Facts, Item, Named, Node, Spot
from app.bpmnio.kinds import NOTHING, Kind, Kinds, Typed


class Memo:
    """Text by key. Safe for threads."""

    def __init__(self, *, entries: int, size_bytes: int) -> None:
        self._most_entries = entries
        self._most_bytes = size_bytes
        self._bytes = 0
        self._kept: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> str | None:
        """Return what is kept under ``key``, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: bytes, value: str) -> None:
        """Keep ``value``; the entries unused for longest make room. An empty
        key, and what would take an eighth of all room, is not kept."""
        size = len(key) + len(value)
        if not key or size > self._most_bytes // 8:
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self._bytes += size - (0 if old is None else len(key) + len(old))
            self._kept[key] = value
            while len(self._kept) > self._most_entries or self._bytes > self._most_bytes:
                gone, text = self._kept.popitem(last=False)
                self._bytes -= len(gone) + len(text)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)


MAX_CHARS = 4_000
"""The longest text that a person writes in one place."""
MAX_LONG_CHARS = 20_000
"""The longest text that is put together from several places, as a boxed context is."""

#: What no database holds, written as FEEL's escapes: NUL, and half of a surrogate pair.
_UNSTORABLE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\u0000|\\U000000|\\U00d[89a-f]..|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..)",
    re.IGNORECASE,
)
#: Name and expression of something that others may read: a function, or a variable made into a date.
Let = tuple[str, str]
#: For each expression the names that it alone sees.
Local = Sequence[Mapping[str, Any]] | None

_memo = Memo(entries=5_000, size_bytes=4 * 1024 * 1024)


@dataclass(frozen=True)
class Result:
    """What an expression gave: plain JSON (dates, times, durations as ISO 8601 text), and feelin's warnings."""

    value: Any
    warnings: tuple[str, ...] = ()


def evaluate(
    expression: str,
    context: Mapping[str, Any],
    *,
    now: datetime,
    lets: Sequence[Let] = (),
    kinds: Kinds = NOTHING,
) -> Result:
    """Return the value of ``expression`` over ``context`` (JSON types); a leading ``=`` is left out.

    ``now`` is aware; its zone is that of FEEL's ``now()``, ``today()`` and of times that name none. ``lets`` are
    evaluated first, in their order, and may be read by name. ``kinds``: what the variables are, for those that JSON
    holds as text.

    Raises:
        ExpressionFailed: a syntax error, or a limit of length, time or memory.
    """
    return evaluate_all([expression], context, now=now, lets=lets, kinds=kinds)[0]


def evaluate_all(
    expressions: Sequence[str],
    context: Mapping[str, Any],
    *,
    now: datetime,
    lets: Sequence[Let] = (),
    local: Local = None,
    kinds: Kinds = NOTHING,
    in_form: bool = False,
) -> list[Result]:
    """`evaluate` for many expressions, in one call into V8; the first that fails is raised.

    ``local`` holds for each the names that it alone sees; a name of the context or of ``lets`` stands in front of
    them. ``in_form``: values of two types are in some order, as in form-js; elsewhere that is null.
    """
    own = local or [{}] * len(expressions)
    items = [
        Item("expression", _text(text), in_form=in_form, local=names)
        for text, names in zip(expressions, own, strict=True)
    ]
    return _results(items, context, now, lets, kinds)


def unary(
    test: str, value: Any, context: Mapping[str, Any], *, now: datetime, lets: Sequence[Let] = ()
) -> Result:
    """Return whether ``value`` passes the unary ``test`` (a cell of a decision table): true, false or None.

    An empty test passes, as ``-`` does. Raises as `evaluate`.
    """
    return unary_all([(test, value)], context, now=now, lets=lets)[0]


def unary_all(
    tests: Sequence[tuple[str, Any]],
    context: Mapping[str, Any],
    *,
    now: datetime,
    lets: Sequence[Let] = (),
    local: Local = None,
    in_form: bool = False,
    kinds: Kinds = NOTHING,
    asked: Sequence[Kind] = (),
) -> list[Result]:
    """`unary` for many pairs of test and value, in one call into V8; ``local`` as in `evaluate_all`, ``asked`` the
    kinds of the values.

    A test that gives true or false and does not say ``?`` is what a value of true, false or null must be equal to.
    With ``in_form`` there is no such value: form-js asks its conditions so. None where no test could be asked of a
    value of that type.
    """
    own, of = local or [{}] * len(tests), asked or [None] * len(tests)
    items = [
        Item("unary", _text(test) or "-", value, in_form, local=names, asked=kind)
        for (test, value), names, kind in zip(tests, own, of, strict=True)
    ]
    return _results(items, context, now, lets, kinds)


def syntax_error(
    text: str, *, dialect: Dialect = "expression", known: Collection[str] = (), limit: int = MAX_CHARS
) -> str | None:
    """Return what is wrong with the writing of ``text``, or None. Nothing is evaluated, and nothing is raised.

    ``known``: names of several words or with signs in them that ``text`` may read.
    """
    text = _text(text)
    if dialect == "unary" and not text:
        return None
    if len(text) > limit:
        return _too_long(limit)
    if odd := _UNSTORABLE.search(text):
        return _("{found} adalah huruf yang tidak dapat disimpan.", found=feelin.quote(odd.group(1)))
    if deep := nesting.fault(text):
        return deep
    try:
        return _syntax(_facts(text, dialect, known))
    except ExpressionFailed as stopped:  # looking at it took too long
        return stopped.said


def variable_names(
    text: str, *, dialect: Dialect = "expression", known: Collection[str] = ()
) -> frozenset[str]:
    """Return the variables that ``text`` reads: of ``a.b`` it is ``a``.

    Built-in functions, ``?`` and what the text defines itself (loop variables, parameters, entries) are left
    out, and so are names inside a filter, which may be entries of the list: see `mentions`. Text with a syntax
    error gives what could be read of it.

    Raises:
        ExpressionFailed: looking at it took too long; `check` says so.
    """
    return _facts(text, dialect, known).names


def mentions(text: str, *, dialect: Dialect = "expression", known: Collection[str] = ()) -> frozenset[str]:
    """Return `names` and those inside filters: every variable that ``text`` could read."""
    facts = _facts(text, dialect, known)
    return facts.names | facts.maybe


def place_paths(text: str, *, dialect: Dialect = "expression") -> frozenset[tuple[str, ...]]:
    """Return the ways that ``text`` takes from ``this`` and ``parent``, by which a form hands out more than one
    variable: ``parent.name`` is (parent, name); one of them alone is all that stands there.

    Raises:
        ExpressionFailed: looking at it took too long; `check` says so.
    """
    return _facts(text, dialect).paths


def spots(texts: Sequence[tuple[str, Dialect]]) -> list[tuple[Spot, ...]]:
    """Return for each text where it reads variables that it does not define itself: positions in the text as given.

    Nothing is found in what is longer or deeper than people write.

    Raises:
        ExpressionFailed: looking took too long.
    """
    unknown = [one for one in dict.fromkeys(texts) if one not in _spots]
    for start in range(0, len(unknown), _SPOTS_AT_ONCE):
        some = unknown[start : start + _SPOTS_AT_ONCE]
        items = [Item(dialect, _text(text) if _is_readable(text) else "") for text, dialect in some]
        found = zip(some, feelin.spots_of(items), strict=True)
        if len(_spots) > _MOST_SPOTS:
            _spots.clear()
        _spots.update({one: tuple(_shifted(one[0], spot) for spot in spots) for one, spots in found})
    return [_spots.get(one, ()) for one in texts]


_SPOTS_AT_ONCE, _MOST_SPOTS = 200, 5_000
_spots: dict[tuple[str, Dialect], tuple[Spot, ...]] = {}


def _is_readable(text: str) -> bool:
    return len(text) <= MAX_CHARS and not nesting.fault(_text(text))


def _shifted(text: str, spot: Spot) -> Spot:
    """A spot of what FEEL sees of a text, in the whole of it."""
    before = text.index(_text(text))
    return replace(spot, steps=tuple((name, start + before, end + before) for name, start, end in spot.steps))


@lru_cache(maxsize=2_000)
def tree(text: str) -> Node | None:
    """Return the syntax tree of an expression, for who puts it into words; None where it makes no sense or is longer
    or deeper than people write.

    Raises:
        ExpressionFailed: looking at it took too long.
    """
    text = _text(text)
    if not text or len(text) > MAX_CHARS or nesting.fault(text):
        return None
    return feelin.tree(text)


def unknown_calls(
    text: str, *, dialect: Dialect = "expression", known: Collection[str] = ()
) -> frozenset[str]:
    """Return the functions that ``text`` calls and that are neither FEEL's nor its own: ``f``, or ``a.f`` where it is
    a method. Over variables, which are JSON and hold no functions, each such call is null.

    Raises:
        ExpressionFailed: looking at it took too long; `check` says so.
    """
    return _facts(text, dialect, known).calls


def typed(texts: Sequence[tuple[str, Dialect, Kind]], kinds: Kinds) -> list[Typed]:
    """Return each text, with its dialect and the kind of what a unary test is put to, as it is worked out over
    variables of these kinds. What makes no sense, or is longer than people write, is of any kind.

    Raises:
        ExpressionFailed: looking took too long.
    """
    items = [
        Item(dialect, _text(text) if _is_readable(text) else "", asked=asked)
        for text, dialect, asked in texts
    ]
    written = [item for item in items if item.text]
    facts = feelin.facts_of(written)
    sound = [item for item, fact in zip(written, facts, strict=True) if fact.error is None]
    found = dict(zip(map(id, sound), kinds.looked_at(sound), strict=True))
    return [found.get(id(item), Typed(item.text)) for item in items]


def healthy() -> bool:
    """Whether V8 answers."""
    try:
        return feelin.answers()
    except AppError:
        return False


def _results(
    items: Sequence[Item], context: Mapping[str, Any], now: datetime, lets: Sequence[Let], kinds: Kinds
) -> list[Result]:
    """Look each item up by what it reads; compute those not seen before, together."""
    longest = max((len(text) for text in (*(item.text for item in items), *(t for _n, t in lets))), default=0)
    if longest > MAX_LONG_CHARS:
        raise ExpressionFailed(_too_long(MAX_LONG_CHARS))
    items = kinds.made(items)
    facts = feelin.facts_of(items)
    made = kinds.made([Item("expression", text) for _name, text in lets])
    named = feelin.parse_named([(name, item.text) for (name, _text), item in zip(lets, made, strict=True)])
    keys = _keys(items, facts, context, now, named)
    answers = [_memo.get(key) or "" for key in keys]
    missing = [at for at, answer in enumerate(answers) if not answer]
    if missing:
        found = feelin.run([items[at] for at in missing], [facts[at] for at in missing], context, now, named)
        for at, answer in zip(missing, found, strict=True):
            answers[at] = answer
            if answer not in (feelin.LIMIT, feelin.SYNTAX):
                _memo.put(keys[at], answer)
    return [_result(*each) for each in zip(items, facts, answers, strict=True)]


def _keys(
    items: Sequence[Item],
    facts: Sequence[Facts],
    context: Mapping[str, Any],
    now: datetime,
    lets: Sequence[Named],
) -> list[bytes]:
    """Return a digest of what each item's value depends on; empty where that is the clock, or cannot be told."""
    zone = feelin.zone_of(now)
    odd = sorted(key for key in context if feelin.is_odd(key))
    keys = []
    for item, fact in zip(items, facts, strict=True):
        used = lets if fact.reads is None or any(let.is_read_by(fact) for let in lets) else ()
        needed = [fact, *(let.facts for let in used)]
        read = {name for one in needed for name in one.reads or () if name in context}
        values = [(name, context[name]) for name in (*odd, *sorted(read))]
        named, own = [(let.name, let.text) for let in used], sorted(item.seen(fact).items())
        parts = (item.dialect, item.text, item.value, item.in_form, zone, named, values, own)
        timed = any(one.timed for one in needed)
        keys.append(b"" if timed else blake2b(feelin.dumps(parts), digest_size=20).digest())
    return keys


def _result(item: Item, facts: Facts, answer: str) -> Result:
    if answer == feelin.LIMIT:
        raise ExpressionFailed(feelin.limit_message([item]))
    if answer == feelin.SYNTAX:
        text, why = feelin.quote(item.text), _syntax(facts) or ""
        raise ExpressionFailed(_("Ungkapan {text} salah tulis. {why}", text=text, why=why))
    found = orjson.loads(answer)
    if found.get("failure") == "assert":
        text, cause = feelin.quote(item.text), found["cause"]
        raise ExpressionFailed(
            _("Yang dituntut ungkapan {text} tidak terpenuhi. {cause}", text=text, cause=cause).strip()
        )
    return Result(found["value"], tuple(found["warnings"]))


def _facts(text: str, dialect: Dialect, known: Collection[str] = ()) -> Facts:
    text, odd = _text(text), tuple(sorted(name for name in known if feelin.is_odd(name)))
    return feelin.facts_of([Item(dialect, text if len(text) <= MAX_LONG_CHARS else "", known=odd)])[0]


def _text(text: str) -> str:
    return text.strip().removeprefix("=").strip()


def _syntax(facts: Facts) -> str | None:
    if facts.error is None:
        return None
    position, found = facts.error
    if not found:
        return _("Ungkapan belum selesai.")
    return _("Huruf ke-{n} tidak dimengerti: {found}", n=position + 1, found=feelin.quote(found))


def _too_long(limit: int) -> str:
    return _("Ungkapan terlalu panjang: paling banyak {n} huruf.", n=limit)
