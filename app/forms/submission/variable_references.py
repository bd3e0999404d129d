"""Which variables a form reads, and whether what it shows depends on what is typed into it."""

import re
from collections.abc import Iterator
from typing import Literal

from app.bpmnio import feel, templates
from app.forms.form import walk
from app.forms.model import ADDRESSED, INPUTS, LINES, LIST, LISTED, Field

#: What an expression in a row calls the row, what is around it, and its number.
PLACES = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})
Dialect = Literal["expression", "unary"]
_WHOLE: Dialect = "expression"
_FROM_PLACE = re.compile(r"\b_?(?:this|parent)_?(?:\s*\.\s*_?parent_?)*\s*\.\s*(\w+)", re.ASCII)


def reads(components: tuple[Field, ...]) -> frozenset[str]:
    """Return every variable that a condition, a limit or a list of options could read, the form's own included."""
    names: set[str] = set()
    for part in walk(components):
        for text, dialect in _texts(part):
            names |= feel.mentions(text, dialect=dialect) | set(_FROM_PLACE.findall(text))
        if part.options_key:
            names.add(part.options_key)
    return frozenset(names - PLACES)


def names_read(part: Field) -> frozenset[str]:
    """Return what one component surely reads: without names that may be entries of a list."""
    texts = [*_texts(part), *([(part.source, _WHOLE)] if part.type == "expression" and part.source else [])]
    return (
        frozenset(name for text, dialect in texts for name in feel.variable_names(text, dialect=dialect))
        - PLACES
    )


def _texts(part: Field) -> Iterator[tuple[str, Dialect]]:
    for text in filter(None, (part.hide, part.readonly)):
        if isinstance(text, str):
            yield text, "unary"
    for text in [*part.rules.limits.values(), part.options_expression]:
        if isinstance(text, str) and text.startswith("="):
            yield text, _WHOLE


def renews(components: tuple[Field, ...]) -> bool:
    """Whether a text, a list of options or a table of the form depends on what is typed into it."""
    parts = tuple(walk(components))
    own = {part.key.partition(".")[0] for part in parts if part.type in INPUTS or part.type == LIST}
    moving = own | PLACES - {"i", "_i_"}
    return any(not moving.isdisjoint(names) for part in parts for names in _shown(part))


def _shown(part: Field) -> Iterator[frozenset[str]]:
    if part.type == "expression":
        return
    lines = [getattr(part, name) for name in LINES]
    lines += [part.text] if part.text else []
    lines += [part.source] if part.type in ADDRESSED else []
    yield from (templates.look(text).reads for text in lines if templates.is_template(text))
    if part.options_expression:
        yield feel.mentions(part.options_expression)
    if part.type in LISTED and part.source.startswith("="):
        yield feel.mentions(part.source)
