"""Which units handle a case: those that its open tasks are for, else the one that had it last."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.models import HistoryEvent, ProcessInstance, UserTask
from app.services import staffing
from app.services.definitions import Version

#: Events that tell for which unit a task is, where it is for one.
_TOLD_BY = frozenset({"task_created", "task_reassigned"})


@dataclass(frozen=True)
class Responsible:
    """Units by their codes, and whether they handle the case ``now`` or did so last."""

    codes: tuple[str, ...] = ()
    now: bool = True


def of(
    version: Version,
    instance: ProcessInstance,
    open_tasks: Sequence[UserTask],
    events: Sequence[HistoryEvent],
) -> Responsible:
    """The units that handle a case, or the last one that did; ``events`` in the order they happened.

    What the variable of the unit holds says less: it is filled in before the task goes there, and stays when the
    unit sends the case back. It counts where no task of the process goes to a unit.
    """
    here = dict.fromkeys(task.unit_code for task in open_tasks if task.unit_code)
    if here:
        return Responsible(tuple(here))
    if not staffing.unit_fields(version):
        return Responsible((instance.unit_code,) if instance.unit_code else ())
    told = (event.data.get("unit") for event in reversed(events) if event.type in _TOLD_BY)
    last = next((str(code) for code in told if code), "")
    return Responsible((last,) if last else (), now=False)
