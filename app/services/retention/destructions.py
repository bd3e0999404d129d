"""Destroying the cases of a process whose time is over: begun by an administrator, carried out case by case.

Each case is a transaction of its own, judged again in it; how far it is stands in the row of the destruction.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history import writer
from app.history.events.retention import (
    CaseDestroyed,
    DestructionBegun,
    DestructionEnded,
    DestructionFinished,
    DestructionResumed,
    DestructionStopped,
)
from app.history.writer import Ending
from app.models import DestroyedCase, Destruction, ProcessDefinition, ProcessInstance
from app.services import identity
from app.services.core import access, clock, history, paging, rights
from app.services.core.access import Actor
from app.services.core.batches import Batches
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.retention import destroying, periods

#: What still has something to do.
ACTIVE = ("running", "merging")
#: Records that are read at once.
_AT_ONCE = 500


@dataclass(frozen=True)
class Checked:
    """Whether the records of a destruction are what they were: ``broken``: the number of the first that is not."""

    records: int
    broken: str | None = None


def require_reader(actor: Actor) -> None:
    """Refuse whoever records of destruction are not for.

    Raises:
        NotAllowed: the actor does not see every case.
    """
    if not actor.sees_all:
        raise NotAllowed(_("Catatan pemusnahan dibaca administrator, pemilik proses, dan auditor."))


def begin(session: Session, key: str, typed: str, reason: str, *, actor: Actor) -> Destruction:
    """Begin to destroy the cases of a process whose time is over. ``typed``: how many the actor means.

    Raises:
        NotAllowed: he is no administrator. NotFound: no such process. InvalidForm: no reason, or another number.
        Conflict: there is nothing to destroy, or a destruction of the process runs or is stopped.
    """
    found = periods.overdue_of(session, key, actor=actor)
    if found.before is None or not found.cases:
        raise Conflict(_("Tidak ada perkara yang lewat masa simpan."))
    if session.scalar(select(Destruction.id).where(Destruction.key == key, Destruction.state != "done")):
        raise Conflict(_("Pemusnahan lain pada proses ini belum selesai."))
    problems: dict[str, str] = {}
    try:
        meant = select(ProcessInstance.id).where(*periods.older(key, found.before))
        reason = identity.hidden_text(session, required_reason(reason), meant, actor)
    except InvalidForm as error:
        problems |= error.errors
    if typed.strip().replace(".", "") != str(found.cases):
        problems["number"] = _("Ketik jumlah perkara yang dimusnahkan: {n}.", n=found.cases)
    if problems:
        raise InvalidForm(_("Belum ada yang dimusnahkan."), problems)
    made = Destruction(
        key=key,
        process=found.process,
        rule=found.text,
        before=found.before,
        reason=reason,
        state="running",
        begun_at=clock.now(session),
        begun_by_id=actor.id,
        total=found.cases,
        checksum="",
    )
    session.add(made)
    session.flush()
    made.checksum = _first_checksum(made)
    event = DestructionBegun(
        key=key,
        destruction=made.id,
        cases=made.total,
        rule=made.rule,
        before=made.before.isoformat(),
        reason=reason,
    )
    history.record(session, event, actor=actor)
    return made


def end(session: Session, destruction_id: int, *, actor: Actor) -> Destruction:
    """End a stopped destruction with what it has done. Raises: NotAllowed, NotFound; Conflict: it is not stopped."""
    found = BATCHES.get_stopped(session, destruction_id, actor=actor)
    found.state = "merging"
    event = DestructionEnded(key=found.key, destruction=found.id, cases=found.destroyed)
    history.record(session, event, actor=actor)
    return found


def active(session: Session) -> tuple[int, str] | None:
    """Id and state of the destruction to work on, the oldest first. 1 SQL over an index."""
    query = select(Destruction.id, Destruction.state).where(Destruction.state.in_(ACTIVE))
    found = session.execute(query.order_by(Destruction.id).limit(1)).one_or_none()
    return (found.id, found.state) if found else None


def next_parts(session: Session, destruction_id: int, limit: int) -> Sequence[int]:
    """The ids of the cases to destroy next. 2 SQL over an index."""
    found = session.get_one(Destruction, destruction_id)
    query = select(ProcessInstance.id).where(*periods.destroyable(found.key, found.before))
    key = (ProcessInstance.ended_at, ProcessInstance.id)
    if found.after_ended_at is not None:
        query = query.where(tuple_(*key) > (found.after_ended_at, found.after_id))
    return session.scalars(query.order_by(*key).limit(limit)).all()


def work_on(session: Session, destruction_id: int, instance_id: int) -> bool:
    """Destroy one case, if that is still right; whether the destruction still runs."""
    found = session.get_one(Destruction, destruction_id, with_for_update=True, populate_existing=True)
    if BATCHES.standing(session, found) is None:
        return False
    query = access.locking(select(ProcessInstance).where(ProcessInstance.id == instance_id))
    instance = session.scalars(query).one_or_none()
    if instance is None or instance.ended_at is None:
        return True
    found.after_ended_at, found.after_id = instance.ended_at, instance.id
    still = select(ProcessInstance.id).where(
        ProcessInstance.id == instance_id, *periods.destroyable(found.key, found.before)
    )
    if session.scalar(still) is not None:
        _destroy(session, found, instance)
    return True


def _destroy(session: Session, found: Destruction, instance: ProcessInstance) -> None:
    now, definition = clock.now(session), session.get_one(ProcessDefinition, instance.definition_id)
    assert instance.ended_at is not None  # noqa: S101 `periods.destroyable`
    record = DestroyedCase(
        destruction_id=found.id,
        instance_id=instance.id,
        key=instance.key,
        business_key=instance.business_key,
        version=definition.version,
        state=instance.state,
        end_name=instance.end_name or "",
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        destroyed_at=now,
    )
    version = definitions.readable(session, instance.definition_id)

    def tell(ended: Ending) -> None:
        record.events = ended.count
        event = CaseDestroyed(
            key=record.key,
            instance=record.instance_id,
            destruction=found.id,
            events=ended.count,
            head=ended.head,
        )
        # Past the security log, which tells of the destruction: there may be thousands.
        made = history.signed_record(session, event, None, None, instance_id=None)
        writer.add(session, made, instance_id=None, at=now)

    record.files = destroying.destroy_case(session, instance, version, now, tell)
    record.checksum = found.checksum = _checksum(found.checksum, record)
    found.destroyed += 1
    session.add(record)


def refuse(session: Session, destruction_id: int, instance_id: int, *_why: object) -> None:
    """Note that a case could not be destroyed: the others go on."""
    found = session.get_one(Destruction, destruction_id, with_for_update=True, populate_existing=True)
    instance = session.get(ProcessInstance, instance_id)
    if instance is not None and instance.ended_at is not None:
        found.after_ended_at, found.after_id = instance.ended_at, instance.id
    found.failed += 1


def finish(session: Session, destruction_id: int) -> None:
    """Note that no case is left, or that indexes are merged."""
    found = session.get_one(Destruction, destruction_id, with_for_update=True, populate_existing=True)
    if found.state == "running" and not next_parts(session, destruction_id, 1):
        found.state = "merging"
    elif found.state == "merging":
        found.state, found.finished_at = "done", clock.now(session)
        event = DestructionFinished(
            key=found.key,
            destruction=found.id,
            cases=found.destroyed,
            failed=found.failed,
            checksum=found.checksum,
        )
        history.record(session, event, actor=None)


def _get_to_change(
    session: Session, destruction_id: int, /, *, actor: Actor, lock: bool = False
) -> Destruction:
    rights.require_administrator(actor)
    return get(session, destruction_id, actor=actor, lock=lock)


def _stand(session: Session, found: Destruction) -> Actor | None:
    actor = access.standing_actor(session, found.begun_by_id)
    if actor is None or not actor.administers:
        found.stopped_by = "rights"
    elif periods.period_of(session, found.key) != found.rule:
        found.stopped_by = "rule"
    return None if found.stopped_by else actor


def _go_on(session: Session, found: Destruction) -> str:
    """By the period that was drawn when it began."""
    if periods.period_of(session, found.key) != found.rule:
        raise Conflict(_("Masa simpan dalam diagram berubah. Akhiri pemusnahan ini, lalu mulai yang baru."))
    found.stopped_by = ""
    return "running"


def _stopped(found: Destruction) -> DestructionStopped:
    by = found.stopped_by
    return DestructionStopped(key=found.key, destruction=found.id, cases=found.destroyed, by=by)


BATCHES = Batches(
    Destruction,
    _stand,
    _get_to_change,
    _stopped,
    lambda found: DestructionResumed(key=found.key, destruction=found.id),
    N_("Pemusnahan ini tidak berjalan."),
    N_("Pemusnahan ini tidak dihentikan."),
    _go_on,
)
running = BATCHES.running


# What was destroyed ------------------------------------------------------------------------------------------------


def get(session: Session, destruction_id: int, *, actor: Actor, lock: bool = False) -> Destruction:
    """Return a destruction.

    Raises:
        NotAllowed: the actor does not see every case. NotFound.
    """
    require_reader(actor)
    query = select(Destruction).where(Destruction.id == destruction_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    else:
        query = query.options(joinedload(Destruction.begun_by))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_("Pemusnahan ini tidak ada."))
    return found


def listed(session: Session, *, actor: Actor, after: str = "", limit: int = 50) -> Page[Destruction]:
    """Destructions, the latest first. 1 SQL. Raises: NotAllowed; InvalidForm: ``after`` is no cursor."""
    require_reader(actor)
    return BATCHES.newest(session, select(Destruction), after, limit)


def records(
    session: Session, destruction_id: int, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[DestroyedCase]:
    """The records of a destruction, in its order. 1 SQL. Raises: NotAllowed; InvalidForm: ``after`` is no cursor."""
    require_reader(actor)
    limit = limited(limit)
    query = select(DestroyedCase).where(DestroyedCase.destruction_id == destruction_id)
    if after:
        query = query.where(DestroyedCase.id > number_of(values_of(after, 1)[0]))
    rows = session.scalars(query.order_by(DestroyedCase.id).limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def record_of(session: Session, instance_id: int, *, actor: Actor) -> DestroyedCase | None:
    """The record of a case that had this id; None where there is none, or it is not for the actor."""
    if not actor.sees_all:
        return None
    query = select(DestroyedCase).where(DestroyedCase.instance_id == instance_id)
    return session.scalars(query.options(joinedload(DestroyedCase.destruction))).first()


def numbered(session: Session, number: str, *, actor: Actor) -> Sequence[DestroyedCase]:
    """The records of cases with this number. 1 SQL."""
    if not number or not actor.sees_all:
        return ()
    keys = select(Destruction.key)
    query = select(DestroyedCase).where(DestroyedCase.key.in_(keys), DestroyedCase.business_key == number)
    return session.scalars(query.limit(paging.MAX_LIMIT)).all()


def checked(session: Session, found: Destruction) -> Checked:
    """Whether every record follows from the one before: none is changed, missing, or added. Reads all of them."""
    expected, number = _first_checksum(found), 0
    for record in _all_records(session, found.id):
        expected, number = _checksum(expected, record), number + 1
        if record.checksum != expected:
            return Checked(number, record.business_key)
    is_whole = expected == found.checksum and number == found.destroyed
    return Checked(number, None if is_whole else "…")


def _all_records(session: Session, destruction_id: int) -> Iterator[DestroyedCase]:
    last = 0
    while True:
        mine = (DestroyedCase.destruction_id == destruction_id, DestroyedCase.id > last)
        query = select(DestroyedCase).where(*mine).order_by(DestroyedCase.id).limit(_AT_ONCE)
        some = session.scalars(query).all()
        yield from some
        if len(some) < _AT_ONCE:
            return
        last = some[-1].id


def _first_checksum(found: Destruction) -> str:
    told = (found.id, found.key, found.rule, found.before, found.reason, found.begun_at, found.total)
    return _digest("", told)


def _checksum(before: str, record: DestroyedCase) -> str:
    told = (
        record.instance_id,
        record.key,
        record.business_key,
        record.version,
        record.state,
        record.end_name,
        record.started_at,
        record.ended_at,
        record.destroyed_at,
        record.files,
        record.events,
    )
    return _digest(before, told)


def _digest(before: str, told: Sequence[Any]) -> str:
    """SHA-256 of the checksum before and the values, as JSON: times in UTC, ISO 8601."""
    plain = [_plain(value) for value in told]
    return hashlib.sha256(orjson.dumps([before, *plain])).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
