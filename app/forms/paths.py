"""Values inside values: a path is a tuple of names and, for the rows of a list, numbers."""

from collections.abc import Mapping
from typing import Any

Path = tuple[str | int, ...]


def path_of(key: str) -> Path:
    """Return ``alamat.kota`` as a path."""
    return tuple(key.split("."))


def address(path: Path) -> str:
    """Return a path as it stands in HTML: ``barang.0.nama``."""
    return ".".join(str(step) for step in path)


def has(values: Any, path: Path) -> bool:
    """Whether something, null included, stands at ``path``."""
    return _find(values, path)[0]


def get(values: Any, path: Path) -> Any:
    """Return what stands at ``path``, or None."""
    return _find(values, path)[1]


def put(values: dict[str, Any], path: Path, value: Any) -> None:
    """Set ``value`` at ``path``; records on the way are made, lists must be long enough."""
    held: Any = values
    for step in path[:-1]:
        if isinstance(step, str) and not isinstance(held.get(step), dict | list):
            held[step] = {}
        held = held[step]
    held[path[-1]] = value


def _find(values: Any, path: Path) -> tuple[bool, Any]:
    held = values
    for step in path:
        in_list = isinstance(step, int) and isinstance(held, list) and step < len(held)
        if not in_list and not (isinstance(step, str) and isinstance(held, Mapping) and step in held):
            return False, None
        held = held[step]
    return True, held
