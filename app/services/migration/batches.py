"""Cases that are moved together: a row for the whole and one for each case, so that it can stop and go on."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, undefer

from app.base.errors import AppError, Conflict, NotFound
from app.base.i18n import N_, _
from app.engine.running.migration import Blocked, Obstacle, Plan
from app.history.events.migration import MigrationBegun, MigrationResumed, MigrationReversed, MigrationStopped
from app.models import MigrationBatch, MigrationCase, ProcessDefinition, ProcessInstance
from app.services import identity
from app.services.core import bulk, clock, history
from app.services.core.access import Actor
from app.services.core.batches import Batches, Parts
from app.services.core.paging import Page
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.migration import moves
from app.services.migration.decisions import Decisions

#: Cases of one batch.
MOST_CASES = 50_000


def begin(
    session: Session,
    target_id: int,
    instance_ids: Collection[int],
    decisions: Decisions,
    reason: str,
    *,
    actor: Actor,
) -> MigrationBatch:
    """Begin to move cases; a worker moves each. 3 SQL and one for every 500 cases.

    Raises:
        NotFound: no such version. NotAllowed: the actor is no process owner. InvalidForm: no reason.
        Conflict: no case is left to move, too many are, or cases of the process are being moved.
    """
    moves.require_may_move(actor)
    reason = required_reason(reason, _("Tulis alasan pemindahan."))
    target = definitions.get(session, target_id)
    if target.withdrawn:
        raise Conflict(_("Versi ini sudah dicabut, jadi tidak dapat menjadi tujuan."))
    _require_rest(session, target.key)
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
        begun_at=clock.now(session),
        begun_by_id=actor.id,
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


def _require_rest(session: Session, key: str) -> None:
    """Raises: Conflict: cases of the process are being moved."""
    query = select(MigrationBatch.id).where(MigrationBatch.key == key, MigrationBatch.state == "running")
    if session.scalar(query.limit(1)) is not None:
        raise Conflict(_("Perkara proses ini sedang dipindahkan. Tunggu sampai selesai, atau hentikan dulu."))


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


def _work(
    session: Session, batch: MigrationBatch, row: MigrationCase, actor: Actor, plans: dict[int, Plan]
) -> None:
    """Move a case, or take it back. What keeps it where it is is noted in its row. ``plans``: see `moves.move`."""
    if row.state == "returning":
        _take_back(session, batch, row, actor)
    else:
        _move_on(session, batch, row, actor, plans)
    row.done_at = clock.now(session)


def _note(session: Session, row: MigrationCase, error: AppError) -> None:
    """Why a case could not be worked on is none of its own."""
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


def take_back(
    session: Session, batch_id: int, reason: str, *, actor: Actor, instance_id: int | None = None
) -> MigrationBatch:
    """Begin to undo a batch, or one case of it; a worker does it.

    Raises:
        NotFound; NotAllowed; InvalidForm: no reason. Conflict: it runs, or nothing of it was moved; one of a batch
            that was stopped before others had their turn.
    """
    moves.require_may_move(actor)
    reason = required_reason(reason, _("Tulis alasan pemindahan."))
    batch = get(session, batch_id, actor=actor, lock=True)
    _require_rest(session, batch.key)
    if instance_id is not None and CASES.next_parts(session, batch_id, 1):
        raise Conflict(
            _("Pemindahan ini dihentikan sebelum selesai. Lanjutkan dulu, atau tarik kembali semuanya.")
        )
    of_batch = select(MigrationCase.instance_id).where(MigrationCase.batch_id == batch_id)
    reason = identity.hidden_text(session, reason, of_batch, actor)
    message = _("Pemindahan dihentikan sebelum perkara ini.")
    left = {"obstacles": moves.stored_obstacles([Obstacle("stopped", None, message)])}
    CASES.take_back(session, batch, instance_id, left, obstacles=[])
    batch.is_undo, batch.begun_by_id, batch.undo_reason = True, actor.id, reason
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
        query = query.options(joinedload(MigrationBatch.target), joinedload(MigrationBatch.begun_by))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_("Pemindahan ini tidak ada."))
    return found


def of_key(session: Session, key: str, *, actor: Actor, limit: int = 20) -> Sequence[MigrationBatch]:
    """The latest batches of a process, newest first."""
    require_reader(actor)
    query = select(MigrationBatch).where(MigrationBatch.key == key).order_by(MigrationBatch.id.desc())
    query = query.options(joinedload(MigrationBatch.target), joinedload(MigrationBatch.begun_by))
    return session.scalars(query.limit(limit)).all()


@dataclass(frozen=True)
class Filters:
    """What of a batch is shown: cases in one of `core.batches.STATES`, or all."""

    state: str = ""


def cases(
    session: Session, batch_id: int, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[MigrationCase]:
    """The cases of a batch, by id. 1 SQL over an index."""
    require_reader(actor)
    query = select(MigrationCase).options(joinedload(MigrationCase.instance))
    return CASES.page(session, batch_id, filters.state, query, after, limit)


def _get_to_change(session: Session, batch_id: int, /, *, actor: Actor, lock: bool = False) -> MigrationBatch:
    moves.require_may_move(actor)
    return get(session, batch_id, actor=actor, lock=lock)


def _go_on(session: Session, batch: MigrationBatch) -> str:
    _require_rest(session, batch.key)
    return "running"


BATCHES = Batches(
    MigrationBatch,
    lambda session, batch: moves.standing_owner(session, batch.begun_by_id),
    _get_to_change,
    lambda batch: MigrationStopped(work=batch.id, key=batch.key),
    lambda batch: MigrationResumed(work=batch.id, key=batch.key),
    N_("Pemindahan ini tidak sedang berjalan."),
    N_("Pemindahan ini tidak sedang dihentikan."),
    _go_on,
)
CASES = Parts(
    BATCHES,
    MigrationCase.batch_id,
    MigrationCase.instance_id,
    (MigrationCase.instance_id,),
    lambda session, batch, row, actor: _work(session, batch, row, actor, {}),
    _note,
    needs=(undefer(MigrationCase.before),),
    nothing=N_("Tidak ada perkara yang dapat ditarik kembali."),
)


def cases_of_a_turn() -> Parts[MigrationBatch, MigrationCase]:
    """`CASES` that share the plans of the versions which they come from, for some cases one after the other."""
    plans: dict[int, Plan] = {}
    return replace(CASES, do=lambda session, batch, row, actor: _work(session, batch, row, actor, plans))
