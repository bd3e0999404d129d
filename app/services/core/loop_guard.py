"""What cases set off in each other and in themselves, with nobody acting in between: that it cannot go on for ever.

What happens by itself leaves a trail: which event came how often in which round, and how many events in all, since a
person or the clock acted. A further round is progress, for rounds come to an end; the same event in the same round is
none.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.engine import timers
from app.errors import ExecutionFailed
from app.i18n import N_, _

#: How often an event may come in one round.
MOST = 100
#: How many events may follow each other: rounds of rounds without end are no progress either.
MOST_IN_ALL = 5_000
#: A timer that waits for less is no time for anybody to act in.
AT_ONCE: timedelta = timers.MIN_CYCLE

#: ``total``: events so far; ``round``: of the last that was in one; ``seen``: place → [round, times]. Empty: none.
Trail = Mapping[str, Any]

_KEY = "trail"
_WORDS = {
    "message": N_("Perkara saling berkirim pesan tanpa henti; dihentikan setelah {n} putaran."),
    "signal": N_("Sinyal saling memicu tanpa henti; dihentikan setelah {n} putaran."),
    "timer": N_("Timer yang langsung habis memutar perkara tanpa henti; dihentikan setelah {n} putaran."),
}


def arrive(
    session: Session, kind: str, trail: Trail, *, key: str, activity_id: str, rounds: Sequence[str] = ()
) -> None:
    """What this transaction does comes of ``trail``, by an event of ``kind`` at an element of process ``key``.

    ``rounds``: those that the event is in, the innermost first; without any it belongs to the last of the trail.

    Raises:
        ExecutionFailed: it has gone on like this for too long.
    """
    place, now_in = f"{key}:{activity_id}", _round(trail, rounds)
    before, times = trail.get("seen", {}).get(place, (None, 0))
    times = times + 1 if before == now_in else 1
    total = trail.get("total", 0) + 1
    if times > MOST or total > MOST_IN_ALL:
        most = MOST if times > MOST else MOST_IN_ALL
        raise ExecutionFailed(_(_WORDS[kind], n=most), activity_id=activity_id, detail=f"endless_{kind}s")
    seen = {**trail.get("seen", {}), place: [now_in, times]}
    session.info[_KEY] = {"total": total, "round": now_in, "seen": seen}


def left(session: Session, rounds: Sequence[str] = ()) -> dict[str, Any]:
    """The trail of what this transaction leaves in ``rounds``, to be followed by what comes of it."""
    return within(session.info.get(_KEY, {}), rounds)


def within(trail: Trail, rounds: Sequence[str]) -> dict[str, Any]:
    """The trail as it goes on in ``rounds``."""
    return {"total": 0, "seen": {}, **trail, "round": _round(trail, rounds)}


def shorter(one: Trail, other: Trail) -> Trail:
    """Of what two things together set off: if a person brought one of them about, he acted in between."""
    return min(one, other, key=lambda trail: int(trail.get("total", 0)))


def _round(trail: Trail, rounds: Sequence[str]) -> str | None:
    return rounds[0] if rounds else trail.get("round")
