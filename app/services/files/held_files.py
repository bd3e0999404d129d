"""Files that a form names before it is taken in: which of them are still there."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Attachment


def gone(session: Session, ids: Collection[str]) -> set[str]:
    """Those of ``ids`` that no file has any more: nobody sent the form in time, or it was removed. 1 SQL."""
    there = session.scalars(select(Attachment.id).where(Attachment.id.in_(list(ids))))
    return set(ids) - set(there)
