"""The security log: who used the installation, what was refused, who read what. See docs/decisions/0036.

A record holds names and ids that the installation itself gave: no identity, code or password, nothing that a request
brought along. What is known of where a request comes from is the `Origin` that the entry point sets.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Select, Table, insert, select, tuple_
from sqlalchemy.orm import Session, selectinload

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.history import origin as event_origin
from app.models import SecurityEvent, User
from app.services.core import clock, paging, writes
from app.services.core.access import Actor
from app.services.core.paging import Page

#: What a record can be about, in the order in which a page offers them.
KINDS = ("session", "refusal", "identity", "reading", "file", "command", "office", "reporter", "system")
DONE = "done"
#: Rows that one transaction drops.
BATCH = 500
#: A kind of thing, and which one: its id or name. A user may be given by his id; his name is stored.
Target = tuple[str, str | int]


@dataclass(frozen=True)
class Origin:
    """Where what happens comes from. ``channel``: page, api, public, command or clock.

    ``session``: of a browser the beginning of its token's hash, of the API the number of the token. ``source``: the
    address, or a keyed hash of it; empty for reporters, and for whoever might be one.
    """

    channel: str = "clock"
    session: str = ""
    source: str = ""


@dataclass(frozen=True)
class Deed:
    """What somebody did, or tried. ``outcome``: `DONE`, or why not. ``part``: an id within the target."""

    kind: str
    action: str
    outcome: str = DONE
    actor_id: int | None = None
    target: Target | None = None
    part: str = ""


@dataclass(frozen=True)
class Noted:
    """A deed with its time and origin, to be written a little later."""

    deed: Deed
    at: datetime
    origin: Origin


_origin: ContextVar[Origin] = ContextVar("security_log_origin", default=Origin())  # noqa: B039 frozen


def origin() -> Origin:
    """Where what happens now comes from."""
    return _origin.get()


def come_from(now: Origin) -> None:
    """Let everything from now on come from there, in this thread; events of the record as well."""
    _origin.set(now)
    # Who works by the clock is nobody; of a reporter no session is known.
    event_origin.come_from("" if now.channel == "clock" else now.channel, now.session)


def recognise(session_id: str) -> None:
    """From now on it is known with which session or token."""
    come_from(replace(_origin.get(), session=session_id))


def note(deed: Deed) -> Noted:
    """What happens now, to be written with `write`."""
    return Noted(deed, clock.real(), _origin.get())


def record(session: Session, deed: Deed) -> None:
    """Write what happens now, within this transaction: it is there if what it tells of is. 1 SQL."""
    write(session, [note(deed)])


def write(session: Session, noted: Sequence[Noted]) -> None:
    """Write what was noted. 1 SQL, and one for each user who is given by his id and not at hand."""
    if noted:
        writes.send(session, _insertion(), [_row(session, one) for one in noted])


@cache
def _insertion() -> Insert:
    return insert(cast("Table", SecurityEvent.__table__)).inline()


def _row(session: Session, noted: Noted) -> dict[str, Any]:
    deed, where = noted.deed, noted.origin
    kind, id_ = deed.target or (None, None)
    if kind == "user" and isinstance(id_, int):
        user = session.get(User, id_)
        id_ = user.name if user else None
    return {
        "at": noted.at,
        "kind": deed.kind,
        "action": deed.action,
        "outcome": deed.outcome,
        "actor_id": deed.actor_id,
        "target_kind": kind,
        "target_id": None if id_ is None else str(id_),
        "part": deed.part or None,
        "channel": where.channel,
        "session": where.session or None,
        "source": where.source or None,
    }


@dataclass(frozen=True)
class SecurityFilters:
    """What of the log is asked for. ``targets``: any of them; ``since`` is included, ``until`` not."""

    kind: str = ""
    actor_id: int | None = None
    targets: Sequence[tuple[str, str]] | None = None
    since: datetime | None = None
    until: datetime | None = None


def require_reader(actor: Actor) -> None:
    """Refuse whoever the log is not for.

    Raises:
        NotAllowed: the actor is neither administrator nor auditor.
    """
    if not (actor.is_admin or actor.is_auditor):
        raise NotAllowed(_("Catatan keamanan dibaca administrator dan auditor."))


def page(
    session: Session, filters: SecurityFilters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[SecurityEvent]:
    """A page of the log with its actors, newest first. 2 SQL, one over an index that holds the order.

    Raises:
        NotAllowed: the actor is neither administrator nor auditor. InvalidForm: ``after`` is no cursor.
    """
    require_reader(actor)
    limit = paging.limited(limit)
    query = _narrowed(select(SecurityEvent), filters)
    if after:
        at, id_ = paging.values_of(after, 2)
        key = tuple_(SecurityEvent.at, SecurityEvent.id)
        query = query.where(key < (paging.moment_of(at), paging.number_of(id_)))
    query = query.order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc()).limit(limit + 1)
    rows = session.scalars(query.options(selectinload(SecurityEvent.actor))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], paging.cursor(last.at, last.id) if last else None)


def _narrowed(query: Select[SecurityEvent], filters: SecurityFilters) -> Select[SecurityEvent]:
    if filters.kind:
        query = query.where(SecurityEvent.kind == filters.kind)
    if filters.actor_id is not None:
        query = query.where(SecurityEvent.actor_id == filters.actor_id)
    if filters.targets is not None:
        query = query.where(_about(filters.targets))
    if filters.since is not None:
        query = query.where(SecurityEvent.at >= filters.since)
    if filters.until is not None:
        query = query.where(SecurityEvent.at < filters.until)
    return query


def _about(targets: Sequence[tuple[str, str]]) -> Any:
    kind, id_ = SecurityEvent.target_kind, SecurityEvent.target_id
    if len(targets) == 1:  # an index gives these in their order
        return (kind == targets[0][0]) & (id_ == targets[0][1])
    return tuple_(kind, id_).in_(targets)


def target_of(facts: Mapping[str, Any]) -> Target | None:
    """What an event outside of cases is about, by the fields that it holds."""
    for name, kind in (
        ("user", "user"),
        ("unit", "unit"),
        ("key", "process"),
        ("after", "group"),
        ("on", "day"),
    ):
        if value := facts.get(name):
            return kind, str(value)
    return None
