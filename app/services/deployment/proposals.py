"""Deployments that do not go in force at once: stored as they were sent, seen by those who may decide.

With the setting ``four_eyes`` they wait for a second person, all or those that make identity open; with a date that
was chosen they wait for it. Deciding is in `approvals`, what happens at the date in `plans`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import NotAllowed, NotFound
from app.base.i18n import _
from app.history.events.deployment import DeploymentProposed, PublicationPlanned
from app.models import ProcessDefinition, ProposedDeployment, Resource, User
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import identity_openings, preconditions, resources
from app.services.deployment.preconditions import Between
from app.services.notifications import texts

#: As many as one page shows; nobody leaves more waiting.
_MOST = 100
#: The states in which a deployment may still come in force.
PENDING = ("waiting", "planned")


@dataclass(frozen=True)
class Origin:
    """Why a deployment is put in force, and what it comes from: the id of a draft of the studio, or the id of the
    version that it puts in force again."""

    reason: str = ""
    draft: int | None = None
    reinstates: int | None = None


@dataclass(frozen=True)
class Proposed:
    """A deployment that shall wait: what was sent, what lay beside it and is used, and what was found in it.

    ``base``: process key → its newest version when this was read; 0: none. ``findings``: as `Finding.as_dict` gives
    them. ``needs_second``: somebody else has to approve it; ``in_force_at``: its date; None: at once. ``whole``: see
    `deployments.prepare`.
    """

    files: Mapping[str, bytes]
    beside: Mapping[str, bytes]
    base: Mapping[str, int]
    no_longer_identity: Sequence[str]
    findings: Sequence[Mapping[str, Any]]
    needs_second: bool = True
    in_force_at: datetime | None = None
    whole: bool = False


def propose(
    session: Session, proposed: Proposed, *, actor: Actor | None, origin: Origin | None = None
) -> ProposedDeployment:
    """Keep a deployment until somebody decides, or its date comes. The same files that wait already, from the
    same draft and for the same date, are the same proposal."""
    files, beside = _digests(proposed.files), _digests(proposed.beside)
    digest = digest_of(repr([files, beside]).encode())
    origin = origin or Origin()
    state = "waiting" if proposed.needs_second else "planned"
    query = select(ProposedDeployment).where(
        ProposedDeployment.state == state, ProposedDeployment.digest == digest
    )
    base = dict(proposed.base)
    asked = (base, proposed.in_force_at, proposed.whole, origin.draft, origin.reinstates)
    for row in session.scalars(query):
        if (row.base, row.in_force_at, row.whole, row.draft_id, row.reinstates_id) == asked:
            return row
    resources.store(
        session, {digest_of(one): one for one in (*proposed.files.values(), *proposed.beside.values())}
    )
    row = ProposedDeployment(
        state=state,
        digest=digest,
        files=files,
        beside=beside,
        base=base,
        no_longer_identity=list(proposed.no_longer_identity),
        findings=list(proposed.findings),
        proposed_at=clock.now(session),
        proposed_by_id=actor.id if actor else None,
        reason=origin.reason,
        in_force_at=proposed.in_force_at,
        draft_id=origin.draft,
        reinstates_id=origin.reinstates,
        whole=proposed.whole,
    )
    session.add(row)
    session.flush()
    history.record(session, _event_of(row), actor=actor)
    if row.state == "waiting":
        texts.queue_outside_instances(
            session,
            "proposal_waits",
            {"roles": ["process_owner", "admin"]},
            proposal=row.id,
            by=actor.full_name if actor else _("Folder atau perintah"),
            keys=", ".join(sorted(base)),
        )
    return row


def _event_of(row: ProposedDeployment) -> DeploymentProposed | PublicationPlanned:
    at = row.in_force_at.isoformat() if row.in_force_at else ""
    keys = sorted(row.base)
    if row.state == "planned":
        return PublicationPlanned(
            proposal=row.id, keys=keys, in_force_at=at, reason=row.reason, draft=row.draft_id
        )
    return DeploymentProposed(
        proposal=row.id,
        keys=keys,
        no_longer_identity=row.no_longer_identity,
        reason=row.reason,
        in_force_at=at,
        draft=row.draft_id,
    )


def origin_of(row: ProposedDeployment) -> Origin:
    """Why a proposal shall be in force, and what it comes from."""
    return Origin(row.reason, draft=row.draft_id, reinstates=row.reinstates_id)


def newest(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Return the number of the newest version of each process; 0 for one that there is none of. 1 SQL."""
    query = select(ProcessDefinition.key, ProcessDefinition.version).where(ProcessDefinition.in_force)
    found = {key: number for key, number in session.execute(query.where(ProcessDefinition.key.in_(keys)))}
    return {key: found.get(key, 0) for key in keys}


def between(session: Session, row: ProposedDeployment) -> list[Between]:
    """What came in force of its processes, or went, since it was proposed. 1 SQL where nothing did."""
    if newest(session, sorted(row.base)) == row.base:
        return []
    query = select(ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.version)
    rows = session.execute(query.where(ProcessDefinition.key.in_(row.base)))
    seen = [id_ for id_, key, version in rows if version == row.base[key]]
    return preconditions.versions_between(session, sorted(row.base), seen)


def waiting(
    session: Session, *, actor: Actor, states: Sequence[str] = ("waiting",)
) -> Sequence[ProposedDeployment]:
    """Return what waits for a second person, or is in one of ``states``, oldest first; nothing to those who may not
    look. 1 SQL."""
    if not actor.sees_all:
        return ()
    query = select(ProposedDeployment).where(ProposedDeployment.state.in_(states))
    return session.scalars(query.order_by(ProposedDeployment.id).limit(_MOST)).all()


def latest_of_draft(session: Session, draft_id: int) -> ProposedDeployment | None:
    """What was proposed or planned last from a draft. 1 SQL."""
    query = select(ProposedDeployment).where(ProposedDeployment.draft_id == draft_id)
    return session.scalars(query.order_by(ProposedDeployment.id.desc()).limit(1)).one_or_none()


def get(session: Session, proposal_id: int, *, actor: Actor, lock: bool = False) -> ProposedDeployment:
    """Return a proposal, decided or not.

    Raises:
        NotFound: there is none, or the actor is neither process owner, administrator nor auditor.
    """
    query = select(ProposedDeployment).where(ProposedDeployment.id == proposal_id)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None or not actor.sees_all:
        raise NotFound(_("Usulan penerapan ini tidak ada."))
    return row


def may_decide(row: ProposedDeployment, *, actor: Actor) -> bool:
    """Whether the actor is somebody else than who proposed it, and may put versions in force or appoint who may."""
    return (
        row.state == "waiting"
        and row.proposed_by_id != actor.id
        and not actor.is_auditor
        and (actor.is_process_owner or actor.is_admin)
    )


def may_reject(row: ProposedDeployment, *, actor: Actor) -> bool:
    """Whether the actor may decide, or takes back his own."""
    own = row.state == "waiting" and row.proposed_by_id == actor.id and not actor.is_auditor
    return own or may_decide(row, actor=actor)


def kept_digests(session: Session) -> frozenset[str]:
    """The contents that proposals hold, decided or not, by their SHA-256. 1 SQL."""
    rows = session.execute(select(ProposedDeployment.files, ProposedDeployment.beside))
    return frozenset(digest for files, beside in rows for digest in (*files.values(), *beside.values()))


def contents(session: Session, row: ProposedDeployment) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return what was sent and what lay beside it, file name → content. 1 SQL."""
    wanted = {*row.files.values(), *row.beside.values()}
    query = select(Resource.sha256, Resource.content).where(Resource.sha256.in_(wanted))
    found = {sha256: content for sha256, content in session.execute(query)}
    sent, beside = (
        {name: found[sha256] for name, sha256 in names.items()} for names in (row.files, row.beside)
    )
    return sent, beside


def content(session: Session, proposal_id: int, name: str, *, actor: Actor) -> bytes:
    """Return a file of a proposal.

    Raises:
        NotFound: there is none of that name, or it is not the actor's to see.
    """
    row = get(session, proposal_id, actor=actor)
    resource = session.get(Resource, {**row.beside, **row.files}.get(name, ""))
    if resource is None:
        raise NotFound(_("Berkas ini tidak ada dalam usulan ini."))
    return resource.content


def people(session: Session, rows: Sequence[ProposedDeployment]) -> dict[int, str]:
    """Return the full names of who proposed or decided, by id. 1 SQL, none without people."""
    ids = {id_ for row in rows for id_ in (row.proposed_by_id, row.decided_by_id, row.ended_by_id)} - {None}
    if not ids:
        return {}
    return {
        row.id: row.full_name
        for row in session.execute(select(User.id, User.full_name).where(User.id.in_(ids)))
    }


def opens_identity(row: ProposedDeployment) -> bool:
    """Whether something was found in it by which identity comes open."""
    return any(one["code"] in identity_openings.CODES for one in row.findings)


def require_may_decide(row: ProposedDeployment, *, actor: Actor) -> None:
    """Refuse who proposed it, and everyone who is neither process owner nor administrator.

    Raises:
        NotAllowed: the actor may not decide.
    """
    if row.proposed_by_id == actor.id:
        raise NotAllowed(_("Usulan ini Anda ajukan sendiri; yang menyetujui harus orang lain."))
    if not may_decide(row, actor=actor):
        raise NotAllowed(_("Hanya pemilik proses atau administrator lain yang dapat memutuskan usulan ini."))


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: digest_of(content) for name, content in sorted(files.items())}


def digest_of(content: bytes) -> str:
    """SHA-256, as `Resource` names contents."""
    return hashlib.sha256(content).hexdigest()
