"""Shapes drawn over the cells of a table: in Word beside a cell's words, in a workbook on a layer of its own. No
session."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine import xml
from app.services.files.workbooks import Surface

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
#: What our own documents name the group of shapes in a cell.
_OURS = "Bagan "


@dataclass(frozen=True)
class Shape:
    """A drawn shape: its kind as Word names it (``flowChartProcess``, ``line``; ``textbox`` for words beside others,
    ``picture`` for what is no shape), the text in it, and, in a document of ours, what it stands for."""

    kind: str
    text: str = ""
    name: str = ""


# In a workbook


def shapes_on(surface: Surface) -> Iterator[tuple[tuple[int, int], Shape]]:
    """The shapes on a page of a workbook, each with the row and column, from 1, in which its middle lies.

    Raises:
        InvalidDiagram: a drawing is too large, or no XML.
    """
    for drawing in surface.drawings:
        root = xml.parse(drawing)
        for anchor in root:
            box = _box_of(anchor, surface)
            room = _room(anchor)
            for part in anchor.iter(*(f"{_XDR}{name}" for name in ("sp", "cxnSp", "pic", "graphicFrame"))):
                if not any(above.tag == FALLBACK for above in part.iterancestors()):
                    yield surface.cell_at(*_middle(part, box, room)), _sheet_shape(part)


def _box_of(anchor: xml.Element, surface: Surface) -> tuple[float, float, float, float]:
    """Where an anchor begins and ends: left, top, right, bottom."""
    first, last = (_corner(anchor.find(f"{_XDR}{name}"), surface) for name in ("from", "to"))
    position, size = anchor.find(f"{_XDR}pos"), anchor.find(f"{_XDR}ext")
    left, top = first or (_measure(position, "x"), _measure(position, "y"))
    right, bottom = last or (left + _measure(size, "cx"), top + _measure(size, "cy"))
    return left, top, right, bottom


def _corner(part: xml.Element | None, surface: Surface) -> tuple[float, float] | None:
    if part is None:
        return None
    row, down, column, across = (_count(part, name) for name in ("row", "rowOff", "col", "colOff"))
    x, y = surface.point_of(row, column)
    return x + across, y + down


def _count(part: xml.Element, name: str) -> int:
    text = (part.findtext(f"{_XDR}{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _measure(part: xml.Element | None, name: str) -> float:
    text = part.get(name) or "" if part is not None else ""
    return float(text) if text.removeprefix("-").isdigit() and len(text) < 15 else 0.0


def _room(anchor: xml.Element) -> tuple[float, float, float, float] | None:
    """The room of the outermost group in an anchor in its own measures: left, top, width, height."""
    frame = next(anchor.iter(f"{_XDR}grpSpPr"), None)
    if frame is None:
        return None
    begin, size = next(frame.iter(f"{_A}chOff"), None), next(frame.iter(f"{_A}chExt"), None)
    return _measure(begin, "x"), _measure(begin, "y"), _measure(size, "cx"), _measure(size, "cy")


def _middle(
    part: xml.Element,
    box: tuple[float, float, float, float],
    room: tuple[float, float, float, float] | None,
) -> tuple[float, float]:
    """The middle of a shape: of its anchor, or of its place in the group that the anchor holds."""
    left, top, right, bottom = box
    across = down = 0.5
    frame = next(part.iter(f"{_A}xfrm", f"{_XDR}xfrm"), None)
    if room is not None and frame is not None and room[2] and room[3]:
        at, size = frame.find(f"{_A}off"), frame.find(f"{_A}ext")
        across = (_measure(at, "x") + _measure(size, "cx") / 2 - room[0]) / room[2]
        down = (_measure(at, "y") + _measure(size, "cy") / 2 - room[1]) / room[3]
    return left + (right - left) * across, top + (bottom - top) * down


def _sheet_shape(part: xml.Element) -> Shape:
    if part.tag != f"{_XDR}sp":
        return Shape("line" if part.tag == f"{_XDR}cxnSp" else "picture")
    is_box = any(one.get("txBox") in ("1", "true") for one in part.iter(f"{_XDR}cNvSpPr"))
    kind = next((one.get("prst") or "" for one in part.iter(f"{_A}prstGeom")), "")
    return Shape("textbox" if is_box else kind, _words(part, f"{_A}p", f"{_A}t"))


# In Word


def shapes_in(part: xml.Element) -> Iterator[Shape]:
    """The shapes in a cell or paragraph of a Word file."""
    for drawing in part.iter(f"{_W}drawing"):
        if any(above.tag == f"{_W}drawing" for above in drawing.iterancestors()):
            continue
        about = next(drawing.iter(f"{_WP}docPr"), None)
        ours = about is not None and (about.get("name") or "").startswith(_OURS)
        shapes = list(drawing.iter(f"{_WPS}wsp"))
        for shape in shapes:
            yield from _our_shape(shape) if ours else [Shape(_kind(shape), _words(shape, f"{_W}p", f"{_W}t"))]
        if not shapes:
            yield Shape("picture")
    for pict in part.iter(f"{_W}pict", f"{_W}object"):
        if not any(above.tag == FALLBACK for above in pict.iterancestors()):
            yield from _old_shapes(pict)


def _kind(shape: xml.Element) -> str:
    if any(one.get("txBox") in ("1", "true") for one in shape.iter(f"{_WPS}cNvSpPr")):
        return "textbox"
    return next((one.get("prst") or "" for one in shape.iter(f"{_A}prstGeom")), "")


def _our_shape(shape: xml.Element) -> Iterator[Shape]:
    """A shape in a document of ours, where a rectangle is the words of an arrow, or without words an unseen frame."""
    kind, text = _kind(shape), _words(shape, f"{_W}p", f"{_W}t")
    name = next((one.get("name") or "" for one in shape.iter(f"{_WPS}cNvPr")), "")
    if kind != "rect":
        yield Shape(kind, text, name)
    elif text:
        yield Shape("textbox", text)


def _old_shapes(pict: xml.Element) -> Iterator[Shape]:
    """Shapes as Word wrote them before 2010."""
    names = {"rect": "rect", "roundrect": "roundRect", "oval": "ellipse", "line": "line"}
    kinds_of = {"_x0000_t109": "rect", "_x0000_t110": "diamond", "_x0000_t4": "diamond"}
    kinds_of |= {"_x0000_t116": "flowChartTerminator", "_x0000_t177": "flowChartOffpageConnector"}
    kinds_of |= {"_x0000_t32": "line", "_x0000_t33": "line", "_x0000_t34": "line", "_x0000_t202": "textbox"}
    kinds_of |= {"_x0000_t75": "picture"}
    for one in pict.iter():
        if not isinstance(one.tag, str) or not one.tag.startswith(_VML):
            continue
        name = one.tag.removeprefix(_VML)
        if name == "shape" or name in names:
            kind = names.get(name) or kinds_of.get((one.get("type") or "").lstrip("#"), "")
            yield Shape(kind, _words(one, f"{_W}p", f"{_W}t"))


def _words(part: xml.Element, paragraph: str, tag: str) -> str:
    lines = ["".join(one.text or "" for one in line.iter(tag)) for line in part.iter(paragraph)]
    return " ".join(" ".join(lines).split())
