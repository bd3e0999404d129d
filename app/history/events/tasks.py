"""Events of user tasks. ``task`` is a task's id; its activity is the event's."""

from collections.abc import Sequence

from app.history.events.base import Assignment, CaseEvent, ValuesSet, event


@event("task_created")
class TaskCreated(CaseEvent):
    """A task opened. ``due_at``: ISO 8601, empty without a deadline; ``unit``: the code of its unit."""

    task: str
    due_at: str = ""
    unit: str = ""


@event("unit_missing")
class UnitMissing(CaseEvent):
    """A task opened for its whole lane, as the ``variable`` names no unit that has officers."""

    variable: str


@event("task_claimed")
class TaskClaimed(CaseEvent):
    """An officer took a task."""

    task: str


@event("task_released")
class TaskReleased(CaseEvent):
    """A task went back to its lane.

    ``user`` held it and could no longer: ``reason`` is ``user_disabled`` or ``not_offered``. Both are empty when he
    gave it back himself.
    """

    task: str
    user: str = ""
    reason: str = ""


@event("task_reassigned")
class TaskReassigned(CaseEvent):
    """A task was handed to the user named ``to``. ``before``: the id of who held it; ``unit``: set when it moved."""

    task: str
    to: str
    reason: str
    before: int | None
    unit: str = ""


@event("task_completed")
class TaskCompleted(ValuesSet):
    """An officer completed a task with ``values``."""

    task: str


@event("question_answered")
class QuestionAnswered(Assignment):
    """An officer answered a gateway's question. ``answers``: the id of a flow, or several."""

    task: str
    answers: str | Sequence[str] | None


@event("task_cancelled")
class TaskCancelled(CaseEvent):
    """An open task ended undone, as the case went by way of the element ``cause``."""

    task: str
    cause: str


@event("task_overdue")
class TaskOverdue(CaseEvent):
    """A task's deadline ``due_at`` (ISO 8601) passed; it stays open."""

    task: str
    due_at: str
