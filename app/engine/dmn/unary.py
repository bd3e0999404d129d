"""Unary tests taken apart: the cell of a table as the tests in it."""

from collections.abc import Iterator

_OPEN, _CLOSE = "([{", ")]}"


def parts(cell: str) -> list[str]:
    """The tests between the commas that stand in no bracket and no string."""
    depth, found = 0, [""]
    for piece in _pieces(cell):
        if len(piece) == 1:
            depth += (piece in _OPEN) - (piece in _CLOSE)
        if piece == "," and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return [part.strip() for part in found if part.strip()]


def negated(cell: str) -> str | None:
    """What stands in ``not(…)`` when that is the whole of the cell."""
    cell = cell.strip()
    if not (cell.startswith("not") and cell[3:].lstrip().startswith("(")):
        return None
    start = cell.index("(")
    return cell[start + 1 : -1] if _closed_at(cell, start) == len(cell) - 1 else None


def asks(part: str) -> bool:
    """Whether the test speaks of the value itself, as ``?``."""
    return "?" in part and "?" in _pieces(part)


def asked_of(part: str, value: str) -> str:
    """The test with ``value`` for the ``?`` in it."""
    return "".join(value if piece == "?" else piece for piece in _pieces(part))


def _closed_at(text: str, start: int) -> int:
    """Where the bracket at ``start`` is closed."""
    depth = at = 0
    for piece in _pieces(text):
        if len(piece) == 1 and at >= start:
            depth += (piece in _OPEN) - (piece in _CLOSE)
            if depth == 0:
                return at
        at += len(piece)
    return -1


def _pieces(text: str) -> Iterator[str]:
    """Characters one by one, but each string as a whole."""
    at = 0
    while at < len(text):
        end = at + 1
        if text[at] == '"':
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            end += 1
        yield text[at:end]
        at = end
