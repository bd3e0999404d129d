"""The record as services write and read it: by whom, when, and who may read it. What it says: `app.history`."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.orm import Session

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.forms import masking
from app.history import reader, removals, writer
from app.history.catalogue import Entry, Event
from app.history.codec import encode
from app.history.events.maintenance import HolidayAdded, HolidayRemoved, OfficeEdited
from app.history.events.people import UnitAdded, UnitEdited
from app.history.writer import Record
from app.services.core import access, clock, masks, paging, security_log, settings, signing
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.core.security_log import Deed

#: Under these names events outside of cases hold what people typed, or what quotes it.
TYPED = frozenset({"reason", "name", "text", "before", "filters", "seed", "message", "cause"})
#: What these tell is printed on pages for everybody.
PUBLIC = (OfficeEdited, UnitAdded, UnitEdited, HolidayAdded, HolidayRemoved)


def record(
    session: Session,
    event: Event,
    *,
    actor: Actor | None,
    instance_id: int | None = None,
    activity_id: str | None = None,
) -> None:
    """Add an event that happens now. No actor means the clock; no case, that it happened outside of them.

    What happens outside of cases stands in the security log as well. What people typed is masked in it.
    """
    made = signed_record(session, event, activity_id, actor.id if actor else None, instance_id=instance_id)
    writer.add(session, made, instance_id=instance_id, at=clock.now(session))
    if instance_id is None:
        deed = Deed(
            "office", event.type, actor_id=made.actor_id, target=security_log.target_of(encode(event))
        )
        security_log.record(session, deed)


def signed_record(
    session: Session, event: Event, activity_id: str | None, actor_id: int | None, *, instance_id: int | None
) -> Record:
    """An event to write, signed where it says that something is gone, and masked where it is of no case."""
    if instance_id is None:
        event = _masked(event)
    signature = ""
    if event.type in removals.TYPES:
        line = removals.signed_line(instance_id or 0, event.type, encode(event))
        signature = signing.sign(settings.config(session), line).hex()
    return Record(event, activity_id, actor_id, signature=signature)


def record_all(session: Session, events: Iterable[Event], *, actor: Actor | None) -> None:
    """Add events that happen now, outside of cases, in their order. 1 SQL."""
    made = [Record(_masked(event), None, actor.id if actor else None) for event in events]
    session.flush()  # what was recorded before comes before
    writer.add_all(session, made, instance_id=None, at=clock.now(session))


def _masked(event: Event) -> Event:
    """An event outside of cases with signs for telephone numbers and the like that people typed: nothing can be
    redacted there, ever. What the signs hide is kept nowhere."""
    if isinstance(event, PUBLIC):
        return event
    typed: dict[str, Any] = {one.name: getattr(event, one.name) for one in fields(event) if one.name in TYPED}
    return replace(event, **masking.changed(typed, masking.hidden))


def events_of_instance(
    session: Session, instance_id: int, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[Entry[Event]]:
    """What happened in a case, oldest first.

    Raises:
        NotFound: the case is not the actor's to see. InvalidForm: ``after`` is no cursor.
    """
    limit, since = paging.limited(limit), _id(after) if after else 0
    instance = access.instance(session, actor, instance_id)
    found = reader.of_instance(session, instance_id, after=since, limit=limit + 1)
    return _page(list(masks.as_read(session, instance, found, actor=actor)), limit)


def outside_instances(
    session: Session, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[Entry[Event]]:
    """What happened outside of cases, newest first: users, units, days off, deployments.

    Raises:
        NotAllowed: the actor is neither administrator, process owner nor auditor.
        InvalidForm: ``after`` is no cursor.
    """
    if not actor.sees_all:
        raise NotAllowed(_("Halaman ini untuk administrator, pemilik proses, dan auditor."))
    limit, before = paging.limited(limit), _id(after) if after else None
    return _page(list(reader.outside_instances(session, before=before, limit=limit + 1)), limit)


def _id(cursor: str) -> int:
    return paging.number_of(paging.values_of(cursor, 1)[0])


def _page(entries: list[Entry[Event]], limit: int) -> Page[Entry[Event]]:
    more = len(entries) > limit
    return Page(entries[:limit], paging.cursor(entries[limit - 1].id) if more else None)
