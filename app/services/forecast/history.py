"""What the cases of a process tell about the next ones: how many come, how long work takes, what is chosen.

A bounded look at the last cases, by indexes. Of what people filled in nothing is taken but choices that rules of the
process read; identity is in none of the rows that are looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.history import reader
from app.models import ProcessInstance, UserTask
from app.services.core import bulk
from app.services.forecast import durations
from app.services.forecast.durations import Known
from app.services.forecast.working_time import WorkingTime

#: So many cases are looked at, the last that began, and of each activity so many of its last completions.
MOST_CASES, MOST_COMPLETIONS = 1_000, 200
#: And so many rows of their tasks and events: a case that loops has many.
_MOST_ROWS = 20_000
#: Older cases tell less about tomorrow, and a calendar has an end.
_LONGEST = timedelta(days=5 * 366)

#: Choices that were made together, and how often.
Answers = Sequence[tuple[Mapping[str, Any], int]]


@dataclass(frozen=True)
class History:
    """``per_day``: cases that began on a working day, None where too few did. ``visits``: how often elements and
    flows were passed. ``answers``: what was chosen at an element, counted, in one order."""

    cases: int = 0
    per_day: float | None = None
    durations: Mapping[str, Known] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Answers] = field(default_factory=dict)


def of_process(
    session: Session, key: str, choices: Collection[str], *, now: datetime, calendar: Calendar
) -> History:
    """What the last cases of process ``key`` tell; ``choices``: the variables whose values are of use. At most 5 SQL,
    each of a few thousand rows."""
    query = select(ProcessInstance.id, ProcessInstance.started_at, ProcessInstance.visits)
    newest = query.where(ProcessInstance.key == key).order_by(ProcessInstance.id.desc()).limit(MOST_CASES)
    rows = [row for row in session.execute(newest) if row.started_at > now - _LONGEST]
    if not rows:
        return History()
    first = min(row.started_at for row in rows)
    office = WorkingTime(calendar, calendar.local_date(first), calendar.local_date(now))
    ids = [row.id for row in rows]
    visits = Counter[str]()
    for row in rows:
        visits.update(row.visits)
    return History(
        len(rows),
        _per_day([row.started_at for row in rows], now, office),
        _durations(session, ids, now, office),
        visits,
        _answers(session, ids, frozenset(choices)),
    )


def _per_day(began: Sequence[datetime], now: datetime, office: WorkingTime) -> float | None:
    days = office.between(min(began), now) / office.minutes_of_a_day
    return len(began) / days if len(began) > 1 and days >= 1 else None


def _durations(session: Session, ids: Sequence[int], now: datetime, office: WorkingTime) -> dict[str, Known]:
    rows = defaultdict[str, list[Any]](list)
    for some in bulk.batches(ids):
        query = select(UserTask.activity_id, UserTask.state, UserTask.opened_at, UserTask.closed_at)
        for row in session.execute(
            query.where(UserTask.instance_id.in_(some)).order_by(UserTask.instance_id).limit(_MOST_ROWS)
        ):
            rows[row.activity_id].append(row)
    found = {activity: _known(some, now, office) for activity, some in rows.items()}
    return {activity: one for activity, one in found.items() if one is not None}


def _known(rows: list[Any], now: datetime, office: WorkingTime) -> Known | None:
    done = sorted((row for row in rows if row.state == "completed"), key=lambda row: row.closed_at)
    done = done[-MOST_COMPLETIONS:]
    since = min((row.opened_at for row in done), default=now)
    others = [row for row in rows if row.state != "completed" and row.opened_at >= since]
    return durations.known(
        [office.between(row.opened_at, row.closed_at) for row in done],
        [office.between(row.opened_at, row.closed_at or now) for row in others],
    )


def _answers(session: Session, ids: Sequence[int], choices: frozenset[str]) -> dict[str, Answers]:
    counts = defaultdict[str, Counter[bytes]](Counter)
    for some in bulk.batches(ids if choices else ()):
        for activity, chosen in reader.answers(session, some, choices, limit=_MOST_ROWS):
            counts[activity][orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS)] += 1
    return {activity: _in_order(found.items()) for activity, found in counts.items()}


def _in_order(found: Iterable[tuple[bytes, int]]) -> Answers:
    return [(orjson.loads(chosen), count) for chosen, count in sorted(found)]
