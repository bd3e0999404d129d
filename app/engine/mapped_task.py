"""A person's task that has mappings."""

from SpiffWorkflow.bpmn.specs.defaults import UserTask
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
