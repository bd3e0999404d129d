"""Files as they come in: read, told by their content, cleaned. `files.receive` keeps them.

No session: encoding a large picture anew takes a second or two, and nobody who writes shall wait for it.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import BinaryIO

from PIL import Image

from app.errors import InvalidForm
from app.i18n import _
from app.services.core import rights
from app.services.core.access import Actor
from app.services.files import display_names, kinds

_BLANKED = frozenset({b"udta", b"meta", b"uuid", b"ilst", b"gps ", b"free", b"skip"})
_OPENED = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_DEEPEST = 4

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: In millions. A decoded picture takes 3–4 bytes a pixel, twice while it is turned. Encoding WebP takes much more and
#: five times as long as JPEG: 40 million pixels, a file of 72 KB if all are alike, took 1.1 GB.
_MEGAPIXELS = {"JPEG": 40, "PNG": 40, "WEBP": 16}
#: How long one waits for the pictures of others, with a thread of the server's few.
_PATIENCE_S = 10.0
#: All of these come out of Pillow's readers, and of what it makes of tags of odd types.
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    struct.error,
)
_ORIENTATION = 0x0112
#: How to turn a picture by its orientation. Source: Exif 2.32, tag 274.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_one_at_a_time = Lock()  # else a handful of large pictures at once would fill the memory

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


def read_upload(stream: BinaryIO, name: str, *, actor: Actor | None) -> Upload:
    """Read a file that somebody uploads, before any transaction. No actor means the reporter.

    Kinds: jpg, png, webp, pdf, mp4, docx, xlsx, txt, csv, told by ending and content; what the sender calls it
    is not believed. Pictures are encoded anew, videos lose their metadata; documents stay as they are.

    Raises:
        TooLarge: more than 10 MB. NotAllowed: the actor is an auditor.
        InvalidForm: another kind of file, empty, or broken.
    """
    if actor is not None:
        rights.require_not_auditor(actor)
    name = display_names.clean_name(name)
    content = _content(stream)
    media_type = kinds.kind_of(name, content).media_type
    return Upload(name, media_type, _cleaned(content, media_type))


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


def _cleaned(content: bytes, media_type: str) -> bytes:
    if _is_image(media_type):
        return clean_image(content, media_type)
    return clean_video(content) if media_type == "video/mp4" else content


def _is_image(media_type: str) -> bool:
    """Whether `clean` knows this kind."""
    return media_type in _FORMATS


def clean_image(content: bytes, media_type: str) -> bytes:
    """Return the picture, turned upright and encoded anew without anything but pixels.

    Raises:
        InvalidForm: it cannot be read, is of another kind than ``media_type``, or has more pixels than `MEGAPIXELS`;
            or others have so many pictures made anew at this moment that nobody should wait for them.
    """
    kind = _FORMATS[media_type]
    try:
        with _turn(), Image.open(BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > _MEGAPIXELS[kind] * 1_000_000:
                raise _too_large(kind)
            return _encoded(_upright(image), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(kind) from error
    except _UNREADABLE as error:
        raise _refused(_("Gambar ini rusak dan tidak dapat dibaca.")) from error


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=_PATIENCE_S):
        raise _refused(_("Server sedang sibuk dengan gambar lain. Unggah gambar ini sebentar lagi."))
    try:
        yield
    finally:
        _one_at_a_time.release()


def _too_large(kind: str) -> InvalidForm:
    return _refused(_("Gambar ini terlalu besar; paling banyak {n} juta piksel.", n=_MEGAPIXELS[kind]))


def _upright(image: Image.Image) -> Image.Image:
    """The picture turned by its note; the other notes are not looked at, however odd: they go anyway."""
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except _UNREADABLE:  # notes that cannot be read turn nothing
        turn = None
    return image.copy() if turn is None else image.transpose(turn)


def _encoded(image: Image.Image, kind: str) -> bytes:
    image.load()
    transparency = image.info.get("transparency")
    image.info = (
        {} if transparency is None else {"transparency": transparency}
    )  # savers write out what is here
    buffer = BytesIO()
    image.save(buffer, format=kind, **({} if kind == "PNG" else {"quality": 90}))
    return buffer.getvalue()


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"file": message})


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
