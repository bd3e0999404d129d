"""Events that wait until a condition holds: looked at as they begin to wait, when a variable that they read has
changed, and when a timer fires. One that does not interrupt comes again once its condition has not held in between.

Source: BPMN 2.0.2, 10.5.4 (Conditional). A condition whose variables rest costs nothing.
"""

from SpiffWorkflow.task import Task

from app.bpmnio import feel
from app.engine.running import state as codec
from app.engine.running.elements import ConditionEvent
from app.engine.running.run import Run
from app.engine.running.step import node_of, waiting_events

#: Where an event keeps whether its condition held when it was looked at last.
HELD = "held"


def newly_met(workflow: codec.Workflow) -> list[Task]:
    """The events whose condition holds now and did not before, as far as they have to be looked at."""
    run: Run = workflow.run
    found = list[Task]()
    if not run.diagram.has_conditions or workflow.completed:
        return found
    for event in waiting_events(workflow, ConditionEvent):
        node, held = node_of(event), event.internal_data.get(HELD)
        condition = node.condition or ""
        if held is not None and not run.clock_ran and run.assigned.isdisjoint(feel.mentions(condition)):
            continue
        [result] = run.evaluate(node, [condition], run.seen_by(event))
        event.internal_data[HELD] = holds = result.value is True
        if holds and not held:
            found.append(event)
    return found
