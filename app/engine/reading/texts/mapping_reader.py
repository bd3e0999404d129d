"""Variable mappings as modelers draw them: Camunda 7 and Flowable, Camunda 8, BPMN's own assignments.

What works by a script, or stands where nothing could use it, is a warning: told, and not done.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from app.engine.diagram import Node
from app.engine.local_variables import COUNTER
from app.engine.mappings import Assignment, Mappings, Shape
from app.engine.reading.source import Source
from app.engine.reading.texts import called_mappings, foreign_code, mapping_texts
from app.engine.reading.texts.extensions import MAPPED
from app.engine.reading.texts.mapping_texts import Part
from app.engine.xml import (
    BPMN,
    Element,
    attribute,
    children,
    engine_attributes,
    local,
    reference,
    text_of,
    vendor,
)

#: Mappings of one element, in one direction.
MOST = 100
_NAME = re.compile(r"[^\W\d]\w{0,99}(?:\.[^\W\d]\w{0,99}){0,4}")
#: Names that expressions understand otherwise.
_TAKEN = frozenset(
    {
        *("now", "today", "true", "false", "null", "and", "or", "not", "if", "then", "else", "for", "in"),
        COUNTER,
        *("return", "some", "every", "satisfies", "between", "function", "instance", "of"),
    }
)
_SHAPES: dict[str, Shape] = {
    "singleEntry": "singleEntry",
    "singleResult": "singleResult",
    "collectEntries": "collectEntries",
    "resultList": "resultList",
}
_MESSAGES = frozenset({"intermediateCatchEvent", "boundaryEvent"})
_ACTIVITIES = frozenset({"userTask", "sendTask", "businessRuleTask", "subProcess"})
Way = Literal["in", "out"]


@dataclass(frozen=True)
class _Drawn:
    """One mapping: which way, from which element, into which variable. ``read`` says what, None where a script does;
    only of what is used, so that nothing else is found fault with."""

    way: Way
    element: Element
    target: str
    read: Callable[[], Part | None]
    is_camunda_8: bool = False


def read_mappings(element: Element, node: Node, worker: str | None, source: Source) -> Mappings | None:
    """The mappings of the flow node ``element``, which was read as ``node``; None when it has none.

    ``worker``: the program outside that does the work, whose results never arrive here.
    """
    if local(element) not in MAPPED:
        return None  # told with all else that has no meaning there
    drawn = list(_drawn(element, source))
    result, shape = _result(element, node, source)
    if drawn and worker and node.kind == "sendTask":
        source.warning("mapping_of_worker", element, worker=worker, found=_listed(drawn))
        return None
    usable = [one for one in drawn if one.way in _ways(node)]
    if len(usable) < len(drawn):
        source.warning("mapping_misplaced", element, found=_listed([d for d in drawn if d not in usable]))
    inputs, outputs = _assigned(usable, "in", element, source), _assigned(usable, "out", element, source)
    strict = any(one.is_camunda_8 for one in usable if one.way == "out")
    # What a case is started with, but for a message, is its own before anything is mapped.
    keeps = strict and node.kind != "subProcess" and (node.kind != "startEvent" or node.message is not None)
    found = Mappings(inputs, outputs, keeps=keeps, result=result, shape=shape)
    if node.calls:
        found = called_mappings.read_called_mappings(element, found, source, _is_name)
    return None if found == Mappings() else found


def _ways(node: Node) -> tuple[Way, ...]:
    if node.kind in _ACTIVITIES:
        return ("in", "out")
    begins = node.kind == "startEvent"
    return ("out",) if begins or (node.kind in _MESSAGES and node.message is not None) else ()


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in _TAKEN


def _assigned(drawn: list[_Drawn], way: Way, element: Element, source: Source) -> tuple[Assignment, ...]:
    found = [one for one in drawn if one.way == way]
    if len(found) > MOST:
        source.error("mapping_too_many", element, count=str(len(found)), limit=str(MOST))
    return tuple(filter(None, (_assignment(one, source) for one in found[:MOST])))


def _assignment(one: _Drawn, source: Source) -> Assignment | None:
    if not _is_name(one.target):
        source.warning("mapping_target", one.element, target=one.target)
        return None
    part = one.read()
    if part is None:
        source.warning("mapping_script", one.element, target=one.target)
        return None
    return Assignment(one.target, part.text, part.value)


def _listed(drawn: list[_Drawn]) -> str:
    return ", ".join(dict.fromkeys(one.target or "?" for one in drawn))


def _drawn(element: Element, source: Source) -> Iterator[_Drawn]:
    for group in children(element, "extensionElements"):
        for extension in group:
            if vendor(extension) == "ioMapping":
                yield from _camunda_8(extension, source)
            elif vendor(extension) == "inputOutput":
                yield from _camunda_7(extension, source)
            elif local(element) == "scriptTask" and foreign_code.is_formula(extension):
                yield _script(extension, group, source)
    yield from _assignments(element, source)


def _script(script: Element, group: Element, source: Source) -> _Drawn:
    """Camunda 8's script: its value goes out; beside outputs that say what goes out it is theirs to read."""
    read = partial(mapping_texts.camunda_8, script, attribute(script, "expression"), source)
    mapped = any(vendor(part) == "output" for other in group for part in other)
    return _Drawn("in" if mapped else "out", script, attribute(script, "resultVariable"), read)


def _camunda_8(mapping: Element, source: Source) -> Iterator[_Drawn]:
    ways: dict[str, Way] = {"input": "in", "output": "out"}
    for one in mapping:
        if vendor(one) in ways:
            part = partial(mapping_texts.camunda_8, one, attribute(one, "source"), source)
            yield _Drawn(ways[vendor(one)], one, attribute(one, "target"), part, is_camunda_8=True)


def _camunda_7(mapping: Element, source: Source) -> Iterator[_Drawn]:
    ways: dict[str, Way] = {"inputParameter": "in", "outputParameter": "out"}
    for one in mapping:
        if vendor(one) in ways:
            part = partial(mapping_texts.parameter, one, source)
            yield _Drawn(ways[vendor(one)], one, attribute(one, "name"), part)


def _assignments(element: Element, source: Source) -> Iterator[_Drawn]:
    """BPMN's own: data associations with an assignment; those without only show where data comes from."""
    ways: dict[str, Way] = {"dataInputAssociation": "in", "dataOutputAssociation": "out"}
    for association in children(element, *ways):
        for assignment in children(association, "assignment"):
            origin, target = (next(children(assignment, tag), None) for tag in ("from", "to"))
            if origin is not None and target is not None:
                name = _named(text_of(target), element, source)
                part = partial(mapping_texts.bpmn, origin, source)
                yield _Drawn(ways[local(association)], assignment, name, part)


def _named(text: str, element: Element, source: Source) -> str:
    """What an assignment sets: an id means the data that has it, by its name where that is one."""
    wanted = reference(text.removeprefix("=").strip(" ${}#"))
    found = source.ids.get(wanted)
    if found is None or not str(found.tag).startswith(BPMN):
        return wanted
    name = attribute(found, "name")
    return name if _is_name(name) else wanted


def _result(element: Element, node: Node, source: Source) -> tuple[str, Shape]:
    """The variable that a decision's result goes to, and how."""
    if node.kind != "businessRuleTask":
        return "", "value"
    own = engine_attributes(element)
    name, shape = own.get("resultVariable", ""), _SHAPES.get(own.get("mapDecisionResult", ""), "resultList")
    for group in children(element, "extensionElements"):
        for extension in group:
            if vendor(extension) == "calledDecision" and attribute(extension, "resultVariable"):
                name, shape = attribute(extension, "resultVariable"), "value"
    if name and ("." in name or not _is_name(name)):
        source.warning("mapping_target", element, target=name)
        name = ""
    return (name, shape) if name else ("", "value")
