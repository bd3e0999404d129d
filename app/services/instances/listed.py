"""What lists show of a case and are narrowed to: copies of the variables that its process names in its properties."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import FilterValue, ProcessInstance
from app.services.definitions.definitions import Version
from app.services.instances import task_order, task_rows
from app.services.numbers import fact_writing as facts

#: Columns of a case, and the property that names the variable of each.
COLUMNS = {
    "subject": "perihal",
    "category": "kategori",
    "unit_code": "unit",
    "area": "wilayah",
    "priority": "prioritas",
}
#: What filters offer of them: see `FilterValue`.
_OFFERED = {"category": "category", "unit_code": "case_unit", "area": "area", "priority": "priority"}
#: Of a variable that lists show: whatever asks without a form takes a megabyte, and each list would carry it along.
_MOSTCOLUMNS = 1_000


def columns(properties: Mapping[str, str], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a case with these variables, and by what lists sort it."""
    found = {column: _as_text(variables.get(properties.get(name, ""))) for column, name in COLUMNS.items()}
    return {**found, "priority_rank": task_order.rank(properties, found["priority"])}


def write_anew(
    session: Session, instance: ProcessInstance, version: Version, before: Mapping[str, Any]
) -> None:
    """Let the columns follow variables that were written anew without a step, ``before`` which they were those: also
    what the case is counted under, and what filters offer, where no other case holds it. No SQL where no column
    changes."""
    was = columns(version.diagram.properties, before)
    now = columns(version.diagram.properties, instance.variables)
    changed = {name: value for name, value in now.items() if value != was[name]}
    if not changed:
        return
    held = {name: getattr(instance, name) for name in changed}
    for name, value in changed.items():
        setattr(instance, name, value)
    session.flush()
    if "priority_rank" in changed:
        task_rows.rank(session, instance.id)
    facts.refresh(session, instance, version)
    for name in changed.keys() & _OFFERED.keys():
        _offer_no_more(session, name, held[name])


def _offer_no_more(session: Session, name: str, value: str) -> None:
    column = getattr(ProcessInstance, name)
    if session.scalar(select(ProcessInstance.id).where(column == value).limit(1)) is None:
        session.execute(
            delete(FilterValue).where(FilterValue.name == _OFFERED[name], FilterValue.value == value)
        )


def _as_text(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text[:_MOSTCOLUMNS]
