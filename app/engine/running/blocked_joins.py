"""What would go wrong further on in a version that a case moves to: a join that waits for a branch that never comes,
and a step that is open already and would be opened again."""

from collections.abc import Iterator

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.i18n import N_, _
from app.engine.diagram import Diagram
from app.engine.running import state as codec
from app.engine.running.correspondence import Correspondence
from app.engine.running.elements import Parallel, is_join, place_in, stands
from app.engine.scopes import Scope, frames

#: Code, the id of the element, and words.
Trouble = tuple[str, str, str]

STARVES = N_("“{name}” akan menunggu cabang dari “{origin}”, yang dalam perkara ini tidak pernah datang.")
REPEATS = N_(
    "“{name}” sudah terbuka, dan dalam versi tujuan dibuka lagi setelah “{origin}” yang juga terbuka."
)

UNREACHED = N_("Perkara ini menuju ke “{name}”, yang dalam versi tujuan tidak dapat dicapai dari awal.")


def new_trouble(before: codec.Workflow, after: codec.Workflow, names: Correspondence) -> Iterator[Trouble]:
    """What is wrong ``after`` the move, and was not ``before`` it."""
    diagram: Diagram = after.spec.diagram
    was = {(names.get(join), names.get(origin)) for join, origin in _starving(before)}
    for join, origin in sorted(_starving(after) - was):
        yield "join_starves", join, _(STARVES, name=_called(diagram, join), origin=_called(diagram, origin))
    was_lost = {names.get(join) for join in _unreached(before)}
    for join in sorted(_unreached(after) - was_lost):
        yield "join_unreached", join, _(UNREACHED, name=_called(diagram, join))
    followed = {(names.get(one), names.get(other)) for one, other in _following(before)}
    for one, other in sorted(_following(after) - followed):
        yield "opens_twice", other, _(REPEATS, name=_called(diagram, other), origin=_called(diagram, one))


def _called(diagram: Diagram, node_id: str) -> str:
    node = diagram.nodes.get(node_id)
    return (node.name if node else "") or node_id


def _node(spec_name: str) -> str:
    return spec_name.partition(".")[2]


def _frames(workflow: codec.Workflow) -> dict[Task | None, list[Task]]:
    """The tokens in each frame, those deeper down included; None: in the process."""
    found: dict[Task | None, list[Task]] = {None: []}
    for task in workflow.tasks.values():
        if stands(task) or task._state == TaskState.FUTURE:
            for frame in (*frames(task), None):
                found.setdefault(frame, []).append(task)
    return found


def _scope_of(frame: Task | None) -> str | None:
    """The sub-process whose elements lie directly in a frame; None for a round of a task."""
    if frame is None:
        return ""
    return frame.task_spec.node_id if isinstance(frame.task_spec, Scope) else None


def _joins_ahead(workflow: codec.Workflow) -> Iterator[tuple[Parallel, frozenset[str]]]:
    """The joins that tokens may come to, each with those of its inputs along which some do, or may."""
    spec = workflow.spec
    joins = [s for s in spec.task_specs.values() if isinstance(s, Parallel) and len(s._inputs) > 1]
    for frame, tasks in _frames(workflow).items() if joins else ():
        scope = _scope_of(frame)
        for join in joins:
            if spec.diagram.nodes[join.bpmn_id].scope == scope and (may := _coming(join, frame, tasks)):
                yield join, may


def _coming(join: Parallel, frame: Task | None, tasks: list[Task]) -> frozenset[str]:
    waiting = [task for task in tasks if task.task_spec is join and next(frames(task), None) is frame]
    places = {place_in(task, frame) for task in tasks if task not in waiting}
    come = {task.parent.task_spec.name for task in waiting}
    return frozenset(come | {name for name in join._inputs if places & join._before[name]})


def _starving(workflow: codec.Workflow) -> set[tuple[str, str]]:
    """(join, origin): some branch comes to the join, and the one from there never can."""
    return {
        (join.bpmn_id, _node(name))
        for join, may in _joins_ahead(workflow)
        if not (join._back and join._back <= may)
        for name in join._forward - may
    }


def _unreached(workflow: codec.Workflow) -> set[str]:
    """Joins that tokens come to, and that nothing leads to from the start: they know no branch to wait for."""
    return {join.bpmn_id for join, _may in _joins_ahead(workflow) if not join._forward}


def _following(workflow: codec.Workflow) -> set[tuple[str, str]]:
    """(one, other): both are open, and the one leads to the other without a join where it would wait for it."""
    found = set[tuple[str, str]]()
    for frame, tasks in _frames(workflow).items():
        if _scope_of(frame) is None:
            continue
        places = {p for p in (place_in(task, frame) for task in tasks if not is_join(task)) if p}
        if len(places) > 1:
            reach = {place: _reached(workflow, place, set()) for place in places}
            found |= {
                (_node(one), _node(other))
                for one in places
                for other in places - {one}
                if other in reach[one] and other in _reached(workflow, one, _joins(workflow, reach[other]))
            }
    return found


def _joins(workflow: codec.Workflow, names: set[str]) -> set[str]:
    specs = workflow.spec.task_specs
    return {name for name in names if hasattr(specs[name], "_must_wait") and len(specs[name]._inputs) > 1}


def _reached(workflow: codec.Workflow, place: str, past: set[str]) -> set[str]:
    """What a token at ``place`` can come to without passing ``past``, and without leaving its sub-process."""
    specs = workflow.spec.task_specs
    found, waiting = set[str](), list(specs[place]._outputs)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in past:
            found.add(name)
            waiting += [] if name.startswith("/") else specs[name]._outputs
    return found
