"""Writes the facts of cases, and what they change in the numbers, after the events of the cases: see decision 88."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.history import reader
from app.history.events.migration import CaseReopened, InstanceMigrated, TokenMoved
from app.models import (
    ActivityFact,
    CaseFact,
    EventChain,
    FigureChange,
    ProcessInstance,
    ReporterRating,
    UserTask,
)
from app.services.core import bulk, clock, holidays
from app.services.core.unreadable import apart
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.numbers import entries, facts, ways
from app.services.numbers.facts import Case, DoneTask

#: So many cases follow in one turn: on SQLite others wait for what it writes.
MOST_AT_ONCE = 200
#: Facts follow within a second or two; what is older than that waits for a worker that does not run, or is behind.
_LATE_S = 10
_CASE_FACT, _TASK_FACT = cast("Table", CaseFact.__table__), cast("Table", ActivityFact.__table__)
_CASE, _CHAIN = cast("Table", ProcessInstance.__table__), cast("Table", EventChain.__table__)
_RATING = cast("Table", ReporterRating.__table__)
_CHANGE = update(_CASE_FACT).where(_CASE_FACT.c.instance_id == bulk.ID)
_CHANGE_TASK = update(_TASK_FACT).where(_TASK_FACT.c.task_id == bulk.ID)
_REMOVE = delete(_TASK_FACT).where(_TASK_FACT.c.task_id == bulk.ID)
_FOLLOWED = update(_CHAIN).where(_CHAIN.c.instance_id == bulk.ID).values(stale=False)
_CASE_COLUMNS = tuple(str(column.name) for column in _CASE_FACT.columns)
_TASK_COLUMNS = tuple(str(column.name) for column in _TASK_FACT.columns)


@dataclass(frozen=True)
class Facts:
    """The rows of a case in `CaseFact` (None: it has none yet) and `ActivityFact`."""

    case: Mapping[str, Any] | None
    tasks: Sequence[Mapping[str, Any]]
    #: Whether they are older than the events of the case, which is no fault for a second.
    are_stale: bool = False

    @property
    def amounts(self) -> dict[entries.Place, entries.Amounts]:
        """What they add to each figure."""
        return entries.amounts_of(self.case, self.tasks) if self.case is not None else {}


@dataclass(frozen=True)
class Outdated:
    """A case that had ``count`` events before its rows were read, and its facts before and after."""

    id: int
    key: str
    count: int
    kept: Facts
    anew: Facts


def waiting(session: Session) -> bool:
    """Whether the facts of any case are older than its events. 1 SQL by an index that holds nothing else."""
    return session.execute(_stale(), {"most": 1}).first() is not None


def are_late(session: Session) -> bool:
    """Whether numbers leave out what happened more than `_LATE_S` ago in a case. 1 SQL."""
    since = clock.now(session) - timedelta(seconds=_LATE_S)
    return session.execute(_late(), {"since": since}).first() is not None


def outdated(session: Session, *, limit: int = MOST_AT_ONCE) -> list[Outdated]:
    """Cases whose facts are older than their events, with what `replace` is to write; nothing is written here.

    3 SQL, the days off, and 1 SQL for each that is over. How many events a case has is asked before its rows: what is
    recorded after that is found by the next look, in whichever order transactions commit. Facts that cannot be worked
    out stay as they are kept until the next event of their case, which is logged: else they would hold up all others.
    """
    counts = {id_: count for id_, count in session.execute(_stale(), {"most": limit})}
    found, unreadable = apart(counts, lambda ids: _worked_out(session, ids, counts), "facts of cases")
    nothing = Facts(None, ())
    return [*found, *(Outdated(id_, "", counts[id_], nothing, nothing) for id_ in unreadable)]


def _worked_out(session: Session, ids: Sequence[int], counts: Mapping[int, int]) -> list[Outdated]:
    rows = session.execute(_cases(), {"ids": ids}).all() if ids else ()
    cases = {row.id: (row, definitions.readable(session, row.definition_id)) for row in rows}
    return [
        Outdated(row.id, row.key, counts[row.id], kept, _as_they_are(session, case(), version, kept))
        for row, case, version, kept in _read(session, cases)
    ]


def replace(session: Session, some: Sequence[Outdated]) -> int:
    """Write the facts of cases of which nothing was recorded since, and what they change in the numbers; how many.

    3 SQL, and at most 6 that write. A case that somebody changes is left for the next look: so nobody waits for him,
    and whoever refreshes its facts in his own transaction was here before or comes after.
    """
    free = list(session.scalars(_free(), {"ids": [one.id for one in some]}))
    counts = {id_: count for id_, count in session.execute(_unfollowed(), {"ids": free})}
    ready = [one for one in some if counts.get(one.id) == one.count]
    if ready:
        session.connection().execute(_FOLLOWED, [{"one_id": one.id} for one in ready])
        _write(session, ready)
    return len(ready)


def refresh(session: Session, instance: ProcessInstance, version: Version | None) -> None:
    """Let the facts of a case that the caller keeps locked be what its rows say, in his transaction. At most 9 SQL.

    ``version`` is None where the diagram cannot be read: it cannot go on either, and is cancelled.
    """
    session.flush()
    ((_row, case, _version, kept),) = _read(session, {instance.id: (instance, version)})
    waiting = session.execute(_unfollowed(), {"ids": [instance.id]}).all()
    if waiting:  # who has read the case before has nothing to write
        session.connection().execute(_FOLLOWED, {"one_id": instance.id})
    anew = _as_they_are(session, case(), version, kept)
    _write(session, [Outdated(instance.id, instance.key, 0, kept, anew)])


def kept_and_anew(
    session: Session, instance: ProcessInstance, version: Version | None
) -> tuple[Facts, Facts]:
    """The facts of a case as they are kept, and as they are worked out from nothing but its rows; twice as they are
    kept while they are older than its events. 1 SQL, and 1 of a case that is over."""
    ((_row, case, _version, kept),) = _read(session, {instance.id: (instance, version)})
    return kept, kept if kept.are_stale else _as_they_are(session, case(), version, Facts(None, ()))


@cache
def _stale() -> Select[Any]:
    is_there = exists().where(_CASE.c.id == _CHAIN.c.instance_id)
    stale = select(_CHAIN.c.instance_id, _CHAIN.c.count).where(_CHAIN.c.stale, is_there)
    return stale.order_by(_CHAIN.c.instance_id).limit(bindparam("most"))


@cache
def _late() -> Select[Any]:
    """By the index of those that are stale: they are few, or the first one is late."""
    is_late = reader.is_before(_CHAIN.c.last_id, bindparam("since"))
    return select(_CHAIN.c.instance_id).where(_CHAIN.c.stale, is_late).limit(1)


@cache
def _unfollowed() -> Select[Any]:
    """Chains that facts don't follow yet, locked; those that somebody adds to just now are passed over."""
    stale = select(_CHAIN.c.instance_id, _CHAIN.c.count).where(
        _CHAIN.c.stale, _CHAIN.c.instance_id.in_(_ids())
    )
    return stale.with_for_update(skip_locked=True)


@cache
def _free() -> Select[Any]:
    """Cases that nobody changes, locked as those lock them who do."""
    return select(_CASE.c.id).where(_CASE.c.id.in_(_ids())).with_for_update(key_share=True, skip_locked=True)


def _ids() -> BindParameter[Any]:
    return bindparam("ids", expanding=True)


@cache
def _cases() -> Select[Any]:
    columns = (
        "id key state started_at ended_at end_activity_id unit_code category area definition_id variables"
    )
    return select(*(_CASE.c[name] for name in columns.split())).where(_CASE.c.id.in_(_ids()))


@cache
def _rows() -> Select[Any]:
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
        _CASE.c.id,
        _CHAIN.c.stale,
        *(column.label(f"task_{column.key}") for column in tasks),
        *(_CASE_FACT.c[name].label(f"kept_case_{name}") for name in _CASE_COLUMNS),
        *(_TASK_FACT.c[name].label(f"kept_task_{name}") for name in _TASK_COLUMNS),
        _RATING.c.rating,
        _RATING.c.rated_at,
    ]
    joined = (
        _CASE.outerjoin(UserTask.__table__, UserTask.instance_id == _CASE.c.id)
        .outerjoin(_TASK_FACT, _TASK_FACT.c.task_id == UserTask.id)
        .outerjoin(_CASE_FACT, _CASE_FACT.c.instance_id == _CASE.c.id)
        .outerjoin(_RATING, _RATING.c.instance_id == _CASE.c.id)
        .outerjoin(_CHAIN, _CHAIN.c.instance_id == _CASE.c.id)
    )
    return select(*columns).select_from(joined).where(_CASE.c.id.in_(_ids())).order_by(_CASE.c.id)


def _read(
    session: Session, cases: Mapping[int, tuple[Any, Version | None]]
) -> Iterator[tuple[Any, Callable[[], Case], Version | None, Facts]]:
    """Cases, whose columns are given, each with what makes a `Case` of it, and its facts as they are kept. 1 SQL, and
    1 for each that is made and over."""
    found = session.connection().execute(_rows(), {"ids": list(cases)}).all() if cases else ()
    for id_, group in groupby(found, key=lambda row: row.id):
        (instance, version), rows = cases[id_], list(group)
        first = rows[0]._mapping
        case = {name: first[f"kept_case_{name}"] for name in _CASE_COLUMNS}
        tasks = [
            {name: row._mapping[f"kept_task_{name}"] for name in _TASK_COLUMNS}
            for row in rows
            if row.kept_task_task_id is not None
        ]
        kept = Facts(case if case["instance_id"] is not None else None, tasks, bool(rows[0].stale))
        yield instance, partial(_case, session, instance, version, kept.case, rows), version, kept


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
    session: Session,
    instance: Any,
    version: Version | None,
    kept: Mapping[str, Any] | None,
    rows: Sequence[Row[Any]],
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
        # Only of a case that is over is its way written.
        interventions=list(_interventions(session, instance.id)) if instance.ended_at else (),
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


def _write(session: Session, some: Sequence[Outdated]) -> None:
    """Write facts, a statement for each kind of change, and for each process a row of what they change in totals."""
    cases, tasks = (
        [(kept, anew) for kept, anew in pairs if kept != anew]
        for pairs in (
            [(one.kept.case, one.anew.case) for one in some],
            [pair for one in some for pair in _by_task(one)],
        )
    )
    bulk.insert_rows(session, CaseFact, [dict(anew) for kept, anew in cases if anew and kept is None])
    changes = [{"one_id": anew["instance_id"], **anew} for kept, anew in cases if anew and kept]
    changed_tasks = [{"one_id": anew["task_id"], **anew} for kept, anew in tasks if anew and kept]
    gone = [{"one_id": kept["task_id"]} for kept, anew in tasks if kept and anew is None]
    for statement, rows in ((_CHANGE, changes), (_CHANGE_TASK, changed_tasks), (_REMOVE, gone)):
        if rows:
            session.connection().execute(statement, rows)
    bulk.insert_rows(session, ActivityFact, [dict(anew) for kept, anew in tasks if anew and kept is None])
    by_key = defaultdict[str, list[Outdated]](list)
    for one in some:
        by_key[one.key].append(one)
    changed = {
        key: entries.difference(_summed(o.kept for o in of), _summed(o.anew for o in of))
        for key, of in by_key.items()
    }
    bulk.insert_rows(
        session, FigureChange, [{"key": key, "entries": some} for key, some in changed.items() if some]
    )


def _by_task(one: Outdated) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Each fact of a task as it is kept and as it is to be; None: there is none."""
    kept, anew = ({fact["task_id"]: fact for fact in each.tasks} for each in (one.kept, one.anew))
    return [(kept.get(id_), anew.get(id_)) for id_ in {**kept, **anew}]


def _summed(some: Iterable[Facts]) -> dict[entries.Place, entries.Amounts]:
    found = defaultdict[entries.Place, Counter[str]](Counter)
    for one in some:
        for place, amounts in one.amounts.items():
            found[place].update(amounts)
    return dict(found)
