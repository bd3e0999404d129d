"""Keys and paths of a form: no two components may write to the same place. Source: form-js, its PathRegistry."""

from collections import Counter
from collections.abc import Iterator

from app.forms.model import INPUTS
from app.forms.schema.parsing import Findings, Raw, components, is_list

_Path = tuple[str, ...]


def check_paths(schema: Raw, findings: Findings) -> None:
    """Add what would be written twice: keys, and ids, by which conditions and rows are told apart."""
    _check_keys(schema["components"], findings)
    parts = [part for part, _depth in components(schema)]
    ids = Counter(part["id"] for part in parts if isinstance(part.get("id"), str))
    for part_id, count in ids.items():
        if count > 1:
            found = next(part for part in parts if part.get("id") == part_id)
            findings.add("form_id_twice", found, key=part_id)


def _check_keys(parts: list[Raw], findings: Findings) -> None:
    """Check one level: the form, or the rows of a list."""
    taken: dict[_Path, Raw] = {}
    for part, path in _claims(parts, ()):
        clash = next((other for other in taken if _clashes(path, other)), None)
        if clash is not None:
            findings.add("form_key_twice", part, key=".".join(path))
        taken.setdefault(path, part)
        if is_list(part):
            _check_keys(part.get("components") or [], findings)


def _claims(parts: list[Raw], above: _Path) -> Iterator[tuple[Raw, _Path]]:
    for part in parts:
        name = part.get("key") if part["type"] in INPUTS else part.get("path")
        path = (*above, *(name or "").split(".")) if name else above
        if part["type"] in INPUTS or is_list(part):
            if name:
                yield part, path
        else:
            yield from _claims(part.get("components") or [], path)


def _clashes(one: _Path, other: _Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
