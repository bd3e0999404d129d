"""A diagram drawn once, ready to be coloured for any case; kept by the hash of its file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.base.lru import ByteBoundCache
from app.engine import xml
from app.engine.drawing import badges, labels, shapes
from app.engine.drawing.badges import Obstacle, Spot
from app.engine.drawing.elements import GATEWAYS, NODES, Element
from app.engine.drawing.geometry import (
    Box,
    Point,
    arrow_head,
    bounding_box,
    distance,
    n,
    rounded,
    shortened,
    toward,
)
from app.engine.drawing.lettering import Block
from app.engine.drawing.scene import Edge, Scene, Shape, scene

_CROWD = 200  # what the name of a sub-process looks at; more in one place leaves none free
_NAME, _SIGN, _LINE = 10.0, 4.0, 2.0  # how bad it is to cover one square unit


class Names:
    """``blocks``: element id → its name in place. ``obstacles``: names, shapes, signs and lines."""

    def __init__(self, drawn: Scene) -> None:
        self.blocks: dict[str, Block] = {}
        self._solid = labels.obstacles(drawn)
        self._ways = [box for edge in drawn.edges.values() for box in segments(edge)]
        self._guests: dict[str, list[Box]] = {}
        for shape in drawn.shapes.values():
            self._guests.setdefault(shape.element.attached_to, []).append(shape.box)
        self._taken: list[Box] = []
        for shape in drawn.shapes.values():
            if shape.element.name and not shapes.is_box(shape):
                self._name(shape)
        for edge in drawn.edges.values():
            if edge.element.name:
                self._keep(edge.element.id, labels.on_line(edge, [*self._solid, *self._taken]))
        self._name_boxes([shape for shape in drawn.shapes.values() if shapes.is_box(shape)])
        self.obstacles = tuple(self._obstacles(drawn))

    def _name(self, shape: Shape) -> None:
        if _has_header(shape):
            self.blocks[shape.element.id] = labels.header(shape)
            return
        if labels.stands_beside(shape):
            block = labels.beside(shape, [] if shape.label else self._around(shape))
        elif shape.element.tag == "textAnnotation":
            block = labels.note(shape)
        elif shape.element.tag == "group":
            block = labels.group(shape)
        else:
            block = labels.inner(shape, self._guests.get(shape.element.id, ()))
        self._keep(shape.element.id, block)

    def _name_boxes(self, boxes: Sequence[Shape]) -> None:
        """Open sub-processes come last: their names have the most room to get out of the way."""
        for shape in boxes:
            if shape.element.name:
                inner = [one.box for one in boxes if one is not shape and shape.box.contains(one.box)]
                others = [*self._near(shape.box, but=shape.box), *inner, *shapes.sign_boxes(shape)]
                self._keep(shape.element.id, labels.title(shape, others[:_CROWD]))

    def _around(self, shape: Shape) -> list[Box]:
        return self._near(shape.box.grown(2 * labels.ROOM), but=shape.box)

    def _near(self, place: Box, *, but: Box) -> list[Box]:
        others = (*self._solid, *self._ways, *self._taken)
        return [box for box in others if box is not but and box.meets(place)]

    def _keep(self, id: str, block: Block) -> None:
        self.blocks[id] = block
        self._taken.extend(block.boxes)

    def _obstacles(self, drawn: Scene) -> list[Obstacle]:
        found = [(box, _NAME) for box in (*self._solid, *self._taken)]
        for shape in drawn.shapes.values():
            found.extend((box, _SIGN) for box in shapes.sign_boxes(shape))
        return [*found, *((box, _LINE) for box in self._ways)]


_MARGIN = 24.0
#: What all pictures kept may take together; one takes about 18 times what its drawing does as text.
_MOST_BYTES, _GROWTH = 32 << 20, 18


@dataclass(frozen=True)
class Piece:
    """One element's drawing, still without state. ``over`` is drawn above everything but badges."""

    element: Element
    css: str
    body: str
    over: str = ""


@dataclass(frozen=True)
class Picture:
    """All pieces from the back to the front: areas, lines, nodes. ``spots``: of the nodes; see `spots_for`."""

    key: str
    view: Box
    areas: tuple[Piece, ...]
    lines: tuple[Piece, ...]
    nodes: tuple[Piece, ...]
    spots: Mapping[str, Spot]
    elements: Mapping[str, Element]
    made_up: bool
    scene: Scene
    obstacles: tuple[Obstacle, ...]

    def spots_for(self, ids: Collection[str]) -> Mapping[str, Spot]:
        """Where badges can stand: at every node, and at the lines and areas with these ids."""
        if not ids:
            return self.spots
        lines = [id for id in self.scene.edges if id in ids]
        others = [id for id in self.scene.shapes if id in ids and id not in self.spots]
        found = {id: badges.spot(self.scene.shapes[id], None, self.obstacles) for id in others}
        found |= {id: badges.line_spot(self.scene.edges[id], self.obstacles) for id in lines}
        return {**self.spots, **found}


def picture_of(content: bytes) -> Picture:
    """The picture of a BPMN file, from memory when it was drawn before.

    Raises:
        InvalidDiagram: ``content`` is not XML that we read.
    """
    key = sha256(content).digest()
    made = _pictures.get(key)
    if made is None:
        made = _pictures[key] = _make(scene(xml.parse(content)), key.hex()[:8])
    return made


def _bytes(picture: Picture) -> int:
    pieces = (*picture.areas, *picture.lines, *picture.nodes)
    return _GROWTH * sum(len(piece.body) + len(piece.over) for piece in pieces)


_pictures: ByteBoundCache[bytes, Picture] = ByteBoundCache(_MOST_BYTES, _bytes)


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
        scene=drawn,
        obstacles=names.obstacles,
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
    if block is not None and _has_header(shape):
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
        _outline(edge),
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
        if id not in drawn.shapes or not _has_header(drawn.shapes[id]):
            yield from block.boxes


def _has_header(shape: Shape) -> bool:
    """Whether the name stands in a band along the side."""
    return shape.element.tag in ("participant", "lane") and "closed" not in shape.element.marks


def _outline(edge: Edge) -> str:
    """The SVG of the line and what stands at its ends."""
    points, tag = edge.points, edge.element.tag
    if tag == "sequenceFlow":
        return _path(shortened(points, 6)) + f'<path class="head" d="{arrow_head(points)}"/>' + _tail(edge)
    if tag == "messageFlow":
        start = f'<circle class="tail" cx="{n(points[0][0])}" cy="{n(points[0][1])}" r="4"/>'
        return _path(points) + start + f'<path class="head open" d="{arrow_head(points, 10, 9)}Z"/>'
    heads = "".join(f'<path class="line" d="{head}"/>' for head in _open_heads(edge))
    return _path(points, "line dotted") + heads


def _path(points: Sequence[Point], css: str = "line") -> str:
    return f'<path class="{css}" d="{rounded(points)}"/>'


def _open_heads(edge: Edge) -> list[str]:
    points = edge.points
    heads = []
    if edge.element.tag.startswith("data") or edge.element.marks & {"one", "both"}:
        heads.append(arrow_head(points, 7, 8))
    if "both" in edge.element.marks:
        heads.append(arrow_head(points[::-1], 7, 8))
    return heads


def _tail(edge: Edge) -> str:
    """The slash of a default flow, the diamond of a conditional one."""
    first, second = edge.points[0], edge.points[1]
    if distance(first, second) < 12:
        return ""
    if "default" in edge.element.marks:
        x, y = toward(first, second, 10)
        return f'<path class="line" d="M{n(x - 4)} {n(y - 5)}L{n(x + 4)} {n(y + 5)}"/>'
    if "conditional" in edge.element.marks:
        middle, end = toward(first, second, 8), toward(first, second, 16)
        dx, dy = (end[1] - first[1]) / 16 * 4.5, (first[0] - end[0]) / 16 * 4.5
        corners = (first, (middle[0] + dx, middle[1] + dy), end, (middle[0] - dx, middle[1] - dy))
        return '<path class="tail" d="M' + "L".join(f"{n(x)} {n(y)}" for x, y in corners) + 'Z"/>'
    return ""


def segments(edge: Edge) -> list[Box]:
    """Thin boxes along the upright and level parts, to keep badges and labels off the line."""
    boxes = []
    for (ax, ay), (bx, by) in zip(edge.points, edge.points[1:], strict=False):
        if abs(ax - bx) < 2 or abs(ay - by) < 2:
            boxes.append(Box(min(ax, bx) - 1, min(ay, by) - 1, abs(ax - bx) + 2, abs(ay - by) + 2))
    return boxes
