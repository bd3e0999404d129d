"""Cases that must not be destroyed, whatever their process says, and why."""

from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.history.events.retention import CaseHeld, HoldLifted
from app.models import CaseHold, ProcessInstance
from app.services import identity
from app.services.core import access, clock, history
from app.services.core.access import Actor
from app.services.core.reasons import required_reason


def may_hold(actor: Actor) -> bool:
    """Whether the actor may hold a case, and lift a hold: administrators and process owners."""
    return not actor.is_auditor and (actor.is_admin or actor.is_process_owner)


def hold_of(session: Session, instance_id: int) -> CaseHold | None:
    """The hold on a case. 1 SQL."""
    return session.get(CaseHold, instance_id)


def hold(session: Session, instance_id: int, reason: str, *, actor: Actor) -> CaseHold:
    """Hold a case: it is not destroyed until the hold is lifted.

    Raises:
        NotFound: it is not the actor's to see. NotAllowed; InvalidForm: no reason. Conflict: it is held.
    """
    instance = _locked(session, instance_id, actor)
    reason = required_reason(reason)
    if hold_of(session, instance_id) is not None:
        raise Conflict(_("Perkara ini sudah ditahan."))
    reason = identity.masked_reason(session, instance, reason, actor=actor)
    made = CaseHold(instance_id=instance.id, reason=reason, held_at=clock.now(session), held_by_id=actor.id)
    session.add(made)
    history.record(session, CaseHeld(reason=reason), actor=actor, instance_id=instance.id)
    return made


def lift(session: Session, instance_id: int, reason: str, *, actor: Actor) -> ProcessInstance:
    """Lift the hold on a case.

    Raises:
        NotFound: it is not the actor's to see. NotAllowed; InvalidForm: no reason. Conflict: it is not held.
    """
    instance = _locked(session, instance_id, actor)
    reason = required_reason(reason)
    found = hold_of(session, instance_id)
    if found is None:
        raise Conflict(_("Perkara ini tidak ditahan."))
    session.delete(found)
    reason = identity.masked_reason(session, instance, reason, actor=actor)
    history.record(session, HoldLifted(reason=reason), actor=actor, instance_id=instance.id)
    return instance


def _locked(session: Session, instance_id: int, actor: Actor) -> ProcessInstance:
    if not may_hold(actor):
        raise NotAllowed(_("Hanya administrator dan pemilik proses yang dapat melakukan ini."))
    return access.instance(session, actor, instance_id, lock=True)
