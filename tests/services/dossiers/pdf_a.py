"""What PDF/A-2u asks of a file (ISO 19005-2), as far as pypdf can see it; no validator."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from pypdf import PdfReader

_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
#: Actions and notes that a file for keeping may not hold.
_ACTIVE = ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ImportData", "/ResetForm", "/Rendition")


def faults(content: bytes) -> list[str]:
    """Where a PDF is no PDF/A-2u."""
    reader = PdfReader(BytesIO(content))
    return [*_whole(content, reader), *_told(reader), *_colours(reader), *_fonts(reader), *_active(reader)]


def _whole(content: bytes, reader: PdfReader) -> Iterator[str]:
    if not content.startswith(b"%PDF-1.") or content[9:10] != b"%" or min(content[10:14]) < 128:
        yield "a head, and a comment of four bytes beyond ASCII"
    if reader.is_encrypted:
        yield "no encryption"
    if len(reader.trailer.get("/ID", ())) != 2:
        yield "an id in the trailer"


def _told(reader: PdfReader) -> Iterator[str]:
    stream = reader.trailer["/Root"].get("/Metadata")
    if stream is None:
        yield "XMP metadata"
        return
    if "/Filter" in stream.get_object():
        yield "XMP metadata that is not packed"
    tree = ET.fromstring(stream.get_object().get_data())
    said = {name: tree.find(f".//{_PDFAID}{name}") for name in ("part", "conformance")}
    if [one.text if one is not None else "" for one in said.values()] != ["2", "U"]:
        yield "that it is PDF/A-2u"
    title = tree.find(f".//{_DC}title/{_RDF}Alt/{_RDF}li")
    if title is None or title.text != (reader.metadata or {}).get("/Title"):
        yield "one title in both places"


def _colours(reader: PdfReader) -> Iterator[str]:
    intents = [one.get_object() for one in reader.trailer["/Root"].get("/OutputIntents", ())]
    archive = [one for one in intents if one.get("/S") == "/GTS_PDFA1"]
    if not archive or "/DestOutputProfile" not in archive[0]:
        yield "an output intent with a profile"
    elif archive[0]["/DestOutputProfile"].get_object().get_data()[36:40] != b"acsp":
        yield "a profile that is one of ICC"


def _fonts(reader: PdfReader) -> Iterator[str]:
    for font in _all_fonts(reader):
        name = font.get("/BaseFont")
        if font.get("/Subtype") == "/Type0":
            [inner] = [one.get_object() for one in font["/DescendantFonts"]]
            if font.get("/Encoding") not in ("/Identity-H", "/Identity-V") or "/CIDSystemInfo" not in inner:
                yield f"{name}: how its letters are coded"
        else:
            inner = font
        about = inner.get("/FontDescriptor", {}).get_object() if "/FontDescriptor" in inner else {}
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(about):
            yield f"{name} is not embedded"
        if "/ToUnicode" not in font:
            yield f"{name}: which letters they are"


def _all_fonts(reader: PdfReader) -> Iterator[Any]:
    """Every font, of pages and of what is drawn on them."""
    seen, waiting = set[int](), [page.get("/Resources") for page in reader.pages]
    while waiting:
        held = waiting.pop()
        resources = held.get_object() if held is not None else {}
        for one in resources.get("/Font", {}).get_object().values() if "/Font" in resources else ():
            yield one.get_object()
        for one in resources.get("/XObject", {}).get_object().values() if "/XObject" in resources else ():
            form = one.get_object()
            if id(form) not in seen and "/Resources" in form:
                seen.add(id(form))
                waiting.append(form["/Resources"])


def _active(reader: PdfReader) -> Iterator[str]:
    root = reader.trailer["/Root"]
    names = root.get("/Names", {}).get_object() if "/Names" in root else {}
    for name in {"/JavaScript", "/EmbeddedFiles"} & set(names):
        yield f"no {name}"
    if "/AA" in root or "/XFA" in root.get("/AcroForm", {}):
        yield "no action of its own"
    for page in reader.pages:
        for note in page.get("/Annots", ()):
            about = note.get_object()
            action = about.get("/A", {}).get_object() if "/A" in about else {}
            if action.get("/S") in _ACTIVE:
                yield f"no {action['/S']}"
            if about.get("/Subtype") == "/Link" and not int(about.get("/F", 0)) & 4:
                yield "a link that is printed"
