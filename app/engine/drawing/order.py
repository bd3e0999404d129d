"""The order in which flows are taken."""

from collections.abc import Iterator, Mapping, Sequence


def backwards(first: str, following: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[str]:
    """What ``first`` reaches, each after everything it leads to. Reversed it is the order of the flow.

    ``seen`` grows by it; what is in it already is left out.
    """
    ahead = [] if first in seen else [(first, iter(following.get(first, ())[::-1]))]
    seen.add(first)
    while ahead:
        id, ways = ahead[-1]
        target = next((way for way in ways if way not in seen), None)
        if target is None:
            ahead.pop()
            yield id
        else:
            seen.add(target)
            ahead.append((target, iter(following.get(target, ())[::-1])))
