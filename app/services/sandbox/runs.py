"""A process owner's run of a draft: when it begins, and its steps. Nothing else of a sandbox is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import _
from app.models import SandboxRun
from app.services.core import clock, encryption
from app.services.core.access import Actor
from app.services.sandbox import steps as run_steps
from app.services.sandbox.steps import Step
from app.services.studio import drafts

#: So far from its beginning the clock of a run may be set.
FARTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Run:
    """A run as it is stored. ``revision`` counts its changes: who changes it says which one he saw."""

    begun_at: datetime
    steps: tuple[Step, ...]
    revision: int


def find(session: Session, draft_id: int, *, actor: Actor) -> Run | None:
    """The actor's run of a draft; None where he began none.

    Raises:
        What `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    row = session.get(SandboxRun, (draft_id, actor.id))
    if row is None:
        return None
    return Run(row.begun_at, run_steps.steps_of(encryption.unseal(session, row.steps)), row.revision)


def get(session: Session, draft_id: int, *, actor: Actor) -> Run:
    """The actor's run of a draft.

    Raises:
        NotFound: he began none. And what `drafts.get_open` raises.
    """
    found = find(session, draft_id, actor=actor)
    if found is None:
        raise NotFound(_("Percobaan ini belum dimulai."))
    return found


def begin(session: Session, draft_id: int, begun_at: datetime, *, actor: Actor) -> None:
    """Begin a run, in place of the one before.

    Raises:
        InvalidForm: the time is too far away. And what `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    if not run_steps.is_playable(begun_at) or clock.is_too_far(begun_at + FARTHEST):
        message = _("Percobaan dapat dimulai sejak tahun 2000, dan paling jauh 45 tahun lagi.")
        raise InvalidForm(message, {"begun_at": message})
    row = session.get(SandboxRun, (draft_id, actor.id), with_for_update=True)
    if row is None:
        row = SandboxRun(draft_id=draft_id, user_id=actor.id, revision=0)
        session.add(row)
    row.begun_at, row.steps, row.revision = begun_at, encryption.seal(session, []), row.revision + 1
    row.changed_at = clock.now(session)
    session.flush()


def keep_steps(session: Session, draft_id: int, count: int, *, seen: int, actor: Actor) -> None:
    """Go back in a run: keep its first ``count`` steps. Raises: what `store_steps` raises."""
    run = get(session, draft_id, actor=actor)
    store_steps(session, draft_id, run.steps[: max(count, 0)], seen=seen, actor=actor)


def store_steps(session: Session, draft_id: int, steps: Iterable[Step], *, seen: int, actor: Actor) -> None:
    """Let the run consist of these steps; ``seen``: the revision that this change began with.

    Raises:
        Conflict: it was changed since, in another window. NotFound: there is none. And what `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    row = session.get(SandboxRun, (draft_id, actor.id), with_for_update=True)
    if row is None:
        raise NotFound(_("Percobaan ini belum dimulai."))
    if row.revision != seen:
        raise Conflict(_("Percobaan ini sudah berjalan lebih jauh di jendela lain."))
    row.steps = encryption.seal(session, [step.as_dict() for step in steps])
    row.revision, row.changed_at = row.revision + 1, clock.now(session)
    session.flush()
