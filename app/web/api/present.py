"""Rows as the API tells them. Schemas turn the result into JSON; nothing here is identity."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.history.catalogue import Entry, Event
from app.history.events.instances import IncidentOpened
from app.models import Incident, ProcessDefinition, ProcessInstance, ProposedDeployment, UserTask
from app.services.core.access import Actor
from app.services.definitions import definitions, sop_identity
from app.web import context, lists
from app.web.api.schemas.instances import Instance
from app.web.casefile import instance_list
from app.web.casefile.instance_list import CaseRow
from app.web.tasks import columns as task_columns
from app.web.tasks.columns import TaskRow

#: Made once: making a schema copies its fields, and each column has a label.
_INSTANCE = Instance()
_OF_CASE = [one for one in instance_list.columns() if one.field]
_OF_TASK = [one for one in task_columns.columns() if one.field]


def definition(row: ProcessDefinition) -> dict[str, Any]:
    """A version of a process, as a list shows it."""
    return {
        "id": row.id,
        "key": row.key,
        "version": row.version,
        "name": row.name,
        "deployed_at": row.deployed_at,
        "reason": row.reason,
        "checksum": row.checksum,
        **sop_identity.stored_identity(row).columns,
    }


def proposal(row: ProposedDeployment, people: Mapping[int, str]) -> dict[str, Any]:
    """A deployment that waits for a second person."""
    return {
        "id": row.id,
        "state": row.state,
        "keys": sorted(row.base),
        "no_longer_identity": row.no_longer_identity,
        "proposed_at": row.proposed_at,
        "proposed_by": people.get(row.proposed_by_id or 0),
        "reason": row.reason,
        "in_force_at": row.in_force_at,
        "findings": row.findings,
    }


def instance(session: Session, row: ProcessInstance) -> dict[str, Any]:
    """A case."""
    return {
        "id": row.id,
        "key": row.key,
        "version": _version_number(session, row),
        "state": row.state,
        "end_activity_id": row.end_activity_id,
        "end_name": row.end_name,
        "unit": row.unit_code,
        "priority": row.priority,
        **lists.fields_of(_OF_CASE, CaseRow(row)),
    }


#: By what lists show a case: words of people, which may be masked or erased later.
_LISTED = ("subject", "category", "unit", "area", "priority")


def kept_instance(session: Session, row: ProcessInstance) -> dict[str, Any]:
    """A case as it is kept for who sends the same command again: without what people wrote."""
    told: dict[str, Any] = _INSTANCE.dump(instance(session, row))
    return {name: value for name, value in told.items() if name not in _LISTED}


def listed_fields(row: ProcessInstance) -> dict[str, Any]:
    """By what lists show a case."""
    return {name: getattr(row, _column(name)) for name in _LISTED}


def told_instance(kept: Mapping[str, Any], listed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The same as it is answered: with what lists show of the case now, which is ``listed`` where that was just
    written; of one that is gone with nothing. 1 SQL at most."""
    if listed is not None:
        return {**kept, **listed}
    columns = [getattr(ProcessInstance, _column(name)) for name in _LISTED]
    with context.database().reading() as session:
        now = session.execute(select(*columns).where(ProcessInstance.id == kept["id"])).one_or_none()
    return {**kept, **dict(zip(_LISTED, now or ("",) * len(_LISTED), strict=True))}


def _column(name: str) -> str:
    return "unit_code" if name == "unit" else name


def _version_number(session: Session, row: ProcessInstance) -> int:
    """The number of a case's version; no SQL for one that is held ready, and no file is read for another."""
    held = definitions.held_ready(session, row.definition_id)
    return held.number if held is not None else definitions.get(session, row.definition_id).version


def task(session: Session, row: UserTask, *, actor: Actor) -> dict[str, Any]:
    """A task with the question that comes with it."""
    return {
        "id": row.id,
        "activity_id": row.activity_id,
        "unit": row.unit_code,
        "instance_id": row.instance_id,
        "state": row.state,
        **lists.fields_of(_OF_TASK, TaskRow(row)),
        "assignee": _assignee(row, actor),
        "form_key": row.form_key,
        "question": _question(session, row),
    }


def tasks(session: Session, rows: Sequence[UserTask], *, actor: Actor) -> list[dict[str, Any]]:
    """Several of them."""
    return [task(session, row, actor=actor) for row in rows]


def event(entry: Entry[Event]) -> dict[str, Any]:
    """Something that happened; ``actor`` is a user name."""
    return {
        "id": entry.id,
        "type": entry.type,
        "at": entry.at,
        "actor": entry.actor.name if entry.actor else None,
        "channel": entry.origin[0] if entry.origin else None,
        "activity_id": entry.activity_id,
        "data": _event_data(entry),
    }


def _event_data(entry: Entry[Event]) -> Mapping[str, Any]:
    """What explains an event; why a case stopped in the caller's language."""
    if not isinstance(entry.event, IncidentOpened):
        return entry.data
    return {**entry.data, "message": stored_messages.tell_stored(entry.event.message)}


def incident(row: Incident) -> dict[str, Any]:
    """Something that stopped."""
    return {
        "id": row.id,
        "instance_id": row.instance_id,
        "business_key": row.instance.business_key if row.instance else None,
        "definition_id": row.definition_id,
        "activity_id": row.activity_id,
        "task_id": row.task_id,
        "job_id": row.job_id,
        "message": stored_messages.tell_stored(row.message),
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
    }


def _assignee(row: UserTask, actor: Actor) -> str | None:
    """The assignee's user name; after a bulk update the row knows the id before the person."""
    if row.assignee_id is None:
        return None
    if row.assignee_id == actor.id:
        return actor.name
    return row.assignee.name if row.assignee else None


def _question(session: Session, row: UserTask) -> dict[str, Any] | None:
    diagram = definitions.version(session, row.instance.definition_id).diagram
    asked = diagram.question_with(row.activity_id, is_question=row.is_question)
    if asked is None:
        return None
    answers = [{"flow_id": flow_id, "text": text} for flow_id, text in asked.answers]
    return {
        "gateway_id": asked.gateway_id,
        "text": asked.text,
        "multiple": asked.multiple,
        "answers": answers,
    }
