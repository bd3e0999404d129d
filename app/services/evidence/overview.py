"""What the page of evidence shows, and to whom; which cases a bundle is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotAllowed, NotFound
from app.history import reader
from app.history.canonical import OUTSIDE
from app.history.checking import Fault
from app.history.entry import Entry
from app.history.events import HistoryVerified
from app.i18n import _
from app.models import Checkpoint, EventChain, ProcessInstance
from app.services.core import ids, settings
from app.services.core.access import Actor
from app.services.evidence import checkpoints, sending, verifying
from app.services.evidence.sending import Place, Progress


@dataclass(frozen=True)
class State:
    """How far the record is, its last checkpoint and those before, and what was found when it was checked last.

    ``places``: where checkpoints go, and how far each of these is. ``fault``: the first one found, in a sentence.
    """

    events: int
    last: Checkpoint | None
    before: Sequence[Checkpoint]
    fingerprint: str
    public_key: str
    verified: Entry[HistoryVerified] | None
    places: Sequence[tuple[Place, Progress]]
    fault: str = ""


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
    """What the page shows. 6 SQL at most, none of which grows, and one for each place that checkpoints go to.

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
        _first_fault(session, verified),
    )


def _first_fault(session: Session, verified: Entry[HistoryVerified] | None) -> str:
    """What was found first when the record was checked last; empty for nothing, and where it was not kept."""
    if verified is None or verified.event.kind not in verifying.KINDS or len(verified.event.first) != 2:
        return ""
    chain, number = verified.event.first
    fault = Fault(verified.event.kind, chain, number, verified.event.detail)
    return verifying.told(fault, verifying.numbers(session.connection(), {chain} - {OUTSIDE}).get(chain, ""))


def chain_count(session: Session) -> int:
    """How many chains there are. Reads all of them."""
    return session.scalar(select(func.count()).select_from(EventChain)) or 0


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
