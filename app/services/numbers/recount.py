"""Everything counted anew from cases and tasks, beside what is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import FigureChange, FigureTotal, ProcessInstance
from app.services.definitions import definitions
from app.services.facts import entries, writing
from app.services.facts.entries import Slice

_BATCH = 200


@dataclass(frozen=True)
class Difference:
    """What is kept beside what a recount says. ``what``: case, tasks or total; ``of``: an id, or a total's place."""

    what: str
    of: Any
    kept: Any
    anew: Any


def differences(session: Session) -> Iterator[Difference]:
    """Every fact and every total that is not what it would be if it were counted anew. Reads everything."""
    anew = dict[tuple[str, Slice], tuple[int, int]]()
    for case in _cases(session):
        version = definitions.readable(session, case.definition_id)
        kept, facts = writing.kept_and_anew(session, case, version)
        if _plain(kept.case) != _plain(facts.case):
            yield Difference("case", case.id, _plain(kept.case), _plain(facts.case))
        if _by_task(kept) != _by_task(facts):
            yield Difference("tasks", case.id, _by_task(kept), _by_task(facts))
        _sum(anew, case.key, entries.added_up(entries.difference({}, facts.amounts)))
    folded = _kept_totals(session)
    for place in sorted({*anew, *folded}):
        if anew.get(place, (0, 0)) != folded.get(place, (0, 0)):
            yield Difference("total", place, folded.get(place, (0, 0)), anew.get(place, (0, 0)))


def missing(session: Session, *, after: int = 0, limit: int = _BATCH) -> Sequence[int]:
    """The next cases behind id ``after`` that have no facts: an older release counted nothing."""
    query = select(ProcessInstance.id).where(ProcessInstance.id > after, ~writing.has_facts())
    return session.scalars(query.order_by(ProcessInstance.id).limit(limit)).all()


def count(session: Session, ids: Sequence[int]) -> None:
    """Write the facts of these cases. Whoever works on one of them meanwhile writes them himself."""
    query = select(ProcessInstance).where(ProcessInstance.id.in_(ids))
    for case in session.scalars(query.with_for_update(skip_locked=True)).all():
        writing.refresh(session, case, definitions.readable(session, case.definition_id))


def _cases(session: Session) -> Iterator[ProcessInstance]:
    last = 0
    while cases := session.scalars(
        select(ProcessInstance).where(ProcessInstance.id > last).order_by(ProcessInstance.id).limit(_BATCH)
    ).all():
        yield from cases
        last = cases[-1].id


def _kept_totals(session: Session) -> dict[tuple[str, Slice], tuple[int, int]]:
    found = dict[tuple[str, Slice], tuple[int, int]]()
    for row in session.scalars(select(FigureTotal)):
        place: Slice = (row.figure, row.dimension, row.by, row.month, row.value, row.by_value)
        _sum(found, row.key, {place: (row.count, row.minutes)})
    for key, changed in session.execute(select(FigureChange.key, FigureChange.entries)):
        _sum(found, key, entries.added_up(changed))
    return found


def _sum(
    found: dict[tuple[str, Slice], tuple[int, int]], key: str, more: Mapping[Slice, tuple[int, int]]
) -> None:
    for place, (count, minutes) in more.items():
        had = found.get((key, place), (0, 0))
        found[key, place] = (had[0] + count, had[1] + minutes)


def _plain(fact: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(fact) if fact is not None else None


def _by_task(facts: writing.Facts) -> dict[str, dict[str, Any]]:
    return {fact["task_id"]: dict(fact) for fact in facts.tasks}
