"""The SOP document as a Word file (Office Open XML, ISO/IEC 29500): tables, with DrawingML shapes inline in cells.

Each performer's cell holds one group of shapes as large as the cell. Nothing floats: symbols and pieces of arrows
stay in their rows in Word and LibreOffice, also once somebody edits the file.
"""

import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from itertools import count
from typing import Any

from app.base.xml_text import clean
from app.services.sop_documents import drawings, files, row_parts, sheets
from app.services.sop_documents.contents import SopDocument, paragraphs
from app.services.sop_documents.drawings import Cell, Figure, Head, Label
from app.services.sop_documents.layouts import Layout, Paper
from app.services.sop_documents.sheets import Line, Sheets

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: The shapes of Word's own flow chart palette.
SHAPES = {
    "capsule": "flowChartTerminator",
    "box": "flowChartProcess",
    "diamond": "flowChartDecision",
    "pentagon": "flowChartOffpageConnector",
}
_EMU, _TWIPS = 36_000, 1440 / 25.4
_TURNS = {"up": 0, "right": 5_400_000, "down": 10_800_000, "left": 16_200_000}
_FOOT_TWIPS = 340
_SPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.{address}"'
    for prefix, address in (
        ("w", "openxmlformats.org/wordprocessingml/2006/main"),
        ("r", "openxmlformats.org/officeDocument/2006/relationships"),
        ("wp", "openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "openxmlformats.org/drawingml/2006/main"),
        ("wpg", "microsoft.com/office/word/2010/wordprocessingGroup"),
        ("wps", "microsoft.com/office/word/2010/wordprocessingShape"),
    )
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def docx(document: SopDocument, layout: Layout, paper: Paper) -> bytes:
    """The document as a Word file; the same document gives the same bytes."""
    written = _Writer(document, layout, paper, sheets.laid_out(document, layout, paper))
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            ("officeDocument", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{_safe(f"SOP {document.name}")}</dc:title>'
        "<dc:language>id</dc:language></cp:coreProperties>",
        "word/_rels/document.xml.rels": _relations(
            ("styles", f"{_OFFICE}/styles", "styles.xml"),
            ("settings", f"{_OFFICE}/settings", "settings.xml"),
            ("foot", f"{_OFFICE}/footer", "footer.xml"),
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/footer.xml": f"<w:ftr {_SPACES}>{_foot(document, paper)}</w:ftr>",
        "word/document.xml": f"<w:document {_SPACES}><w:body>{written.body()}</w:body></w:document>",
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _safe(text: str) -> str:
    return escape(clean(text))


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS)


def _emu(millimetres: float) -> int:
    return round(millimetres * _EMU)


def _paragraph(
    text: str,
    *,
    bold: bool = False,
    align: str = "",
    points: float = row_parts.POINTS,
    new_page: bool = False,
    left: float = 0,
    height: float = 0,
    above: float = 0,
    below: float = 0,
    more: str = "",
) -> str:
    line = f' w:line="{_twips(height)}" w:lineRule="exact"' if height else ""
    about = "<w:pageBreakBefore/>" if new_page else ""
    about += more
    about += f'<w:spacing w:before="{_twips(above)}" w:after="{_twips(below)}"{line}/>'
    about += f'<w:ind w:left="{_twips(left)}"/>' if left else ""
    about += f'<w:jc w:val="{align}"/>' if align else ""
    size = round(points * 2)
    looks = f'{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    run = f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{_safe(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{about}<w:rPr>{looks}</w:rPr></w:pPr>{run}</w:p>"


def _foot(document: SopDocument, paper: Paper) -> str:
    """The foot of each page: what document it is, and at the right which page of how many."""
    stop = f'<w:tabs><w:tab w:val="right" w:pos="{_twips(paper.width - 2 * sheets.MARGIN)}"/></w:tabs>'
    looks = '<w:rPr><w:sz w:val="14"/><w:szCs w:val="14"/></w:rPr>'

    def number(field: str) -> str:
        return f'<w:fldSimple w:instr="{field}"><w:r>{looks}<w:t>1</w:t></w:r></w:fldSimple>'

    between = f'<w:r>{looks}<w:t xml:space="preserve"> / </w:t></w:r>'
    pages = f"<w:r>{looks}<w:tab/></w:r>{number('PAGE')}{between}{number('NUMPAGES')}"
    return _paragraph(document.foot, points=7, more=stop).removesuffix("</w:p>") + f"{pages}</w:p>"


def _cell(
    content: str,
    width: float,
    *,
    columns: int = 1,
    merge: str = "",
    middle: bool = False,
    padding: float = 0.0,
    beside: float = 0.0,
) -> str:
    about = f'<w:tcW w:w="{_twips(width)}" w:type="dxa"/>'
    about += f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    about += {"": "", "first": '<w:vMerge w:val="restart"/>', "more": "<w:vMerge/>"}[merge]
    margins = {"top": padding, "left": padding or beside, "bottom": padding, "right": padding or beside}
    edges = "".join(f'<w:{edge} w:w="{_twips(room)}" w:type="dxa"/>' for edge, room in margins.items())
    about += f"<w:tcMar>{edges}</w:tcMar>"
    about += '<w:vAlign w:val="center"/>' if middle else ""
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{content}</w:tc>"


def _row(cells: Iterable[str], *, height: float = 0, head: bool = False) -> str:
    about = "<w:cantSplit/>"
    about += f'<w:trHeight w:val="{_twips(height)}" w:hRule="atLeast"/>' if height else ""
    about += "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr>{about}</w:trPr>{''.join(cells)}</w:tr>"


def _table(widths: Sequence[float], rows: Iterable[str]) -> str:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for edge in edges)
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:tblBorders>{borders}'
        f'</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


class _Writer:
    """The body of one document."""

    def __init__(self, document: SopDocument, layout: Layout, paper: Paper, laid: Sheets) -> None:
        self.document, self.layout, self.paper, self.laid = document, layout, paper, laid
        self.ids = count(1)

    def body(self) -> str:
        parts = [self._identity()]
        for sheet in self.laid.sheets:
            again = sheet.number > 1
            heading = self.document.heading_again if again else self.document.heading
            looks: dict[str, Any] = (
                {"align": "right", "points": 7} if again else {"align": "center", "points": 11}
            )
            line = sheets.HEADING_HEIGHT - 3
            parts.append(_paragraph(heading, bold=not again, new_page=True, height=line, **looks))
            rows = [*self._heads(), *(self._line(one) for one in sheet.lines)]
            parts.append(_table(self.laid.widths, rows))
        return "".join([*parts, *self._signature(), self._section()])

    def _identity(self) -> str:
        identity, said = self.document.identity, self.document.identity.fields
        titles = [line for line in (*identity.office, *identity.title) if line]
        half = (self.paper.width - 2 * sheets.MARGIN) / 2
        widths = (half, 36.0, half - 36.0)

        def text(name: str) -> str:
            lines = paragraphs(said.get(name, "")) or [""]
            return "".join(_paragraph(line, points=9.5) for line in lines)

        rows = list[str]()
        for place, (label, name) in enumerate(self.layout.identity):
            emblem = _cell(_paragraph(""), half, merge="more" if place else "first")
            named = _cell(_paragraph(label, bold=True, points=9.5), widths[1], padding=1.2)
            rows.append(_row((emblem, named, _cell(text(name), widths[2], padding=1.2))))
        for left, right in self.layout.pairs:
            one, two = (
                _paragraph(label, bold=True, points=9.5) + text(name) for label, name in (left, right)
            )
            rows.append(_row((_cell(one, half, padding=1.2), _cell(two, half, columns=2, padding=1.2))))
        head = "".join(_paragraph(line, bold=True, align="center", points=12) for line in titles)
        return head + _paragraph("") + _table(widths, rows)

    def _heads(self) -> list[str]:
        """The two rows of heads, those of two rows merged downwards."""
        named = files.heads(self.layout, self.document.performers)
        lower = iter([head for head in named if not head["upper"]])
        rows: tuple[list[str], list[str]] = ([], [])
        place = 0
        for head in (head for head in named if head["upper"]):
            over = head["colspan"]
            width = sum(self.laid.widths[place : place + over])
            text = _paragraph(head["text"], bold=True, align="center")
            merged = head["rowspan"] > 1
            rows[0].append(
                _cell(text, width, columns=over, merge="first" if merged else "", middle=True, padding=0.6)
            )
            for at in range(place, place + over):
                words = "" if merged else next(lower)["text"]
                inside = _paragraph(words, bold=True, align="center")
                rows[1].append(
                    _cell(
                        inside, self.laid.widths[at], merge="more" if merged else "", middle=True, padding=0.6
                    )
                )
            place += over
        heights = self.laid.head_heights
        return [_row(cells, height=h, head=True) for cells, h in zip(rows, heights, strict=True)]

    def _line(self, line: Line) -> str:
        widths, performers = self.laid.widths, len(line.cells)
        cells = [self._text(line.texts[0], widths[0], "center"), self._text(line.texts[1], widths[1])]
        cells += [_cell(self._drawing(cell), cell.w) for cell in line.cells]
        cells += [
            self._text(text, width)
            for text, width in zip(line.texts[2:], widths[2 + performers :], strict=True)
        ]
        return _row(cells, height=line.height)

    def _text(self, lines: Sequence[str], width: float, align: str = "") -> str:
        """A cell of words. Its room above and below is that of its paragraphs: a row's cells all take the largest
        margin among them, and the drawings beside it would leave their row."""
        last = len(lines or [""]) - 1
        room = row_parts.PADDING
        words = "".join(
            _paragraph(line, align=align, above=0 if place else room, below=room if place == last else 0)
            for place, line in enumerate(lines or [""])
        )
        return _cell(words, width, beside=room)

    # Shapes

    def _drawing(self, cell: Cell) -> str:
        shapes = [self._frame(cell)]
        shapes += [self._arrow_piece(*line) for line in cell.lines]
        shapes += [self._point(head) for head in cell.heads]
        shapes += [self._figure(figure) for figure in cell.figures]
        shapes += [self._label(one, cell) for one in cell.labels]
        tiny = '<w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr>'
        about = f'<w:pPr><w:spacing w:before="0" w:after="0"/>{tiny}</w:pPr>'
        if len(shapes) == 1:
            return f"<w:p>{about}</w:p>"
        size = f'cx="{_emu(cell.w - 0.3)}" cy="{_emu(cell.h)}"'
        whole = f'cx="{_emu(cell.w)}" cy="{_emu(cell.h)}"'
        box = f'<a:off x="0" y="0"/><a:ext {size}/><a:chOff x="0" y="0"/><a:chExt {whole}/>'
        number = next(self.ids)
        says = escape(clean(cell.label or "panah"), quote=True)
        return (
            f"<w:p>{about}<w:r>{tiny}<w:drawing>"
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{number}" name="Bagan {number}" descr="{says}"/><wp:cNvGraphicFramePr/><a:graphic>'
            '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"><wpg:wgp>'
            f"<wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm>{box}</a:xfrm></wpg:grpSpPr>{''.join(shapes)}</wpg:wgp>"
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        )

    def _frame(self, cell: Cell) -> str:
        """An unseen rectangle as large as the cell: LibreOffice takes a group to be as large as what is in it, and
        would stretch and move the symbols."""
        return self._shape("rect", (0, 0, cell.w, cell.h), fill=False, line=False)

    def _figure(self, figure: Figure) -> str:
        box = (figure.x, figure.y, figure.w, figure.h)
        return self._shape(SHAPES[figure.kind], box, figure.lines, figure.points, name=figure.label)

    def _label(self, label: Label, cell: Cell) -> str:
        """The words of an arrow. Their box stays in the cell, as all of a group does; they may run out of it."""
        half = min(label.w / 2, label.x, cell.w - label.x)
        box = (label.x - half, label.y - label.h / 2, half * 2, label.h)
        return self._shape("rect", box, label.lines, drawings.LABEL_POINTS, line=False)

    def _arrow_piece(self, x1: float, y1: float, x2: float, y2: float) -> str:
        return self._shape("line", (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)), fill=False)

    def _point(self, head: Head) -> str:
        across, down = {"up": (0, 1), "down": (0, -1), "left": (1, 0), "right": (-1, 0)}[head.towards]
        box = (head.x + across - 1, head.y + down - 1, 2.0, 2.0)
        return self._shape("triangle", box, turn=_TURNS[head.towards], colour="000000")

    def _shape(
        self,
        kind: str,
        box: tuple[float, float, float, float],
        lines: Sequence[str] = (),
        points: float = 0,
        *,
        name: str = "",
        turn: int = 0,
        colour: str = "FFFFFF",
        fill: bool = True,
        line: bool = True,
    ) -> str:
        x, y, w, h = map(_emu, box)
        number = next(self.ids)
        turned = f' rot="{turn}"' if turn else ""
        inside = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' if fill else "<a:noFill/>"
        black = '<a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
        edge = f'<a:ln w="7620">{black}</a:ln>' if line else "<a:ln><a:noFill/></a:ln>"
        words = "".join(_paragraph(one, align="center", points=points) for one in lines)
        text = f"<wps:txbx><w:txbxContent>{words}</w:txbxContent></wps:txbx>" if words else ""
        named = escape(clean(name or f"{kind} {number}"), quote=True)
        return (
            f'<wps:wsp><wps:cNvPr id="{number}" name="{named}"/><wps:cNvSpPr/><wps:spPr><a:xfrm{turned}>'
            f'<a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm><a:prstGeom prst="{kind}"><a:avLst/>'
            f"</a:prstGeom>{inside}{edge}</wps:spPr>{text}"
            '<wps:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"/></wps:wsp>'
        )

    # The end

    def _signature(self) -> list[str]:
        left = self.paper.width - 2 * sheets.MARGIN - 85
        lines = [*([self.document.place, ""] if self.document.place else []), *self.document.signer]
        return [_paragraph(line, align="center", points=9.5, left=left) for line in ("", *lines)]

    def _section(self) -> str:
        margin = _twips(sheets.MARGIN)
        edges = " ".join(f'w:{edge}="{margin}"' for edge in ("top", "right", "bottom", "left"))
        size = f'w:w="{_twips(self.paper.width)}" w:h="{_twips(self.paper.height)}"'
        return (
            f'<w:sectPr><w:footerReference w:type="default" r:id="foot"/><w:pgSz {size} w:orient="landscape"/>'
            f'<w:pgMar {edges} w:header="{_FOOT_TWIPS}" w:footer="{_FOOT_TWIPS}" w:gutter="0"/></w:sectPr>'
        )


def _content_types() -> str:
    parts = {
        "/word/document.xml": f"{_WORD}.document.main+xml",
        "/word/styles.xml": f"{_WORD}.styles+xml",
        "/word/settings.xml": f"{_WORD}.settings+xml",
        "/word/footer.xml": f"{_WORD}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    named = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts.items())
    usual = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    usual += '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{usual}{named}</Types>'


def _relations(*named: tuple[str, str, str]) -> str:
    each = "".join(f'<Relationship Id="{id_}" Type="{kind}" Target="{to}"/>' for id_, kind, to in named)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _styles() -> str:
    fonts = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    usual = f'<w:rPrDefault><w:rPr>{fonts}<w:lang w:val="id-ID"/></w:rPr></w:rPrDefault>'
    style = '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    return f"<w:styles {_SPACES}><w:docDefaults>{usual}</w:docDefaults>{style}</w:styles>"


def _settings() -> str:
    """Word's mode of 2013 and later: without it, shapes of DrawingML are those of a file that is too old for them."""
    mode = 'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"'
    return f"<w:settings {_SPACES}><w:compat><w:compatSetting {mode}/></w:compat></w:settings>"
