"""The ledger of identities: who opened whose, when and why, over all cases, and what is odd about it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.history import reader
from app.history.catalogue import Entry
from app.history.events.identity import IdentityShown
from app.history.rows import EVENTS
from app.models import ProcessInstance, UserTask
from app.services.core import candidates, case_sources, holidays
from app.services.core.access import Actor
from app.services.core.candidates import Key
from app.services.core.paging import Answer, Page, cursor, limited
from app.services.questions import events
from app.services.search import case_terms, terms

#: So many cases within an hour are many.
MANY, WITHIN = 10, timedelta(hours=1)
#: What an opening may be marked with: many cases within an hour, at night, outside of office hours, of a case that
#: he never worked on, shortly after his lanes or password were changed.
PATTERNS = ("many", "night", "outside", "stranger", "changed")
#: So many openings are looked at for a page that asks for a pattern.
_MOST = 2_000


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to. ``officer``: a user's name."""

    officer: str = ""
    first: str = ""
    last: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Opening:
    """One opening: its event, the case, and what is odd about it, of `PATTERNS`."""

    entry: Entry[IdentityShown]
    instance: ProcessInstance
    patterns: tuple[str, ...]


def page(
    session: Session, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Answer[Opening]:
    """Openings of identity, the latest first.

    Raises:
        NotAllowed: the actor does not see every case. InvalidForm: nobody has that name, or a date is none.
    """
    events.require(actor)
    if filters.pattern and filters.pattern not in PATTERNS:
        raise terms.refused(_("Pola “{name}” tidak dikenal. Pilih dari daftar.", name=filters.pattern))
    since, until = terms.moments_of(
        holidays.calendar(session), {"dari": filters.first, "sampai": filters.last}
    )
    where = [EVENTS.c.type == IdentityShown.type]
    query = select(EVENTS.c.at, EVENTS.c.id).where(*where, events.ROW)
    bounds = [terms.between(EVENTS.c.at, since, until)] if since or until else []
    sources = [events.newest_first(session, [query], bounds)]
    officer = case_terms.officer_of(session, {"petugas": filters.officer}) if filters.officer else None

    def fitting(keys: Sequence[Key]) -> set[int]:
        rows = _rows(session, [key[1] for key in keys])
        if officer is not None:
            rows = [row for row in rows if row.actor_id == officer]
        if not filters.pattern:
            return {row.id for row in rows}
        found = _patterns(session, rows)
        return {row.id for row in rows if filters.pattern in found[row.id]}

    found, last = candidates.collect(
        sources,
        (),
        fitting if officer is not None or filters.pattern else None,
        after=events.key_in(after),
        limit=limited(limit),
        descending=True,
        most=_MOST,
    )
    return Answer(
        Page(_openings(session, found), cursor(*last) if last else None),
        partial=last is not None and len(found) < limited(limit),
    )


def _openings(session: Session, ids: Sequence[int]) -> list[Opening]:
    entries = cast("Sequence[Entry[IdentityShown]]", reader.of_ids(session, ids))
    patterns = _patterns(session, _rows(session, ids))
    numbers = {entry.instance_id for entry in entries if entry.instance_id is not None}
    by_id = {case.id: case for case in case_sources.of_ids(session, numbers)}
    return [
        Opening(entry, by_id[entry.instance_id], patterns[entry.id])
        for entry in entries
        if entry.instance_id in by_id
    ]


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    columns = (EVENTS.c.id, EVENTS.c.at, EVENTS.c.actor_id, EVENTS.c.instance_id, EVENTS.c.data)
    return session.execute(select(*columns).where(EVENTS.c.id.in_(ids))).all() if ids else []


def _patterns(session: Session, rows: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """What is odd about each of some openings. 2 SQL, none for none."""
    if not rows:
        return {}
    calendar = holidays.calendar(session)
    busy, worked = _busy(session, rows), _worked_on(session, rows)
    return {
        row.id: tuple(
            name
            for name, holds in (
                ("many", row.id in busy),
                ("night", events.is_in_hours(calendar, row.at, "malam")),
                ("outside", events.is_in_hours(calendar, row.at, "luar")),
                ("stranger", row.actor_id is not None and (row.instance_id, row.actor_id) not in worked),
                (
                    "changed",
                    any(row.data.get(f"{what}_at") for what in ("membership_changed", "password_reset")),
                ),
            )
            if holds
        )
        for row in rows
    }


def _busy(session: Session, rows: Sequence[Any]) -> set[int]:
    """Openings of people who opened the identity of `MANY` cases or more within the hour before or after."""
    first, last = min(row.at for row in rows) - WITHIN, max(row.at for row in rows) + WITHIN
    people = {row.actor_id for row in rows if row.actor_id is not None}
    query = select(EVENTS.c.actor_id, EVENTS.c.at, EVENTS.c.instance_id, EVENTS.c.id).where(
        EVENTS.c.type == IdentityShown.type, EVENTS.c.at >= first, EVENTS.c.at <= last, events.ROW
    )
    looks: dict[int, list[Any]] = defaultdict(list)
    for look in session.execute(query.order_by(EVENTS.c.at, EVENTS.c.id)):
        if look.actor_id in people:
            looks[look.actor_id].append(look)
    return {id_ for some in looks.values() for id_ in _crowded(some)}


def _crowded(looks: Sequence[Any]) -> set[int]:
    """Those of one person's looks, in their order, that lie in an hour in which he looked at many cases."""
    found, begin = set[int](), 0
    for end, look in enumerate(looks):
        while looks[begin].at <= look.at - WITHIN:
            begin += 1
        window = looks[begin : end + 1]
        if len({one.instance_id for one in window}) >= MANY:
            found.update(one.id for one in window)
    return found


def _worked_on(session: Session, rows: Iterable[Any]) -> set[tuple[int, int]]:
    """(case, person) of those who started the case, or did or hold a task of it."""
    numbers = {row.instance_id for row in rows}
    tasks = select(UserTask.instance_id, UserTask.closed_by_id, UserTask.assignee_id).where(
        UserTask.instance_id.in_(numbers),
        or_(UserTask.closed_by_id.is_not(None), UserTask.assignee_id.is_not(None)),
    )
    found = {(row[0], person) for row in session.execute(tasks) for person in row[1:] if person is not None}
    started = select(ProcessInstance.id, ProcessInstance.started_by_id).where(
        and_(ProcessInstance.id.in_(numbers), ProcessInstance.started_by_id.is_not(None))
    )
    return found | {(id_, person) for id_, person in session.execute(started) if person is not None}
