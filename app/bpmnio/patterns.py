"""Patterns of forms: JavaScript's regular expressions, tried inside V8 because a bad one can run for years.

Nearly all run in a time that grows with the text alone, see frontend/src/feel/patterns.js. The others, of versions
that were deployed before such patterns were refused, share one budget a form, and are tried before the transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal

import orjson

from app.base import preparation
from app.base.i18n import _
from app.bpmnio import budget, feelin
from app.bpmnio.isolate import LimitReached

MAX_CHARS = 1_000
"""The longest pattern that is looked at."""

#: For one pattern; for all of a form that nothing bounds.
_SECONDS, SECONDS_TOGETHER = 0.25, 0.5
_SECONDS_TO_JUDGE = 1.0

Pair = tuple[str, str]
Risk = Literal["", "elsewhere", "endless"]
_tried: ContextVar[Mapping[Pair, bool]] = ContextVar("_tried")


@lru_cache(maxsize=1_000)
def syntax_error(pattern: str) -> str | None:
    """Return what is wrong with the writing of ``pattern``, in V8's words, or None."""
    if len(pattern) > MAX_CHARS:
        return _("Pola terlalu panjang: paling banyak {n} huruf.", n=MAX_CHARS)
    try:
        found = _call("match", (pattern, ""), pattern)
    except LimitReached:
        return _("Pola terlalu rumit.")
    return None if isinstance(found, bool) else str(found)


def risk(pattern: str) -> Risk:
    """Return "endless" for a pattern that some text keeps busy for ever, "elsewhere" for one that such a text keeps
    busy in other programs than this one, else "". What cannot be found out counts as such.

    ``pattern`` has no `syntax_error`.
    """
    try:
        return _judged(pattern)
    except LimitReached:
        with suppress(LimitReached):
            return "endless" if None in _call("matchSteadily", [(pattern, "")], None) else "elsewhere"
    return "endless"


@lru_cache(maxsize=1_000)
def _judged(pattern: str) -> Risk:
    found: Risk = _call("risk", pattern, pattern, seconds=_SECONDS_TO_JUDGE)
    return found


def matches(pattern: str, text: str) -> bool:
    """Whether ``pattern`` is found anywhere in ``text``; no, when that takes too long to find out."""
    known = _tried.get({}).get((pattern, text))
    return _try_all([(pattern, text)])[pattern, text] if known is None else known


@contextmanager
def tried(pairs: Iterable[Pair]) -> Iterator[None]:
    """Try all ``pairs`` of pattern and text together, in one budget of time; `matches` inside then knows."""
    wanted = list(dict.fromkeys(pairs))
    token = _tried.set(_try_all(wanted) if wanted else {})
    try:
        yield
    finally:
        _tried.reset(token)


def _try_all(pairs: list[Pair]) -> dict[Pair, bool]:
    try:
        found = dict(zip(pairs, _call("matchSteadily", pairs, None), strict=True))
    except LimitReached:
        found = dict.fromkeys(pairs)
    unbounded = tuple(pair for pair, fits in found.items() if fits is None)
    if unbounded:
        found |= preparation.outcome(("patterns", unbounded), lambda: _try_each(unbounded))
    return {pair: fits is True for pair, fits in found.items()}


def _try_each(pairs: Iterable[Pair]) -> dict[Pair, bool]:
    found = {}
    with budget.sharing(SECONDS_TOGETHER):
        for pattern, text in pairs:
            try:
                found[pattern, text] = _call("match", (pattern, text), pattern) is True
            except LimitReached:
                found[pattern, text] = False
    return found


def _call(function: str, request: Any, pattern: str | None, *, seconds: float = _SECONDS) -> Any:
    """The answer to a request; ``pattern``: the one that is to blame when it takes too long."""
    argument = orjson.dumps(orjson.dumps(request).decode()).decode()
    blamed = None if pattern is None else hash((function, pattern))
    return orjson.loads(feelin.isolate.call(f"patterns.{function}", argument, seconds=seconds, text=blamed))
