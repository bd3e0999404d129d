"""Where an element was drawn that stands in a diagram because it calls another process."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """The key of the called process, and the element's id there."""

    process: str
    id: str
