"""Tasks that go to others together: a row for the whole and one for each task, so that it goes on and can be undone.

Each task is a transaction: what changed since it was shown is told in its row and never overwritten.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.base import stored_messages
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history.events.tasks import TaskHandedBack, TaskUnitChanged
from app.history.events.workload import TasksTransferred, TransferTakenBack
from app.models import Group, TaskTransfer, TransferredTask, Unit, User, UserTask
from app.models.tasks import IS_OPEN
from app.services import identity
from app.services.core import access, bulk, clock, history, rights
from app.services.core.access import Actor
from app.services.core.batches import Batches, Parts
from app.services.core.paging import Page
from app.services.notifications import task_notices, texts
from app.services.people import absences, officers, units
from app.services.tasks import conflicts, tasks
from app.services.workload import overview

#: For so long a transfer can be taken back, where a task has not gone on before.
KEPT = timedelta(days=30)
#: Tasks of one transfer.
MOST = 20_000


def spread(session: Session, wanted: Mapping[str, int], reason: str, *, actor: Actor) -> TaskTransfer:
    """Begin to give each task, by its id, to a user, by his. A worker moves each, and asks whether he may.

    Raises:
        NotAllowed: the actor coordinates nothing. InvalidForm: no reason. Conflict: there is no such task.
    """
    rights.require_not_auditor(actor)
    overview.require_part(session, actor=actor)
    query = select(UserTask.id, UserTask.assignee_id).where(UserTask.id.in_(wanted), IS_OPEN)
    query = query.join(UserTask.instance).where(access.visible(actor))
    rows = session.execute(query.order_by(UserTask.sort_at, UserTask.opened_at, UserTask.id)).all()
    found = [{"task_id": task_id, "before_id": before, "to_id": wanted[task_id]} for task_id, before in rows]
    return _begin(session, "spread", found, reason, actor)


def of_person(session: Session, user: User, *, actor: Actor) -> list[str]:
    """The ids of the open tasks of a user that the actor may hand over: all, for an administrator; else those of
    lanes that he coordinates, his own, and those of whom he stands in for. 1 or 2 SQL."""
    query = select(UserTask.id).where(IS_OPEN, UserTask.assignee_id == user.id)
    stands_in = absences.stands_in(session, actor=actor, user_id=user.id)
    if not (actor.administers or user.id == actor.id or stands_in):
        query = query.where(UserTask.coordinator_group_id.in_(actor.groups))
    return list(
        session.scalars(query.order_by(UserTask.sort_at, UserTask.opened_at, UserTask.id).limit(MOST))
    )


def of_unit(session: Session, code: str, *, actor: Actor) -> list[str]:
    """The ids of the open tasks of a unit that the actor may hand over: all, for an administrator; else those of
    lanes that he coordinates. 2 SQL."""
    groups = session.scalars(select(Group.id)).all()
    query = select(UserTask.id).where(IS_OPEN, UserTask.group_id.in_(groups), UserTask.unit_code == code)
    if not actor.administers:
        query = query.where(UserTask.coordinator_group_id.in_(actor.groups))
    return list(
        session.scalars(query.order_by(UserTask.sort_at, UserTask.opened_at, UserTask.id).limit(MOST))
    )


def hand_over(session: Session, user: User, to: User, reason: str, *, actor: Actor) -> TaskTransfer:
    """Begin to hand all that a user holds to another; as his substitute to oneself.

    Raises:
        NotAllowed, InvalidForm; Conflict: there is nothing that the actor may hand over.
    """
    rights.require_not_auditor(actor)
    if to.id == user.id:
        raise InvalidForm(_("Pilih petugas lain."), {"to": _("Pilih petugas lain.")})
    stands_in = absences.stands_in(session, actor=actor, user_id=user.id) is not None and to.id == actor.id
    if not (stands_in or user.id == actor.id or actor.administers):
        overview.require_part(session, actor=actor)
    found = of_person(session, user, actor=actor)
    rows = [{"task_id": task_id, "before_id": user.id, "to_id": to.id} for task_id in found]
    kind = "substitute" if stands_in else "person"
    return _begin(session, kind, rows, reason, actor, user=user)


def succeed(session: Session, code: str, successor: str, reason: str, *, actor: Actor) -> TaskTransfer:
    """Begin to hand all open tasks of a unit to another one. Who holds a task and belongs to that one keeps it; any
    other goes to its queue.

    Raises:
        NotFound, NotAllowed, InvalidForm; Conflict: there is nothing that the actor may hand over.
    """
    rights.require_not_auditor(actor)
    if not actor.administers:
        overview.require_part(session, actor=actor)
    units.get(session, code)
    if successor == code or session.get(Unit, successor) is None:
        raise InvalidForm(_("Pilih unit penerima."), {"to": _("Pilih unit penerima.")})
    found = of_unit(session, code, actor=actor)
    holders: dict[str, int | None] = {}
    for some in bulk.batches(found):
        query = select(UserTask.id, UserTask.assignee_id).where(UserTask.id.in_(some))
        holders |= {task_id: holder for task_id, holder in session.execute(query)}
    rows = [{"task_id": one, "before_id": holders.get(one), "to_unit": successor} for one in found]
    return _begin(session, "unit", rows, reason, actor, unit=code)


def _begin(
    session: Session,
    kind: str,
    rows: Sequence[Mapping[str, object]],
    reason: str,
    actor: Actor,
    *,
    user: User | None = None,
    unit: str = "",
) -> TaskTransfer:
    if errors := tasks.without_reason(reason):
        raise InvalidForm(_("Tugas belum dialihkan."), errors)
    if not rows:
        raise Conflict(_("Tidak ada tugas terbuka yang dapat Anda alihkan."))
    made = TaskTransfer(
        kind=kind,
        state="running",
        reason=identity.hidden_text(session, reason.strip(), _cases(rows), actor),
        source_id=user.id if user else None,
        source_unit=unit or None,
        begun_at=clock.now(session),
        begun_by_id=actor.id,
    )
    session.add(made)
    session.flush()
    empty = {"state": "waiting", "to_id": None, "to_unit": None, "before_unit": None, "said": ""}
    placed = [{"transfer_id": made.id, "position": n, **empty, **row} for n, row in enumerate(rows)]
    bulk.insert_rows(session, TransferredTask, placed)
    name = user.name if user else ""
    event = TasksTransferred(transfer=made.id, tasks=len(rows), reason=made.reason, user=name, unit=unit)
    history.record(session, event, actor=actor)
    return made


def _cases(rows: Sequence[Mapping[str, object]]) -> Select[int]:
    """The cases of the tasks that stand first: of whose people the reason may speak."""
    ids = [row["task_id"] for row in rows[: identity.NAMED]]
    return select(UserTask.instance_id).where(UserTask.id.in_(ids))


def _stand(session: Session, transfer: TaskTransfer) -> Actor | None:
    actor = access.standing_actor(session, transfer.begun_by_id)
    return None if actor is None or actor.is_auditor else actor


def _work(session: Session, transfer: TaskTransfer, row: TransferredTask, actor: Actor) -> None:
    """Move one task, or take it back. Raises: what forbids it."""
    if row.state == "returning":
        _hand_back(session, transfer, row, actor)
    elif transfer.kind == "unit":
        _change_unit(session, transfer, row, actor)
    else:
        _move(session, transfer, row, actor)


def _note(_session: Session, row: TransferredTask, error: AppError) -> None:
    more = error.errors.values() if isinstance(error, InvalidForm) else ()
    row.said = stored_messages.store_texts(*(more or (error.said,)))


def _unchanged(session: Session, row: TransferredTask, actor: Actor) -> UserTask:
    """The task, locked, as it was shown: open, and held by whom it was held."""
    task = tasks.get(session, row.task_id, actor=actor, lock=True).task
    tasks.check_open(session, task, actor)
    if task.assignee_id != row.before_id:
        if task.assignee_id is None:
            raise Conflict(_("Tugas ini sudah dilepas pemegangnya sejak daftar itu ditunjukkan."))
        raise conflicts.taken(session, task, actor=actor)
    row.before_unit, row.before_claimed_at = task.unit_code, task.claimed_at
    return task


def _move(session: Session, transfer: TaskTransfer, row: TransferredTask, actor: Actor) -> None:
    _unchanged(session, row, actor)
    to = session.get_one(User, row.to_id)
    task = tasks.reassign(
        session,
        row.task_id,
        to,
        transfer.reason,
        actor=actor,
        transfer=transfer.id,
        office=transfer.kind == "person",
    )
    row.state, row.to_unit, row.done_at = "moved", task.unit_code, task.claimed_at


def _change_unit(session: Session, transfer: TaskTransfer, row: TransferredTask, actor: Actor) -> None:
    task = _unchanged(session, row, actor)
    if not (actor.administers or tasks.coordinates(actor, task)):
        raise NotAllowed(_("Hanya koordinator lajur dan administrator yang dapat mengalihkan tugas unit."))
    if task.unit_code != transfer.source_unit or row.to_unit is None:
        raise Conflict(_("Tugas ini sudah beralih ke unit lain."))
    holder = officers.lock_user(session, task.assignee) if task.assignee else None
    keeps = holder is not None and access.may_receive(access.actor_of(holder), task, row.to_unit)
    task_notices.hand_on(session, task.id, holder.id if holder and keeps else None)
    task.unit_code = row.to_unit
    if not keeps:
        task.assignee_id, task.claimed_at = None, None
    event = TaskUnitChanged(
        task=task.id,
        before=transfer.source_unit or "",
        unit=row.to_unit,
        reason=identity.masked_reason(session, task.instance, transfer.reason, actor=actor),
        transfer=transfer.id,
        user=holder.name if holder and not keeps else "",
    )
    tasks.record(session, task, event, actor=actor)
    _tell_unit(session, task, row.to_unit, holder if not keeps else None, actor)
    row.state, row.done_at, row.to_id = "moved", clock.now(session), task.assignee_id


def _tell_unit(session: Session, task: UserTask, code: str, lost_by: User | None, actor: Actor) -> None:
    """Tell the officers of the unit that gets the task, and who held it."""
    unit, about = units.get(session, code).name, {"task": task.name}
    to = {
        "groups": [task.group_id],
        "unit": code,
        "coordinator": task.coordinator_group_id,
        "except": [actor.id],
    }
    texts.queue(session, task.instance, task.activity_id, "task_opened", to, task.id, unit=unit, **about)
    if lost_by is not None and lost_by.id != actor.id:
        gone = {"users": [lost_by.id]}
        texts.queue(session, task.instance, task.activity_id, "task_to_unit", gone, unit=unit, **about)


def take_back(session: Session, transfer_id: int, *, actor: Actor, task_id: str = "") -> TaskTransfer:
    """Begin to undo a transfer, or one task of it.

    Raises:
        NotFound: there is none that the actor may take back. Conflict: it runs, or nothing can be taken back.
    """
    rights.require_not_auditor(actor)
    found = get(session, transfer_id, actor=actor, lock=True)
    if not may_take_back(found, actor):
        raise NotAllowed(_("Pengalihan ini ditarik oleh yang memulainya."))
    if found.state == "running":
        raise Conflict(_("Pengalihan ini masih berjalan."))
    if found.begun_at < clock.now(session) - KEPT:
        raise Conflict(_("Pengalihan ini sudah terlalu lama untuk ditarik kembali."))
    left = {"said": stored_messages.store_texts(_("Pengalihan dihentikan sebelum tugas ini."))}
    changed = TASKS.take_back(session, found, task_id or None, left, said="")
    found.is_undo = True
    history.record(session, TransferTakenBack(transfer=found.id, tasks=changed), actor=actor)
    return found


def may_take_back(transfer: TaskTransfer, actor: Actor) -> bool:
    """Whether the actor may take it back: who began it may."""
    return transfer.begun_by_id == actor.id and not actor.is_auditor


def _hand_back(session: Session, transfer: TaskTransfer, row: TransferredTask, actor: Actor) -> None:
    """As it was, unless it has gone on. Who held it and may not work on it any more does not get it back."""
    task = tasks.get(session, row.task_id, actor=actor, lock=True).task
    tasks.check_open(session, task, actor)
    if not (tasks.coordinates(actor, task) or actor.administers or actor.id in (row.to_id, row.before_id)):
        raise NotAllowed(_("Hanya pemegang tugas dan koordinator lajur yang dapat mengalihkan tugas ini."))
    held = task.assignee_id == row.to_id
    if transfer.kind != "unit":
        held = held and task.claimed_at == row.done_at
    if not held or task.unit_code != row.to_unit:
        raise Conflict(_("Tugas ini sudah beralih lagi sesudah itu."))
    now_with, before = task.assignee_id, session.get(User, row.before_id) if row.before_id else None
    before = officers.lock_user(session, before) if before else None
    if before and (
        before.disabled_at or not access.may_receive(access.actor_of(before), task, row.before_unit)
    ):
        before = None
    task_notices.hand_on(session, task.id, before.id if before else None)
    moved = row.before_unit if row.before_unit and row.before_unit != task.unit_code else ""
    task.unit_code = row.before_unit
    task.assignee_id, task.claimed_at = (before.id, row.before_claimed_at) if before else (None, None)
    event = TaskHandedBack(task=task.id, to=before.name if before else "", transfer=transfer.id, unit=moved)
    tasks.record(session, task, event, actor=actor)
    told = {one for one in (now_with, before.id if before else None) if one is not None and one != actor.id}
    if told and now_with != task.assignee_id:
        about = {"by": actor.full_name, "task": task.name}
        texts.queue(
            session, task.instance, task.activity_id, "task_handed_back", {"users": sorted(told)}, **about
        )
    row.state, row.said = "undone", ""


def get(session: Session, transfer_id: int, *, actor: Actor, lock: bool = False) -> TaskTransfer:
    """Return a transfer.

    Raises:
        NotFound: there is none that the actor began; who sees every case sees all.
    """
    found = session.get(TaskTransfer, transfer_id, with_for_update=lock or None, populate_existing=lock)
    if found is None or not (actor.sees_all or found.begun_by_id == actor.id):
        raise NotFound(_("Pengalihan ini tidak ada."))
    return found


def begun_by(session: Session, *, actor: Actor, most: int = 10) -> Sequence[TaskTransfer]:
    """The latest transfers that the actor began; all, where he sees every case. 1 SQL."""
    query = select(TaskTransfer).options(joinedload(TaskTransfer.begun_by))
    if not actor.sees_all:
        query = query.where(TaskTransfer.begun_by_id == actor.id)
    return session.scalars(query.order_by(TaskTransfer.id.desc()).limit(most)).all()


def rows(
    session: Session, transfer_id: int, state: str = "", *, actor: Actor, after: str = "", limit: int = 50
) -> Page[TransferredTask]:
    """The tasks of a transfer in their order, all or those in a state; but for cases that the actor does not see.
    1 SQL over an index."""
    get(session, transfer_id, actor=actor)
    moved = TransferredTask
    query = select(moved).join(moved.task).join(UserTask.instance).where(access.visible(actor))
    query = query.options(
        joinedload(moved.task).joinedload(UserTask.instance), joinedload(moved.to), joinedload(moved.before)
    )
    return TASKS.page(session, transfer_id, state, query, after, limit)


TASKS = Parts(
    Batches(TaskTransfer, _stand, get),
    TransferredTask.transfer_id,
    TransferredTask.task_id,
    (TransferredTask.position,),
    _work,
    _note,
    nothing=N_("Tidak ada tugas yang dapat ditarik kembali."),
)
