"""Words for what a formula works out: a code that it took from a list is read by the label that it has there."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from app.bpmnio import feel
from app.forms.form import walk
from app.forms.model import Field, Option


def borrowed(components: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return ``components``, each formula with the options of the fields that it reads."""
    offered = {part.key: part.options for part in walk(components) if part.options}
    return tuple(_borrowed(part, offered) for part in components)


def _borrowed(part: Field, offered: Mapping[str, tuple[Option, ...]]) -> Field:
    if part.type != "expression":
        return replace(part, components=tuple(_borrowed(inner, offered) for inner in part.components))
    read = sorted(feel.mentions(part.source) & offered.keys())
    return replace(part, options=tuple(chain.from_iterable(offered[name] for name in read)))
