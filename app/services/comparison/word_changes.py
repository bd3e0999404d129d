"""Which words of a text changed, for texts too long to be read twice."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

Piece = tuple[Literal["same", "gone", "new"], str]

#: Texts with more pairs of equal words are shown whole, one after the other: finding what they share takes too long.
_MOST_PAIRS = 20_000
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


def word_changes(before: str, after: str) -> Sequence[Piece]:
    """The two texts as one: pieces that both have, that only the older has, that only the newer has."""
    one, two = _WORDS.findall(before), _WORDS.findall(after)
    counts, others = Counter(one), Counter(two)
    if sum(count * others[word] for word, count in counts.items()) > _MOST_PAIRS:
        return (("gone", before), ("new", after))
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(one[a:b])))
            continue
        found += [("gone", "".join(one[a:b]))] if b > a else []
        found += [("new", "".join(two[c:d]))] if d > c else []
    return tuple(found)
