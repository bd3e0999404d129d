"""Pictures made anew, by a program of its own and where nobody waits with a thread of the server's few.

Whoever takes files in asks `Batch.take` for each picture. One that was not made anew yet is put down, and the request
ends by `Wanted`; the server has the pictures made, one after the other, and lets the request begin once more, which
then finds them. Without a server in front the program is waited for.
"""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import IO

from app.base.config import ROOT
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.files import picture_program

#: By the clock: the program waits for its turn, and for a processor.
_LONGEST_S = 120
#: What became of a picture that there was no time for; the program ends by other numbers.
LATE = -1000


class Wanted(Exception):
    """The request goes on when the pictures that it brought were made anew."""


class Late(InvalidForm):
    """So many pictures were sent that this one was not made anew."""

    code = "pictures_late"


@dataclass
class Picture:
    """A picture that was sent, and what became of it: ``made``, or the program's exit code."""

    media_type: str
    sent: IO[bytes]
    made: IO[bytes] | None = None
    code: int | None = None

    def make_anew(self, lock: str) -> None:
        """Run the program. ``lock``: a file by which all processes take turns; "": none do."""
        words = (sys.executable, "-m", picture_program.__name__, self.media_type, lock)
        made = tempfile.TemporaryFile()  # noqa: SIM115 closed with the batch
        self.sent.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 our own program
                words,
                stdin=self.sent,
                stdout=made,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                timeout=_LONGEST_S,
                check=False,
            )
            self.code = done.returncode
        except subprocess.TimeoutExpired:
            self.code = LATE
        self.made = made

    def content(self) -> bytes:
        """The picture as it was made anew.

        Raises:
            InvalidForm: it was not.
        """
        if self.code == 0 and self.made is not None:
            self.made.seek(0)
            return self.made.read()
        if self.code == LATE:
            message = _("Server sedang sibuk dengan gambar lain. Unggah gambar ini sebentar lagi.")
            raise Late(message, {"file": message})
        message = _("Gambar ini tidak dapat diolah. Perkecil atau simpan ulang, lalu unggah lagi.")
        if self.code == picture_program.TOO_LARGE:
            most = picture_program.MEGAPIXELS[picture_program.FORMATS[self.media_type]]
            message = _("Gambar ini terlalu besar; paling banyak {n} juta piksel.", n=most)
        elif self.code == picture_program.BROKEN:
            message = _("Gambar ini rusak dan tidak dapat dibaca.")
        raise InvalidForm(message, {"file": message})

    def close(self) -> None:
        """Let go of what lies on the disk."""
        self.sent.close()
        if self.made is not None:
            self.made.close()


@dataclass
class Batch:
    """The pictures of one request, by what they hold; kept on the disk."""

    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def wanted(self) -> list[Picture]:
        """Those that are still to be made anew."""
        return [picture for picture in self.pictures.values() if picture.code is None]

    def take(self, content: bytes, media_type: str) -> bytes:
        """The picture made anew.

        Raises:
            Wanted: it was not made yet. InvalidForm: it cannot be taken.
        """
        name = f"{media_type} {hashlib.sha256(content).hexdigest()}"
        if name not in self.pictures:
            sent = tempfile.TemporaryFile()  # noqa: SIM115 closed with the batch
            sent.write(content)
            sent.flush()
            self.pictures[name] = Picture(media_type, sent)
        picture = self.pictures[name]
        if picture.code is None:
            raise Wanted
        return picture.content()

    def close(self) -> None:
        """Let go of what lies on the disk."""
        for picture in self.pictures.values():
            picture.close()


def make_anew(content: bytes, media_type: str) -> bytes:
    """Make one picture anew and wait for it, whoever else does.

    Raises:
        InvalidForm: it cannot be taken.
    """
    with tempfile.TemporaryFile() as sent:
        sent.write(content)
        sent.flush()
        picture = Picture(media_type, sent)
        try:
            picture.make_anew("")
            return picture.content()
        finally:
            picture.close()
