"""Where a form names variables: the fields that set them, and every text of a component that reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.base.mentions import Mention
from app.bpmnio import feel, templates
from app.bpmnio.feelin import Spot
from app.forms.form import Form
from app.forms.model import LIST, Field
from app.forms.schema.building import components_of
from app.forms.schema.parsing import Findings, parse
from app.forms.schema.written_json import WrittenJson, WrittenString, written_json
from app.forms.submission.identity_flow import Slot, slots

_THIS, _PARENT = ("this", "_this_"), ("parent", "_parent_")
_BEGINNING = 40  # letters of a text that tell it from others
_PLACES = {*_THIS, *_PARENT}


def form_mentions(content: bytes) -> tuple[Mention, ...]:
    """Every place of a form that names a variable of the case; none where the form cannot be read.

    What stands in the rows of a list, or under the path of a group, is no variable of its own.

    Raises:
        ExpressionFailed: looking took too long.
    """
    schema = parse(content, Findings(""))
    if schema is None:
        return ()
    try:
        form = Form("", schema, components_of(schema))
        written = dict(_components(written_json(content.decode("utf-8-sig", "replace")), "~"))
    except (AttributeError, KeyError, TypeError, ValueError):  # a part lacks what its kind needs
        return ()
    shift = 1 if content.startswith(b"\xef\xbb\xbf") else 0
    found = [one for part in _placed(form.components, 0) for one in _of_part(*part, written)]
    return tuple(_shifted(one, shift) for one in found)


def _components(part: WrittenJson, path: str) -> Iterator[tuple[str, Mapping[str, WrittenJson]]]:
    """Each component as it is written, by the id that its field has."""
    inner = part.get("components") if isinstance(part, dict) else None
    for place, child in enumerate(inner if isinstance(inner, list) else ()):
        if isinstance(child, dict):
            own = child.get("id")
            yield own.text if isinstance(own, WrittenString) and own.text else f"{path}{place}", child
            yield from _components(child, f"{path}{place}.")


def _placed(parts: tuple[Field, ...], rows: int) -> Iterator[tuple[Field, int]]:
    for part in parts:
        yield part, rows
        yield from _placed(part.components, rows + (part.type == LIST))


def _of_part(part: Field, rows: int, written: Mapping[str, Mapping[str, Any]]) -> Iterator[Mention]:
    own = written.get(part.id)
    if own is None:
        return
    read, part = tuple(slots(part)), replace(part, label=_name(part, own))
    yield from _set_by(part, rows, own)
    for slot in read:
        for string in _strings(own):
            if string.text == slot.text:
                yield from _read_by(part, rows, slot, string)


def _set_by(part: Field, rows: int, own: Mapping[str, Any]) -> Iterator[Mention]:
    """The name that a field, or the record of a group, stands under; not what is inside of either."""
    if rows:
        return
    if part.key:
        name = "path" if part.type == LIST else "key"
        string = own.get(name)
        if isinstance(string, WrittenString) and string.text == part.key:
            yield _mention(part, name, string, (part.key.partition(".")[0], 0), sets=True)
    elif isinstance(string := own.get("path"), WrittenString) and string.text:
        inside = next((inner.key for inner in part.components if inner.key), f"{string.text}.")
        if inside.startswith(f"{string.text}."):
            yield _mention(part, "path", string, (string.text.partition(".")[0], 0), sets=True)


def _read_by(part: Field, rows: int, slot: Slot, string: WrittenString) -> Iterator[Mention]:
    if slot.way == "key":
        yield _mention(part, slot.name, string, (string.text.partition(".")[0], 0))
        return
    text = string.text
    spots = templates.spots(text) if slot.way == "template" else feel.spots([(text, slot.way)])[0]
    for spot in spots:
        step = _variable(spot, rows)
        if step is not None:
            yield _mention(part, slot.name, string, step, perhaps=spot.perhaps)


def _variable(spot: Spot, rows: int) -> tuple[str, int] | None:
    """The variable that a way leads to, also from ``this`` and ``parent``; None where it ends in a row."""
    level, in_row = rows, spot.looped
    for name, start, _end in spot.steps:
        if name in _PARENT:
            level = max(0, level - 1)
        elif name not in _THIS:
            first = spot.steps[0][0]
            return None if first in _PLACES and (level > 0 or (in_row and first in _THIS)) else (name, start)
    return None


def _strings(own: Any) -> Iterator[WrittenString]:
    """Every string of one component, without those of the components in it."""
    if isinstance(own, WrittenString):
        yield own
    elif isinstance(own, dict):
        for name, value in own.items():
            if name != "components":
                yield from _strings(value)
    elif isinstance(own, list):
        for value in own:
            yield from _strings(value)


def _mention(
    part: Field,
    where: str,
    string: WrittenString,
    step: tuple[str, int],
    *,
    sets: bool = False,
    perhaps: bool = False,
) -> Mention:
    name, at = step
    start, end = string.span(at, at + len(name))
    return Mention(
        name=name,
        owner=part.id,
        owner_name=part.name,
        kind=part.type,
        where=where,
        text=string.text,
        at=at,
        start=start,
        end=end,
        sets=sets,
        perhaps=perhaps,
    )


def _name(part: Field, own: Mapping[str, Any]) -> str:
    """What people know a component by: its label or key, of a text how it begins."""
    said = own.get("text", own.get("content"))
    begins = " ".join(said.text.replace("*", "").split()) if isinstance(said, WrittenString) else ""
    return part.name if part.label or part.key or not begins else begins[:_BEGINNING]


def _shifted(mention: Mention, shift: int) -> Mention:
    return replace(mention, start=mention.start + shift, end=mention.end + shift) if shift else mention
