"""What moving to a version would do to open cases: each is judged by moving it, and nothing is written.

The target may be a version that is not stored: what is asked of it are its program, forms and names of lanes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import AppError
from app.base.i18n import _
from app.engine import filled_texts
from app.engine.running import migration as engine
from app.engine.running.migration import Blocked, Obstacle, Plan, Standing
from app.engine.running.step import OpenTask, Step
from app.history.events.migration import Change
from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.core import access, bulk, clock, holidays
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import listed, task_rows
from app.services.migration import identity_moves, renamed_fields, unasked
from app.services.migration.decisions import Decisions
from app.services.people.units import staff

#: What a verdict can be, in the order in which pages show it.
KINDS = ("blocked", "deadline", "task", "unaffected")
_OF_KIND = {"deadline": "deadline", "timer": "deadline"}


@dataclass(frozen=True)
class Verdict:
    """What would become of a case: what would be otherwise, or why it cannot move."""

    instance_id: int
    number: str
    subject: str
    source_id: int
    source_number: int
    changes: tuple[Change, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """Of `KINDS`; a case whose task and deadline both change is of two."""
        if self.obstacles:
            return frozenset({"blocked"})
        return frozenset(_OF_KIND.get(one.kind, "task") for one in self.changes) or frozenset({"unaffected"})


@dataclass(frozen=True)
class Case:
    """An open case as it is judged: its row, its open tasks, and what its other timers and messages are."""

    instance: ProcessInstance
    tasks: Sequence[UserTask]
    jobs: Mapping[str, Job]
    waits: Mapping[str, MessageWait]


def dry_run(
    session: Session,
    target: Version,
    instance_ids: Iterable[int],
    decisions: Decisions,
    *,
    actor: Actor,
) -> list[Verdict]:
    """Judge cases of any versions, in the order of their ids. 5 SQL for every 500; cases that the actor may not see,
    that are over or that are in ``target`` already are left out."""
    found: list[Verdict] = []
    now, calendar = clock.now(session), holidays.loaded(session)
    plans = dict[int, tuple[Version | None, Plan | None]]()
    for ids in bulk.batches(sorted(instance_ids)):
        cases = _cases(session, ids, target.id, actor)
        moves = []
        for case in cases:
            source_id = case.instance.definition_id
            if source_id not in plans:
                source = definitions.readable(session, source_id)
                plans[source_id] = (source, decisions.plan(source, target) if source is not None else None)
            moves.append((case, *plans[source_id], _moved(case, target, *plans[source_id], now, calendar)))
        staffed = staffed_in(session, target, [outcome for *_case, outcome in moves])
        found += [
            _verdict(case, source, target, plan, outcome, staffed) for case, source, plan, outcome in moves
        ]
    return found


def not_judged(session: Session, instance_id: int, text: str) -> Verdict:
    """What to tell of a case that could not be judged, for a reason that is none of its own."""
    row = session.get_one(ProcessInstance, instance_id)
    return Verdict(
        row.id, row.business_key, row.subject, row.definition_id, 0, (), (Obstacle("failed", None, text),)
    )


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many cases are of each of `KINDS`."""
    counts = Counter(kind for verdict in verdicts for kind in verdict.kinds)
    return {kind: counts[kind] for kind in KINDS}


def _cases(session: Session, ids: Sequence[int], target_id: int, actor: Actor) -> list[Case]:
    query = select(ProcessInstance).where(
        ProcessInstance.id.in_(ids),
        ProcessInstance.ended_at.is_(None),
        ProcessInstance.definition_id != target_id,
        access.visible(actor),
    )
    rows = session.scalars(query.order_by(ProcessInstance.id)).all()
    tasks = open_tasks(session, ids)
    jobs = _by_case(session.scalars(select(Job).where(Job.instance_id.in_(ids))).all())
    waits = _by_case(session.scalars(select(MessageWait).where(MessageWait.instance_id.in_(ids))).all())
    return [Case(row, tasks.get(row.id, ()), jobs.get(row.id, {}), waits.get(row.id, {})) for row in rows]


def open_tasks(session: Session, ids: Sequence[int]) -> dict[int, list[UserTask]]:
    """The open tasks of cases, by case. 1 SQL."""
    found = dict[int, list[UserTask]]()
    query = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.state == "open")
    for task in session.scalars(query.order_by(UserTask.id)):
        found.setdefault(task.instance_id, []).append(task)
    return found


def _by_case(rows: Iterable[Any]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.instance_id, {})[row.id] = row
    return found


def _moved(
    case: Case,
    target: Version,
    source: Version | None,
    plan: Plan | None,
    now: datetime,
    calendar: Calendar,
) -> Step | Blocked:
    if source is None or plan is None:
        unreadable = _("Diagram versi asalnya tidak dapat dibaca.")
        return Blocked([Obstacle("unreadable", None, unreadable)])
    try:
        return outcome(case.instance, case.tasks, source, target, plan, now=now, calendar=calendar)
    except Blocked as blocked:
        return blocked


def outcome(
    instance: ProcessInstance,
    tasks: Iterable[UserTask],
    source: Version,
    target: Version,
    plan: Plan,
    *,
    now: datetime,
    calendar: Calendar,
) -> Step:
    """The step by which a case moves. No SQL.

    Raises:
        Blocked: it cannot, and why.
    """
    if found := list(identity_moves.obstacles(instance, source, target, now=now, calendar=calendar)):
        raise Blocked(found)
    opened = {task.id: task.opened_at for task in tasks}
    standing = Standing(instance.engine_state, instance.variables, opened)

    def migrated(given: Mapping[str, Any]) -> Step:
        programs, how = (source.program, target.program), replace(plan, given=given)
        return engine.migrate(*programs, standing, how, now=now, calendar=calendar)

    try:
        if not plan.given:
            return migrated({})
        try:
            step = migrated({})
        except Blocked:  # perhaps by what it lacks
            return migrated(plan.given)
        needed = unasked.needed(source, target, step) & plan.given.keys()
        return migrated({name: plan.given[name] for name in needed}) if needed else step
    except AppError as error:
        raise Blocked([Obstacle("cannot_go_on", None, error.said)]) from error


def given(case: ProcessInstance, plan: Plan, step: Step) -> dict[str, Any]:
    """The values that a move gives a case, of fields that it was never asked for."""
    return {
        name: value
        for name, value in plan.given.items()
        if unasked.lacks(case.variables, name) and step.variables.get(name) == value
    }


def changes_of(
    case: Case, source: Version, target: Version, plan: Plan, step: Step, staffed: Mapping[str, Any]
) -> tuple[Change, ...]:
    """What a step that moves a case changes of what people see and what is due. ``staffed``: units with officers."""
    assert step.kept is not None  # noqa: S101 it is a move
    rows = {task.id: task for task in case.tasks}
    found = [
        *renamed_fields.changes(case.instance.variables, plan.variables),
        *_of_lists(case, source, target, step),
    ]
    found += [
        Change(kind="given", activity="", name=_field(target, name), after=str(value))
        for name, value in given(case.instance, plan, step).items()
    ]
    for task in step.kept.tasks:
        found += _of_task(rows[task.id], task, source, target, step, staffed)
    for opened in step.opened:
        lane = target.diagram.lane(opened.node.lane_id).name
        found.append(Change(kind="opened", activity=opened.node.id, name=_name(opened), after=lane))
    for task_id in step.closed:
        row = rows[task_id]
        found.append(Change(kind="closed", activity=row.activity_id, name=row.name, before=row.lane))
    told = {_moved_from_to(change) for change in found if change.kind == "deadline"}
    found += [one for one in _of_timers(case, step) if _moved_from_to(one) not in told]
    return (*found, *_of_messages(case, source, step), *unasked.changes(source, target, step))


def _of_lists(case: Case, source: Version, target: Version, step: Step) -> Iterator[Change]:
    """What lists, filters and numbers have of the case, as the target works it out: its properties may name other
    fields. Of the subject, which is free text, the fields are told instead of what they hold."""
    now = listed.columns(target.diagram.properties, step.variables)
    for column, about in listed.COLUMNS.items():
        before, after = getattr(case.instance, column) or "", now[column] or ""
        if before != after and column == "subject":
            before, after = (
                _field(version, version.diagram.properties.get(about, "")) for version in (source, target)
            )
        if before != after:
            yield Change(kind=column, activity="", name="", before=before, after=after)


def _field(version: Version, key: str) -> str:
    """What a field is called on the forms of a version; its key where none has it."""
    fields = (field for form in version.forms.values() for field in form.fields if field.key == key)
    return next((field.name for field in fields), key)


def _of_task(
    row: UserTask, task: OpenTask, source: Version, target: Version, step: Step, staffed: Mapping[str, Any]
) -> list[Change]:
    node, question = task.node, target.diagram.questions.get(task.node.id) if task.is_question else None
    name = _name(task) if question is None else question.text
    unit = task_rows.unit_in(target, source, task, row, step.variables)
    unit = unit if unit is None or unit in staffed or unit == row.unit_code else None
    form_key = None if question else node.form_key
    filled_in = source.forms.get(row.form_key or ""), target.forms.get(form_key or "")
    base = task_rows.base_name(source, row)
    pairs = {
        "lane": (row.lane, target.diagram.lane(node.lane_id).name),
        "name": (base, name),
        "form": (row.form_key or "", form_key or ""),
        "unit": (row.unit_code or "", unit or ""),
    }
    found = [
        Change(kind=kind, activity=node.id, name=name, before=before, after=after)
        for kind, (before, after) in pairs.items()
        if before != after or (kind == "form" and filled_in[0] != filled_in[1])
    ]
    assert step.kept is not None  # noqa: S101 it is a move
    due = task.due.at if task.due is not None else None
    if task.id not in step.kept.passed and due != row.due_at:
        before, after = (at.isoformat() if at else "" for at in (row.due_at, due))
        found.append(Change(kind="deadline", activity=node.id, name=name, before=before, after=after))
    return found


def _of_timers(case: Case, step: Step) -> list[Change]:
    """Timers that begin, end, or are due at another moment."""
    assert step.kept is not None  # noqa: S101 it is a move
    found = []
    for timer in (*step.kept.timers, *step.timers):
        job = case.jobs.get(timer.id)
        before = job.due_at.isoformat() if job is not None else ""
        if before != (after := timer.due.at.isoformat()):
            name = filled_texts.plain(timer.node.name) or timer.due.text
            about = timer.node.attached_to or timer.node.id
            found.append(Change(kind="timer", activity=about, name=name, before=before, after=after))
    closed = set(step.closed)
    for timer_id in step.stopped_timers:
        job = case.jobs.get(timer_id)
        if job is not None and not closed:
            about, text = job.attached_to or job.activity_id, str(job.deadline.get("text", job.activity_id))
            found.append(Change(kind="timer", activity=about, name=text, before=job.due_at.isoformat()))
    return found


def _moved_from_to(change: Change) -> tuple[str, str, str]:
    """A deadline and the timer that it is are due at the same moments."""
    return change.activity, change.before, change.after


def _of_messages(case: Case, source: Version, step: Step) -> list[Change]:
    assert step.kept is not None  # noqa: S101 it is a move
    found = []
    for wait in (*step.kept.messages, *step.messages):
        row, now = case.waits.get(wait.id), wait.node.message or wait.node.signal or ""
        before = row.message if row is not None else ""
        if before != now:
            name = wait.node.name or now
            found.append(Change(kind="message", activity=wait.node.id, name=name, before=before, after=now))
    for wait_id in step.stopped_messages:
        if (row := case.waits.get(wait_id)) is not None:
            node = source.diagram.nodes.get(row.activity_id)
            name = (node.name if node else "") or row.message
            found.append(Change(kind="message", activity=row.activity_id, name=name, before=row.message))
    return found


def _name(task: OpenTask) -> str:
    return task.node.name or task.node.id


def staffed_in(session: Session, target: Version, steps: Iterable[Step | Blocked]) -> Mapping[str, Any]:
    """The units with officers that tasks may be for in the target version. 1 SQL, none where no task names any."""
    wanted = set[str]()
    for step in steps:
        if isinstance(step, Step) and step.kept is not None:
            units = (target.unit_at(task.node, step.variables, task.locals) for task in step.kept.tasks)
            wanted |= {unit for unit in units if unit}
    return staff(session, wanted)


def _verdict(
    case: Case,
    source: Version | None,
    target: Version,
    plan: Plan | None,
    outcome: Step | Blocked,
    staffed: Mapping[str, Any],
) -> Verdict:
    row = case.instance
    base = Verdict(row.id, row.business_key, row.subject, row.definition_id, source.number if source else 0)
    if isinstance(outcome, Blocked):
        return Verdict(**{**vars(base), "obstacles": outcome.obstacles})
    assert source is not None  # noqa: S101 it moved from there
    assert plan is not None  # noqa: S101 by it
    return Verdict(**{**vars(base), "changes": changes_of(case, source, target, plan, outcome, staffed)})
