"""Jobs: service steps that a worker outside takes, does, and ends.

A job is a wait of its case. Who takes it has it until its lock runs out, and may say so again; then the next one gets
it, so a worker that dies loses nothing. See docs/decisions/0092-worker-jobs.md.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.base import stored_messages
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.engine.diagram import Node
from app.engine.reading.texts.worker_jobs import MOST_TRIES
from app.engine.running import execution as engine
from app.history.events.instances import WorkerJobFailed, WorkerJobTaken
from app.models import MessageWait, ProcessInstance
from app.services import identity
from app.services.core import access, clock, history, holidays, rights
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, moment_of, values_of
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution, incidents, messages
from app.services.instances.instances import Values

#: Jobs of one call; seconds of a lock; bytes of the variables that go out and that come back with one job.
MOST, SHORTEST_S, LONGEST_S, MOST_BYTES = 20, 1, 3_600, 256_000
#: Before which further try the case rests for how long, growing; where the worker says nothing else.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
LONGEST_PAUSE = timedelta(days=7)
#: How often a job may be tried still, at most.
MOST_RETRIES = MOST_TRIES


class JobLost(Conflict):
    """The lock of a job ran out, and another worker has it, or may have it."""

    code = "job_lost"


@dataclass(frozen=True)
class Worker:
    """Who holds a token for jobs: in whose name he acts, and the types that he may take."""

    actor: Actor
    types: frozenset[str]


@dataclass(frozen=True)
class Taken:
    """A job as its worker is told of it. ``variables``: None where they are too large."""

    wait: MessageWait
    node: Node
    variables: Mapping[str, Any] | None


@dataclass(frozen=True)
class Standing:
    """A job as those who oversee cases see it. ``state``: ``waiting`` for a worker, ``held`` by one, ``resting``
    after a failure, ``aside`` until its incident is resolved."""

    wait: MessageWait
    name: str
    state: str


def require_worker(worker: Worker, type_: str) -> None:
    """Refuse who may not take jobs of this type. Raises: NotAllowed."""
    rights.require_not_auditor(worker.actor)
    if type_ not in worker.types:
        raise NotAllowed(_("Token ini bukan untuk pekerjaan jenis “{type}”.", type=type_))


def is_ready(session: Session, type_: str) -> bool:
    """Whether a job of this type can be taken now. 1 SQL, by the index."""
    ready = MessageWait.job_type == type_, MessageWait.ready_at <= clock.now(session)
    return session.scalar(select(MessageWait.id).where(*ready).limit(1)) is not None


def take(
    session: Session, type_: str, name: str, *, most: int, lock_s: int, worker: Worker
) -> Sequence[MessageWait]:
    """Take the jobs of a type that can be taken, those first that could be for longest, but none of a case that
    somebody else is changing. ``name``: what the worker calls himself.

    Raises:
        NotAllowed: the token is for no such jobs.
    """
    require_worker(worker, type_)
    now = clock.now(session)
    ready = MessageWait.job_type == type_, MessageWait.ready_at <= now
    # The cases are locked first, as by whoever changes one; the jobs are read after that, or could be stale copies.
    found = select(MessageWait.id).join(MessageWait.instance).where(*ready)
    found = found.order_by(MessageWait.ready_at, MessageWait.id).limit(most)
    found = found.with_for_update(key_share=True, skip_locked=True, of=ProcessInstance)
    ids = session.scalars(found).all()
    query = select(MessageWait).where(MessageWait.id.in_(ids), *ready)
    query = query.order_by(MessageWait.ready_at, MessageWait.id)
    waits = session.scalars(query.execution_options(populate_existing=True)).all() if ids else ()
    for wait in waits:
        wait.ready_at, wait.worker = now + timedelta(seconds=lock_s), name
        wait.lock = secrets.token_urlsafe(24)
        told = WorkerJobTaken(worker=name, until=wait.ready_at.isoformat())
        history.record(
            session, told, actor=worker.actor, instance_id=wait.instance_id, activity_id=wait.activity_id
        )
    return waits


def told(session: Session, held: Iterable[tuple[str, str]], *, worker: Worker) -> list[Taken]:
    """The jobs of these (id, lock) that are still so, as their worker is told of them."""
    of_him = tuple_(MessageWait.id, MessageWait.lock).in_(list(held)), MessageWait.job_type.in_(worker.types)
    query = select(MessageWait).where(*of_him).options(joinedload(MessageWait.instance))
    found = list[Taken]()
    for wait in session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id)):
        version = definitions.version(session, wait.instance.definition_id)
        node = version.diagram.nodes[wait.activity_id]
        given = _given(session, version, node, wait)
        is_small = len(orjson.dumps(given, default=str)) <= MOST_BYTES
        found.append(Taken(wait, node, given if is_small else None))
    return found


def _given(session: Session, version: Version, node: Node, wait: MessageWait) -> Mapping[str, Any]:
    """What a worker gets: what the step's inputs name, and nothing else. Without any: the variables of the case that
    hold no free text, as who somebody is could stand in that."""
    case = wait.instance
    if node.mappings is not None and node.mappings.inputs:
        given = (version.program, case.engine_state, case.variables)
        here = engine.heard_where(*given, now=clock.now(session), calendar=holidays.calendar(session))
        return {one.name: here.get(wait.id, {}).get(one.name) for one in node.mappings.inputs}
    return {name: value for name, value in case.variables.items() if not _has_free_text(version, name, value)}


def _has_free_text(version: Version, name: str, value: Any) -> bool:
    texts = list[str]()

    def look(text: str) -> str:
        texts.append(text)
        return text

    identity.in_free_text(version, name, value, look)
    return any(texts)


def complete(
    session: Session, job_id: str, lock: str, variables: Mapping[str, Any], values: Values, *, worker: Worker
) -> ProcessInstance:
    """End a job with its result: ``variables`` as they came, ``values`` as a form of the step reads them.

    Raises:
        What `held` raises; InvalidForm: the result is too large, or the form does not take it; ExecutionFailed: the
        diagram could not go on.
    """
    instance, wait = held(session, job_id, lock, worker=worker)
    if len(orjson.dumps(variables)) > MOST_BYTES:
        message = _("Hasil pekerjaan paling besar {most} kB.", most=MOST_BYTES // 1_000)
        raise InvalidForm(message, {"variables": message})
    received = messages.receive(session, instance, wait, values, worker.actor, worker=wait.worker or "")
    messages.store(session, instance, wait, received, worker.actor)
    return instance


def fail(
    session: Session,
    job_id: str,
    lock: str,
    message: str,
    *,
    retries: int | None = None,
    pause: timedelta | None = None,
    worker: Worker,
) -> MessageWait:
    """Give a job back, that it is tried again after a ``pause``; with no ``retries`` left it waits for the process
    owner. What the worker does not say is counted here.

    Raises:
        What `held` raises.
    """
    instance, wait = held(session, job_id, lock, worker=worker)
    left = max((wait.retries or 0) - 1, 0) if retries is None else retries
    _give_back(session, instance, wait, message, left, pause, worker.actor)
    return wait


def throw(
    session: Session, job_id: str, lock: str, code: str, message: str, *, worker: Worker
) -> ProcessInstance:
    """End a job with a BPMN error, which an event on an edge catches. Where none does, the job waits for the process
    owner.

    Raises:
        What `held` raises; ExecutionFailed: the diagram could not go on.
    """
    instance, wait = held(session, job_id, lock, worker=worker)
    version = definitions.version(session, instance.definition_id)
    given = (version.program, instance.engine_state, instance.variables)
    when: dict[str, Any] = {"now": clock.now(session), "calendar": holidays.calendar(session)}
    step = engine.throw(*given, wait.id, code, **when)
    if step is None:
        uncaught = _("Tidak ada kejadian di diagram yang menangkap galat “{code}”.", code=code)
        _give_back(
            session, instance, wait, stored_messages.store_texts(uncaught, message), 0, None, worker.actor
        )
        return instance
    session.expunge(wait)  # apply deletes its row
    execution.apply(session, instance, version, step, actor=worker.actor)
    return instance


def extend(session: Session, job_id: str, lock: str, lock_s: int, *, worker: Worker) -> MessageWait:
    """Let a worker have his job for so long from now on. It is a sign of life, and the history does not tell of it.

    Raises:
        What `held` raises.
    """
    _instance, wait = held(session, job_id, lock, worker=worker)
    wait.ready_at = clock.now(session) + timedelta(seconds=lock_s)
    return wait


def held(session: Session, job_id: str, lock: str, *, worker: Worker) -> tuple[ProcessInstance, MessageWait]:
    """A job that its worker still has, and its case, locked until the commit. A lock that ran out is good as long as
    nobody else took the job.

    Raises:
        NotFound: there is no such job any more, or it is not of the worker's types; JobLost.
    """
    rights.require_not_auditor(worker.actor)
    owner = select(MessageWait.instance_id).where(MessageWait.id == job_id).scalar_subquery()
    instance = session.scalars(access.locking(select(ProcessInstance).where(ProcessInstance.id == owner)))
    case, wait = instance.one_or_none(), session.get(MessageWait, job_id, populate_existing=True)
    if case is None or wait is None or wait.job_type not in worker.types:
        raise NotFound(_("Pekerjaan ini sudah tidak ada: selesai, atau perkaranya berjalan tanpanya."))
    if wait.lock is None or not secrets.compare_digest(wait.lock.encode(), lock.encode()):
        raise JobLost(_("Pekerjaan ini bukan milik Anda lagi: kuncinya habis dan pekerja lain mengambilnya."))
    return case, wait


def set_aside(session: Session, job_id: str, message: str, *, actor: Actor) -> None:
    """Let a job wait for the process owner at whose result the diagram failed; ``message`` is a stored message."""
    wait = session.get(MessageWait, job_id)
    if wait is not None:
        _give_back(session, wait.instance, wait, message, 0, None, actor)


def _give_back(
    session: Session,
    instance: ProcessInstance,
    wait: MessageWait,
    message: str,
    retries: int,
    pause: timedelta | None,
    actor: Actor,
) -> None:
    worker, message = wait.worker or "", identity.masked_text(session, instance, message)
    wait.lock, wait.worker, wait.retries = None, None, retries
    wait.ready_at = clock.now(session) + _pause(session, instance, wait, pause) if retries else None
    failed = WorkerJobFailed(worker=worker, message=message, retries=retries)
    history.record(session, failed, actor=actor, instance_id=instance.id, activity_id=wait.activity_id)
    if not retries:
        told = _("Pekerja luar “{worker}” tidak dapat menyelesaikannya.", worker=worker)
        stored = stored_messages.store_texts(told, stored_messages.tell_stored(message))
        incidents.open_one(
            session, instance, stored, actor=actor, activity_id=wait.activity_id, job_id=wait.id
        )


def _pause(
    session: Session, instance: ProcessInstance, wait: MessageWait, said: timedelta | None
) -> timedelta:
    if said is not None:
        return min(said, LONGEST_PAUSE)
    job = definitions.version(session, instance.definition_id).diagram.nodes[wait.activity_id].job
    failed = (job.retries if job is not None else 0) - (wait.retries or 0)
    return PAUSES[min(max(failed, 1), len(PAUSES)) - 1]


def waiting(
    session: Session, *, actor: Actor, type_: str = "", after: str = "", limit: int = 50
) -> Page[Standing]:
    """A page of the jobs of all cases, or those of a type, the oldest first.

    Raises:
        NotAllowed: he does not oversee all cases. InvalidForm: ``after`` is no cursor.
    """
    rights.require_overseer(actor)
    query = select(MessageWait).where(MessageWait.job_type.is_not(None))
    query = query.where(MessageWait.job_type == type_) if type_ else query
    if after:
        at, id_ = values_of(after, 2)
        query = query.where(tuple_(MessageWait.opened_at, MessageWait.id) > (moment_of(at), id_))
    query = query.options(joinedload(MessageWait.instance)).order_by(MessageWait.opened_at, MessageWait.id)
    limit = limited(limit)
    found = session.scalars(query.limit(limit + 1)).all()
    last = found[limit - 1] if len(found) > limit else None
    rows = [_standing(session, wait) for wait in found[:limit]]
    return Page(rows, cursor(last.opened_at, last.id) if last else None)


def _standing(session: Session, wait: MessageWait) -> Standing:
    version = definitions.readable(session, wait.instance.definition_id)
    node = version.diagram.nodes.get(wait.activity_id) if version is not None else None
    is_ahead = wait.ready_at is not None and wait.ready_at > clock.now(session)
    state = (
        "aside"
        if wait.ready_at is None
        else "waiting"
        if not is_ahead
        else "held"
        if wait.lock
        else "resting"
    )
    return Standing(wait, (node.name if node is not None else "") or wait.activity_id, state)


def in_sandbox(session: Session, instance_id: int, type_: str) -> MessageWait | None:
    """The first job of a type that a case of a sandbox waits with."""
    query = select(MessageWait).where(MessageWait.instance_id == instance_id, MessageWait.job_type == type_)
    return session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id).limit(1)).first()
