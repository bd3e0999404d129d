"""A form once it has been read: a tree of fields, and the variables it sets. Built by `app.forms.schema.schema`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.findings import Finding
from app.forms.model import INPUTS, LIST, RECORD, Field


@dataclass(frozen=True)
class Form:
    """A form-js form that can be shown and validated. ``schema`` is the JSON as it was written.

    ``renews``: something it shows depends on what is typed into it.
    """

    id: str
    schema: Mapping[str, Any]
    components: tuple[Field, ...]
    reads: frozenset[str] = frozenset()
    renews: bool = False
    findings: tuple[Finding, ...] = ()

    @cached_property
    def everything(self) -> tuple[Field, ...]:
        """Every component, containers before their children, in the order of the page."""
        return tuple(walk(self.components))

    @cached_property
    def leaves(self) -> tuple[Field, ...]:
        """Every component that holds a value of its own, those of rows included, in the order of the page."""
        return tuple(part for part in self.everything if part.type in INPUTS)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """One for each variable the form sets, in the order of the page: an input, a list, or a record."""
        return tuple(variables_of(self.components))

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """`fields` by key."""
        return {part.key: part for part in self.fields}

    @cached_property
    def repeats(self) -> bool:
        """Whether it has rows to add or take away."""
        return any(part.type == LIST for part in self.everything)

    @cached_property
    def private_keys(self) -> frozenset[str]:
        """Keys of identity; no condition, timer or table may read them."""
        return frozenset(part.key for part in self.fields if part.private)

    @cached_property
    def dependent_keys(self) -> frozenset[str]:
        """Keys of identity that other identity decides about: whether they hold something tells of it."""
        return frozenset(_dependent(self.components))


def _dependent(components: tuple[Field, ...], decided: bool = False) -> Iterator[str]:
    for part in components:
        inside = walk((part,)) if part.key else (part,)
        found = decided or any(one.sealed for one in inside)
        if part.key and found:
            yield part.key.partition(".")[0]
        elif not part.key:
            yield from _dependent(part.components, found)


def walk(components: tuple[Field, ...]) -> Iterator[Field]:
    """Yield every field of a tree, a container before its children."""
    for part in components:
        yield part
        yield from walk(part.components)


def walk_hidden(
    components: tuple[Field, ...], above: tuple[str, ...] = ()
) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Yield every field of a tree with the conditions that hide it, or what it stands in."""
    for part in components:
        hides = (*above, part.hide) if part.hide else above
        yield part, hides
        yield from walk_hidden(part.components, hides)


def variables_of(components: tuple[Field, ...]) -> Iterator[Field]:
    """Yield what stands under each first name of the paths; several together are a record."""
    found: dict[str, list[Field]] = {}
    for part in _keyed(components):
        found.setdefault(part.key.partition(".")[0], []).append(part)
    for name, parts in found.items():
        if parts[0].key == name:
            yield parts[0]
        else:
            yield Field(RECORD, id=f"{RECORD}:{name}", key=name, label=name, components=tuple(parts))


def inside(record: Field) -> tuple[Field, ...]:
    """Return the components of a record with their keys as they are within it."""
    start = len(record.key) + 1
    return tuple(replace(part, key=part.key[start:]) for part in record.components)


def _keyed(components: tuple[Field, ...]) -> Iterator[Field]:
    for part in components:
        if part.key:
            yield part
        else:
            yield from _keyed(part.components)
