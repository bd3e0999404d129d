"""A draft becomes a version."""

from sqlalchemy.orm import Session

from app.i18n import _
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments, versions
from app.services.deployment.deployments import Deployment, Origin, Outdated, Prepared
from app.services.studio import drafts


def prepare(session: Session, draft_id: int, *, reason: str, actor: Actor) -> Prepared:
    """Read and check a draft as it is stored, for a session that only reads.

    Raises:
        InvalidForm: no reason is given. InvalidDiagram: at least one finding is an error.
        And what `drafts.get_open` raises.
    """
    versions.reason_of(reason)
    drafts.get_open(session, draft_id, actor=actor)
    return deployments.prepare(session, drafts.contents(session, draft_id), whole=True)


def store(session: Session, draft_id: int, prepared: Prepared, *, reason: str, actor: Actor) -> Deployment:
    """Put a prepared draft in force. It stays open while its deployment waits for a second person.

    Raises:
        Outdated: the draft, or what is in force, changed since it was prepared. And what `deployments.store` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    if prepared.sent != deployments.digests_of(drafts.contents(session, draft_id)):
        raise Outdated(_("Draf ini baru saja diubah. Coba terbitkan sekali lagi."))
    origin = Origin(versions.reason_of(reason), draft=draft.id)
    done = deployments.store(session, prepared, actor=actor, origin=origin)
    if done.proposal is None:
        own = [one.definition for one in done.definitions if one.definition.key == draft.key]
        draft.published_id = next((one.id for one in own), None)
        draft.state, draft.changed_at, draft.changed_by_id = "published", clock.now(session), actor.id
        session.flush()
    return done
