"""Conditions and cells that are neither true nor false, and the values that they read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.bpmnio import feel
from app.bpmnio.feelin import Dialect
from app.bpmnio.kinds import Kinds

_MOST_CHARS = 80


def filled_in(text: str, values: Mapping[str, Any], dialect: Dialect = "expression") -> dict[str, Any]:
    """What a condition reads, by name with dots; nothing where something of it is empty, or it reads nothing."""
    read = dict[str, Any]()
    [spots] = feel.spots([(text, dialect)])
    for spot in spots:
        names = [name for name, _start, _end in spot.steps]
        if spot.perhaps and names[0] not in values:
            continue  # an entry of the list that is filtered
        found = list(_at(values.get(names[0]), names[1:]))
        if not found or any(map(is_empty, found)):
            return {}
        read[".".join(names)] = found[0] if len(found) == 1 else found
    return read


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """What stands at a path; in a list, of each entry. A part of a date is no entry."""
    if not path or not isinstance(value, dict | list):
        yield value
    elif isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
    else:
        for one in value:
            yield from _at(one, path)


def is_empty(value: Any) -> bool:
    """Whether nothing is filled in."""
    return value in (None, "", [], {})


def labelled_values(read: Mapping[str, Any], kinds: Kinds) -> str:
    """Values under their labels; of identity, which an older release may have let in, no value."""
    return ", ".join(_labelled_value(kinds, name, value) for name, value in read.items())


def _labelled_value(kinds: Kinds, name: str, value: Any) -> str:
    label = kinds.labels.get(name, name)
    if name.partition(".")[0] in kinds.private:
        return label
    written = json.dumps(value, ensure_ascii=False, default=str)
    return f"{label} = {written if len(written) <= _MOST_CHARS else written[:_MOST_CHARS] + '…'}"
