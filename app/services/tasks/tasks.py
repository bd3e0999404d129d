"""User tasks: claim, release, complete, hand on, with the question that comes along. Lists of them: `inbox`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.base.errors import EndsCase, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.engine.diagram import Question
from app.engine.running import execution as engine
from app.engine.running.step import Step
from app.forms import Form
from app.history.catalogue import Event
from app.history.events.instances import GatewayDecided
from app.history.events.tasks import TaskClaimed, TaskReassigned, TaskReleased
from app.models import EventChain, ProcessInstance, User, UserTask
from app.services import identity
from app.services.core import access, clock, history, holidays, rights, writes
from app.services.core.access import Actor
from app.services.core.reasons import is_told
from app.services.core.writes import Plan
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution, instances
from app.services.instances.instances import Values
from app.services.notifications import task_notices, texts
from app.services.people import absences, officers
from app.services.tasks import conflicts, drafts, kept_completions, tasks

#: So many answers that nobody asked for are named.
_MOST_UNASKED = 20
#: What is written on a case without a new revision.
_UNCOUNTED = ("followed", "snoozed", "masks_changed")


@dataclass(frozen=True)
class Work:
    """A task with what its page and the API need."""

    task: UserTask
    version: Version
    form: Form | None
    question: Question | None  # asked with the task, or the task itself
    offered: bool  # to the actor; with the lock on its case that holds until the commit
    heard_of: bool = True  # somebody has an unread notice about it; without a lock or plan always true
    has_draft: bool = True  # of the actor; with a lock always true
    others: bool = True  # more tasks of the case are open; with a lock always true
    opened: Sequence[Mapping[str, Any]] = ()  # once it is completed: the rows of the tasks that it opened
    undo_until: datetime | None = None  # once it is completed: until then that can be taken back


def get(session: Session, task_id: str, *, actor: Actor, lock: bool = False) -> Work:
    """Return a task of a case that the actor may see; with ``lock`` the case is his until the commit.

    With ``lock`` his own row stays as it is too: he was read before this transaction began, and may be gone by now.

    Raises:
        NotFound: there is none, or its case is not the actor's to see.
    """
    if lock and (plan := writes.planned(session)) is not None:
        return _planned(session, plan, task_id, actor)
    asked = {"task_id": task_id, "actor_id": actor.id}
    if not lock:
        row = session.execute(_reading(access.any_like(actor)), asked).one_or_none()
        if row is None:
            raise _missing()
        instance, task, has_draft, others = row
        work = _work(session, instance, task, actor)
        return replace(work, has_draft=bool(has_draft), others=bool(others))
    # The task is read after its case is locked, or it could be a stale copy.
    locked = session.scalars(_locked_instance(actor), asked).one_or_none()
    if locked is None:
        raise _missing()
    found = session.execute(_locked_row(actor.id, session.get_bind().dialect.name), asked).one_or_none()
    if found is None:  # what opened it was taken back while this waited for the case
        raise _missing()
    task, still, days_off, heard_of = found
    holidays.remember(session, days_off)
    work = _work(session, locked, task, actor)
    return replace(work, offered=work.offered and bool(still), heard_of=bool(heard_of))


def _missing() -> NotFound:
    return NotFound(_("Tugas ini tidak ada, atau bukan tugas Anda."))


def _work(session: Session, instance: ProcessInstance, task: UserTask, actor: Actor) -> Work:
    set_committed_value(task, "instance", instance)  # it is here already, and must stay
    version = definitions.version(session, instance.definition_id)
    question = version.diagram.question_with(task.activity_id, is_question=task.is_question)
    return Work(task, version, version.form_of(task.form_key), question, access.may_work(actor, task))


def _planned(session: Session, plan: Plan, task_id: str, actor: Actor) -> Work:
    """The same of a task that its officer completes, held by nothing yet: what was read is a condition of what is
    written. 1 SQL."""
    asked = {"task_id": task_id, "actor_id": actor.id}
    row = session.execute(
        _planning(access.any_like(actor), session.get_bind().dialect.name), asked
    ).one_or_none()
    if row is None:
        raise _missing()
    instance, task, days_off, count, head, heard_of, has_draft, others = row
    holidays.remember(session, days_off)
    flags = {f"seen_{name}": getattr(instance, name) for name in _UNCOUNTED}
    plan.only_while(ProcessInstance, _still_there(), {"actor_id": actor.id, **flags})
    seen = {"seen_claimed_at": task.claimed_at, "seen_snoozed_until": task.snoozed_until}
    seen |= {"actor_id": actor.id, "heard_of": heard_of, "has_draft": has_draft}
    plan.only_while(UserTask, _still_so(), seen)
    plan.follow(instance.id, count, head)
    known: dict[str, Any] = {"heard_of": bool(heard_of), "has_draft": bool(has_draft), "others": bool(others)}
    return replace(_work(session, instance, task, actor), **known)


# Statements are built once for each who asks: building them took longer than running them.


@lru_cache(maxsize=512)
def _planning(like: Actor, dialect: str) -> Select[Any]:
    columns: tuple[Any, ...] = (
        ProcessInstance,
        UserTask,
        holidays.column(dialect),
        EventChain.count,
        EventChain.head,
        task_notices.UNREAD,
        drafts.kept_for(access.ACTOR_ID, UserTask.id),
        _others(),
    )
    query = select(*columns).select_from(UserTask)
    query = query.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    query = query.join(EventChain, EventChain.instance_id == UserTask.instance_id)
    found: Select[Any] = query.where(UserTask.id == bindparam("task_id"), access.visible(like))
    return found


@lru_cache(maxsize=512)
def _reading(like: Actor) -> Select[ProcessInstance, UserTask, bool, bool]:
    draft = drafts.kept_for(access.ACTOR_ID, UserTask.id)
    query = select(ProcessInstance, UserTask, draft, _others()).select_from(UserTask)
    query = query.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    query = query.where(UserTask.id == bindparam("task_id"), access.visible(like))
    return query.options(joinedload(UserTask.assignee), joinedload(UserTask.closed_by))


def _others() -> ColumnElement[bool]:
    """Whether more tasks of the case are open."""
    other = aliased(UserTask)
    return exists().where(
        other.instance_id == UserTask.instance_id, other.state == "open", other.id != UserTask.id
    )


@cache
def _still_there() -> ColumnElement[bool]:
    """Of the case: nobody follows it since, put off one of its tasks, or took the actor's account away."""
    flags = (getattr(ProcessInstance, name) == bindparam(f"seen_{name}") for name in _UNCOUNTED)
    return and_(*flags, access.held_there(access.ACTOR_ID))


@cache
def _still_so() -> ColumnElement[bool]:
    """Of the task, once its case is locked: it is open, the actor's to do, and no notice or draft came since."""
    return and_(
        UserTask.state == "open",
        or_(UserTask.assignee_id.is_(None), UserTask.assignee_id == access.ACTOR_ID),
        UserTask.claimed_at.is_not_distinct_from(bindparam("seen_claimed_at")),
        UserTask.snoozed_until.is_not_distinct_from(bindparam("seen_snoozed_until")),
        access.still_offered(access.ACTOR_ID),
        bindparam("heard_of") == task_notices.UNREAD,
        bindparam("has_draft") == drafts.kept_for(access.ACTOR_ID, UserTask.id),
    )


@lru_cache(maxsize=512)
def _locked_instance(actor: Actor) -> Select[ProcessInstance]:
    owner = select(UserTask.instance_id).where(UserTask.id == bindparam("task_id")).scalar_subquery()
    query = select(ProcessInstance).where(ProcessInstance.id == owner, access.visible(actor))
    return access.locking(query.where(access.held_there(actor.id)))


@lru_cache(maxsize=512)
def _locked_row(user_id: int, dialect: str) -> Select[UserTask, bool, Any, bool]:
    """The task, whether it is offered to the user, the days off, and whether a notice about it is unread, as they are
    now."""
    columns = (access.still_offered(user_id), holidays.column(dialect), task_notices.UNREAD)
    return select(UserTask, *columns).where(UserTask.id == bindparam("task_id"))


def claim(session: Session, task_id: str, *, actor: Actor) -> UserTask:
    """Make the actor the assignee. Claiming what is his already changes nothing.

    Raises:
        NotFound, NotAllowed; Conflict: somebody else was faster, or the task is closed.
    """
    # Locked like a completion: else one officer claims what another is just completing, and both succeed.
    work = get(session, task_id, actor=actor, lock=True)
    task = work.task
    _check_open_and_offered(session, work, actor)
    if task.assignee_id == actor.id:
        return task
    now = clock.now(session)
    # One conditional statement: read-then-write lets the second of two officers win in silence.
    taken = session.execute(
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "open", UserTask.assignee_id.is_(None))
        .values(assignee_id=actor.id, claimed_at=now)
    )
    session.refresh(task)
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        check_open(session, task, actor)
        raise conflicts.taken(session, task, actor=actor)
    if work.heard_of:
        task_notices.hand_on(session, task.id, actor.id)
    record(session, task, TaskClaimed(task=task.id), actor=actor)
    return task


def release(session: Session, task_id: str, *, actor: Actor) -> UserTask:
    """Give a claimed task back to its lane.

    Raises:
        NotFound, NotAllowed: it is not his; Conflict: the task is closed.
    """
    work = get(session, task_id, actor=actor, lock=True)
    task = work.task
    check_open(session, task, actor)
    if task.assignee_id != actor.id:
        raise NotAllowed(_("Anda hanya dapat melepas tugas yang Anda ambil."))
    task.assignee_id, task.claimed_at, task.snoozed_until = None, None, None
    if work.heard_of:
        task_notices.give_back(session, task.id)
    record(session, task, TaskReleased(task=task.id), actor=actor)
    return task


def release_if_gone(session: Session, task: UserTask, *, actor: Actor) -> None:
    """Give a task that is open again back to its lane, if who held it was disabled or left lane or unit meanwhile.
    1 SQL, none of a task that nobody holds."""
    if task.state != "open" or task.assignee is None or task.assignee_id == actor.id:
        return
    holder = officers.lock_user(session, task.assignee)
    if holder.disabled_at is None and access.may_work(access.actor_of(holder), task):
        return
    reason = "user_disabled" if holder.disabled_at is not None else "not_offered"
    task.assignee_id, task.claimed_at, task.snoozed_until = None, None, None
    task_notices.give_back(session, task.id)
    record(session, task, TaskReleased(task=task.id, user=holder.name, reason=reason), actor=actor)


def complete(
    session: Session,
    task_id: str,
    values: Values,
    answers: Mapping[str, str | list[str]],
    *,
    actor: Actor,
    typed: Mapping[str, Any] | None = None,
    ends_meant: Collection[str] | None = None,
) -> Work:
    """Complete a task, with the answer to the question that comes with it. An unclaimed task counts as claimed.

    ``typed``: the values as a draft has them; given, the completion can be taken back for some seconds (`undoing`).
    ``ends_meant``: ids of the ends at which the actor said that his answer may end the case; None: he is not asked.

    Raises:
        NotFound, NotAllowed; Conflict: closed or held by somebody else; EndsCase: his answer ends the case elsewhere;
        InvalidForm: values or answers;
        ExecutionFailed: the diagram could not go on; roll back and report it (`incidents.report`).
    """
    work = get(session, task_id, actor=actor, lock=True)
    task, instance = work.task, work.task.instance
    _check_open_and_offered(session, work, actor)
    if task.assignee_id not in (None, actor.id):
        raise conflicts.taken(session, task, actor=actor)
    clean, given = _check_input(session, work, values, answers)
    variables, secret = identity.part(session, work.form, clean, work.version, instance, actor)
    step = engine.complete(
        work.version.program,
        instance.engine_state,
        instance.variables,
        task.id,
        variables,
        answers=given,
        now=clock.now(session),
        calendar=holidays.calendar(session),
    )
    if ends_meant is not None:
        _require_meant(step, ends_meant, instance)
    unheard = () if work.heard_of else (task.id,)
    undo = typed is not None
    kept = kept_completions.begin(session, instance, step, work.form, clean, secret) if undo else None
    held_until = kept.until if kept else None
    opened = execution.apply(
        session, instance, work.version, step, actor=actor, unheard=unheard, held_until=held_until
    )
    instances.store_rest(session, instance, work.form, clean, secret, actor)
    if work.has_draft:
        drafts.delete(session, actor, drafts.scope_of_task(task.id))
    work = replace(work, opened=opened)
    if kept is None:
        return work
    until = kept_completions.keep(session, instance, task.id, kept, typed, actor=actor)
    return replace(work, undo_until=until)


def opened_tasks(work: Work) -> Sequence[UserTask] | None:
    """The tasks of the case that are open after a completion, soonest deadline first; None: others are open too."""
    if work.others:
        return None
    found = [UserTask(**row) for row in sorted(work.opened, key=itemgetter("sort_at", "id"))]
    for task in found:
        set_committed_value(task, "instance", work.task.instance)
    return found


def _require_meant(step: Step, meant: Collection[str], instance: ProcessInstance) -> None:
    """Raise EndsCase if what was answered ends the case, and not at one of these ends. Where no gateway chose, no
    other answer would have led elsewhere, and nobody is asked."""
    end, name = (step.end.id, step.end.name or step.end.id) if step.end is not None else ("", "")
    decided = any(event.type == GatewayDecided.type for event in step.events)
    if step.ended and decided and end not in meant:
        told = {"number": instance.business_key, "end": name or _("Berakhir")}
        raise EndsCase(
            _("Dengan jawaban ini perkara {number} berakhir: {end}. Tugas belum diselesaikan.", **told),
            end,
            name,
        )


def _check_input(
    session: Session, work: Work, values: Values, answers: Mapping[str, str | list[str]]
) -> tuple[dict[str, Any], dict[str, str | list[str]]]:
    """Check form and question together, so that one answer names everything that is wrong."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {}
    typed: Mapping[str, Any] = {} if callable(values) else values
    try:
        if work.form is not None or callable(values):
            clean = instances.check_values(session, work.form, values, work.task.variables)
    except InvalidForm as error:
        errors.update(error.errors)
    given = _checked(work.question, answers, errors)
    if errors:
        raise InvalidForm(_("Ada isian yang perlu diperbaiki."), errors, typed)
    return clean, given


def check_open(session: Session, task: UserTask, actor: Actor) -> None:
    """Raise Conflict, and say who closed it, if the task is closed."""
    if task.state != "open":
        raise conflicts.closed(session, task, actor=actor)


def require_officer(session: Session, task_id: str, *, actor: Actor) -> None:
    """Refuse who may not, or may no longer, work on a task; it may be closed.

    Raises:
        NotFound: its case is not the actor's to see. NotAllowed: it is for officers of another lane or unit.
    """
    work = get(session, task_id, actor=actor)
    require_offered(work, actor)


def require_offered(work: Work, actor: Actor) -> None:
    """Raise NotAllowed if the task is for officers of another lane or unit."""
    rights.require_not_auditor(actor)
    if not work.offered:
        raise NotAllowed(_("Tugas ini untuk petugas lajur {lane}.", lane=work.task.lane))


def _check_open_and_offered(session: Session, work: Work, actor: Actor) -> None:
    require_offered(work, actor)
    check_open(session, work.task, actor)


def record(session: Session, task: UserTask, event: Event, *, actor: Actor) -> None:
    """Add an event of a task to the history of its case."""
    history.record(session, event, actor=actor, instance_id=task.instance_id, activity_id=task.activity_id)


def _checked(
    question: Question | None, answers: Mapping[str, str | list[str]], errors: dict[str, str]
) -> dict[str, str | list[str]]:
    """Return the answer by gateway; add what is wrong with it to ``errors``."""
    _refuse_unasked(question, answers, errors)
    if question is None:
        return {}
    raw = answers.get(question.gateway_id) or []
    chosen = [raw] if isinstance(raw, str) else list(raw)
    known = {flow_id for flow_id, text in question.answers}
    if not chosen or not known.issuperset(chosen) or (len(chosen) > 1 and not question.multiple):
        errors[question.gateway_id] = _("Jawab pertanyaan “{question}”.", question=question.text)
    return {question.gateway_id: chosen}


def _refuse_unasked(
    question: Question | None, answers: Mapping[str, str | list[str]], errors: dict[str, str]
) -> None:
    """An answer that nobody asked for is a mistake: whoever sends it believes that the case will follow it."""
    asked = question.gateway_id if question else None
    unasked = [gateway_id for gateway_id in answers if gateway_id != asked]
    for gateway_id in unasked[:_MOST_UNASKED]:
        errors[gateway_id[:100]] = _("Tugas ini tidak menanyakan hal itu.")


def reassign(
    session: Session,
    task_id: str,
    to: User,
    reason: str,
    *,
    actor: Actor,
    transfer: int = 0,
    office: bool = False,
) -> UserTask:
    """Hand a task to another officer of its lane, with a reason: one's own, as the lane's coordinator, or to oneself
    as the substitute of who holds it. ``transfer``: the id of what it is part of; ``office``: all that somebody holds
    is handed over, which an administrator may as well.

    Raises:
        NotFound, NotAllowed, Conflict; InvalidForm: no reason, or ``to`` is no officer of the lane and unit.
    """
    work = tasks.get(session, task_id, actor=actor, lock=True)
    task = work.task
    rights.require_not_auditor(actor)
    tasks.check_open(session, task, actor)
    absent = _stood_in_for(session, task, to, actor)
    his = task.assignee_id == actor.id or coordinates(actor, task) or (office and actor.administers)
    if not (his or absent):
        raise NotAllowed(_("Hanya pemegang tugas dan koordinator lajur yang dapat mengalihkan tugas ini."))
    errors = without_reason(reason)
    to = officers.lock_user(session, to)
    unit = officers.unit_with(session, task, to, actor=actor)
    if to.disabled_at is not None or not access.may_receive(access.actor_of(to), task, unit):
        errors["to"] = _("{name} bukan petugas lajur dan unit tugas ini.", name=to.full_name)
    if errors:
        raise InvalidForm(_("Tugas belum dialihkan."), errors)
    before = task.assignee_id
    reason = identity.masked_reason(session, task.instance, reason.strip(), actor=actor)
    if work.heard_of:
        task_notices.hand_on(session, task.id, to.id)
    event = TaskReassigned(
        task=task.id,
        to=to.name,
        reason=reason,
        before=before,
        unit=unit if unit and unit != task.unit_code else "",
        substitute_for=absent.name if absent else "",
        transfer=transfer,
    )
    task.unit_code = unit
    task.assignee_id, task.claimed_at, task.snoozed_until = to.id, clock.now(session), None
    tasks.record(session, task, event, actor=actor)
    _tell(session, task, to, before, reason, actor)
    return task


def coordinates(actor: Actor, task: UserTask) -> bool:
    """Whether the actor coordinates the task's lane."""
    return task.coordinator_group_id in actor.groups


def _stood_in_for(session: Session, task: UserTask, to: User, actor: Actor) -> User | None:
    """Who is away and for whom the actor takes the task himself."""
    taken = to.id == actor.id and task.assignee_id != actor.id
    return absences.stands_in(session, actor=actor, user_id=task.assignee_id) if taken else None


def without_reason(reason: str) -> dict[str, str]:
    """What is wrong with a reason, by its field: nothing where one is written."""
    return {} if is_told(reason) else {"reason": _("Tulis alasan pengalihan.")}


def _tell(session: Session, task: UserTask, to: User, before: int | None, reason: str, actor: Actor) -> None:
    """Tell who has the task now, and who had it; neither of what he did himself."""
    instance, activity = task.instance, task.activity_id
    about = {"by": actor.full_name, "task": task.name, "reason": reason}
    if to.id != actor.id:
        texts.queue(session, instance, activity, "task_reassigned", {"users": [to.id]}, task.id, **about)
    if before is not None and before not in (to.id, actor.id):
        code = "task_taken_over" if to.id == actor.id else "task_handed_on"
        texts.queue(session, instance, activity, code, {"users": [before]}, **about, whom=to.full_name)
