"""The file of a case as PDF/A by Typst."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import typst

from app.base.xml_text import clean
from app.forms import masking
from app.services.core import pdf_marks
from app.services.dossiers.gathering import Dossier

#: PDF/A-2 with Unicode for every letter. Where somebody wrote letters that no font of Typst's has, they are replaced.
STANDARD = "a-2u"
_UNKNOWN = "\N{WHITE SQUARE}"
#: Of one text: the most that a field of a form holds.
_MOST_LETTERS = 50_000
#: No word, and no address that somebody copies from the paper. Between its pieces a line may end, unseen.
_LONG_WORD, _PIECE, _BREAK = re.compile(r"\S{200,}"), re.compile(r"(?s).{1,20}"), "\N{ZERO WIDTH SPACE}"
#: Up to here, and among punctuation and signs, the fonts have what people write in Latin, Greek and Cyrillic.
_LATIN_AND_NEAR, _SIGNS = 0x52F, range(0x1E00, 0x2300)


def pdf(dossier: Dossier) -> bytes:
    """The file as PDF/A-2u; letters that cannot be printed stand as a square."""
    try:
        made = typeset(dossier, format="pdf", pdf_standards=STANDARD)
    except typst.TypstError:
        made = typeset(dossier, plain=True, format="pdf", pdf_standards=STANDARD)
    return pdf_marks.without_suspects(made)


def typeset(dossier: Dossier, *, plain: bool = False, **options: Any) -> bytes:
    """The file as Typst makes it of our template; it reads no file but that and the diagram, and nothing of the
    network. ``plain``: with letters that all fonts have."""
    text, svg = orjson.dumps(masking.changed(dossier.data, _settable)).decode(), dossier.svg
    if plain:
        text, svg = _printable(text), _printable(svg.decode()).encode()
    with TemporaryDirectory(prefix="alur-dossier-") as folder:
        root = Path(folder)
        (root / "dossier.typ").write_bytes(_template())
        (root / "diagram.svg").write_bytes(svg)
        made: bytes = typst.compile(
            str(root / "dossier.typ"),
            root=folder,
            sys_inputs={"data": text},
            ignore_system_fonts=True,
            **options,
        )
    return made


def _settable(text: str) -> str:
    """A text that Typst sets: without control characters, of a bounded length, and its words with places where a line
    may end. A line is one string of the PDF, which holds 32,767 bytes."""
    text = clean(text)
    if len(text) > _MOST_LETTERS:
        text = f"{text[:_MOST_LETTERS]} …"
    return _LONG_WORD.sub(lambda word: _BREAK.join(_PIECE.findall(word.group())), text)


def _printable(text: str) -> str:
    return "".join(one if ord(one) <= _LATIN_AND_NEAR or ord(one) in _SIGNS else _UNKNOWN for one in text)


@cache
def _template() -> bytes:
    return Path(__file__).with_name("dossier.typ").read_bytes()
