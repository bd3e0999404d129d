"""Kill, look, go on: one installation, and what its clients were told."""

import os
import random
import signal
import time
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tests.chaos.ledger import Ledger
from tests.chaos.office import OFFICERS, Installation
from tests.chaos.requests import Request
from tests.chaos.victims import KINDS, Victim, ready

#: Numbers of requests that one process may give.
_NUMBERS = 1_000
#: So many are forked already while one is at work.
_SPARE = 2
#: A victim that is killed at random dies so long after it began, at most.
_LONGEST_S = 0.15


class Hunt:
    """Processes that are killed over one installation, one after the other or two at once."""

    def __init__(self, place: Installation, seed: int, control: str = "") -> None:
        self._ready, self._control = ready(place), control
        self._dice = random.Random(seed)
        self._spares: deque[Victim] = deque()
        self._begun = 0
        self.ledger = Ledger()
        self.wrong: list[str] = []
        #: How many were killed, by what they did and at which point.
        self.kills: Counter[tuple[str, str]] = Counter()
        self._together = False

    @property
    def killed(self) -> int:
        return self.kills.total()

    def found(self, *, alone: bool) -> list[str]:
        """What is known to be wrong by now."""
        self.wrong += [line for line in self.ledger.refused(alone=alone) if line not in self.wrong]
        return self.wrong

    def points_of(self, kind: str) -> Sequence[str]:
        """Let one do this whole, and return the points that it passed."""
        victim = self._set_on(OFFICERS[0], kind=kind, at=None)
        names: Sequence[str] = []
        for line in self._heard(victim):
            names = line.get("passed", names)
        victim.bury()
        return names

    def kill_at(self, kind: str, at: int) -> bool:
        """Kill one at a point of what it does; False: it did not come so far."""
        victim = self._set_on(OFFICERS[at % 2], kind=kind, at=at)
        point = ""
        for line in self._heard(victim):
            point = line.get("killed", point)
        return self._bury(victim, kind, point or "never")

    def stop_one(self, at: int, seconds: float) -> bool:
        """Stop a worker amid a timer, let another look for work, and let the first go on after so long.

        False: it did not come so far.
        """
        first = self._set_on(OFFICERS[0], kind="timer", at=at, signal=signal.SIGSTOP)
        stopped = any("killed" in line for line in self._heard(first, ends=("killed", "done")))
        if stopped:
            second = self._set_on(OFFICERS[1], kind="work", at=None)
            time.sleep(seconds)
            os.kill(first.pid, signal.SIGCONT)
            for victim in (first, second):
                for _line in self._heard(victim):
                    pass
            second.bury()
        first.bury()
        return stopped

    def kill_two(self, kinds: Collection[str] = KINDS) -> None:
        """Let two work side by side, and kill both at random moments."""
        self._together = True
        pair = [self._set_on(who, two=True, spree=list(kinds)) for who in OFFICERS]
        doing = [self._until_busy(victim) for victim in pair]
        order = self._dice.sample((0, 1), 2)
        for place, most_s in zip(order, (_LONGEST_S, _LONGEST_S / 4), strict=True):
            time.sleep(self._dice.random() * most_s)
            pair[place].kill()
        for victim, kind in zip(pair, doing, strict=True):
            for line in self._heard(victim):
                kind = _kind(line) or kind
            self._bury(victim, kind, "at random")

    def close(self) -> int:
        """Ask what nobody heard the answer of once more, let the worker rest, and compare everything.

        Returns how many files lay about that no row named, and that housekeeping took.
        """
        asked = self._set_on(OFFICERS[0])
        for _line in self._heard(asked):
            pass
        asked.bury()
        if self.ledger.unheard:
            self.wrong.append(f"never answered: {self.ledger.unheard}")
        kept = [self._entry(number) for number in self.ledger.requests]
        victim = self._take()
        victim.order(close=kept, **self._who_and_number(OFFICERS[0]))
        orphans = 0
        for line in self._heard(victim):
            orphans = line.get("orphans", orphans)
        victim.bury()
        self.found(alone=not self._together)
        self.end()
        return orphans

    def end(self) -> None:
        """Let nobody wait any more."""
        for victim in self._spares:
            victim.kill()
            victim.bury()
        self._spares.clear()

    def _entry(self, number: int) -> tuple[dict[str, Any], int, dict[str, Any]]:
        ledger = self.ledger
        return ledger.requests[number].as_dict(), ledger.statuses[number], ledger.answers.get(number, {})

    def _take(self) -> Victim:
        while len(self._spares) <= _SPARE:
            self._spares.append(Victim(self._ready, self._control))
        return self._spares.popleft()

    def _who_and_number(self, who: str) -> dict[str, Any]:
        self._begun += 1
        return {"who": who, "number": self._begun * _NUMBERS, "seed": self._dice.random()}

    def _set_on(self, who: str, *, two: bool = False, **what: Any) -> Victim:
        """Set a fresh process on: it looks whether all is well, asks again what was not answered, then does this.

        ``two``: another is set on besides, which asks again for its own user.
        """
        victim = self._take()
        retry = [one.as_dict() for one in self.ledger.unheard if not two or _asks_again(who, one)]
        victim.order(look=True, retry=retry, **what, **self._who_and_number(who))
        return victim

    def _until_busy(self, victim: Victim) -> str:
        """Wait till it does its first, second or third thing; which it is."""
        left = self._dice.randrange(1, 4)
        for line in self._heard(victim):
            if kind := _kind(line):
                left -= 1
                if not left:
                    return kind
        return ""

    def _heard(self, victim: Victim, ends: Collection[str] = ()) -> Iterator[dict[str, Any]]:
        """What it says, till its end or a line of this kind."""
        for line in victim.lines():
            if "begin" in line:
                self.ledger.begin(Request(**line["begin"]))
            if "answer" in line:
                self.ledger.hear(line["answer"], line["status"], line["body"])
            self.wrong += line.get("wrong", ())
            yield line
            if any(kind in line for kind in ends):
                return

    def _bury(self, victim: Victim, kind: str, point: str) -> bool:
        was_killed = victim.bury() != 0
        if was_killed:
            self.kills[kind, point] += 1
        return was_killed


def _asks_again(who: str, request: Request) -> bool:
    """Whether it is for ``who`` to ask this again, and not for his colleague: the first does so for the owner too."""
    return request.who == who or (who == OFFICERS[0] and request.who not in OFFICERS)


def _kind(line: dict[str, Any]) -> str:
    kind: str = line["begin"]["kind"] if "begin" in line else line.get("own", "")
    return kind
