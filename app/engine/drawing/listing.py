"""The drawing in words: every step in the order a case takes them, for screen readers and for the API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.drawing import words
from app.engine.drawing.elements import NODES, Element
from app.engine.drawing.picture import picture
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


def texts(xml: bytes, states: Mapping[str, State]) -> tuple[Line, ...]:
    """The text equivalent of `draw`: lane, name and state of every step, in the order of the flow.

    Raises:
        InvalidDiagram: ``xml`` is not XML that we read.
    """
    elements = picture(xml).elements
    return tuple(_line(element, states.get(element.id, State())) for element in in_order(elements))


def _line(element: Element, given: State) -> Line:
    return Line(
        id=element.id,
        lane=element.lane,
        name=words.name(element),
        kind=words.kind(element),
        state=given.state,
        count=given.count,
        label=given.label,
        text=" · ".join(part for part in (element.lane, words.tooltip(element, given)) if part),
    )


def in_order(elements: Mapping[str, Element]) -> Iterator[Element]:
    """Steps along the flow from every start, each once, boundary events after their task; then the rest."""
    following, hosted = _ways(elements)
    entered = {target for targets in following.values() for target in targets}
    nodes = [element for element in elements.values() if element.tag in NODES]
    begins = [node.id for node in nodes if node.id not in entered and not node.attached_to]
    seen: set[str] = set()
    for first in [*begins, *(node.id for node in nodes)]:
        waiting = [first]
        while waiting:
            id = waiting.pop()
            if id in seen or id not in elements or elements[id].tag not in NODES:
                continue
            seen.add(id)
            yield elements[id]
            guests = [guest for guest in hosted.get(id, ()) if guest not in seen]
            seen.update(guests)
            yield from (elements[guest] for guest in guests)
            ways = [*following.get(id, ()), *(way for guest in guests for way in following.get(guest, ()))]
            waiting.extend(reversed(ways))


def _ways(elements: Mapping[str, Element]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    following: dict[str, list[str]] = {}
    hosted: dict[str, list[str]] = {}
    for element in elements.values():
        if element.tag == "sequenceFlow":
            following.setdefault(element.source, []).append(element.target)
        elif element.attached_to:
            hosted.setdefault(element.attached_to, []).append(element.id)
    return following, hosted
