"""Taking back a completion: for some seconds, by who completed the task, while nobody has built on it.

Case, tasks, timers and what it waits for are what they were; the task is open and his, what he typed is his draft.
The history keeps what happened and tells that it was taken back. See decision 55.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.base.column_types import as_kept
from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.forms import masking
from app.history import reader
from app.history.events.tasks import CompletionTakenBack, TaskClaimed
from app.models import (
    Attachment,
    CompletionUndo,
    Draft,
    IdentityValue,
    InstanceMessage,
    ProcessInstance,
    User,
    UserTask,
)
from app.services.core import access, clock
from app.services.core.access import Actor
from app.services.instances import snapshots, task_rows
from app.services.notifications import outbox, task_notices
from app.services.tasks import drafts, kept_completions, tasks
from app.services.tasks.kept_completions import Before


def take_back(session: Session, task_id: str, *, actor: Actor) -> UserTask:
    """Let a case be what it was before the actor completed this task; the task is open again, and his.

    Raises:
        NotFound: its case is not the actor's to see. NotAllowed: he did not complete it, or may not work on it now.
        Conflict: it is too late, the case has moved on, or another case heard of it; the words say which.
    """
    work = tasks.get(session, task_id, actor=actor, lock=True)
    tasks.require_offered(work, actor)
    instance, closed_by = work.task.instance, work.task.closed_by_id
    if work.task.state == "open":
        raise Conflict(_("Tugas ini terbuka: penyelesaiannya sudah diurungkan."))
    if closed_by != actor.id:
        raise NotAllowed(_("Hanya petugas yang menyelesaikan tugas ini dapat mengurungkannya."))
    event = put_last_back(session, instance, task_id, drafts.scope_of_task(task_id), actor=actor)
    task = session.get_one(UserTask, task_id)
    tasks.record(session, task, event, actor=actor)
    if task.assignee_id is None:
        task.assignee_id, task.claimed_at = actor.id, clock.now(session)
        tasks.record(session, task, TaskClaimed(task=task.id), actor=actor)
    return task


def put_last_back(
    session: Session, instance: ProcessInstance, of_id: str, scope: str, *, actor: Actor
) -> CompletionTakenBack:
    """Let a case be what it was before its last step, which completed the task or noted the message with this id;
    what its history is to tell of that. ``scope``: of the draft that what was typed becomes again.

    Raises:
        Conflict: it is too late, the case has moved on, or another case heard of it; the words say which.
    """
    row = kept_completions.kept_of(session, instance.id)
    before = _require_possible(session, instance, of_id, row, actor)
    assert row is not None  # noqa: S101 required just now
    undone, since = dict(instance.variables), row.since
    _put_back(session, instance.id, row, before, scope, actor)
    return _event_of(
        session, session.get_one(ProcessInstance, instance.id), of_id, undone, since, before.files
    )


def refuse_repeat(session: Session, task_id: str) -> None:
    """Refuse to tell again that a task was completed, as its completion was taken back since.

    Raises:
        Conflict: it is open.
    """
    state = session.scalar(select(UserTask.state).where(UserTask.id == task_id))
    if state == "open":
        raise Conflict(_("Penyelesaian ini sudah diurungkan. Periksa isiannya, lalu kirim lagi."))


def _event_of(
    session: Session,
    instance: ProcessInstance,
    of_id: str,
    undone: Mapping[str, Any],
    since: int,
    files: Sequence[str],
) -> CompletionTakenBack:
    now = instance.variables
    place, until = reader.numbers_since(session, instance.id, since)
    changed = [key for key in {**undone, **now} if undone.get(key) != now.get(key)]
    return CompletionTakenBack(
        task=of_id,
        since=since,
        place=place,
        until=until,
        file_ids=list(files),
        values={key: now.get(key) for key in changed},
        old={key: undone[key] for key in changed if key in undone},
    )


def _require_possible(
    session: Session, instance: ProcessInstance, task_id: str, row: CompletionUndo | None, actor: Actor
) -> Before:
    """What is to be put back, if nothing is in the way."""
    moved_on = _("Perkara ini sudah berlanjut setelah tugas ini selesai, jadi tidak dapat diurungkan lagi.")
    if row is not None and row.task_id != task_id and row.until > clock.now(session):
        raise Conflict(moved_on)
    if row is None or row.task_id != task_id or row.until <= clock.now(session):
        raise Conflict(_("Waktu untuk mengurungkan sudah lewat."))
    if row.blocked or _was_heard(session, row):
        raise Conflict(_("Perkara lain sudah menerima kabar dari langkah ini, jadi tidak dapat diurungkan."))
    before = kept_completions.before_of(row)
    opened = before.made[UserTask.__tablename__]
    if name := _holder(session, opened, actor):
        raise Conflict(
            _("{name} sudah mengambil tugas berikutnya, jadi tidak dapat diurungkan lagi.", name=name)
        )
    if instance.revision != row.revision or not _are_open(session, opened):
        raise Conflict(moved_on)
    if _drafted(session, opened):
        raise Conflict(_("Tugas berikutnya sudah mulai diisi. Buang drafnya dulu, lalu urungkan."))
    return before


def _was_heard(session: Session, row: CompletionUndo) -> bool:
    """Whether a message of the case left it, or one for it was settled, since it was completed."""
    sent = InstanceMessage.sender_id == row.instance_id, InstanceMessage.sent_at >= row.completed_at
    got = InstanceMessage.receiver_id == row.instance_id, InstanceMessage.done_at >= row.completed_at
    query = select(InstanceMessage.id).where(or_(sent[0] & sent[1], got[0] & got[1]))
    return session.scalar(query.limit(1)) is not None


def _holder(session: Session, opened: Sequence[str], actor: Actor) -> str | None:
    """The name of somebody else who holds one of the tasks that opened."""
    query = select(User.full_name).join(UserTask, UserTask.assignee_id == User.id)
    taken = UserTask.id.in_(opened), UserTask.state == "open", User.id != actor.id
    return session.scalar(query.where(*taken).limit(1)) if opened else None


def _are_open(session: Session, opened: Sequence[str]) -> bool:
    query = select(func.count()).where(UserTask.id.in_(opened), UserTask.state == "open")
    return not opened or session.scalar(query) == len(opened)


def _drafted(session: Session, opened: Sequence[str]) -> bool:
    """Whether somebody has typed something into a task that opened and that is his to do: it would be lost. Who only
    sees the task may keep a draft of it, too, but is not to hinder others."""
    of_task = UserTask.id == as_kept(func.substr(Draft.scope, 6))
    query = select(User, UserTask).join(Draft, Draft.user_id == User.id).join(UserTask, of_task)
    found = session.execute(query.where(Draft.scope.in_(_scopes(opened)))) if opened else ()
    return any(access.may_work(access.actor_of(user), task) for user, task in found)


def _scopes(opened: Sequence[str]) -> list[str]:
    return [drafts.scope_of_task(task_id) for task_id in opened]


def _put_back(
    session: Session, instance_id: int, row: CompletionUndo, before: Before, scope: str, actor: Actor
) -> None:
    """Rows, identity, files and notices as they were; what nobody was told yet is not told."""
    at, revision, typed = row.completed_at, row.revision, row.typed
    snapshots.put_rows_back(session, instance_id, before.rows, before.made, revision)
    task_rows.rank(session, instance_id)
    _put_identity_back(session, instance_id, before)
    if before.files:
        loose = {"instance_id": None, "field_key": None}
        session.execute(update(Attachment).where(Attachment.id.in_(before.files)).values(loose))
    task_notices.reopen(session, before.closed, at)
    outbox.withdraw(session, instance_id)
    drafts.restore(session, actor, scope, typed)
    session.execute(delete(Draft).where(Draft.scope.in_(_scopes(before.made[UserTask.__tablename__]))))
    kept_completions.forget(session, instance_id)
    for held in before.rows[UserTask.__tablename__]:
        tasks.release_if_gone(session, session.get_one(UserTask, held["id"]), actor=actor)


def _put_identity_back(session: Session, instance_id: int, before: Before) -> None:
    """What signs in texts hide stays: a note that was written meanwhile may have the sign."""
    for key, sealed in before.identity.items():
        here = IdentityValue.instance_id == instance_id, IdentityValue.field_key == key
        if sealed is None and masking.is_sign(key):
            continue
        if sealed is None:
            session.execute(delete(IdentityValue).where(*here))
        else:
            ciphertext = bytes.fromhex(sealed)
            session.execute(update(IdentityValue).where(*here).values(ciphertext=ciphertext))
