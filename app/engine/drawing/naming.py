"""The place of every name of a diagram, found once, and what badges have to stay off."""

from collections.abc import Sequence

from app.engine.drawing import labels, lines, shapes
from app.engine.drawing.badges import Obstacle
from app.engine.drawing.geometry import Box
from app.engine.drawing.lettering import Block
from app.engine.drawing.scene import Scene, Shape

_CROWD = 200  # what the name of a sub-process looks at; more in one place leaves none free
_NAME, _SIGN, _LINE = 10.0, 4.0, 2.0  # how bad it is to cover one square unit


class Names:
    """``blocks``: element id → its name in place. ``obstacles``: names, shapes, signs and lines."""

    def __init__(self, drawn: Scene) -> None:
        self.blocks: dict[str, Block] = {}
        self._solid = labels.obstacles(drawn)
        self._ways = [box for edge in drawn.edges.values() for box in lines.segments(edge)]
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
        if has_header(shape):
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


def has_header(shape: Shape) -> bool:
    """Whether the name stands in a band along the side."""
    return shape.element.tag in ("participant", "lane") and "closed" not in shape.element.marks
