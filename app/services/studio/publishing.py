"""A draft becomes a version."""

from sqlalchemy.orm import Session

from app.errors import InvalidForm
from app.i18n import _
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.deployment.deployments import Deployment, Origin, Outdated, Prepared
from app.services.studio import drafts

_LONGEST_REASON = 2000


def prepare(session: Session, draft_id: int, *, reason: str, actor: Actor) -> Prepared:
    """Read and check a draft as it is stored, for a session that only reads.

    Raises:
        InvalidForm: no reason is given. InvalidDiagram: at least one finding is an error.
        And what `drafts.get_open` raises.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        message = _("Tulis alasannya, paling panjang {most} huruf.", most=_LONGEST_REASON)
        raise InvalidForm(message, {"reason": message})
    drafts.get_open(session, draft_id, actor=actor)
    return deployments.prepare(session, drafts.contents(session, draft_id))


def store(session: Session, draft_id: int, prepared: Prepared, *, reason: str, actor: Actor) -> Deployment:
    """Put a prepared draft in force. It stays open while its deployment waits for a second person.

    Raises:
        Outdated: the draft, or what is in force, changed since it was prepared. And what `deployments.store` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    if prepared.sent != deployments.digests_of(drafts.contents(session, draft_id)):
        raise Outdated(_("Draf ini baru saja diubah. Coba terbitkan sekali lagi."))
    origin = Origin(draft.id, reason.strip())
    done = deployments.store(session, prepared, actor=actor, origin=origin)
    if done.proposal is None:
        own = [one.definition for one in done.definitions if one.definition.key == draft.key]
        draft.published_id = next((one.id for one in own), None)
        draft.state, draft.changed_at, draft.changed_by_id = "published", clock.now(session), actor.id
        session.flush()
    return done
