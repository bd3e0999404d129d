"""The texts of mappings, as Camunda 7, Camunda 8 and BPMN's own assignments write them: a constant, or FEEL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from app.bpmnio import feel
from app.engine.reading.source import Source, place
from app.engine.reading.texts import conditions
from app.engine.xml import Element, attribute, text_of, vendor

#: The longest constant; a letter's text fits, a file does not.
MOST_CHARS = 20_000
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_TRUTH = {"true": True, "false": False}
_QUOTED = re.compile(r'=\s*"([^"\\]*)"\s*')
_INSERTED = re.compile(r"[$#]\{([^{}]*)\}")


@dataclass(frozen=True)
class Part:
    """FEEL, or where ``text`` is None the constant ``value``."""

    text: str | None = None
    value: Any = None

    @property
    def feel(self) -> str:
        """The same as FEEL."""
        return orjson.dumps(self.value).decode() if self.text is None else self.text


def camunda_8(element: Element, text: str, source: Source) -> Part:
    """The ``source`` of a Zeebe mapping: FEEL behind ``=``, else a constant. A text in quotes is a constant too, and
    may be longer than an expression."""
    if quoted := _QUOTED.fullmatch(text):
        return Part(value=_bounded(element, quoted.group(1), source))
    return _checked(element, text, source) if text.startswith("=") else constant(element, text, source)


def bpmn(element: Element, source: Source) -> Part:
    """The ``from`` of an assignment: FEEL where it says so or is wrapped as an expression, else a constant."""
    text = text_of(element)
    if text.startswith("=") or "feel" in attribute(element, "language").lower():
        return _checked(element, text, source)
    return juel(element, text, source)


def juel(element: Element, text: str, source: Source) -> Part:
    """Text with or without ``${…}`` in it, as Camunda 7 and Flowable write it."""
    if conditions.unwrap(text) != text.strip() and not text.startswith("="):
        return _checked(element, text, source)
    if not _INSERTED.search(text):
        return constant(element, text, source)
    pieces, at = [], 0
    for found in _INSERTED.finditer(text):
        pieces += [orjson.dumps(text[at : found.start()]).decode()] if text[at : found.start()] else []
        inner = _checked(element, found.group(), source).feel
        pieces.append(f'(if ({inner}) = null then "" else string({inner}))')
        at = found.end()
    pieces += [orjson.dumps(text[at:]).decode()] if text[at:] else []
    return _checked(element, " + ".join(pieces), source)


def parameter(element: Element, source: Source) -> Part | None:
    """The value of a Camunda 7 parameter, list item or map entry; None where a script would work it out."""
    for child in element:
        if vendor(child) == "script":
            return None
        if vendor(child) == "list":
            return _whole(element, _listed([parameter(item, source) for item in child]), source)
        if vendor(child) == "map":
            keys = [attribute(entry, "key") for entry in child]
            found = _mapped(keys, [parameter(entry, source) for entry in child])
            return _whole(element, found, source)
    return juel(element, text_of(element), source) if vendor(element) != "script" else None


def constant(element: Element, text: str, source: Source) -> Part:
    """The text itself; a plain number is one, as is true or false. "007" is not: it is a code."""
    text = _bounded(element, text.strip(), source)
    if _NUMBER.fullmatch(text):
        return Part(value=orjson.loads(text))
    return Part(value=_TRUTH.get(text, text or None))


def _bounded(element: Element, text: str, source: Source) -> str:
    if len(text) > MOST_CHARS:
        source.error("mapping_too_long", element, limit=str(MOST_CHARS))
    return text[:MOST_CHARS]


def _checked(element: Element, text: str, source: Source) -> Part:
    cleaned = conditions.translated(text, place(element), source)
    if not cleaned:
        return Part()
    conditions.check_condition(cleaned, place(element), source)
    return Part(cleaned)


def _whole(element: Element, part: Part | None, source: Source) -> Part | None:
    """A list or map with expressions in it: each of them was looked at, but together they may be too long."""
    if part is not None and part.text is not None and len(part.text) > feel.MAX_CHARS:
        conditions.check_condition(part.text, place(element), source)
    return part


def _listed(items: list[Part | None]) -> Part | None:
    parts = list(_all(items))
    if len(parts) < len(items):
        return None
    if all(part.text is None for part in parts):
        return Part(value=[part.value for part in parts])
    return Part(f"[{', '.join(part.feel for part in parts)}]")


def _mapped(keys: list[str], items: list[Part | None]) -> Part | None:
    parts = list(_all(items))
    if len(parts) < len(items):
        return None
    if all(part.text is None for part in parts):
        return Part(value={key: part.value for key, part in zip(keys, parts, strict=True)})
    entries = (f"{orjson.dumps(key).decode()}: {part.feel}" for key, part in zip(keys, parts, strict=True))
    return Part(f"{{{', '.join(entries)}}}")


def _all(items: list[Part | None]) -> Iterator[Part]:
    return (item for item in items if item is not None)
