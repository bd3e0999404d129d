"""Incidents: what stopped and waits for the process owner."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.errors import Conflict, NotAllowed, NotFound
from app.i18n import _
from app.models import Incident, Job, ProcessInstance, UserTask
from app.services import access, clock, history
from app.services.access import Actor
from app.services.paging import Page, cursor, limited, number_of, values_of

#: How often a timer is tried before it waits for somebody.
RETRIES = 3


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
    same = select(Incident).where(
        Incident.instance_id == instance.id,
        Incident.resolved_at.is_(None),
        Incident.job_id == job_id if job_id else Incident.job_id.is_(None),
        Incident.task_id == task_id if task_id else Incident.task_id.is_(None),
    )
    found = session.scalars(same).first()
    if found is not None:
        found.message = message
        return found
    incident = Incident(
        instance_id=instance.id,
        activity_id=activity_id,
        job_id=job_id,
        task_id=task_id,
        message=message,
        opened_at=clock.now(session),
    )
    session.add(incident)
    instance.state = "incident"
    history.record(
        session,
        "incident_opened",
        actor=actor,
        instance_id=instance.id,
        activity_id=activity_id,
        message=message,
    )
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
    """Incidents of the cases that the actor may see, newest first, with case and who resolved them."""
    limit = limited(limit)
    state = Incident.resolved_at.is_not(None) if resolved else Incident.resolved_at.is_(None)
    query = select(Incident).join(ProcessInstance).where(access.visible(actor), state)
    if after:
        query = query.where(Incident.id < number_of(values_of(after, 1)[0]))
    query = query.options(joinedload(Incident.instance), joinedload(Incident.resolved_by))
    rows = session.scalars(query.order_by(Incident.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def counts(session: Session, *, actor: Actor) -> tuple[int, int]:
    """How many incidents of visible cases are open, and how many resolved."""
    query = select(func.count(Incident.id), func.count(Incident.resolved_at)).join(ProcessInstance)
    every, resolved = session.execute(query.where(access.visible(actor))).one()
    return every - resolved, resolved


def listed(session: Session, *, actor: Actor, resolved: bool = False) -> Sequence[Incident]:
    """Incidents of the cases that the actor may see, newest first."""
    state = Incident.resolved_at.is_not(None) if resolved else Incident.resolved_at.is_(None)
    query = select(Incident).join(ProcessInstance).where(access.visible(actor), state)
    return session.scalars(
        query.options(joinedload(Incident.instance)).order_by(Incident.id.desc()).limit(200)
    ).all()


def open_count(session: Session) -> int:
    """How many incidents wait."""
    return session.scalar(select(func.count()).where(Incident.resolved_at.is_(None))) or 0


def of_instance(session: Session, instance_id: int) -> Sequence[Incident]:
    """Every incident of a case, newest first."""
    query = select(Incident).where(Incident.instance_id == instance_id)
    return session.scalars(query.order_by(Incident.id.desc())).all()


def close_moot(
    session: Session, instance: ProcessInstance, gone: Collection[str] | None, *, actor: Actor | None
) -> None:
    """Resolve the open incidents of a case that nobody has to look at any more.

    ``gone``: ids of tasks, timers and messages that the case got past; None when the whole case is over. An incident
    without task and timer is about a message, and moot once one came through.
    """
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    for incident in session.scalars(query).all():
        about = incident.task_id or incident.job_id or "message"
        if gone is None or about in gone:
            _close(session, instance, incident, actor)


def retry(session: Session, incident_id: int, *, actor: Actor) -> Incident:
    """Resolve an incident: its timer runs again now; its task may be completed again.

    Raises:
        NotFound; NotAllowed: neither process owner nor administrator; Conflict: resolved already.
    """
    incident = session.scalars(
        select(Incident)
        .join(ProcessInstance)
        .where(Incident.id == incident_id, access.visible(actor))
        .options(joinedload(Incident.instance))
    ).one_or_none()
    if incident is None:
        raise NotFound(_("Kendala ini tidak ada."))
    if not (actor.is_process_owner or actor.is_admin):
        raise NotAllowed(_("Hanya pemilik proses dan pengelola yang dapat mencoba ulang."))
    if incident.resolved_at is not None:
        raise Conflict(_("Kendala ini sudah selesai."))
    job = session.get(Job, incident.job_id) if incident.job_id else None
    if job is not None:
        job.retries, job.run_at = RETRIES, clock.now(session)
    _close(session, incident.instance, incident, actor)
    return incident


def _close(session: Session, instance: ProcessInstance, incident: Incident, actor: Actor | None) -> None:
    incident.resolved_at = clock.now(session)
    incident.resolved_by_id = actor.id if actor else None
    session.flush()
    others = select(Incident.id).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    if instance.state == "incident" and session.scalar(others.limit(1)) is None:
        instance.state = "active"
    history.record(
        session,
        "incident_resolved",
        actor=actor,
        instance_id=instance.id,
        activity_id=incident.activity_id,
        incident=incident.id,
    )
