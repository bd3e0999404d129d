"""Contents of files, kept once each under their SHA-256, whichever versions and proposals hold them."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app.models import DefinitionFile, Resource
from app.services.core import bulk
from app.services.core.upsert import insert

#: So much SQLite writes in some 10 ms.
_AT_ONCE_BYTES = 1_000_000


def store(session: Session, contents: Mapping[str, bytes]) -> None:
    """Keep ``contents`` (SHA-256 → content) where they are not kept yet; a few statements, whatever their number."""
    known = set[str]()
    for some in bulk.batches(contents):
        known |= set(session.scalars(select(Resource.sha256).where(Resource.sha256.in_(some))))
    new = [{"sha256": digest, "content": contents[digest]} for digest in contents if digest not in known]
    if new:  # another deployment may bring the same form at this moment
        session.execute(insert(session, Resource).on_conflict_do_nothing(), new)


def in_pieces(contents: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Yield more than a megabyte in pieces that one short transaction can take; nothing of less."""
    if sum(map(len, contents.values())) > _AT_ONCE_BYTES:
        piece, size_bytes = dict[str, bytes](), 0
        for digest, content in contents.items():
            piece[digest] = content
            size_bytes += len(content)
            if size_bytes > _AT_ONCE_BYTES:
                yield piece
                piece, size_bytes = {}, 0
        yield piece


def forget_unused(session: Session, held: frozenset[str]) -> None:
    """Drop what no version holds, nor ``held``: large deployments write theirs ahead, and may be refused then."""
    unused = set(session.scalars(select(Resource.sha256).where(Resource.sha256.not_in(_in_versions()))))
    for some in bulk.batches(sorted(unused - held)):
        # A version may have come to hold it meanwhile.
        session.execute(
            delete(Resource).where(Resource.sha256.in_(some), Resource.sha256.not_in(_in_versions()))
        )


def _in_versions() -> Select[str]:
    return select(DefinitionFile.sha256)
