"""When a wait for a message is over though nothing came: the timers that take it away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.calendar import Calendar
from app.engine.running import state as codec
from app.engine.running import transitions
from app.engine.running.execution import Program
from app.engine.running.run import Run
from app.engine.running.step import due_of


def own_end(
    program: Program,
    state: bytes,
    current: Mapping[str, Any],
    waiting_id: str,
    *,
    now: datetime,
    calendar: Calendar,
) -> datetime | None:
    """The moment at which the event that waits is taken away by a timer; None when it waits however long.

    Such are an interrupting timer on the edge of the activity that it is, sits on or is inside of, and one that it
    races. They are looked for among the tokens, not in the diagram: each round of a repetition has its own.

    Raises:
        ExecutionFailed: the state cannot be read.
    """
    workflow = codec.loads(
        state, program.spec, Run(program.diagram, program.tables, dict(current), now, calendar)
    )
    event = workflow.tasks.get(UUID(waiting_id))
    if event is None:
        return None
    ending = [
        t
        for t in transitions.timers_around(event)
        if t.task_spec.cancel_activity and t.internal_data.get("due")
    ]
    return min((due_of(timer).at for timer in ending), default=None)
