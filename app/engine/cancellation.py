"""What an event, an end or a condition that holds takes away: whatever goes on below a task."""

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


def alive_below(top: Task) -> list[Task]:
    """What is not over yet among all that came of ``top``, in the order in which it came."""
    found, waiting = [], [top]
    while waiting:
        task = waiting.pop()
        waiting += reversed(task.children)
        if not task._state & TaskState.FINISHED_MASK:
            found.append(task)
    return found


def take_away(top: Task, cause: str, *, leaving: Task | None = None) -> None:
    """Cancel what goes on in ``top``, because of the element ``cause``; ``leaving``: whose branch goes on."""
    kept = alive_below(leaving) if leaving is not None else []
    for task in alive_below(top):
        if task not in kept:
            top.workflow.run.taken_away(task, cause)
            task.cancel()
