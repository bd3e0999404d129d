"""A case that is over goes on at a step of its version, as if a token had just come there. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from SpiffWorkflow.util.task import TaskState

from app.base.calendar import Calendar
from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.engine import timers
from app.engine.diagram import Node
from app.engine.running import blocked_joins, marking, reminders, scheduling, step, transitions
from app.engine.running import state as codec
from app.engine.running.elements import TimerEvent
from app.engine.running.execution import Program
from app.engine.running.marking import Slot
from app.engine.running.migration import Blocked, Obstacle, can_enter
from app.engine.running.run import Run
from app.engine.running.step import Before, Kept, Step

#: Where people work, or something is that holds such steps; gateways that ask are steps as well.
_STEPS = frozenset({"userTask", "subProcess"})


def steps(program: Program) -> list[Node]:
    """Where a case may go on that is over, in the order in which it is drawn: no step inside of a sub-process, which
    begins with its first."""
    diagram = program.diagram
    begun = diagram.event_sub_processes  # by their event alone
    drawn = (
        n for n in diagram.nodes.values() if not diagram.drawn_in(n) and not n.is_body and n.id not in begun
    )
    found = (node for node in drawn if can_enter(program, node))
    return [node for node in found if node.kind in _STEPS or node.id in diagram.questions]


def reopen(
    program: Program,
    variables: Mapping[str, Any],
    to: str,
    *,
    now: datetime,
    calendar: Calendar,
    deadline: timers.Due | None = None,
) -> Step:
    """Let a case that is over go on at ``to``, one of `steps`; the step has `Step.kept`, of nothing.

    ``deadline``: what the task there had before, and has again. All other timers begin anew.

    Raises:
        Blocked: it cannot go on there, and why.
    """
    run = Run(program.diagram, program.tables, dict(variables), now, calendar)
    prefix = program.spec.entry(to).name.partition(".")[0]
    token = Slot(uuid4().hex, prefix, to, TaskState.FUTURE, {})
    workflow = marking.lay(marking.in_bodies((token,), program.diagram, ""), program.spec, run)
    if found := [Obstacle(*one) for one in blocked_joins.new_trouble(_nowhere(program), workflow, {})]:
        raise Blocked(found)
    try:
        with transitions.failing():
            entering = workflow.tasks[UUID(token.id)]
            entering.task_spec._update(entering)
            transitions.advance(workflow)
        if deadline is not None:
            _keep_deadline(workflow, to, deadline)
        made = step.between(workflow, Before())
    except ExecutionFailed as error:
        raise Blocked([Obstacle("cannot_go_on", error.activity_id, error.said)]) from error
    if made.ended:
        text = _("Dari “{name}” perkara ini langsung berakhir lagi.", name=_called(program, to))
        raise Blocked([Obstacle("ends_again", to, text)])
    return replace(made, kept=Kept((), (), ()))


def _nowhere(program: Program) -> codec.Workflow:
    return marking.lay((), program.spec, None)


def _called(program: Program, node_id: str) -> str:
    return program.diagram.nodes[node_id].name or node_id


def _keep_deadline(workflow: codec.Workflow, at: str, due: timers.Due) -> None:
    """Let the task that opened be due when it was, and what hangs on that follow it."""
    opened = [task for task in step.open_tasks(workflow) if task.task_spec.bpmn_id == at]
    timer = scheduling.deadline_timer(opened[0], workflow.run.diagram) if len(opened) == 1 else None
    name = workflow.run.diagram.nodes[at].name or at
    if timer is None:
        text = _("“{name}” tidak mempunyai tenggat yang dapat dipertahankan.", name=name)
        raise Blocked([Obstacle("no_deadline", at, text)])
    if due.at <= workflow.run.now and step.node_of(timer).interrupting:
        text = _("Tenggat semula “{name}” sudah lewat dan akan langsung menghentikannya.", name=name)
        raise Blocked([Obstacle("deadline_passed", at, text)])
    timer.internal_data["due"] = due.as_dict()
    for event in step.waiting_events(workflow, TimerEvent):
        if event.parent is timer.parent and reminders.is_reminder(step.node_of(event)):
            reminders.follow(event)
