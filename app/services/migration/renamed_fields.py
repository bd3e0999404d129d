"""Fields that have another key in the target version: what a case holds under the old one goes on under the new."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.history.events.migration import Change
from app.services.definitions.definitions import Version


def renamed(source: Version, target: Version) -> dict[str, str]:
    """Old key → new key. The same field is the same component (by its id) of the same form; a key that the target
    still knows, or the source knew already, is none of it. Identity is sealed under its key and not touched."""
    before, after = (_keys(version) for version in (source, target))
    found: dict[str, str] = {}
    for name, form in source.forms.items():
        other = target.forms.get(name)
        now = {field.id: field.key for field in other.fields} if other is not None else {}
        for field in form.fields:
            old, new = field.key, now.get(field.id, "")
            is_fresh = bool(old and new) and old not in after and new not in before
            if is_fresh and not field.private and "." not in old + new:
                found[old] = new
    return found


def changes(variables: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Change]:
    """What of it is to be told: the values that the case holds."""
    for old, new in names.items():
        if variables.get(old) not in (None, "", []):
            yield Change(kind="value", activity="", name=new, before=old, after=new)


def _keys(version: Version) -> set[str]:
    return {field.key for form in version.forms.values() for field in form.fields if field.key}
