"""A limit to what cases set off in each other and in themselves with nobody acting in between."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.base.errors import ExecutionFailed
from app.base.i18n import N_, _
from app.engine import timers

#: How many messages, signals and timers without time may follow each other since a person or the clock acted: twice
#: as many as an activity may have rounds, each of which may ask and be answered.
MOST = 1_000
#: A timer that waits for less is no time for anybody to act in.
AT_ONCE: timedelta = timers.MIN_CYCLE

_KEY = "hops"
_WORDS = {
    "message": N_(
        "Perkara saling berkirim pesan tanpa henti; dihentikan setelah {n} putaran. Taruh tugas orang atau timer di "
        "antara menerima dan mengirim."
    ),
    "signal": N_(
        "Sinyal saling memicu tanpa henti; dihentikan setelah {n} putaran. Taruh tugas orang atau timer di antara "
        "menangkap dan memancarkan."
    ),
    "timer": N_(
        "Timer yang langsung habis memutar perkara tanpa henti; dihentikan setelah {n} putaran. Beri timer waktu "
        "paling sedikit satu menit."
    ),
}


def count(session: Session, kind: str, hops: int, *, activity_id: str) -> None:
    """Note that this transaction handles an event of ``kind``, the last of ``hops`` that followed each other.

    Raises:
        ExecutionFailed: it has gone on like this for too long.
    """
    if hops > MOST:
        raise ExecutionFailed(_(_WORDS[kind], n=MOST), activity_id=activity_id, limit=f"endless_{kind}s")
    session.info[_KEY] = hops


def forget(session: Session) -> None:
    """Forget what was counted: what comes next in this session follows nothing."""
    session.info.pop(_KEY, None)


def following(session: Session) -> int:
    """Which place an event that comes of this transaction has in the row; 1 where a person or the clock acts."""
    return int(session.info.get(_KEY, 0)) + 1
