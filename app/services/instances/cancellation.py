"""Ending a case before its time: where it stands, with a reason."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.history.events.instances import InstanceCancelled
from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services import identity
from app.services.core import access, clock, history
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import incidents, instances, outgoing_messages
from app.services.notifications import task_notices, texts


def may_cancel(
    actor: Actor,
    instance: ProcessInstance,
    tasks: Sequence[UserTask],
    waits: Sequence[MessageWait] = (),
    version: Version | None = None,
) -> bool:
    """The process owner, and the coordinator of a lane in which the case waits. Source: issue, JSON API.

    ``tasks`` are the open ones, ``waits`` the messages that a case of ``version`` waits for.
    """
    if instance.state not in {"active", "incident"} or actor.is_auditor:
        return False
    coordinators = {task.coordinator_group_id for task in tasks}
    if version is not None:
        nodes = version.diagram.nodes
        places = [nodes[wait.activity_id] for wait in waits if wait.activity_id in nodes]
        coordinators |= {version.coordinator_of(node.lane_id) for node in places}
    return actor.is_process_owner or not coordinators.isdisjoint(actor.groups)


def cancel(session: Session, instance_id: int, reason: str, *, actor: Actor) -> ProcessInstance:
    """End a case where it stands, with a reason; one whose diagram cannot be read, too.

    Raises:
        NotFound, NotAllowed, InvalidForm (no reason), Conflict (ended already).
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    tasks = instances.open_tasks(session, instance.id)
    if instance.state not in {"active", "incident"}:
        raise Conflict(_("Perkara ini sudah berakhir."))
    waits = session.scalars(select(MessageWait).where(MessageWait.instance_id == instance.id)).all()
    version = definitions.readable(session, instance.definition_id)
    if not may_cancel(actor, instance, tasks, waits, version):
        raise NotAllowed(_("Hanya pemilik proses dan koordinator lajur yang dapat membatalkan perkara."))
    reason = required_reason(reason, _("Tulis alasan pembatalan."))
    reason = identity.masked_reason(session, instance, reason, actor=actor)
    stop(session, instance, tasks, "cancelled", actor=actor)
    instance.engine_state = b""
    _tell_holders(session, instance, tasks, reason, actor)
    history.record(session, InstanceCancelled(reason=reason), actor=actor, instance_id=instance.id)
    return instance


def _tell_holders(
    session: Session, instance: ProcessInstance, tasks: Sequence[UserTask], reason: str, actor: Actor
) -> None:
    """Tell those whose work it was; who cancels knows."""
    for task in tasks:
        if task.assignee_id not in (None, actor.id):
            about = {"by": actor.full_name, "task": task.name, "reason": reason}
            to = {"users": [task.assignee_id]}
            texts.queue(session, instance, task.activity_id, "task_cancelled", to, **about)


def stop(
    session: Session, instance: ProcessInstance, tasks: Sequence[UserTask], state: str, *, actor: Actor
) -> None:
    """Close the open ``tasks`` of a case and remove what waits in it; it is over, in this ``state``."""
    now = clock.now(session)
    instance.state, instance.ended_at = state, now
    for task in tasks:
        task.state, task.closed_at, task.closed_by_id = "cancelled", now, actor.id
    task_notices.close(session, [task.id for task in tasks])
    for model in (Job, MessageWait):
        for row in session.scalars(select(model).where(model.instance_id == instance.id)):
            session.delete(row)
    outgoing_messages.wake(session, instance)
    incidents.close_moot(session, instance, None, actor=actor)
