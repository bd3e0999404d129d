"""The cases and events of a log, read a batch at a time: what every format writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.history import reader
from app.history.catalogue import Entry
from app.history.codec import decode
from app.history.events.tasks import CompletionTakenBack
from app.history.validity import still_valid
from app.models import ProcessDefinition, ProcessInstance, Unit, User
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import paging
from app.services.core.access import Actor
from app.services.definitions import definitions

#: Types that say something of an activity's life, as XES names it; whatever else happens at an element completes it.
LIFECYCLE: Mapping[str, str] = {
    "task_created": "schedule",
    "task_claimed": "start",
    "task_released": "reassign",
    "task_reassigned": "reassign",
    "task_handed_back": "reassign",
    "task_unit_changed": "reassign",
    "task_cancelled": "ate_abort",
    "instance_cancelled": "pi_abort",
    "case_reopened": "resume",
    "task_completed": "complete",
    "question_answered": "complete",
}
#: Steps of a case: of an element, or of the case as a whole. What people write, read, mask or hold is none.
WITHOUT_ELEMENT = frozenset({"instance_started", "instance_ended", "instance_cancelled"})
#: At an element, and yet no step of the procedure.
_BESIDE = frozenset(
    {
        "incident_opened",
        "incident_resolved",
        "job_failed",
        "unit_missing",
        "notification_queued",
        "task_snoozed",
        "task_woken",
    }
)


class LogEvent(NamedTuple):
    """An event as a log has it. ``name``: of the activity; ``resource``: the name of the user, "" for the clock."""

    id: int
    type: str
    name: str
    activity_id: str
    lifecycle: str
    at: datetime
    resource: str
    task: str
    unit: str


@dataclass(frozen=True, slots=True)
class LogCase:
    """A case as a log has it: never its subject, which people wrote, nor anything of a person."""

    id: int
    number: str
    key: str
    version: int
    state: str
    outcome: str
    category: str
    unit: str
    area: str
    priority: str
    started_at: datetime
    ended_at: datetime | None
    events: Sequence[LogEvent]


@dataclass
class Progress:
    """How much of a log has been written."""

    cases: int = 0
    events: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


def cases(
    database: Database, filters: InstanceFilters, *, actor: Actor | None, progress: Progress | None = None
) -> Iterator[LogCase]:
    """The cases that fit, each with its steps in the order they happened, without those that were taken back.

    With an ``actor`` those that he may see, as in his list; without one, all. A batch of cases is held at a time, and
    read in a transaction of its own.
    """
    names = _Names()
    told = progress if progress is not None else Progress()
    after: str | None = ""
    while after is not None:
        with database.reading() as session:
            ids, after = _page(session, filters, actor, after)
            batch = _batch(session, ids, names) if ids else []
        for case in batch:
            told.cases += 1
            told.events += len(case.events)
            yield case


def _page(
    session: Session, filters: InstanceFilters, actor: Actor | None, after: str
) -> tuple[list[int], str | None]:
    if actor is not None:
        page = instance_lists.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT)
        return [case.id for case in page.items], page.next
    query = select(ProcessInstance.id).where(ProcessInstance.id > int(after or 0))
    if filters.key:
        query = query.where(ProcessInstance.key == filters.key)
    if filters.state:
        query = query.where(ProcessInstance.state == filters.state)
    ids = list(session.scalars(query.order_by(ProcessInstance.id).limit(paging.MAX_LIMIT)))
    return ids, str(ids[-1]) if len(ids) == paging.MAX_LIMIT else None


def _batch(session: Session, ids: Sequence[int], names: "_Names") -> list[LogCase]:
    names.load(session)
    by_case = {
        id_: list(rows) for id_, rows in groupby(reader.rows_of(session, ids), key=attrgetter("instance_id"))
    }
    columns = ProcessInstance.__table__.c
    asked = select(
        columns.id, columns.business_key, columns.key, columns.definition_id, columns.state, columns.end_name,
        columns.category, columns.unit_code, columns.area, columns.priority, columns.started_at, columns.ended_at,
    ).where(columns.id.in_(ids))  # fmt: skip
    found = {row.id: row for row in session.execute(asked)}
    return [
        _case(found[id_], by_case.get(id_, ()), names.of_definition(session, found[id_].definition_id), names)
        for id_ in ids
        if id_ in found
    ]


def _case(row: Any, events: Sequence[Any], elements: "_Elements", names: "_Names") -> LogCase:
    if any(one.type == CompletionTakenBack.type for one in events):
        events = _valid(events)
    return LogCase(
        row.id,
        row.business_key,
        row.key,
        elements.version,
        row.state,
        row.end_name or "",
        row.category or "",
        names.units.get(row.unit_code or "", row.unit_code or ""),
        row.area or "",
        row.priority or "",
        row.started_at,
        row.ended_at,
        [_event(one, elements, names) for one in events if _is_step(one)],
    )


def _valid(events: Sequence[Any]) -> list[Any]:
    """Those that still hold."""
    entries = [
        Entry(
            row.id,
            row.instance_id,
            row.type,
            row.at,
            None,
            row.activity_id,
            row.data,
            decode(row.type, row.data),
        )
        for row in events
    ]
    kept = {entry.id for entry in still_valid(entries)}
    return [row for row in events if row.id in kept]


def _is_step(row: Any) -> bool:
    return row.type in WITHOUT_ELEMENT or (bool(row.activity_id) and row.type not in _BESIDE)


def _event(row: Any, elements: "_Elements", names: "_Names") -> LogEvent:
    element = row.activity_id or (elements.start if row.type == "instance_started" else "")
    data = row.data
    return LogEvent(
        row.id,
        row.type,
        elements.names.get(element, element) or row.type,
        element,
        LIFECYCLE.get(row.type, "complete"),
        row.at,
        names.users.get(row.actor_id, "") if row.actor_id is not None else "",
        data.get("task", "") or "",
        names.units.get(data.get("unit") or "", data.get("unit") or ""),
    )


@dataclass(frozen=True)
class _Elements:
    """What the elements of a version are called."""

    version: int
    names: Mapping[str, str]
    start: str


class _Names:
    """How ids are called: users and units of this office, elements of each version. Read once for a log."""

    def __init__(self) -> None:
        self.users: dict[int, str] = {}
        self.units: dict[str, str] = {}
        self._definitions: dict[int, _Elements] = {}

    def load(self, session: Session) -> None:
        """Read users and units, the first time."""
        if not self.users:
            self.users = {row.id: row.name for row in session.execute(select(User.id, User.name))}
            self.units = {row.code: row.name for row in session.execute(select(Unit.code, Unit.name))}

    def of_definition(self, session: Session, definition_id: int) -> _Elements:
        """The elements of a version; of one that cannot be read any more the ids alone."""
        found = self._definitions.get(definition_id)
        if found is None:
            found = self._definitions[definition_id] = self._read(session, definition_id)
        return found

    def _read(self, session: Session, definition_id: int) -> _Elements:
        version = definitions.readable(session, definition_id)
        if version is None:
            number = session.scalar(
                select(ProcessDefinition.version).where(ProcessDefinition.id == definition_id)
            )
            return _Elements(number or 0, {}, "")
        nodes = version.diagram.nodes
        start = next((node.id for node in nodes.values() if node.kind == "startEvent"), "")
        return _Elements(version.number, {node.id: node.name or node.id for node in nodes.values()}, start)


def moment(at: datetime) -> str:
    """A time as both standards want it: xs:dateTime in UTC."""
    universal = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{universal.isoformat(timespec='milliseconds')[:-6]}Z"
