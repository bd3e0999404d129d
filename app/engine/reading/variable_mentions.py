"""Where a BPMN file names variables: in expressions, mappings, loops, and properties that name one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.base.mentions import Mention
from app.bpmnio import feel
from app.bpmnio.feelin import Spot
from app.engine import xml
from app.engine.written_xml import Written, WrittenElement, elements, mention_at

#: Properties whose whole value is a variable: of a process, and of whatever else.
OF_PROCESS = ("nomor", "perihal", "kategori", "unit", "wilayah", "prioritas", "saluran")
OF_ELEMENTS = ("unit", "alasan", "nomor penerima")
#: Those that list variables, and those that hold FEEL.
_LISTS = ("isi pesan",)
_FORMULAS = ("identitas tertutup",)
#: BPMN's elements whose text is an expression, and what that is.
_TEXTS = {
    "conditionExpression": "condition",
    "condition": "condition",
    "timeDate": "timer",
    "timeDuration": "timer",
    "timeCycle": "timer",
    "loopCardinality": "loop",
    "completionCondition": "loop",
    "loopCondition": "loop",
    "from": "mapping",
}
_TIMERS = ("timeDate", "timeDuration", "timeCycle")
#: Attributes of modelers' additions that name what is set, whole or as a path.
_SET = ("target", "resultVariable", "inputElement", "outputCollection", "elementVariable")
_LOOPS = ("loopCharacteristics", "multiInstanceLoopCharacteristics")
_NAMED_SETS = ("inputParameter", "outputParameter")
_FORM_FIELDS = ("formField", "formProperty")
_NAME = re.compile(r"[^\W\d]\w*")
_FOREIGN = re.compile(r"\s*[$#]\{")


@dataclass(frozen=True)
class _Place:
    """A text that may name variables. ``way``: FEEL, one name, or names between commas."""

    element: WrittenElement
    where: str
    written: Written
    way: str = "feel"
    sets: bool = False


def diagram_mentions(content: bytes) -> tuple[Mention, ...]:
    """Every place of a BPMN file that names a variable; other dialects of expressions than FEEL are left out.

    Raises:
        InvalidDiagram: it is no XML that we read. ExpressionFailed: looking took too long.
    """
    xml.parse(content)
    places = [place for element in elements(xml.decoded(content)) for place in _places(element)]
    spots = feel.spots([(place.written.text, "expression") for place in places if place.way == "feel"])
    found = iter(spots)
    return tuple(
        mention
        for place in places
        for mention in (_in_formula(place, next(found)) if place.way == "feel" else _in_names(place))
    )


def _places(element: WrittenElement) -> Iterator[_Place]:
    if element.name == "property" and element.parent and element.parent.name == "properties":
        yield from _of_property(element)
    elif element.name in _TEXTS:
        text = element.text
        if element.name not in _TIMERS or text.text.lstrip().startswith("="):
            yield _Place(element, _TEXTS[element.name], text)
    elif element.name == "script" and element.parent and "feel" in element.parent.get("scriptFormat").lower():
        yield _Place(element, "mapping", element.text)
    elif element.name in _NAMED_SETS and "name" in element.attributes:
        yield _Place(element, "mapping", element.attributes["name"], "name", sets=True)
    elif element.name in _FORM_FIELDS and "id" in element.attributes:
        yield _Place(element, "field", element.attributes["id"], "name", sets=True)
    for name, written in element.attributes.items():
        where = "loop" if element.name in _LOOPS else "mapping"
        if written.text.startswith("=") and element.name != "property":
            yield _Place(element, where, written)
        elif name in _SET:
            yield _Place(element, where, written, "name", sets=True)
        elif name == "collection" or (name == "source" and element.name in ("in", "out")):
            yield _Place(element, where, written, "name")


def _of_property(element: WrittenElement) -> Iterator[_Place]:
    name = element.get("name")
    written = element.attributes.get("value", element.text)
    owner = _owner(element)
    of_process = owner is not None and owner.name in ("process", "participant")
    if name in (OF_PROCESS if of_process else OF_ELEMENTS):
        yield _Place(element, name, written, "name")
    elif name in _LISTS:
        yield _Place(element, name, written, "names")
    elif name in _FORMULAS and of_process:
        yield _Place(element, name, written)


def _in_formula(place: _Place, spots: Iterable[Spot]) -> Iterator[Mention]:
    if _FOREIGN.match(place.written.text):
        return
    for spot in spots:
        yield _mention(place, spot.steps[0], perhaps=spot.perhaps)


def _in_names(place: _Place) -> Iterator[Mention]:
    text = place.written.text
    if _FOREIGN.match(text):
        return
    for found in _NAME.finditer(text) if place.way == "names" else filter(None, [_NAME.match(text.strip())]):
        before = 0 if place.way == "names" else len(text) - len(text.lstrip())
        yield _mention(place, (found.group(), found.start() + before, found.end() + before))


def _mention(place: _Place, step: tuple[str, int, int], *, perhaps: bool = False) -> Mention:
    owner = _owner(place.element)
    return mention_at(place.written, step, owner=owner, where=place.where, sets=place.sets, perhaps=perhaps)


def _owner(element: WrittenElement) -> WrittenElement | None:
    """The element of the drawing that something belongs to: the nearest one that a modeler does not add."""
    around = [one for one in element.above() if one.get("id")]
    added = [one for one in element.above() if one.name == "extensionElements"]
    if added:
        around = [one for one in added[-1].above() if one.get("id")]
    drawn = [one for one in around if one.name not in ("lane", "flowNodeRef") or one is around[0]]
    named = [one for one in drawn if not one.name.endswith(("Definition", "Characteristics", "Expression"))]
    return next(iter(named), None)
