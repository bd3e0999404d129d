"""Messages that leave a case along message flows, each kept with its job in the step that sends it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, Update, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.local_variables import COUNTER
from app.engine.running.context import Effect
from app.engine.running.step import Step
from app.history.events.instances import MessageSent
from app.history.writer import Record
from app.models import InstanceMessage, Job, ProcessDefinition, ProcessInstance
from app.services.core import bulk, clock, loop_guard, writes

#: The property of a sending element that says which variables its messages carry; without it they carry all.
CARRIES = "isi pesan"
#: The property of a sending element that says which variable holds the number of the case that receives.
NUMBER_OF_RECEIVER = "nomor penerima"


def send(session: Session, instance: ProcessInstance, step: Step) -> list[tuple[int, Record]]:
    """Keep the messages that a step sends to processes deployed here, with a job each: what one element sends to one
    process is one message. Return what the history tells of them, with the number of the effect. 3 SQL however many
    there are, none without message flows."""
    ways = [
        (number, effect, key)
        for number, effect in enumerate(step.effects)
        for key in dict.fromkeys(flow.process for flow in effect.node.sends)
    ]
    if not ways:
        return []
    names = _deployed(session, {key for _number, _effect, key in ways})
    ways = [way for way in ways if way[2] in names]
    now = clock.now(session)
    moments = [now + timedelta(microseconds=place) for place in range(len(ways))]  # they keep the order
    hops = loop_guard.following(session)
    rows = [
        _row(instance, effect, key, at, hops) for (_n, effect, key), at in zip(ways, moments, strict=True)
    ]
    bulk.insert_rows(session, InstanceMessage, rows)
    bulk.insert_rows(session, Job, [_job(row, now) for row in rows])
    return [(way[0], _record_of(row, names[row["key"]])) for way, row in zip(ways, rows, strict=True)]


def wake(session: Session, instance: ProcessInstance) -> None:
    """Let the messages that are kept for a case be tried again: it began to wait for one, or ended. 1 SQL."""
    given = {"of_id": instance.id, "run_at": clock.now(session)}
    writes.send(session, _waking(), given)


@cache
def _waking() -> Update:
    kept = select(InstanceMessage.id).where(
        InstanceMessage.receiver_id == bindparam("of_id"), InstanceMessage.state == "kept"
    )
    return update(cast("Table", Job.__table__)).where(Job.id.in_(kept))


def _deployed(session: Session, keys: set[str]) -> Mapping[str, str]:
    """Names of those processes that are deployed, by key."""
    newest = select(func.max(ProcessDefinition.id)).where(ProcessDefinition.key.in_(keys))
    query = select(ProcessDefinition.key, ProcessDefinition.name).where(
        ProcessDefinition.id.in_(newest.group_by(ProcessDefinition.key))
    )
    return {row.key: row.name for row in session.execute(query)}


def _row(instance: ProcessInstance, effect: Effect, key: str, at: datetime, hops: int) -> dict[str, Any]:
    targets = {flow.target: flow.name for flow in effect.node.sends if flow.process == key}
    only, variable = named(effect.node), effect.node.properties.get(NUMBER_OF_RECEIVER)
    carried = effect.values.keys() - {COUNTER} if only is None else effect.values.keys() & only - {COUNTER}
    number = "" if variable is None else str(effect.values.get(variable) or "").strip()
    return {
        "id": uuid4().hex,
        "sender_id": instance.id,
        "activity_id": effect.node.id,
        "name": next(iter(targets.values())),
        "key": key,
        "targets": targets,
        "business_key": (number or instance.business_key)[:255],
        "is_keyed": bool(
            number
        ),  # a field that was left empty names nobody: as if the property were not there
        "rounds": list(effect.rounds),
        "values": {name: effect.values[name] for name in effect.values if name in carried},
        "hops": hops,
        "sent_at": at,
    }


def named(node: Node | None) -> frozenset[str] | None:
    """The variables that an element's messages carry; None: all."""
    text = node.properties.get(CARRIES) if node is not None else None
    return None if text is None else frozenset(name.strip() for name in re.split(r"[,;\n]", text))


def _job(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": row["id"],
        "message_id": row["id"],
        "activity_id": row["activity_id"],
        "opened_at": now,
        "due_at": row["sent_at"],
        "run_at": now,
        "deadline": {},
    }


def _record_of(row: Mapping[str, Any], process: str) -> Record:
    event = MessageSent(message=row["name"], to=process, fields=sorted(row["values"]), id=row["id"])
    return Record(event, row["activity_id"])
