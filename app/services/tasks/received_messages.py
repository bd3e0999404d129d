"""Messages that an officer notes as received: no program tells that they came. Taken back as completions are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.models import MessageWait, ProcessInstance
from app.services.core import access, history
from app.services.core.access import Actor
from app.services.instances import messages
from app.services.instances.instances import Values
from app.services.tasks import drafts, kept_completions, undoing


@dataclass(frozen=True)
class Noted:
    """A message that was noted: in which case, at which element, until when that can be taken back, and until when
    the case goes on waiting there."""

    instance: ProcessInstance
    activity_id: str
    undo_until: datetime | None = None
    waits_until: datetime | None = None


def record(
    session: Session,
    instance_id: int,
    wait_id: str,
    values: Values,
    *,
    actor: Actor,
    typed: Mapping[str, Any] | None = None,
) -> Noted:
    """Note that the message came for which a case waits, with what stands in its form.

    ``typed``: the values as a draft has them; given, it can be taken back for some seconds.

    Raises:
        What `messages.open_wait` raises; InvalidForm; ExecutionFailed: the diagram could not go on.
    """
    instance, wait = messages.open_wait(session, instance_id, wait_id, actor=actor, lock=True)
    activity_id = wait.activity_id
    found = messages.receive(session, instance, wait, values, actor)
    given = (session, instance, found.step, found.form, found.clean, found.secret)
    kept = kept_completions.begin(*given) if typed is not None else None
    messages.store(session, instance, wait, found, actor, kept.until if kept else None)
    drafts.delete(session, actor, drafts.scope_of_wait(wait_id, instance_id))
    until = kept_completions.keep(session, instance, wait_id, kept, typed, actor=actor) if kept else None
    return Noted(instance, activity_id, until, found.until)


def take_back(session: Session, instance_id: int, wait_id: str, *, actor: Actor) -> Noted:
    """Let a case wait for the message again that the actor noted; what he typed is his draft.

    Raises:
        NotFound: he neither noted it nor sees the case. NotAllowed: he may not note it any more.
        Conflict: it was taken back, it is too late, the case has moved on, or another case heard of it.
    """
    query = select(ProcessInstance).where(ProcessInstance.id == instance_id)
    instance = session.scalars(access.locking(query)).one_or_none()
    row = kept_completions.kept_of(session, instance_id)
    last = row is not None and row.task_id == wait_id
    if instance is None or row is None or not last or row.user_id != actor.id:
        instance = access.instance(session, actor, instance_id)
    refuse_repeat(session, wait_id)
    if row is not None and last and row.user_id != actor.id:
        raise NotAllowed(_("Hanya petugas yang mencatat pesan ini dapat mengurungkannya."))
    scope = drafts.scope_of_wait(wait_id, instance_id)
    event = undoing.put_last_back(session, instance, wait_id, scope, actor=actor)
    instance, wait = messages.open_wait(session, instance_id, wait_id, actor=actor)
    history.record(session, event, actor=actor, instance_id=instance_id, activity_id=wait.activity_id)
    return Noted(instance, wait.activity_id)


def refuse_repeat(session: Session, wait_id: str) -> None:
    """Refuse to tell again that a message was noted, as that was taken back since.

    Raises:
        Conflict: the case waits for it.
    """
    if session.get(MessageWait, wait_id) is not None:
        raise Conflict(_("Catatan pesan ini sudah diurungkan. Periksa isiannya, lalu kirim lagi."))
