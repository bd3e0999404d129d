"""Where a file names a variable: found by who reads the file, shown and renamed by who does not."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mention:
    """A variable's name at one place of a file.

    ``owner``, ``owner_name``: the element, decision or component that it belongs to, ``kind`` what that is.
    ``where``: the property or part of it. ``text``: all that stands there, in which the name begins at ``at``.
    ``start``, ``end``: the name in the text of the file. ``sets``: the variable gets a value there, else it is read.
    ``perhaps``: it may be another thing of the same name, an entry of a list.
    """

    name: str
    owner: str
    owner_name: str
    kind: str
    where: str
    text: str
    at: int
    start: int
    end: int
    sets: bool = False
    perhaps: bool = False


def rewritten(text: str, mentions: Iterable[Mention], name: str) -> str:
    """The text of a file with ``name`` at each of the ``mentions``."""
    parts, rest = list[str](), 0
    for start, end in sorted({(one.start, one.end) for one in mentions}):
        parts += [text[rest:start], name]
        rest = end
    return "".join([*parts, text[rest:]])
