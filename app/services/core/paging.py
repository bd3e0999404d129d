"""Keyset paging: a page ends with a cursor that says where the next one begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import orjson

from app.base.errors import InvalidForm
from app.base.i18n import _

T = TypeVar("T")
MAX_LIMIT = 200
#: Of the longest id; more would be no number of either database.
_DIGITS = 18


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the cursor of the next page; None on the last."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A page; ``partial``: so many rows were looked at that it ended before it was full."""

    page: Page[T]
    partial: bool


def cursor(*values: object) -> str:
    """An opaque cursor of sort values."""
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def values_of(text: str, count: int) -> list[str]:
    """The sort values in a cursor.

    Raises:
        InvalidForm: it is none of ours.
    """
    try:
        values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, Error):
        values = None
    if not isinstance(values, list) or len(values) != count:
        raise unknown()
    if any("\0" in str(value) for value in values):
        raise unknown()
    return [str(value) for value in values]


def moment_of(text: str) -> datetime:
    """A time that a cursor holds.

    Raises:
        InvalidForm: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)  # at the edge of time there may be no such moment
    except (ValueError, OverflowError):
        pass
    raise unknown()


def number_of(text: str) -> int:
    """An id that a cursor holds.

    Raises:
        InvalidForm: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise unknown()
    return int(text)


def unknown() -> InvalidForm:
    """What to raise for a cursor that is none of ours."""
    message = _("Penunjuk halaman tidak dikenal. Mulai lagi dari halaman pertama.")
    return InvalidForm(message, {"cursor": message})


def limited(limit: int) -> int:
    """A page size between 1 and 200."""
    return max(1, min(limit, MAX_LIMIT))
