"""What must hold in the database at each moment, whoever was killed when. Each function tells what is wrong."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.base.errors import AppError
from app.engine.running import execution as engine
from app.engine.running.elements import MessageEvent, SignalEvent, TimerEvent
from app.engine.running.step import due_of, open_tasks, waiting_events
from app.models import (
    Attachment,
    HistoryEvent,
    IdempotencyRecord,
    Incident,
    Job,
    MessageWait,
    Notice,
    OutboxMessage,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)
from app.services.core import clock, holidays, settings
from app.services.definitions import definitions
from app.services.files import store
from tests.chaos import office

_TOLD = {
    "completed": "task_completed",
    "cancelled": "task_cancelled",
}
#: Events that set variables of the case.
_SETTING = frozenset({"instance_started", "task_completed", "message_received"})


def wrong_in(session: Session, *, everything: bool) -> list[str]:
    """What is wrong in the cases that are open and the last that ended, or in all of them. One snapshot is read."""
    cases = _cases(session, everything=everything)
    ids = [case.id for case in cases]
    events, tasks, jobs, waits, queued = (
        _by_case(session, model, ids) for model in (HistoryEvent, UserTask, Job, MessageWait, OutboxMessage)
    )
    wrong = []
    for case in cases:
        found = _wrong_history(case, events[case.id], tasks[case.id], queued[case.id])
        found += _wrong_state(session, case, tasks[case.id], jobs[case.id], waits[case.id])
        wrong += [f"case {case.id} ({case.state}): {line}" for line in found]
    wrong += _wrong_notices(session, [one for rows in queued.values() for one in rows])
    wrong += _wrong_files(session) + _wrong_versions(session)
    return wrong + _wrong_elsewhere(session)


def _cases(session: Session, *, everything: bool) -> Sequence[ProcessInstance]:
    ours = select(ProcessInstance).where(ProcessInstance.key == office.KEY)
    if everything:
        return session.scalars(ours.order_by(ProcessInstance.id)).all()
    running = open_cases(session)
    over = ours.where(ProcessInstance.ended_at.is_not(None)).order_by(ProcessInstance.ended_at.desc())
    return [*running, *session.scalars(over.limit(2))]


def open_cases(session: Session) -> Sequence[ProcessInstance]:
    running = (ProcessInstance.key == office.KEY, ProcessInstance.ended_at.is_(None))
    return session.scalars(select(ProcessInstance).where(*running)).all()


def _by_case(session: Session, model: Any, ids: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {one: [] for one in ids}
    for row in session.scalars(select(model).where(model.instance_id.in_(ids)).order_by(model.id)):
        found[row.instance_id].append(row)
    return found


def _wrong_history(
    case: ProcessInstance, events: list[HistoryEvent], tasks: list[UserTask], queued: list[OutboxMessage]
) -> list[str]:
    """History equals tables."""
    wrong = []
    kinds = Counter(event.type for event in events)
    named = Counter((event.type, event.data.get("task")) for event in events)
    for type_, rows in (
        ("task_created", tasks),
        *((type_, [t for t in tasks if t.state == state]) for state, type_ in _TOLD.items()),
        ("task_overdue", [t for t in tasks if t.overdue_at is not None]),
    ):
        told = Counter({task: n for (kind, task), n in named.items() if kind == type_})
        if told != Counter(row.id for row in rows):
            wrong.append(f"{type_} of {dict(told)}, rows {[row.id for row in rows]}")
    ended = case.state == "ended"
    if (kinds["instance_started"], kinds["instance_ended"]) != (1, int(ended)):
        wrong.append(f"began {kinds['instance_started']} times, ended {kinds['instance_ended']} times")
    reminders = [one for one in queued if one.activity_id == office.REMINDER]
    if not kinds["timer_fired"] == kinds["notification_queued"] == len(reminders):
        wrong.append(
            f"{kinds['timer_fired']} timers fired, {kinds['notification_queued']} reminders were told of, "
            f"{len(reminders)} queued"
        )
    variables: dict[str, Any] = {}
    for event in events:
        if event.type in _SETTING:
            variables |= event.data["values"]
    if variables != case.variables:
        wrong.append(f"its history leads to {variables}, its row holds {case.variables}")
    return wrong


def _wrong_state(
    session: Session,
    case: ProcessInstance,
    tasks: list[UserTask],
    jobs: list[Job],
    waits: list[MessageWait],
) -> list[str]:
    """The engine's state loads, and what is open in it equals the rows."""
    rows = (
        {task.id for task in tasks if task.state == "open"},
        {(job.id, job.due_at) for job in jobs},
        {wait.id for wait in waits},
    )
    if not case.engine_state:
        return [] if case.state == "ended" and not any(rows) else [f"no state, but {rows}"]
    version = definitions.version(session, case.definition_id)
    given = (version.program, case.engine_state, case.variables)
    when: Any = {"now": clock.now(session), "calendar": holidays.calendar(session)}
    try:
        workflow = engine.Case.take_up(*given, **when).workflow
    except AppError as error:
        return [f"its state does not load: {error}"]
    held = (
        {task.id.hex for task in open_tasks(workflow)},
        {
            (timer.id.hex, due_of(timer).at)
            for timer in waiting_events(workflow, TimerEvent)
            if timer.internal_data.get("due")
        },
        {one.id.hex for one in waiting_events(workflow, MessageEvent | SignalEvent)},
    )
    names = ("tasks", "timers", "messages")
    return [
        f"{name}: its state holds {theirs}, there are rows {ours}"
        for name, theirs, ours in zip(names, held, rows, strict=True)
        if theirs != ours
    ]


def _wrong_notices(session: Session, messages: list[OutboxMessage]) -> list[str]:
    """What counts as delivered stands once in the list of each officer, and nothing else does."""
    ids = [one.id for one in messages]
    told = Counter(session.execute(select(Notice.outbox_id).where(Notice.outbox_id.in_(ids))).scalars())
    expected = {
        one.id: len(office.OFFICERS) if one.delivered_at is not None else 0
        for one in messages
        if one.activity_id == office.REMINDER
    }
    return [
        f"message {number} was shown {told[number]} times, not {times}"
        for number, times in expected.items()
        if told[number] != times
    ]


def _wrong_files(session: Session) -> list[str]:
    """Each row has its file, whole. A file without a row is housekeeping's, see `orphans`.

    The snapshot does not hold the files. While another process works it may complete a task, and so put a file
    under another name, or remove it: what is missing must be missed by the row as it is now.
    """
    wrong = []
    for row in session.scalars(select(Attachment)):
        try:
            content = store.read_content(session, row)
        except AppError as error:
            if _stands(session, row):
                wrong.append(f"attachment {row.id}: {error}")
            continue
        if len(content) != row.size_bytes:
            wrong.append(f"attachment {row.id} has {len(content)} bytes, not {row.size_bytes}")
    return wrong


def _stands(session: Session, row: Attachment) -> bool:
    """Whether the row names the same file after this moment too. A file goes only once its row is committed."""
    query = select(Attachment.is_private).where(Attachment.id == row.id)
    with Session(session.get_bind()) as later:
        return later.scalar(query) == row.is_private


def orphans(session: Session) -> list[str]:
    """Files that no row names."""
    rows = session.scalars(select(Attachment))
    known = {store.path(session, row.id, private=row.is_private).name for row in rows}
    return sorted(
        {path.name for path in settings.config(session).files_dir.iterdir() if path.is_file()} - known
    )


def _wrong_versions(session: Session) -> list[str]:
    """Each version is whole, numbered without a gap, and told of once."""
    wrong = []
    told = Counter(
        event.data["definition_id"]
        for event in session.scalars(select(HistoryEvent).where(HistoryEvent.type == "definition_deployed"))
    )
    counted: Counter[str] = Counter()
    query = select(ProcessDefinition).order_by(ProcessDefinition.key, ProcessDefinition.version)
    for definition in session.scalars(query):
        counted[definition.key] += 1
        if definition.version != counted[definition.key]:
            wrong.append(
                f"version {definition.version} of {definition.key} is number {counted[definition.key]}"
            )
        if len(definition.files) != (3 if definition.key == office.KEY else 2) or not definition.lane_groups:
            wrong.append(f"version {definition.version} of {definition.key} is not whole")
        if told[definition.id] != 1:
            wrong.append(
                f"version {definition.version} of {definition.key} was told {told[definition.id]} times"
            )
    return wrong


def _wrong_elsewhere(session: Session) -> list[str]:
    """No command is half answered, and nothing became an incident."""
    kept = select(IdempotencyRecord).order_by(IdempotencyRecord.created_at.desc()).limit(20)
    half = [one.scope for one in session.scalars(kept) if one.result == {}]
    incidents = [one.message for one in session.scalars(select(Incident))]
    return [f"a command was answered with nothing: {one}" for one in half] + [
        f"an incident: {one}" for one in incidents
    ]


def wrong_pages(session: Session) -> list[str]:
    """What SQLite itself finds wrong with its file."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    found = [row[0] for row in session.execute(text("PRAGMA integrity_check"))]
    found += [f"foreign key: {tuple(row)}" for row in session.execute(text("PRAGMA foreign_key_check"))]
    return [line for line in found if line != "ok"]
