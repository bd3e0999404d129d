"""What publishing a draft would do to open cases, were they moved to what it becomes."""

from sqlalchemy.orm import Session

from app.services.core.access import Actor
from app.services.deployment import unstored
from app.services.deployment.unstored import Unstored
from app.services.migration.targets import Target
from app.services.studio import draft_files, drafts


def target_of(session: Session, draft_id: int, *, actor: Actor) -> Target:
    """A draft, as it is stored, as what cases are judged against.

    Raises:
        InvalidDiagram: at least one finding is an error. And what `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    return as_target(draft_id, unstored.unstored_versions(session, draft_files.contents(session, draft_id)))


def as_target(draft_id: int, made: Unstored) -> Target:
    """What a draft would become as what cases are judged against."""
    return Target(made.versions, made.digest, draft_id=draft_id)
