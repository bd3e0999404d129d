"""The shipped SOP's document, and what its source says."""

import json
import re
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import cast

from app.engine.reading import reader
from app.services.definitions.definitions import Version
from app.services.sop_documents import contents, layouts, sheets
from app.services.sop_documents.contents import SopDocument
from app.services.sop_documents.sheets import Sheets
from tests.reports import DATA
from tests.sop import DIAGRAM

SOP = json.loads((DATA / "kegiatan.json").read_text("utf-8"))
SOURCE = re.sub(r"</?u>|\*\*", "", (DATA / "sop-lapor-sp4n-wonogiri.txt").read_text("utf-8"))


def document(xml: bytes) -> SopDocument:
    [diagram] = reader.read_diagrams(xml)
    return contents.document_of(cast(Version, SimpleNamespace(diagram=diagram, number=1)))


@cache
def shipped() -> SopDocument:
    return document(DIAGRAM.read_bytes())


@cache
def laid_out(made: Callable[[], SopDocument], template: str = "", paper: str = "") -> Sheets:
    """The table of a document laid out, once for all tests."""
    return sheets.laid_out(made(), layouts.layout(template), layouts.paper(paper))


def said(text: str) -> str:
    return " ".join(text.split())


def cells(row: dict[str, str]) -> list[str]:
    """A row of the source, its words alone: those of the performers' columns apart."""
    names = ("no", "aktivitas", "input", "persyaratan_kelengkapan", "waktu", "output", "ket")
    return [said(row[name]) for name in names]
