"""Files as they come in: read, told by their content, cleaned. `files.receive` keeps them.

No session: encoding a large picture anew takes a second or two, and nobody who writes shall wait for it.
"""

from dataclasses import dataclass
from typing import BinaryIO

from app.errors import InvalidForm
from app.i18n import _
from app.services.core import rights
from app.services.core.access import Actor
from app.services.files import display_names, images, kinds

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
    if images.is_image(media_type):
        return images.clean_image(content, media_type)
    return images.clean_video(content) if media_type == "video/mp4" else content
