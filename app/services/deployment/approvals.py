"""The second person: approving a deployment that waits, which puts it in force or lets it wait for its date, or
rejecting it."""

from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.history.events.deployment import DeploymentApproved, DeploymentRejected
from app.models import ProcessDefinition, ProposedDeployment, User
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import bundle_builder, deployments, preconditions, proposals, versions
from app.services.deployment.bundle import Bundle
from app.services.deployment.deployments import Deployment, Prepared
from app.services.notifications import texts


def prepare(session: Session, proposal_id: int, *, actor: Actor) -> Prepared:
    """Read and check a proposal as it was proposed, for a session that only reads.

    Raises:
        What `approve` raises, and InvalidDiagram: today's checks find an error.
    """
    row = _approvable(session, proposal_id, actor)
    files, beside = proposals.contents(session, row)
    return deployments.prepare(
        session, files, beside=beside, refuse_idle=False, approved=True, whole=row.whole
    )


def compared_contents(session: Session, row: ProposedDeployment, definition: ProcessDefinition) -> Bundle:
    """What a proposal that waits would put in force in place of ``definition``, to be compared with it.

    Raises:
        NotFound: it does not wait, it brings nothing for this process, or another version is in force since.
    """
    current = proposals.newest(session, sorted(row.base)) == row.base
    if row.state in proposals.PENDING and current and definition.in_force:
        files, beside = proposals.contents(session, row)
        found = bundle_builder.collect(session, files, beside, refuse_idle=False, whole=row.whole)
        for bundle in found.bundles:
            if bundle.diagram.key == definition.key:
                return bundle
    raise NotFound(_("Usulan ini tidak dapat dibandingkan lagi dengan versi itu."))


def approve(session: Session, proposal_id: int, prepared: Prepared, *, actor: Actor) -> Deployment:
    """Put a proposal in force, or let it wait for its date; ``prepared``: what `prepare` made of it.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
        NotAllowed: the actor proposed it, or may not decide.
        Conflict: it is decided, or a version came since then.
        Outdated: what it was prepared from has changed meanwhile.
    """
    row = _approvable(session, proposal_id, actor, lock=True)
    at = row.in_force_at
    waits = at is not None and at > clock.now(session)
    _decide(session, row, "planned" if waits else "approved", actor)
    told = DeploymentApproved(
        proposal=row.id,
        proposed_by=_proposer(session, row),
        in_force_at=at.isoformat() if at is not None and waits else "",
    )
    history.record(session, told, actor=actor)
    if waits:
        return Deployment((), prepared.findings, row)
    origin = proposals.origin_of(row)
    return deployments.store(session, prepared, actor=actor, seen=None, approved=row, origin=origin)


def _approvable(
    session: Session, proposal_id: int, actor: Actor, *, lock: bool = False
) -> ProposedDeployment:
    row = proposals.get(session, proposal_id, actor=actor, lock=lock)
    _require_waiting(row)
    proposals.require_may_decide(row, actor=actor)
    if between := proposals.between(session, row):
        raise Conflict(
            _(
                "Yang berlaku berubah sejak diusulkan: {what}. Tolak usulan ini, lalu usulkan lagi.",
                what=preconditions.tell(between),
            )
        )
    return row


def _proposer(session: Session, row: ProposedDeployment) -> str:
    proposer = session.get(User, row.proposed_by_id) if row.proposed_by_id else None
    return proposer.full_name if proposer else ""


def reject(
    session: Session, proposal_id: int, *, actor: Actor, reason: str | None = None
) -> ProposedDeployment:
    """Drop a proposal, and tell who proposed it; he may take it back himself. ``reason`` None: nobody was asked.

    Raises:
        NotFound: there is none, or it is not the actor's to see. NotAllowed: the actor may not decide.
        Conflict: it is decided. InvalidForm: the reason is empty.
    """
    row = proposals.get(session, proposal_id, actor=actor, lock=True)
    _require_waiting(row)
    if not proposals.may_reject(row, actor=actor):
        proposals.require_may_decide(row, actor=actor)
    row.end_reason = "" if reason is None else versions.reason_of(reason)
    _decide(session, row, "rejected", actor)
    told = DeploymentRejected(proposal=row.id, proposed_by=_proposer(session, row), reason=row.end_reason)
    history.record(session, told, actor=actor)
    if row.proposed_by_id is not None and row.proposed_by_id != actor.id:
        texts.queue_outside_instances(
            session,
            "proposal_rejected",
            {"users": [row.proposed_by_id]},
            proposal=row.id,
            by=actor.full_name,
            keys=", ".join(sorted(row.base)),
            reason=row.end_reason or "–",
        )
    return row


def _require_waiting(row: ProposedDeployment) -> None:
    if row.state != "waiting":
        raise Conflict(_("Usulan ini sudah diputuskan."))


def _decide(session: Session, row: ProposedDeployment, state: str, actor: Actor) -> None:
    row.state, row.decided_at, row.decided_by_id = state, clock.now(session), actor.id
    session.flush()
