"""Merkle trees as RFC 9162 builds them: roots, the right edge of one that grows, and proofs that it only grew."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def leaf(chain: int, count: int, head: bytes) -> bytes:
    """The hash of how far a chain was: over canonical JSON, see `history.canonical`."""
    return hashlib.sha256(b'\x00[%d,%d,"%s"]' % (chain, count, head.hex().encode())).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Edge:
    """How many leaves a tree has, and the roots of its perfect subtrees, the largest first: all that it takes to add
    leaves and to know its root."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def add(self, one: bytes) -> None:
        """Add a leaf at the end."""
        before = self.size
        while before & 1:
            one = node(self.nodes.pop(), one)
            before >>= 1
        self.nodes.append(one)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        *others, found = self.nodes
        for one in reversed(others):
            found = node(one, found)
        return found

    def copy(self) -> "Edge":
        """One that can be added to apart from this one."""
        return Edge(self.size, list(self.nodes))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree, in the memory of its height."""
    edge = Edge()
    for one in leaves:
        edge.add(one)
    return edge.root


def consistency(older: Edge, added: Sequence[bytes]) -> list[bytes]:
    """The proof of RFC 9162, 2.1.4, that a tree is an older one with leaves ``added``; empty where it is as long or
    the older one has none. Of the older tree its edge is enough."""
    size = older.size + len(added)
    if not older.size or not added:
        return []
    known, start = dict[tuple[int, int], bytes](), 0
    for one, height in zip(older.nodes, _heights(older.size), strict=True):
        known[start, 1 << height] = one
        start += 1 << height

    def hash_of(start: int, length: int) -> bytes:
        found = known.get((start, length))
        return found or root_of(added[start - older.size : start - older.size + length])

    path, start, left, is_whole = list[bytes](), 0, older.size, True
    while left < size:
        half = 1 << ((size - 1).bit_length() - 1)
        if left <= half:
            path.append(hash_of(start + half, size - half))
            size = half
        else:
            path.append(hash_of(start, half))
            start, left, size, is_whole = start + half, left - half, size - half, False
    if not is_whole:
        path.append(hash_of(start, size))
    return path[::-1]


def _heights(size: int) -> list[int]:
    return [bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
