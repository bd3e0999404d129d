"""The drawing in words: every step in the order a case takes them and where it leads, for who sees no picture."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.base.i18n import _
from app.engine import xml
from app.engine.drawing import words
from app.engine.drawing.elements import EVENTS, GATEWAYS, NODES, Element, read_elements
from app.engine.drawing.lettering import tidy
from app.engine.drawing.order import backwards
from app.engine.drawing.picture import picture_of
from app.engine.drawing.state import State


@dataclass(frozen=True)
class Line:
    """One element in words. ``text`` is the whole line as it is read out."""

    id: str
    lane: str
    name: str
    kind: str
    state: str | None
    count: int
    label: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """The line as the API shows it."""
        return {
            "activity_id": self.id,
            "lane": self.lane,
            "name": self.name,
            "kind": self.kind,
            "state": self.state,
            "count": self.count,
            "label": self.label,
            "text": self.text,
        }


def texts(content: bytes, states: Mapping[str, State]) -> tuple[Line, ...]:
    """The text equivalent of `draw`: lane, name, state and next steps of every step, in the order of the flow.

    Raises:
        InvalidDiagram: ``content`` is not XML that we read.
    """
    elements = picture_of(content).elements
    ways: dict[str, list[Element]] = {}
    for flow in _flows(elements):
        ways.setdefault(flow.source, []).append(flow)
    return tuple(
        _line(element, states.get(element.id, State()), _ahead(element, ways.get(element.id, ()), elements))
        for element in in_order(elements)
    )


def step_order(content: bytes) -> tuple[str, ...]:
    """The ids of all steps in the order of the flow.

    Raises:
        InvalidDiagram: ``content`` is not XML that we read.
    """
    return tuple(element.id for element in in_order(read_elements(xml.parse(content))))


def _line(element: Element, given: State, ahead: str) -> Line:
    said = " · ".join(part for part in (element.lane, words.tooltip(element, given)) if part)
    return Line(
        id=element.id,
        lane=element.lane,
        name=words.name(element),
        kind=words.kind(element),
        state=given.state,
        count=given.count,
        label=given.label,
        text="; ".join(part for part in (said, ahead) if part),
    )


def _ahead(element: Element, flows: Iterable[Element], elements: Mapping[str, Element]) -> str:
    """Where it leads: of a question each answer with its step."""
    known = [(flow, _place(elements[flow.target])) for flow in flows]
    if len(known) == 1 and not (element.tag in GATEWAYS and tidy(known[0][0].name)):
        return _("lalu ke {place}", place=known[0][1])
    return "; ".join(_way(flow, place) for flow, place in known)


def _way(flow: Element, place: str) -> str:
    if answer := tidy(flow.name):
        return _("“{answer}” ke {place}", answer=answer, place=place)
    return (
        _("selain itu ke {place}", place=place) if "default" in flow.marks else _("ke {place}", place=place)
    )


def _place(element: Element) -> str:
    return words.full_name(element) if element.tag in EVENTS else words.name(element)


def in_order(elements: Mapping[str, Element]) -> Iterator[Element]:
    """Steps along the flow, each once: where ways meet again after all of them, boundary events after their task.

    What no start reaches comes last.
    """
    following = _following(elements)
    nodes = [element.id for element in elements.values() if element.tag in NODES]
    led_to = {target for targets in following.values() for target in targets}
    seen: set[str] = set()
    found: list[str] = []
    for first in reversed([id for id in nodes if id not in led_to]):
        found += backwards(first, following, seen)
    yield from (elements[id] for id in reversed(found))
    for first in nodes:
        yield from (elements[id] for id in reversed(list(backwards(first, following, seen))))


def _following(elements: Mapping[str, Element]) -> dict[str, list[str]]:
    """What comes after each step: its boundary events, what it holds, its ways, and last theirs."""
    ways: dict[str, list[str]] = {}
    for flow in _flows(elements):
        ways.setdefault(flow.source, []).append(flow.target)
    entered = {target for targets in ways.values() for target in targets}
    guests: dict[str, list[str]] = {}
    held: dict[str, list[str]] = {}
    for element in elements.values():
        if element.tag in NODES and element.attached_to:
            guests.setdefault(element.attached_to, []).append(element.id)
        elif element.tag in NODES and element.inside and element.id not in entered:
            held.setdefault(element.inside, []).append(element.id)
    later = {host: [way for one in ids for way in ways.get(one, ())] for host, ids in guests.items()}
    steps = {*ways, *guests, *held}
    return {id: [part for lists in (guests, held, ways, later) for part in lists.get(id, ())] for id in steps}


def _flows(elements: Mapping[str, Element]) -> Iterator[Element]:
    """The sequence flows between two steps that there are."""
    steps = {element.id for element in elements.values() if element.tag in NODES}
    flows = (element for element in elements.values() if element.tag == "sequenceFlow")
    return (flow for flow in flows if flow.source in steps and flow.target in steps)
