"""Messages that leave a case along message flows, each kept with its job in the step that sends it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import BindParameter, Table, Update, bindparam, exists, func, select, union_all, update
from sqlalchemy.orm import Session

from app.engine.diagram import MessageFlow, Node
from app.engine.local_variables import COUNTER
from app.engine.running.context import Effect
from app.engine.running.step import Step
from app.history.events import MessageSent
from app.history.writer import Record
from app.models import CaseMessage, Job, Partner, ProcessDefinition, ProcessInstance
from app.services.core import bulk, clock, loop_guard
from app.services.definitions.definitions import Version

#: The property of a sending element that says which variables its messages carry; without it they carry all.
CARRIES = "isi pesan"
_RECEIVING = frozenset({"intermediateCatchEvent", "boundaryEvent"})


def send(session: Session, instance: ProcessInstance, step: Step) -> list[tuple[int, Record]]:
    """Keep the messages that a step sends to processes deployed here, with a job each; return what the history
    tells of them, with the number of the effect. 3 SQL however many there are, none without message flows."""
    flows = [(n, effect, flow) for n, effect in enumerate(step.effects) for flow in effect.node.sends]
    if not flows:
        return []
    names = _deployed(session, {flow.process for _n, _effect, flow in flows})
    sent = [(n, _row(session, instance, n, what, way)) for n, what, way in flows if way.process in names]
    rows = [row for _n, row in sent]
    bulk.add(session, CaseMessage, rows)
    now = clock.now(session)
    bulk.add(session, Job, [_job(row, now, place) for place, row in enumerate(rows)])
    once = {(n, row["key"], row["name"]): row for n, row in sent}
    return [(n, _told(row, names[key])) for (n, key, _name), row in once.items()]


def wake(session: Session, instance: ProcessInstance) -> None:
    """Let the messages that may be meant for a case be tried again: it began to wait, waits no more, or ended. 1 SQL.

    Their rows are left alone: whoever delivers one holds it while he waits for this case.
    """
    case = {"of_id": instance.id, "of_key": instance.key, "of_number": instance.business_key}
    session.connection().execute(_waking(), {**case, "run_at": clock.now(session)})


@cache
def _waking() -> Update:
    """Built once. What is meant is found in three ways, apart, so that each finds its rows by an index of its own."""
    of_id: BindParameter[int] = bindparam("of_id")
    undone = select(CaseMessage.id).where(
        CaseMessage.key == bindparam("of_key"), CaseMessage.state.in_(("sent", "kept"))
    )
    by_number = undone.where(CaseMessage.business_key == bindparam("of_number"))
    by_partner = undone.join(Partner, Partner.partner_id == CaseMessage.sender_id).where(
        Partner.instance_id == of_id
    )
    for_it = select(CaseMessage.id).where(CaseMessage.receiver_id == of_id, CaseMessage.state == "kept")
    meant = union_all(by_number, by_partner, for_it)
    return update(cast("Table", Job.__table__)).where(Job.id.in_(meant), Job.retries > 0)


def wake_lost(session: Session, key: str) -> None:
    """Let the messages be tried again that found no step to go to in a process, of which a new version is there."""
    lost = exists().where(
        CaseMessage.id == Job.message_id, CaseMessage.key == key, CaseMessage.reason == "no_target"
    )
    query = update(Job).where(Job.run_at.is_(None), Job.retries > 0, lost).values(run_at=clock.now(session))
    session.execute(query.execution_options(synchronize_session=False))


def concerns(version: Version, step: Step) -> bool:
    """Whether after this step other messages may be delivered to the case than before."""
    if step.stopped_messages or any(wait.node.message is not None for wait in step.messages):
        return True
    nodes = version.diagram.nodes.values() if step.ended else ()
    return any(node.message is not None and node.kind in _RECEIVING for node in nodes)


def _deployed(session: Session, keys: set[str]) -> Mapping[str, str]:
    """Names of those processes that are deployed, by key."""
    newest = select(func.max(ProcessDefinition.id)).where(ProcessDefinition.key.in_(keys))
    query = select(ProcessDefinition.key, ProcessDefinition.name).where(
        ProcessDefinition.id.in_(newest.group_by(ProcessDefinition.key))
    )
    return {row.key: row.name for row in session.execute(query)}


def _row(
    session: Session, instance: ProcessInstance, number: int, effect: Effect, flow: MessageFlow
) -> dict[str, Any]:
    """``number``: which sending of the step it is; each has a moment of its own, by which its copies are known."""
    return {
        "id": uuid4().hex,
        "sender_id": instance.id,
        "activity_id": effect.node.id,
        "flow_id": flow.id,
        "name": flow.name,
        "key": flow.process,
        "target": flow.target,
        "business_key": instance.business_key,
        "rounds": list(effect.rounds),
        "values": _carried(effect),
        "trail": loop_guard.left(session, effect.rounds),
        "sent_at": clock.now(session) + timedelta(microseconds=number),
        "state": "sent",
    }


def named(node: Node | None) -> frozenset[str] | None:
    """The variables that an element's messages carry; None: all."""
    text = node.properties.get(CARRIES) if node is not None else None
    return None if text is None else frozenset(name.strip() for name in re.split(r"[,;\n]", text))


def _carried(effect: Effect) -> dict[str, Any]:
    only = named(effect.node)
    return {
        name: value
        for name, value in effect.values.items()
        if name != COUNTER and (only is None or name in only)
    }


def _job(row: Mapping[str, Any], now: datetime, place: int) -> dict[str, Any]:
    """``due_at`` keeps the order in which they were sent."""
    return {
        "id": row["id"],
        "message_id": row["id"],
        "activity_id": row["target"],
        "attached_to": None,
        "opened_at": now,
        "due_at": now + timedelta(microseconds=place),
        "run_at": now,
        "deadline": {},
        "signal": None,
    }


def _told(row: Mapping[str, Any], process: str) -> Record:
    event = MessageSent(message=row["name"], to=process, fields=sorted(row["values"]), id=row["id"])
    return Record(event, row["activity_id"])
