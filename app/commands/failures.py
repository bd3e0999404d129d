"""What the process owner is told when a diagram could not go on: an incident of the case, or of its process."""

from sqlalchemy.orm import Session

from app.base import stored_messages
from app.base.errors import AppError, ExecutionFailed
from app.models import ProcessInstance
from app.services.core.access import Actor
from app.services.instances import incidents


def for_the_owner(error: AppError) -> str:
    """What the process owner has to know, ready to be stored; the officer reads only the first sentence."""
    return stored_messages.store_texts(error.said, getattr(error, "detail", ""))


def place_of(error: AppError) -> str | None:
    """The id of the element at which it failed, where the error tells."""
    return error.activity_id if isinstance(error, ExecutionFailed) else None


def report_instance(
    session: Session, instance: ProcessInstance, error: AppError, *, actor: Actor | None
) -> None:
    """Open an incident of the case."""
    message = for_the_owner(error)
    incidents.open_one(session, instance, message, actor=actor, activity_id=place_of(error))


def report_start(session: Session, key: str, error: AppError, *, actor: Actor) -> None:
    """Open an incident of the process: there is no case."""
    incidents.open_start(session, key, for_the_owner(error), actor=actor, activity_id=place_of(error))
