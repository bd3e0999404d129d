"""The file of a case as PDF/A by Typst."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import typst

from app.services.core import pdf_marks
from app.services.dossiers.gathering import Dossier

#: PDF/A-2 with Unicode for every letter. Where somebody wrote letters that no font of Typst's has, they are replaced.
STANDARD = "a-2u"
_UNKNOWN = "\N{WHITE SQUARE}"
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
    text, svg = orjson.dumps(dossier.data).decode(), dossier.svg
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


def _printable(text: str) -> str:
    return "".join(one if ord(one) <= _LATIN_AND_NEAR or ord(one) in _SIGNS else _UNKNOWN for one in text)


@cache
def _template() -> bytes:
    return Path(__file__).with_name("dossier.typ").read_bytes()
