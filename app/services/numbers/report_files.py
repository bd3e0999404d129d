"""The monthly report as files: PDF by Typst, XLSX by openpyxl, and lines of text."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import typst
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.base import i18n
from app.base.i18n import _
from app.services.numbers import words
from app.services.numbers.report import Column, Report, Table

_FORMATS = {"count": "#,##0", "share": "0.0%", "days": "0.0"}
_WIDEST = 60


def about(report: Report) -> list[str]:
    """What stands under the title: process, whom it is for, when it was made."""
    made = i18n.moment(report.made_at, report.zone)
    lines = [report.office, report.process]
    if report.recipients:
        lines.append(_("Untuk {recipients}", recipients=report.recipients))
    lines.append(_("Dibuat {moment}", moment=made))
    if not report.is_over:
        lines.append(_("Bulan ini masih berjalan; angkanya masih berubah."))
    if report.is_late:
        lines.append(_("Sebagian perkara yang baru berubah belum terhitung."))
    return [line for line in lines if line]


def title(report: Report) -> str:
    """What the report is called."""
    return _("Laporan bulanan {month}", month=words.month(report.month))


def pdf(report: Report) -> bytes:
    """The report on A4, tagged for screen readers: by PDF/UA, which wants a sign for every letter in Typst's fonts;
    where somebody typed others, without that promise."""
    try:
        return typeset(report, format="pdf", pdf_standards="ua-1")
    except typst.TypstError:
        return typeset(report, format="pdf")


def typeset(report: Report, **options: Any) -> bytes:
    """The report as Typst makes it of our template; it reads no file beside that, and nothing of the network."""
    data = {
        "title": title(report),
        "office": report.office,
        "language": i18n.language(),
        "about": about(report),
        "definitions": _("Arti angka"),
        "notes": report.notes,
        "tables": [_of_pdf(table) for table in report.tables],
    }
    inputs = {"data": orjson.dumps(data).decode()}
    made: bytes = typst.compile(_template(), sys_inputs=inputs, ignore_system_fonts=True, **options)
    return made


@cache
def _template() -> bytes:
    return Path(__file__).with_name("report.typ").read_bytes()


def _of_pdf(table: Table) -> dict[str, Any]:
    longest = max(
        (place for place, column in enumerate(table.columns) if column.kind == "text"),
        key=lambda place: max(len(str(line.values[place])) for line in table.lines),
    )
    return {
        "title": table.title,
        "headings": [column.heading for column in table.columns],
        "numbers": [column.kind != "text" for column in table.columns],
        "widths": [_width(place, column, longest) for place, column in enumerate(table.columns)],
        "rows": [table.shown(line) for line in table.lines],
    }


def _width(place: int, column: Column, longest: int) -> str:
    return "wide" if place == longest else "" if column.kind == "text" else "number"


def xlsx(report: Report) -> bytes:
    """The report as a workbook, a sheet for each table. Numbers are numbers; no text of it is a formula."""
    book = Workbook()
    sheet: Any = book.active
    for number, table in enumerate(report.tables):
        if number:
            sheet = book.create_sheet()
        sheet.title = table.title[:31]
        _head(sheet, [title(report), *about(report), table.title] if not number else [table.title])
        _fill(sheet, table)
    sheet = book.create_sheet(_("Arti angka"))
    for note in report.notes:
        _append(sheet, note)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _head(sheet: Any, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        _append(sheet, (line,))
        sheet.cell(number, 1).font = Font(bold=number in (1, len(lines)))


def _fill(sheet: Any, table: Table) -> None:
    _append(sheet, tuple(column.heading for column in table.columns))
    for cell in sheet[sheet.max_row]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for line in table.lines:
        _append(sheet, line.values)
        kinds = line.kinds or tuple(column.kind for column in table.columns)
        for cell, kind in zip(sheet[sheet.max_row], kinds, strict=True):
            cell.number_format = _FORMATS.get(kind, "@")
    for place, column in enumerate(table.columns, 1):
        texts = [len(str(line.values[place - 1])) for line in table.lines] if column.kind == "text" else [0]
        sheet.column_dimensions[get_column_letter(place)].width = min(max(14, *texts), _WIDEST)


def _append(sheet: Any, values: tuple[Any, ...]) -> None:
    """A row; what looks like a formula stays the text that it is."""
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    for place, value in enumerate(values, 1):
        cell = sheet.cell(row, place)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
        else:
            cell.value = value


def lines(report: Report) -> Iterator[str]:
    """The report as lines for a terminal."""
    yield title(report)
    yield from about(report)
    for table in report.tables:
        yield ""
        yield table.title
        rows = [[column.heading for column in table.columns], *(table.shown(line) for line in table.lines)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
        for row in rows:
            cells = zip(row, widths, table.columns, strict=True)
            yield "  ".join(
                cell.ljust(width) if column.kind == "text" else cell.rjust(width)
                for cell, width, column in cells
            ).rstrip()
