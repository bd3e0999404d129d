"""Small BPMN diagrams for tests, from a short description.

    xml = bpmn(
        [start(), user("telaah", form="telaah"), end()],
        "start > telaah > end",
        lanes={"UPP": "start telaah end"},
    )

Nodes default their name to a readable id. A flow's id is ``source__target``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' id="definitions" targetNamespace="http://example.test/alur">'
)


@dataclass(frozen=True)
class Shape:
    """An element with its attributes, properties, further XML inside, and messages it needs."""

    tag: str
    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""
    extensions: str = ""
    message: str | None = None

    def xml(self) -> str:
        attributes = {"id": self.id, **self.attributes}
        inner = extension_elements(self.properties, self.extensions) + self.inside
        return f"<bpmn:{self.tag}{_attributes(attributes)}>{inner}</bpmn:{self.tag}>"


def node(
    tag: str,
    id: str,
    *,
    name: str | None = None,
    properties: Mapping[str, str] | None = None,
    form: str | None = None,
    inside: str = "",
    extensions: str = "",
    message: str | None = None,
    **attributes: str,
) -> Shape:
    """Any element. ``form`` is its form key; attribute names may hold a colon as ``camunda__class``."""
    given = {key.replace("__", ":"): value for key, value in attributes.items()}
    shown = {"name": id.replace("_", " ").capitalize() if name is None else name}
    own = {**({"formKey": form} if form else {}), **(properties or {})}
    if message is not None:
        inside += _message_definition(tag, message)
    if tag == "receiveTask" and message is not None:
        given["messageRef"] = _message_id(message)
    return Shape(tag, id, {**shown, **given}, own, inside, extensions, message)


def start(id: str = "start", **given: Any) -> Shape:
    return node("startEvent", id, **given)


def end(id: str = "end", *, terminate: bool = False, **given: Any) -> Shape:
    return node("endEvent", id, inside="<bpmn:terminateEventDefinition/>" if terminate else "", **given)


def user(id: str, **given: Any) -> Shape:
    return node("userTask", id, **given)


def send(id: str, **given: Any) -> Shape:
    return node("sendTask", id, **given)


def rule(id: str, *, decision: str, **given: Any) -> Shape:
    called = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    return node("businessRuleTask", id, extensions=called, **given)


def exclusive(id: str, **given: Any) -> Shape:
    return node("exclusiveGateway", id, **given)


def inclusive(id: str, **given: Any) -> Shape:
    return node("inclusiveGateway", id, **given)


def parallel(id: str, **given: Any) -> Shape:
    return node("parallelGateway", id, **given)


def race(id: str, **given: Any) -> Shape:
    return node("eventBasedGateway", id, **given)


def timer(text: str, *, kind: str = "timeDuration") -> str:
    """The definition of a timer, for ``inside``."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def catch(id: str, *, after: str | None = None, kind: str = "timeDuration", **given: Any) -> Shape:
    """A catch event: a timer when ``after`` is its text, else give ``message``."""
    inside = "" if after is None else timer(after, kind=kind)
    return node("intermediateCatchEvent", id, inside=inside, **given)


def boundary(
    id: str,
    on: str,
    *,
    after: str | None = None,
    kind: str = "timeDuration",
    interrupting: bool = False,
    **given: Any,
) -> Shape:
    """A boundary event on the activity ``on``: a timer when ``after`` is its text, else give ``message``."""
    inside = "" if after is None else timer(after, kind=kind)
    cancel = {"attachedToRef": on, "cancelActivity": str(interrupting).lower()}
    return node("boundaryEvent", id, inside=inside, **cancel, **given)


def flow(
    source: str, target: str, *, condition: str | None = None, name: str = "", id: str | None = None
) -> str:
    """A sequence flow as XML, for `bpmn`'s ``flows`` beside its short form."""
    inside = ""
    if condition is not None:
        inside = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
    own = {"id": id or f"{source}__{target}", "sourceRef": source, "targetRef": target}
    attributes = _attributes({**own, **({"name": name} if name else {})})
    return f"<bpmn:sequenceFlow{attributes}>{inside}</bpmn:sequenceFlow>"


def bpmn(
    nodes: Iterable[Shape],
    flows: str | Iterable[str] = (),
    *,
    lanes: Mapping[str, str] | None = None,
    lane_properties: Mapping[str, Mapping[str, str]] | None = None,
    properties: Mapping[str, str] | None = None,
    key: str = "prosedur",
    name: str = "Prosedur",
    inside: str = "",
    outside: str = "",
    executable: bool = True,
) -> bytes:
    """A BPMN file with one process.

    ``flows``: lines ``a > b > c``, or what `flow` returns. ``lanes``: name → ids between blanks; a lane's id is
    ``lane_1``, ``lane_2``, …. ``inside`` goes into the process, ``outside`` beside it, both as XML.
    """
    shapes = list(nodes)
    lines = [HEAD]
    messages = dict.fromkeys(shape.message for shape in shapes if shape.message is not None)
    lines += [
        f'<bpmn:message id="{_message_id(message)}" name={quoteattr(message)}/>' for message in messages
    ]
    lines.append(f'<bpmn:process id="{key}" name={quoteattr(name)} isExecutable="{str(executable).lower()}">')
    lines.append(extension_elements(properties or {}))
    lines += _lane_set(lanes or {}, lane_properties or {})
    lines += [shape.xml() for shape in shapes]
    lines += _flow_lines([flows] if isinstance(flows, str) else flows)
    lines += [inside, "</bpmn:process>", outside, "</bpmn:definitions>"]
    return "\n".join(line for line in lines if line).encode()


def extension_elements(properties: Mapping[str, str], more: str = "") -> str:
    """Properties as SpiffWorkflow writes them, and ``more`` extension elements."""
    if not properties and not more:
        return ""
    entries = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value, {chr(10): '&#10;'})}/>"
        for name, value in properties.items()
    )
    own = f"<spiffworkflow:properties>{entries}</spiffworkflow:properties>" if entries else ""
    return f"<bpmn:extensionElements>{own}{more}</bpmn:extensionElements>"


def _flow_lines(flows: Iterable[str]) -> list[str]:
    lines = []
    for given in flows:
        if given.lstrip().startswith("<"):
            lines.append(given)
            continue
        for line in given.splitlines():
            ids = [part.strip() for part in line.split(">")]
            lines += [flow(source, target) for source, target in pairwise(ids)]
    return lines


def _lane_set(lanes: Mapping[str, str], properties: Mapping[str, Mapping[str, str]]) -> list[str]:
    if not lanes:
        return []
    lines = ['<bpmn:laneSet id="lanes">']
    for number, (name, ids) in enumerate(lanes.items(), start=1):
        listed = "".join(f"<bpmn:flowNodeRef>{node_id}</bpmn:flowNodeRef>" for node_id in ids.split())
        own = extension_elements(properties.get(name, {}))
        lines.append(f'<bpmn:lane id="lane_{number}" name={quoteattr(name)}>{own}{listed}</bpmn:lane>')
    return [*lines, "</bpmn:laneSet>"]


def _message_definition(tag: str, message: str) -> str:
    return (
        "" if tag == "receiveTask" else f'<bpmn:messageEventDefinition messageRef="{_message_id(message)}"/>'
    )


def _message_id(message: str) -> str:
    return "message_" + "".join(letter if letter.isalnum() else "_" for letter in message)


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())


def inside(*parts: object, flows: str = "") -> str:
    """XML of shapes and flows, for the inside of a sub-process."""
    ways = [line.split(">") for line in flows.splitlines() if line.strip()]
    joined = [flow(a.strip(), b.strip()) for way in ways for a, b in pairwise(way)]
    return "".join([*(part.xml() for part in parts), *joined])  # type: ignore[attr-defined]


def marker(inside: str = "", **attributes: str) -> str:
    given = " ".join(f'{name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    return f"<bpmn:multiInstanceLoopCharacteristics {given}>{inside}</bpmn:multiInstanceLoopCharacteristics>"
