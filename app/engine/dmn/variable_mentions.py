"""Where a DMN file names variables: in headings, cells and other expressions, and where a decision gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.base.mentions import Mention
from app.bpmnio import feel
from app.engine import xml
from app.engine.dmn.cells import is_any, literals
from app.engine.dmn.reader import read_decisions
from app.engine.written_xml import Written, WrittenElement, elements, mention_at

_UNARY = ("inputEntry", "inputValues", "outputValues")
_OWNERS = ("decision", "businessKnowledgeModel", "inputData", "decisionService")


@dataclass(frozen=True)
class _Place:
    element: WrittenElement
    where: str
    written: Written
    dialect: Literal["expression", "unary"] = "expression"


def table_mentions(content: bytes) -> tuple[Mention, ...]:
    """Every place of a DMN file that names a variable.

    Raises:
        InvalidDiagram: it is no XML that we read. ExpressionFailed: looking took too long.
    """
    decisions = read_decisions(content, file="", refuse=False)
    given = {decision.id: frozenset(decision.sets) for decision in decisions}
    everything = list(elements(xml.decoded(content)))
    places = [place for element in everything for place in _places(element)]
    spots = feel.spots([(place.written.text, place.dialect) for place in places])
    read = (
        mention_at(
            place.written, spot.steps[0], owner=_owner(place.element), where=place.where, perhaps=spot.perhaps
        )
        for place, found in zip(places, spots, strict=True)
        for spot in found
    )
    return (*read, *(mention for element in everything for mention in _named(element, given)))


def _places(element: WrittenElement) -> Iterator[_Place]:
    """The element's text where it is FEEL; lists of strings read nothing."""
    holder = element.parent
    if element.name != "text" or holder is None or holder.name in ("description", "textAnnotation"):
        return
    text = element.text.text
    if is_any(text) or literals(text) is not None:
        return
    if holder.name in _UNARY:
        yield _Place(element, "cell" if holder.name == "inputEntry" else "values", element.text, "unary")
    elif holder.name in ("inputExpression", "outputEntry"):
        yield _Place(element, "column" if holder.name == "inputExpression" else "result", element.text)
    else:
        yield _Place(element, "formula", element.text)


def _named(element: WrittenElement, given: dict[str, frozenset[str]]) -> Iterator[Mention]:
    """A column that gives a variable; input data, and what a decision is called by others."""
    name = element.attributes.get("name")
    owner = _owner(element)
    if name is None or not name.text.isidentifier():
        return
    step = (name.text, 0, len(name.text))
    if element.name == "output" and owner and name.text in given.get(owner.get("id"), ()):
        yield mention_at(name, step, owner=owner, where="output", sets=True)
    elif element.name == "variable" and owner:
        sets = name.text in given.get(owner.get("id"), ())
        yield mention_at(name, step, owner=owner, where="variable", sets=sets)
    elif element.name == "inputData":
        yield mention_at(name, step, owner=owner, where="variable")


def _owner(element: WrittenElement) -> WrittenElement | None:
    return next((one for one in (element, *element.above()) if one.name in _OWNERS), None)
