"""What is dropped when its time is over."""

from sqlalchemy.orm import Session

from app.services.core import idempotency
from app.services.maintenance import orphans
from app.services.people import rate_limits, sessions
from app.services.tasks import drafts


def delete_expired(session: Session) -> None:
    """Drop old results of commands, old attempts, ended sign-ins, drafts of tasks long closed, and files that no form
    ever kept."""
    idempotency.forget_old(session)
    rate_limits.forget_old(session)
    sessions.forget_old(session)
    drafts.forget_old(session)
    orphans.collect(session)  # after the drafts: they hold files
