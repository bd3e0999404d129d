"""Beban kerja: open tasks by officer, lane and unit; late, due soon, and held by nobody.

Whoever sees every case sees all of them, a coordinator those of the lanes that he coordinates. All is counted from
one look at the soonest `MOST` tasks of an index.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.models import Absence, Group, Unit, User, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import bounded, clock, holidays
from app.services.core.access import Actor
from app.services.people import absences, officers

#: So many open tasks are counted at most, those that are due first.
MOST = 10_000
#: By when a task is due: overdue, else today, within 7 days, within 14.
DUE = ("overdue", "today", "week", "fortnight")
_LATER = len(DUE)
_ORDER = (UserTask.sort_at, UserTask.opened_at, UserTask.id)


@dataclass
class Counts:
    """Open tasks; ``due`` holds those that are due by each of `DUE`, where what is due sooner counts as well, but
    ``overdue`` apart. ``oldest``: since when the oldest of those that nobody holds waits."""

    open: int = 0
    unclaimed: int = 0
    oldest: datetime | None = None
    #: How many are due by each of `DUE` and not before, and later.
    parts: list[int] = field(default_factory=lambda: [0] * (_LATER + 1))

    @cached_property
    def due(self) -> dict[str, int]:
        """Read once all are counted."""
        overdue, *parts = self.parts[:_LATER]
        return dict(zip(DUE, (overdue, *accumulate(parts)), strict=True))

    def add(self, number: int, due: int, oldest: datetime | None) -> None:
        """Count tasks that are due alike; ``oldest`` is given where nobody holds them."""
        self.open += number
        self.parts[due] += number
        if oldest is not None:
            self.unclaimed += number
            self.oldest = min(self.oldest or oldest, oldest)


@dataclass(frozen=True)
class Row:
    """What is counted of one officer, lane or unit (``kind``): its id in addresses, its name, and an absence."""

    kind: str
    id: str
    name: str
    counts: Counts
    away: Absence | None = None


@dataclass(frozen=True)
class Overview:
    """All of it. ``is_cut``: there are more than `MOST` tasks, and the last ones are not counted."""

    total: Counts
    officers: Sequence[Row]
    lanes: Sequence[Row]
    units: Sequence[Row]
    is_cut: bool


def has_part(session: Session, *, actor: Actor) -> bool:
    """Whether there is something to see for the actor: all, or lanes that he coordinates. 1 SQL at most."""
    return actor.sees_all or bool(officers.coordinated(session, actor=actor))


def require_part(session: Session, *, actor: Actor) -> None:
    """Refuse who neither sees every case nor coordinates a lane.

    Raises:
        NotAllowed.
    """
    if not has_part(session, actor=actor):
        raise NotAllowed(
            _("Halaman ini untuk koordinator lajur, pemilik proses, auditor, dan administrator.")
        )


def of_actor(actor: Actor, *columns: Any) -> list[Select[Any]]:
    """Queries that together find the open tasks whose workload the actor may see, none twice."""
    query = select(*columns).where(IS_OPEN)
    if actor.sees_all:
        return [query]
    return [query.where(UserTask.coordinator_group_id == group) for group in sorted(actor.groups)]


def ends(session: Session) -> Sequence[datetime]:
    """The moments until which a task is due by each of `DUE`."""
    now, calendar = clock.now(session), holidays.calendar(session)
    today = calendar.local_date(now)
    days = (calendar.end_of_day(today + timedelta(days=n)) + timedelta(minutes=1) for n in (0, 7, 14))
    return [now, *days]


def overview(session: Session, *, actor: Actor) -> Overview:
    """Count it. 5 SQL.

    Raises:
        NotAllowed: it is none of the actor's business.
    """
    require_part(session, actor=actor)
    rows = _counted(session, actor)
    total, people, lanes, units = Counts(), *(defaultdict[Any, Counts](Counts) for _kind in range(3))
    for assignee_id, group_id, unit_code, due, number, since in rows:
        oldest = since if assignee_id is None else None
        for counts in (total, people[assignee_id], lanes[group_id], units[unit_code]):
            counts.add(number, due, oldest)
    people.pop(None, None)
    units.pop(None, None)
    away = absences.away(session, list(people))
    return Overview(
        total,
        _rows("officer", people, _names(session, User.id, User.full_name, people), away),
        _rows("lane", lanes, _names(session, Group.id, Group.name, lanes), {}),
        _rows("unit", units, _names(session, Unit.code, Unit.name, units), {}),
        is_cut=total.open >= MOST,
    )


def _counted(session: Session, actor: Actor) -> Sequence[Any]:
    queries = of_actor(
        actor,
        UserTask.assignee_id,
        UserTask.group_id,
        UserTask.unit_code,
        UserTask.sort_at,
        UserTask.opened_at,
        UserTask.due_at,
    )
    if not queries:
        return []
    found = bounded.either([query.order_by(*_ORDER) for query in queries], MOST).limit(MOST).subquery().c
    until = (*((found.sort_at < end, number) for number, end in enumerate(ends(session))),)
    due = case((found.due_at.is_(None), _LATER), *until, else_=_LATER).label("due")
    key = (found.assignee_id, found.group_id, found.unit_code, due)
    query = select(*key, func.count().label("number"), func.min(found.opened_at).label("oldest"))
    return session.execute(query.group_by(*key)).all()


def _names(session: Session, id_: Any, name: Any, keys: Iterable[Any]) -> Mapping[Any, str]:
    wanted = list(keys)
    if not wanted:
        return {}
    query = select(id_, name).where(id_.in_(wanted))
    return {key: text for key, text in session.execute(query)}


def _rows(
    kind: str, counts: Mapping[Any, Counts], names: Mapping[Any, str], away: Mapping[int, Absence]
) -> Sequence[Row]:
    """The most overdue first."""
    found = [Row(kind, str(key), names.get(key, str(key)), one, away.get(key)) for key, one in counts.items()]
    return sorted(found, key=lambda row: (-row.counts.due["overdue"], -row.counts.open, row.name.casefold()))


def due_by(session: Session, wanted: str) -> list[ColumnElement[bool]]:
    """The condition of tasks that are due by one of `DUE`; none for another word."""
    if wanted not in DUE:
        return []
    moments, number = ends(session), DUE.index(wanted)
    dated = [UserTask.due_at.is_not(None), UserTask.sort_at < moments[number]]
    return dated if number == 0 else [*dated, UserTask.sort_at >= moments[0]]
