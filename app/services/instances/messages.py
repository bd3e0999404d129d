"""Messages: deliver one to the case that waits for it, from the API, a page, or the reporter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.engine.diagram import ASKED, UNTIL, Node
from app.engine.running import execution as engine
from app.engine.running.scheduling import moment_given
from app.engine.running.step import Step
from app.forms import Form
from app.history.catalogue import REPORTER
from app.models import EventStart, MessageWait, ProcessDefinition, ProcessInstance
from app.services import identity
from app.services.core import access, clock, holidays, rights
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, moment_of, values_of
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.definitions.outlines import is_by_system, is_for_reporter
from app.services.instances import execution, instances
from app.services.instances.instances import Values
from app.services.notifications import texts
from app.services.people import units

#: More processes than ever share a number.
_MOST_OF_A_NUMBER = 20


def waiting(session: Session, instance_id: int) -> list[MessageWait]:
    """The messages that a case waits for."""
    return [wait for wait in waiting_or_hearing(session, instance_id) if wait.is_message]


def waiting_or_hearing(session: Session, instance_id: int) -> list[MessageWait]:
    """The messages and the signals that a case waits for."""
    return list(session.scalars(_waiting(), {"case": instance_id}))


@cache
def _waiting() -> Select[MessageWait]:
    """Built once: whoever completes a task is told what the case waits for."""
    query = select(MessageWait).where(MessageWait.instance_id == bindparam("case"))
    return query.order_by(MessageWait.opened_at)


def send(session: Session, name: str, business_key: str, values: Values, *, actor: Actor) -> ProcessInstance:
    """Deliver message ``name`` to the case with this number, or start one by it.

    Raises:
        NotFound: no visible case has the number and none starts by the message;
        Conflict: the case does not wait for it; NotAllowed, InvalidForm.
    """
    instance = session.scalars(access.locking(_meant(name, business_key, actor))).one_or_none()
    waits = _waits(session, instance, name)
    if instance is None or not waits:
        return _start_by(session, name, business_key, values, actor, known=instance is not None)
    rights.require_not_auditor(actor)
    theirs = _theirs(session, instance, waits, actor)
    if not theirs:
        access.instance(session, actor, instance.id)  # he who may not even see the case is not told of it
        raise NotAllowed(_("Pesan ini hanya dapat dikirim petugas lajur yang menunggunya."))
    _deliver(session, instance, theirs[0], values, actor)
    return instance


def _theirs(
    session: Session, instance: ProcessInstance, waits: list[MessageWait], actor: Actor
) -> list[MessageWait]:
    """Of what waits that whose message the actor may send: any; or as an officer of the lane that waits, and of the
    unit where lane or event name one that exists."""
    if actor.is_admin or actor.is_process_owner:
        return waits
    waits = [wait for wait in waits if wait.group_id in actor.groups]
    named = _units(session, instance, waits)
    foreign = units.staff(session, set(named.values()) - actor.units)
    return [wait for wait in waits if named.get(wait.id) not in foreign]


def _units(session: Session, instance: ProcessInstance, waits: list[MessageWait]) -> dict[str, str]:
    """Which unit each is said to be for, by its id; left out where none is. In a round that is the round's."""
    version = definitions.version(session, instance.definition_id)
    nodes = {wait.id: version.diagram.nodes[wait.activity_id] for wait in waits}
    if not any(version.unit_variable(node) for node in nodes.values()):
        return {}
    given = (version.program, instance.engine_state, instance.variables)
    here = engine.heard_where(*given, now=clock.now(session), calendar=holidays.calendar(session))
    found = {id_: version.unit_at(node, instance.variables, here.get(id_)) for id_, node in nodes.items()}
    return {id_: unit for id_, unit in found.items() if unit is not None}


def recordable(
    session: Session, instance: ProcessInstance, waits: Sequence[MessageWait], actor: Actor
) -> list[MessageWait]:
    """Of what waits that which the actor may note as received: not what only a system sends."""
    if actor.is_auditor or not waits:
        return []
    nodes = definitions.version(session, instance.definition_id).diagram.nodes
    by_hand = [one for one in waits if one.is_message and not is_by_system(nodes[one.activity_id])]
    return _theirs(session, instance, by_hand, actor)


def open_wait(
    session: Session, instance_id: int, wait_id: str, *, actor: Actor, lock: bool = False
) -> tuple[ProcessInstance, MessageWait]:
    """A case and what waits in it, whose message the actor may note as received; with ``lock`` until the commit.

    Raises:
        NotFound: he neither sees the case nor works in the lane that waits; NotAllowed: it is not his to note;
        Conflict: the case does not wait for it any more.
    """
    here = exists().where(MessageWait.id == wait_id, MessageWait.instance_id == ProcessInstance.id)
    seen = or_(access.visible(actor), here.where(MessageWait.group_id.in_(actor.groups)))
    query = select(ProcessInstance).where(ProcessInstance.id == instance_id, seen)
    instance = session.scalars(access.locking(query) if lock else query).one_or_none()
    if instance is None:
        raise NotFound(_("Perkara ini tidak ada, atau bukan perkara Anda."))
    rights.require_not_auditor(actor)
    wait = session.get(MessageWait, wait_id, populate_existing=True)
    if wait is None or wait.instance_id != instance.id:
        raise Conflict(_("Perkara ini tidak menunggu pesan itu lagi."))
    if not recordable(session, instance, [wait], actor):
        access.instance(session, actor, instance.id)  # of the lane, but of another unit
        node = definitions.version(session, instance.definition_id).diagram.nodes[wait.activity_id]
        if is_by_system(node):
            raise NotAllowed(_("Pesan ini hanya dikirim oleh sistem, tidak dicatat petugas."))
        raise NotAllowed(_("Pesan ini hanya dapat dikirim petugas lajur yang menunggunya."))
    return instance, wait


def awaited(session: Session, actor: Actor, after: str = "", limit: int = 50) -> Page[MessageWait]:
    """A page of what cases wait for in the actor's lanes, the longest first: what he may note as received of it.

    Raises:
        InvalidForm: ``after`` is no cursor.
    """
    query = select(MessageWait).where(MessageWait.is_message).options(joinedload(MessageWait.instance))
    if not (actor.is_admin or actor.is_process_owner):
        query = query.where(MessageWait.group_id.in_(actor.groups))
    if after:
        at, id_ = values_of(after, 2)
        query = query.where(tuple_(MessageWait.opened_at, MessageWait.id) > (moment_of(at), id_))
    limit = limited(limit)
    found = session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id).limit(limit + 1)).all()
    rows = [wait for wait in found[:limit] if recordable(session, wait.instance, [wait], actor)]
    last = found[limit - 1] if len(found) > limit else None
    return Page(rows, cursor(last.opened_at, last.id) if last else None)


def is_awaited(session: Session, actor: Actor) -> bool:
    """Whether a case waits for a message in one of the actor's lanes. 1 SQL, none for who works in none."""
    return bool(actor.groups) and session.scalar(_here(), {"groups": list(actor.groups)}) is not None


@cache
def _here() -> Select[str]:
    """Built once: the inbox asks it."""
    here = MessageWait.group_id.in_(bindparam("groups", expanding=True))
    return select(MessageWait.id).where(here, MessageWait.is_message).limit(1)


def require_recorder(session: Session, instance_id: int, *, actor: Actor) -> None:
    """Refuse who may not note messages of a case any more: one was noted, so what waited for it is gone.

    Raises:
        NotFound: he neither sees the case nor works in a lane that waits for messages. NotAllowed: he is an auditor.
    """
    rights.require_not_auditor(actor)
    instance = session.get(ProcessInstance, instance_id)
    if instance is not None:
        version = definitions.version(session, instance.definition_id)
        hearers = (node for node in version.diagram.nodes.values() if node.message is not None)
        if any(version.group_of(node.lane_id) in actor.groups for node in hearers):
            return
    access.instance(session, actor, instance_id)


def require_sender(session: Session, name: str, business_key: str, *, actor: Actor) -> None:
    """Refuse who may not send the message any more: it was delivered, so what waited for it is gone.

    He may who sees a case with this number, or works in a lane in which an event of it hears the message.

    Raises:
        NotFound: he does neither. NotAllowed: he is an auditor.
    """
    rights.require_not_auditor(actor)
    same = select(ProcessInstance).where(ProcessInstance.business_key == business_key.strip())
    if session.scalars(same.where(access.visible(actor)).limit(1)).first() is not None:
        return
    for instance in session.scalars(same.order_by(ProcessInstance.id.desc()).limit(_MOST_OF_A_NUMBER)):
        version = definitions.version(session, instance.definition_id)
        hearers = (node for node in version.diagram.nodes.values() if node.message == name)
        if any(version.group_of(node.lane_id) in actor.groups for node in hearers):
            return
    raise NotFound(
        _("Tidak ada perkara {number} yang menunggu pesan “{name}”.", number=business_key, name=name)
    )


def hearing(session: Session, name: str, business_key: str, *, actor: Actor) -> ProcessInstance | None:
    """The case that `send` delivers the message to; None when none waits for it."""
    instance = session.scalars(_meant(name, business_key, actor)).one_or_none()
    return instance if _waits(session, instance, name) else None


def _waits(session: Session, instance: ProcessInstance | None, name: str) -> list[MessageWait]:
    found = waiting(session, instance.id) if instance is not None else []
    return [wait for wait in found if wait.message == name]


def _meant(name: str, business_key: str, actor: Actor) -> Select[ProcessInstance]:
    """The case with this number: of several processes that use it the one that waits for the message, else the
    newest. Officers of the lane that waits find it even where no task was ever offered to them."""
    named = (MessageWait.message == name, MessageWait.is_message)
    waits = exists().where(MessageWait.instance_id == ProcessInstance.id, *named)
    theirs = waits.where(MessageWait.group_id.in_(actor.groups))
    return (
        select(ProcessInstance)
        .where(ProcessInstance.business_key == business_key.strip(), or_(access.visible(actor), theirs))
        .order_by(case((waits, 0), else_=1), ProcessInstance.id.desc())
        .limit(1)
    )


def from_reporter(session: Session, instance: ProcessInstance, wait_id: str, values: Values) -> None:
    """Deliver the reporter's form; whoever calls this has checked the reporter's code.

    Raises:
        Conflict: the case no longer waits, or asks something else by now; InvalidForm.
    """
    same = select(ProcessInstance).where(ProcessInstance.id == instance.id)
    locked = session.scalars(access.locking(same)).one()
    wait = session.get(MessageWait, wait_id, populate_existing=True)
    if wait is None or wait.instance_id != locked.id:
        raise Conflict(_too_late(session, locked))
    version = definitions.version(session, locked.definition_id)
    node = version.diagram.nodes[wait.activity_id]
    _deliver(session, locked, wait, values, None)
    waited = texts.audience(version, node, locked.variables)
    if locked.ended_at is None:
        texts.queue(session, locked, node.id, "reporter_answered", waited)
    else:
        end = locked.end_name or locked.end_activity_id or ""
        texts.queue(session, locked, node.id, "reporter_ended", waited, end=end)


def _too_late(session: Session, instance: ProcessInstance) -> str:
    version = definitions.version(session, instance.definition_id)
    if reporter_form(version, waiting(session, instance.id)) is None:
        return _("Laporan ini sudah tidak menunggu data tambahan.")
    return _(
        "Pertanyaan petugas sudah berganti sejak halaman ini Anda buka, jadi jawaban tadi tidak dikirim. "
        "Baca pertanyaan yang sekarang, lalu jawab di bawah."
    )


def reporter_form(version: Version, waits: list[MessageWait]) -> tuple[MessageWait, Node] | None:
    """The waiting event whose form is for the reporter (``untuk`` = pelapor), with its node."""
    for wait in waits:
        node = version.diagram.nodes[wait.activity_id]
        if is_for_reporter(node) and node.form_key:
            return wait, node
    return None


def started_by(session: Session, name: str) -> str | None:
    """The process of which the message starts a case; None when none is started by it."""
    query = select(ProcessDefinition.key).join(EventStart, EventStart.definition_id == ProcessDefinition.id)
    query = query.where(EventStart.name == name, ~EventStart.is_signal, ProcessDefinition.in_force)
    return session.scalars(
        query.order_by(ProcessDefinition.name, ProcessDefinition.id).limit(1)
    ).one_or_none()


def _start_by(
    session: Session, name: str, business_key: str, values: Values, actor: Actor, *, known: bool
) -> ProcessInstance:
    """Start a case by the message; ``known``: there is one with this number, which does not wait for it."""
    key = started_by(session, name)
    if key is not None:
        return instances.start(
            session, key, values, actor=actor, business_key=business_key, message=name
        ).instance
    if known:
        raise Conflict(
            _("Perkara {number} tidak sedang menunggu pesan “{name}”.", number=business_key, name=name)
        )
    raise NotFound(
        _("Tidak ada perkara {number} yang menunggu pesan “{name}”.", number=business_key, name=name)
    )


def seen_by(node: Node, instance: ProcessInstance) -> Mapping[str, Any]:
    """The variables that the form of an event sees. What it asks anew each time none of the case fills in."""
    return {name: value for name, value in instance.variables.items() if name != ASKED.get(node.asks)}


@dataclass(frozen=True)
class Received:
    """What a case receives, checked, with the step that it makes."""

    version: Version
    form: Form | None
    clean: dict[str, Any]
    secret: dict[str, Any]
    step: Step
    until: datetime | None  # the moment until which it goes on waiting


def receive(
    session: Session,
    instance: ProcessInstance,
    wait: MessageWait,
    values: Values,
    actor: Actor | None,
    worker: str = "",
) -> Received:
    """Check what came for a wait from ``actor`` (None: the reporter), or the ``worker`` who did a job in his name,
    and go on by it; nothing is written yet.

    Raises:
        InvalidForm; ExecutionFailed: the diagram could not go on.
    """
    version = definitions.version(session, instance.definition_id)
    node = version.diagram.nodes[wait.activity_id]
    form = version.form_of(node.form_key)
    clean = instances.check_values(session, form, values, instance.variables)
    until = _until(session, clean) if node.asks == "time" else None
    variables, secret = identity.part(session, form, clean, version, instance, actor or REPORTER)
    step = engine.deliver(
        version.program,
        instance.engine_state,
        instance.variables,
        wait.id,
        variables,
        now=clock.now(session),
        calendar=holidays.calendar(session),
        worker=worker,
    )
    return Received(version, form, clean, secret, step, until)


def _until(session: Session, clean: Mapping[str, Any]) -> datetime | None:
    try:
        return moment_given(clean, clock.now(session), holidays.calendar(session))
    except ValueError as error:
        told = _("Isi saat yang masih akan datang, atau kosongkan bila sudah waktunya.")
        raise InvalidForm(told, {UNTIL: told}, clean) from error


def store(
    session: Session,
    instance: ProcessInstance,
    wait: MessageWait,
    received: Received,
    actor: Actor | None,
    held_until: datetime | None = None,
) -> None:
    """Write what a case received; until ``held_until`` nobody is told."""
    session.expunge(wait)  # apply deletes its row
    execution.apply(session, instance, received.version, received.step, actor=actor, held_until=held_until)
    instances.store_rest(session, instance, received.form, received.clean, received.secret, actor)


def _deliver(
    session: Session,
    instance: ProcessInstance,
    wait: MessageWait,
    values: Values,
    actor: Actor | None,
) -> None:
    store(session, instance, wait, receive(session, instance, wait, values, actor), actor)
