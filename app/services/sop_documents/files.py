"""The SOP document as PDF, by Typst."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

from app.services.core import pdf_marks
from app.services.sop_documents import drawings, measures, row_parts, sheets
from app.services.sop_documents.contents import SopDocument, paragraphs
from app.services.sop_documents.layouts import Layout, Paper
from app.services.sop_documents.sheets import Sheets


def pdf(document: SopDocument, layout: Layout, paper: Paper) -> bytes:
    """The document on paper, as Typst makes it of our template; it reads no file beside that."""
    return pdf_marks.without_suspects(typeset(document, layout, paper, format="pdf"))


def typeset(document: SopDocument, layout: Layout, paper: Paper, **options: Any) -> Any:
    """The document in any format that Typst writes."""
    inputs = {"data": orjson.dumps(_data(document, layout, paper)).decode()}
    return typst.compile(_template(), sys_inputs=inputs, ignore_system_fonts=True, **options)


@cache
def _template() -> bytes:
    return Path(__file__).with_name("document.typ").read_bytes()


def _data(document: SopDocument, layout: Layout, paper: Paper) -> dict[str, Any]:
    laid: Sheets = sheets.laid_out(document, layout, paper)
    said = document.identity.fields
    return {
        "title": f"SOP {document.name}",
        "paper": asdict(paper),
        "office": [line for line in document.identity.office if line],
        "heading": [line for line in document.identity.title if line],
        "identity": [_field(pair, said) for pair in layout.identity],
        "pairs": [[_field(one, said) for one in pair] for pair in layout.pairs],
        "table_heading": document.heading,
        "continued": document.heading_again,
        "foot": document.foot,
        "head": heads(layout, document.performers),
        "widths": laid.widths,
        "sheets": [asdict(sheet) for sheet in laid.sheets],
        "place": document.place,
        "signer": document.signer,
        "margin": sheets.MARGIN,
        "points": row_parts.POINTS,
        "symbol_points": measures.SYMBOL_POINTS,
        "small_points": measures.SMALL_POINTS,
        "label_points": drawings.LABEL_POINTS,
        "padding": row_parts.PADDING,
        "head_heights": laid.head_heights,
        "heading_height": sheets.HEADING_HEIGHT,
    }


def _field(pair: tuple[str, str], said: Mapping[str, str]) -> tuple[str, list[str]]:
    label, name = pair
    return label, paragraphs(said.get(name, ""))


def heads(layout: Layout, performers: tuple[str, ...]) -> list[dict[str, Any]]:
    """The cells of the table's two head rows, in reading order."""

    def cell(text: str, colspan: int = 1, rowspan: int = 1, upper: bool = True) -> dict[str, Any]:
        return {"text": text, "colspan": colspan, "rowspan": rowspan, "upper": upper}

    measured = [column for column in layout.columns if column.quality]
    apart = [column for column in layout.columns if not column.quality]
    upper = [cell(layout.number, rowspan=2), cell(layout.activity, rowspan=2)]
    upper += [cell(layout.performers, len(performers)), cell(layout.quality, len(measured))]
    upper += [cell(column.head, rowspan=2) for column in apart]
    names = [*performers, *(column.head for column in measured)]
    return [*upper, *(cell(name, upper=False) for name in names)]
