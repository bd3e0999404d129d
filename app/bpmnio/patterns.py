"""Patterns of forms: JavaScript's regular expressions, tried inside V8 because a bad one can run for years."""

from functools import lru_cache

import orjson

from app.bpmnio import feelin
from app.bpmnio.isolate import LimitReached
from app.i18n import _

MAX_CHARS = 1_000
"""The longest pattern that is looked at."""

_SECONDS = 0.25


@lru_cache(maxsize=1_000)
def syntax_error(pattern: str) -> str | None:
    """Return what is wrong with the writing of ``pattern``, in V8's words, or None."""
    if len(pattern) > MAX_CHARS:
        return _("Pola terlalu panjang: paling banyak {n} huruf.", n=MAX_CHARS)
    try:
        answer = _try(pattern, "")
    except LimitReached:
        return _("Pola terlalu rumit.")
    return None if isinstance(answer, bool) else answer


def matches(pattern: str, text: str) -> bool:
    """Whether ``pattern`` is found anywhere in ``text``; no, when that takes too long to find out."""
    try:
        return _try(pattern, text) is True
    except LimitReached:
        return False


def _try(pattern: str, text: str) -> bool | str:
    argument = orjson.dumps(orjson.dumps([(pattern, text)]).decode()).decode()
    answer: bool | str = orjson.loads(feelin.isolate.call("patterns.match", argument, seconds=_SECONDS))[0]
    return answer
