"""A diagram drawn once, ready to be coloured for any case; kept by the hash of its file."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from app.engine import xml
from app.engine.drawing import badges, labels, lines, shapes
from app.engine.drawing.badges import Spot
from app.engine.drawing.elements import GATEWAYS, NODES, Element
from app.engine.drawing.geometry import Box, bounding_box, n
from app.engine.drawing.lettering import Block
from app.engine.drawing.naming import Names, has_header
from app.engine.drawing.scene import Scene, Shape, scene

_MARGIN = 24.0
_KEPT = 48
_pictures: OrderedDict[bytes, "Picture"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Piece:
    """One element's drawing, still without state. ``over`` is drawn above everything but badges."""

    element: Element
    css: str
    body: str
    over: str = ""


@dataclass(frozen=True)
class Picture:
    """All pieces from the back to the front: areas, lines, nodes."""

    key: str
    view: Box
    areas: tuple[Piece, ...]
    lines: tuple[Piece, ...]
    nodes: tuple[Piece, ...]
    spots: Mapping[str, Spot]
    elements: Mapping[str, Element]
    made_up: bool


def picture_of(content: bytes) -> Picture:
    """The picture of a BPMN file, from memory when it was drawn before.

    Raises:
        InvalidDiagram: ``content`` is not XML that we read.
    """
    key = sha256(content).digest()
    with _lock:
        if key in _pictures:
            _pictures.move_to_end(key)
            return _pictures[key]
    made = _make(scene(xml.parse(content)), key.hex()[:8])
    with _lock:
        _pictures[key] = made
        while len(_pictures) > _KEPT:
            _pictures.popitem(last=False)
    return made


def _make(drawn: Scene, key: str) -> Picture:
    names = Names(drawn)
    pieces = {id: _shape_piece(shape, names) for id, shape in drawn.shapes.items()}
    back, front = _in_depth(drawn)
    edges = tuple(_edge_piece(id, drawn, names) for id in drawn.edges)
    spots = {
        id: badges.spot(shape, drawn.shapes.get(shape.element.attached_to), names.obstacles)
        for id, shape in drawn.shapes.items()
        if shape.element.tag in NODES
    }
    return Picture(
        key=key,
        view=_view(drawn, names),
        areas=tuple(pieces[id] for id in back),
        lines=edges,
        nodes=tuple(pieces[id] for id in front),
        spots=spots,
        elements=drawn.elements,
        made_up=drawn.made_up,
    )


def _in_depth(drawn: Scene) -> tuple[list[str], list[str]]:
    """Ids of areas and of nodes, each from the back to the front; a boundary event is before its host."""
    areas: list[str] = []
    boxes: list[str] = []
    nodes: list[str] = []
    boundary: list[str] = []
    for id, shape in drawn.shapes.items():
        if shape.element.tag in ("participant", "lane"):
            areas.append(id)
        elif shape.element.tag == "group" or shapes.is_box(shape):
            boxes.append(id)
        else:
            (boundary if shape.element.attached_to else nodes).append(id)
    # What a call shows may stand before it in the file: the larger box is behind.
    boxes.sort(key=lambda id: -drawn.shapes[id].box.w * drawn.shapes[id].box.h)
    return [*areas, *boxes], [*nodes, *boundary]


def _shape_piece(shape: Shape, names: Names) -> Piece:
    element = shape.element
    block = names.blocks.get(element.id)
    body = shapes.outline(shape)
    if block is not None and has_header(shape):
        return Piece(element, _css(element, "swimlane"), body + _header(shape, block))
    anchor = "start" if element.tag == "textAnnotation" else "middle"
    word = "label" if labels.stands_beside(shape) else "name"
    return Piece(
        element, _css(element, "shape"), body + (block.svg(f"{word} {anchor}", anchor) if block else "")
    )


def _header(shape: Shape, block: Block) -> str:
    box = shape.box
    if shape.upright:
        place = f"translate({n(box.cx)} {n(box.y + shapes.HEADER / 2)})"
    else:
        place = f"translate({n(box.x + shapes.HEADER / 2)} {n(box.cy)}) rotate(-90)"
    return f'<g transform="{place}">{block.svg("heading middle")}</g>'


def _edge_piece(id: str, drawn: Scene, names: Names) -> Piece:
    edge = drawn.edges[id]
    block = names.blocks.get(id)
    return Piece(
        edge.element,
        _css(edge.element, "line-of"),
        lines.outline(edge),
        block.svg("label middle") if block else "",
    )


def _css(element: Element, sort: str) -> str:
    extra = [mark for mark in ("non-interrupting", "event-sub-process", "closed") if mark in element.marks]
    kind = "gateway" if element.tag in GATEWAYS else "event" if element.tag.endswith("Event") else ""
    return " ".join(part for part in (sort, kind, element.tag, *extra) if part)


def _view(drawn: Scene, names: Names) -> Box:
    return bounding_box(list(_extent(drawn, names))).grown(_MARGIN)


def _extent(drawn: Scene, names: Names) -> Iterator[Box]:
    for shape in drawn.shapes.values():
        yield shape.box
    for edge in drawn.edges.values():
        yield from (Box(x, y, 0, 0) for x, y in edge.points)
    for id, block in names.blocks.items():
        if id not in drawn.shapes or not has_header(drawn.shapes[id]):
            yield from block.boxes
