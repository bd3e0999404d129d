"""That a chain stands under the last checkpoint: where its leaf is in the tree, and the way from it to the root."""

from array import array
from bisect import bisect_left

from sqlalchemy import Connection, select

from app.models import SealedHead
from app.services.evidence import merkle

_HASH_BYTES = 32


class Tree:
    """The tree over the heads of the last checkpoint, in some 72 bytes a chain."""

    def __init__(self, connection: Connection) -> None:
        """Read all heads: of a million some seconds, as a checkpoint does."""
        self._chains = array("q")
        leaves = bytearray()
        query = select(SealedHead.instance_id, SealedHead.count, SealedHead.head)
        query = query.order_by(SealedHead.instance_id)
        rows = connection.execute(query.execution_options(stream_results=True, yield_per=5_000))
        for page in rows.partitions():
            for chain, count, head in page:
                self._chains.append(chain)
                leaves += merkle.leaf(chain, count, head)
        self._levels = [leaves]
        while len(self._levels[-1]) > _HASH_BYTES:
            self._levels.append(_above(self._levels[-1]))

    def index(self, chain: int) -> int | None:
        """Which leaf is a chain's, from 0; None where the checkpoint did not know it."""
        found = bisect_left(self._chains, chain)
        return found if self._chains[found : found + 1] == array("q", [chain]) else None

    def path(self, index: int) -> list[str]:
        """What a leaf is hashed with on its way to the root, in hex, as RFC 9162 has it."""
        found = []
        for level in self._levels[:-1]:
            if other := _hash(level, index ^ 1):
                found.append(other.hex())
            index //= 2
        return found


def _hash(level: bytearray, index: int) -> bytes:
    return bytes(level[index * _HASH_BYTES : (index + 1) * _HASH_BYTES])


def _above(level: bytearray) -> bytearray:
    made = bytearray()
    for index in range(0, len(level) // _HASH_BYTES, 2):
        left, right = _hash(level, index), _hash(level, index + 1)
        made += merkle.node(left, right) if right else left
    return made
