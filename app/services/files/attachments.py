"""Attachments: kept in the data folder under a random name, given out after a check.

The file is written before its row and removed when the transaction fails; what a crash leaves behind
`maintenance.housekeeping` removes. A file in a field marked ``pribadi`` is encrypted and loses its name, like every
identity.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app import forms
from app.base import preparation
from app.base.db import Database
from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.forms import Field
from app.history.catalogue import REPORTER
from app.history.events.files import FilesKept
from app.models import Attachment, ProcessInstance
from app.services import identity
from app.services.core import access, clock, encryption, history, rights, security_log, settings
from app.services.core.access import Actor
from app.services.core.security_log import Deed
from app.services.definitions import definitions
from app.services.files import display_names, store
from app.services.files.uploads import Upload

#: Before a name that is encrypted until the file's form comes. No cleaned name holds a slash.
_SEALED = "sealed/"
_MB = 1024 * 1024
#: How much more than one person all reporters together may have uploaded that no form kept yet.
_REPORTERS = 10
_SIZE = func.sum(Attachment.size_bytes)


def receive(
    session: Session, upload: Upload, *, actor: Actor | None, private: bool | None = False
) -> Attachment:
    """Keep a file that `uploads.read_upload` let in; it belongs to no case until `attach`. No actor: the reporter.

    ``private`` None: its form will tell; until then it is kept like an identity, its name too.

    Raises:
        NotAllowed: the actor is an auditor. InvalidForm: he has too much lying about that no form kept.
    """
    if actor is not None:
        rights.require_not_auditor(actor)
    sealed = private is not False
    attachment_id, digest, _path = preparation.outcome(
        ("attachment", id(upload)),
        lambda: _written(session, upload, actor, private=sealed),
        outside=lambda database: _write_before(database, upload, actor, private=sealed),
        undo=lambda written: written[2].unlink(missing_ok=True),
    )
    row = Attachment(
        id=attachment_id,
        name=_name(session, upload.name, private),
        media_type=upload.media_type,
        size_bytes=len(upload.content),
        sha256=digest,
        is_private=sealed,
        uploaded_at=clock.now(session),
        uploaded_by_id=actor.id if actor else None,
    )
    store.remove_if_undone(session, row)
    _require_room(session, row.size_bytes, actor)  # others may have filled it since it was written
    session.add(row)
    session.flush()
    deed = Deed("file", "upload", actor_id=row.uploaded_by_id, part=row.id)
    security_log.record(session, deed)
    return row


def _written(
    session: Session, upload: Upload, actor: Actor | None, *, private: bool
) -> tuple[str, str, Path]:
    """Write a file under a new id where there is room; return that, what tells its content, and where it lies."""
    _require_room(session, len(upload.content), actor)
    attachment_id = secrets.token_urlsafe(32)
    store.write_ahead(session, attachment_id, upload.content, private=private)
    path = store.path(session, attachment_id, private=private)
    return attachment_id, _digest(session, upload.content, private=private), path


def _write_before(
    database: Database, upload: Upload, actor: Actor | None, *, private: bool
) -> tuple[str, str, Path]:
    """The same before the transaction: nobody who writes shall wait until 10 MB are encrypted and on the disk."""
    with database.reading() as session:
        return _written(session, upload, actor, private=private)


def attach_all(
    session: Session,
    named: Iterable[tuple[Field, Sequence[str]]],
    private: Collection[str],
    instance_id: int,
    actor: Actor | None,
) -> None:
    """`attach` for all files that a form's values name; one that a ``private`` field names is private, whatever else
    names it.

    Raises:
        InvalidForm: what `attach` refuses; or a file is of a kind that its field does not take.
    """
    given = [(field.key.partition(".")[0] not in private, field, ids) for field, ids in named]
    for is_open, field, ids in sorted(given, key=lambda one: one[0]):
        _check_kinds(session, field, ids)
        attach(session, ids, instance_id=instance_id, field_key=field.key, private=not is_open, actor=actor)


def _require_room(session: Session, size_bytes: int, actor: Actor | None) -> None:
    """Refuse a file of somebody who has too much uploaded that no form kept yet; all reporters are somebody."""
    config = settings.config(session)
    most_mb = config.pending_files_mb * (1 if actor else _REPORTERS)
    whose = Attachment.uploaded_by_id == (actor.id if actor else None)
    held = session.scalar(select(_SIZE).where(Attachment.instance_id.is_(None), whose)) or 0
    if held + size_bytes > most_mb * _MB:
        message = (
            _(
                "Berkas yang Anda unggah dan belum dikirim bersama formulir sudah {most} MB. Kirim formulirnya, atau "
                "tunggu sampai berkas yang tidak dipakai dihapus.",
                most=most_mb,
            )
            if actor
            else _("Server sedang menyimpan terlalu banyak berkas. Lampirkan berkas ini besok.")
        )
        raise InvalidForm(message, {"file": message})


def _require_room_in_case(session: Session, fresh: Sequence[Attachment], instance_id: int, key: str) -> None:
    most_mb = settings.config(session).case_files_mb
    held = session.scalar(select(_SIZE).where(Attachment.instance_id == instance_id)) or 0
    if fresh and held + sum(row.size_bytes for row in fresh) > most_mb * _MB:
        message = _(
            "Lampiran perkara ini akan lebih dari {most} MB. Kirim lebih sedikit berkas, atau perkecil dulu.",
            most=most_mb,
        )
        raise InvalidForm(message, {key: message})


def attach(
    session: Session,
    ids: Sequence[str],
    *,
    instance_id: int,
    field_key: str,
    actor: Actor | None,
    private: bool = False,
) -> None:
    """Tie uploaded files to the case that their form belongs to, open ones under a masked name. One that is the
    case's already stays as it is.

    Raises:
        InvalidForm: a file does not exist, was uploaded by somebody else, or belongs to another case; or all files
            of the case are too large together.
    """
    wanted = list(dict.fromkeys(ids))
    query = select(Attachment).where(Attachment.id.in_(wanted)).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    uploader = actor.id if actor else None
    fresh = [row for row in rows if row.instance_id is None and row.uploaded_by_id == uploader]
    known = [row for row in rows if row.instance_id == instance_id]
    if len(fresh) + len(known) != len(wanted):
        raise _gone(field_key)
    _require_room_in_case(session, fresh, instance_id, field_key)
    for row in fresh:
        row.instance_id, row.field_key = instance_id, field_key
        try:
            _settle(session, row, private)
        except NotFound as error:
            raise _gone(field_key) from error
        if not private:
            case = session.get_one(ProcessInstance, instance_id)
            row.name = identity.masked_reason(session, case, row.name, actor=actor or REPORTER)
    session.flush()
    if fresh:
        kept = FilesKept(files={row.id: row.sha256 for row in fresh})
        history.record(session, kept, actor=actor, instance_id=instance_id)


def copy(
    session: Session, row: Attachment, *, private: bool, into: ProcessInstance | None = None
) -> Attachment:
    """Copy a file of a case for another one; it belongs to none yet. One that ``into`` has already is returned."""
    content = store.read_content(session, row)
    same = {
        "name": display_names.hidden(row.name) if private else row.name,
        "sha256": _digest(session, content, private=private),
        "is_private": private,
        "uploaded_at": row.uploaded_at,
        "uploaded_by_id": row.uploaded_by_id,
    }
    earlier = select(Attachment).filter_by(instance_id=into.id, **same).limit(1) if into else None
    if earlier is not None and (found := session.scalar(earlier)) is not None:
        return found
    made = Attachment(
        id=secrets.token_urlsafe(32),
        field_key=row.field_key,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        **same,
    )
    store.write(session, made, content)
    session.add(made)
    session.flush()
    return made


def _check_kinds(session: Session, field: Field, ids: Sequence[str]) -> None:
    """Refuse what the field does not take. A page asks when the file is sent; a program uploads it before anybody
    knows for which field, and either may name the file of another one. What the field held already may stay.
    """
    if not field.kinds:
        return
    elsewhere = or_(Attachment.instance_id.is_(None), Attachment.field_key != field.key)
    rows = session.scalars(select(Attachment).where(Attachment.id.in_(ids), elsewhere))
    if not all(forms.accepts(field, name_of(session, row), row.media_type) for row in rows):
        kinds = ", ".join(field.kinds)
        message = _("Jenis berkas ini tidak diterima di sini. Yang diterima: {kinds}.", kinds=kinds)
        raise InvalidForm(message, {field.key: message})


def _gone(field_key: str) -> InvalidForm:
    message = _("Salah satu lampiran tidak ditemukan lagi. Unggah ulang.")
    return InvalidForm(message, {field_key: message})


def of_instance(session: Session, instance_id: int, *, actor: Actor) -> Sequence[Attachment]:
    """The files of a case, oldest first.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    access.instance(session, actor, instance_id)
    query = select(Attachment).where(Attachment.instance_id == instance_id)
    return session.scalars(query.order_by(Attachment.uploaded_at, Attachment.id)).all()


def names(
    session: Session, ids: Iterable[str], *, actor: Actor | None, instance_id: int | None = None
) -> dict[str, str]:
    """Names, by id, of those of ``ids`` that the actor uploaded and no form kept yet, or that the case has. 1 SQL."""
    uploader = actor.id if actor else None
    fresh = and_(Attachment.instance_id.is_(None), Attachment.uploaded_by_id == uploader)
    his = or_(fresh, Attachment.instance_id == instance_id) if instance_id is not None else fresh
    rows = session.scalars(select(Attachment).where(Attachment.id.in_(list(ids)), his))
    return {row.id: name_of(session, row) for row in rows}


def name_of(session: Session, row: Attachment) -> str:
    """What a file is called, also while nobody knows yet whether it is identity. For its uploader's eyes then."""
    if not row.name.startswith(_SEALED):
        return row.name
    return encryption.unseal_bytes(session, row.name.removeprefix(_SEALED).encode()).decode()


def open_for(session: Session, attachment_id: str, *, actor: Actor) -> tuple[Attachment, Path]:
    """Return a file and where it lies, for whoever may see its case; not yet attached, for who uploaded it.

    Raises:
        NotFound: there is none, or it is not the actor's to see. NotAllowed: it is private; see `show`.
    """
    row = _visible(session, attachment_id, actor)
    if row.is_private:
        raise NotAllowed(_("Lampiran ini memuat identitas. Buka lewat tombol “Tampilkan”."))
    return row, store.path(session, row.id, private=row.is_private)


def show(
    session: Session, attachment_id: str, *, actor: Actor, purpose: str = "", reason: str = ""
) -> tuple[Attachment, bytes]:
    """Return a file and its content; that a private one of a case was shown, to whom and why, is recorded.

    Raises:
        NotFound: there is none, or its case is not the actor's to see.
        NotAllowed: his lanes may not see the identity. InvalidForm: as `identity.why`.
    """
    row = _visible(session, attachment_id, actor)
    if row.is_private and row.instance_id is not None:
        instance = access.instance(session, actor, row.instance_id)
        version = definitions.version(session, instance.definition_id)
        if not identity.may_see(session, actor, instance, version):
            raise NotAllowed(_("Lajur Anda tidak boleh melihat identitas pelapor."))
        why = identity.why(session, actor, instance, purpose, reason)
        identity.record_shown(session, actor, instance.id, [row.field_key or ""], why, row.id)
    return row, store.read_content(session, row)


def _visible(session: Session, attachment_id: str, actor: Actor) -> Attachment:
    row = session.get(Attachment, attachment_id)
    if row is None or (row.instance_id is None and row.uploaded_by_id != actor.id):
        raise NotFound(_("Lampiran ini tidak ada, atau bukan untuk Anda."))
    if row.instance_id is not None:
        access.instance(session, actor, row.instance_id)
    return row


def _name(session: Session, name: str, private: bool | None) -> str:
    if private is None:
        return _sealed(session, name)
    return display_names.hidden(name) if private else name


def _digest(session: Session, content: bytes, *, private: bool) -> str:
    """SHA-256 of a file. Of identity a keyed one: a plain one proves what was sent to whoever has the database."""
    plain = hashlib.sha256(content).hexdigest()
    return encryption.fingerprint(session, "file", plain) if private else plain


def _sealed(session: Session, name: str) -> str:
    return _SEALED + encryption.seal_bytes(session, name.encode()).decode()


def _settle(session: Session, row: Attachment, private: bool) -> None:
    """Keep a file as its field wants it: encrypted and nameless, or open. The other copy goes on commit.

    One that was known to be identity stays so.
    """
    name = name_of(session, row)
    private = private or (row.is_private and not row.name.startswith(_SEALED))
    if private != row.is_private:
        content = store.read_content(session, row)
        store.remove(session, row)
        row.is_private, row.sha256 = private, _digest(session, content, private=private)
        store.write(session, row, content)
    row.name = display_names.hidden(name) if private else name


def gone(session: Session, ids: Collection[str]) -> set[str]:
    """Those of ``ids`` that no file has any more: nobody sent the form in time, or it was removed. 1 SQL."""
    there = session.scalars(select(Attachment.id).where(Attachment.id.in_(list(ids))))
    return set(ids) - set(there)
