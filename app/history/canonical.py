"""The canonical form of an event, and its hash: what anybody computes anew who checks the record.

An event enters its chain as SHA-256 over one line of canonical JSON: UTF-8, no spaces, keys sorted by code point,
only ``"``, ``\\`` and control characters escaped. A number without a fraction is written as an integer, whatever
its type was; any other as the shortest decimal that reads back as the same double. What the event tells (``data``)
is in that line as an HMAC-SHA256 under a salt of the event alone: with data and salt everybody checks it, and where
both are erased, nobody can guess what it was while the chain still holds. This form never changes; another one would
carry another ``v``. docs/evidence.md says the same in words.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

#: The chain of what happened outside of cases; that of a case has its id.
OUTSIDE = 0
#: What the first event of a chain follows.
GENESIS = bytes(32)
SALT_BYTES = 16
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 as it is written, its zone is Z
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
#: A number that is no plain integer; some texts look like one, and take the slower way to the same bytes. That it
#: begins with a class of single letters makes the search several times as fast.
_FRACTION = re.compile(rb"[:\[,]-?[0-9]+[.eE]")


class Place(NamedTuple):
    """Where an event stands: its chain, its number in it from 1, and the hash of the one before."""

    chain: int
    number: int
    previous: bytes


class Told(NamedTuple):
    """What an event is besides its data. ``at``: as `moment` writes it."""

    type: str
    at: str
    actor: int | None
    activity: str | None


def canonical(value: Any) -> bytes:
    """A JSON value in canonical form, the same before it is stored and after it is read from either database."""
    text = orjson.dumps(value, option=_OPTIONS)
    if _FRACTION.search(text) is None:
        return text
    plain = _whole_numbers(orjson.loads(text))
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def has_fraction(text: bytes) -> bool:
    """Whether some number in JSON may not be written as a plain integer."""
    return _FRACTION.search(text) is not None


def moment(at: datetime) -> str:
    """A time as events have it: UTC, always with six digits of a second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_kept(at: Any) -> str:
    """`moment` of a time as SQLite keeps it; "" of anything else, which would be sorted elsewhere."""
    try:
        return (
            f"{(_EPOCH + timedelta(microseconds=at)).isoformat(timespec='microseconds')}Z"
            if type(at) is int
            else ""
        )
    except OverflowError:
        return ""


def commitment(data: Any, salt: bytes) -> bytes:
    """What of an event's data enters its hash."""
    return hmac.digest(salt, canonical(data), "sha256")


def event_hash(place: Place, told: Told, committed: bytes) -> bytes:
    """The hash of an event, whose data is ``committed`` to."""
    return line_hash(*place, told.type, told.at, told.actor, told.activity, committed)


def line_hash(
    chain: int,
    number: int,
    previous: bytes,
    type_: str,
    at: str,
    actor: int | None,
    activity: str | None,
    committed: bytes,
) -> bytes:
    """The same of the parts of `Place` and `Told`, for who has a million of them."""
    line = (
        f'{{"activity":{_text(activity)},"actor":{"null" if actor is None else actor},"at":"{at}","chain":{chain},'
        f'"data":"{committed.hex()}","number":{number},"previous":"{previous.hex()}",'
        f'"type":{_text(type_)},"v":1}}'
    )
    return hashlib.sha256(line.encode()).digest()


@lru_cache(maxsize=4096)
def _text(text: str | None) -> str:
    """Elements and types as JSON: there are few of them, and writing a line by hand takes a third of the time."""
    return orjson.dumps(text).decode()


def _whole_numbers(value: Any) -> Any:
    """A value whose numbers without a fraction are integers: PostgreSQL keeps 1e16 as one, SQLite does not."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _whole_numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(one) for one in value]
    return value
