"""Pictures made anew from their pixels: position, camera, author, comments and hidden previews do not survive."""

import struct
from io import BytesIO
from threading import Lock

from PIL import Image

from app.errors import InvalidForm
from app.i18n import _

#: A decoded picture takes 3–4 bytes a pixel, twice while it is turned.
MAX_PIXELS = 40_000_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
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


def is_image(media_type: str) -> bool:
    """Whether `clean` knows this kind."""
    return media_type in _FORMATS


def clean(content: bytes, media_type: str) -> bytes:
    """Return the picture, turned upright and encoded anew without anything but pixels.

    Raises:
        InvalidForm: it cannot be read, is of another kind than ``media_type``, or has more than 40 million pixels.
    """
    kind = _FORMATS[media_type]
    try:
        with _one_at_a_time, Image.open(BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _refused(_("Gambar ini terlalu besar; paling banyak 40 juta piksel."))
            return _encoded(_upright(image), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_("Gambar ini terlalu besar; paling banyak 40 juta piksel.")) from error
    except _UNREADABLE as error:
        raise _refused(_("Gambar ini rusak dan tidak dapat dibaca.")) from error


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
