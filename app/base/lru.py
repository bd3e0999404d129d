"""A cache with a bound in bytes: what was not asked for longest goes first."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from threading import Lock
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByteBoundCache(MutableMapping[K, V]):
    """Keeps values up to ``most_bytes`` together, as ``size`` estimates them; the newest even if it alone is larger.

    Threads may share it: each sees a value or does not.
    """

    def __init__(self, most_bytes: int, size: Callable[[V], int]) -> None:
        self._most, self._size = most_bytes, size
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __getitem__(self, key: K) -> V:
        with self._lock:
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def __setitem__(self, key: K, value: V) -> None:
        size = self._size(value)
        with self._lock:
            self._drop(key)
            self._kept[key] = (value, size)
            self._bytes += size
            while self._bytes > self._most and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def __delitem__(self, key: K) -> None:
        with self._lock:
            if not self._drop(key):
                raise KeyError(key)

    def __iter__(self) -> Iterator[K]:
        with self._lock:
            return iter(list(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: K) -> bool:
        found = self._kept.pop(key, None)
        self._bytes -= found[1] if found else 0
        return found is not None
