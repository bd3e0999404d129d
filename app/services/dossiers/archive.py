"""The attachments of a case beside its file, as a ZIP that is sent while it is written."""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from app.base.db import Database
from app.base.errors import NotFound
from app.base.i18n import _
from app.history import reader
from app.models import Attachment
from app.services.core import access, masks
from app.services.core.access import Actor
from app.services.dossiers.gathering import Dossier
from app.services.files import store

_PAGE = 500
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MOST_LETTERS = 120
#: The earliest date that a ZIP can tell: the same case gives the same archive.
_DATE = (1980, 1, 1, 0, 0, 0)


class _Sink(io.RawIOBase):
    """What a ZIP was written to since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Keep ``data`` until `take`."""
        piece = bytes(data)  # type: ignore[call-overload]  # whatever has bytes, as zipfile gives it
        self._held.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """All that was written since."""
        held, self._held = b"".join(self._held), []
        return held


def pieces(
    database: Database, instance_id: int, dossier: Dossier, paper: bytes, *, actor: Actor, private: bool
) -> Iterator[bytes]:
    """The archive in pieces: the file of the case, its record, its attachments, and their hashes. One attachment is
    in memory at a time. ``private``: with those that hold identity, which `taking.take` recorded."""
    sums: list[str] = []
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, content in _entries(database, instance_id, dossier, paper, actor, private):
            digest = hashlib.sha256()
            with archive.open(ZipInfo(name, _DATE), "w") as file:
                for piece in content:
                    digest.update(piece)
                    file.write(piece)
                    yield sink.take()
            sums.append(f"{digest.hexdigest()}  {name}\n")
            yield sink.take()
        archive.writestr(ZipInfo("SHA256SUMS", _DATE), "".join(sums))
    yield sink.take()


def _entries(
    database: Database, instance_id: int, dossier: Dossier, paper: bytes, actor: Actor, private: bool
) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield f"{safe_name(dossier.title)}.pdf", [paper]
    yield "riwayat.jsonl", _record(database, instance_id, actor)
    missing = []
    for number, row in enumerate(dossier.files, 1):
        name = f"{number:03d} {safe_name(row.name)}"
        if row.is_private and not private:
            missing.append(_("{name}: memuat identitas, tidak disertakan", name=name))
            continue
        content = _content(database, row)
        if content is None:
            missing.append(_("{name}: tidak ada lagi dalam folder berkas", name=name))
        else:
            yield f"lampiran/{name}", [content]
    if missing:
        yield "tidak-disertakan.txt", ["\n".join(missing).encode()]


def _content(database: Database, row: Attachment) -> bytes | None:
    with database.reading() as session:
        try:
            return store.read_content(session, row)
        except NotFound:
            return None


def _record(database: Database, instance_id: int, actor: Actor) -> Iterator[bytes]:
    """The events of the case as they are read, one on a line."""
    after, more = 0, True
    while more:
        with database.reading() as session:
            instance = access.instance(session, actor, instance_id)
            page = reader.of_instance(session, instance_id, after=after, limit=_PAGE)
            lines = [
                orjson.dumps(
                    {
                        "id": one.id,
                        "at": one.at,
                        "type": one.type,
                        "activity_id": one.activity_id,
                        "actor": one.actor.name if one.actor is not None else None,
                        "data": one.data,
                    },
                    option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
                )
                for one in masks.as_read(session, instance, page, actor=actor)
            ]
        yield b"".join(line + b"\n" for line in lines)
        after, more = page[-1].id if page else after, len(page) == _PAGE


def safe_name(name: str) -> str:
    """A name that every system takes for a file, without a folder in it."""
    plain = _UNSAFE.sub("_", name).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        return plain[:_MOST_LETTERS] or "berkas"
    return f"{stem[: _MOST_LETTERS - 9]}.{ending}"
