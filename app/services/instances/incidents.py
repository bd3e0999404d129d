"""Incidents: what stopped and waits for the process owner."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Label, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, NotAllowed, NotFound
from app.base.i18n import _
from app.history.events.instances import IncidentOpened, IncidentResolved
from app.models import Incident, InstanceMessage, Job, MessageWait, ProcessInstance, UserTask
from app.services.core import access, bounded, clock, history, rights
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.definitions import definitions
from app.services.notifications import texts

_WITH_CASE = (joinedload(Incident.instance), joinedload(Incident.definition))


def open_one(
    session: Session,
    instance: ProcessInstance,
    message: str,
    *,
    actor: Actor | None,
    activity_id: str | None = None,
    job_id: str | None = None,
    task_id: str | None = None,
) -> Incident:
    """Open an incident, or return the open one about the same job or task."""
    about = {"instance_id": instance.id, "job_id": job_id, "task_id": task_id}
    incident, is_new = _same_or_new(session, message, about, activity_id)
    if not is_new:
        return incident
    if instance.ended_at is None:  # a message of a case that is over may still stop
        instance.state = "incident"
    history.record(
        session,
        IncidentOpened(message=message),
        actor=actor,
        instance_id=instance.id,
        activity_id=activity_id,
    )
    version = definitions.readable(session, instance.definition_id)
    node = version.diagram.nodes.get(activity_id or "") if version is not None else None
    place = (node.name if node else "") or activity_id or "–"
    owners = {"roles": ["process_owner"]}
    texts.queue(session, instance, activity_id, "incident_opened", owners, place=place)
    return incident


def _same_or_new(
    session: Session, message: str, about: Mapping[str, Any], activity_id: str | None
) -> tuple[Incident, bool]:
    """The open incident about the same, which says ``message`` from now on, else a new one; and whether it is new."""
    same = (getattr(Incident, column) == value for column, value in about.items())
    found = session.scalars(select(Incident).where(Incident.resolved_at.is_(None), *same)).first()
    if found is not None:
        found.message = message
        return found, False
    made = {**about, "activity_id": activity_id, "message": message, "opened_at": clock.now(session)}
    found = Incident(**made)
    session.add(found)
    return found, True


def open_bare(session: Session, job: Job, instance: ProcessInstance | None, message: str) -> None:
    """Open an incident about a timer or message and tell nobody: for one that `open_one` cannot open."""
    session.add(
        Incident(
            instance_id=instance.id if instance is not None else None,
            definition_id=job.definition_id if instance is None else None,
            activity_id=job.activity_id,
            job_id=job.id,
            message=message,
            opened_at=clock.now(session),
        )
    )
    if instance is not None and instance.ended_at is None:
        instance.state = "incident"


def open_start(
    session: Session,
    key: str,
    message: str,
    *,
    actor: Actor | None,
    activity_id: str | None = None,
    job_id: str | None = None,
) -> Incident | None:
    """Open an incident about process ``key``, on which no case could be started, or return the open one about it.

    There is no case that it could belong to: only those who see all cases see it. None when there is no such process.
    """
    definition = definitions.latest(session, key)
    if definition is None:
        return None
    about = {
        "instance_id": None,
        "definition_id": definition.id,
        "activity_id": activity_id,
        "job_id": job_id,
    }
    incident, is_new = _same_or_new(session, message, about, activity_id)
    if not is_new:
        return incident
    session.flush()
    event = IncidentOpened(message=message, incident=incident.id, key=key, version=definition.version)
    history.record(session, event, actor=actor, activity_id=activity_id)
    return incident


def report(session: Session, task_id: str, message: str, activity_id: str | None, *, actor: Actor) -> None:
    """Tell the process owner that the diagram failed after an officer's completion (in its own transaction)."""
    task = session.get(UserTask, task_id)
    if task is not None and task.state == "open":
        open_one(
            session,
            task.instance,
            message,
            actor=actor,
            activity_id=activity_id or task.activity_id,
            task_id=task_id,
        )


def page(
    session: Session, *, actor: Actor, resolved: bool = False, after: str = "", limit: int = 50
) -> Page[Incident]:
    """Incidents that the actor may see, newest first, with their case or process and who resolved them.

    He sees those of his cases; those without a case are for who sees every case.
    """
    limit = limited(limit)
    state = Incident.resolved_at.is_not(None) if resolved else Incident.resolved_at.is_(None)
    # An outer join: what has no case is there for whom `access.visible` lets see everything, and nobody else.
    query = select(Incident).outerjoin(Incident.instance).where(access.visible(actor), state)
    if after:
        query = query.where(Incident.id < number_of(values_of(after, 1)[0]))
    query = query.options(*_WITH_CASE, joinedload(Incident.resolved_by))
    rows = session.scalars(query.order_by(Incident.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def counts(session: Session, *, actor: Actor) -> tuple[int, int]:
    """How many incidents that the actor may see are open, and how many resolved, `bounded.MANY` of each at most."""
    seen = select(Incident.id)
    if not actor.sees_all:
        seen = seen.outerjoin(Incident.instance).where(access.visible(actor))
    columns = (
        bounded.count(seen.where(Incident.resolved_at.is_(None)), name="open"),
        bounded.count(seen.where(Incident.resolved_at.is_not(None)), name="resolved"),
    )
    row = session.execute(select(*columns)).one()
    return row.open, row.resolved


def waiting() -> Label[int]:
    """A column ``incidents``: how many wait, `bounded.MANY` at most."""
    return bounded.count(select(Incident.id).where(Incident.resolved_at.is_(None)), name="incidents")


def of_instance(session: Session, instance_id: int) -> Sequence[Incident]:
    """Every incident of a case, newest first."""
    return session.scalars(_of_instance(), {"case": instance_id}).all()


@cache
def _of_instance() -> Select[Incident]:
    """Built once: the page of each case asks it."""
    return select(Incident).where(Incident.instance_id == bindparam("case")).order_by(Incident.id.desc())


def close_moot(
    session: Session, instance: ProcessInstance, gone: Collection[str] | None, *, actor: Actor | None
) -> None:
    """Resolve the open incidents of a case that nobody has to look at any more.

    ``gone``: ids of tasks, timers and messages that the case got past; None when the whole case is over. An incident
    without task and timer is about a message, and moot once one came through. One about a message that the case sent
    to another process stays: nobody has received that yet.
    """
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    sent = select(InstanceMessage.id).where(
        InstanceMessage.id == Incident.job_id, InstanceMessage.sender_id == instance.id
    )
    for incident in session.scalars(query.where(~sent.exists())).all():
        about = incident.task_id or incident.job_id or "message"
        if gone is None or about in gone:
            _close(session, instance, incident, actor)


def may_retry(actor: Actor) -> bool:
    """Whether the actor may resolve incidents."""
    return (actor.is_process_owner or actor.is_admin) and not actor.is_auditor


def get_for_retry(session: Session, incident_id: int, *, actor: Actor) -> Incident:
    """Return an incident that the actor may resolve, or might if it were not.

    Raises:
        NotFound; NotAllowed: neither process owner nor administrator.
    """
    query = select(Incident).outerjoin(Incident.instance).options(*_WITH_CASE)
    incident = session.scalars(query.where(Incident.id == incident_id, access.visible(actor))).one_or_none()
    if incident is None:
        raise NotFound(_("Kendala ini tidak ada."))
    rights.require_not_auditor(actor)
    if not may_retry(actor):
        raise NotAllowed(_("Hanya pemilik proses dan pengelola yang dapat mencoba ulang."))
    return incident


def retry(session: Session, incident_id: int, *, actor: Actor) -> Incident:
    """Resolve an incident: its timer runs again now; its task may be completed, its case started again.

    Raises:
        NotFound; NotAllowed: neither process owner nor administrator; Conflict: resolved already.
    """
    incident = get_for_retry(session, incident_id, actor=actor)
    if incident.resolved_at is not None:
        raise Conflict(_("Kendala ini sudah selesai."))
    job = session.get(Job, incident.job_id) if incident.job_id else None
    if job is not None:
        job.retries, job.run_at = 1, clock.now(session)  # who asked for it sees at once if it fails again
        _count_anew(session, job)
    wait = session.get(MessageWait, incident.job_id) if incident.job_id else None
    if wait is not None:
        wait.retries, wait.ready_at = 1, clock.now(session)
    _close(session, incident.instance, incident, actor)
    return incident


def _count_anew(session: Session, job: Job) -> None:
    """A person acted: what had gone on by itself for too long may go on."""
    job.hops = 0
    if job.message_id is not None:
        session.get_one(InstanceMessage, job.message_id).hops = 0


def _close(
    session: Session, instance: ProcessInstance | None, incident: Incident, actor: Actor | None
) -> None:
    incident.resolved_at = clock.now(session)
    incident.resolved_by_id = actor.id if actor else None
    session.flush()
    if instance is not None:
        _go_on(session, instance)
    history.record(
        session,
        IncidentResolved(incident=incident.id),
        actor=actor,
        instance_id=incident.instance_id,
        activity_id=incident.activity_id,
    )


def _go_on(session: Session, instance: ProcessInstance) -> None:
    """A case whose last incident was resolved is active again."""
    others = select(Incident.id).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    if instance.state == "incident" and session.scalar(others.limit(1)) is None:
        instance.state = "active"
