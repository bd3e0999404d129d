"""What was uploaded, or saved in a watched folder, as drafts that wait: for installations that want it so.

A process has one such draft for each source. What comes later goes into it, as long as nobody has worked on it since
and no other version came in force; else it begins another one: nothing is overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.models import ProcessDefinition, ProcessDraft
from app.services.core import settings
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.deployment.deployments import Outdated, Prepared, PreparedVersion
from app.services.studio import draft_files, new_drafts

Source = Literal["upload", "folder"]


@dataclass(frozen=True)
class Incoming:
    """A draft as it will be. ``seen``: the id of the draft that was there and what it held, (0, "") for none;
    ``updates``: it goes into that one."""

    version: PreparedVersion
    files: Mapping[str, bytes]
    seen: tuple[int, str]
    updates: bool


def applies(session: Session, *, unattended: bool) -> bool:
    """Whether uploads and folders end in drafts. ``unattended``: by a folder, whose very first version does not wait:
    nobody could work before."""
    if not settings.config(session).uploads_wait:
        return False
    return not unattended or bool(session.scalar(select(exists().where(ProcessDefinition.id.is_not(None)))))


def prepare(session: Session, prepared: Prepared, source: Source) -> Sequence[Incoming]:
    """Work out the drafts that a checked deployment ends in, for a session that only reads.

    What the draft that waits already holds is checked together with what came.
    """
    found = []
    for version in prepared.versions:
        draft = _untouched(session, version, source)
        if draft is None:
            found += (
                [Incoming(version, _own_files(version), (0, ""), updates=False)] if version.created else []
            )
            continue
        before = draft_files.contents(session, draft.id)
        came = {
            name: one
            for name, one in version.files.items()
            if version.digests[name] in prepared.sent.values()
        }
        together = _checked(session, {**before, **came}, version.key)
        seen = (draft.id, draft.source_digest)
        if together is not None:
            found.append(Incoming(version, together, seen, updates=True))
        elif version.created:
            found.append(Incoming(version, _own_files(version), seen, updates=False))
    return found


def store(
    session: Session, incoming: Sequence[Incoming], *, source: Source, actor: Actor | None
) -> Sequence[ProcessDraft]:
    """Begin and change the drafts; return them.

    Raises:
        Outdated: somebody began or changed one of them meanwhile; nothing was stored.
    """
    done = []
    for one in incoming:
        draft = _untouched(session, one.version, source)
        if (draft.id, draft.source_digest) != one.seen if draft else one.seen != (0, ""):
            raise Outdated(_("Draf dari unggahan atau folder baru saja berubah. Coba sekali lagi."))
        if draft is None or not one.updates:
            draft = new_drafts.begin_from_source(
                session,
                one.files,
                key=one.version.key,
                name=one.version.name or one.version.key,
                base=one.version.newest,
                source=source,
                actor=actor,
            )
        else:
            draft_files.replace_files(session, draft, one.files, actor=actor)
        draft.source_digest = _digest(one.files)
        done.append(draft)
    session.flush()
    return done


def _untouched(session: Session, version: PreparedVersion, source: Source) -> ProcessDraft | None:
    """The newest draft of this source that nobody has worked on, begun from the version in force."""
    query = select(ProcessDraft).where(
        ProcessDraft.state == "open",
        ProcessDraft.key == version.key,
        ProcessDraft.source == source,
        ProcessDraft.base_id == (version.newest.id if version.newest else None),
    )
    for draft in session.scalars(query.order_by(ProcessDraft.id.desc())):
        if _digest(draft_files.contents(session, draft.id)) == draft.source_digest:
            return draft
    return None


def _checked(session: Session, files: Mapping[str, bytes], key: str) -> dict[str, bytes] | None:
    """What a version of the process would hold of ``files``; None where they do not fit together."""
    try:
        done = deployments.prepare(session, files, whole=True, approved=True)
    except InvalidDiagram:
        return None
    return next((_own_files(one) for one in done.versions if one.key == key), None)


def _own_files(version: PreparedVersion) -> dict[str, bytes]:
    return {name: one for name, one in version.files.items() if name.rsplit(".", 1)[-1] in draft_files.KINDS}


def _digest(files: Mapping[str, bytes]) -> str:
    return deployments.checksum_of(deployments.digests_of(files))
