"""What destroyed cases counted, added up without a case: the figures of the office stay what they were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from app.models import ActivityFact, CaseFact, DestroyedFigure
from app.services.core.upsert import insert
from app.services.numbers.counted import OF_TASKS, Counted
from app.services.numbers.entries import FIGURES, Amounts, Place, amounts_of
from app.services.search.terms import NOT_FILLED

_TABLE = cast("Table", DestroyedFigure.__table__)
_VALUES = ("unit", "category", "area", "channel")
#: The dimension that a kind of entry has besides the values.
_KINDS = {"received": "", "ended": "outcome", "task": "activity"}
#: The columns that a figure of cases adds up; those of tasks have one of their own, but for what was late.
_COLUMNS = {"ended": ("finished", "unanswered", "other", "cancelled", "joined")}


@dataclass(frozen=True)
class Destroyed:
    """How much of a figure was destroyed: cases, or tasks where ``of_tasks``; and when the last of it."""

    number: int
    last_at: datetime | None
    of_tasks: bool = False


def move_facts(session: Session, instance_id: int, at: datetime) -> None:
    """Add what a case counts to what is kept without it, and delete its facts. 4 or 5 SQL.

    Totals do not change: what they add up is the same.
    """
    case = session.execute(
        select(*CaseFact.__table__.columns).where(CaseFact.instance_id == instance_id)
    ).one_or_none()
    tasks = session.execute(
        select(*ActivityFact.__table__.columns).where(ActivityFact.instance_id == instance_id)
    ).all()
    if case is not None:
        _add(session, case.key, amounts_of(case._asdict(), [row._asdict() for row in tasks]), at)
    session.execute(delete(ActivityFact).where(ActivityFact.instance_id == instance_id))
    session.execute(delete(CaseFact).where(CaseFact.instance_id == instance_id))


def _add(session: Session, key: str, amounts: Mapping[Place, Amounts], at: datetime) -> None:
    rows = [_row(key, place, some, at) for place, some in sorted(amounts.items())]
    statement = insert(session, DestroyedFigure)
    adding = statement.on_conflict_do_update(
        index_elements=list(_TABLE.primary_key),
        set_={name: _TABLE.c[name] + statement.excluded[name] for name in FIGURES}
        | {"destroyed_at": statement.excluded.destroyed_at},
    )
    if rows:
        session.connection().execute(adding, rows)


def _row(key: str, place: Place, amounts: Amounts, at: datetime) -> dict[str, Any]:
    month, pairs = place
    values = dict(pairs)
    kind = next(kind for kind, name in reversed(_KINDS.items()) if name in values or not name)
    return {
        "key": key,
        "month": month,
        "kind": kind,
        "what": values.get(_KINDS[kind], ""),
        **{name: values[name] for name in _VALUES},
        "destroyed_at": at,
        **{name: amounts.get(name, 0) for name in FIGURES},
    }


def entries(session: Session) -> Iterator[tuple[str, list[Any]]]:
    """All of it as entries of changes, each with the process that it is of: what a recount adds to what it counts."""
    for row in session.scalars(select(DestroyedFigure)):
        values = {name: getattr(row, name) for name in _VALUES}
        if _KINDS[row.kind]:
            values[_KINDS[row.kind]] = row.what
        amounts = {name: amount for name in FIGURES if (amount := getattr(row, name))}
        yield row.key, [row.month, values, amounts]


def behind(session: Session, found: Counted, of: Mapping[str, str]) -> Destroyed:
    """How many of the cases behind a figure, or of the tasks that it counts, were destroyed. 1 SQL.

    ``of``: unit, category and area that the list is narrowed to.
    """
    kind = "task" if found.figure in OF_TASKS else "received"
    if found.figure in (*_COLUMNS["ended"], "ended"):
        kind = "ended"
    columns = _COLUMNS.get(found.figure, (found.figure,))
    if found.figure == "late":
        number = func.sum(_TABLE.c.timed - _TABLE.c.within)
    elif all(name in FIGURES for name in columns):
        number = func.sum(sum(_TABLE.c[name] for name in columns))
    else:  # what is open was never destroyed
        return Destroyed(0, None)
    months = _TABLE.c.month.between(found.first[:7] or "0000-00", found.last[:7] or "9999-99")
    narrowed = {**of, "channel": found.channel, "what": found.outcome if kind == "ended" else found.activity}
    if kind == "task" and found.unit is not None:
        narrowed["unit"] = found.unit or NOT_FILLED
    if found.channel == "":
        narrowed["channel"] = NOT_FILLED
    where = [
        _TABLE.c[name] == ("" if value == NOT_FILLED else value) for name, value in narrowed.items() if value
    ]
    query = select(number, func.max(_TABLE.c.destroyed_at)).where(
        _TABLE.c.key == found.key, _TABLE.c.kind == kind, months, *where
    )
    total, last_at = session.execute(query).one()
    return Destroyed(total or 0, last_at if total else None, kind == "task")
