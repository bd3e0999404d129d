"""Where the tokens of an instance are, as bytes. The one seam between a running workflow and the database.

A state holds tasks and what they wait for, and the clock of the case; no spec (shared per version) and no data
(variables belong to the instance). History that no token can need any more is cut off, so that a case that loops
costs what it cost at first.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.engine.running.case_clock import CaseClock
from app.engine.running.elements import is_join
from app.engine.running.spec import ProcessSpec
from app.engine.scopes import Closing, Merge, Opening, Round, ScopeEnd

VERSION = 1


class NoPython(BasePythonScriptEngineEnvironment):
    """The library's door to Python, bricked up. Expressions are FEEL and take another way."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        """Refuse."""
        raise ExecutionFailed(_("Diagram tidak boleh menjalankan Python."), detail=expression)

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        """Refuse."""
        raise ExecutionFailed(_("Diagram tidak boleh menjalankan Python."), detail=script)

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        """Refuse."""
        raise ExecutionFailed(_("Diagram tidak boleh menjalankan Python."))


class Workflow(BpmnWorkflow):
    """A workflow whose elements ask `run`, and which can evaluate no Python."""

    def __init__(self, spec: ProcessSpec, run: Any) -> None:
        self.run = run
        self.case_clock = CaseClock()
        super().__init__(spec, script_engine=PythonScriptEngine(NoPython()), deserializing=True)

    def _task_completed_notify(self, task: Task) -> None:
        """Go on without looking at all that waits, as the library does after each task: with many rounds under way
        that took nearly all the time. What waits is looked at when nothing else can go on."""
        if task.task_spec.name == "End":
            self._mark_complete(task)
        if self.completed:
            self.completed_event(self)


def fresh(spec: ProcessSpec, run: Any) -> Workflow:
    """Return a workflow that is about to start."""
    workflow = Workflow(spec, run)
    workflow.task_tree = Task(workflow, spec.start, state=TaskState.READY)
    return workflow


def dumps(workflow: Workflow) -> bytes:
    """Return the state of a workflow that stands still, compacted."""
    compact(workflow)
    rows: list[list[Any]] = []
    index: dict[UUID, int] = {}
    stack = [workflow.task_tree]
    while stack:
        task = stack.pop()
        index[task.id] = len(rows)
        parent = -1 if task._parent is None else index[task._parent]
        rows.append([task.id.hex, parent, task._state, task.task_spec.name, task.internal_data or None])
        stack.extend(reversed(task.children))
    held = workflow.case_clock.as_list()
    return orjson.dumps({"v": VERSION, "t": rows} | ({"c": held} if held is not None else {}))


def loads(state: bytes, spec: ProcessSpec, run: Any) -> Workflow:
    """Return the workflow that `dumps` wrote.

    Raises:
        ExecutionFailed: the bytes are no state of this spec.
    """
    try:
        return _load(orjson.loads(state), spec, run)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ExecutionFailed(_("Keadaan perkara ini tidak dapat dibaca."), detail=repr(error)) from error


def _load(document: dict[str, Any], spec: ProcessSpec, run: Any) -> Workflow:
    if document["v"] != VERSION:
        raise ValueError(f"state version {document['v']}")
    workflow = Workflow(spec, run)
    workflow.case_clock = CaseClock.from_list(document.get("c"))
    tasks: list[Task] = []
    for hex_id, parent, task_state, name, internal in document["t"]:
        task = Task(workflow, spec.task_specs[name], id=UUID(hex_id), state=task_state)
        task.internal_data = internal or {}
        if parent >= 0:
            task._parent = tasks[parent].id
            tasks[parent]._children.append(task.id)
        tasks.append(task)
        if task_state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            workflow.event_manager.add_task(task)
    workflow.task_tree = tasks[0]
    return workflow


def with_locals(state: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a state with ``change`` applied to the local variables of what runs in it."""
    if not state:  # of a case that is over
        return state
    document = orjson.loads(state)
    for *_row, internal in document["t"]:
        for name in {"locals", "left", "results"} & set(
            internal or ()
        ):  # of a round, of those to come, and what came of others
            internal[name] = change(internal[name])
    return orjson.dumps(document)


def compact(workflow: Workflow) -> None:
    """Cut off what is over: branches that ended, and the way that the others came."""
    if not workflow.completed:
        _prune(workflow)
        _shorten(workflow)


def _prune(workflow: Workflow) -> None:
    """Drop subtrees without a live task."""
    over: set[UUID] = set()
    order = _top_down(workflow)
    for task in reversed(order):
        if (_is_over(task) or _only_waits_for_others(task)) and all(
            child in over for child in task._children
        ):
            over.add(task.id)
    for task in order:
        if task.id in over and task._parent is not None and task._parent not in over:
            workflow._remove_task(task.id)


def _shorten(workflow: Workflow) -> None:
    """Take out what is over and leads to one task only."""
    for task in _top_down(workflow):
        if _is_passed(task):
            [child], siblings = task.children, task.parent._children
            siblings[siblings.index(task.id)] = child.id
            child._parent = task._parent
            del workflow.tasks[task.id]


def _is_passed(task: Task) -> bool:
    """Whether nothing needs this task any more. A branch at a join knows by the one above where it came from, an
    activity and its boundary events by the split above what belongs together; who is inside a sub-process or a round
    knows it by what opened it, and who has left it by what ended it."""
    if not _is_over(task) or len(task._children) != 1 or task.parent is None:
        return False
    [child], is_split = task.children, isinstance(task.task_spec, BoundaryEventSplit)
    needed = is_split and not _is_settled(child) if _is_over(child) else is_split or is_join(child)
    return not needed and not isinstance(task.parent.task_spec, BoundaryEventSplit) and _is_settled(task)


def _is_settled(task: Task) -> bool:
    """Whether a frame's beginning and end may go: the beginning once all is behind the end, the end after it."""
    spec = task.task_spec
    if isinstance(spec, Closing):
        return task.find_ancestor(spec.opening.name) is None
    opening = spec.rounds if isinstance(spec, Round) else spec
    if not isinstance(opening, Opening):
        return True
    while len(task._children) == 1:
        [task] = task.children
        if isinstance(task.task_spec, Closing) and task.task_spec.opening is opening:
            return _is_over(task)
    return False


def _top_down(workflow: Workflow) -> list[Task]:
    order = [workflow.task_tree]
    for task in order:
        order.extend(task.children)
    return order


def _is_over(task: Task) -> bool:
    return bool(task._state & TaskState.FINISHED_MASK)


def _only_waits_for_others(task: Task) -> bool:
    return task._state == TaskState.WAITING and isinstance(task.task_spec, _EndJoin | Merge | ScopeEnd)
