"""What answers questions and stands on pages, compared with the record: cases, tasks, timers, facts, totals, users.

Tables beside the record follow from it. Here each row that a page reads is held against what its events tell, or
against what is worked out from rows that were compared: lists against variables, facts against tasks, totals against
facts. What nothing tells of is named in `OUTSIDE`, with the reason.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.engine.diagram import Node
from app.history import canonical, origin, reader, standing
from app.history.catalogue import Entry, Event, ValuesSet
from app.history.checking import Fault
from app.history.codec import decode
from app.history.events.casefile import MaskLifted, WordsMasked
from app.history.events.instances import InstanceCancelled, InstanceEnded, InstanceStarted
from app.history.events.migration import DeadlinesRecounted, InstanceMigrated, MigrationUndone
from app.history.events.reporter import ReportJoined, ReportParted, ReportRated
from app.history.events.retention import HistoryRedacted, IdentityErased
from app.history.events.tasks import (
    CompletionTakenBack,
    TaskClaimed,
    TaskHandedBack,
    TaskOverdue,
    TaskReassigned,
    TaskReleased,
)
from app.history.standing import Standing
from app.history.validity import still_valid
from app.models import (
    DefinitionFile,
    EventChain,
    Incident,
    Job,
    MessageWait,
    ProcessInstance,
    ReporterRating,
    User,
    UserTask,
)
from app.services.core import settings
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.evidence.office_rows import Office, compare_office, read_office
from app.services.instances import listed, task_rows
from app.services.numbers import fact_writing, total_checks

#: So many events are read at once, or one case.
_EVENTS = 20_000
_CASES = 200
_Told = Callable[[str, Any, Any], None]

_OWN = "one's own choice of display; changes nothing of the case"
_DERIVED = "worked out from columns that are compared, for sorting"
_SECRET = "a secret or an address, which no event tells"  # noqa: S105 no password
_OTHER = "the machine's own, which no event tells"
_CALENDAR = "by the days off of then: compared where no day off lies between, else bounded by none"
#: Columns of the tables compared here that nothing tells of: table → column → why.
OUTSIDE: Mapping[str, Mapping[str, str]] = {
    "process_instance": {
        "engine_state": "opaque to all but the engine; where it differs from the tasks, the case stops",
        "followed": _OWN,
        "snoozed": _OWN,
        "masks_changed": "how its history is shown, by rows of marks that are no answer",
        "revision": _OTHER,
        "priority_rank": _DERIVED,
    },
    "user_task": {
        "locals": "of rounds alone; told as events of rounds, by the activity",
        "deadline": "how the deadline came about, in words; the deadline itself is compared",
        "sort_at": _DERIVED,
        "priority_rank": _DERIVED,
        "snoozed_until": _OWN,
        "snoozed_for_case": _OWN,
    },
    "job": {
        "definition_id": "of timers that start cases",
        "attached_to": "follows from the diagram",
        "opened_at": _OTHER,
        "run_at": "put off when it fails",
        "deadline": "how the moment came about; the moment itself is compared",
        "hops": _OTHER,
        "retries": _OTHER,
        "signal": "of signals on their way, which are no timers",
        "message_id": "of messages on their way, which are no timers",
    },
    "message_wait": {
        "message": "follows from the diagram",
        "is_signal": "follows from the diagram",
        "group_id": "follows from the diagram",
        "job_type": "follows from the diagram",
        **dict.fromkeys(
            ("retries", "ready_at", "lock", "worker"), "who has a job, and when it is tried again"
        ),
        "opened_at": _OTHER,
        "rounds": _OTHER,
        "hops": _OTHER,
    },
    "reporter_rating": {
        "text": "what the reporter writes is not in the record",
        "changed_at": _OTHER,
    },
    "user": {
        "id": "names nothing by itself: who belonged somewhere under another id is told there",
        "email": _SECRET,
        "password_hash": _SECRET,
        "language": _OWN,
        "signed_in_at": _OTHER,
        "must_change_password": _SECRET,
        "second_step_at": "by the machine's own clock; that it was set is told",
    },
    "figure_change": {"id": _OTHER},
    "case_fact": {},
    "activity_fact": {},
    "figure_total": {},
    "membership": {},
    "user_unit": {},
    "unit": {},
}


def _each(why: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), why)


#: Tables of which no row is compared here: table → why.
ELSEWHERE: Mapping[str, str] = {
    **_each(
        "the record itself, or what signs it: chains and checkpoints are checked by themselves",
        "history_event event_chain checkpoint sealed_head history_permit void_nonce",
    ),
    **_each(
        "held against the events where the chains are checked: files, versions, destroyed cases",
        "attachment process_definition definition_file resource destroyed_case",
    ),
    **_each(
        "which group a lane or role means in versions to come; that of each task that is open is compared",
        "lane_group candidate_group",
    ),
    **_each("settings, of which events tell some", "setting notification_settings holiday message_text"),
    **_each(
        "words and signs beside the record, whose values must not stand in it",
        "identity_value lifted_mask case_words word_slip note reporter_message case_message tracking_code",
    ),
    **_each(
        "for searching and sorting, worked out from what is compared",
        "filter_value instance_text instance_visibility case_branch event_start joined_report incident",
    ),
    **_each(
        "on its way out or in, not the case itself",
        "webhook webhook_delivery outbox_message notice reporter_notice digest incoming_mail partner",
    ),
    **_each(
        "how somebody signs in, which no event tells",
        "second_step recovery_code passkey provider_account login_session api_token security_event attempt",
    ),
    **_each(
        "work that is not done yet, drafts and choices of display",
        "draft phone_upload proposed_deployment watched_file saved_view first_view case_follow task_presence "
        "reply_template process_draft process_draft_file sandbox_run saved_question idempotency_record",
    ),
    **_each(
        "what is to be done next, which follows from the other tables",
        "work",
    ),
    **_each(
        "what was asked of many cases at once; what it did to each is told by the case",
        "import_batch import_row import_value migration_batch migration_case deadline_recount effect_survey "
        "effect_case audit_sample sampled_case case_hold destruction destroyed_figure roster_file roster_line "
        "membership_change absence task_transfer transferred_task completion_undo",
    ),
}


def compare(
    config: Config, connection: Connection, broken: Collection[int], since: Callable[[], None] = lambda: None
) -> Iterator[Fault]:
    """Every row in the snapshot of ``connection`` that is not what the record tells, with the table and the column.

    ``broken``: cases whose chains do not fit, of which nothing can be told. ``since``: called for each batch.
    """
    info = {"config": config, "versions": settings.versions_held(), "units": set()}
    with Session(connection, autoflush=False, info=info) as session:
        office = read_office(session)
        if canonical.OUTSIDE not in broken:
            yield from compare_office(session, office)
        anew = total_checks.nothing()
        for ids in _batches(session):
            since()
            yield from _of_cases(session, [id_ for id_ in ids if id_ not in broken], office, anew)
            session.expunge_all()
        for (key, place), _kept, _anew in total_checks.differences(session, anew) if not broken else ():
            where = ", ".join(part for part in (key, *place) if part)
            yield Fault("row_changed", canonical.OUTSIDE, 0, f"figure_total ({where})")


def _batches(session: Session) -> Iterator[list[int]]:
    """The ids of cases, so many that their events fit into memory."""
    query = select(ProcessInstance.id, EventChain.count)
    query = query.outerjoin(EventChain, EventChain.instance_id == ProcessInstance.id).order_by(
        ProcessInstance.id
    )
    after, some, size = 0, list[int](), 0
    while rows := session.execute(query.where(ProcessInstance.id > after).limit(_CASES)).all():
        for id_, count in rows:
            if some and size + (count or 0) > _EVENTS:
                yield some
                some, size = [], 0
            some, size, after = [*some, id_], size + (count or 0), id_
        yield some
        some, size = [], 0


def _of_cases(
    session: Session, ids: Sequence[int], office: Office, anew: total_checks.Sums
) -> Iterator[Fault]:
    cases = {
        one.id: one for one in session.scalars(select(ProcessInstance).where(ProcessInstance.id.in_(ids)))
    }
    tasks = _by_case(session.scalars(select(UserTask).where(UserTask.instance_id.in_(ids))))
    jobs = _by_case(
        session.scalars(
            select(Job).where(Job.instance_id.in_(ids), Job.signal.is_(None), Job.message_id.is_(None))
        )
    )
    waits = _by_case(session.scalars(select(MessageWait).where(MessageWait.instance_id.in_(ids))))
    ratings = _by_case(session.scalars(select(ReporterRating).where(ReporterRating.instance_id.in_(ids))))
    stopped = set(
        session.scalars(
            select(Incident.instance_id).where(Incident.instance_id.in_(ids), Incident.resolved_at.is_(None))
        )
    )
    kept = {case.definition_id for case in cases.values()}
    files = select(DefinitionFile.definition_id).where(DefinitionFile.kind == "bpmn")
    drawn = set(session.scalars(files.where(DefinitionFile.definition_id.in_(kept))))
    told = {id_: list[Entry[Event]]() for id_ in ids}
    for id_, rows in groupby(reader.rows_of(session, ids), key=lambda row: row[0]):
        told[id_] = [_entry(row, office.people) for row in rows]
    for id_, case in cases.items():
        if not told[id_]:
            continue  # that is told of its chain
        version = definitions.readable(session, case.definition_id) if case.definition_id in drawn else None
        earlier = [definitions.readable(session, each) for each in sorted(_earlier(told[id_]))]
        one = _Case(case, version, earlier, told[id_], standing.final(told[id_]), office, id_ in stopped)
        yield from one.of_row()
        yield from one.of_tasks(tasks.get(id_, []))
        yield from one.of_waits(jobs.get(id_, []), waits.get(id_, []))
        yield from one.of_rating(ratings.get(id_, []))
        yield from one.of_facts(session, anew)


def _earlier(entries: Iterable[Entry[Event]]) -> set[int]:
    """The definitions that a case ran on, the present one as well; none where it never moved."""
    moves = (entry.event for entry in entries if isinstance(entry.event, _MOVED))
    return {id_ for event in moves for id_ in (event.source, event.target)}


def _entry(row: Any, people: Mapping[int, User]) -> Entry[Event]:
    id_case, id_, type_, at, actor, activity, data = row
    told, came_from = origin.parted(data)
    return Entry(id_, id_case, type_, at, people.get(actor), activity, told, decode(type_, told), came_from)


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


#: After these, what events tell of values is not what was typed.
_REWRITTEN = (HistoryRedacted, IdentityErased, WordsMasked, MaskLifted)
_MOVED = (InstanceMigrated, MigrationUndone)
_MINUTES = ("answer_minutes", "end_minutes")
_TASK_MINUTES = ("minutes", "waiting_minutes", "working_minutes")


@dataclass
class _Case:
    """A case with what its record tells of it."""

    row: ProcessInstance
    version: Version | None
    earlier: Sequence[Version | None]
    entries: Sequence[Entry[Event]]
    then: Standing
    office: Office
    is_stopped: bool

    def _fault(self, table: str, column: str = "", of: str = "", kind: str = "row_changed") -> Fault:
        what = f"{table}.{column}" if column else table
        return Fault(kind, self.row.id, 0, f"{what} ({of})" if of else what)

    def _differing(self, table: str, row: Any, wanted: Mapping[str, Any], of: str = "") -> Iterator[Fault]:
        for column, value in wanted.items():
            if getattr(row, column) != value:
                yield self._fault(table, column, of)

    def _is_told(self, *kinds: type[Event]) -> bool:
        return any(isinstance(entry.event, kinds) for entry in self.entries)

    def of_row(self) -> Iterator[Fault]:
        """The case itself: how it began and ended, its variables, and what lists show of them."""
        row, valid = self.row, still_valid(self.entries)
        yield from self._differing("process_instance", row, self._begun(valid) | self._ended(valid))
        active = ("active", "incident") if self.is_stopped else ("active",)
        if row.state not in (active if self.then.state == "active" else (self.then.state,)):
            yield self._fault("process_instance", "state")
        if self.then.whole and dict(row.visits) != {k: v for k, v in self.then.visits.items() if v}:
            yield self._fault("process_instance", "visits")
        if not self._is_told(*_REWRITTEN) and _filled(row.variables) != _filled(self.then.variables):
            yield self._fault("process_instance", "variables")
        if self.version is not None:
            wanted = listed.columns(self.version.diagram.properties, row.variables)
            del wanted["priority_rank"]
            branches = sorted(self.version.branches & row.visits.keys())
            yield from self._differing("process_instance", row, wanted | {"branches": branches})

    def _begun(self, valid: Sequence[Entry[Event]]) -> dict[str, Any]:
        first = next((entry for entry in valid if isinstance(entry.event, InstanceStarted)), None)
        if first is None or not isinstance(first.event, InstanceStarted):
            return {}
        found: dict[str, Any] = {"business_key": first.event.number, "started_at": first.at}
        if first.actor is not None:
            found["started_by_id"] = first.actor.id
        if self.version is not None:
            found["key"] = self.version.key
        return found

    def _ended(self, valid: Sequence[Entry[Event]]) -> dict[str, Any]:
        if self.then.state == "active":
            return {"ended_at": None, "end_activity_id": None, "end_name": None}
        kinds = (InstanceEnded, InstanceCancelled, ReportJoined)
        last = next((entry for entry in reversed(valid) if isinstance(entry.event, kinds)), None)
        if last is None:
            return {}
        if isinstance(last.event, InstanceEnded):
            return {"ended_at": last.at, "end_activity_id": last.activity_id, "end_name": last.event.name}
        return {"ended_at": last.at, "end_activity_id": None, "end_name": None}

    def of_tasks(self, rows: Sequence[UserTask]) -> Iterator[Fault]:
        """Its tasks, open and closed."""
        own = {row.id: row for row in rows}
        known = {**self.then.tasks, **{id_: one.task for id_, one in self.then.closed.items()}}
        for id_, task in known.items():
            if id_ not in own:
                yield self._fault("user_task", of=task.activity_id, kind="row_missing")
        for id_, row in own.items():
            if id_ not in known:
                if not self._was_undone(id_):
                    yield self._fault("user_task", of=row.activity_id, kind="row_added")
                continue
            told = self._task(id_)
            found = [
                list(self._differing("user_task", row, told | self._drawn(row, version), row.activity_id))
                for version in self._drawn_by(row)
            ]
            yield from min(found, key=len)

    def _was_undone(self, task: str) -> bool:
        """Whether a task opened by what was taken back: its row may stand there, closed."""
        return any(getattr(entry.event, "task", "") == task for entry in self.entries) or not self.then.whole

    def _task(self, id_: str) -> dict[str, Any]:
        closed = self.then.closed.get(id_)
        task = closed.task if closed is not None else self.then.tasks[id_]
        found: dict[str, Any] = {"opened_at": task.opened_at, "instance_id": self.row.id}
        if not self._is_told(*_MOVED, DeadlinesRecounted):
            found["overdue_at"] = self._overdue(id_)
        if not self._recounted_untold:
            found["due_at"] = task.due_at
        if not self._handed_back(id_):
            found["unit_code"] = task.unit or None
        holder = "" if self._released(id_) else task.holder
        if not self._handed_back(id_):
            found["claimed_at"] = self._taken(id_) if holder else None
        if closed is None:
            found |= {"state": "open", "closed_at": None, "closed_by_id": None}
            return found | {"assignee_id": self._id_of(holder)}
        found |= {"state": closed.state, "closed_at": closed.at}
        if closed.by:
            found["closed_by_id"] = self._id_of(closed.by)
        by = closed.by if closed.state == "completed" else holder
        return found | {"assignee_id": self._id_of(by)}

    @cached_property
    def _recounted_untold(self) -> bool:
        """Whether deadlines were counted anew by an earlier release, whose events do not tell where that led."""
        return any(
            isinstance(entry.event, DeadlinesRecounted) and standing.KEY not in entry.data
            for entry in self.entries
        )

    @cached_property
    def _lasting(self) -> list[Entry[Event]]:
        """Its events without those of moves that were taken back."""
        found, moves = list[Entry[Event]](), list[int]()
        for entry in self.entries:
            if isinstance(entry.event, InstanceMigrated):
                moves.append(len(found))
            elif isinstance(entry.event, MigrationUndone) and moves:
                del found[moves.pop() :]
            found.append(entry)
        return found

    def _overdue(self, id_: str) -> datetime | None:
        found = [
            entry.at
            for entry in still_valid(self._lasting)
            if isinstance(entry.event, TaskOverdue) and entry.event.task == id_
        ]
        return found[-1] if found else None

    def _handed_back(self, id_: str) -> bool:
        return any(
            isinstance(entry.event, TaskHandedBack) and entry.event.task == id_ for entry in self._lasting
        )

    def _released(self, id_: str) -> bool:
        """Whether it went back to its lane last, also while its case was joined to another."""
        kinds = (TaskClaimed, TaskReassigned, TaskHandedBack, TaskReleased)
        last = next(
            (
                one.event
                for one in reversed(self._lasting)
                if isinstance(one.event, kinds) and one.event.task == id_
            ),
            None,
        )
        return isinstance(last, TaskReleased)

    def _taken(self, id_: str) -> datetime | None:
        kinds = (TaskClaimed, TaskReassigned)
        taken = [
            entry.at for entry in self._lasting if isinstance(entry.event, kinds) and entry.event.task == id_
        ]
        return taken[-1] if taken else None

    def _id_of(self, name: str) -> int | None:
        return self.office.ids.get(name)

    def _drawn_by(self, row: UserTask) -> Sequence[Version | None]:
        """The versions of which one drew a task: of one that is over, each that its case ran on."""
        closed = self.then.closed.get(row.id)
        if closed is None or not self.earlier:
            return [self.version]
        drawn = [one for one in self.earlier if one is None or closed.task.activity_id in one.diagram.nodes]
        return drawn or [None]

    def _drawn(self, row: UserTask, version: Version | None) -> dict[str, Any]:
        """What the diagram of a version says of a task."""
        known = self.then.closed.get(row.id)
        activity = (known.task if known else self.then.tasks[row.id]).activity_id
        found: dict[str, Any] = {"activity_id": activity}
        if version is None or activity not in version.diagram.nodes:
            return found
        node, question = version.diagram.nodes[activity], version.diagram.questions.get(activity)
        is_question = question is not None and (row.is_question or node.kind != "userTask")
        name = question.text if question is not None and is_question else self._named(version, node, row)
        return found | {
            "name": name,
            "is_question": is_question,
            "form_key": None if is_question else node.form_key,
            "lane_id": node.lane_id,
            "lane": version.diagram.lane(node.lane_id).name,
            "group_id": version.group_of(node.lane_id),
            "coordinator_group_id": version.coordinator_of(node.lane_id),
        }

    def _named(self, version: Version, node: Node, row: UserTask) -> str:
        """What a task is called, with its round; where that cannot be told any more, what it is called so far."""
        loop = next((one.loop for one in version.diagram.around(node) if one.loop), None)
        changed = loop is not None and any(
            isinstance(entry.event, ValuesSet) and loop.element in entry.event.local for entry in self.entries
        )
        base = node.name or node.id
        if loop is not None and (changed or self._is_told(*_REWRITTEN)) and row.name.startswith(base):
            return row.name
        return task_rows.round_name(version, node, row.locals or {})

    def of_waits(self, jobs: Sequence[Job], waits: Sequence[MessageWait]) -> Iterator[Fault]:
        """The timers that run and the messages that are waited for."""
        if not self.then.whole:
            return
        timers = {job.id: job for job in jobs}
        for id_, timer in self.then.timers.items():
            if id_ not in timers:
                yield self._fault("job", of=timer.activity_id, kind="row_missing")
            else:
                wanted: dict[str, Any] = {"activity_id": timer.activity_id}
                if not self._recounted_untold:
                    wanted["due_at"] = timer.due_at
                yield from self._differing("job", timers[id_], wanted, timer.activity_id)
        for id_ in timers.keys() - self.then.timers.keys():
            yield self._fault("job", of=timers[id_].activity_id, kind="row_added")
        held = {wait.id: wait for wait in waits}
        for id_, activity in self.then.waits.items():
            if id_ not in held:
                yield self._fault("message_wait", of=activity, kind="row_missing")
            else:
                yield from self._differing("message_wait", held[id_], {"activity_id": activity}, activity)
        for id_ in held.keys() - self.then.waits.keys():
            yield self._fault("message_wait", of=held[id_].activity_id, kind="row_added")

    def of_rating(self, rows: Sequence[ReporterRating]) -> Iterator[Fault]:
        """What its reporter gave it."""
        rated = list[Entry[Event]]()
        for entry in self.entries:
            if isinstance(entry.event, CompletionTakenBack | ReportParted):
                rated = []  # that it was over was taken back, and what was said of it with that
            elif isinstance(entry.event, ReportRated):
                rated.append(entry)
        joined = self._is_told(ReportJoined)  # whose end is that of another case, and taken back there
        if not rated or not rows:
            if rows or (rated and not joined):
                yield self._fault("reporter_rating", kind="row_missing" if rated else "row_added")
            return
        last = rated[-1].event
        rating = last.rating if isinstance(last, ReportRated) else None
        yield from self._differing("reporter_rating", rows[0], {"rating": rating})
        if rows[0].rated_at not in [entry.at for entry in (rated if joined else rated[:1])]:
            yield self._fault("reporter_rating", "rated_at")

    def of_facts(self, session: Session, anew: total_checks.Sums) -> Iterator[Fault]:
        """What is counted of it, but while its facts follow later; minutes where no list of days off can have changed
        them."""
        kept, facts = fact_writing.kept_and_anew(session, self.row, self.version)
        faults = [] if kept.are_stale else list(self._of_kept(kept, facts))
        # What does not fit may be no amount at all.
        total_checks.add_case(anew, self.row.key, facts.amounts if faults else kept.amounts)
        yield from faults

    def _of_kept(self, kept: fact_writing.Facts, facts: fact_writing.Facts) -> Iterator[Fault]:
        if kept.case is None or facts.case is None:
            yield self._fault("case_fact", kind="row_missing")
        else:
            ends = {"answer_minutes": facts.case["answered_at"], "end_minutes": self.row.ended_at}
            unsure = {name for name in _MINUTES if not self._sure(self.row.started_at, ends[name])}
            for name, value in facts.case.items():
                if kept.case[name] != value and name not in unsure:
                    yield self._fault("case_fact", name)
        own = {fact["task_id"]: fact for fact in kept.tasks}
        for fact in facts.tasks:
            held = own.pop(fact["task_id"], None)
            if held is None:
                yield self._fault("activity_fact", of=fact["activity_id"], kind="row_missing")
                continue
            sure = self._spans(fact["task_id"])
            for name, value in fact.items():
                if held[name] != value and (sure or name not in _TASK_MINUTES):
                    yield self._fault("activity_fact", name, fact["activity_id"])
        for fact in own.values():
            yield self._fault("activity_fact", of=fact["activity_id"], kind="row_added")

    def _spans(self, task: str) -> bool:
        closed = self.then.closed.get(task)
        return closed is not None and self._sure(closed.task.opened_at, closed.at)

    def _sure(self, start: datetime, end: datetime | None) -> bool:
        return end is None or self.office.settled(start, end)


def _filled(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if value is not None}
