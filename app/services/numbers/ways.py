"""The way of a case: the tasks that were completed, in their order, what was done from outside, and how it ended.

It is kept as one text, a step to a line. What a step may be besides the id of a task: `engine.conformance`.
"""

from collections.abc import Sequence
from hashlib import sha256

from app.engine.conformance import CANCELLED, END, JOINED, MIGRATED, MOVED, MOVED_TO, TRUNCATED

#: Longer ways are cut: a case that goes in circles for years is told apart from others by then.
MOST_STEPS = 300


def written(steps: Sequence[str], *, state: str, end: str | None) -> str:
    """The text of a way. ``state``: of the case; ``end``: the id of the end event where it ended."""
    found = [*steps[:MOST_STEPS], TRUNCATED] if len(steps) > MOST_STEPS else list(steps)
    if state == "ended":
        found.append(END + (end or ""))
    elif state in {"cancelled", "joined"}:
        found.append(CANCELLED if state == "cancelled" else JOINED)
    return "\n".join(found)


def steps(way: str) -> tuple[str, ...]:
    """The steps of a text."""
    return tuple(way.split("\n")) if way else ()


def variant(way: str) -> str:
    """What all cases of the same way have in common: 16 letters."""
    return sha256(way.encode()).hexdigest()[:16]


def moved(source: str, target: str) -> str:
    """The step of a token that somebody put from one element to another."""
    return f"{MOVED}{source}{MOVED_TO}{target}"


def migrated() -> str:
    """The step of a case that went on in another version."""
    return MIGRATED
