"""What a file is called on the screen. Where it lies on the disk has nothing to do with it: see `file_store`."""

import re
import unicodedata

from app.services.files.kinds import ending

MAX_LENGTH = 120


def clean_name(name: str) -> str:
    """A name fit to show and to send: no folder, no invisible or direction-turning characters, at most 120 long.

    A name without an ending says nothing and becomes ``lampiran``, which is no kind of file.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        c for c in unicodedata.normalize("NFC", last) if not unicodedata.category(c).startswith("C")
    )
    stem, dot, tail = re.sub(r"\s+", " ", visible).strip().rstrip(" .").rpartition(".")
    if not dot or len(tail) > 10:
        return "lampiran"
    return f"{stem[: MAX_LENGTH - len(tail) - 1].strip(' .') or 'lampiran'}.{tail}"


def hidden(name: str) -> str:
    """What a private file is called: only its kind is told."""
    return f"lampiran-pribadi.{ending(name)}"
