"""Deployments that wait for their date: put in force when it has come, cancelled before, or told why they cannot."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.base.errors import AppError, Conflict, InvalidDiagram, NotAllowed
from app.base.i18n import _
from app.history.events.deployment import PublicationCancelled, PublicationFailed
from app.models import ProposedDeployment
from app.services.core import access, clock, history, settings
from app.services.core.access import Actor
from app.services.deployment import deployments, preconditions, proposals, versions
from app.services.deployment.deployments import Deployment, Prepared
from app.services.notifications import texts

#: As many as one turn of the worker takes.
_MOST = 20


def due(session: Session) -> Sequence[int]:
    """The ids of what waited for a date that has come, in the order of their dates. 1 SQL over an index."""
    query = select(ProposedDeployment.id).where(
        ProposedDeployment.state == "planned", ProposedDeployment.in_force_at <= clock.now(session)
    )
    return session.scalars(
        query.order_by(ProposedDeployment.in_force_at, ProposedDeployment.id).limit(_MOST)
    ).all()


def prepare(session: Session, proposal_id: int) -> Prepared:
    """Read and check what was planned as it was planned, for a session that only reads.

    Raises:
        Conflict: another version came in force since, or a second person has to approve it by now.
        NotAllowed: who planned it is no process owner any more. InvalidDiagram: today's checks find an error.
    """
    row = session.get_one(ProposedDeployment, proposal_id)
    _require_possible(session, row)
    files, beside = proposals.contents(session, row)
    approved = row.decided_by_id is not None
    prepared = deployments.prepare(
        session, files, beside=beside, refuse_idle=False, approved=approved, whole=row.whole
    )
    if prepared.proposed is not None:
        raise Conflict(_("Sejak dijadwalkan, penerapan ini perlu persetujuan orang kedua. Terbitkan lagi."))
    return prepared


def put_in_force(session: Session, proposal_id: int, prepared: Prepared) -> Deployment | None:
    """Put in force what was planned; ``prepared``: what `prepare` made of it. None: somebody decided it meanwhile.

    Raises:
        What `prepare` raises, and Outdated: what it was prepared from has changed meanwhile.
    """
    row = _locked(session, proposal_id)
    if row is None:
        return None
    _require_possible(session, row)
    _end(session, row, "live", None)
    origin = proposals.origin_of(row)
    return deployments.store(session, prepared, actor=None, seen=None, approved=row, origin=origin)


def fail(session: Session, proposal_id: int, error: AppError) -> None:
    """Note that it could not be put in force, and tell process owners. ``error``: why."""
    row = _locked(session, proposal_id)
    if row is None:
        return
    if isinstance(error, InvalidDiagram):
        row.findings = [finding.as_dict() for finding in error.findings]
    row.end_reason = stored_messages.store_texts(error.said)
    _end(session, row, "failed", None)
    history.record(session, PublicationFailed(proposal=row.id, cause=row.end_reason), actor=None)
    at, zone = row.in_force_at or clock.now(session), settings.config(session).timezone
    texts.queue_outside_instances(
        session,
        "publication_failed",
        {"roles": ["process_owner"]},
        proposal=row.id,
        keys=", ".join(sorted(row.base)),
        due=at.isoformat(),
        zone=zone.key,
    )


def cancel(session: Session, proposal_id: int, reason: str, *, actor: Actor) -> ProposedDeployment:
    """Cancel what was planned.

    Raises:
        NotFound: there is none, or it is not the actor's to see. NotAllowed: he may not decide.
        InvalidForm: no reason is given. Conflict: it does not wait for a date.
    """
    row = proposals.get(session, proposal_id, actor=actor, lock=True)
    if not may_cancel(row, actor=actor):
        if row.state != "planned":
            raise Conflict(_("Penerbitan ini tidak lagi menunggu tanggalnya."))
        raise NotAllowed(_("Hanya pemilik proses atau administrator yang dapat membatalkan jadwal ini."))
    row.end_reason = versions.reason_of(reason)
    _end(session, row, "dropped", actor)
    history.record(session, PublicationCancelled(proposal=row.id, reason=row.end_reason), actor=actor)
    return row


def may_cancel(row: ProposedDeployment, *, actor: Actor) -> bool:
    """Whether it waits for its date and the actor may put versions in force, or appoint who may."""
    return row.state == "planned" and not actor.is_auditor and (actor.is_process_owner or actor.is_admin)


def _locked(session: Session, proposal_id: int) -> ProposedDeployment | None:
    """The row, if it still waits and its date has come: another worker may have been faster."""
    query = select(ProposedDeployment).where(ProposedDeployment.id == proposal_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    has_come = row.in_force_at is not None and row.in_force_at <= clock.now(session)
    return row if row.state == "planned" and has_come else None


def _require_possible(session: Session, row: ProposedDeployment) -> None:
    if between := proposals.between(session, row):
        raise Conflict(
            _(
                "Yang berlaku berubah sejak dijadwalkan: {what}. Bandingkan, lalu terbitkan lagi.",
                what=preconditions.tell(between),
            )
        )
    author = access.standing_actor(session, row.proposed_by_id)
    if author is None:
        raise NotAllowed(_("Yang menjadwalkannya tidak punya akun aktif lagi."))
    deployments.require_may_deploy(author)


def _end(session: Session, row: ProposedDeployment, state: str, actor: Actor | None) -> None:
    row.state, row.ended_at, row.ended_by_id = state, clock.now(session), actor.id if actor else None
    session.flush()
