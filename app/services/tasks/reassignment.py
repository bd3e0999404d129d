"""Tasks that are handed to somebody else, with a reason; whoever it concerns is told."""

from sqlalchemy.orm import Session

from app.errors import InvalidForm, NotAllowed
from app.history.events import TaskReassigned
from app.i18n import _
from app.models import User, UserTask
from app.services.core import access, clock, rights
from app.services.core.access import Actor
from app.services.notifications import task_notices, texts
from app.services.people import officers
from app.services.tasks import tasks


def reassign(session: Session, task_id: str, to: User, reason: str, *, actor: Actor) -> UserTask:
    """Hand a task to another officer of its lane, with a reason: one's own, or as the lane's coordinator.

    Raises:
        NotFound, NotAllowed, Conflict; InvalidForm: no reason, or ``to`` is no officer of the lane and unit.
    """
    work = tasks.get(session, task_id, actor=actor, lock=True)
    task = work.task
    rights.require_not_auditor(actor)
    tasks.check_open(session, task, actor)
    if task.assignee_id != actor.id and task.coordinator_group_id not in actor.groups:
        raise NotAllowed(_("Hanya pemegang tugas dan koordinator lajur yang dapat mengalihkan tugas ini."))
    errors = without_reason(reason)
    to = officers.lock_user(session, to)
    unit = officers.unit_with(session, task, to, actor=actor)
    if to.disabled_at is not None or not tasks.may_receive(access.actor_of(to), task, unit):
        errors["to"] = _("{name} bukan petugas lajur dan unit tugas ini.", name=to.full_name)
    if errors:
        raise InvalidForm(_("Tugas belum dialihkan."), errors)
    before = task.assignee_id
    moved_to = unit if unit and unit != task.unit_code else ""
    if work.heard_of:
        task_notices.hand_on(session, task.id, moved=unit != task.unit_code)
    task.unit_code = unit
    task.assignee_id, task.claimed_at = to.id, clock.now(session)
    event = TaskReassigned(task=task.id, to=to.name, reason=reason.strip(), before=before, unit=moved_to)
    tasks.record(session, task, event, actor=actor)
    _tell(session, task, to, before, reason.strip(), actor)
    return task


def without_reason(reason: str) -> dict[str, str]:
    """What is wrong with a reason, by its field: nothing where one is written."""
    return {} if reason.strip() else {"reason": _("Tulis alasan pengalihan.")}


def _tell(session: Session, task: UserTask, to: User, before: int | None, reason: str, actor: Actor) -> None:
    """Tell who has the task now, and who had it; neither of what he did himself."""
    instance, activity = task.instance, task.activity_id
    about = {"by": actor.full_name, "task": task.name, "reason": reason}
    if to.id != actor.id:
        texts.queue(session, instance, activity, "task_reassigned", {"users": [to.id]}, task.id, **about)
    if before is not None and before not in (to.id, actor.id):
        code = "task_taken_over" if to.id == actor.id else "task_handed_on"
        texts.queue(session, instance, activity, code, {"users": [before]}, **about, whom=to.full_name)
