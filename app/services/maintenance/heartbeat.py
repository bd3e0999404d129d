"""The worker's sign of life, for the health check."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.models import Setting

_SETTING = "worker"
#: A worker that has not been heard for this long counts as gone.
GONE_AFTER = timedelta(seconds=60)


def beat(session: Session) -> None:
    """Say that the worker lives. Real time: a moved clock must not make it look dead."""
    session.merge(Setting(name=_SETTING, value={"at": datetime.now(UTC).isoformat()}))


def alive(session: Session) -> bool:
    """Whether a worker was heard lately."""
    heard = age(session)
    return heard is not None and heard < GONE_AFTER


def age(session: Session) -> timedelta | None:
    """How long ago a worker was heard; None when none ever was."""
    row = session.get(Setting, _SETTING)
    return datetime.now(UTC) - datetime.fromisoformat(row.value["at"]) if row is not None else None
