"""Drafts of processes: a diagram with its forms and tables, worked on by process owners and saved file by file.

A draft may hold what cannot be read: it is checked, and refused, when it shall become a version.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.history.events.studio import DraftDiscarded, DraftRestored
from app.models import (
    ProcessDraft,
    ProcessDraftFile,
    SandboxRun,
)
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import deployments, proposals
from app.services.migration import surveys
from app.services.studio.titles import Title

#: So long a draft that was published or discarded can be looked at and brought back.
KEPT = timedelta(days=30)
#: As many as one page shows.
_MOST_SHOWN = 100


def get(session: Session, draft_id: int, *, actor: Actor, lock: bool = False) -> ProcessDraft:
    """Return a draft, open or not.

    Raises:
        NotFound: there is none. NotAllowed: the actor is no process owner, or an auditor.
    """
    deployments.require_may_deploy(actor)
    query = select(ProcessDraft).where(ProcessDraft.id == draft_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(_("Draf ini tidak ada, atau sudah lama ditutup."))
    return found


def get_open(session: Session, draft_id: int, *, actor: Actor, lock: bool = False) -> ProcessDraft:
    """Return a draft that can be changed.

    Raises:
        NotFound, NotAllowed: as for `get`. Conflict: it was published or discarded.
    """
    found = get(session, draft_id, actor=actor, lock=lock)
    if found.state != "open":
        raise Conflict(
            _("Draf ini sudah diterbitkan.") if found.state == "published" else _("Draf ini sudah dibuang.")
        )
    return found


def drafts(session: Session, *, actor: Actor, state: str = "open") -> Sequence[ProcessDraft]:
    """The drafts in this state, the newest change first, `_MOST_SHOWN` at most. 1 SQL.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
    """
    deployments.require_may_deploy(actor)
    query = select(ProcessDraft).where(ProcessDraft.state == state)
    query = query.options(joinedload(ProcessDraft.base), joinedload(ProcessDraft.changed_by))
    return session.scalars(query.order_by(ProcessDraft.changed_at.desc()).limit(_MOST_SHOWN)).all()


def discard(session: Session, draft_id: int, *, actor: Actor) -> ProcessDraft:
    """Lay a draft aside; `restore` brings it back within `KEPT`.

    Raises:
        Conflict: a state of it waits for a date or a second person. And what `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    pending = proposals.latest_of_draft(session, draft_id)
    if pending is not None and pending.state in proposals.PENDING:
        raise Conflict(
            _("Satu keadaan draf ini masih menunggu (usulan {n}). Tarik atau batalkan dulu.", n=pending.id)
        )
    _move(session, draft, "discarded", actor)
    surveys.forget_of_draft(session, draft.id)
    history.record(session, DraftDiscarded(draft=draft.id, name=draft.name), actor=actor)
    return draft


def restore(session: Session, draft_id: int, *, actor: Actor) -> ProcessDraft:
    """Bring back a draft that was laid aside.

    Raises:
        Conflict: it was not laid aside. And what `get` raises.
    """
    draft = get(session, draft_id, actor=actor, lock=True)
    if draft.state != "discarded":
        raise Conflict(_("Draf ini tidak dibuang."))
    _move(session, draft, "open", actor)
    history.record(session, DraftRestored(draft=draft.id, name=draft.name), actor=actor)
    return draft


def remove_belongings(session: Session, ids: Sequence[int]) -> None:
    """Remove what belongs to drafts that are about to go."""
    session.execute(delete(SandboxRun).where(SandboxRun.draft_id.in_(ids)))
    surveys.remove_of_drafts(session, ids)
    session.execute(delete(ProcessDraftFile).where(ProcessDraftFile.draft_id.in_(ids)))


def note_change(session: Session, draft: ProcessDraft, title: Title | None, actor: Actor | None) -> None:
    """Keep who changed the draft now, and what it is called by its diagram's ``title``, if that was read."""
    if title is not None:
        draft.key, draft.name = title.key, title.name or draft.name
    draft.changed_at, draft.changed_by_id = clock.now(session), actor.id if actor else None
    session.flush()


def _move(session: Session, draft: ProcessDraft, state: str, actor: Actor) -> None:
    draft.state, draft.changed_at, draft.changed_by_id = state, clock.now(session), actor.id
    session.flush()
