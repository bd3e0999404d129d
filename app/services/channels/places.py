"""Up to where a channel has read: the history, or a mailbox."""

from sqlalchemy.orm import Session

from app.models import Setting


def place(session: Session, channel: str) -> int:
    """The id of the event up to which a channel has read; 0 at first."""
    row = session.get(Setting, f"channel:{channel}")
    return int(row.value["after"]) if row else 0


def move(session: Session, channel: str, after: int) -> None:
    """Go on behind an event; never back."""
    if after > place(session, channel):
        session.merge(Setting(name=f"channel:{channel}", value={"after": after}))
