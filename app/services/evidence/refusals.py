"""That no checkpoint is made, as the record is no longer what was signed of it: remembered, recorded and told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.base.i18n import _
from app.history.checking import Fault
from app.history.events.evidence import CheckpointRefused
from app.models import OutboxMessage, Setting
from app.services.core import clock, history
from app.services.evidence import verifying

_SETTING = "checkpoint refused"
#: What a notice says, see `notifications.texts`; auditors and administrators are told once in so long.
NOTICE = "checkpoint_refused"
TOLD_EVERY = timedelta(hours=24)
#: So many faults are kept: `verify` names all.
_MOST = 20


class RecordChanged(Conflict):
    """The record is not what was signed of it, so nothing more is signed."""

    code = "record_changed"


def error(session: Session, faults: Sequence[Fault]) -> RecordChanged:
    """The refusal in words, with the first fault."""
    what = verifying.sentences(session.connection(), faults[:1])[0]
    return RecordChanged(
        _(
            "Titik periksa baru tidak dibuat: riwayat bukan lagi yang terakhir ditandatangani. {fault} Jalankan "
            "verify, dan pulihkan dari cadangan.",
            fault=what,
        )
    )


def stored() -> Select[Any]:
    """A query of what is remembered, if nothing can be signed."""
    return select(Setting.value).where(Setting.name == _SETTING)


def state(session: Session) -> Mapping[str, Any]:
    """``since`` and ``at``: when it was refused first and last; ``faults``; empty where it was not. 1 SQL."""
    return session.scalar(stored()) or {}


def faults(session: Session) -> list[Fault]:
    """Why it was refused last. 1 SQL."""
    return [Fault(*one) for one in state(session).get("faults", ())]


def since(session: Session) -> datetime | None:
    """Since when it is refused. 1 SQL."""
    found = state(session).get("since")
    return datetime.fromisoformat(found) if found else None


def note(session: Session, found: Sequence[Fault]) -> None:
    """Note that one was refused. What is new is an event, and told to auditors and administrators; else daily."""
    now, known = clock.real(), dict(state(session))
    kept = [[one.kind, one.chain, one.number, one.detail] for one in found[:_MOST]]
    told = known.get("told_at")
    is_new = known.get("faults") != kept
    if is_new:
        first = found[0]
        event = CheckpointRefused(
            faults=len(found), first=[first.chain, first.number], kind=first.kind, detail=first.detail
        )
        history.record(session, event, actor=None)
    if is_new or not told or now - datetime.fromisoformat(told) >= TOLD_EVERY:
        known["told_at"] = now.isoformat()
        body, audience = {"code": NOTICE, "params": {}}, {"roles": ["admin", "auditor"]}
        session.add(OutboxMessage(body=body, audience=audience, queued_at=clock.now(session)))
    value = {"since": now.isoformat(), **known, "at": now.isoformat(), "faults": kept}
    session.merge(Setting(name=_SETTING, value=value))


def clear(session: Session) -> None:
    """Note that one was made."""
    row = session.get(Setting, _SETTING)
    if row is not None:
        session.delete(row)
