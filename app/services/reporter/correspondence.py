"""Messages between the office and a reporter while his case runs; he reads them on his page, nothing is sent."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.history.catalogue import REPORTER
from app.history.events.reporter import ReporterMessageAdded
from app.models import JoinedReport, ProcessInstance, ReporterMessage, UserTask
from app.services import identity
from app.services.core import access, clock, history, masks, rights
from app.services.core.access import Actor
from app.services.definitions import definitions, outlines
from app.services.definitions.definitions import Version
from app.services.instances import instances, messages
from app.services.notifications import task_notices, texts
from app.services.reporter import joined_reports

MAX_LENGTH = 2_000


def read_by_reporter(
    session: Session, instance_id: int, joined: JoinedReport | None
) -> Sequence[ReporterMessage]:
    """What a reporter reads: his own messages and those of the office to him; of a joined report also what the office
    writes to the reporters of the main case since then, and nothing of what these write. 1 SQL."""
    which = ReporterMessage.instance_id == instance_id
    if joined is not None:
        office = ReporterMessage.written_by_id.is_not(None)
        since = ReporterMessage.written_at >= joined.joined_at
        which = or_(which, (ReporterMessage.instance_id == joined.main_id) & office & since)
    rows = session.scalars(select(ReporterMessage).where(which).order_by(ReporterMessage.id)).all()
    masks.show_texts(session, ((row, row.written_by_id) for row in rows), None)
    return rows


def letters_of(session: Session, instance_id: int, *, actor: Actor) -> Sequence[tuple[ReporterMessage, str]]:
    """The messages of a case as an officer reads them, oldest first, each with the number of the joined report whose
    reporter wrote it, "" of its own. Whoever calls this checked the right to see the case. 1 SQL."""
    rows = session.execute(_letters(), {"case": instance_id}).all()
    masked = ((message, message.written_by_id) for message, _number, _own, changed in rows if changed)
    masks.show_texts(session, masked, actor)
    return [(message, "" if own else number) for message, number, own, _changed in rows]


@cache
def _letters() -> Select[ReporterMessage, str, bool, bool]:
    """Built once: the page of each case asks it."""
    own = ReporterMessage.instance_id == bindparam("case")
    query = (
        select(ReporterMessage, ProcessInstance.business_key, own, ProcessInstance.masks_changed)
        .join(ProcessInstance, ProcessInstance.id == ReporterMessage.instance_id)
        .outerjoin(JoinedReport, JoinedReport.instance_id == ReporterMessage.instance_id)
        .where(or_(own, JoinedReport.main_id == bindparam("case")))
    )
    return query.options(joinedload(ReporterMessage.written_by)).order_by(ReporterMessage.id)


def mailed_at(session: Session, instance_id: int, at: datetime, *, actor: Actor) -> Sequence[str]:
    """What a case's reporter wrote by mail that came in at this moment, as an officer reads it. As `letters_of`."""
    query = select(ReporterMessage).where(
        ReporterMessage.instance_id == instance_id,
        ReporterMessage.by_mail.is_(True),
        ReporterMessage.written_at == at,
    )
    rows = session.scalars(query.order_by(ReporterMessage.id)).all()
    masks.show_texts(session, ((row, None) for row in rows), actor)
    return [row.text for row in rows]


def may_write(actor: Actor, instance: ProcessInstance, version: Version, tasks: Sequence[UserTask]) -> bool:
    """Whether the actor may write to the reporter: an officer of an open task, or of a lane that may see identities;
    while the case runs, and if there is a reporter."""
    if actor.is_auditor or instance.ended_at is not None or not outlines.has_reporter(version):
        return False
    lanes = {version.group_of(lane.id) for lane in version.diagram.identity_lanes}
    return bool(lanes & set(actor.groups)) or any(access.may_work(actor, task) for task in tasks)


def write_to_reporter(session: Session, instance_id: int, text: str, *, actor: Actor) -> ReporterMessage:
    """Write to the reporter of a case; what he wrote counts as answered.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: see `may_write`. Conflict: the case has ended.
        InvalidForm: the message is empty or longer than 2,000 characters.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    rights.require_not_auditor(actor)
    version = definitions.version(session, instance.definition_id)
    _require_running(instance)
    tasks = instances.open_tasks(session, instance_id)
    if not may_write(actor, instance, version, tasks):
        raise NotAllowed(_("Pesan untuk pelapor ditulis petugas yang memegang perkara ini."))
    written = _add(session, instance, text, actor)
    task_notices.answer(session, [task.id for task in tasks])
    return written


def write_to_office(
    session: Session, instance_id: int, text: str, *, by_mail: bool = False
) -> ReporterMessage:
    """Write to the officers of a case as its reporter, whose code was checked. They are told by the bell: of a joined
    report those of the main case.

    ``by_mail``: nobody's code was checked, it came from his address.

    Raises:
        Conflict: the case has ended. InvalidForm: as of `write_to_reporter`.
    """
    own = select(ProcessInstance).where(ProcessInstance.id == instance_id)
    report = session.scalars(access.locking(own)).one()
    instance = joined_reports.case_of(session, report)
    _require_running(instance)
    written = _add(session, report, text, None, by_mail=by_mail)
    version = definitions.version(session, instance.definition_id)
    for activity_id, task_id in _places(session, instance):
        to = texts.audience(version, version.diagram.nodes[activity_id], instance.variables)
        texts.queue(session, instance, activity_id, task_notices.REPORTER_WROTE, to, task_id)
    return written


def _places(session: Session, instance: ProcessInstance) -> list[tuple[str, str | None]]:
    """Where the case stands: activity and open task; without tasks what it waits for."""
    tasks = instances.open_tasks(session, instance.id)
    if tasks:
        return [(task.activity_id, task.id) for task in tasks]
    return [(wait.activity_id, None) for wait in messages.waiting(session, instance.id)]


def _require_running(instance: ProcessInstance) -> None:
    if instance.ended_at is not None:
        raise Conflict(_("Laporan ini sudah berakhir, jadi pesan tidak dapat dikirim lagi."))


def _add(
    session: Session, instance: ProcessInstance, text: str, actor: Actor | None, *, by_mail: bool = False
) -> ReporterMessage:
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        message = _("Tulis pesan, paling panjang 2.000 huruf.")
        raise InvalidForm(message, {"text": message}, {"text": text})
    row = ReporterMessage(
        instance_id=instance.id,
        text=identity.masked_reason(session, instance, text, actor=actor or REPORTER),
        written_at=clock.now(session),
        written_by_id=actor.id if actor else None,
        by_mail=by_mail,
    )
    session.add(row)
    session.flush()
    told = ReporterMessageAdded(message=row.id, by="" if actor else REPORTER)
    history.record(session, told, actor=actor, instance_id=instance.id)
    return row
