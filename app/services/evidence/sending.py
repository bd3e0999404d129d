"""Where checkpoints leave the house to, and how far each place is: a folder, an address of mail, a web address.

Each place is tried apart and remembers the last checkpoint that it has, so that none waits for another, and nothing
is sent twice because another one failed. A place that is new begins with the last checkpoint there is: its root
covers all that came before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.models import Checkpoint, Setting

#: How long after so many failures the next try comes; the last holds for all after it.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 30, 60))
_MOST_WORDS = 200


@dataclass(frozen=True)
class Place:
    """Where checkpoints go. ``kind``: folder, mail or web; ``address``: its path, mailbox or URL."""

    kind: str
    address: str

    @property
    def setting(self) -> str:
        """The name under which it is remembered how far it is: of another address it is not known."""
        return f"checkpoints:{self.kind}:{hashlib.sha256(self.address.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Progress:
    """How far a place is: the ``number`` of the last checkpoint that it has, and when it came there.

    ``failures``: how often the next one failed since, ``why`` the last time.
    """

    number: int
    at: datetime | None = None
    failures: int = 0
    why: str = ""


def places(config: Config) -> list[Place]:
    """Where the settings want checkpoints to go."""
    found = []
    if config.checkpoint_dir is not None:
        found.append(Place("folder", str(config.checkpoint_dir)))
    if config.checkpoint_mail and config.smtp_url:
        found.append(Place("mail", config.checkpoint_mail))
    if config.checkpoint_url is not None:
        found.append(Place("web", config.checkpoint_url))
    return found


def progress(session: Session, place: Place) -> Progress:
    """How far a place is; one that is new lacks the last checkpoint alone. 1 SQL, 2 for a new one."""
    row = session.get(Setting, place.setting, populate_existing=True)
    if row is None:
        newest = session.scalar(select(func.max(Checkpoint.id))) or 1
        return Progress(newest - 1)
    held = row.value
    return Progress(held["number"], _moment(held["at"]), held["failures"], held["why"])


def lacks(session: Session, place: Place) -> bool:
    """Whether there is a checkpoint that a place does not have. 2 SQL, 3 for a new one."""
    return bool(waiting(session, progress(session, place), 1))


def waiting(session: Session, done: Progress, limit: int) -> Sequence[Checkpoint]:
    """The checkpoints that a place lacks, the first one first. 1 SQL by the primary key."""
    query = select(Checkpoint).where(Checkpoint.id > done.number).order_by(Checkpoint.id)
    return session.scalars(query.limit(limit)).all()


def note(session: Session, place: Place, number: int, why: str = "") -> None:
    """Note that a checkpoint came to a place, or ``why`` it did not; never back."""
    now, before = datetime.now(UTC), progress(session, place)
    if why:
        done = replace(before, failures=before.failures + 1, why=why[:_MOST_WORDS])
    else:
        done = Progress(max(number, before.number), now)
    session.merge(Setting(name=place.setting, value=_stored(done)))
    session.flush()


def note_out(session: Session, config: Config) -> None:
    """Note of each checkpoint that every place has that it left the house."""
    wanted = places(config)
    if wanted:
        least = min(progress(session, one).number for one in wanted)
        out = update(Checkpoint).where(Checkpoint.id <= least, Checkpoint.sent_at.is_(None))
        session.execute(out.values(sent_at=datetime.now(UTC)))


def _stored(done: Progress) -> dict[str, Any]:
    return {
        "number": done.number,
        "at": done.at.isoformat() if done.at else "",
        "failures": done.failures,
        "why": done.why,
    }


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
