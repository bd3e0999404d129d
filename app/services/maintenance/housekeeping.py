"""What is dropped when nothing needs it any more: files, and what diagrams and forms hold. Rows: see `keeping`."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import orjson
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.base.errors import WrongKey
from app.models import Attachment, Draft
from app.services.core import clock, encryption, settings
from app.services.deployment import proposals, resources
from app.services.files import store
from app.services.performance import compared_diagrams

#: An upload may still be on its way to its row.
_YOUNG_FILE = timedelta(days=1)
#: Uploaded and never submitted; one that a draft names is kept as long as the draft.
_WAITING = timedelta(days=30)
#: By a reporter, who has no draft to come back to and may look at his case for 12 hours at most.
_REPORTERS = timedelta(days=1)


def delete_unused(session: Session) -> None:
    """Drop what large deployments wrote ahead and never put in force, diagrams that cases were compared with, and
    files that no form ever kept."""
    resources.forget_unused(
        session, proposals.kept_digests(session) | compared_diagrams.kept_digests(session)
    )
    collect(session)


def collect(session: Session) -> int:
    """Remove what belongs to nothing; return how many files. Run it now and then, best at night."""
    rows = _forgotten(session)
    for row in rows:
        session.delete(row)
    session.flush()
    paths = {store.path(session, row.id, private=row.is_private) for row in rows} | set(_unknown(session))
    for path in paths:
        store.remove_path(session, path)
    return len(paths)


def _forgotten(session: Session) -> list[Attachment]:
    now, nobodys = clock.now(session), Attachment.uploaded_by_id.is_(None)
    over = or_(
        Attachment.uploaded_at < now - _WAITING, and_(nobodys, Attachment.uploaded_at < now - _REPORTERS)
    )
    rows = list(session.scalars(select(Attachment).where(Attachment.instance_id.is_(None), over)))
    try:
        named = _drafts_of(session, {row.uploaded_by_id for row in rows if row.uploaded_by_id is not None})
    except WrongKey:  # whatever the drafts name is kept till they can be read again
        return [row for row in rows if row.uploaded_by_id is None]
    return [row for row in rows if row.id.encode() not in named]


def _drafts_of(session: Session, users: Iterable[int]) -> bytes:
    """Everything these users have in drafts, in one piece to search through."""
    sealed = session.scalars(select(Draft.ciphertext).where(Draft.user_id.in_(users)))
    return b"\n".join(orjson.dumps(encryption.unseal(session, one)) for one in sealed)


def _unknown(session: Session) -> list[Path]:
    """Files that no row names, old enough to be nobody's."""
    rows = session.execute(select(Attachment.id, Attachment.is_private))
    known = {store.path(session, row.id, private=row.is_private) for row in rows}
    before = (clock.real() - _YOUNG_FILE).timestamp()
    files = (path for path in settings.config(session).files_dir.iterdir() if path.is_file())
    return [path for path in files if path not in known and path.stat().st_mtime < before]
