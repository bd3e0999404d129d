"""The moves of a run: finish a task, fire a timer, catch a message, and go on to where somebody must wait."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.bpmnio import budget
from app.engine import timers
from app.engine.diagram import ASKED, Node
from app.engine.running import apply_mappings, compensation, conditional_events, event_propagation
from app.engine.running import state as codec
from app.engine.running.context import Effect
from app.engine.running.elements import QUESTION, SignalEvent, TimerEvent
from app.engine.running.reminders import postpone
from app.engine.running.run import Run
from app.engine.running.scheduling import deadline_of, moment_given, note_passed
from app.engine.running.step import due_of, node_of, open_tasks, waiting_events
from app.engine.scopes import Round, frames, guarded_activities, rounds_of

#: Automatic elements that one command may pass, in a round or outside of any, before it counts as an endless loop.
MAX_STEPS = 500
#: And in all: many rounds of many elements are no endless loop, but nobody waits that long.
MAX_STEPS_IN_ALL = 5_000
#: What a case may hold at once, far above 500 rounds of a few branches each.
MAX_TASKS = 10_000

#: What all expressions of one command may take together: on SQLite nobody else writes meanwhile.
MAX_SECONDS = 5.0
#: What is over is cut off on a long way too; each step looks at all that is there.
_COMPACT_EVERY = 100

#: Gateways that note themselves which of several flows they took.
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})


@contextmanager
def failing() -> Iterator[None]:
    """The library's own failures become ours, and expressions have a time that they share."""
    try:
        with budget.sharing(MAX_SECONDS):
            yield
    except SpiffWorkflowException as error:
        raise ExecutionFailed(_("Diagram tidak dapat dilanjutkan dari sini."), detail=str(error)) from error


def finish(workflow: codec.Workflow, task: Task, variables: Mapping[str, Any]) -> None:
    """Set the variables a person submitted and let the token leave the task or question."""
    run: Run = workflow.run
    before = run.assign(variables, task)
    node = node_of(task)
    kind = "question_answered" if _is_question(task) else "task_completed"
    answer = (
        {"answers": run.answers.get(node.id)} if kind == "question_answered" else {"values": dict(variables)}
    )
    run.record(kind, node.id, task=task.id.hex, **answer, **before)
    _run(run, task)
    if node.sends and kind == "task_completed":
        run.effects.append(Effect(node, run.seen_by(task), rounds_of(task), len(run.events)))


def finish_with_question(workflow: codec.Workflow, task: Task, variables: Mapping[str, Any]) -> list[str]:
    """Finish a task, go on, and finish the question that comes with it too, if it is answered; return its id.

    One question comes with a task. One that follows a question, the same one on a further pass included, is asked
    anew.
    """
    already = {each.id for each in open_tasks(workflow)}
    finish(workflow, task, variables)
    advance(workflow)
    for each in [] if _is_question(task) else open_tasks(workflow):
        if _is_question(each) and each.id not in already and each.task_spec.bpmn_id in workflow.run.answers:
            finish(workflow, each, {})
            advance(workflow)
            return [each.id.hex]
    return []


def _is_question(task: Task) -> bool:
    return bool(task.task_spec.name.startswith(QUESTION))


def advance(workflow: codec.Workflow) -> None:
    """Run everything that needs no person, in order, up to the step limit; then what waits for what came true."""
    _run_ready(workflow)
    while met := conditional_events.newly_met(workflow):
        for event in met:
            if event._state == TaskState.WAITING:  # else one before it ended this one
                node = node_of(event)
                workflow.run.record("message_received", node.id, message=node.message, values={})
                event_propagation.trigger(event)
                _run_ready(workflow)
        codec.compact(workflow)


def _run_ready(workflow: codec.Workflow) -> None:
    passed = 0
    while ready := _automatic(workflow):
        for task in ready:
            if task.state == TaskState.READY:  # an end that terminates may have taken it away
                _count(workflow.run, task)
                _run(workflow.run, task)
        _broadcast(workflow)
        passed += len(ready)
        if passed > _COMPACT_EVERY:
            codec.compact(workflow)
            passed = 0


def _broadcast(workflow: codec.Workflow) -> None:
    """A signal thrown here is caught here too, at once. What follows runs with all else: one that sets itself off
    would go ever deeper."""
    run: Run = workflow.run
    while run.here:
        _set_off(workflow, run.here.pop(0))


def _automatic(workflow: codec.Workflow) -> list[Task]:
    """What runs next by itself; when nothing does, an inclusive gateway that was waiting for the others may."""
    ready = _ready(workflow)
    if not ready and not workflow.completed:
        workflow.update_waiting_tasks()
        ready = _ready(workflow)
    return ready


def _ready(workflow: codec.Workflow) -> list[Task]:
    """What is ready and needs no person, in the order of the tree; walking it takes longer than a look at all."""
    found = [t for t in workflow.tasks.values() if t._state == TaskState.READY and not t.task_spec.manual]
    return found if len(found) < 2 else workflow.get_tasks(state=TaskState.READY, manual=False)


def _run(run: Run, task: Task) -> None:
    """Run a task. Where it leads is laid out now and no further: the library would lay out all that must follow,
    which is much, and in a loop that only an event ends has no end."""
    task.task_spec._predict_hook(task)
    task.run()
    _passed(run, task)


def _passed(run: Run, task: Task) -> None:
    """Note that an element of the diagram was passed, with the flows that leave it and are no gateway's choice."""
    compensation.note(task)
    left = getattr(task.task_spec, "leaves", None)
    if left is not None:
        run.visits.update(flow.id for flow in run.diagram.outgoing.get(left, ()))
    node_id = task.task_spec.bpmn_id
    if node_id is None or _is_question(task):
        return
    run.visits[node_id] += 1
    node, flows = run.diagram.nodes[node_id], run.diagram.outgoing.get(node_id, ())
    if run.diagram.ends_case(node):
        run.end = node
    if isinstance(task.parent.task_spec, BoundaryEventSplit) and not node.attached_to:
        run.visits.update(flow.id for flow in run.diagram.raced_along(node_id))
    if node.kind not in _CHOOSING or len(flows) == 1:
        run.visits.update(flow.id for flow in flows)


def fire_due_beside(workflow: codec.Workflow, task: Task, *, only_interrupting: bool = False) -> None:
    """Fire the timers beside a task, or a raced event, that were due before the command, in order: a late officer
    must not beat his deadline. Timers elsewhere are the worker's.
    """
    leave_out_reporter(task.workflow)
    while due := [timer for timer in timers_around(task) if _is_due(timer)]:
        due = [t for t in due if t.task_spec.cancel_activity or not only_interrupting]
        if not due:
            return
        fire_timer(workflow, min(due, key=lambda timer: due_of(timer).at))


def leave_out_reporter(workflow: codec.Workflow) -> None:
    """While the reporter is waited for, let what counts from a first opening not be due for the time he takes."""
    if workflow.case_clock.since is not None and any(map(_is_due, waiting_events(workflow, TimerEvent))):
        postpone(workflow)


def timers_around(task: Task) -> list[Task]:
    """The waiting timers on the boundary of the activities that ``task`` is or is inside of."""
    if task.state & TaskState.FINISHED_MASK:
        return []
    splits = {host.parent.id for host in guarded_activities(task)}
    return [timer for timer in waiting_events(task.workflow, TimerEvent) if timer.parent.id in splits]


def _is_due(timer: Task) -> bool:
    return bool(timer.internal_data.get("due")) and due_of(timer).at <= timer.workflow.run.now


def receive(workflow: codec.Workflow, event: Task, variables: Mapping[str, Any], **told: Any) -> None:
    """Let a waiting message event catch its message, or a job be done, and go on. ``told``: what the history says of
    it besides."""
    run: Run = workflow.run
    node = node_of(event)
    if node.job is not None:
        _complete_job(run, event, variables, **told)
        advance(workflow)
        return
    # What a round hands out is worked out as it ends, from what came.
    carried_later = _is_round_of(event, node)
    own = {name for name in variables if name == ASKED.get(node.asks)}
    given = {name: value for name, value in variables.items() if name not in own}
    before = {} if apply_mappings.keeps(node) and not carried_later else run.assign(given, event)
    if own:
        before["local"] = [*before.get("local", ()), *own]
    run.record("message_received", node.id, message=node.message, values=dict(variables), **told, **before)
    if not carried_later:
        apply_mappings.received(run, node, variables, event)
    until = _until(run, node, variables) if node.asks == "time" else None
    if until is not None:
        event_propagation.appoint(event, until, run.now)
    else:
        event_propagation.trigger(event, again=node.asks != "time")
    advance(workflow)


def _complete_job(run: Run, event: Task, variables: Mapping[str, Any], *, worker: str = "") -> None:
    node, before = node_of(event), run.assign(variables, event)
    run.record("worker_job_completed", node.id, worker=worker, values=dict(variables), **before)
    event_propagation.trigger(event)
    if node.sends:
        run.effects.append(Effect(node, run.seen_by(event), rounds_of(event), len(run.events)))


def throw_error(workflow: codec.Workflow, job: Task, code: str) -> bool:
    """Let a job end with a BPMN error, and go on; False where nothing catches it."""
    caught = event_propagation.catcher(job, error=code, escalation=None)
    if caught is None:
        return False
    by = caught.task_spec.bpmn_id
    workflow.run.record("error_thrown", job.task_spec.bpmn_id, code=code, by=by)
    event_propagation.interrupt(caught, None)
    advance(workflow)
    return True


def _until(run: Run, node: Node, variables: Mapping[str, Any]) -> datetime | None:
    try:
        return moment_given(variables, run.now, run.calendar)
    except ValueError as error:
        raise ExecutionFailed(
            _(
                "Saat yang diisikan pada “{name}” tidak dimengerti, atau sudah lewat.",
                name=node.name or node.id,
            ),
            activity_id=node.id,
            detail=str(error),
        ) from error


def _is_round_of(event: Task, node: Node) -> bool:
    """Whether an event waits in a round of its own activity; since before its marker was read it does not."""
    frame = next(frames(event), None)
    return (
        frame is not None and isinstance(frame.task_spec, Round) and frame.task_spec.rounds.node_id == node.id
    )


def catch_signal(workflow: codec.Workflow, name: str) -> bool:
    """Let every event that waits for the signal catch it, and go on. Return whether there was one."""
    found = _set_off(workflow, name)
    advance(workflow)
    return found


def _set_off(workflow: codec.Workflow, signal: str) -> bool:
    run: Run = workflow.run
    found = [t for t in waiting_events(workflow, SignalEvent) if t.task_spec.event_definition.name == signal]
    for event in found:
        if event._state == TaskState.WAITING:  # else one before it ended this one
            run.record("signal_caught", node_of(event).id, signal=signal)
            event_propagation.trigger(event)
    return bool(found)


def open_task(workflow: codec.Workflow, waiting: Task) -> None:
    """Let a person's task open that has waited till now."""
    del waiting.internal_data["due"]
    waiting.task_spec._update(waiting)
    advance(workflow)


def fire_timer(workflow: codec.Workflow, timer: Task) -> None:
    """Fire a timer; a deadline marks its task overdue, a repeating one waits again."""
    run: Run = workflow.run
    by_clock, run.by_clock = run.by_clock, True
    run.clock_ran = True
    node, due = node_of(timer), due_of(timer)
    run.record("timer_fired", node.id, due_at=due.at.isoformat(), text=due.text)
    _tell_overdue(timer, due)
    host = _host(timer)
    note_passed(timer, run.diagram)
    deadline = deadline_of(timer, run.diagram) if node.attached_to else None
    _repeat(timer, due)
    run.firing = timer
    timer.task_spec._update(timer)
    run.firing = None
    run.fired, run.timed, run.fired_deadline = timer, host, deadline
    advance(workflow)
    run.fired = run.timed = run.fired_deadline = None
    run.by_clock = by_clock


def _tell_overdue(timer: Task, due: timers.Due) -> None:
    """Tell of each open task whose deadline this timer is."""
    run: Run = timer.workflow.run
    # In the order of the tree, which is the same for cases that stand alike.
    for task in timer.workflow.get_tasks(state=TaskState.READY, manual=True):
        if (
            task.task_spec.bpmn_id
            and task.internal_data.get("deadline") == timer.task_spec.bpmn_id
            and any(host.parent is timer.parent for host in guarded_activities(task))
        ):
            run.record("task_overdue", task.task_spec.bpmn_id, task=task.id.hex, due_at=due.at.isoformat())


def _repeat(timer: Task, due: timers.Due) -> None:
    """Let a repeating timer wait for its next time beside the one that fires, unless that cuts its activity off."""
    run: Run = timer.workflow.run
    if node_of(timer).interrupting:
        return
    following = timers.next_due(due, now=run.now, calendar=run.calendar)
    if following is not None:
        event_propagation.rearm(timer, {"due": following.as_dict(), "opened": timer.internal_data["opened"]})


def _host(event: Task) -> Task | None:
    """The activity that a boundary event sits on."""
    if event.parent is None or not isinstance(event.parent.task_spec, BoundaryEventSplit):
        return None
    return next((t for t in event.parent.children if t.task_spec.manual and t.task_spec.bpmn_id), None)


def _count(run: Run, task: Task) -> None:
    """Stop what would never end, or go on for longer and hold more than a case can."""
    if task.task_spec.bpmn_id is None and len(task.workflow.tasks) <= MAX_TASKS:
        return
    here = next((frame.id for frame in frames(task) if isinstance(frame.task_spec, Round)), None)
    run.passed.append(task.task_spec.bpmn_id or "")
    run.steps[here] += 1
    run.steps_in_all += 1
    if run.steps[here] > MAX_STEPS:
        text, limit = _circling(run), "automatic_loop"
    elif run.steps_in_all > MAX_STEPS_IN_ALL:
        text = _("Terlalu banyak langkah otomatis sekaligus: lebih dari {n}.", n=MAX_STEPS_IN_ALL)
        limit = "too_many_steps"
    elif len(task.workflow.tasks) > MAX_TASKS:
        text = _(
            "Terlalu banyak cabang berjalan bersamaan dalam perkara ini. Periksa percabangan yang berulang."
        )
        limit = "too_many_branches"
    else:
        return
    raise ExecutionFailed(text, activity_id=task.task_spec.bpmn_id, limit=limit)


def _circling(run: Run) -> str:
    """What a person is told of a case that goes round: through which elements, and what helps."""
    *earlier, last = run.passed
    since = earlier[::-1].index(last) + 1 if last in earlier else 0
    nodes = [run.diagram.nodes[id_] for id_ in dict.fromkeys(earlier[len(earlier) - since :])]
    names = [f"“{node.name}”" for node in nodes if node.name]
    if not names:
        return _(
            "Perkara melewati lebih dari {n} langkah otomatis sekaligus; proses dihentikan. Taruh tugas orang, "
            "pesan, atau timer di antaranya.",
            n=MAX_STEPS,
        )
    return _(
        "Perkara berputar tanpa henti lewat {names}: tidak ada yang menunggu di putaran itu. Taruh tugas orang, "
        "pesan, atau timer di sana, atau perbaiki syarat gerbangnya; lalu pindahkan perkara ini ke versi baru.",
        names=", ".join(names),
    )
