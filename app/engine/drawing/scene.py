"""Where the elements are: the first plane of the file's own layout, or one made from left to right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.engine import xml
from app.engine.drawing import layout
from app.engine.drawing.elements import BOXES, DATA, EVENTS, GATEWAYS, LINES, NODES, Element, read_elements
from app.engine.drawing.geometry import Box, Point, border, number, without_repeats
from app.engine.xml import reference

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DD = "{http://www.omg.org/spec/DD/20100524/DI}"


@dataclass(frozen=True, slots=True)
class Shape:
    """An element with its place. ``upright`` is a pool or lane that runs downwards."""

    element: Element
    box: Box
    label: Box | None = None
    collapsed: bool = False
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line with at least two points."""

    element: Element
    points: tuple[Point, ...]
    label: Box | None = None


@dataclass(frozen=True)
class Scene:
    """Everything to draw, each list in document order. ``made_up``: the file holds no layout of its own."""

    elements: Mapping[str, Element]
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    made_up: bool = False


def scene(root: xml.Element) -> Scene:
    """Read what is drawn and where."""
    elements = read_elements(root)
    plane = next(root.iter(_DI + "BPMNPlane"), None)
    shapes = _opened(dict(_shapes(plane, elements))) if plane is not None else {}
    if not any(shape.element.tag in NODES for shape in shapes.values()):
        return _arranged(elements)
    edges = dict(_edges(plane, elements, shapes))
    hidden = {id for id, element in elements.items() if _is_hidden(element, elements, shapes)}
    return Scene(
        elements,
        {id: shape for id, shape in shapes.items() if id not in hidden},
        {id: edge for id, edge in edges.items() if id not in hidden},
    )


def _is_hidden(element: Element, elements: Mapping[str, Element], shapes: Mapping[str, Shape]) -> bool:
    """Whether a sub-process drawn closed holds it; some modelers keep the layout of both in one plane."""
    around = element.inside
    while around in elements:
        if around in shapes and shapes[around].collapsed:
            return True
        around = elements[around].inside
    return False


def _arranged(elements: Mapping[str, Element]) -> Scene:
    boxes, lines = layout.arrange(elements)
    shapes = {
        id: Shape(elements[id], box, collapsed=_is_closed(elements[id], None, box))
        for id, box in boxes.items()
    }
    edges = {id: Edge(elements[id], points) for id, points in lines.items()}
    return Scene(elements, shapes, edges, made_up=True)


def _shapes(plane: xml.Element, elements: Mapping[str, Element]) -> Iterator[tuple[str, Shape]]:
    seen: set[str] = set()
    for drawn in plane.iter(_DI + "BPMNShape"):
        element = _meant(drawn, elements)
        if element is None or element.id in seen or element.tag in LINES:
            continue
        seen.add(element.id)
        bounds = _bounds(drawn, element)
        if bounds is not None:
            collapsed = _is_closed(element, drawn.get("isExpanded"), bounds)
            upright = drawn.get("isHorizontal") == "false"
            yield element.id, Shape(element, bounds, _label(drawn), collapsed, upright)


def _is_closed(element: Element, expanded: str | None, box: Box) -> bool:
    """Whether a sub-process or call is drawn closed; where the file doesn't say, one no larger than a task is.

    So is any call: few modelers draw one open, and those that do say so.
    """
    if element.calls:
        return expanded != "true" or _is_small(box)
    return element.tag in BOXES and (expanded == "false" if expanded else _is_small(box))


def _is_small(box: Box) -> bool:
    return box.w <= 140 and box.h <= 110


def _opened(shapes: dict[str, Shape]) -> dict[str, Shape]:
    """The shapes, and open each call with steps drawn in it, whatever the file says: it would hide them."""
    steps = [shape for shape in shapes.values() if shape.element.tag in NODES]
    for id, call in shapes.items():
        if call.element.calls and call.collapsed and not _is_small(call.box):
            held = (step for step in steps if step is not call and step.element.attached_to != id)
            if any(call.box.contains(step.box) for step in held):
                shapes[id] = replace(call, collapsed=False)
    return shapes


def _meant(drawn: xml.Element, elements: Mapping[str, Element]) -> Element | None:
    meant = drawn.get("bpmnElement") or ""
    return elements.get(meant) or elements.get(reference(meant))


def _bounds(drawn: xml.Element, element: Element) -> Box | None:
    """The box of a shape; a size that is missing or not positive is the usual one. No place: None."""
    bounds = drawn.find(_DC + "Bounds")
    if bounds is None:
        return None
    x, y = number(bounds.get("x")), number(bounds.get("y"))
    if x is None or y is None:
        return None
    usual = usual_size(element.tag)
    w, h = number(bounds.get("width")), number(bounds.get("height"))
    return Box(x, y, w if w and w >= 4 else usual[0], h if h and h >= 4 else usual[1])


def usual_size(tag: str) -> tuple[float, float]:
    """Width and height that modelers give an element of this kind."""
    if tag in EVENTS:
        return 36, 36
    if tag in GATEWAYS or tag in DATA:
        return 50, 50
    return (600, 200) if tag in ("participant", "lane") else (100, 80)


def _label(drawn: xml.Element) -> Box | None:
    bounds = drawn.find(f"{_DI}BPMNLabel/{_DC}Bounds")
    if bounds is None:
        return None
    x, y = number(bounds.get("x")), number(bounds.get("y"))
    if x is None or y is None:
        return None
    w, h = number(bounds.get("width")), number(bounds.get("height"))
    return Box(x, y, w if w and w > 0 else 90, h if h and h > 0 else 14)


def _edges(
    plane: xml.Element, elements: Mapping[str, Element], shapes: Mapping[str, Shape]
) -> Iterator[tuple[str, Edge]]:
    seen: set[str] = set()
    for drawn in plane.iter(_DI + "BPMNEdge"):
        element = _meant(drawn, elements)
        if element is None or element.id in seen or element.tag not in LINES:
            continue
        seen.add(element.id)
        points = _points(drawn) or _straight(element, shapes)
        if points:
            yield element.id, Edge(element, points, _label(drawn))


def _points(drawn: xml.Element) -> tuple[Point, ...]:
    read_points = [(number(p.get("x")), number(p.get("y"))) for p in drawn.findall(_DD + "waypoint")]
    points = without_repeats([(x, y) for x, y in read_points if x is not None and y is not None])
    return tuple(points) if len(points) > 1 else ()


def _straight(element: Element, shapes: Mapping[str, Shape]) -> tuple[Point, ...]:
    """A straight line between two shapes, where the file does not say how the line runs."""
    source, target = shapes.get(element.source), shapes.get(element.target)
    if source is None or target is None:
        return ()
    ends = (
        border(source.box, (target.box.cx, target.box.cy)),
        border(target.box, (source.box.cx, source.box.cy)),
    )
    points = without_repeats(ends)
    return tuple(points) if len(points) > 1 else ()
