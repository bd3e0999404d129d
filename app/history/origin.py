"""From where what happens now comes.

Each event has it beside what it tells, under `KEY` of its data, so that it enters the hash: the channel (page, api,
public or command), and the letters of the session or token by which the security log knows it. The clock has none; of
reporters nothing but the channel is known.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

#: Under this name the data of an event holds it.
KEY = "from"
_now: ContextVar[tuple[str, ...]] = ContextVar("event_origin", default=())


def come_from(channel: str, session: str = "") -> None:
    """Let every event of this thread come from there, from now on; empty: from the clock."""
    _now.set((channel, session) if channel and session else (channel,) if channel else ())


def beside(data: dict[str, Any]) -> dict[str, Any]:
    """Data of an event with where it comes from."""
    found = _now.get()
    return {**data, KEY: list(found)} if found else data


def parted(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[str]]:
    """What an event tells, and where it came from."""
    if KEY not in data:
        return data, ()
    held = data[KEY]
    rest = {name: value for name, value in data.items() if name != KEY}
    return rest, tuple(map(str, held)) if isinstance(held, list) else ()
