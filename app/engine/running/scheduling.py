"""When timers are due, and which of them is an activity's deadline."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.calendar import Calendar
from app.base.errors import ExecutionFailed, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import UNTIL, Diagram, Node
from app.engine.running import apply_mappings, case_clock
from app.engine.running.case_clock import CaseClock, Openings
from app.engine.running.context import Context
from app.engine.scopes import Round, frames, guarded_activities


def schedule(run: Context, task: Task, opened_at: datetime | None = None) -> dict[str, Any]:
    """What a timer that opens now, or opened at ``opened_at``, has to remember: when it is due, since when it waits.

    Raises:
        ExecutionFailed: its expression fails, or gives no time.
    """
    node = run.diagram.nodes[task.task_spec.event_definition.name]
    opened_at = opened_at or run.now
    values = apply_mappings.edge(run, node, run.seen_by(task))
    first = first_opening(run, task, node, opened_at) if node.counts_from_first else None
    due = due_from(run, node, opened_at, deadline_of(task, run.diagram), values, first)
    if first is not None and due is not None:
        due = _unless_fired(task, node, due, run.now)
    return {"due": due.as_dict() if due else None, "opened": opened_at.astimezone(UTC).isoformat()}


def moment_given(values: Mapping[str, Any], now: datetime, calendar: Calendar) -> datetime | None:
    """The moment, in the office's zone, that is filled in at an event that asks until when it waits; None where none
    is, as its time has come.

    Raises:
        ValueError: it is no moment, or has passed.
    """
    told = values.get(UNTIL)
    if told in (None, ""):
        return None
    if not isinstance(told, str):
        raise ValueError(f"no moment: {told!r}")
    moment = datetime.fromisoformat(told)
    try:
        moment = moment.astimezone(calendar.zone) if moment.tzinfo else moment.replace(tzinfo=calendar.zone)
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no moment: {told}") from error
    if moment <= now:
        raise ValueError(f"passed: {told}")
    return moment


def _unless_fired(task: Task, node: Node, due: timers.Due, now: datetime) -> timers.Due | None:
    """``due``; None where it has passed and the timer fired for its first opening: the activity is late at once, and
    the way that leads on from its edge is not gone again."""
    as_deadline = case_clock.fired(openings_of(task)).get(node.id)
    if as_deadline is None or due.at > now:
        for host in _hosts(task):
            if host.internal_data.get("passed_deadline", [""])[0] == node.id:
                del host.internal_data["passed_deadline"]  # it has not passed, as it was begun anew
        return due
    if as_deadline:
        _let_pass(task, due.as_dict())
    return None


def first_opening(run: Context, task: Task, node: Node, opened_at: datetime) -> timers.FirstOpening:
    """The first opening of a timer that opens at ``opened_at``: in its round, else in the case."""
    clock: CaseClock = task.workflow.case_clock
    return clock.opening(openings_of(task), node.id, opened_at, run.now, run.calendar)


def openings_of(task: Task) -> Openings:
    """Where first openings are noted for what ``task`` is: with its innermost round, else with the case."""
    within = next((frame for frame in frames(task) if isinstance(frame.task_spec, Round)), None)
    held: Openings = task.workflow.case_clock.openings
    if within is None:
        return held
    held = within.internal_data.setdefault("openings", {})
    return held


def due_from(
    run: Context,
    node: Node,
    opened_at: datetime,
    deadline: timers.Due | None,
    values: Mapping[str, Any],
    first: timers.FirstOpening | None = None,
) -> timers.Due | None:
    """When a timer is due that opened at ``opened_at``; ``deadline``: of its activity, ``values``: what it sees,
    ``first``: what it counts from instead.

    Raises:
        ExecutionFailed: its expression fails, or gives no time.
    """
    if node.timer is None:
        return None
    run.require_whole(node)
    try:
        return timers.due(
            node.timer,
            opened_at=opened_at,
            day_unit=run.diagram.day_unit,
            calendar=run.calendar,
            evaluate=lambda text: (
                feel.evaluate(text, values, now=run.local_now, kinds=run.diagram.kinds).value
            ),
            deadline=deadline,
            first=first,
        )
    except ExpressionFailed as error:
        raise ExecutionFailed(
            _("Waktu pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
            activity_id=node.id,
            detail=error.said,
        ) from error


def deadline_of(task: Task, diagram: Diagram) -> timers.Due | None:
    """The deadline that ``task``, an activity or what waits on its edge, has to meet, as far as it is scheduled."""
    return governing(task, diagram)[1]


def governing(task: Task, diagram: Diagram) -> tuple[str, timers.Due | None]:
    """The id of the timer that is the deadline of an activity, and when that is due: its own, or one on the edge of
    what it is inside of, whichever is earlier. ("", None) where there is none."""
    return min(_deadlines(task, diagram), key=lambda found: found[1].at, default=("", None))


def note_governing(task: Task, diagram: Diagram) -> timers.Due | None:
    """When a task is due; it notes the timer that says so, which tells when it is late."""
    timer_id, due = governing(task, diagram)
    task.internal_data.pop("deadline", None)
    if due is not None:
        task.internal_data["deadline"] = timer_id
    return due


def _deadlines(task: Task, diagram: Diagram) -> Iterator[tuple[str, timers.Due]]:
    """Those of the activities that ``task`` is, waits beside or is inside of, the innermost first."""
    for host in guarded_activities(task):
        passed, timer = _passed(host), deadline_timer(host, diagram)
        if passed is None and timer is not None:
            passed = [timer.task_spec.bpmn_id, timer.internal_data["due"]]
        if passed is not None:
            timer_id, due = passed[0], timers.Due.from_dict(passed[1])
            sits_on = diagram.nodes[diagram.nodes[timer_id].attached_to or timer_id]
            is_own = host is task or sits_on.id == task.task_spec.bpmn_id
            yield timer_id, due if is_own else replace(due, around=sits_on.name or sits_on.id)


def has_passed(task: Task) -> bool:
    """Whether the timer that a task noted as its deadline has fired."""
    passed = (found[0] for host in guarded_activities(task) if (found := _passed(host)) is not None)
    return task.internal_data.get("deadline") in passed


def _passed(host: Task) -> list[Any] | None:
    """The id and due time of the deadline of an activity whose timer has fired; see `note_passed`."""
    noted = (each.internal_data.get("passed_deadline") for each in host.parent.children)
    return next((found for found in noted if found is not None), None)


def fired_deadline(task: Task, diagram: Diagram) -> str:
    """The id of the deadline that a task noted if it has fired, and no other timer is marked as the deadline; else
    ""."""
    noted = task.internal_data.get("deadline", "")
    host = next((each for each in guarded_activities(task) if _sits_on(diagram, noted, each)), None)
    if host is None or any(_waits(each, noted) for each in host.parent.children):
        return ""
    other = deadline_timer(host, diagram)
    is_marked = other is not None and diagram.nodes[other.task_spec.bpmn_id].is_deadline
    return "" if is_marked and not diagram.nodes[noted].is_deadline else noted


def _sits_on(diagram: Diagram, timer_id: str, host: Task) -> bool:
    """Whether a timer is drawn on the edge of the activity that ``host`` stands for."""
    node = diagram.nodes.get(timer_id)
    return node is not None and node.attached_to == host.task_spec.name.partition(".")[2]


def _waits(event: Task, timer_id: str) -> bool:
    is_to_fire = event._state == TaskState.WAITING and event.internal_data.get("due")
    return event.task_spec.bpmn_id == timer_id and bool(is_to_fire)


def note_passed(timer: Task, diagram: Diagram) -> None:
    """Let an activity remember its deadline, whose timer is about to fire and be gone; and its case, of a timer that
    counts from a first opening, that it fired for that."""
    found, node = deadline_timer(timer, diagram), diagram.nodes[timer.task_spec.bpmn_id]
    is_deadline = found is not None and found.id == timer.id and bool(node.attached_to)
    if node.counts_from_first:
        case_clock.note_fired(openings_of(timer), node.id, is_deadline=is_deadline)
    if is_deadline:
        _let_pass(timer, timer.internal_data["due"])


def _let_pass(timer: Task, due: dict[str, Any]) -> None:
    for host in _hosts(timer):
        host.internal_data.setdefault("passed_deadline", [timer.task_spec.bpmn_id, due])


def _hosts(event: Task) -> list[Task]:
    """The activity on whose edge an event waits."""
    return [each for each in event.parent.children if not hasattr(each.task_spec, "event_definition")]


def deadline_timer(task: Task, diagram: Diagram) -> Task | None:
    """The timer that is an activity's deadline: marked ``tenggat``, else the earliest interrupting one, else
    the latest that does not repeat. Source: HOUSE.md, properties of a boundary timer."""
    if task.parent is None:
        return None
    scheduled = list[tuple[Node, Task]]()
    for sibling in task.parent.children:
        node = diagram.nodes.get(
            getattr(getattr(sibling.task_spec, "event_definition", None), "name", None) or ""
        )
        if node and diagram.may_be_deadline(node) and sibling.internal_data.get("due"):
            scheduled.append((node, sibling))
    scheduled = [(node, s) for node, s in scheduled if node.timer and not timers.is_relative(node.timer)]
    marked = [s for node, s in scheduled if node.is_deadline]
    if marked:
        return marked[0]
    interrupting = [s for node, s in scheduled if node.interrupting]
    if interrupting:
        return min(interrupting, key=_due_at)
    single = [s for node, s in scheduled if not timers.Due.from_dict(s.internal_data["due"]).every]
    return max(single, key=_due_at, default=None)


def _due_at(task: Task) -> datetime:
    return timers.Due.from_dict(task.internal_data["due"]).at
