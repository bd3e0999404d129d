"""A check of the whole record that an auditor lets the worker make: one at a time, with how far it is.

Its state is a setting; that it was asked for, and what was found, are events.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.base.i18n import N_, _
from app.base.stored_messages import store_texts
from app.history.events.evidence import VerificationDemanded
from app.models import EventChain, Setting
from app.services.core import access, clock, history
from app.services.core.access import Actor
from app.services.evidence import overview

_SETTING = "verification"
_NOT_ALLOWED = N_("Dihentikan, karena yang memintanya bukan auditor atau administrator lagi.")


@dataclass(frozen=True)
class Verification:
    """Who asked for it and when; ``heard_at``: when the worker said last that it had read ``done`` events of
    ``total``, empty before it began. ``why``: what stopped it, as a stored message; empty while it goes on."""

    user_id: int
    name: str
    asked_at: str
    heard_at: str = ""
    done: int = 0
    total: int = 0
    why: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether it waits for the worker, or is being made."""
        return not self.why

    @property
    def since(self) -> datetime:
        """When it was asked for."""
        return datetime.fromisoformat(self.asked_at)


def current(session: Session) -> Verification | None:
    """The one that goes on, or was stopped last; None where the last one came to its end. 1 SQL."""
    row = session.get(Setting, _SETTING, populate_existing=True)
    return Verification(**row.value) if row is not None else None


def is_asked(session: Session) -> bool:
    """Whether one goes on. 1 SQL."""
    known = current(session)
    return known is not None and known.goes_on


def ask(session: Session, *, actor: Actor) -> None:
    """Let the worker check the record.

    Raises:
        NotAllowed: evidence is not for him. Conflict: one goes on.
    """
    overview.require_reader(actor)
    known = _locked(session)
    if known is not None and known.goes_on:
        raise Conflict(_("Pemeriksaan yang diminta {name} masih berjalan.", name=known.name))
    history.record(session, VerificationDemanded(), actor=actor)
    _store(session, Verification(actor.id, actor.full_name, clock.real().isoformat()))


def start(session: Session) -> Actor | None:
    """Begin what waits, or what a worker that is gone left; who asked for it. None: there is nothing to do."""
    known = _locked(session)
    if known is None or not known.goes_on:
        return None
    actor = access.standing_actor(session, known.user_id)
    if actor is None or not overview.may_read(actor):
        _store(session, replace(known, why=store_texts(_(_NOT_ALLOWED))))
        return None
    total = session.scalar(select(func.sum(EventChain.count))) or 0
    _store(session, replace(known, heard_at=clock.real().isoformat(), total=total))
    return actor


def advance(session: Session, done: int) -> None:
    """Note how many events were read."""
    known = _locked(session)
    if known is not None:
        _store(session, replace(known, heard_at=clock.real().isoformat(), done=done))


def end(session: Session) -> None:
    """Note that it came to its end."""
    row = session.get(Setting, _SETTING)
    if row is not None:
        session.delete(row)


def stop(session: Session, why: str) -> None:
    """Note what stopped it."""
    known = _locked(session)
    if known is not None:
        _store(session, replace(known, why=store_texts(why)))


def _locked(session: Session) -> Verification | None:
    row = session.get(Setting, _SETTING, populate_existing=True, with_for_update=True)
    return Verification(**row.value) if row is not None else None


def _store(session: Session, known: Verification) -> None:
    session.merge(Setting(name=_SETTING, value=asdict(known)))
