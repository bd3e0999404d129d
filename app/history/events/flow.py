"""Events of what a diagram does by itself: decisions, data mappings, rounds, timers, signals, notifications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.history.events.base import CaseEvent, ValuesSet, event


@event("gateway_decided")
class GatewayDecided(CaseEvent):
    """A gateway let the case go on over ``flow``, which says ``text``.

    ``answered``: an officer said so. Else ``condition`` held, or none and it was the default; ``values``: what the
    conditions read, by variable; ``warnings``: feelin's.
    """

    flow: str
    text: str
    answered: bool = False
    condition: str = ""
    values: Mapping[str, Any] | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """How one decision came about: the ids of the ``rules`` that fired, from which ``inputs``, and its ``value``."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    value: Any = None


@event("table_decided")
class TableDecided(ValuesSet):
    """A decision gave ``values``. ``needed``: a `Ruling` as a mapping for each decision that it needed before."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    needed: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()


@event("inputs_mapped")
class InputsMapped(CaseEvent):
    """An activity began with the local variables ``given``. ``warnings``: feelin's."""

    given: Mapping[str, Any]
    warnings: Sequence[str] = ()


@event("outputs_mapped")
class OutputsMapped(ValuesSet):
    """``values`` came out of an activity. ``warnings``: feelin's."""

    warnings: Sequence[str] = ()


@event("rounds_ended")
class RoundsEnded(ValuesSet):
    """All rounds of an activity are over; ``values`` holds the list of their results."""


@event("timer_fired")
class TimerFired(CaseEvent):
    """A timer was due at ``due_at`` (ISO 8601). ``text``: its span or date as the diagram has it."""

    due_at: str
    text: str


@event("signal_thrown")
class SignalThrown(CaseEvent):
    """An element sent a signal."""

    signal: str


@event("signal_caught")
class SignalCaught(CaseEvent):
    """An element received a signal."""

    signal: str


@event("error_thrown")
class ErrorThrown(CaseEvent):
    """An element threw an error. ``by``: the id of the element that caught it; else as in every event."""

    code: str | None


@event("escalation_thrown")
class EscalationThrown(CaseEvent):
    """An element escalated. ``by``: the id of the element that caught it; else as in every event."""

    code: str | None


@event("notification_queued")
class NotificationQueued(CaseEvent):
    """An element told people something.

    ``groups``: ids of lanes' groups; ``unit``: only those of this unit; ``coordinator``: the id of a group, told
    where the unit has nobody; ``units``: codes of units of which everybody is told.
    """

    groups: Sequence[int]
    users: Sequence[int]
    unit: str | None = None
    coordinator: int | None = None
    units: Sequence[str] | None = None
