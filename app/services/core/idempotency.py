"""A repeated command returns its first result. Scope: actor + command + target; kept for 7 days.

Results are kept packed: seven of a case that is worked on by the API took a quarter of all that it left.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import Executable, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.errors import KeyReused
from app.i18n import _
from app.models import IdempotencyRecord
from app.services.core import clock
from app.services.core.access import Actor
from app.services.core.upsert import insert_in

KEPT = timedelta(days=7)
#: What results are full of, the most frequent last: deflate refers to it. Never changed; others get another name.
_WORDS = (
    b'"gateway_id":"text":"multiple":"answers":[{"flow_id":"sha256":"size_bytes":"media_type":"resolved_at":"message":'
    b'"incident","cancelled","open","ended","end_activity_id":"","end_name":"",{"task":"instance":'
    b'"question":{"id":1,"key":"","version":1,"business_key":"","state":"active","end_activity_id":null,'
    b'"end_name":null,"started_at":"2026-11-01T00:00:00.000000+00:00","ended_at":null,"subject":"","category":"",'
    b'"unit":"","area":""},"task":{"id":"","activity_id":"","name":"","lane":"","unit":null,"instance_id":1,'
    b'"business_key":"","state":"completed","created_at":"2026-11-01T00:00:00.000000+00:00",'
    b'"due_at":"2026-12-01T00:00:00+00:00","closed_at":"2026-11-01T00:00:00.000000+00:00","assignee":"",'
    b'"form_key":"","question":null}}{"instance":{"id":'
)
#: The key under which a packed result stands; one that packing does not shorten stands as it is.
_PACKED = "deflated1"
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
    session.connection().execute(_ANSWERED, {"of": scope, "result": _pack(result)})
    return result


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
    new = insert_in(dialect, IdempotencyRecord).on_conflict_do_nothing()
    return new.returning(IdempotencyRecord.scope)


def forget_old(session: Session) -> None:
    """Drop results older than 7 days."""
    limit = clock.now(session) - KEPT
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < limit))


def _earlier(session: Session, scope: str, body_digest: str) -> dict[str, Any]:
    found = session.execute(
        select(IdempotencyRecord.body, IdempotencyRecord.result).where(IdempotencyRecord.scope == scope)
    ).one()
    if found.body != body_digest:
        raise KeyReused(_("Kunci idempotensi ini sudah dipakai untuk isi yang lain."), {})
    return unpack(found.result)


def _pack(result: dict[str, Any]) -> dict[str, Any]:
    plain = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_WORDS)
    packed = {_PACKED: base64.b64encode(deflate.compress(plain) + deflate.flush()).decode()}
    return packed if len(packed[_PACKED]) + len(_PACKED) + 7 < len(plain) else result


def unpack(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The result that a record holds; those of before were kept as they are."""
    if stored.keys() != {_PACKED}:
        return dict(stored)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_WORDS)
    result: dict[str, Any] = orjson.loads(inflate.decompress(base64.b64decode(stored[_PACKED])))
    return result


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
