"""Forgetting in a transaction of a test."""

from sqlalchemy.orm import Session

from app.services.maintenance import keeping


def forget(session: Session, *models: type) -> int:
    """Forget what is over: rows of these models, or of all; how many."""
    session.flush()
    wanted = [kept for kept in keeping.TABLE if not models or kept.since.class_ in models]
    return sum(keeping.forget(session, kept) for kept in wanted)
