"""Cases that are moved together: a row for the whole and one for each case, so that it can stop and go on."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from app.base.errors import AppError, Conflict, NotFound
from app.base.i18n import _
from app.engine.running.migration import Blocked, Obstacle, Plan
from app.history.events.migration import MigrationBegun, MigrationResumed, MigrationReversed, MigrationStopped
from app.models import MigrationBatch, MigrationCase, ProcessDefinition, ProcessInstance
from app.services import identity
from app.services.core import bulk, clock, history, paging
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.migration import moves
from app.services.migration.decisions import Decisions

#: Cases of one batch.
MOST_CASES = 50_000
#: States of a case that is still to be worked on.
WAITING = ("waiting", "returning")
STATES = ("waiting", "moved", "refused", "returning", "undone", "kept")


def begin(
    session: Session,
    target_id: int,
    instance_ids: Collection[int],
    decisions: Decisions,
    reason: str,
    *,
    actor: Actor,
) -> MigrationBatch:
    """Begin to move cases; `work_on` moves each. 3 SQL and one for every 500 cases.

    Raises:
        NotFound: no such version. NotAllowed: the actor is no process owner. InvalidForm: no reason.
        Conflict: no case is left to move, too many are, or cases of the process are being moved.
    """
    moves.require_may_move(actor)
    reason = required_reason(reason, _("Tulis alasan pemindahan."))
    target = definitions.get(session, target_id)
    if target.withdrawn:
        raise Conflict(_("Versi ini sudah dicabut, jadi tidak dapat menjadi tujuan."))
    if _under_way(session, target.key):
        raise Conflict(_("Perkara proses ini sedang dipindahkan. Tunggu sampai selesai, atau hentikan dulu."))
    ids = movable(session, target, instance_ids)
    if not ids:
        raise Conflict(_("Tidak ada perkara yang perlu dipindahkan."))
    _require_values(session, target.id, ids, decisions)
    if len(ids) > MOST_CASES:
        raise Conflict(_("Paling banyak {n} perkara sekaligus.", n=MOST_CASES))
    reason = identity.hidden_text(session, reason, ids[: identity.NAMED], actor)
    batch = MigrationBatch(
        key=target.key,
        target_id=target.id,
        decisions=decisions.as_dict(),
        reason=reason,
        state="running",
        started_at=clock.now(session),
        started_by_id=actor.id,
    )
    session.add(batch)
    session.flush()
    rows = [
        {"batch_id": batch.id, "instance_id": id_, "state": "waiting", "obstacles": [], "changes": []}
        for id_ in ids
    ]
    bulk.insert_rows(session, MigrationCase, rows)
    event = MigrationBegun(
        work=batch.id,
        key=target.key,
        definition=target.id,
        version=target.version,
        cases=len(ids),
        reason=reason,
    )
    history.record(session, event, actor=actor)
    return batch


def _require_values(session: Session, target_id: int, ids: Sequence[int], decided: Decisions) -> None:
    """Raises: InvalidForm: something that was typed is no value of its field."""
    if not decided.values:
        return
    target = definitions.version(session, target_id)
    of_cases = select(ProcessInstance.definition_id).where(ProcessInstance.id.in_(ids[:MOST_CASES]))
    for id_ in session.scalars(of_cases.distinct()):
        source = definitions.readable(session, id_)
        if source is not None:
            decided.given(source, target)


def _under_way(session: Session, key: str) -> bool:
    query = select(MigrationBatch.id).where(MigrationBatch.key == key, MigrationBatch.state == "running")
    return session.scalar(query.limit(1)) is not None


def movable(session: Session, target: ProcessDefinition, instance_ids: Collection[int]) -> list[int]:
    """Those of the cases that are open, of this process, and in another version."""
    found: list[int] = []
    for ids in bulk.batches(sorted(instance_ids)):
        query = open_elsewhere(target.key, target.id).where(ProcessInstance.id.in_(ids))
        found += session.scalars(query)
    return found


def open_elsewhere(key: str, target_id: int) -> Select[int]:
    """Ids of the open cases of a process that are not in this version."""
    return (
        select(ProcessInstance.id)
        .where(
            ProcessInstance.key == key,
            ProcessInstance.ended_at.is_(None),
            ProcessInstance.definition_id != target_id,
        )
        .order_by(ProcessInstance.id)
    )


def running(session: Session) -> int | None:
    """The id of the batch to work on, the oldest first; None when none waits. 1 SQL over an index."""
    query = select(MigrationBatch.id).where(MigrationBatch.state == "running").order_by(MigrationBatch.id)
    return session.scalar(query.limit(1))


def next_cases(session: Session, batch_id: int, limit: int) -> list[int]:
    """The cases of a batch to work on next. 1 SQL over an index."""
    query = select(MigrationCase.instance_id).where(
        MigrationCase.batch_id == batch_id, MigrationCase.state.in_(WAITING)
    )
    return list(session.scalars(query.order_by(MigrationCase.instance_id).limit(limit)))


def finish(session: Session, batch_id: int) -> None:
    """Note that no case of a batch is left to work on."""
    batch = session.get_one(MigrationBatch, batch_id)
    if batch.state == "running" and not next_cases(session, batch_id, 1):
        batch.state, batch.finished_at = "done", clock.now(session)


def work_on(session: Session, batch_id: int, instance_id: int, plans: dict[int, Plan] | None = None) -> bool:
    """Move one case of a running batch, or take it back; whether the batch still runs. What keeps a case where it is
    is noted in its row. ``plans``: see `moves.move`.

    Who started it must still be allowed to: else it stops.
    """
    query = select(MigrationCase).where(
        MigrationCase.batch_id == batch_id, MigrationCase.instance_id == instance_id
    )
    # Another worker may be at it: whoever waits here sees what became of it.
    query = query.options(undefer(MigrationCase.before)).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    batch = session.get_one(MigrationBatch, batch_id, populate_existing=True)
    if batch.state != "running":
        return False
    if row is None or row.state not in WAITING:
        return True
    actor = moves.standing_owner(session, batch.started_by_id)
    if actor is None:
        batch.state = "stopped"
        history.record(session, MigrationStopped(work=batch.id, key=batch.key), actor=None)
        return False
    if row.state == "returning":
        _take_back(session, batch, row, actor)
    else:
        _move_on(session, batch, row, actor, {} if plans is None else plans)
    row.done_at = clock.now(session)
    return True


def refuse(session: Session, batch_id: int, instance_id: int, error: AppError) -> None:
    """Note that a case could not be worked on, for a reason that is none of its own."""
    row = session.get_one(MigrationCase, (batch_id, instance_id))
    if row.state in WAITING:
        row.state = "kept" if row.state == "returning" else "refused"
        row.obstacles = moves.stored_obstacles([Obstacle("failed", None, error.said)])
        row.done_at = clock.now(session)


def _move_on(
    session: Session, batch: MigrationBatch, row: MigrationCase, actor: Actor, plans: dict[int, Plan]
) -> None:
    target, decisions = definitions.version(session, batch.target_id), Decisions.from_dict(batch.decisions)
    try:
        done = moves.move(  # whatever it raises of these, it raises before it writes
            session,
            row.instance_id,
            target,
            decisions,
            batch.reason,
            actor=actor,
            batch=batch.id,
            plans=plans,
        )
    except Blocked as blocked:
        row.state, row.obstacles = "refused", moves.stored_obstacles(blocked.obstacles)
    except (Conflict, NotFound) as error:
        row.state, row.obstacles = "refused", moves.stored_obstacles([Obstacle("over", None, error.said)])
    else:
        row.state, row.source_id, row.obstacles = "moved", done.source_id, []
        row.changes = [asdict(change) for change in done.changes]
        row.before, row.after = done.before, done.after


def _take_back(session: Session, batch: MigrationBatch, row: MigrationCase, actor: Actor) -> None:
    try:
        if row.before is None or row.after is None or row.source_id is None:
            message = _(
                "Pemindahan ini terlalu lama untuk ditarik kembali, atau isi perkaranya lalu disamarkan."
            )
            raise Conflict(message)
        done = moves.Done(row.source_id, (), row.before, row.after)
        moves.undo(session, row.instance_id, done, batch.undo_reason, actor=actor, batch=batch.id)
    except (Conflict, NotFound) as error:
        row.state, row.obstacles = "kept", moves.stored_obstacles([Obstacle("moved_on", None, error.said)])
    else:
        row.state, row.before, row.after, row.obstacles = "undone", None, None, []


def stop(session: Session, batch_id: int, *, actor: Actor) -> MigrationBatch:
    """Stop a batch after the case that is being worked on.

    Raises:
        NotFound; NotAllowed: the actor is no process owner. Conflict: it does not run.
    """
    moves.require_may_move(actor)
    batch = get(session, batch_id, actor=actor, lock=True)
    if batch.state != "running":
        raise Conflict(_("Pemindahan ini tidak sedang berjalan."))
    batch.state = "stopped"
    history.record(session, MigrationStopped(work=batch.id, key=batch.key), actor=actor)
    return batch


def resume(session: Session, batch_id: int, *, actor: Actor) -> MigrationBatch:
    """Let a batch that was stopped go on, in the name of the actor.

    Raises:
        NotFound; NotAllowed: the actor is no process owner. Conflict: it is not stopped, or another one runs.
    """
    moves.require_may_move(actor)
    batch = get(session, batch_id, actor=actor, lock=True)
    if batch.state != "stopped":
        raise Conflict(_("Pemindahan ini tidak sedang dihentikan."))
    if _under_way(session, batch.key):
        raise Conflict(_("Perkara proses ini sedang dipindahkan. Tunggu sampai selesai, atau hentikan dulu."))
    batch.state, batch.started_by_id = "running", actor.id
    history.record(session, MigrationResumed(work=batch.id, key=batch.key), actor=actor)
    return batch


def take_back(
    session: Session, batch_id: int, reason: str, *, actor: Actor, instance_id: int | None = None
) -> MigrationBatch:
    """Begin to undo a batch, or one case of it; `work_on` does it.

    Raises:
        NotFound; NotAllowed; InvalidForm: no reason. Conflict: it runs, or nothing of it was moved; one of a batch
            that was stopped before others had their turn.
    """
    moves.require_may_move(actor)
    reason = required_reason(reason, _("Tulis alasan pemindahan."))
    batch = get(session, batch_id, actor=actor, lock=True)
    if batch.state == "running" or _under_way(session, batch.key):
        raise Conflict(_("Perkara proses ini sedang dipindahkan. Tunggu sampai selesai, atau hentikan dulu."))
    if instance_id is not None and next_cases(session, batch_id, 1):
        raise Conflict(
            _("Pemindahan ini dihentikan sebelum selesai. Lanjutkan dulu, atau tarik kembali semuanya.")
        )
    # What was stopped before its turn is not moved any more; what could not be undone may be tried again.
    own = update(MigrationCase).where(
        MigrationCase.batch_id == batch_id, MigrationCase.state.in_(("moved", "kept"))
    )
    if instance_id is not None:
        own = own.where(MigrationCase.instance_id == instance_id)
    of_batch = select(MigrationCase.instance_id).where(MigrationCase.batch_id == batch_id)
    reason = identity.hidden_text(session, reason, of_batch, actor)
    found = session.execute(own.values(state="returning", obstacles=[]))
    if not found.rowcount:  # type: ignore[attr-defined]
        raise Conflict(_("Tidak ada perkara yang dapat ditarik kembali."))
    left = (MigrationCase.batch_id == batch_id, MigrationCase.state == "waiting")
    over = moves.stored_obstacles(
        [Obstacle("stopped", None, _("Pemindahan dihentikan sebelum perkara ini."))]
    )
    session.execute(update(MigrationCase).where(*left).values(state="refused", obstacles=over))
    batch.state, batch.is_undo, batch.started_by_id = "running", True, actor.id
    batch.undo_reason, batch.finished_at = reason, None
    event = MigrationReversed(work=batch.id, key=batch.key, reason=reason, instance=instance_id)
    history.record(session, event, actor=actor)
    session.flush()
    session.expire_all()
    return get(session, batch_id, actor=actor)


def require_reader(actor: Actor) -> None:
    """Refuse whoever may not read what was moved: who sees every case may.

    Raises:
        NotFound: so that nobody learns what there is.
    """
    if not actor.sees_all:
        raise NotFound(_("Pemindahan ini tidak ada."))


def get(session: Session, batch_id: int, *, actor: Actor, lock: bool = False) -> MigrationBatch:
    """Return a batch with its target and who started it.

    Raises:
        NotFound: there is none, or the actor does not see every case.
    """
    require_reader(actor)
    query = select(MigrationBatch).where(MigrationBatch.id == batch_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    else:
        query = query.options(joinedload(MigrationBatch.target), joinedload(MigrationBatch.started_by))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_("Pemindahan ini tidak ada."))
    return found


def of_key(session: Session, key: str, *, actor: Actor, limit: int = 20) -> Sequence[MigrationBatch]:
    """The latest batches of a process, newest first."""
    require_reader(actor)
    query = select(MigrationBatch).where(MigrationBatch.key == key).order_by(MigrationBatch.id.desc())
    query = query.options(joinedload(MigrationBatch.target), joinedload(MigrationBatch.started_by))
    return session.scalars(query.limit(limit)).all()


def progress(session: Session, batch_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many cases of each batch are in each of `STATES`. 1 SQL over an index."""
    query = select(MigrationCase.batch_id, MigrationCase.state, func.count())
    query = query.where(MigrationCase.batch_id.in_(batch_ids))
    found = {id_: dict.fromkeys(STATES, 0) for id_ in batch_ids}
    for id_, state, count in session.execute(query.group_by(MigrationCase.batch_id, MigrationCase.state)):
        found[id_][state] = count
    return found


@dataclass(frozen=True)
class Filters:
    """What of a batch is shown: cases in one of `STATES`, or all."""

    state: str = ""


def cases(
    session: Session, batch_id: int, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[MigrationCase]:
    """The cases of a batch, by id. 1 SQL over an index."""
    require_reader(actor)
    limit = limited(limit)
    query = select(MigrationCase).where(MigrationCase.batch_id == batch_id)
    if filters.state:
        if filters.state not in STATES:
            raise paging.unknown()
        query = query.where(MigrationCase.state == filters.state)
    if after:
        query = query.where(MigrationCase.instance_id > number_of(values_of(after, 1)[0]))
    query = query.options(joinedload(MigrationCase.instance)).order_by(MigrationCase.instance_id)
    rows = session.scalars(query.limit(limit + 1)).all()
    last = rows[limit - 1].instance_id if len(rows) > limit else None
    return Page(rows[:limit], cursor(last) if last is not None else None)
