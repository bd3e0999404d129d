"""The bytes of attachments: one file each in the data folder, written before the row, removed after it."""

import errno
import os
from pathlib import Path

from sqlalchemy.orm import Session

from app.base.db import storage_full
from app.base.errors import NotFound, NotReady
from app.base.i18n import _
from app.models import Attachment
from app.services.core import commit_hooks, encryption, settings


def path(session: Session, attachment_id: str, *, private: bool) -> Path:
    """Where a file lies; a private one is encrypted and lies under another name."""
    return settings.config(session).files_dir / file_name(attachment_id, private=private)


def file_name(attachment_id: str, *, private: bool) -> str:
    """What a file is called in the folder."""
    return f"{attachment_id}.sealed" if private else attachment_id


def write(session: Session, row: Attachment, content: bytes) -> None:
    """`write_ahead`, within the transaction; the file goes again when that fails.

    What lies there already was left by a process that was killed before its commit: no row names it.

    Raises:
        NotReady: the disk is full, or cannot be written.
    """
    remove_if_undone(session, row)
    write_ahead(session, row.id, content, private=row.is_private)


def remove_if_undone(session: Session, row: Attachment) -> None:
    """Remove a file again when the transaction fails."""
    to = path(session, row.id, private=row.is_private)
    commit_hooks.if_undone(session, lambda: to.unlink(missing_ok=True))


def write_ahead(session: Session, attachment_id: str, content: bytes, *, private: bool) -> None:
    """Write a file so that it outlives a power cut, before the transaction that gives it a row.

    Raises:
        NotReady: the disk is full, or cannot be written.
    """
    sealed = encryption.seal_bytes(session, content) if private else content
    try:
        _write_durably(path(session, attachment_id, private=private), sealed)
    except OSError as error:
        raise NotReady(_why_not_written(error)) from error


def _write_durably(to: Path, content: bytes) -> None:
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name must be as lasting as the row
    finally:
        os.close(folder)


def _why_not_written(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return storage_full()
    return _("Folder lampiran di server tidak dapat ditulis: {why}.", why=error.strerror or str(error))


def read_content(session: Session, row: Attachment) -> bytes:
    """The content of a file, decrypted.

    Raises:
        NotFound: it is missing from the folder, e.g. because the backup did not have it.
    """
    content = content_of(path(session, row.id, private=row.is_private))
    return encryption.unseal_bytes(session, content) if row.is_private else content


def content_of(here: Path) -> bytes:
    """What lies there, as it lies there.

    Raises:
        NotFound: nothing does.
    """
    try:
        return here.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            _("Isi lampiran ini tidak ada lagi di server. Mintalah pengirimnya mengirim sekali lagi.")
        ) from error


def remove(session: Session, row: Attachment) -> None:
    """Remove a file once the transaction stands."""
    remove_path(session, path(session, row.id, private=row.is_private))


def remove_path(session: Session, gone: Path) -> None:
    """Remove whatever lies there once the transaction stands."""
    commit_hooks.once_committed(session, lambda: gone.unlink(missing_ok=True))
