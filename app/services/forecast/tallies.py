"""What is counted while cases are played. Nothing of it depends on the order in which that is done."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class ActivityTally:
    """An activity in a lane. ``opened``: those open at the beginning among them; ``late``: of those whose deadline
    had passed then already. ``minutes``: of office hours for which each was open that closed."""

    opened: int = 0
    breaches: int = 0
    late: int = 0
    open_at_end: int = 0
    minutes: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float | None:
        """The time within which this share of those that closed was done; None where none did."""
        if not self.minutes:
            return None
        ordered = sorted(self.minutes)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass
class Tally:
    """A side of a comparison. Activities by what they are known by and the name of their lane; ``fired``: timers;
    ``failed``: (element, what is wrong); ``left_out``: why a case cannot move to the version."""

    activities: dict[tuple[str, str], ActivityTally] = field(default_factory=dict)
    fired: Counter[str] = field(default_factory=Counter)
    notices: int = 0
    cases: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    commands: int = 0

    def of(self, name: str, lane: str) -> ActivityTally:
        """The tally of an activity, which begins with the first question for it."""
        return self.activities.setdefault((name, lane), ActivityTally())

    @property
    def breaches(self) -> int:
        """Deadlines that pass, of all activities."""
        return sum(one.breaches for one in self.activities.values())

    @property
    def timers(self) -> int:
        """How many timers went off."""
        return self.fired.total()

    @property
    def running(self) -> int:
        """Cases that are under way at the end, those that wait for nothing that comes among them."""
        return self.cases - self.ended.total() - self.failed.total() - self.left_out.total()
