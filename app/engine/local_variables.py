"""Local variables: which of them hold where a task is, and what is seen there.

They lie with the tasks that open a frame: a sub-process, a round, and a task with mappings, a frame of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.task import Task

from app.engine.mappings import Mappings
from app.engine.scopes import Round, Scope, frames

#: The number of a round, counted from 1.
COUNTER = "loopCounter"
_NONE = Mappings()


def around_data(task: Task) -> Iterator[Task]:
    """The tasks whose local variables hold where ``task`` is, the innermost first: a task of a person or a machine
    may have its own."""
    if "locals" in task.internal_data and not isinstance(task.task_spec, Scope | Round):
        yield task
    yield from frames(task)


def holder(name: str, places: Iterator[Task]) -> dict[str, Any] | None:
    """The local variables that ``name`` belongs to; None when it belongs to the case."""
    for place in places:
        held: dict[str, Any] | None = place.internal_data.get("locals")
        if held is not None and (name in held or mappings_of(place).keeps):
            return held
    return None


def locals_of(task: Task, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The local variables that hold where ``task`` is; inner ones hide outer ones. Those of ``variables``, the
    case's, that are not to be seen there are null."""
    found, is_sealed = _collected(around_data(task))
    return {**dict.fromkeys(variables), **found} if is_sealed else found


def is_sealed(task: Task) -> bool:
    """Whether variables of the case are not seen where ``task`` is."""
    return _collected(around_data(task))[1]


def seen_by(task: Task, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as they are where ``task`` is."""
    return _seen(around_data(task), variables)


def seen_in(frame: Task, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as they are inside ``frame``."""
    return _seen(iter((frame, *frames(frame))), variables)


def seen_around(frame: Task, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as they are outside of ``frame``."""
    return _seen(frames(frame), variables)


def _seen(places: Iterator[Task], variables: Mapping[str, Any]) -> dict[str, Any]:
    found, is_sealed = _collected(places)
    return found if is_sealed else {**variables, **found}


def _collected(places: Iterator[Task]) -> tuple[dict[str, Any], bool]:
    """Local variables from the inside out, up to where nothing of around is seen, and whether it came to that."""
    found: dict[str, Any] = {}
    for place in places:
        if "locals" in place.internal_data:  # else it was opened before it had mappings
            found = {**place.internal_data["locals"], **found}
            if mappings_of(place).sealed:
                return found, True
    return found, False


def mappings_of(place: Task) -> Mappings:
    """The mappings that an activity or round began with; none if it began before there were any."""
    opened = (
        "mapped" in place.internal_data
        if isinstance(place.task_spec, Round)
        else "locals" in place.internal_data
    )
    return (getattr(place.task_spec, "mappings", None) if opened else None) or _NONE
