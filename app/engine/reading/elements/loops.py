"""Markers of repetition on an activity: for each of a list, a number of times, or while a condition holds.

Understood: BPMN's own elements, what Camunda 7 (with Flowable) adds as attributes, and Camunda 8 as an extension.
Source: BPMN 2.0, 10.2.8.
"""

import re
from dataclasses import dataclass

from app.engine.diagram import Loop, Node
from app.engine.reading.source import Source, place
from app.engine.reading.texts import conditions
from app.engine.xml import Element, attribute, children, engine_attributes, reference, text_of, vendor

_ACTIVITIES = frozenset({"userTask", "subProcess", "sendTask", "businessRuleTask"})
#: What a completion condition may ask of the rounds, as BPMN and Camunda 7 call it.
COUNTERS = frozenset(
    {"numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances"}
    | {"numberOfTerminatedInstances", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"}
)
_NAME = re.compile(r"[^\W\d]\w{0,99}")


@dataclass(frozen=True)
class _LoopAttributes:
    """What a multi-instance marker says, wherever it says it."""

    over: str
    element: str
    into: str
    collect: str


def read_loop(element: Element, source: Source) -> Loop | None:
    """How often ``element`` runs; None when once. A marker that does not say how often is a warning: once."""
    for marker in children(element, "multiInstanceLoopCharacteristics"):
        return _for_each(element, marker, source)
    for marker in children(element, "standardLoopCharacteristics"):
        return _while(element, marker, source)
    return None


def _for_each(element: Element, marker: Element, source: Source) -> Loop | None:
    said, at = _loop_attributes(element, marker, source), place(element)
    if not said.over:
        source.warning("rounds_unknown", element)
        return None
    until = _expression(element, marker, "completionCondition", source)
    for text in filter(None, (said.over, said.collect, until)):
        conditions.check_condition(text, at, source)
    for name in filter(None, (said.element, said.into)):
        if not _NAME.fullmatch(name):
            source.error("rounds_name", element, text=name)
    if said.into and not said.collect:
        source.warning("rounds_collect_nothing", element, into=said.into)
    sequential = attribute(marker, "isSequential").lower() in {"true", "1"}
    return Loop(
        "sequential" if sequential else "parallel",
        said.over,
        element=said.element,
        collect=said.collect or None,
        into=said.into if said.collect else "",
        until=until or None,
    )


def _loop_attributes(element: Element, marker: Element, source: Source) -> _LoopAttributes:
    own, added, at = engine_attributes(marker), _zeebe(marker), place(element)
    over = (
        added.get("inputCollection") or own.get("collection") or _referred(marker, "loopDataInputRef", source)
    )
    return _LoopAttributes(
        over=conditions.translated(over or "", at, source)
        or _expression(element, marker, "loopCardinality", source),
        element=added.get("inputElement") or own.get("elementVariable") or _item(marker, "inputDataItem"),
        into=added.get("outputCollection") or _referred(marker, "loopDataOutputRef", source),
        collect=conditions.translated(added.get("outputElement") or "", at, source)
        or _item(marker, "outputDataItem"),
    )


def _zeebe(marker: Element) -> dict[str, str]:
    for extension in children(marker, "extensionElements"):
        for added in extension:
            if vendor(added) == "loopCharacteristics":
                return {str(name): str(value) for name, value in added.attrib.items()}
    return {}


def _referred(marker: Element, tag: str, source: Source) -> str:
    """The name of the list that a reference means: of the data object, else the id itself."""
    for child in children(marker, tag):
        wanted = reference(text_of(child))
        found = source.ids.get(wanted)
        name = attribute(found, "name") if found is not None else ""
        return name if _NAME.fullmatch(name) else wanted
    return ""


def _item(marker: Element, tag: str) -> str:
    for child in children(marker, tag):
        return attribute(child, "name") or attribute(child, "id")
    return ""


def _expression(element: Element, marker: Element, tag: str, source: Source) -> str:
    found = next(children(marker, tag), None)
    return conditions.translated(text_of(found), place(element), source) if found is not None else ""


def _while(element: Element, marker: Element, source: Source) -> Loop | None:
    condition, most = _expression(element, marker, "loopCondition", source), attribute(marker, "loopMaximum")
    if condition:
        conditions.check_condition(condition, place(element), source)
    number = int(most) if re.fullmatch(r"[0-9]{1,6}", most) and int(most) > 0 else None
    if not condition and number is None:
        source.warning("rounds_unknown", element)
        return None
    before = attribute(marker, "testBefore").lower() in {"true", "1"}
    return Loop("while", condition or "true", most=number, before=before)


def local_names(loop: Loop | None) -> frozenset[str]:
    """The local variables of a round that need no form to be set."""
    if loop is None:
        return frozenset()
    counters = COUNTERS if loop.until else frozenset[str]()
    return counters | frozenset(filter(None, ("loopCounter", loop.element, loop.into)))


def expressions(loop: Loop | None) -> tuple[str, ...]:
    """Every piece of FEEL in ``loop``."""
    return () if loop is None else tuple(filter(None, (loop.over, loop.collect, loop.until)))


def check_place(node: Node, loop: Loop | None, source: Source) -> Loop | None:
    """Repetition of what no activity is means nothing."""
    if loop is not None and node.kind not in _ACTIVITIES and node.tag != "receiveTask" and not node.job:
        source.warning("rounds_misplaced", node)
        return None
    return loop
