"""Texts with places for values: ``{name}``, and nothing else in braces. There is no code in them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_BRACED = re.compile(r"\{([^{}\n]*)\}")
_BRACE = re.compile(r"\{[^{}\n]*\}|[{}]")


@dataclass(frozen=True)
class Misplaced:
    """What stands in braces and is no placeholder, or a brace alone; where it begins, counted from 1."""

    text: str
    line: int
    column: int


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with its values, in one pass: what a value holds is never taken for a placeholder. What has no value
    stands empty."""
    return _BRACED.sub(lambda found: values.get(found[1], ""), template)


def rename(template: str, names: Mapping[str, str]) -> str:
    """The text with other names for its placeholders."""
    return _BRACED.sub(lambda found: f"{{{names.get(found[1], found[1])}}}", template)


def names_in(template: str) -> list[str]:
    """The names of the placeholders, each once, as they come."""
    return list(dict.fromkeys(_BRACED.findall(template)))


def misplaced(template: str, known: Collection[str]) -> Sequence[Misplaced]:
    """What is not one of the ``known`` placeholders, as it comes."""
    return [
        Misplaced(found[0], line, found.start() + 1)
        for line, text in enumerate(template.splitlines(), 1)
        for found in _BRACE.finditer(text)
        if found[0][1:-1] not in known or len(found[0]) == 1
    ]
