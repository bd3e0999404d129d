"""A person's task, and the start of a sub-process, that have mappings."""

from SpiffWorkflow.bpmn.specs.defaults import StartEvent, UserTask
from SpiffWorkflow.task import Task

from app.engine.mappings import Mappings


class Mapped(UserTask):
    """A person's task with variables of its own, carried in when it opens and out when it is done."""

    mappings: Mappings | None = None

    def _on_ready_hook(self, my_task: Task) -> None:
        my_task.workflow.run.enter(my_task, self.bpmn_id)
        super()._on_ready_hook(my_task)

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.leave(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))


class MappedStart(StartEvent):
    """Where a sub-process or a called process begins, with variables to set; those of a case are set as it starts."""

    mappings: Mappings | None = None

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.begin(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))
