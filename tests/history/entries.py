"""Entries of the record that no database holds."""

from datetime import UTC, datetime
from typing import Any

from app.history.catalogue import Entry, Event
from app.history.codec import decode
from app.models import User

AT = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)


def stored(
    type_: str,
    data: Any,
    *,
    activity_id: str | None = None,
    instance_id: int | None = 1,
    actor: User | None = None,
) -> Entry[Event]:
    """What a reader makes of a row with this data."""
    return Entry(1, instance_id, type_, AT, actor, activity_id, data, decode(type_, data))
