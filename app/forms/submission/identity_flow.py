"""Where FEEL and templates of a form read identity, and where they may.

A condition, lock, limit, list of choices or formula that reads identity may act on identity alone: what it does to
anything else (a value stored or not, one letter of it) would tell others. What is shown reads no identity at all.
Whatever is found here, an evaluator gets identity only for texts in `Field.sealed`: see `conditions.Scope`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from app.bpmnio import feel, templates
from app.forms.form import Form, walk
from app.forms.model import ADDRESSED, INPUTS, LINES, LIST, LISTED, Field

_LIMITS = {"min": "min", "max": "max", "min_length": "minLength", "max_length": "maxLength"}
#: What a line is called in the file, where that is not its name here.
_WRITTEN = {"time_label": "timeLabel", "prefix": "prefixAdorner", "suffix": "suffixAdorner"}


@dataclass(frozen=True)
class Slot:
    """A text of a component that reads variables. ``acts``: it decides what is stored, else what is shown."""

    name: str
    text: str
    way: Literal["expression", "unary", "template", "key"]
    acts: bool


def slots(part: Field) -> Iterator[Slot]:
    """Yield every text of one component that reads variables."""
    if part.hide:
        yield Slot("conditional.hide", part.hide, "unary", True)
    if isinstance(part.readonly, str):
        yield Slot("readonly", part.readonly, "unary", True)
    for name, limit in part.rules.limits.items():
        if isinstance(limit, str) and limit.startswith("="):
            yield Slot(f"validate.{_LIMITS[name]}", limit, "expression", True)
    if part.options_expression is not None:
        yield Slot("valuesExpression", part.options_expression, "expression", True)
    if part.options_key:
        yield Slot("valuesKey", part.options_key, "key", False)
    if isinstance(part.multiple, str):
        yield Slot("multiple", part.multiple, "expression", False)
    yield from _sources(part)
    for name in LINES:
        if templates.is_template(text := getattr(part, name)):
            yield Slot(_WRITTEN.get(name, name), text, "template", False)
    if part.text:
        yield Slot("text" if part.type == "text" else "content", part.text, "template", False)


def _sources(part: Field) -> Iterator[Slot]:
    if part.type == "expression" and part.source:
        yield Slot("expression", part.source, "expression", True)
    elif part.type in LISTED and part.source.startswith("="):
        yield Slot("dataSource", part.source, "expression", False)
    elif part.type in ADDRESSED and templates.is_template(part.source):
        yield Slot("source" if part.type == "image" else "url", part.source, "template", False)
    if part.columns_expression.startswith("="):
        yield Slot("columnsExpression", part.columns_expression, "expression", False)


def leaks(form: Form, private: Collection[str]) -> Iterator[tuple[Field, Slot, str]]:
    """Yield (component, text, name): each text that reads one of ``private`` and acts on something else, or shows it.

    ``private`` are the keys of identity in all forms of the process. A way to everything that stands in the form,
    such as ``this``, is a name too where identity stands in it.
    """
    for part, rows in _placed(form.components, ()):
        for slot in slots(part):
            if slot.text not in part.sealed or not slot.acts:
                for name in sorted(_read(slot, rows, frozenset(private), form.private_keys)):
                    yield part, slot, name


def with_identity(form: Form, private: Collection[str] = ()) -> Form:
    """Return ``form`` knowing which of its texts may read identity.

    Fields that other forms of the process mark ``pribadi`` (``private``, their keys) are identity here as well.
    """
    components = tuple(_marked(part, frozenset(private)) for part in form.components)
    marked = replace(form, components=components)
    if not marked.private_keys:
        return form
    return replace(marked, components=tuple(_sealed(part, (), marked.private_keys) for part in components))


def _marked(part: Field, private: frozenset[str]) -> Field:
    inner = (
        tuple(_marked(child, private) for child in part.components) if part.type != LIST else part.components
    )
    properties = part.properties
    if part.key and _root(part) in private and not part.private:
        properties = {**properties, "pribadi": "ya"}
    return replace(part, components=inner, properties=properties)


def _sealed(part: Field, rows: tuple[Field, ...], private: frozenset[str]) -> Field:
    below = (*rows, part) if part.type == LIST else rows
    found = frozenset[str]()
    if _is_identity(part, rows, private):
        acting = (slot for slot in slots(part) if slot.acts)
        found = frozenset(slot.text for slot in acting if _read(slot, rows, private, private))
    return replace(
        part, sealed=found, components=tuple(_sealed(child, below, private) for child in part.components)
    )


def _is_identity(part: Field, rows: tuple[Field, ...], private: frozenset[str]) -> bool:
    """Whether it holds identity and nothing else. A file does: that a case has one is seen by everybody."""
    leaves = [one for one in walk((part,)) if one.type in INPUTS]
    roots = {_root(rows[0])} if rows else {_root(one) for one in _rooted(part)}
    return bool(leaves) and roots <= private and all(one.type != "filepicker" for one in leaves)


def _rooted(part: Field) -> Iterator[Field]:
    """Yield the parts below whose keys begin at the form, not in a row."""
    if part.key:
        yield part
    else:
        for child in part.components:
            yield from _rooted(child)


def _placed(
    components: tuple[Field, ...], rows: tuple[Field, ...]
) -> Iterator[tuple[Field, tuple[Field, ...]]]:
    for part in components:
        yield part, rows
        yield from _placed(part.components, (*rows, part) if part.type == LIST else rows)


def _read(
    slot: Slot, rows: tuple[Field, ...], private: frozenset[str], own: frozenset[str]
) -> frozenset[str]:
    """Return the names of identity that a text could reach from its place: ``private``, ``own`` those of its form."""
    if slot.way == "key":
        return private & {slot.text.partition(".")[0]}
    if slot.way == "template":
        facts = templates.look(slot.text)
        names, paths = facts.reads, facts.paths
    else:
        names = feel.mentions(slot.text, dialect=slot.way)
        paths = feel.place_paths(slot.text, dialect=slot.way)
    around = [name for path in paths if (name := _at_end(path, rows, private, own))]
    return (names & private) | frozenset(around)


def _at_end(
    path: tuple[str, ...], rows: tuple[Field, ...], private: frozenset[str], own: frozenset[str]
) -> str | None:
    """Return what of identity stands at the end of a way from ``this`` or ``parent``: its name, or the way itself
    where more stands there."""
    level, standing = len(rows), ""
    in_row = _root(rows[0]) if rows and _root(rows[0]) in own else None
    for step in (one.strip("_") if one.startswith("_") else one for one in path):
        if standing == "this":
            return in_row if level else step if step in private else None
        if step == "this":
            standing = "this"
        elif step == "parent":
            if not level:
                return None
            level, standing = level - 1, "parent"
        else:
            return in_row if level else step if step in private else None
    if standing == "this" and level:
        return in_row
    return path[0] if own else None


def _root(part: Field) -> str:
    return part.key.partition(".")[0]
