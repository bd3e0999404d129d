"""A repeated command returns its first result. Scope: actor + command + target; kept for 7 days."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import Executable, Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.orm import Session

from app.base.errors import KeyReused
from app.base.i18n import _
from app.models import IdempotencyRecord
from app.services.core import clock
from app.services.core.access import Actor
from app.services.core.upsert import insert_in
from app.services.core.writes import Plan

_TABLE = cast("Table", IdempotencyRecord.__table__)
_ANSWERED = update(_TABLE).where(_TABLE.c.scope == bindparam("of"))


def run_once(
    session: Session,
    actor: Actor | None,
    command: str,
    target: str,
    key: str | None,
    body: Any,
    do: Callable[[], dict[str, Any]],
    allowed: Callable[[], object] | None = None,
) -> dict[str, Any]:
    """Return ``do()``, or what it returned when the same key came before. Without a key it just runs.

    A failure leaves nothing behind: it rolls back with the transaction. ``allowed`` is called before a kept answer is
    told again, and raises where the actor has lost the right since; ``do`` asks by itself.

    Raises:
        KeyReused: the key was used before with another body. And whatever ``allowed`` and ``do`` raise.
    """
    if not key:
        return do()
    scope = _digest([actor.id if actor else 0, command, target, key])
    body_digest = _digest(body)
    values = {"scope": scope, "body": body_digest, "result": {}, "created_at": clock.now(session)}
    # Inserting first makes a simultaneous repeat wait for our commit instead of doing the work twice.
    # What it returns tells whether it was inserted; PostgreSQL's driver gives no count here.
    if session.connection().scalar(_record(session.get_bind().dialect.name), values) is None:
        if allowed is not None:
            allowed()
        return _earlier(session, scope, body_digest)
    result = do()
    session.connection().execute(_ANSWERED, {"of": scope, "result": result})
    return result


def record(
    session: Session,
    plan: Plan,
    actor: Actor | None,
    command: str,
    target: str,
    key: str,
    body: Any,
    result: dict[str, Any],
    at: datetime,
) -> None:
    """Plan to keep what a command answers; where its key came before, nothing of the plan can be written."""
    scope = _digest([actor.id if actor else 0, command, target, key])
    values = {"scope": scope, "body": _digest(body), "result": result, "created_at": at}
    # Inserted first, as in `run_once`: two who waited for each other's rows in two orders would wait in vain.
    plan.begin_with(_new(session.get_bind().dialect.name), values)


def earlier(
    session: Session, actor: Actor | None, command: str, target: str, key: str, body: Any
) -> dict[str, Any] | None:
    """Return what `run_once` returned when the same key came before; None when it did not.

    Raises:
        KeyReused: the key was used before with another body.
    """
    scope = _digest([actor.id if actor else 0, command, target, key])
    known = session.scalar(select(IdempotencyRecord.scope).where(IdempotencyRecord.scope == scope))
    return None if known is None else _earlier(session, scope, _digest(body))


@lru_cache
def _record(dialect: str) -> Executable:
    return _new(dialect).returning(IdempotencyRecord.scope)


@lru_cache
def _new(dialect: str) -> Insert:
    return insert_in(dialect, IdempotencyRecord).on_conflict_do_nothing()


def _earlier(session: Session, scope: bytes, body_digest: bytes) -> dict[str, Any]:
    found = session.execute(
        select(IdempotencyRecord.body, IdempotencyRecord.result).where(IdempotencyRecord.scope == scope)
    ).one()
    if found.body != body_digest:
        raise KeyReused(_("Kunci idempotensi ini sudah dipakai untuk isi yang lain."), {})
    kept: dict[str, Any] = found.result
    return kept


def _digest(value: Any) -> bytes:
    """16 bytes of a SHA-256: so many find no second value with the same ones, and 48 more letters cost room."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).digest()[:16]
