"""What a drawing is told about one element of a case."""

from dataclasses import dataclass
from typing import Literal

Word = Literal["done", "open", "overdue"]


@dataclass(frozen=True)
class State:
    """Where a case stands at one element or flow.

    ``count`` is how often it was passed or opened; ``label`` a few words for the badge ("Lewat 2 hari"),
    already in the reader's language. The tooltip has the whole label, the badge as much as fits.
    """

    state: Word | None = None
    count: int = 0
    label: str = ""
