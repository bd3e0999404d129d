"""The program that makes one picture anew, in a process of its own with bounds: a picture from outside may take
seconds and a gigabyte, or have its reader killed.

``python -m app.services.files.picture_program MEDIA_TYPE LOCK``: the picture comes in and goes out by the standard
streams. It imports nothing but Pillow, to be there in a tenth of a second.
"""

import fcntl
import os
import resource
import struct
import sys
from contextlib import nullcontext
from io import BytesIO

from PIL import Image

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: In millions. A decoded picture takes 3–4 bytes a pixel, twice while it is turned. Encoding WebP takes much more and
#: five times as long as JPEG: 40 million pixels, a file of 72 KB if all are alike, took 1.1 GB.
MEGAPIXELS = {"JPEG": 40, "PNG": 40, "WEBP": 16}
#: What the program may take.
MEMORY_BYTES, CPU_S, OUTPUT_BYTES = 1536 * 1024 * 1024, 30, 256 * 1024 * 1024
#: Whoever answers pages goes first.
_NICE = 10
#: How it ends when the picture is not taken.
BROKEN, TOO_LARGE = 3, 4
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


class TooManyPixels(Exception):
    """The picture has more pixels than `MEGAPIXELS`."""


class Unreadable(Exception):
    """It is no picture of its kind, or broken."""


def make_anew(content: bytes, media_type: str) -> bytes:
    """The picture, turned upright and encoded anew without anything but pixels.

    Raises:
        TooManyPixels, Unreadable.
    """
    kind = FORMATS[media_type]
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MEGAPIXELS[kind] * 1_000_000:
                raise TooManyPixels
            return _encoded(_upright(image), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except _UNREADABLE as error:
        raise Unreadable from error


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


def main(media_type: str, lock: str) -> int:
    """Make the picture anew that comes in; return the exit code. ``lock``: who holds it goes; "": no turns."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    with open(lock, "ab", opener=_private) if lock else nullcontext() as turn:
        if turn is not None:
            fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            made = make_anew(sys.stdin.buffer.read(), media_type)
        except TooManyPixels:
            return TOO_LARGE
        except Unreadable:
            return BROKEN
    sys.stdout.buffer.write(made)
    return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
