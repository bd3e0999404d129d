"""Limits on attempts: a few are free, then each makes the next one wait longer.

Kept in a table, so that every server process counts the same. Buckets are keyed hashes: whose attempts they are
cannot be read from the database, and no address is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.base.errors import TooManyAttempts
from app.base.i18n import ngettext
from app.models import Attempt
from app.services.core import clock, encryption

#: How far back attempts count.
WINDOW = timedelta(minutes=15)
#: How far another server's clock may be ahead. What lies further ahead is from before this one was set back, and
#: would shut people out till it is that late again.
_SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Limit:
    """``free`` attempts at once; each further one doubles the pause, from ``first_s`` up to ``longest_s``.

    ``shared`` buckets count attempts of many people: a success takes back its own attempt and no other. With a
    ``longest_s`` of 0 nobody waits: it only counts, for `is_crowded`.
    """

    purpose: str
    free: int
    first_s: int
    longest_s: int
    shared: bool = False


@dataclass(frozen=True)
class Admission:
    """Leave to try once. Hand it to `forgive` when the attempt succeeds."""

    buckets: tuple[str, ...]
    attempt_ids: tuple[int, ...]


def admit(session: Session, limits: Mapping[Limit, str]) -> Admission:
    """Count one attempt against each limit (``limits``: limit → whose, e.g. an account name).

    Call it in a transaction of its own, ended before the attempt itself: a refusal rolls back, its count must not.
    A refused call counts nothing, so that waiting always helps.

    Raises:
        TooManyAttempts: the pause is not over; ``retry_after_s`` says how long.
    """
    now = clock.real()
    buckets = {
        limit: encryption.fingerprint(session, f"attempt:{limit.purpose}", text)
        for limit, text in limits.items()
    }
    _queue_up(session, sorted(buckets.values()))
    _check(session, buckets, now)
    rows = [Attempt(bucket=bucket, at=now) for bucket in buckets.values()]
    session.add_all(rows)
    session.flush()
    own = tuple(bucket for limit, bucket in buckets.items() if not limit.shared)
    return Admission(own, tuple(row.id for row in rows))


def is_crowded(session: Session, limit: Limit, whose: str) -> bool:
    """Whether more attempts were counted there of late than are free. Nobody waits for that alone."""
    bucket, now = encryption.fingerprint(session, f"attempt:{limit.purpose}", whose), clock.real()
    recent = (Attempt.bucket == bucket, Attempt.at.between(now - WINDOW, now + _SKEW))
    return (session.scalar(select(func.count()).select_from(Attempt).where(*recent)) or 0) >= limit.free


def forgive(session: Session, admission: Admission) -> None:
    """The attempt succeeded: forget it, and all before it that were nobody else's."""
    session.execute(
        delete(Attempt).where(
            or_(Attempt.id.in_(admission.attempt_ids), Attempt.bucket.in_(admission.buckets))
        )
    )


def _check(session: Session, buckets: Mapping[Limit, str], now: datetime) -> None:
    rows = session.execute(
        select(Attempt.bucket, func.count().label("tries"), func.max(Attempt.at).label("last"))
        .where(Attempt.bucket.in_(buckets.values()), Attempt.at.between(now - WINDOW, now + _SKEW))
        .group_by(Attempt.bucket)
    )
    counted = {row.bucket: (row.tries, row.last) for row in rows}
    waits = [_wait_s(limit, *counted[bucket], now) for limit, bucket in buckets.items() if bucket in counted]
    wait = max(waits, default=0)
    if wait > 0:
        text = ngettext(
            "Terlalu banyak percobaan. Tunggu {count} detik, lalu coba lagi.",
            "Terlalu banyak percobaan. Tunggu {count} detik, lalu coba lagi.",
            wait,
        )
        raise TooManyAttempts(text, wait)


def _wait_s(limit: Limit, tries: int, last: datetime, now: datetime) -> int:
    """Seconds until the next attempt is allowed; 0 or less when it is now."""
    beyond = tries - limit.free
    if beyond < 0:
        return 0
    pause = min(limit.longest_s, limit.first_s * 2 ** min(beyond, 30))
    return ceil((last + timedelta(seconds=pause) - now).total_seconds())


def _queue_up(session: Session, buckets: Sequence[str]) -> None:
    """Let simultaneous attempts see each other. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for bucket in buckets:
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(bucket, 0))))
