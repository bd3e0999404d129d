"""Which variables a form reads, and whether what it shows depends on what is typed into it."""

import re
from collections.abc import Iterator

from app.bpmnio import feel, templates
from app.forms.filling import ADDRESSED, LINES, LISTED
from app.forms.model import INPUTS, LIST, Field
from app.forms.whole import walk

#: What an expression in a row calls the row, what is around it, and its number.
PLACES = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})
_FROM_PLACE = re.compile(r"\b_?(?:this|parent)_?(?:\s*\.\s*_?parent_?)*\s*\.\s*(\w+)", re.ASCII)


def reads(components: tuple[Field, ...]) -> frozenset[str]:
    """Return every variable that a condition, a limit or a list of options could read, the form's own included."""
    names: set[str] = set()
    for part in walk(components):
        for text in filter(None, (part.hide, part.readonly)):
            if isinstance(text, str):
                names |= feel.mentions(text, dialect="unary") | set(_FROM_PLACE.findall(text))
        for text in [*part.rules.limits.values(), part.options_expression]:
            if isinstance(text, str) and text.startswith("="):
                names |= feel.mentions(text) | set(_FROM_PLACE.findall(text))
        if part.options_key:
            names.add(part.options_key)
    return frozenset(names - PLACES)


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
