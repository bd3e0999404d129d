"""Diagrams that somebody sent along to compare cases with: kept for a while under what they hold.

The event that tells of one names its SHA-256, by which its content lies with those of all versions; so an address can
name it, and nothing but the record has to say who sent it and until when it is kept.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history import reader
from app.history.catalogue import Entry
from app.history.events.performance import DiagramCompared
from app.models import Resource
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import resources
from app.services.files import display_names
from app.services.performance import conformance, period
from app.services.performance.conformance import Against

#: So long one is kept after it was sent last, and so many of all; the newest stay.
KEPT = timedelta(days=30)
MOST_KEPT = 50
MOST_BYTES = 2_000_000


def keep(session: Session, definition_id: int, xml: bytes, name: str, *, actor: Actor) -> str:
    """Keep a diagram to compare the cases of a version with; return its SHA-256, by which `find` knows it.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
        InvalidForm: it is too large. InvalidDiagram: it cannot be run.
    """
    definition = period.require(session, actor, definition_id)
    if len(xml) > MOST_BYTES:
        message = _("Berkas ini lebih besar dari {n} MB.", n=MOST_BYTES // 1_000_000)
        raise InvalidForm(message, {"diagram": message})
    sent = conformance.sent(xml, display_names.clean_name(name), definition.key)
    resources.store(session, {sent.digest: xml})
    history.record(
        session, DiagramCompared(key=definition.key, name=sent.name, sha256=sent.digest), actor=actor
    )
    return sent.digest


def find(session: Session, sha256: str, key: str, *, actor: Actor) -> tuple[Against, datetime] | None:
    """The diagram with this SHA-256, its process ``key`` where it has several, and until when it is kept at most;
    None where none is kept, or for who does not see every case. 2 SQL."""
    known = _kept(session) if actor.sees_all else ()
    kept = next((entry for entry in known if entry.event.sha256 == sha256), None)
    row = session.get(Resource, sha256) if kept is not None else None
    if kept is None or row is None:
        return None
    return conformance.sent(row.content, kept.event.name, key), kept.at + KEPT


def kept_digests(session: Session) -> frozenset[str]:
    """The contents that are kept, by their SHA-256. 1 SQL."""
    return frozenset(entry.event.sha256 for entry in _kept(session))


def _kept(session: Session) -> Iterator[Entry[DiagramCompared]]:
    yield from reader.newest_of(session, DiagramCompared, since=clock.now(session) - KEPT, limit=MOST_KEPT)
