"""Sentences of the record: plain text in parts, of which some are names and some may become links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from string import Formatter
from typing import Any, Literal

from app.base import i18n
from app.base.i18n import _

#: What stands for a value that is empty.
NOTHING = "–"

Change = tuple[str, str | None, str | None]  # label, before, after


@dataclass(frozen=True, slots=True)
class Ref:
    """What a part names and a reader may open: the case with this id."""

    kind: Literal["instance"]
    id: int


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text. A ``name`` is set off from the words around it; ``ref`` is there for who may open it."""

    text: str
    role: Literal["words", "name"] = "words"
    ref: Ref | None = None


Text = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """An event as people read it.

    ``kind``: what sort of thing happened, one of the timeline's. ``reason``: what a person gave or a condition says.
    ``lines``: (heading, text) and ``changes``: (label, before, after) are the details. ``meta``: a remark.
    """

    kind: str
    title: Text
    reason: str = ""
    lines: Sequence[tuple[str, str]] = ()
    changes: Sequence[Change] = ()
    meta: Text = ()


def say(message: str, /, **names: Any) -> Text:
    """``message`` in the language of the moment, each ``{name}`` a part: a `Part`, a text, a number, or texts. One
    that is missing reads `NOTHING`."""
    parts: list[Part] = []
    for words, name in _pieces(_(message)):
        if words:
            parts.append(Part(words))
        if name:
            held = names.get(name)
            parts.append(held if isinstance(held, Part) else Part(_written(held) or NOTHING, "name"))
    return tuple(parts)


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def unmarked(text: str) -> Text:
    """A text of one part that is no name; none if it is empty."""
    return (Part(text),) if text else ()


def plain(text: Text) -> str:
    """A text for where there are neither bold letters nor links."""
    return "".join(part.text for part in text)


def one_line(sentence: Sentence, who: str = "") -> str:
    """A sentence with everything that belongs to it on one line, for the command line, an export or a mail."""
    rest = [*(f"{heading}: {text}" for heading, text in sentence.lines), *map(_changed, sentence.changes)]
    return " · ".join(
        each for each in (plain(sentence.title), who, plain(sentence.meta), sentence.reason, *rest) if each
    )


def _changed(change: Change) -> str:
    label, before, after = change
    if before is None or before == after:
        return f"{label}: {after or NOTHING}"
    return f"{label}: {before} → {after or NOTHING}"


def moment(text: str, zone: tzinfo) -> str:
    """A stored time in words; what is none stands as it is."""
    try:
        return i18n.moment(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):  # at the edge of time there may be no such moment
        return text


def day(text: str) -> str:
    """A stored date in words; what is none stands as it is."""
    try:
        return i18n.day(date.fromisoformat(text))
    except ValueError:
        return text


@lru_cache(maxsize=512)
def _pieces(message: str) -> tuple[tuple[str, str], ...]:
    """The words of a message, each with the name that follows them."""
    return tuple((words, name or "") for words, name, _spec, _conversion in Formatter().parse(message))
