"""Where a case stands: its row, written by `execution.apply` alone."""

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.engine.running.step import Step
from app.models import ProcessInstance
from app.services.core import bulk, clock
from app.services.definitions.definitions import Version

_STORE = update(cast("Table", ProcessInstance.__table__)).where(
    ProcessInstance.id == bulk.ID, ProcessInstance.revision == bindparam("read_revision")
)
#: Columns that lists show, and the property that names the variable of each.
_LISTED = {"subject": "perihal", "category": "kategori", "unit_code": "unit", "area": "wilayah"}
#: Of a variable that lists show: whatever asks without a form takes a megabyte, and each list would carry it along.
_MOST_LISTED = 1_000


def store(session: Session, instance: ProcessInstance, version: Version, step: Step) -> None:
    """Write where the case stands now, past the session as all that is written here.

    Raises:
        StaleDataError: somebody else has written it since it was read.
    """
    # All of it, changed or not: 1 and true are equal to Python, and not to a condition.
    now = {**_now(instance, version, step), **(_end(session, step) if step.ended else {})}
    read = instance.revision
    found = session.connection().execute(_STORE, {"one_id": instance.id, "read_revision": read, **now})
    if found.rowcount != 1:
        raise StaleDataError(f"case {instance.id} is no longer at revision {read}")
    for name, value in now.items():
        set_committed_value(instance, name, value)


def _next_revision(revision: int) -> int:
    count = cast("Callable[[int], int]", ProcessInstance.__mapper__.version_id_generator)
    return count(revision)


def _now(instance: ProcessInstance, version: Version, step: Step) -> dict[str, Any]:
    properties = version.diagram.properties
    return {
        "revision": _next_revision(instance.revision),
        "engine_state": step.state,
        "variables": step.variables,
        "visits": dict(Counter(instance.visits) + Counter(step.visits)),
        **{
            column: _as_text(step.variables.get(properties.get(name, ""))) for column, name in _LISTED.items()
        },
    }


def _end(session: Session, step: Step) -> dict[str, Any]:
    return {
        "state": "ended",
        "ended_at": clock.now(session),
        "end_activity_id": step.end.id if step.end else None,
        "end_name": step.end.name if step.end else None,
    }


def _as_text(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text[:_MOST_LISTED]
