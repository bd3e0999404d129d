"""Contents of files, kept once each under their SHA-256, whichever versions and proposals hold them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Resource
from app.services.core import bulk
from app.services.core.upsert import insert


def store(session: Session, contents: Mapping[str, bytes]) -> None:
    """Keep ``contents`` (SHA-256 → content) where they are not kept yet; a few statements, whatever their number."""
    known = set[str]()
    for some in bulk.batches(contents):
        known |= set(session.scalars(select(Resource.sha256).where(Resource.sha256.in_(some))))
    new = [{"sha256": digest, "content": contents[digest]} for digest in contents if digest not in known]
    if new:  # another deployment may bring the same form at this moment
        session.execute(insert(session, Resource).on_conflict_do_nothing(), new)
