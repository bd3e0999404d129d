"""Where names stand: inside tasks and lanes, beside events, gateways and flows."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from app.engine.drawing.elements import DATA, EVENTS, GATEWAYS
from app.engine.drawing.geometry import Box
from app.engine.drawing.lettering import Block, below, fit, height, left_block, wrap
from app.engine.drawing.scene import Edge, Scene, Shape
from app.engine.drawing.shapes import HEADER, is_box, sign_boxes

ROOM = 90.0  # what modelers give a label beside its element
_SIZE, _TITLE = 11, 12


def inner(shape: Shape, guests: Sequence[Box]) -> Block:
    """The name inside an activity, clear of its signs and of the boundary events (``guests``) on it."""
    box = shape.box
    room = Box(box.x + 8, box.y + 5, max(12.0, box.w - 16), max(12.0, box.h - 10))
    return fit(shape.element.name, room, [*sign_boxes(shape), *guests])


def title(shape: Shape, others: Sequence[Box]) -> Block:
    """The name of an open sub-process: where the file puts it, else along its upper edge, where it covers least."""
    name, box = shape.element.name, shape.box
    room = Box(box.x + 10, box.y + 5, box.w - 20, box.h - 10)
    given = [_given(name, shape.label, None)] if shape.label is not None else []
    plain = fit(name, Box(room.x, room.y, room.w, 18))
    blocks = chain(given, [plain], _titles(name, room))
    best = _calmest((block for block in blocks if _letters(*block.lines) == _letters(name)), others)
    return best if best.lines else plain


def _letters(*lines: str) -> str:
    return "".join("".join(lines).split())


def _titles(name: str, room: Box) -> Iterator[Block]:
    """In the middle, at the left, at the right; whole and then in ever narrower lines, above and then below."""
    for upper in (True, False):
        for share in (1, 2, 3):
            most = 1 if share == 1 else 3
            block = below(name, 0, 0, room.w / share, _TITLE, most)
            half, tall = max([0.0, *(line.w / 2 for line in block.boxes)]), len(block.lines) * height(_TITLE)
            top = room.y if upper else room.bottom - tall
            for cx in (room.cx, room.x + half, room.right - half):
                yield below(name, cx, top, room.w / share, _TITLE, most)


def note(shape: Shape) -> Block:
    """The text of an annotation, from its bracket on."""
    box = shape.box
    return left_block(
        shape.element.name, Box(box.x + 7, box.y + 3, max(24.0, box.w - 9), max(14.0, box.h - 4))
    )


def header(shape: Shape) -> Block:
    """The name in the band of a pool or lane, as if it ran from left to right around 0,0."""
    length = shape.box.w if shape.upright else shape.box.h
    room = max(12.0, (length - 12) / 1.1)  # bold letters are wider
    return fit(shape.element.name, Box(-room / 2, 1 - HEADER / 2, room, HEADER - 2))


def group(shape: Shape) -> Block:
    """The name of a group, in the middle of its upper edge."""
    return below(
        shape.element.name, shape.box.cx, shape.box.y + 4, max(ROOM, shape.box.w - 16), _SIZE, most=1
    )


def stands_beside(shape: Shape) -> bool:
    """Whether the name is written beside the shape."""
    return shape.element.tag in EVENTS | GATEWAYS | DATA


def beside(shape: Shape, others: Sequence[Box]) -> Block:
    """The name of an event, gateway or data object: where the file puts it, else least in the way."""
    name = shape.element.name
    if shape.label is not None:
        return _given(name, shape.label, shape.box)
    box = shape.box
    under = below(name, box.cx, box.bottom + 4, ROOM, _SIZE)
    tall, half = _tall(under), max([0.0, *(line.w / 2 for line in under.boxes)])
    return _calmest(
        [
            under,
            below(name, box.cx, box.y - 4 - tall, ROOM, _SIZE),
            below(name, box.right + 6 + half, box.cy - tall - 2, ROOM, _SIZE),
            below(name, box.x - 6 - half, box.cy - tall - 2, ROOM, _SIZE),
        ],
        others,
    )


def _given(name: str, label: Box, owner: Box | None) -> Block:
    """The name at its place in the file. Our letters may need more lines: they grow away from the owner."""
    lines = len(wrap(name, max(ROOM, label.w), _SIZE))
    extra = max(0.0, min(lines, 5) * height(_SIZE) - label.h)
    shift = 0.0
    if owner is not None and label.cy < owner.y:
        shift = extra
    elif owner is not None and label.cy < owner.bottom:
        shift = extra / 2
    return below(name, label.cx, label.y - shift, max(ROOM, label.w), _SIZE)


def on_line(edge: Edge, others: Sequence[Box]) -> Block:
    """The name of a flow: where the file puts it, else along one of its first two parts."""
    name = edge.element.name
    if edge.label is not None:
        return _given(name, edge.label, None)
    block = below(name, 0, 0, ROOM, _SIZE)
    tall, half = _tall(block), max([0.0, *(line.w / 2 for line in block.boxes)])
    places = []
    for (ax, ay), (bx, by) in list(zip(edge.points, edge.points[1:], strict=False))[:2]:
        cx, cy = (ax + bx) / 2, (ay + by) / 2
        if abs(ax - bx) >= abs(ay - by):
            start = ax + (half + 6 if bx > ax else -half - 6)
            places += [(start, cy - tall - 3), (cx, cy - tall - 3), (cx, cy + 3)]
        else:
            start = ay + (6 if by > ay else -tall - 6)
            places += [(cx + half + 5, start), (cx + half + 5, cy - tall / 2), (cx - half - 5, cy - tall / 2)]
    return _calmest([below(name, x, y, ROOM, _SIZE) for x, y in places], others)


def _tall(block: Block) -> float:
    return len(block.lines) * height(_SIZE)


def _calmest(blocks: Iterable[Block], others: Sequence[Box]) -> Block:
    """The block that covers least of the others; the earlier one where they are equal."""
    best, least = Block((), (), _SIZE), math.inf
    for block in blocks:
        covered = _covered(block, others, least)
        if covered < least:
            best, least = block, covered
        if not least:
            break
    return best


def _covered(block: Block, others: Sequence[Box], most: float) -> float:
    """How much of the others it covers, counted up to ``most``."""
    covered = 0.0
    for line in block.boxes:
        for other in others:
            covered += line.overlap(other)
            if covered >= most:
                return covered
    return covered


def obstacles(scene: Scene, but: Iterable[str] = ()) -> list[Box]:
    """The boxes that names should stay off: everything but pools, lanes, groups and open sub-processes."""
    left_out = set(but)
    return [
        shape.box
        for id, shape in scene.shapes.items()
        if id not in left_out
        and shape.element.tag not in ("participant", "lane", "group")
        and not is_box(shape)
    ]
