"""When what happened may be told, and how long a receiver who does not take it is left alone."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.services.core import clock, settings

#: After so many failed tries the next comes so much later; then it is given up.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))
#: An event may be committed a little after its time.
_MARGIN = timedelta(seconds=5)


def told_at(session: Session) -> datetime | None:
    """When what has happened by now may be told: once it cannot be taken back; None: soon. By the machine's time."""
    seconds = settings.config(session).undo_seconds
    return clock.real() + timedelta(seconds=seconds) + _MARGIN if seconds else None
