"""How long work stays open, in minutes of office hours: as history tells, else as is assumed."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
#: Of what is assumed: nine of ten are done within 2.8 times the median, a fifth takes twice the median or longer.
SPREAD = 0.8
_LEAST = 1.0


@dataclass(frozen=True)
class Known:
    """As history tells. ``times``: minutes after which work was done, ascending; ``left``: the share still open
    then; ``count``: of how many that were done."""

    times: tuple[float, ...]
    left: tuple[float, ...]
    count: int

    def remaining(self, u: float, age: float) -> float | None:
        """How much longer work stays open that has been open for ``age``; ``u``: from 0 to 1. None: longer than
        anything that is known, so nothing can be said."""
        already = self._left_at(age)
        if already <= 0.0:
            return None
        if age >= self.times[-1]:
            return None
        by_share = bisect_left(self.left, -u * already, key=lambda left: -left)
        index = max(by_share, bisect_right(self.times, age))
        return max(self.times[min(index, len(self.times) - 1)] - age, _LEAST)

    def _left_at(self, age: float) -> float:
        index = bisect_left(self.times, age)
        return 1.0 if index == 0 else self.left[index - 1]


@dataclass(frozen=True)
class Assumed:
    """Lognormal around ``median``: what takes long is rarer, the longer it takes."""

    median: float
    count: int = 0

    def remaining(self, u: float, age: float) -> float | None:
        """As of `Known`; all is known here."""
        already = 1.0 - _NORMAL.cdf(self._standard(age)) if age > 0 else 1.0
        share = min(max(1.0 - u * already, 1e-9), 1.0 - 1e-9)
        total = self.median * math.exp(SPREAD * _NORMAL.inv_cdf(share))
        return max(total - age, _LEAST)

    def _standard(self, minutes: float) -> float:
        return math.log(max(minutes, _LEAST) / max(self.median, _LEAST)) / SPREAD


Durations = Known | Assumed


def known(done: Iterable[float], open_ages: Iterable[float] = ()) -> Known | None:
    """What is known from work that was done, and from work that was taken away or is open still: that took longer.
    None where nothing was done. Source: Kaplan and Meier, 1958."""
    ended = sorted([*((max(m, _LEAST), True) for m in done), *((m, False) for m in open_ages)], key=_order)
    times, left, share, at_risk = list[float](), list[float](), 1.0, len(ended)
    for minutes, was_done in ended:
        if was_done:
            share *= 1.0 - 1.0 / at_risk
            times.append(minutes)
            left.append(share)
        at_risk -= 1
    return Known(tuple(times), tuple(left), len(times)) if times else None


def _order(one: tuple[float, bool]) -> tuple[float, bool]:
    """What was done at a moment comes before what was still open then."""
    return (one[0], not one[1])
