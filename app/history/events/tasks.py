"""Events of an instance's tasks: offered, held, done, late."""

from collections.abc import Sequence

from app.history.events.base import Assignment, InstanceEvent, ValuesSet, event


@event("task_created")
class TaskCreated(InstanceEvent):
    """A task opened. ``due_at``: ISO 8601, empty without a deadline; ``unit``: the code of its unit."""

    task: str
    due_at: str = ""
    unit: str = ""


@event("unit_missing")
class UnitMissing(InstanceEvent):
    """A task opened for its whole lane, as the ``variable`` names no unit that has officers."""

    variable: str


@event("task_claimed")
class TaskClaimed(InstanceEvent):
    """An officer took a task."""

    task: str


@event("task_released")
class TaskReleased(InstanceEvent):
    """A task went back to its lane.

    ``user`` held it and could no longer: ``reason`` is ``user_disabled`` or ``not_offered``. Both are empty when he
    gave it back himself.
    """

    task: str
    user: str = ""
    reason: str = ""


@event("task_reassigned")
class TaskReassigned(InstanceEvent):
    """A task was handed to the user named ``to``. ``before``: the id of who held it; ``unit``: set when it moved;
    ``substitute_for``: the name of who is away and for whom he took it; ``transfer``: the id of what it was part of.
    """

    task: str
    to: str
    reason: str
    before: int | None
    unit: str = ""
    substitute_for: str = ""
    transfer: int = 0


@event("task_unit_changed")
class TaskUnitChanged(InstanceEvent):
    """A task went from unit ``before`` to its successor ``unit`` (codes), to whoever of it takes it; with ``user`` he
    who held it, by name, holds it no more."""

    task: str
    before: str
    unit: str
    reason: str
    transfer: int
    user: str = ""


@event("task_handed_back")
class TaskHandedBack(InstanceEvent):
    """A transfer of a task was taken back: ``to`` (a user's name) holds it as before; empty: nobody. ``unit``: as of
    `TaskReassigned`."""

    task: str
    to: str
    transfer: int
    unit: str = ""


@event("task_completed")
class TaskCompleted(ValuesSet):
    """An officer completed a task with ``values``."""

    task: str


@event("completion_taken_back")
class CompletionTakenBack(ValuesSet):
    """An officer took back his completion of a task; ``values`` are what they were before it, None where there were
    none. ``since``: the id of the last event before the completion. What its step recorded after that holds no more.
    ``place``: the number of that event in its chain, which binds its id: ids are in no hash. ``until``: that of the
    last event that this takes back; ``file_ids``: the files that became the case's with it, and no longer are.
    """

    task: str
    since: int
    place: int = 0
    until: int = 0
    file_ids: Sequence[str] = ()


@event("question_answered")
class QuestionAnswered(Assignment):
    """An officer answered a gateway's question. ``answers``: the id of a flow, or several."""

    task: str
    answers: str | Sequence[str] | None


@event("task_cancelled")
class TaskCancelled(InstanceEvent):
    """An open task ended undone, as the case went by way of the element ``cause``."""

    task: str
    cause: str


@event("task_postponed")
class TaskPostponed(InstanceEvent):
    """An open task is due later, at ``due_at``, by what the reporter took; ``before``: when it was due. ISO 8601."""

    task: str
    due_at: str
    before: str = ""


@event("task_overdue")
class TaskOverdue(InstanceEvent):
    """A task's deadline ``due_at`` (ISO 8601) passed; it stays open."""

    task: str
    due_at: str
