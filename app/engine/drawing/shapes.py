"""The outlines and signs of everything that is not a line, without names and states."""

from app.engine.drawing import symbols
from app.engine.drawing.elements import BOXES, DATA, EVENTS, GATEWAYS, Element
from app.engine.drawing.geometry import Box, n
from app.engine.drawing.scene import Shape

HEADER = 30.0  # the band of a pool or lane that holds its name
_FOLD = 12.0
_MARK = 18.0  # from one sign at the foot of an activity to the next


def outline(shape: Shape) -> str:
    """The SVG of the shape itself."""
    tag = shape.element.tag
    if tag in ("participant", "lane"):
        return _swimlane(shape)
    if tag in EVENTS:
        return _event(shape.element, shape.box)
    if tag in GATEWAYS:
        return _gateway(shape.element, shape.box)
    if tag in DATA:
        return _store(shape.box) if tag.startswith("dataStore") else _page(shape.element, shape.box)
    if tag == "textAnnotation":
        box = shape.box
        bracket = f"M{n(box.x + 12)} {n(box.y)}H{n(box.x)}V{n(box.bottom)}H{n(box.x + 12)}"
        return f'{_rect(box, "clear")}<path class="line" d="{bracket}"/>'
    if tag == "group":
        return _rect(shape.box, "frame", radius=10)
    return _activity(shape)


def sign_boxes(shape: Shape) -> list[Box]:
    """Where a task's own signs stand: upper left and at the foot."""
    box = shape.box
    icon = [Box(box.x + 5, box.y + 5, 17, 17)] if _icon(shape.element) else []
    wide = max(40, _MARK * len(mark_names(shape)))
    return [*icon, *([Box(box.cx - wide / 2, box.bottom - 17, wide, 16)] if mark_names(shape) else [])]


def mark_names(shape: Shape) -> list[str]:
    """The signs at the foot of an activity, from left to right."""
    marks = ("compensation", "loop", "multi", "sequential")
    names: list[str] = [mark for mark in marks if mark in shape.element.marks]
    if shape.collapsed and shape.element.calls in ("", "process"):
        names.append("collapsed")
    if shape.element.tag == "adHocSubProcess":
        names.append("adhoc")
    return names


def _icon(element: Element) -> str:
    """The kind of task whose sign stands in the upper left corner; of a call, that of the global task it calls."""
    kind = element.calls or element.tag
    return kind if kind in symbols.TASK else ""


def _rect(box: Box, css: str, radius: float = 0) -> str:
    round_ = f' rx="{n(radius)}"' if radius else ""
    return (
        f'<rect class="{css}" x="{n(box.x)}" y="{n(box.y)}" width="{n(box.w)}" height="{n(box.h)}"{round_}/>'
    )


def _swimlane(shape: Shape) -> str:
    box = shape.box
    band = Box(box.x, box.y, box.w, min(HEADER, box.h)) if shape.upright else Box(box.x, box.y, HEADER, box.h)
    return _rect(box, "area") + ("" if "closed" in shape.element.marks else _rect(band, "band"))


def _at(x: float, y: float, scale: float = 1) -> str:
    grown = f" scale({scale:.2f})" if abs(scale - 1) > 0.01 else ""
    return f'transform="translate({n(x)} {n(y)}){grown}"'


def _event(element: Element, box: Box) -> str:
    radius = min(box.w, box.h) / 2
    svg = f'<circle class="outline" cx="{n(box.cx)}" cy="{n(box.cy)}" r="{n(radius)}"/>'
    if element.tag in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        svg += f'<circle class="ring" cx="{n(box.cx)}" cy="{n(box.cy)}" r="{n(max(1, radius * 0.8))}"/>'
    sign = _event_sign(element)
    if not sign:
        return svg
    thrown = element.tag in ("endEvent", "intermediateThrowEvent") and sign != "timer"
    path = symbols.SOLID_EVENT.get(sign, symbols.EVENT[sign]) if thrown else symbols.EVENT[sign]
    place = _at(box.cx, box.cy, radius / 18 * (1 if element.tag == "startEvent" else 0.88))
    return svg + f'<path class="{"sign solid" if thrown else "sign"}" {place} d="{path}"/>'


def _event_sign(element: Element) -> str:
    if len(element.events) > 1:
        return "parallel" if "parallel" in element.marks else "multiple"
    return element.events[0] if element.events and element.events[0] in symbols.EVENT else ""


def _gateway(element: Element, box: Box) -> str:
    top, low = f"{n(box.cx)} {n(box.y)}", f"{n(box.cx)} {n(box.bottom)}"
    outline = f"M{top}L{n(box.right)} {n(box.cy)}L{low}L{n(box.x)} {n(box.cy)}Z"
    sign = symbols.GATEWAY.get(element.tag, "")
    if element.tag == "eventBasedGateway" and "parallel" in element.marks:
        sign = symbols.GATEWAY["eventBasedGateway parallel"]
    weight = "sign" if element.tag in symbols.THIN_GATEWAYS else "sign thick"
    place = _at(box.cx, box.cy, min(box.w, box.h) / 50)
    return f'<path class="outline" d="{outline}"/><path class="{weight}" {place} d="{sign}"/>'


def _activity(shape: Shape) -> str:
    box, element = shape.box, shape.element
    svg = _rect(box, "outline", radius=10)
    if element.tag == "transaction":
        svg += _rect(box.grown(-3), "ring", radius=7)
    if icon := _icon(element):
        css = "sign solid" if icon in symbols.SOLID_TASKS else "sign"
        svg += f'<path class="{css}" {_at(box.x + 14, box.y + 14)} d="{symbols.TASK[icon]}"/>'
    names = mark_names(shape)
    for index, mark in enumerate(names):
        x = box.cx + (index - (len(names) - 1) / 2) * _MARK
        svg += f'<path class="sign" {_at(x, box.bottom - 9)} d="{symbols.MARK[mark]}"/>'
    return svg


def _page(element: Element, box: Box) -> str:
    fold = min(_FOLD, box.w / 2, box.h / 2)
    slant = f"H{n(box.right - fold)}L{n(box.right)} {n(box.y + fold)}"
    edge = f"M{n(box.x)} {n(box.y)}{slant}V{n(box.bottom)}H{n(box.x)}Z"
    corner = f"M{n(box.right - fold)} {n(box.y)}V{n(box.y + fold)}H{n(box.right)}"
    svg = f'<path class="outline" d="{edge}"/><path class="line" d="{corner}"/>'
    if "collection" in element.marks:
        svg += f'<path class="sign" {_at(box.cx, box.bottom - 8)} d="{symbols.MARK["multi"]}"/>'
    return svg


def _store(box: Box) -> str:
    rx, ry = box.w / 2, min(8, box.h / 5)
    arc = f"a{n(rx)} {n(ry)} 0 0 0 {n(box.w)} 0"
    side = f"M{n(box.x)} {n(box.y + ry)}{arc}V{n(box.bottom - ry)}a{n(rx)} {n(ry)} 0 0 1 {n(-box.w)} 0Z"
    top = f'<ellipse class="outline" cx="{n(box.cx)}" cy="{n(box.y + ry)}" rx="{n(rx)}" ry="{n(ry)}"/>'
    line = f'<path class="line" d="M{n(box.x)} {n(box.y + ry + 5)}{arc}"/>'
    return f'<path class="outline" d="{side}"/>{top}{line}'


def is_box(shape: Shape) -> bool:
    """Whether the shape is a sub-process or a call drawn open, with others inside it."""
    return (shape.element.tag in BOXES or bool(shape.element.calls)) and not shape.collapsed
