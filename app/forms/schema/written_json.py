"""JSON as it was written: its strings with the place of every letter in the file."""

import json
import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, TypeAlias

_BLANK = re.compile(r"[ \t\n\r]*")
_SIMPLE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null|NaN|-?Infinity")
_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


@dataclass(frozen=True)
class WrittenString:
    """A string; ``start`` is where what is between its quotes begins."""

    text: str
    raw: str
    start: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Some letters of the string as a part of the file."""
        letters = [(found.start(), found.end()) for found in _LETTER.finditer(self.raw)]
        return self.start + letters[start][0], self.start + letters[end - 1][1]


#: An object, a list or a string; None for what else there is.
WrittenJson: TypeAlias = "dict[str, WrittenJson] | list[WrittenJson] | WrittenString | None"


def written_json(text: str) -> WrittenJson:
    """Read a JSON text that `json.loads` took.

    Raises:
        ValueError: it is none.
    """
    json.loads(text)
    found: WrittenJson = _value(text, _skip(text, 0))[0]
    return found


def _value(text: str, at: int) -> tuple[Any, int]:
    if text[at] == '"':
        return _string(text, at)
    if text[at] == "{":
        return _object(text, at)
    if text[at] == "[":
        return _list(text, at)
    found = _SIMPLE.match(text, at)
    if found is None:
        raise ValueError(at)
    return None, found.end()


def _string(text: str, at: int) -> tuple[WrittenString, int]:
    said, end = scanstring(text, at + 1, False)
    return WrittenString(said, text[at + 1 : end - 1], at + 1), end


def _object(text: str, at: int) -> tuple[dict[str, Any], int]:
    found = dict[str, Any]()
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _string(text, at)
        at = _skip(text, _skip(text, at) + 1)
        found[key.text], at = _value(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found, at + 1


def _list(text: str, at: int) -> tuple[list[Any], int]:
    found = list[Any]()
    at = _skip(text, at + 1)
    while text[at] != "]":
        value, at = _value(text, at)
        found.append(value)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found, at + 1


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
