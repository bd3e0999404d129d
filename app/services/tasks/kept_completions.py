"""What it takes to take back a completion: kept for some seconds, one for each case. See decision 55.

Before the step the rows that it changes are read, after it they are kept with what was typed. A completion costs
three statements more, one for each further kind of row that it changes, and nothing where it cannot be taken back.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import Insert, Select, bindparam, delete, select
from sqlalchemy.orm import Session

from app import forms
from app.engine.running.step import Step
from app.forms import Form
from app.history import reader
from app.models import (
    Attachment,
    CompletionUndo,
    IdentityValue,
    InstanceMessage,
    Job,
    MessageWait,
    ProcessInstance,
    UserTask,
)
from app.services.core import clock, encryption, settings, writes
from app.services.core.access import Actor
from app.services.core.upsert import insert_in
from app.services.instances import snapshots
from app.services.instances.snapshots import Rows

#: Why a completion that was kept cannot be taken back: another case heard of it.
MESSAGE, SIGNAL = "message", "signal"


@dataclass(frozen=True)
class Before:
    """What a step is going to change, as it was before.

    ``made``: ids of the rows that it adds, by table; ``closed``: ids of the tasks that it closes; ``identity``:
    fields that it writes, with what they held, sealed, in hex; ``files``: ids of those that become the case's.
    """

    rows: Rows
    made: Mapping[str, Sequence[str]]
    closed: Sequence[str]
    identity: Mapping[str, str | None]
    files: Sequence[str]


@dataclass(frozen=True)
class Kept:
    """A completion that is about to be written, and until when it can be taken back. ``may_send``: perhaps it sends
    messages to other cases."""

    before: Before
    since: int
    until: datetime
    blocked: str
    may_send: bool


def begin(
    session: Session,
    instance: ProcessInstance,
    step: Step,
    form: Form | None,
    clean: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> Kept | None:
    """Read what a completion is going to change, before it does; None where nobody may take one back."""
    seconds = settings.config(session).undo_seconds
    if not seconds:
        return None
    before = Before(
        rows=snapshots.rows_before(session, instance, step),
        made={
            UserTask.__tablename__: [task.id for task in step.opened],
            Job.__tablename__: [timer.id for timer in step.timers],
            MessageWait.__tablename__: [wait.id for wait in step.messages],
        },
        closed=step.closed,
        identity=_identity(session, instance.id, secret),
        files=_fresh_files(session, form, clean),
    )
    since = reader.last_id(session, instance.id)
    until = clock.now(session) + timedelta(seconds=seconds)
    may_send = any(effect.node.sends for effect in step.effects)
    return Kept(before, since, until, SIGNAL if step.signals else "", may_send)


def keep(
    session: Session, instance: ProcessInstance, task_id: str, kept: Kept, typed: Any, *, actor: Actor
) -> datetime | None:
    """Keep a completion that was written; until when it can be taken back, None if it cannot.

    ``typed``: what the officer filled in, in the shape of a draft.
    """
    session.flush()
    now = clock.now(session)
    if kept.may_send:
        writes.need_lock(session)  # what was sent is read
    sent = kept.may_send and has_sent(session, instance.id, now)
    blocked = kept.blocked or (MESSAGE if sent else "")
    row = {
        "instance_id": instance.id,
        "task_id": task_id,
        "user_id": actor.id,
        "completed_at": now,
        "until": kept.until,
        "revision": instance.revision,
        "since": kept.since,
        "blocked": blocked,
        "before": b"" if blocked else zlib.compress(orjson.dumps(asdict(kept.before)), 1),
        "typed": b"" if blocked else encryption.seal(session, typed),
    }
    writes.send(session, _keeping(session.get_bind().dialect.name), row)
    return None if blocked else kept.until


def kept_of(session: Session, instance_id: int) -> CompletionUndo | None:
    """The last completion of a case that was kept."""
    return session.get(CompletionUndo, instance_id, populate_existing=True)


def before_of(row: CompletionUndo) -> Before:
    """What it changed, as it was before."""
    return Before(**orjson.loads(zlib.decompress(row.before)))


def forget(session: Session, instance_id: int) -> None:
    """Let a completion not be taken back, or not again."""
    session.execute(delete(CompletionUndo).where(CompletionUndo.instance_id == instance_id))


def has_sent(session: Session, instance_id: int, since: datetime) -> bool:
    """Whether a case has sent a message since then. 1 SQL."""
    given = {"of_id": instance_id, "since": since}
    return session.connection().scalar(_message_sent(), given) is not None


def _identity(session: Session, instance_id: int, secret: Mapping[str, Any]) -> dict[str, str | None]:
    if not secret:
        return {}
    query = select(IdentityValue.field_key, IdentityValue.ciphertext)
    held = session.execute(query.where(IdentityValue.instance_id == instance_id))
    sealed = {key: ciphertext.hex() for key, ciphertext in held}
    return {key: sealed.get(key) for key in secret}


def _fresh_files(session: Session, form: Form | None, clean: Mapping[str, Any]) -> list[str]:
    named = [id_ for _field, ids in forms.attached(form, clean) for id_ in ids] if form is not None else []
    query = select(Attachment.id).where(Attachment.id.in_(named), Attachment.instance_id.is_(None))
    return list(session.scalars(query)) if named else []


# Statements are built once: building them took longer than running them.


@cache
def _message_sent() -> Select[Any]:
    sent = InstanceMessage.sender_id == bindparam("of_id")
    since = bindparam("since", type_=InstanceMessage.sent_at.type)
    return select(InstanceMessage.id).where(sent, InstanceMessage.sent_at >= since).limit(1)


@lru_cache
def _keeping(dialect: str) -> Insert:
    statement = insert_in(dialect, CompletionUndo)
    columns = [str(column.name) for column in CompletionUndo.__table__.columns]
    return statement.on_conflict_do_update(
        index_elements=[CompletionUndo.instance_id],
        set_={name: statement.excluded[name] for name in columns if name != "instance_id"},
    )
