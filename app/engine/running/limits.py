"""How far one command may go by itself, and how much a case may hold meanwhile."""

from SpiffWorkflow.task import Task

from app.engine.running.run import Run
from app.engine.scopes import Round, frames
from app.errors import ExecutionFailed
from app.i18n import _

#: Automatic elements that one command may pass, in a round or outside of any, before it counts as an endless loop.
MAX_STEPS = 500
#: And in all: many rounds of many elements are no endless loop, but nobody waits that long.
MAX_STEPS_IN_ALL = 5_000
#: What a case may hold at once, far above 500 rounds of a few branches each.
MAX_TASKS = 10_000


def count(run: Run, task: Task) -> None:
    """Stop what would never end, or go on for longer and hold more than a case can."""
    if task.task_spec.bpmn_id is None and len(task.workflow.tasks) <= MAX_TASKS:
        return
    here = next((frame.id for frame in frames(task) if isinstance(frame.task_spec, Round)), None)
    run.steps[here] += 1
    run.steps_in_all += 1
    if run.steps[here] > MAX_STEPS:
        text = _("Diagram berputar tanpa henti; proses dihentikan setelah {n} langkah.", n=MAX_STEPS)
        detail = "automatic_loop"
    elif run.steps_in_all > MAX_STEPS_IN_ALL:
        text = _("Terlalu banyak langkah otomatis sekaligus: lebih dari {n}.", n=MAX_STEPS_IN_ALL)
        detail = "too_many_steps"
    elif len(task.workflow.tasks) > MAX_TASKS:
        text = _(
            "Terlalu banyak cabang berjalan bersamaan dalam perkara ini. Periksa percabangan yang berulang."
        )
        detail = "too_many_branches"
    else:
        return
    raise ExecutionFailed(text, activity_id=task.task_spec.bpmn_id, detail=detail)
