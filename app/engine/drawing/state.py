"""What a drawing is told about one element: how a case stands there, or how a version differs there."""

from dataclasses import dataclass
from typing import Literal

#: How an element differs from another version.
Difference = Literal["added", "removed", "changed", "moved"]
Word = Literal["done", "open", "overdue"] | Difference
DIFFERENCES: tuple[Difference, ...] = ("added", "removed", "changed", "moved")


@dataclass(frozen=True)
class State:
    """Where a case stands at one element or flow, or how it differs from another version.

    ``count`` is how often it was passed or opened; ``label`` a few words for the badge ("Lewat 2 hari"),
    already in the reader's language. The tooltip has the whole label, the badge as much as fits.
    """

    state: Word | None = None
    count: int = 0
    label: str = ""
    #: How much of what a heat map shows is here, 1 (least) to 5; 0: no heat map, or nothing here.
    heat: int = 0
