"""MP4 videos without what the telephone wrote beside the picture: position, model, owner.

The boxes that hold it are blanked in place, so that nothing else moves. Source: ISO/IEC 14496-12, box structure.
"""

from app.errors import InvalidForm
from app.i18n import _

_BLANKED = frozenset({b"udta", b"meta", b"uuid", b"ilst", b"gps ", b"free", b"skip"})
_OPENED = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_DEEPEST = 4


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
