"""Files as they come in: read, told by their content, cleaned. `files.receive` keeps them.

No session: making a large picture anew takes a second or two, and nobody who writes shall wait for it.
"""

from dataclasses import dataclass
from typing import BinaryIO

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.core import rights
from app.services.core.access import Actor
from app.services.files import display_names, kinds, picture_program, pictures
from app.services.files.pictures import Batch

_BLANKED = frozenset({b"udta", b"meta", b"uuid", b"ilst", b"gps ", b"free", b"skip"})
_OPENED = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_DEEPEST = 4

MAX_BYTES = 10 * 1024 * 1024
#: How many files one request may bring for one field: each is read and made anew while its sender waits.
MOST_FILES = 10
_CHUNK = 64 * 1024


class TooLarge(InvalidForm):
    """The file is larger than 10 MB; reading stopped there."""

    code = "too_large"


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: a harmless name, what it is, and its cleaned content."""

    name: str
    media_type: str
    content: bytes


def read_upload(stream: BinaryIO, name: str, *, actor: Actor | None, batch: Batch | None = None) -> Upload:
    """Read a file that somebody uploads, before any transaction. No actor means the reporter.

    ``batch``: the pictures of the request, which somebody makes anew meanwhile; without it they are waited for.

    Kinds: jpg, png, webp, pdf, mp4, docx, xlsx, txt, csv, told by ending and content; what the sender calls it
    is not believed. Pictures are encoded anew, videos lose their metadata; documents stay as they are.

    Raises:
        TooLarge: more than 10 MB. NotAllowed: the actor is an auditor.
        InvalidForm: another kind of file, empty, or broken. Wanted: a picture is to be made anew first.
    """
    if actor is not None:
        rights.require_not_auditor(actor)
    name = display_names.clean_name(name)
    content = _content(stream)
    media_type = kinds.kind_of(name, content).media_type
    return Upload(name, media_type, _cleaned(content, media_type, batch))


def _content(stream: BinaryIO) -> bytes:
    content = bytearray()
    while chunk := stream.read(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            message = _("Berkas ini lebih besar dari 10 MB.")
            raise TooLarge(message, {"file": message})
    if not content:
        message = _("Berkas ini kosong.")
        raise InvalidForm(message, {"file": message})
    return bytes(content)


def _cleaned(content: bytes, media_type: str, batch: Batch | None) -> bytes:
    if media_type in picture_program.FORMATS:
        return clean_image(content, media_type, batch)
    return clean_video(content) if media_type == "video/mp4" else content


def clean_image(content: bytes, media_type: str, batch: Batch | None = None) -> bytes:
    """Return the picture, turned upright and encoded anew without anything but pixels; see `pictures`.

    Raises:
        InvalidForm: it cannot be read, is of another kind than ``media_type``, has too many pixels, or others have so
            many made anew at this moment that nobody should wait. Wanted: it is not made yet.
    """
    if batch is not None:
        return batch.take(content, media_type)
    return pictures.make_anew(content, media_type)


def clean_video(content: bytes) -> bytes:
    """Return the video with its metadata boxes emptied.

    Raises:
        InvalidForm: it is no chain of boxes with a ``moov`` among them, or they are nested without end.
    """
    buffer = bytearray(content)
    if b"moov" not in _clean_boxes(buffer, 0, len(buffer)):
        raise _broken()
    return bytes(buffer)


def _clean_boxes(buffer: bytearray, start: int, end: int, depth: int = 1) -> set[bytes]:
    """Clean the boxes in this stretch; return their types."""
    if depth > _DEEPEST:
        raise _broken()
    seen = set()
    while start < end:
        kind, body, after = _box(buffer, start, end)
        seen.add(kind)
        if kind in _BLANKED:
            buffer[start + 4 : start + 8] = b"free"
            buffer[body:after] = bytes(after - body)
        elif kind in _OPENED:
            _clean_boxes(buffer, body, after, depth + 1)
        start = after
    return seen


def _box(buffer: bytearray, start: int, end: int) -> tuple[bytes, int, int]:
    """Type of the box at ``start``, where its content begins, and where the next box is."""
    size, kind, body = (
        int.from_bytes(buffer[start : start + 4]),
        bytes(buffer[start + 4 : start + 8]),
        start + 8,
    )
    if size == 1:  # the real size follows in eight bytes
        size, body = int.from_bytes(buffer[body : body + 8]), body + 8
    after = end if size == 0 else start + size
    if len(kind) < 4 or not body <= after <= end:
        raise _broken()
    return kind, body, after


def _broken() -> InvalidForm:
    message = _("Video ini rusak dan tidak dapat dibaca.")
    return InvalidForm(message, {"file": message})
