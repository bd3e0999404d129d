"""What a publication rests on: the versions in force, and the files of its draft, that its publisher saw.

What came between is told, and he says it again: nobody's version or file is replaced unseen. Watched folders and the
command line are sources of their own, which see nothing and rest on nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.base.i18n import _
from app.models import ProcessDefinition, ProcessDraftFile, User


@dataclass(frozen=True)
class Seen:
    """What a publisher saw: the ids of versions in force, and the revision of each file of the draft by its name."""

    versions: Collection[int]
    files: Mapping[str, int]


@dataclass(frozen=True)
class Between:
    """One thing that came between, as a clause. ``at``: since when it is so, where that is known; ``key`` and
    ``definition``: the process and the id of its version in force, None where none is; of a file neither."""

    text: str
    at: datetime | None = None
    key: str = ""
    definition: int | None = None


class Overtaken(Conflict):
    """Something came between what its publisher saw and his publication."""

    code = "publication_overtaken"

    def __init__(self, between: Sequence[Between]) -> None:
        super().__init__(
            _(
                "Ada yang berubah sejak yang Anda lihat: {what}. Periksa dulu, lalu kirim sekali lagi.",
                what=tell(between),
            )
        )
        self.between = tuple(between)


def tell(between: Iterable[Between]) -> str:
    """What came between in one text that can be stored."""
    first, *others = [one.text for one in between]
    for text in others:
        first = _("{first}; {second}", first=first, second=text)
    return first


def require_versions(session: Session, keys: Collection[str], seen: Collection[int]) -> None:
    """Refuse to replace what is in force of these processes unless it is what was seen. 1 SQL where it is.

    Raises:
        Overtaken: another version is in force, or none is any more.
    """
    if between := versions_between(session, keys, seen):
        raise Overtaken(between)


def versions_between(session: Session, keys: Collection[str], seen: Collection[int]) -> list[Between]:
    """What came in force of these processes, or went, since the versions with the ids ``seen`` were in force."""
    query = select(ProcessDefinition.key, ProcessDefinition.id).where(ProcessDefinition.in_force)
    live = {key: id_ for key, id_ in session.execute(query.where(ProcessDefinition.key.in_(keys)))}
    changed = [key for key in keys if key not in live or live[key] not in seen]
    return [one for key in sorted(changed) if (one := _since(session, key, live.get(key), seen))]


def _since(session: Session, key: str, live: int | None, seen: Collection[int]) -> Between | None:
    query = (
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
    )
    before = next((row for row in session.scalars(query) if row.id in seen), None)
    if live is None:
        return Between(_("{name} diakhiri", name=before.name), key=key) if before else None
    row = session.get_one(ProcessDefinition, live)
    if before is not None and row.version < before.version:
        text = _(
            "{name} versi {m} tidak berlaku lagi, yang berlaku versi {n}",
            name=row.name, m=before.version, n=row.version,
        )  # fmt: skip
        return Between(text, key=key, definition=row.id)
    return deployed(session, row)


def deployed(session: Session, row: ProcessDefinition) -> Between:
    """That this version came between."""
    who = _name_of(session, row.deployed_by_id) or _("folder atau perintah")
    text = _("{name} versi {n} diterapkan {who}", name=row.name, n=row.version, who=who)
    return Between(text, row.deployed_at, row.key, row.id)


def require_files(
    session: Session, files: Sequence[ProcessDraftFile], seen: Mapping[str, int], *, came: bool = True
) -> None:
    """Refuse to publish, or to replace, files of a draft that were saved since they were seen.

    ``files``: as they are stored. ``came`` False: those that were seen and are not among them do not matter.

    Raises:
        Overtaken: one was saved, came, or was taken out since.
    """
    between = [
        Between(
            _("{file} disimpan {who}", file=row.name, who=_name_of(session, row.saved_by_id) or _("folder")),
            row.saved_at,
        )
        for row in files
        if seen.get(row.name) != row.revision
    ]
    gone = sorted(set(seen) - {row.name for row in files}) if came else []
    between += [Between(_("{file} dikeluarkan dari draf", file=name)) for name in gone]
    if between:
        raise Overtaken(between)


def revisions(files: Iterable[ProcessDraftFile]) -> dict[str, int]:
    """The revision of each file by its name, as `Seen` holds them."""
    return {row.name: row.revision for row in files}


def _name_of(session: Session, user_id: int | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.full_name if user else ""
