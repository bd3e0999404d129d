"""Ad-hoc sub-processes that say when enough of their steps are done: an event on their edge waits until that holds,
ends them, and leads where they lead. Source: BPMN 2.0.2, 13.3.5 (completion condition)."""

from app.engine.diagram import Node
from app.engine.reading.elements import events
from app.engine.reading.elements.normalization import Drawn, double
from app.engine.reading.source import Source
from app.engine.reading.texts import form_data
from app.engine.xml import Element, attribute, children, text_of


def enough(ad_hoc: Element) -> str:
    """What its completion condition says; "" where it has none."""
    return next(filter(None, map(text_of, children(ad_hoc, "completionCondition"))), "")


def lets_go_on(ad_hoc: Element) -> bool:
    """Whether what is open is still done when enough is done: as all steps open at once, that is all of them."""
    return attribute(ad_hoc, "cancelRemainingInstances").lower() in {"false", "0"}


def end_when_enough(own: Drawn, source: Source) -> None:
    """Put such an event on the edge of each ad-hoc sub-process of a level that has a condition."""
    for node in [
        node for node in own.nodes.values() if node.tag == "adHocSubProcess" and node.kind == "subProcess"
    ]:
        element = source.ids[node.id]
        text = enough(element)
        if not text or node.id in source.failed:
            continue
        if lets_go_on(element):
            source.warning("ad_hoc_condition_idle", node, text=text)
            continue
        trigger = events.until_holds(text, element, source)
        made = Node(
            f"{node.id}:cukup",
            "boundaryEvent",
            text if trigger.asks else "",
            "",
            scope=node.scope,
            attached_to=node.id,
            message=trigger.message,
            asks=trigger.asks,
            condition=trigger.condition,
            line=node.line,
        )
        double(own, form_data.asking(made) if made.asks else made, node.id)
