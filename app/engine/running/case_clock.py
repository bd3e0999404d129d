"""What a case remembers of its own time: first openings, and what its reporter took.

Kept with the state, and only for diagrams with timers that count from the first opening; bounded by the diagram,
however old the case and however often it went round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from app.base.calendar import Calendar
from app.engine.timers import FirstOpening, Taken

#: By timer: when it opened first (ISO 8601), what the reporter had taken of the case's time by then, and once it
#: fired for that opening, whether it did so as its activity's deadline.
Openings = dict[str, Any]


@dataclass
class CaseClock:
    """``taken``: what the reporter took until he last answered; ``since``: since when he is waited for, if he is."""

    openings: Openings = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)
    since: datetime | None = None

    def taken_by(self, now: datetime, calendar: Calendar) -> Taken:
        """What the reporter took until now, the time included that he is taking."""
        running = self.since is not None and self.since < now
        return (
            self.taken.plus(Taken.between(self.since, now, calendar))
            if running and self.since
            else self.taken
        )

    def opening(
        self, openings: Openings, timer_id: str, at: datetime, now: datetime, calendar: Calendar
    ) -> FirstOpening:
        """The first opening of a timer that opens ``at``, noted in ``openings`` if it is this one."""
        taken = self.taken_by(now, calendar)
        noted = [at.astimezone(UTC).isoformat(), taken.as_list()]
        opened, before, *_fired = openings.setdefault(timer_id, noted)
        return FirstOpening(datetime.fromisoformat(opened), taken.plus(Taken.from_list(before), -1))

    def note(self, waits: bool, now: datetime, calendar: Calendar) -> bool:
        """Note whether the reporter is waited for from now on; return whether his turn has just ended."""
        if waits == (self.since is not None):
            return False
        if waits:
            self.since = now
            return False
        self.taken, self.since = self.taken_by(now, calendar), None
        return True

    def renamed(self, names: Mapping[str, str]) -> Self:
        """The clock in the words of another version."""
        return type(self)(renamed(self.openings, names), self.taken, self.since)

    def as_list(self) -> list[Any] | None:
        """For JSON; None where nothing is remembered."""
        since = self.since.astimezone(UTC).isoformat() if self.since is not None else None
        held = [self.openings, self.taken.as_list(), since]
        return held if self.openings or since or self.taken != Taken() else None

    @classmethod
    def from_list(cls, held: list[Any] | None) -> Self:
        """What `as_list` gave."""
        if held is None:
            return cls()
        openings, taken, since = held
        return cls(
            dict(openings),
            Taken.from_list(taken),
            datetime.fromisoformat(since) if since is not None else None,
        )


def note_fired(openings: Openings, timer_id: str, *, is_deadline: bool) -> None:
    """Note that a timer fired for its first opening, and whether it was the deadline of its activity then."""
    if timer_id in openings:
        openings[timer_id] = [*openings[timer_id][:2], is_deadline]


def fired(openings: Openings) -> dict[str, bool]:
    """The timers that fired for their first opening, and whether each did so as its activity's deadline."""
    return {timer_id: held[2] for timer_id, held in openings.items() if len(held) > 2}


def renamed(openings: Openings, names: Mapping[str, str]) -> Openings:
    """First openings by the ids that timers have in another version; of those that it has not, none."""
    return {names[timer_id]: held for timer_id, held in openings.items() if timer_id in names}
