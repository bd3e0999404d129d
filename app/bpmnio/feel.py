"""FEEL, by bpmn.io's own feelin inside V8: the same language in gateway, timer, form and decision table.

A syntax error or a limit is `ExpressionFailed`. All else that goes wrong is null with a warning in feelin's words.
A warning may quote values, so warnings about expressions over identity fields do not belong into the history.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from app.bpmnio import feelin
from app.bpmnio.feelin import Dialect, Facts, Item
from app.bpmnio.memo import Memo
from app.errors import AppError, ExpressionFailed
from app.i18n import _

MAX_CHARS = 4_000
"""The longest text that is looked at."""

#: What no database holds, written as FEEL's escapes: NUL, and half of a surrogate pair.
_UNSTORABLE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\u0000|\\U000000|\\U00d[89a-f]..|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..)",
    re.IGNORECASE,
)
_memo = Memo(entries=5_000, size_bytes=4 * 1024 * 1024)


@dataclass(frozen=True)
class Result:
    """What an expression gave: plain JSON (dates, times, durations as ISO 8601 text), and feelin's warnings."""

    value: Any
    warnings: tuple[str, ...] = ()


def evaluate(expression: str, context: Mapping[str, Any], *, now: datetime) -> Result:
    """Return the value of ``expression`` over ``context`` (JSON types); a leading ``=`` is left out.

    ``now`` is aware; its zone is that of FEEL's ``now()``, ``today()`` and of times that name none.

    Raises:
        ExpressionFailed: a syntax error, or a limit of length, time or memory.
    """
    return evaluate_all([expression], context, now=now)[0]


def evaluate_all(expressions: Sequence[str], context: Mapping[str, Any], *, now: datetime) -> list[Result]:
    """`evaluate` for many expressions, in one call into V8; the first that fails is raised."""
    return _results([Item("expression", _text(text)) for text in expressions], context, now)


def unary(test: str, value: Any, context: Mapping[str, Any], *, now: datetime) -> Result:
    """Return whether ``value`` passes the unary ``test`` (a cell of a decision table): true, false or None.

    An empty test passes, as ``-`` does. Raises as `evaluate`.
    """
    return unary_all([(test, value)], context, now=now)[0]


def unary_all(tests: Sequence[tuple[str, Any]], context: Mapping[str, Any], *, now: datetime) -> list[Result]:
    """`unary` for many pairs of test and value, in one call into V8; the first that fails is raised."""
    return _results([Item("unary", _text(test) or "-", value) for test, value in tests], context, now)


def check(text: str, *, dialect: Dialect = "expression") -> str | None:
    """Return what is wrong with the writing of ``text``, or None. Nothing is evaluated."""
    text = _text(text)
    if dialect == "unary" and not text:
        return None
    if len(text) > MAX_CHARS:
        return _too_long()
    if odd := _UNSTORABLE.search(text):
        return _("{found} adalah huruf yang tidak dapat disimpan.", found=feelin.quote(odd.group(1)))
    return _syntax(_facts(text, dialect))


def names(text: str, *, dialect: Dialect = "expression") -> frozenset[str]:
    """Return the variables that ``text`` reads: of ``a.b`` it is ``a``.

    Built-in functions, ``?`` and what the text defines itself (loop variables, parameters, entries) are left
    out, and so are names inside a filter, which may be entries of the list: see `mentions`. Text with a syntax
    error gives what could be read of it.
    """
    return _facts(text, dialect).names


def mentions(text: str, *, dialect: Dialect = "expression") -> frozenset[str]:
    """Return `names` and those inside filters: every variable that ``text`` could read."""
    facts = _facts(text, dialect)
    return facts.names | facts.maybe


def healthy() -> bool:
    """Whether V8 answers."""
    try:
        return feelin.answers()
    except AppError:
        return False


def _results(items: Sequence[Item], context: Mapping[str, Any], now: datetime) -> list[Result]:
    """Look each item up by what it reads; compute those not seen before, together."""
    if any(len(item.text) > MAX_CHARS for item in items):
        raise ExpressionFailed(_too_long())
    facts = feelin.facts_of(items)
    keys = _keys(items, facts, context, now)
    answers = [_memo.get(key) or "" for key in keys]
    missing = [at for at, answer in enumerate(answers) if not answer]
    if missing:
        found = feelin.run([items[at] for at in missing], [facts[at] for at in missing], context, now)
        for at, answer in zip(missing, found, strict=True):
            answers[at] = answer
            if answer not in (feelin.LIMIT, feelin.SYNTAX):
                _memo.put(keys[at], answer)
    return [_result(*each) for each in zip(items, facts, answers, strict=True)]


def _keys(
    items: Sequence[Item], facts: Sequence[Facts], context: Mapping[str, Any], now: datetime
) -> list[bytes]:
    """Return a digest of what each item's value depends on; empty where that is the clock, or cannot be told."""
    zone = feelin.zone_of(now)
    odd = sorted(key for key in context if feelin.is_odd(key))
    keys = []
    for item, fact in zip(items, facts, strict=True):
        read = [] if fact.reads is None else [*odd, *sorted(fact.reads & context.keys())]
        parts = (item.dialect, item.text, item.value, zone, [(name, context[name]) for name in read])
        keys.append(b"" if fact.timed else blake2b(feelin.dumps(parts), digest_size=20).digest())
    return keys


def _result(item: Item, facts: Facts, answer: str) -> Result:
    if answer == feelin.LIMIT:
        raise ExpressionFailed(feelin.limit_message([item]))
    if answer == feelin.SYNTAX:
        text, why = feelin.quote(item.text), _syntax(facts) or ""
        raise ExpressionFailed(_("Ungkapan {text} salah tulis. {why}", text=text, why=why))
    found = orjson.loads(answer)
    return Result(found["value"], tuple(found["warnings"]))


def _facts(text: str, dialect: Dialect) -> Facts:
    text = _text(text)
    return feelin.facts_of([Item(dialect, text if len(text) <= MAX_CHARS else "")])[0]


def _text(text: str) -> str:
    return text.strip().removeprefix("=").strip()


def _syntax(facts: Facts) -> str | None:
    if facts.error is None:
        return None
    position, found = facts.error
    if not found:
        return _("Ungkapan belum selesai.")
    return _("Huruf ke-{n} tidak dimengerti: {found}", n=position + 1, found=feelin.quote(found))


def _too_long() -> str:
    return _("Ungkapan terlalu panjang: paling banyak {n} huruf.", n=MAX_CHARS)
