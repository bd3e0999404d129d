"""Diagrams, forms and tables as they are sent, by page and by API alike."""

from collections.abc import Iterable

from werkzeug.datastructures import FileStorage

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.deployment import deployments
from app.services.files.uploads import MAX_BYTES


def by_name(uploads: Iterable[FileStorage]) -> dict[str, bytes]:
    """The files by name, without a folder that a browser may send along.

    Raises:
        InvalidForm: two have one name; which of them is meant, nobody can tell. There are too many, or they are too
            large together.
    """
    uploads, size_bytes = list(uploads), 0
    found: dict[str, tuple[int, str, bytes]] = {}
    for place, upload in enumerate(uploads, 1):
        sent = upload.filename or ""
        name = sent.replace("\\", "/").rsplit("/", 1)[-1]
        if name in found:
            raise _same_name(found[name][0], found[name][1], place, sent)
        content = upload.stream.read(MAX_BYTES)  # none of ours may be that large
        size_bytes += len(content)
        deployments.require_few(len(uploads), size_bytes)
        found[name] = (place, sent, content)
    return {name: content for name, (_place, _sent, content) in found.items()}


def _same_name(first: int, one: str, second: int, other: str) -> InvalidForm:
    message = _(
        "Berkas ke-{first} ({one}) dan ke-{second} ({other}) bernama sama. Belum ada yang diterapkan; "
        "ganti nama salah satunya, lalu kirim lagi.",
        first=first, one=one, second=second, other=other,
    )  # fmt: skip
    return InvalidForm(message, {"files": message})
