"""A workbook (XLSX) that is written as it is sent, however many rows it has: nothing of it is kept. No session.

ECMA-376, part 1: texts stand in their cells, and the list of sheets at the end of the archive.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from app.base.xml_text import clean

#: Rows of a sheet, the heading among them, and its bytes before it is packed; what is more begins another sheet.
MOST_ROWS, MOST_BYTES = 1_048_576, 1_000_000_000
#: What a cell can hold.
_MOST_LETTERS = 32_767
#: Rows that are written between two pieces.
_PIECE = 200
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 a cell knows no zone
_DAY_S = 86_400

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BEGIN = (
    f'{_XML}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
    ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_END = "</sheetData></worksheet>"
#: Formats of cells by their numbers: 0 as it is, 1 a moment, 2 a day.
_STYLES = (
    f'{_XML}<styleSheet {_MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="1"><font><sz val="11"/>'
    '<name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/>'
    '<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Pipe:
    """Takes what the archive writes until it is sent; it cannot go back."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, some: bytes) -> int:
        self._held.append(bytes(some))
        return len(some)

    def flush(self) -> None:
        """Nothing is behind it."""

    def taken(self) -> bytes:
        """What came since it was last asked."""
        held, self._held = b"".join(self._held), []
        return held


def pieces(title: str, heading: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The bytes of a workbook, a piece for some hundred rows. ``title``: of its sheet, of further ones with a number.

    A cell is a number, a moment without a zone, a day, nothing, or else a text, also where it looks like a formula.
    """
    pipe, rest, sheets = _Pipe(), iter(rows), 0
    with ZipFile(pipe, "w", ZIP_DEFLATED) as book:  # type: ignore[call-overload]
        some = list(islice(rest, min(_PIECE, MOST_ROWS - 1)))
        while some or not sheets:
            sheets += 1
            room, size = MOST_ROWS - 1, 0
            with book.open(f"xl/worksheets/sheet{sheets}.xml", "w") as part:
                part.write(f"{_BEGIN}{_row(heading)}".encode())
                while some and len(some) <= room and size < MOST_BYTES:
                    text = "".join(map(_row, some)).encode()
                    part.write(text)
                    room, size = room - len(some), size + len(text)
                    yield pipe.taken()
                    some = list(islice(rest, min(_PIECE, room or MOST_ROWS - 1)))
                part.write(_END.encode())
        for name, content in _frame(title, sheets):
            book.writestr(name, content)
    yield pipe.taken()


def _row(cells: Sequence[object]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return f"<c><v>{value!r}</v></c>"
    if isinstance(value, datetime):
        since = value - _DAY_ZERO
        return f'<c s="1"><v>{since.days + since.seconds / _DAY_S!r}</v></c>'
    if isinstance(value, date):
        return f'<c s="2"><v>{(value - _DAY_ZERO.date()).days}</v></c>'
    text = escape(clean(str(value))[:_MOST_LETTERS], {"\r": "&#13;"})
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(title: str, sheets: int) -> Iterator[tuple[str, str]]:
    """What an archive holds besides its sheets."""
    numbers = range(1, sheets + 1)
    names = [title if number == 1 else f"{title} {number}" for number in numbers]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers] + [
        ("styles", "styles.xml")
    ]
    yield "xl/_rels/workbook.xml.rels", _relations(targets)
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    yield "xl/styles.xml", _STYLES
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f"{_XML}<Relationships {_RELATIONS}>{each}</Relationships>"
