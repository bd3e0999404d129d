"""What every checkpoint signed of every chain, brought in the order of chains: to be held against their events.

There may be many millions of heads, so they wait in a temporary file that nobody else sees.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from app.base.config import Config
from app.history.canonical import OUTSIDE
from app.history.checking import Fault, Sealed
from app.models import Checkpoint, SealedHead
from app.services.evidence import checkpoints
from app.services.evidence.checkpoints import Grown
from app.services.evidence.merkle import Edge, leaf

#: By the number of a checkpoint how many chains and events there were.
_Totals = dict[int, tuple[int, int]]


class Replay:
    """The stored checkpoints, one after another, and the heads that they and those from ``outside`` signed.

    ``faults``: of the checkpoints themselves, and what they say together, once `by_chain` was read to its end.
    ``edge``: that of the tree at the last one. ``heads``, ``chains``: how many were compared.
    """

    def __init__(
        self, config: Config, connection: Connection, outside: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.faults: list[Fault] = []
        self.edge = Edge()
        self.last: Any = None
        self.number = self.heads = self.chains = 0
        self._connection, self._totals = connection, _Totals()
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._file.execute("CREATE TABLE head (chain, number, count, hash, is_outside)")
        self._file.execute("BEGIN")
        for row in self._signed(checkpoints.public_key(config)):
            self._add(row.id, checkpoints.grown_of(row.grown), is_outside=False)
        for one in outside:
            self._add(one["number"], one["grown"], is_outside=True)

    def _add(self, number: int, grown: Iterable[Grown], *, is_outside: bool) -> None:
        rows = ((chain, number, count, head, is_outside) for chain, count, head in grown)
        self._file.executemany("INSERT INTO head VALUES (?, ?, ?, ?, ?)", rows)

    def _signed(self, key: bytes) -> Iterator[Any]:
        """The checkpoints that are what was signed; what is not goes to ``faults``."""
        before, expected = bytes(32), 1
        query = select(Checkpoint.__table__).order_by(Checkpoint.id)
        rows = self._connection.execute(query.execution_options(stream_results=True, yield_per=200))
        for row in rows:
            if row.id != expected:
                self._note("checkpoint_missing", expected)
            elif not is_own(row, before, key):
                self._note("checkpoint", row.id)
            else:
                self._grow(row)
                yield row
            before, self.last, expected = checkpoints.digest_of(row), row, row.id + 1
            self.number += 1

    def _grow(self, row: Any) -> None:
        """Go on by what grew. After a fault the tree is what the next checkpoint says."""
        for one in checkpoints.grown_of(row.grown):
            self.edge.add(leaf(*one))
        self._totals[row.id] = (row.chains, row.events)
        signed = checkpoints.edge_of(row.statement)
        if signed != self.edge:
            if not self.faults:
                self._note("log", row.id)
            self.edge = signed

    def _note(self, kind: str, number: int) -> None:
        self.faults.append(Fault(kind, OUTSIDE, 0, str(number)))

    def by_chain(self) -> Iterator[tuple[int, Sequence[Sealed]]]:
        """What checkpoints had of each chain, by its id, the shortest first."""
        is_whole, found, ends = not self.faults, _Totals(), Edge()
        rows = self._file.execute(
            "SELECT chain, count, hash, number, is_outside FROM head ORDER BY chain, count, number"
        )
        for chain, some in groupby(rows, key=lambda row: row[0]):
            heads = list(some)
            self.chains, self.heads = self.chains + 1, self.heads + len(heads)
            stored = sorted((row[3], *row[1:3]) for row in heads if not row[4])
            if stored:
                _count(found, stored)
                ends.add(leaf(chain, *stored[-1][1:]))
            yield chain, [Sealed(*row[1:4]) for row in heads]
        self._file.close()
        if is_whole and self.last is not None:
            self._compare(found, ends)

    def of_heads(self) -> Iterator[Fault]:
        """That the heads that are kept are not those of the last checkpoint, or that there is none."""
        found = _sealed(self._connection)
        if self.last is None and found.size:
            yield Fault("checkpoint_missing", OUTSIDE, 0, "1")
        elif self.last is not None and found.root != self.last.root:
            yield Fault("root", OUTSIDE, 0, str(self.last.id))

    def _compare(self, found: _Totals, ends: Edge) -> None:
        """Whether what all signed together is what each says, and what the last one has its root over."""
        before = (0, 0)
        for number, told in self._totals.items():
            more = found.get(number, (0, 0))
            if (before[0] + more[0], before[1] + more[1]) != told:
                self._note("counts", number)
            before = told
        if ends.root != self.last.root:
            self._note("root", self.last.id)


def is_own(row: Any, before: bytes, key: bytes) -> bool:
    """Whether a checkpoint is what was signed, with this key, after the one before it."""
    try:
        edge = checkpoints.edge_of(row.statement)
        return (
            row.statement == checkpoints.statement_of(row, before, edge)
            and row.public_key == key
            and checkpoints.is_signed(row.statement, row.signature, key)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _count(found: _Totals, heads: Sequence[tuple[int, int, bytes]]) -> None:
    """Count by the checkpoint that has it how many chains and events a chain added."""
    for place, (number, count, _head) in enumerate(heads):
        chains, events = found.get(number, (0, 0))
        more = count - (heads[place - 1][1] if place else 0)
        found[number] = (chains + (not place), events + more)


def _sealed(connection: Connection) -> Edge:
    query = select(SealedHead.instance_id, SealedHead.count, SealedHead.head).order_by(SealedHead.instance_id)
    rows, found = connection.execute(query.execution_options(stream_results=True, yield_per=5_000)), Edge()
    for page in rows.partitions():
        for row in page:
            found.add(leaf(*row))
    return found
