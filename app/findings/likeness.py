"""Names that were meant to be others: a property nobody reads because of a slip of the pen."""

from collections.abc import Iterable
from itertools import takewhile

#: A shorter name is one letter away from too many words.
_SHORTEST = 4


def meant(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``name`` resembles; None when it is one of them, or resembles none.

    Alike are names that differ in case, blanks and signs, or by one letter left out, added, changed or swapped.
    """
    names = tuple(known)
    if name in names:
        return None
    bare = _bare(name)
    same = (one for one in names if _bare(one) == bare)
    near = (one for one in names if len(_bare(one)) >= _SHORTEST and _one_apart(_bare(one), bare))
    return next(same, None) or next(near, None)


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _one_apart(one: str, other: str) -> bool:
    start = _shared(one, other)
    one, other = one[start:], other[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], pairs))
