"""What a case has done that can be undone: kept where it was done, taken up by the event that undoes it.

A sub-process keeps what was done in it, the process keeps the rest, each in the order in which it was completed. One
that is completed leaves what is in it to the level around, unless something undoes it as a whole; one that is cut off
leaves nothing. Source: BPMN 2.0.2, 13.5.5.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.task import Task

from app.engine.diagram import Diagram, Flow, Node
from app.engine.scopes import UNDONE, Round, Scope, ScopeEnd, frames

#: Where a task keeps the ids of the activities that were done in it.
DONE = "done"


def note(task: Task) -> None:
    """Note that the activity that ``task`` ends is done."""
    diagram: Diagram = task.workflow.spec.diagram
    if not diagram.is_anything_undone:
        return
    spec = task.task_spec
    node, inside = diagram.nodes.get(spec.bpmn_id or ""), list[str]()
    if isinstance(spec, Scope):
        return  # it only begins
    if isinstance(spec, ScopeEnd):
        task, node = task.find_ancestor(spec.opening.name), diagram.nodes[spec.leaves]
        inside = task.internal_data.pop(DONE, [])
    if node is not None and node.compensates is None and (done := [node.id] if node.is_undone else inside):
        _keeper(task).internal_data.setdefault(DONE, []).extend(done)


def take(task: Task, node: Node) -> list[str]:
    """The activities that the undoing ``node`` undoes, the last one first; they are done no more.

    From within an event sub-process what lies around that is undone as well.
    """
    diagram: Diagram = task.workflow.spec.diagram
    keepers = [_keeper(task)]
    while getattr(keepers[-1].task_spec, "node_id", "") in diagram.event_sub_processes:
        keepers.append(_keeper(keepers[-1]))
    found, known = [], diagram.undone_by(node)
    for keeper in keepers:
        done = keeper.internal_data.get(DONE, [])
        undone = [id_ for id_ in done if id_ in known and _is_meant(diagram, id_, node.compensates or "")]
        keeper.internal_data[DONE] = [id_ for id_ in done if id_ not in undone]
        found += undone[::-1]
    return found


def way(task: Task, flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Of the flows out of the gateway of an undoing the one to what undoes the activity that its round is for."""
    activity = next(frame for frame in frames(task) if isinstance(frame.task_spec, Round)).internal_data[
        UNDONE
    ]
    return tuple(flow for flow in flows if flow.undoes == activity)


def renamed_within(internal: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What a task keeps of what was done in it, and of what it undoes, in the words of another version."""
    found = dict(internal)
    if done := found.pop(DONE, None):
        found[DONE] = renamed(done, names)
    if (activity := found.pop(UNDONE, None)) in names:
        found[UNDONE] = names[activity]
    return found


def renamed(done: list[str], names: Mapping[str, str]) -> list[str]:
    """What was done in the words of another version, without what that one does not have."""
    return [names[id_] for id_ in done if id_ in names]


def _is_meant(diagram: Diagram, activity: str, wanted: str) -> bool:
    return not wanted or any(one.id == wanted for one in diagram.around(diagram.nodes[activity]))


def _keeper(task: Task) -> Task:
    """What keeps what is done where ``task`` stands: the sub-process around, or the first task of the case."""
    nodes: Mapping[str, Any] = task.workflow.spec.diagram.nodes
    scopes = (one for one in frames(task) if isinstance(one.task_spec, Scope))
    return next((s for s in scopes if not nodes[s.task_spec.node_id].is_body), task.workflow.task_tree)
