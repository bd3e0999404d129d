"""Moving one case to another version, taking it back, and putting a token elsewhere by hand; each with its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.engine.running import migration as engine
from app.engine.running.correspondence import propose
from app.engine.running.migration import Blocked, Obstacle, Plan, Standing
from app.history.events.migration import Change, InstanceMigrated, MigrationUndone, TokenMoved
from app.history.writer import Record
from app.models import Draft, Job, MessageWait, ProcessInstance, User, UserTask
from app.services import identity
from app.services.core import access, clock, history, holidays, rights
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution, instances, snapshots
from app.services.migration import effects
from app.services.migration.decisions import Decisions
from app.services.tasks.drafts import scope_of_task

#: A reason is shown whole wherever a move is told.


@dataclass(frozen=True)
class Done:
    """A case that moved: what changed, its rows from before, packed, and the hash of those of after."""

    source_id: int
    changes: tuple[Change, ...]
    before: bytes
    after: str


def may_move(actor: Actor) -> bool:
    """Whether the actor may move cases and take them back: who answers for the process."""
    return actor.is_process_owner and not actor.is_auditor


def require_may_move(actor: Actor) -> None:
    """Refuse whoever may not move cases.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
    """
    rights.require_not_auditor(actor)
    if not may_move(actor):
        raise NotAllowed(_("Hanya pemilik proses yang dapat memindahkan perkara."))


def standing_owner(session: Session, user_id: int) -> Actor | None:
    """Who asked for what is done later, as he is now, without the lanes and units that he does not need for it; None
    where he may not move cases any more."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        return None
    actor = Actor(
        id=user.id,
        name=user.name,
        full_name=user.full_name,
        groups=frozenset(),
        units=frozenset(),
        is_process_owner=user.is_process_owner,
        is_auditor=user.is_auditor,
    )
    return actor if may_move(actor) else None


def move(
    session: Session,
    instance_id: int,
    target: Version,
    decisions: Decisions,
    reason: str,
    *,
    actor: Actor,
    batch: int | None = None,
    plans: dict[int, Plan] | None = None,
) -> Done:
    """Move a case to another version of its process; about 30 SQL. ``plans``: by the id of the version that cases
    come from, kept for those that follow.

    Raises:
        NotFound; NotAllowed: the actor is no process owner. Conflict: the case is over, or in this version already.
        Blocked: it cannot move, and why.
    """
    require_may_move(actor)
    instance = _running(session, instance_id, actor)
    if instance.definition_id == target.id or instance.key != target.key:
        raise Conflict(_("Perkara ini sudah berjalan pada versi tujuan."))
    source, plans = _source(session, instance), {} if plans is None else plans
    if source.id not in plans:
        plans[source.id] = decisions.plan(source, target)
    return _move(session, instance, source, target, plans[source.id], reason, actor, batch)


def _source(session: Session, instance: ProcessInstance) -> Version:
    source = definitions.readable(session, instance.definition_id)
    if source is None:
        raise Blocked([Obstacle("unreadable", None, _("Diagram versi asalnya tidak dapat dibaca."))])
    return source


def _running(session: Session, instance_id: int, actor: Actor) -> ProcessInstance:
    instance = access.instance(session, actor, instance_id, lock=True)
    if instance.ended_at is not None:
        raise Conflict(_("Perkara ini sudah berakhir."))
    return instance


def _move(
    session: Session,
    instance: ProcessInstance,
    source: Version,
    target: Version,
    plan: Plan,
    reason: str,
    actor: Actor,
    batch: int | None,
) -> Done:
    case = case_of(session, instance)
    now, calendar = clock.now(session), holidays.calendar(session)
    step = effects.outcome(instance, case.tasks, source, target, plan, now=now, calendar=calendar)
    before = snapshots.rows_of(session, instance.id)
    staffed = effects.staffed_in(session, target, [step])
    changes = effects.changes_of(case, source, target, plan, step, staffed)
    standing = {
        *(task.activity_id for task in case.tasks),
        *(wait.activity_id for wait in case.waits.values()),
        *(job.activity_id for job in case.jobs.values()),
    }
    renamed = step.kept.renamed if step.kept is not None else {}
    event = InstanceMigrated(
        source=source.id,
        target=target.id,
        from_version=source.number,
        to_version=target.number,
        reason=identity.masked_reason(session, instance, reason, actor=actor),
        batch=batch,
        changes=[asdict(change) for change in changes],
        renamed={old: new for old, new in renamed.items() if old in standing},
        given=effects.given(instance, plan, step),
    )
    because = Record(event, None, actor.id)
    execution.apply(session, instance, target, step, actor=actor, moved_from=source, because=because)
    session.flush()
    after = snapshots.digest(snapshots.rows_of(session, instance.id))
    return Done(source.id, changes, snapshots.pack(before), after)


def case_of(session: Session, instance: ProcessInstance) -> effects.Case:
    """An open case as it is judged. 3 SQL."""
    tasks = instances.open_tasks(session, instance.id)
    jobs_of, waits_of = _waiting_in()
    jobs = session.scalars(jobs_of, {"of_id": instance.id}).all()
    waits = session.scalars(waits_of, {"of_id": instance.id}).all()
    return effects.Case(instance, tasks, {job.id: job for job in jobs}, {wait.id: wait for wait in waits})


@cache
def _waiting_in() -> tuple[Select[Job], Select[MessageWait]]:
    """Built once: many cases are moved one after another."""
    of: BindParameter[int] = bindparam("of_id")
    return select(Job).where(Job.instance_id == of), select(MessageWait).where(MessageWait.instance_id == of)


def undo(
    session: Session, instance_id: int, done: Done, reason: str, *, actor: Actor, batch: int | None = None
) -> None:
    """Let a case and its rows be exactly what they were before it moved.

    Raises:
        NotFound; NotAllowed: the actor is no process owner. Conflict: the case has moved on since.
    """
    require_may_move(actor)
    instance = access.instance(session, actor, instance_id, lock=True)
    target = instance.definition_id
    now = snapshots.rows_of(session, instance_id)
    before = snapshots.unpack(done.before)
    if snapshots.digest(now) != done.after or _drafted(session, before, now):
        raise Conflict(
            _("Perkara ini sudah berlanjut setelah dipindahkan, jadi tidak dapat ditarik kembali.")
        )
    snapshots.put_back(session, instance_id, before, now)
    numbers = {id_: definitions.get(session, id_).version for id_ in (done.source_id, target)}
    event = MigrationUndone(
        source=done.source_id,
        target=target,
        from_version=numbers[done.source_id],
        to_version=numbers[target],
        reason=identity.masked_reason(session, instance, reason, actor=actor),
        batch=batch,
    )
    history.record(session, event, actor=actor, instance_id=instance_id)


def _drafted(session: Session, before: snapshots.Rows, now: snapshots.Rows) -> bool:
    """Whether somebody has typed something into a task that the move opened: it would be lost."""
    table = UserTask.__tablename__
    opened = {row["id"] for row in now[table]} - {row["id"] for row in before[table]}
    scopes = [scope_of_task(task_id) for task_id in sorted(opened)]
    count = select(func.count()).select_from(Draft).where(Draft.scope.in_(scopes))
    return bool(scopes) and bool(session.scalar(count))


@dataclass(frozen=True)
class Token:
    """Where a case stands: the id of what waits, its element, and what that is called."""

    id: str
    activity_id: str
    name: str
    is_task: bool


def tokens(session: Session, instance: ProcessInstance, version: Version) -> list[Token]:
    """What of a case can be put elsewhere. No SQL.

    Raises:
        ExecutionFailed: the state cannot be read.
    """
    standing = Standing(instance.engine_state, instance.variables)
    now, calendar = clock.now(session), holidays.calendar(session)
    found = []
    for slot in engine.tokens(version.program, standing, now=now, calendar=calendar):
        node = version.diagram.nodes.get(slot.node_id)
        if node is not None and node.kind != "boundaryEvent":
            found.append(Token(slot.id, node.id, node.name or node.id, node.kind == "userTask"))
    return found


def enterable(version: Version) -> list[tuple[str, str]]:
    """(id, name) of the elements that a token can be put before."""
    nodes = [node for node in version.diagram.nodes.values() if engine.can_enter(version.program, node)]
    return sorted(((node.id, node.name or node.id) for node in nodes), key=lambda one: one[1].casefold())


def put_elsewhere(
    session: Session, instance_id: int, token_id: str, to: str, reason: str, *, actor: Actor
) -> ProcessInstance:
    """Let a token of a case go on from another element of its version, by hand and with a reason.

    Raises:
        NotFound; NotAllowed; InvalidForm: no reason, no such token or element. Conflict: the case is over, or cannot
            go on from there.
    """
    require_may_move(actor)
    reason = required_reason(reason, _("Tulis alasan pemindahan."))
    instance = _running(session, instance_id, actor)
    version = definitions.version(session, instance.definition_id)
    token = next((one for one in tokens(session, instance, version) if one.id == token_id), None)
    if token is None:
        message = _("Perkara ini tidak lagi berada di langkah itu. Muat ulang halaman.")
        raise InvalidForm(message, {"token": message})
    if to not in {id_ for id_, _name in enterable(version)}:
        message = _("Pilih langkah tujuan.")
        raise InvalidForm(message, {"to": message})
    plan = Plan(propose(version.diagram, version.diagram), entered={token_id: to})
    case = case_of(session, instance)
    now, calendar = clock.now(session), holidays.calendar(session)
    try:
        step = effects.outcome(instance, case.tasks, version, version, plan, now=now, calendar=calendar)
    except Blocked as blocked:
        raise Conflict(blocked.obstacles[0].text) from blocked
    name = version.diagram.nodes[to].name or to
    reason = identity.masked_reason(session, instance, reason, actor=actor)
    event = TokenMoved(to=to, name=name, reason=reason, task=token_id if token.is_task else "")
    because = Record(event, token.activity_id, actor.id)
    execution.apply(session, instance, version, step, actor=actor, moved_from=version, because=because)
    return instance


def stored_obstacles(obstacles: Sequence[Obstacle]) -> list[dict[str, Any]]:
    """Obstacles as rows keep them: each reader reads them in his own language."""
    return [
        {"code": one.code, "activity_id": one.activity_id, "text": stored_messages.store_texts(one.text)}
        for one in obstacles
    ]


def told_obstacles(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """What rows keep, in words."""
    return [stored_messages.tell_stored(str(one["text"])) for one in stored]
