"""XML as it was written: each attribute and text with the place of every letter in the file, so that one word can be
changed and everything else kept as it is.

For files that `app.engine.xml.parse` took: well formed, without a DOCTYPE.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from app.base.mentions import Mention
from app.engine import xml

# What is not closed reaches to the end, and no tag goes past another one's "<": else a broken text is read again and
# again from each of its tags.
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|</(?P<close>[^\s<>]+)\s*>"
    r"|<(?P<tag>[^\s/<>!?]+)(?P<attributes>(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*)>|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL)
_LETTER = re.compile(r"&[^;]+;|\r\n|.", re.DOTALL)


@dataclass
class Written:
    """A text of a file, and where in the file each of its letters is written."""

    text: str = ""
    _parts: list[tuple[str, int, bool]] = field(default_factory=list)

    def add(self, raw: str, start: int, *, escaped: bool = True) -> None:
        """Append what stands in the file at ``start``; not ``escaped`` in a CDATA section."""
        self.text += "".join(_decoded(letter.group(), escaped) for letter in _LETTER.finditer(raw))
        self._parts.append((raw, start, escaped))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Some letters of the text as a part of the file."""
        return self._letters[start][0], self._letters[end - 1][1]

    @cached_property
    def _letters(self) -> list[tuple[int, int]]:
        return [
            (start + found.start(), start + found.end())
            for raw, start, escaped in self._parts
            for found in _LETTER.finditer(raw)
            for _letter in _decoded(found.group(), escaped)
        ]


@dataclass
class WrittenElement:
    """An element: its name without prefix, attributes by their names without prefix, and its own text, that before
    the first element in it."""

    name: str
    parent: "WrittenElement | None"
    attributes: dict[str, Written]
    text: Written = field(default_factory=Written)
    has_parts: bool = False

    def get(self, name: str) -> str:
        """The attribute's text; empty when it is missing."""
        found = self.attributes.get(name)
        return found.text if found else ""

    def above(self) -> Iterator["WrittenElement"]:
        """The elements around it, the nearest first."""
        around = self.parent
        while around is not None:
            yield around
            around = around.parent


def elements(text: str) -> Iterator[WrittenElement]:
    """All elements of a file, each once everything in it was read, in the order in which they end."""
    here: WrittenElement | None = None
    for token in _TOKEN.finditer(text):
        if token["tag"] is not None:
            if here is not None:
                here.has_parts = True
            opened = WrittenElement(_local(token["tag"]), here, _attributes(token))
            if token["attributes"].endswith("/"):
                yield opened
            else:
                here = opened
        elif token["close"] is not None and here is not None:
            yield here
            here = here.parent
        elif here is not None and not here.has_parts:
            if token["cdata"] is not None:
                here.text.add(token["cdata"], token.start("cdata"), escaped=False)
            elif token["text"] is not None:
                here.text.add(token["text"], token.start("text"))


def mention_at(
    written: Written,
    step: tuple[str, int, int],
    *,
    owner: WrittenElement | None,
    where: str,
    sets: bool = False,
    perhaps: bool = False,
) -> Mention:
    """The mention of a variable in ``written``: ``step`` is its name, and where that begins and ends in the text."""
    name, at, end = step
    written_from, written_to = written.span(at, end)
    return Mention(
        name=name,
        owner=owner.get("id") if owner else "",
        owner_name=xml.one_line(owner.get("name") or owner.get("id")) if owner else "",
        kind=owner.name if owner else "",
        where=where,
        text=written.text,
        at=at,
        start=written_from,
        end=written_to,
        sets=sets,
        perhaps=perhaps,
    )


def _attributes(token: re.Match[str]) -> dict[str, Written]:
    found = dict[str, Written]()
    start = token.start("attributes")
    for one in _ATTRIBUTE.finditer(token["attributes"]):
        if one[1] == "xmlns" or one[1].startswith("xmlns:"):
            continue
        group = 2 if one[2] is not None else 3
        written = Written()
        written.add(one[group], start + one.start(group))
        found.setdefault(_local(one[1]), written)
    return found


def _decoded(letter: str, escaped: bool) -> str:
    if escaped and letter.startswith("&"):
        return html.unescape(letter)
    return letter.replace("\r\n", "\n")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
