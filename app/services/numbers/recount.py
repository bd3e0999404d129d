"""Everything counted anew from cases and tasks, beside what is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ProcessInstance
from app.services.definitions import definitions
from app.services.numbers import fact_writing, total_checks

_BATCH = 200


@dataclass(frozen=True)
class Difference:
    """What is kept beside what a recount says. ``what``: case, tasks or total; ``of``: an id, or a total's place."""

    what: str
    of: Any
    kept: Any
    anew: Any


def differences(session: Session) -> Iterator[Difference]:
    """Every fact and every total that is not what it would be if it were counted anew, but for the facts of cases of
    which something was recorded just now. Reads everything."""
    anew = total_checks.nothing()
    for case in _cases(session):
        version = definitions.readable(session, case.definition_id)
        kept, facts = fact_writing.kept_and_anew(session, case, version)
        if _plain(kept.case) != _plain(facts.case):
            yield Difference("case", case.id, _plain(kept.case), _plain(facts.case))
        if _by_task(kept) != _by_task(facts):
            yield Difference("tasks", case.id, _by_task(kept), _by_task(facts))
        total_checks.add_case(anew, case.key, facts.amounts)
    for place, is_kept, is_anew in total_checks.differences(session, anew):
        yield Difference("total", place, is_kept, is_anew)


def _cases(session: Session) -> Iterator[ProcessInstance]:
    last = 0
    while cases := session.scalars(
        select(ProcessInstance).where(ProcessInstance.id > last).order_by(ProcessInstance.id).limit(_BATCH)
    ).all():
        yield from cases
        last = cases[-1].id


def _plain(fact: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(fact) if fact is not None else None


def _by_task(facts: fact_writing.Facts) -> dict[str, dict[str, Any]]:
    return {fact["task_id"]: dict(fact) for fact in facts.tasks}
