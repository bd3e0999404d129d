"""The few kinds of element that run. Each asks the `Run` of the moment (`workflow.run`) what to do.

Where branches come together the library's own classes are not used: they look for branches all over the tree of
tasks, take those of an earlier pass for the present one, and drop what a later pass left open. Here a branch that
arrives waits at the join, and nothing but what waits there counts.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EndEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.diagram import Flow
from app.engine.mappings import Mappings
from app.engine.scopes import Round, frames

QUESTION = "?"  # prefix of a question task's spec
RACE = "!"  # prefix of the hidden task that waits for an event gateway's events
JOIN = "+"  # prefix of the join of a gateway that both merges and asks
SPLIT = "<"  # prefix of what an activity with boundary events splits into
MERGE = ">"  # prefix of what is passed when an activity, or an event on its boundary, goes on
SCOPE_END = "/"  # prefix of where a sub-process ends
ENTRY = (
    "~"  # prefix of what leads to the start that stands for the event outside by which a sub-process begins
)
ROUNDS = "*"  # prefix of where an activity that runs several times begins
ROUND = "@"  # prefix of where one of its rounds begins
ROUNDS_END = "#"  # prefix of where they end


def spec_name(node_id: str, prefix: str = "") -> str:
    """The spec's name for a node; the dot keeps ids such as ``Start`` away from the library's own names."""
    return f"{prefix}.{node_id}"


class TimerEvent(EventDefinition):
    """A timer. When it is due was decided when it opened; it fires when the `Run` says so."""

    def has_fired(self, my_task: Task) -> bool:
        """Schedule on first sight, then wait for the run that fires this very task."""
        return bool(my_task.workflow.run.timer_fires(my_task))


class MessageEvent(EventDefinition):
    """A message that is waited for, by name."""


class SignalEvent(EventDefinition):
    """A signal that is waited for, by name."""


class ConditionEvent(MessageEvent):
    """A condition that is waited for, see `conditional_events`."""


class AskedEvent(TimerEvent, MessageEvent):
    """An event that somebody ends, or says until when it waits: then it is a timer as well."""

    def has_fired(self, my_task: Task) -> bool:
        """Whether somebody ended it, or its time has come."""
        return bool(my_task.internal_data.get("event_fired")) or my_task.workflow.run.firing is my_task


class ErrorEvent(EventDefinition):
    """An error that is caught, by code; "" catches any."""


class EscalationEvent(EventDefinition):
    """An escalation that is caught, by code; "" catches any."""


class Automatic(BpmnSpecMixin):
    """A step without a person: a notification, a decision table, a message thrown on the way."""

    mappings: Mappings | None = None

    def _run_hook(self, my_task: Task) -> bool:
        run = my_task.workflow.run
        if self.mappings is not None:
            run.enter(my_task, self.bpmn_id)
        run.automatic(my_task)
        run.leave(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))


class Ending(EndEvent):
    """An end event that also sends a message."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.automatic(my_task)
        return bool(super()._run_hook(my_task))


class StartChoice(SimpleBpmnTask):
    """Leads to the start event that this instance was started by."""

    def _predict_hook(self, my_task: Task) -> None:
        """Where it leads turns out when it runs."""

    def _run_hook(self, my_task: Task) -> bool:
        start = my_task.workflow.spec.task_specs[spec_name(my_task.workflow.run.start_node)]
        my_task._sync_children([start], TaskState.FUTURE)
        return True


class EntryChoice(SimpleBpmnTask):
    """Leads into a sub-process to the start that stands for the event outside from which the token comes."""

    def _predict_hook(self, my_task: Task) -> None:
        """Where it leads turns out when it runs."""

    def _run_hook(self, my_task: Task) -> bool:
        nodes, above = my_task.workflow.spec.diagram.nodes, my_task.parent
        starts = {nodes[spec.bpmn_id].begun_by: spec for spec in self.outputs}
        while above is not None and above.task_spec.bpmn_id not in starts:
            above = above.parent
        # A start of the process may be cut off already, but a case has only one.
        begun_by = above.task_spec.bpmn_id if above is not None else my_task.workflow.run.start_node
        my_task._sync_children([starts[begun_by]], TaskState.FUTURE)
        return True


class Exclusive(BpmnSpecMixin):
    """Takes the one flow that the run chooses."""

    def _predict_hook(self, my_task: Task) -> None:
        """Where it leads turns out when it runs."""

    def _run_hook(self, my_task: Task) -> bool:
        flows: Sequence[Flow] = my_task.workflow.run.choose(my_task)
        my_task._sync_children([my_task.workflow.spec.entry(flow.target) for flow in flows], TaskState.FUTURE)
        return True


class _Join(BpmnSpecMixin):
    """Waits for branches. Those that arrive wait here; the last one that was missing goes on for all."""

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        here = [my_task, *(t for t in self._waiting(my_task) if t is not my_task)]
        if self._must_wait(here):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in self._one_of_each(here)[1:]:
            task._set_state(TaskState.COMPLETED)
        return True

    def _must_wait(self, here: list[Task]) -> bool:
        raise NotImplementedError

    def _one_of_each(self, here: list[Task]) -> list[Task]:
        """Of the branches that are here one for each flow; of two along the same flow the second waits on."""
        room: Counter[str] = Counter(self._inputs)
        found: list[Task] = []
        for task in here:
            if room[_origin(task)] > 0:
                room[_origin(task)] -= 1
                found.append(task)
        return found

    def _waiting(self, my_task: Task) -> list[Task]:
        """The branches that wait here, in the same frame: rounds of a loop do not join each other."""
        tasks, frame = my_task.workflow.tasks.values(), _frame(my_task)
        waiting = (t for t in tasks if t.task_spec is self and t._state == TaskState.WAITING)
        return [task for task in waiting if _frame(task) is frame]

    @cached_property
    def _before(self) -> dict[str, frozenset[str]]:
        """For each element that leads here, those from which a token can come to it without passing this gateway, nor
        leaving the sub-process: one that comes into it again finds another gateway."""
        return {name: self._leading_to(name) for name in self._inputs}

    def _leading_to(self, name: str) -> frozenset[str]:
        specs = self._wf_spec.task_specs
        found, waiting = set[str](), [name]
        while waiting:
            each = waiting.pop()
            if each not in found and each != self.name:
                found.add(each)
                waiting += specs[each]._inputs if each != self._first else ()
        return frozenset(found)

    @cached_property
    def _first(self) -> str:
        """Where the ways to this gateway begin: the sub-process that it lies in, or the process."""
        scope = self._wf_spec.diagram.nodes[self.name.partition(".")[2]].scope
        return spec_name(scope) if scope else str(self._wf_spec.start.name)


class Parallel(_Join):
    """Waits for every flow that leads here, then takes every flow that leaves.

    A flow that only leads back, from behind the gateway, is not waited for on the way there, and is enough on the
    way back: strictly the drawing would wait for ever, and no reader of it expects that.
    """

    def _must_wait(self, here: list[Task]) -> bool:
        come = Counter(_origin(task) for task in self._one_of_each(here))
        wanted: Counter[str] = Counter(self._inputs)
        missing = {name for name, count in wanted.items() if come[name] < count}
        return bool(missing & self._forward) and bool(missing - self._forward or not self._back)

    @cached_property
    def _forward(self) -> frozenset[str]:
        return frozenset(name for name in self._inputs if self._first in self._before[name])

    @cached_property
    def _back(self) -> frozenset[str]:
        return frozenset(self._inputs) - self._forward


class InclusiveJoin(_Join):
    """Waits for every branch that may still arrive. The joining half of an inclusive gateway that asks.

    It looks around when everything else stands still. Source of the rule: BPMN 2.0, table 13.3. A token elsewhere is
    waited for when it can reach a flow along which none has come yet, and none of the flows along which one has.
    """

    def _must_wait(self, here: list[Task]) -> bool:
        tasks, come = here[0].workflow.tasks.values(), {_origin(task) for task in here}
        if any(_moves(task) for task in tasks if task is not here[0]):
            return True
        missing = [name for name in self._inputs if name not in come]
        frame = _frame(here[0])
        places = (place_in(task, frame) for task in tasks if task.task_spec is not self and stands(task))
        return any(
            any(place in self._before[name] for name in missing)
            and not any(place in self._before[name] for name in come)
            for place in places
            if place
        )


class Inclusive(Exclusive, InclusiveJoin):
    """Joins what may still arrive, then takes every flow that the run chooses."""


def _origin(task: Task) -> str:
    """The element that a waiting branch came from."""
    name: str = task.parent.task_spec.name
    return name


def stands(task: Task) -> bool:
    """Whether a token stands here. An event that waits beside its activity is none: the activity is counted."""
    waits = task._state == TaskState.WAITING and not isinstance(task.task_spec, BoundaryEvent)
    return waits or bool(task._state & (TaskState.READY | TaskState.STARTED))


def _moves(task: Task) -> bool:
    """Whether a task's turn comes before the command ends."""
    is_next = task._state == TaskState.FUTURE and task.parent._state == TaskState.COMPLETED
    return is_next or (task._state == TaskState.READY and not task.task_spec.manual)


def _frame(task: Task) -> Task | None:
    return next(frames(task), None)


def place_in(task: Task, frame: Task | None) -> str | None:
    """Where a token stands as seen from within ``frame``: deeper down, in the activity that holds it; None
    outside."""
    path: list[Task | None] = [task, *frames(task), None]
    if frame not in path[1:]:
        return None
    inner = path[path.index(frame, 1) - 1]
    return None if inner is None else _position(inner)


def _position(task: Task) -> str:
    """Where a token stands. One in an activity, or a round of it, may leave along any boundary event."""
    task = task.parent if isinstance(task.task_spec, Round) else task
    spec, above = task.task_spec, task.parent.task_spec
    if isinstance(above, BoundaryEventSplit) and not isinstance(spec, BoundaryEvent):
        spec = above
    name: str = spec.name
    return name


def is_join(task: Task) -> bool:
    """Whether a task is a branch at a join, which must know what it came from."""
    return isinstance(task.task_spec, _Join)
