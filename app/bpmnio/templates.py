"""Texts of forms, filled in by form-js's own engines inside V8: templates by feelers, markdown by marked.

What comes out of ``text`` and ``html`` is HTML that nobody has cleaned yet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import orjson

from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feelin, nesting
from app.bpmnio.feelin import Spot
from app.bpmnio.isolate import LimitReached

Way = Literal["line", "text", "html"]

_PIECE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SECONDS_EACH = 0.25
_SECONDS_AT_MOST = 1.0


@dataclass(frozen=True)
class Text:
    """One text to fill in: one line, markdown, or HTML. ``local`` are names that it alone sees."""

    way: Way
    text: str
    strict: bool = False
    local: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """``error``: the piece that cannot be read, or None. ``reads``: the variables it could read. ``calls``: as
    `feel.unknown_calls`. ``paths``: as `feel.place_paths`; in a loop over a list ``this`` is an entry, left out."""

    error: str | None
    reads: frozenset[str]
    calls: frozenset[str] = frozenset()
    paths: frozenset[tuple[str, ...]] = frozenset()


def render_all(texts: Sequence[Text], context: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return what each text says over ``context``, in one call into V8; what cannot be worked out is a ⚠.

    Raises:
        ExpressionFailed: a limit of time or memory.
    """
    if not texts:
        return []
    items = [
        {"way": one.way, "text": one.text, "strict": one.strict, "local": dict(one.local)} for one in texts
    ]
    request = {
        "now": now.isoformat(),
        "zone": feelin.zone_of(now),
        "context": dict(context),
        "items": items,
    }
    seconds = min(_SECONDS_EACH * len(texts), _SECONDS_AT_MOST)
    said: list[str] = _call("texts.render", request, seconds, texts[0].text)
    return said


def is_template(text: object) -> bool:
    """Whether form-js would fill something into ``text``."""
    return isinstance(text, str) and (text.startswith("=") or ("{{" in text and "}}" in text))


@lru_cache(maxsize=2_000)
def look(text: str) -> Facts:
    """Return what is known of a template without running it."""
    for piece in [text] if text.startswith("=") else _PIECE.findall(text):
        if deep := nesting.fault(piece):
            return Facts(deep, frozenset())
    try:
        [found] = _call("texts.look", [text], _SECONDS_EACH, text)
    except ExpressionFailed as error:
        return Facts(error.said, frozenset())
    paths = frozenset(tuple(path.split(".")) for path in found["paths"])
    return Facts(found["error"], frozenset(found["reads"]), frozenset(found["calls"]), paths)


@lru_cache(maxsize=2_000)
def spots(text: str) -> tuple[Spot, ...]:
    """Return where a template reads variables, as `feel.spots`.

    Raises:
        ExpressionFailed: looking took too long.
    """
    if look(text).error is not None:
        return ()
    [found] = _call("texts.spots", [text], _SECONDS_EACH, text)
    return tuple(feelin.spot_from(*one) for one in found)


def _call(function: str, request: Any, seconds: float, text: str) -> Any:
    literal = orjson.dumps(feelin.dumps(request).decode()).decode()
    try:
        return orjson.loads(feelin.isolate.call(function, literal, seconds=seconds))
    except LimitReached as error:
        said = _("Teks {text} dihentikan: terlalu lama atau terlalu besar.", text=feelin.quote(text))
        raise ExpressionFailed(said) from error
