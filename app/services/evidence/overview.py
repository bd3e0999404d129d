"""What the page of evidence shows, and to whom; which cases a bundle is of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import NotAllowed, NotFound
from app.base.i18n import _
from app.history import reader
from app.history.catalogue import Entry
from app.history.checking import Fault
from app.history.events.evidence import HistoryVerified
from app.models import Checkpoint, ProcessInstance
from app.services.core import ids, settings
from app.services.core.access import Actor
from app.services.evidence import checkpoints, refusals, sending, verifying
from app.services.evidence.sending import Place, Progress


@dataclass(frozen=True)
class State:
    """How far the record is, its last checkpoint and those before, and what was found when it was checked last.

    ``places``: where checkpoints go, and how far each of these is. ``faults``: those that were found, in sentences;
    ``refused``: why no checkpoint is made any more, and ``refused_at``, since when.
    """

    events: int
    last: Checkpoint | None
    before: Sequence[Checkpoint]
    fingerprint: str
    public_key: str
    verified: Entry[HistoryVerified] | None
    places: Sequence[tuple[Place, Progress]]
    faults: Sequence[str] = ()
    refused: Sequence[str] = ()
    refused_at: datetime | None = None


def may_read(actor: Actor) -> bool:
    """Whether evidence is for the actor: auditors and administrators."""
    return actor.is_auditor or actor.is_admin


def require_reader(actor: Actor) -> None:
    """Refuse whoever evidence is not for.

    Raises:
        NotAllowed: he is neither auditor nor administrator.
    """
    if not may_read(actor):
        raise NotAllowed(_("Halaman ini untuk auditor dan administrator."))


def state(session: Session, *, actor: Actor) -> State:
    """What the page shows. 9 SQL at most, none of which grows, and one for each place that checkpoints go to.

    Raises:
        NotAllowed: evidence is not for him.
    """
    require_reader(actor)
    config = settings.config(session)
    rows = session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(10)).all()
    key, verified = checkpoints.public_key(config), reader.latest_outside(session, HistoryVerified)
    return State(
        reader.newest_id(session),
        rows[0] if rows else None,
        rows[1:],
        checkpoints.fingerprint_of(key),
        key.hex(),
        verified,
        [(place, sending.progress(session, place)) for place in sending.places(config)],
        _found(session, verified),
        verifying.sentences(session.connection(), refusals.faults(session)),
        refusals.since(session),
    )


def _found(session: Session, verified: Entry[HistoryVerified] | None) -> list[str]:
    """What was found when the record was checked last; of what was kept by releases before, the first."""
    if verified is None:
        return []
    event = verified.event
    kept = event.found or ([[event.kind, *event.first, event.detail]] if len(event.first) == 2 else ())
    faults = [Fault(*one) for one in kept if one[0] in verifying.KINDS]
    return verifying.sentences(session.connection(), faults)


def case_ids(session: Session, wanted: Sequence[str]) -> list[int]:
    """The ids of cases by id or number, in the order asked for; of all where none is.

    Raises:
        NotFound: there is no such case.
    """
    if not wanted:
        return list(session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)))
    found = []
    for one in wanted:
        by_number = select(ProcessInstance.id).where(ProcessInstance.business_key == one).limit(1)
        id_ = session.scalar(by_number)
        if id_ is None and (number := ids.parse_id(one)) is not None:
            id_ = session.scalar(select(ProcessInstance.id).where(ProcessInstance.id == number))
        if id_ is None:
            raise NotFound(_("Perkara {number} tidak ada.", number=one))
        found.append(id_)
    return list(dict.fromkeys(found))
