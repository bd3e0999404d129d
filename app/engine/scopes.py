"""Sub-processes and repetition: specs that open a frame of tasks and end it, within the one tree of tasks.

A frame is what a scope or one round of a loop has under it. Whether a token is inside follows from the tree alone:
above it stands what opened the frame, and not yet what ends it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EndEvent
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.cancellation import alive_below, take_away
from app.engine.mappings import Mappings

#: Where the round of an undoing keeps the id of the activity that it undoes: in no variable, which a case could set.
UNDONE = ":undone"


class Opening(BpmnSpecMixin):
    """What opens a frame; ``node_id`` is the activity's."""

    def __init__(self, spec: Any, name: str, node_id: str, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.bpmn_id = None
        self.node_id = node_id


class Closing(BpmnSpecMixin):
    """What ends the frame that ``opening`` opened, and leaves the activity."""

    def __init__(self, spec: Any, name: str, opening: Opening, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.bpmn_id = None
        self.opening = opening
        self.leaves = opening.node_id

    def _opened(self, my_task: Task) -> Task:
        found: Task = my_task.find_ancestor(self.opening.name)
        return found


class Scope(Opening):
    """The way into a sub-process."""

    mappings: Mappings | None = None

    def _run_hook(self, my_task: Task) -> bool:
        if self.mappings is not None:
            my_task.workflow.run.enter(my_task, self.node_id)
        return bool(super()._run_hook(my_task))


class ScopeEnd(Closing):
    """The way out of a sub-process: it is left when nothing inside can go on."""

    def _update_hook(self, my_task: Task) -> bool:
        scope = self._opened(my_task)
        others = [task for task in alive_below(scope) if task is not my_task]
        if any(task.task_spec is not self for task in others) or _is_interrupted(scope):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in others:
            task._set_state(TaskState.COMPLETED)
        return True

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.leave(self._opened(my_task), self.leaves)
        return bool(super()._run_hook(my_task))


class Terminate(EndEvent):
    """An end that ends its sub-process, or the case, whatever else goes on inside."""

    def __init__(self, spec: Any, name: str, definition: Any, scope: Scope | None, **kwargs: Any) -> None:
        super().__init__(spec, name, definition, **kwargs)
        self.scope = scope

    def _run_hook(self, my_task: Task) -> bool:
        whole = my_task.find_ancestor(self.scope.name) if self.scope else my_task.workflow.task_tree
        take_away(whole, self.bpmn_id, leaving=my_task)
        return bool(super()._run_hook(my_task))


class Rounds(Opening):
    """The way into an activity that runs several times; each round is a `Round` below it."""

    def _predict_hook(self, my_task: Task) -> None:
        """How many rounds there are turns out when it runs."""

    def _run_hook(self, my_task: Task) -> bool:
        first = my_task.workflow.run.first_rounds(my_task)
        for values in first:
            self.open(my_task, values)
        if not first:
            my_task._sync_children([self._closing], TaskState.FUTURE)
        return True

    def open(self, my_task: Task, values: dict[str, Any]) -> Task:
        """Open a round with local variables of its own."""
        opened = my_task._add_child(self._round, TaskState.FUTURE)
        undone = {UNDONE: values.pop(UNDONE)} if UNDONE in values else {}
        opened.internal_data = {"locals": values, **undone}
        if self._round.mappings is not None:
            opened.internal_data["mapped"] = True  # rounds that an earlier release opened are not
        return opened

    @property
    def _round(self) -> Any:
        return next(spec for spec in self.outputs if isinstance(spec, Round))

    @property
    def _closing(self) -> Any:
        return next(spec for spec in self.outputs if isinstance(spec, RoundsEnd))


class Round(BpmnSpecMixin):
    """One round; its local variables lie with its task."""

    mappings: Mappings | None = None

    def __init__(self, spec: Any, name: str, rounds: Rounds, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.bpmn_id = None
        self.rounds = rounds


class RoundsEnd(Closing):
    """The way out of an activity that runs several times: the round that ends last goes on for all."""

    def _update_hook(self, my_task: Task) -> bool:
        rounds = self._opened(my_task)
        if rounds is None:  # it waits since its marker was not read: once, as it was begun
            return True
        if my_task.parent is rounds:  # there was none
            my_task.workflow.run.end_rounds(rounds)
            return True
        ended = _below(my_task, rounds)
        following, enough = my_task.workflow.run.end_round(rounds, ended)
        if following is not None:
            my_task._set_state(TaskState.COMPLETED)
            opened = rounds.task_spec.open(rounds, following)
            opened.task_spec._update(opened)
            return False
        if not enough and any(task is not my_task for task in alive_below(rounds)):
            my_task._set_state(TaskState.COMPLETED)
            return False
        take_away(rounds, self.leaves, leaving=my_task)
        my_task.workflow.run.end_rounds(rounds)
        return True


class Merge(BpmnSpecMixin):
    """Passed when an activity, or an event on its boundary, goes on: takes away what cannot happen any more."""

    def __init__(self, spec: Any, name: str, split_task: str) -> None:
        super().__init__(spec, name)
        self.bpmn_id = None
        self.split_task = split_task

    def _update_hook(self, my_task: Task) -> bool:
        split = my_task.find_ancestor(self.split_task)
        if split is None:  # the case came into the activity when no event was read on its boundary
            return True
        branch = _below(my_task, split)
        is_event = isinstance(branch.task_spec, BoundaryEvent)
        if is_event and not branch.task_spec.cancel_activity:
            return True
        for child in split.children:
            waits = isinstance(child.task_spec, BoundaryEvent) and child._state == TaskState.WAITING
            is_host = is_event and not isinstance(child.task_spec, BoundaryEvent)
            if child is not branch and (waits or is_host):
                take_away(child, branch.task_spec.bpmn_id)
        return True


def frames(task: Task) -> Iterator[Task]:
    """The frames that ``task`` is inside of, the innermost first: tasks of `Scope` and of `Round`."""
    closed = Counter[str]()
    above = task.parent
    while above is not None:
        spec = above.task_spec
        if isinstance(spec, Closing):
            closed[spec.opening.name] += 1
        elif isinstance(spec, Opening) and closed[spec.name]:
            closed[spec.name] -= 1
        elif isinstance(spec, Scope) or (isinstance(spec, Round) and not closed[spec.rounds.name]):
            yield above
        above = above.parent


def rounds_of(task: Task) -> tuple[str, ...]:
    """Ids of the rounds that ``task`` is inside of, the innermost first; they stay the same while the round lasts."""
    return tuple(frame.id.hex for frame in frames(task) if isinstance(frame.task_spec, Round))


def guarded_activities(task: Task) -> Iterator[Task]:
    """Of the activities that ``task`` is or is inside of, those with events on their boundary: the task beside the
    events, the innermost first."""
    for each in (task, *frames(task)):
        host = each.parent if isinstance(each.task_spec, Round) else each
        if host.parent is not None and isinstance(host.parent.task_spec, BoundaryEventSplit):
            yield host


def _below(task: Task, top: Task) -> Task:
    """The child of ``top`` that ``task`` came of."""
    while task.parent is not top:
        task = task.parent
    return task


def _is_interrupted(scope: Task) -> bool:
    """Whether an event is about to end this scope, or one around it."""
    beside = (event for host in guarded_activities(scope) for event in host.parent.children)
    return any(
        isinstance(event.task_spec, BoundaryEvent)
        and event.task_spec.cancel_activity
        and event._state & (TaskState.READY | TaskState.STARTED)
        for event in beside
    )
