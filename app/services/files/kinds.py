"""Which files are taken in, and whether one is what its name says."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from app.base.errors import InvalidForm
from app.base.i18n import _


@dataclass(frozen=True)
class Kind:
    """A kind of file: the type it is sent as, and how its content is recognised."""

    media_type: str
    recognise: Callable[[bytes], bool]


def kind_of(name: str, content: bytes) -> Kind:
    """The kind of a file, by its ending and its content together.

    Raises:
        InvalidForm: the ending is not on the list, or the content is something else.
    """
    kind = KINDS.get(ending(name))
    if kind is None:
        raise _refused(_("Jenis berkas ini tidak diterima. Yang diterima: {kinds}.", kinds=", ".join(KINDS)))
    if not kind.recognise(content):
        raise _refused(_("Isi berkas ini bukan {ending} seperti namanya.", ending=ending(name).upper()))
    return kind


def ending(name: str) -> str:
    """The part after the last dot, in small letters; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_mp4(content: bytes) -> bool:
    return content[4:8] == b"ftyp"


def _office(folder: str) -> Callable[[bytes], bool]:
    """An Office document with its parts in ``folder``, and without macros."""

    def recognise(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return "[Content_Types].xml" in names and any(n.startswith(folder) for n in names) and not macros

    return recognise


def _is_text(content: bytes) -> bool:
    """UTF-8 or a one-byte alphabet, without the control characters that only binary files have."""
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in set(content))


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"file": message})


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS: Mapping[str, Kind] = {
    "jpg": Kind("image/jpeg", _starts(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", _starts(b"\xff\xd8\xff")),
    "png": Kind("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "webp": Kind("image/webp", _is_webp),
    "pdf": Kind("application/pdf", _starts(b"%PDF-")),
    "mp4": Kind("video/mp4", _is_mp4),
    "docx": Kind(_WORD, _office("word/")),
    "xlsx": Kind(_SHEET, _office("xl/")),
    "txt": Kind("text/plain", _is_text),
    "csv": Kind("text/csv", _is_text),
}
