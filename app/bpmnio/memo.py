"""A least-recently-used store of texts, bounded by their number and by their size."""

import threading
from collections import OrderedDict


class Memo:
    """Text by key. Safe for threads."""

    def __init__(self, *, entries: int, size_bytes: int) -> None:
        self._most_entries = entries
        self._most_bytes = size_bytes
        self._bytes = 0
        self._kept: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> str | None:
        """Return what is kept under ``key``, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: bytes, value: str) -> None:
        """Keep ``value``; the entries unused for longest make room. An empty
        key, and what would take an eighth of all room, is not kept."""
        size = len(key) + len(value)
        if not key or size > self._most_bytes // 8:
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self._bytes += size - (0 if old is None else len(key) + len(old))
            self._kept[key] = value
            while len(self._kept) > self._most_entries or self._bytes > self._most_bytes:
                gone, text = self._kept.popitem(last=False)
                self._bytes -= len(gone) + len(text)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)
