"""Writes the facts of a case, and what they change in the numbers, into the transaction that changes the case."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.history import reader
from app.history.events.migration import CaseReopened, InstanceMigrated, TokenMoved
from app.models import ActivityFact, CaseFact, FigureChange, ProcessInstance, ReporterRating, UserTask
from app.services.core import bulk, holidays
from app.services.definitions.definitions import Version
from app.services.numbers import entries, facts, ways
from app.services.numbers.facts import Case, DoneTask

_CASE_FACT, _TASK_FACT = cast("Table", CaseFact.__table__), cast("Table", ActivityFact.__table__)
_RATING = cast("Table", ReporterRating.__table__)
_CHANGE = update(_CASE_FACT).where(_CASE_FACT.c.instance_id == bulk.ID)
_CHANGE_TASK = update(_TASK_FACT).where(_TASK_FACT.c.task_id == bulk.ID)
_REMOVE = delete(_TASK_FACT).where(_TASK_FACT.c.task_id == bulk.ID)
_CASE_COLUMNS = tuple(str(column.name) for column in _CASE_FACT.columns)
_TASK_COLUMNS = tuple(str(column.name) for column in _TASK_FACT.columns)


@dataclass(frozen=True)
class Facts:
    """The rows of a case in `CaseFact` (None: it has none yet) and `ActivityFact`."""

    case: Mapping[str, Any] | None
    tasks: Sequence[Mapping[str, Any]]

    @property
    def amounts(self) -> dict[entries.Place, entries.Amounts]:
        """What they add to each figure."""
        return entries.amounts_of(self.case, self.tasks) if self.case is not None else {}


def counted_by(version: Version, instance: ProcessInstance) -> tuple[str, ...]:
    """What a case is counted under: where none of it changes, and no task or case ends, no fact does."""
    channel = facts.channel_of(version.diagram.properties, instance.variables)
    return instance.unit_code, instance.category, instance.area, channel


def refresh(session: Session, instance: ProcessInstance, version: Version | None) -> None:
    """Let the facts of a case be what its rows say. At most 5 SQL; 3 of a task that is completed, 4 of the last.

    ``version`` is None where the diagram cannot be read: it cannot go on either, and is cancelled.
    """
    session.flush()
    kept, case = _rows(session, instance, version)
    facts = _as_they_are(session, case, version, kept)
    _write(session, kept, facts)
    changed = entries.difference(kept.amounts, facts.amounts)
    bulk.insert_rows(session, FigureChange, [{"key": case.key, "entries": changed}] if changed else [])


def kept_and_anew(
    session: Session, instance: ProcessInstance, version: Version | None
) -> tuple[Facts, Facts]:
    """The facts of a case as they are kept, and as they are worked out from nothing but its rows. 1 SQL."""
    kept, case = _rows(session, instance, version)
    return kept, _as_they_are(session, case, version, Facts(None, ()))


def has_facts() -> ColumnElement[bool]:
    """Whether a case is counted: a condition on `ProcessInstance`."""
    is_counted = _CASE_FACT.c.instance_id == ProcessInstance.id, _CASE_FACT.c.variant.is_not(None)
    return exists().where(*is_counted)


@cache
def _of_case() -> Select[Any]:
    tasks = (
        UserTask.id,
        UserTask.activity_id,
        UserTask.unit_code,
        UserTask.state,
        UserTask.opened_at,
        UserTask.closed_at,
        UserTask.due_at,
        UserTask.claimed_at,
        UserTask.is_question,
    )
    columns: list[ColumnElement[Any]] = [
        *(column.label(f"task_{column.key}") for column in tasks),
        *(_CASE_FACT.c[name].label(f"kept_case_{name}") for name in _CASE_COLUMNS),
        *(_TASK_FACT.c[name].label(f"kept_task_{name}") for name in _TASK_COLUMNS),
        _RATING.c.rating,
        _RATING.c.rated_at,
    ]
    joined = (
        ProcessInstance.__table__.outerjoin(UserTask.__table__, UserTask.instance_id == ProcessInstance.id)
        .outerjoin(_TASK_FACT, _TASK_FACT.c.task_id == UserTask.id)
        .outerjoin(_CASE_FACT, _CASE_FACT.c.instance_id == ProcessInstance.id)
        .outerjoin(_RATING, _RATING.c.instance_id == ProcessInstance.id)
    )
    return select(*columns).select_from(joined).where(ProcessInstance.id == bindparam("of_id"))


def _rows(session: Session, instance: ProcessInstance, version: Version | None) -> tuple[Facts, Case]:
    rows = session.connection().execute(_of_case(), {"of_id": instance.id}).all()
    first = rows[0]._mapping
    case = {name: first[f"kept_case_{name}"] for name in _CASE_COLUMNS}
    tasks = [{name: row._mapping[f"kept_task_{name}"] for name in _TASK_COLUMNS} for row in rows]
    kept = Facts(
        case if case["instance_id"] is not None else None, [t for t in tasks if t["task_id"] is not None]
    )
    # Only of a case that is over is its way written.
    outside = list(_interventions(session, instance.id)) if instance.ended_at else []
    return kept, _case(instance, version, kept.case, rows, outside)


def _interventions(session: Session, instance_id: int) -> Iterator[tuple[datetime, str]]:
    """What people did to a case from outside of its diagram, as steps of its way. 1 SQL."""
    for entry in reader.of_kinds(session, instance_id, TokenMoved, InstanceMigrated, CaseReopened):
        if isinstance(entry.event, TokenMoved):
            yield entry.at, ways.moved(entry.activity_id or "", entry.event.to)
        elif isinstance(entry.event, CaseReopened):
            yield entry.at, ways.moved(entry.event.end, entry.activity_id or "")
        else:
            yield entry.at, ways.migrated()


def _case(
    instance: ProcessInstance,
    version: Version | None,
    kept: Mapping[str, Any] | None,
    rows: Sequence[Row[Any]],
    interventions: Sequence[tuple[datetime, str]],
) -> Case:
    opened = defaultdict[datetime, set[str]](set)
    for row in rows:
        if row.task_id is not None:
            opened[row.task_opened_at].add(row.task_activity_id)
    channel = kept["channel"] if kept is not None else ""
    if version is not None:
        channel = facts.channel_of(version.diagram.properties, instance.variables)
    return Case(
        id=instance.id,
        key=instance.key,
        state=instance.state,
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        end_activity_id=instance.end_activity_id,
        unit_code=instance.unit_code,
        category=instance.category,
        area=instance.area,
        channel=channel,
        done=[_done(row) for row in rows if row.task_state == "completed"],
        opened=opened,
        rated_at=rows[0].rated_at,
        rating=rows[0].rating,
        definition_id=instance.definition_id,
        interventions=interventions,
    )


def _done(row: Row[Any]) -> DoneTask:
    return DoneTask(
        id=row.task_id,
        activity_id=row.task_activity_id,
        unit_code=row.task_unit_code or "",
        opened_at=row.task_opened_at,
        closed_at=row.task_closed_at,
        due_at=row.task_due_at,
        claimed_at=row.task_claimed_at,
        is_question=row.task_is_question,
    )


def _as_they_are(session: Session, case: Case, version: Version | None, kept: Facts) -> Facts:
    """The facts of a case; those of tasks that are ``kept`` stay as they were worked out then."""
    calendar = holidays.calendar(session)
    nodes = version.diagram.nodes.values() if version is not None else ()
    finishing = frozenset(node.id for node in nodes if node.is_resolution)
    done = {task.id: task for task in case.done}
    still = [
        _still(fact, done[fact["task_id"]], case, calendar) for fact in kept.tasks if fact["task_id"] in done
    ]
    known = {fact["task_id"] for fact in still}
    new = facts.facts_of_tasks(case, [task for task in case.done if task.id not in known], calendar)
    return Facts(facts.facts_of_case(case, calendar, finishing), [*still, *new])


def _still(fact: Mapping[str, Any], task: DoneTask, case: Case, calendar: Calendar) -> Mapping[str, Any]:
    """A fact that is kept: of the version that the case is in now, and with what an older release did not count."""
    counted = {} if fact["waiting_minutes"] is not None else facts.parts(calendar, task)
    return {**fact, "definition_id": case.definition_id, **counted}


def _write(session: Session, kept: Facts, facts: Facts) -> None:
    assert facts.case is not None  # noqa: S101 worked out just now
    if kept.case is None:
        bulk.insert_rows(session, CaseFact, [dict(facts.case)])
    elif dict(kept.case) != facts.case:
        session.connection().execute(_CHANGE, [{"one_id": facts.case["instance_id"], **facts.case}])
    was = {fact["task_id"]: fact for fact in kept.tasks}
    changed = [fact for fact in facts.tasks if was.get(fact["task_id"], fact) != fact]
    if changed:
        session.connection().execute(_CHANGE_TASK, [{"one_id": one["task_id"], **one} for one in changed])
    before, now = ({fact["task_id"] for fact in one.tasks} for one in (kept, facts))
    if gone := before - now:
        session.connection().execute(_REMOVE, [{"one_id": task} for task in gone])
    bulk.insert_rows(
        session, ActivityFact, [dict(fact) for fact in facts.tasks if fact["task_id"] not in before]
    )
