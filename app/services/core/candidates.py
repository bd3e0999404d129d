"""Pages of long lists: what an index gives in order is narrowed piece by piece, until a page is full.

No query of a list sorts or counts what it does not show. What cost grows with is how many rows have to be looked at
to fill a page, and that has a bound; a page that reaches it is shorter, and says where the next one goes on.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

#: What a list is sorted by, the id last.
Key = tuple[Any, ...]
#: (after this key, how many) → keys in the order of the list.
Source = Callable[[Key | None, int], Sequence[Key]]
#: (fewer than so many) → a source of what is rare; None where there is more of it.
Rare = Callable[[int], Source | None]

#: So many are looked at for one page, at least; and at most in one piece.
MOST, _LARGEST = 6_000, 2_000
#: Fewer of what is rare are cheaper to list than to look for among the rest: so few before anything else is asked,
#: so few once a first piece did not fill the page.
VERY_RARE, RARE = 300, 3_000
_FIRST = 400


def collect(
    sources: Sequence[Source],
    rare: Sequence[Rare],
    fitting: Callable[[Sequence[Key]], Collection[Any]] | None,
    *,
    after: Key | None,
    limit: int,
    descending: bool = False,
    most: int | None = None,
) -> tuple[list[Any], Key | None]:
    """The ids of a page, at most ``limit``, and the key after which the next one begins; None where nothing follows.

    Every source holds all that the list may show, and more. Of each piece the source is taken that gets furthest with
    so many keys: it is the one that holds the least in between. Of ``rare`` those of which there is very little are
    asked instead, and those of which there is little as well, once a first piece did not fill the page. ``fitting``
    tells the ids of those that the list shows; without it, it shows all. It ends after ``most`` that were looked at,
    or `MOST`.
    """
    found: list[Key] = []
    size, seen, last = (_FIRST if fitting else limit + 1), 0, after
    asked = _known(rare, VERY_RARE) or sources
    while True:
        if seen and asked is sources:
            asked = [*sources, *_known(rare, RARE)]
        pieces = [source(last, size) for source in asked]
        keys = _furthest(pieces, size, descending)
        if fitting:
            kept = _in_all(keys, pieces, size, descending)
            shown = fitting(kept) if kept else ()
            found += [key for key in kept if key[-1] in shown]
        else:
            found += keys
        seen += len(keys)
        if len(found) > limit:
            return [key[-1] for key in found[:limit]], found[limit - 1]
        if len(keys) < size:
            return [key[-1] for key in found], None
        last = keys[-1]
        if seen >= (most or MOST):
            return [key[-1] for key in found], last
        size = min(_next_size(size, limit + 1 - len(found), len(found) / seen), (most or MOST) - seen)


def listed(keys: Iterable[Key], *, descending: bool) -> Source:
    """These keys as a source."""
    found = sorted(set(keys), reverse=descending)

    def following(after: Key | None, size: int) -> list[Key]:
        return [key for key in found if after is None or (key < after if descending else key > after)][:size]

    return following


def _next_size(size: int, wanted: int, share: float) -> int:
    """So many as should hold what is still wanted, if the ``share`` that fitted so far goes on, and some more."""
    enough = int(wanted / share * 1.5) if share else _LARGEST
    return max(size, min(enough, _LARGEST))


def _known(rare: Sequence[Rare], most: int) -> list[Source]:
    return [source for one in rare if (source := one(most)) is not None]


def _furthest(pieces: Sequence[Sequence[Key]], size: int, descending: bool) -> Sequence[Key]:
    ended = [piece for piece in pieces if len(piece) < size]
    if ended:
        return min(ended, key=len)
    return (min if descending else max)(pieces, key=lambda piece: piece[-1])


def _in_all(
    keys: Sequence[Key], pieces: Sequence[Sequence[Key]], size: int, descending: bool
) -> Sequence[Key]:
    """Those of the keys that every piece holds, as far as it goes: the list shows no other ones."""
    for piece in pieces:
        if piece is not keys:
            there, end = set(piece), piece[-1] if len(piece) == size else None
            keys = [
                key
                for key in keys
                if key in there or (end is not None and (key < end if descending else key > end))
            ]
    return keys
