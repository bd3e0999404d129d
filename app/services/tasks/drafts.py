"""What somebody typed and did not submit yet: kept whole, even invalid, encrypted, until it is submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Table, bindparam, exists, func, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from app.base.column_types import as_kept
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.models import Draft
from app.services.core import clock, encryption, writes
from app.services.core.access import Actor
from app.services.core.upsert import insert

#: More than any form holds; files are stored beside, only their ids are in a draft.
MAX_BYTES = 200_000
_TABLE = cast("Table", Draft.__table__)
#: Built once: it belongs to every completion.
_LOAD = select(Draft.ciphertext, Draft.saved_at).where(
    Draft.user_id == bindparam("user_id"), Draft.scope == bindparam("scope")
)
_DELETE = sql_delete(_TABLE).where(
    _TABLE.c.user_id == bindparam("user_id"), _TABLE.c.scope == bindparam("scope")
)


@dataclass(frozen=True)
class Kept:
    """A draft as it was typed."""

    values: dict[str, Any]
    saved_at: datetime


def save(session: Session, actor: Actor, scope: str, values: Mapping[str, Any]) -> datetime:
    """Keep what was typed under ``scope`` (``task:<id>`` or ``start:<key>``); return when. One SQL statement.

    Raises:
        InvalidForm: it is larger than 200 KB.
    """
    if len(orjson.dumps(values)) > MAX_BYTES:
        raise InvalidForm(_("Draf ini terlalu besar untuk disimpan (lebih dari 200 KB)."), {}, values)
    return restore(session, actor, scope, encryption.seal(session, values))


def restore(session: Session, actor: Actor, scope: str, sealed: bytes) -> datetime:
    """Keep what was sealed as a draft before; return when. One SQL statement."""
    row = {"user_id": actor.id, "scope": scope, "ciphertext": sealed, "saved_at": clock.now(session)}
    statement = insert(session, Draft).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Draft.user_id, Draft.scope],
            set_={"ciphertext": statement.excluded.ciphertext, "saved_at": statement.excluded.saved_at},
        )
    )
    return clock.now(session)


def load(session: Session, actor: Actor, scope: str) -> Kept | None:
    """What the actor typed under ``scope``, None when there is nothing."""
    row = session.execute(_LOAD, {"user_id": actor.id, "scope": scope}).one_or_none()
    return Kept(encryption.unseal(session, row.ciphertext), row.saved_at) if row else None


def delete(session: Session, actor: Actor, scope: str) -> None:
    """Forget the draft; what it held was submitted, or is not wanted any more."""
    writes.send(session, _DELETE, {"user_id": actor.id, "scope": scope})


def kept_for(user_id: Any, task_id: Any) -> ColumnElement[bool]:
    """Whether a user has typed something for a task that he did not submit yet."""
    of_task = as_kept(func.substr(Draft.scope, len(scope_of_task("")) + 1)) == task_id
    return exists().where(Draft.user_id == user_id, Draft.scope.like(scope_of_task("%")), of_task)


def scope_of_task(task_id: str) -> str:
    """Under which is kept what was typed for a task."""
    return f"task:{task_id}"


def scope_of_wait(wait_id: str, instance_id: int) -> str:
    """Under which is kept what was typed for a message that a case waits for; of what came no row tells the case."""
    return f"wait:{wait_id}:{instance_id}"


def of_waits(instance_id: int) -> ColumnElement[bool]:
    """Whether a draft is of a message that the case waits or waited for."""
    return Draft.scope.like(scope_of_wait("%", instance_id))


def _mine(actor: Actor, scope: str) -> tuple[Any, Any]:
    return Draft.user_id == actor.id, Draft.scope == scope
