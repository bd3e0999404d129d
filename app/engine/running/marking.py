"""Where the tokens of a case are, apart from the version that put them there: read out of a workflow, laid into one.

The tree of a running workflow holds the way that its tokens came. What they need of it is less: the frames that they
are inside of, the activity that events wait beside, and the flow along which a branch came to its join. A marking is
that and no more, so it can be laid into the spec of another version.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.running import state as codec
from app.engine.running.elements import SPLIT, is_join
from app.engine.running.spec import ProcessSpec
from app.engine.scopes import Round, frames


@dataclass(frozen=True)
class Slot:
    """A token, or what holds tokens: a frame, or an activity with the events that wait beside it.

    ``prefix`` and ``node_id`` name its spec, see `elements.spec_name`. ``origin``: of a branch that waits at a join,
    the element that it came from. ``within``: what it holds; of a split the activity comes before the events.
    """

    id: str
    prefix: str
    node_id: str
    state: int
    internal: dict[str, Any]
    origin: str = ""
    within: tuple["Slot", ...] = ()

    @property
    def name(self) -> str:
        """The name of its spec."""
        return f"{self.prefix}.{self.node_id}"

    def walk(self) -> Iterator["Slot"]:
        """The slot and all that it holds."""
        yield self
        for each in self.within:
            yield from each.walk()


def waiting(prefix: str, node_id: str) -> Slot:
    """A new event that waits, and knows nothing yet."""
    return Slot(uuid4().hex, prefix, node_id, TaskState.WAITING, {})


def events_beside(diagram: Diagram, node: Node) -> tuple[Node, ...]:
    """The events that wait beside an activity, or that a gateway lets race, in the order in which they open."""
    if node.kind == "eventBasedGateway":
        return tuple(diagram.nodes[flow.target] for flow in diagram.outgoing.get(node.id, ()))
    beside = diagram.boundary.get(node.id, ())
    return tuple(sorted(beside, key=lambda event: bool(event.timer and timers.is_relative(event.timer))))


def in_bodies(
    slots: Iterable[Slot], diagram: Diagram, scope: str, waiting_events: Mapping[str, Slot] | None = None
) -> tuple[Slot, ...]:
    """Tokens of one drawn sub-process, or of the process "", each in the body that holds its element, with the events
    that wait on the edge of that: those given, by id, else new ones."""
    found, known = list(slots), waiting_events or {}
    for body in diagram.bodies_in(scope):
        inside = [slot for slot in found if diagram.nodes[slot.node_id].scope == body.id]
        if inside:
            held = Slot(uuid4().hex, "", body.id, TaskState.COMPLETED, {}, within=tuple(inside))
            events = [known.get(e.id) or waiting("", e.id) for e in events_beside(diagram, body)]
            split = Slot(uuid4().hex, SPLIT, body.id, TaskState.COMPLETED, {}, within=(held, *events))
            found = [slot for slot in found if slot not in inside] + [split]
    return tuple(found)


@dataclass
class _Draft:
    """A slot while what it holds is being collected."""

    task: Task
    within: list["_Draft"] = field(default_factory=list)

    def slot(self) -> Slot:
        prefix, _dot, node_id = self.task.task_spec.name.partition(".")
        origin = ""
        if is_join(self.task) and not _is_over(self.task):
            origin = self.task.parent.task_spec.name.partition(".")[2]
        return Slot(
            self.task.id.hex,
            prefix,
            node_id,
            self.task._state,
            dict(self.task.internal_data),
            origin,
            tuple(each.slot() for each in self.within),
        )


def take(workflow: codec.Workflow) -> tuple[Slot, ...]:
    """The marking of a workflow that stands still, in the order of its tree."""
    codec.compact(workflow)
    known: dict[UUID, _Draft] = {}
    top: list[_Draft] = []

    def place(task: Task) -> _Draft:
        if task.id not in known:
            holder = _holder(task)
            known[task.id] = _Draft(task)
            (place(holder).within if holder is not None else top).append(known[task.id])
        return known[task.id]

    for task in _in_order(workflow):
        if not _is_over(task):
            place(task)
    return tuple(draft.slot() for draft in top)


def lay(marking: tuple[Slot, ...], spec: ProcessSpec, run: Any) -> codec.Workflow:
    """A workflow of ``spec`` whose tokens stand as the marking says.

    Raises:
        KeyError: the spec has no such element.
    """
    workflow = codec.Workflow(spec, run)
    workflow.task_tree = Task(workflow, spec.start, state=TaskState.COMPLETED)
    for slot in marking:
        lay_in(slot, workflow.task_tree)
    return workflow


def lay_in(slot: Slot, above: Task) -> None:
    """Let a token stand under a task of a workflow."""
    workflow, specs = above.workflow, above.workflow.spec.task_specs
    if slot.origin:
        came_from = workflow.spec.exit(slot.origin)
        above = Task(workflow, came_from, above, state=TaskState.COMPLETED)
    task = Task(workflow, specs[slot.name], above, state=slot.state, id=UUID(slot.id))
    task.internal_data = dict(slot.internal)
    if slot.state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
        workflow.event_manager.add_task(task)
    for each in slot.within:
        lay_in(each, task)


def _holder(task: Task) -> Task | None:
    """What holds a task in a marking: its split, the activity that a round is one of, or the frame around it."""
    spec, above = task.task_spec, task.parent
    if isinstance(above.task_spec, BoundaryEventSplit) or isinstance(spec, Round):
        return above
    return next(frames(task), None)


def _in_order(workflow: codec.Workflow) -> Iterator[Task]:
    stack = [workflow.task_tree]
    while stack:
        task = stack.pop()
        yield task
        stack.extend(reversed(task.children))


def _is_over(task: Task) -> bool:
    return bool(task._state & TaskState.FINISHED_MASK)
