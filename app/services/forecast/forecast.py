"""A forecast: what would become of many cases under a draft, and under the version in force, in the days to come."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.i18n import _
from app.bpmnio import budget
from app.engine.running.migration import Blocked
from app.services.core import clock, holidays
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.forecast import copies, history, sides
from app.services.forecast.copies import OpenCase
from app.services.forecast.habits import Basis, Habits, Office
from app.services.forecast.history import History
from app.services.forecast.playing import Begun, Player
from app.services.forecast.sides import Side
from app.services.forecast.tallies import Tally
from app.services.forecast.working_time import WorkingTime
from app.services.studio import draft_files, drafts

Source = Literal["copies", "synthetic"]
MOST_DAYS, MOST_CASES = 730, 10_000
#: Where history does not say how many cases come on a working day.
ASSUMED_PER_DAY = 1.0
#: How long a moment may lie back for a forecast that begins then.
_HOURS_AROUND = timedelta(days=1)


@dataclass(frozen=True)
class Options:
    """What is played. ``count``: synthetic cases at most, None: all that come within the time. ``per_day``: how many
    begin on a working day, None: as history tells. ``median_percent``: of a deadline, around which durations are
    assumed where history is thin."""

    source: Source = "synthetic"
    count: int | None = None
    days: int = 120
    seed: str = "1"
    per_day: float | None = None
    median_percent: int = 50


@dataclass(frozen=True)
class Prepared:
    """All that a forecast is made from, read; nothing of it is in a session. ``live`` None: nothing is in force."""

    options: Options
    begun_at: datetime
    draft: Side
    live: Side | None
    history: History
    office: Office
    cases: Sequence[OpenCase] = ()
    open_cases: int = 0

    @property
    def until(self) -> datetime:
        """When the forecast ends."""
        return self.begun_at + timedelta(days=self.options.days)

    @property
    def is_rate_assumed(self) -> bool:
        """Whether nobody says how many cases begin on a working day."""
        return not (self.options.per_day or self.history.per_day)

    @property
    def per_day(self) -> float:
        """Cases that begin on a working day."""
        return self.options.per_day or self.history.per_day or ASSUMED_PER_DAY


@dataclass
class Forecast:
    """What came of it. ``played`` of ``wanted`` cases, on both sides; fewer where the time was up. ``later``: those
    that would begin after the end."""

    prepared: Prepared
    draft: Tally = field(default_factory=Tally)
    live: Tally | None = None
    played: int = 0
    wanted: int = 0
    later: int = 0
    seconds: float = 0.0
    bases: Mapping[str, Basis] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether more cases would come than are ever played."""
        return self.prepared.options.source == "synthetic" and self.wanted >= MOST_CASES

    @property
    def is_cut(self) -> bool:
        """Whether it stopped before all cases were played."""
        return self.played < self.wanted


def prepare(
    session: Session, draft_id: int, options: Options, *, actor: Actor, begun_at: datetime | None = None
) -> Prepared:
    """Read what a forecast of a draft is made from. Some 15 SQL, bounded; copies 2 more for every 500.

    Raises:
        InvalidDiagram: the draft holds errors. And what `drafts.get_open` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor)
    version = sides.draft_version(session, draft_files.contents(session, draft_id), draft.key)
    stored = definitions.latest(session, version.key)
    live = definitions.readable(session, stored.id) if stored is not None else None
    base = live or version
    own, other = Side(version, base), Side(live, base) if live is not None else None
    now, calendar = clock.now(session), holidays.loaded(session)
    at = (begun_at or now).replace(second=0, microsecond=0)
    choices = own.choices | (other.choices if other is not None else frozenset())
    private = version.private_keys | (live.private_keys if live is not None else frozenset())
    found = history.of_process(session, version.key, choices - private, now=now, calendar=calendar)
    cases = list[OpenCase]()
    if options.source == "copies":
        cases = copies.load(session, version.key, options.seed, actor=actor, limit=copies.MOST_COPIES)
    count = copies.count_open(session, version.key, actor=actor)
    oldest = min((task.opened_at for case in cases for task in case.tasks), default=at)
    office = office_for(calendar, min(oldest, at), at + timedelta(days=options.days))
    return Prepared(options, at, own, other, found, office, cases, count)


def office_for(calendar: Calendar, first: datetime, last: datetime) -> Office:
    """Hours from before the oldest open task until as long after the end again: what is done later is done later."""
    ahead = last + 2 * (last - first) + timedelta(days=400)
    days = (calendar.local_date(first - _HOURS_AROUND), calendar.local_date(ahead))
    return Office(calendar, WorkingTime(calendar, *days))


def play(prepared: Prepared, *, seconds: float) -> Forecast:
    """Play all cases, each on both sides, until the processor was busy for so long. No SQL, and nothing is stored."""
    options, began = prepared.options, time.thread_time()
    made = Forecast(prepared, live=Tally() if prepared.live is not None else None)
    known = [side for side in (prepared.live, prepared.draft) if side is not None]
    habits = Habits(prepared.history, known, prepared.office, prepared.begun_at, options.median_percent)
    given = (habits, options.seed, prepared.until)
    round_of = _Round(
        Player(prepared.draft, *given, made.draft),
        Player(prepared.live, *given, made.live) if prepared.live and made.live is not None else None,
        prepared,
    )
    begun = _begun(prepared) if options.source == "synthetic" else []
    if options.source == "synthetic" and options.count is not None:
        made.later = options.count - len(begun)
    made.wanted = len(begun) or len(prepared.cases)
    with budget.sharing(seconds):
        for case in begun or prepared.cases:
            if time.thread_time() - began > seconds:
                break
            round_of.play(case)
            made.played += 1
    made.bases, made.seconds = habits.bases, time.thread_time() - began
    return made


def _begun(prepared: Prepared) -> list[Begun]:
    """Cases that come by chance, as many on a working day as is said, in an order that the seed decides."""
    options, hours = prepared.options, prepared.office.hours
    chance = random.Random(f"{options.seed}|arrivals")  # noqa: S311 nothing secret
    gap, passed, found = hours.minutes_of_a_day / prepared.per_day, 0.0, list[Begun]()
    for number in range(MOST_CASES if options.count is None else options.count):
        passed += chance.expovariate(1.0) * gap
        at = hours.after(prepared.begun_at, passed)
        if at > prepared.until:
            break
        found.append(Begun(f"new {number}", at))
    return sorted(found, key=lambda one: copies.shuffled(options.seed, one.key))


class _Round:
    """Plays one case on both sides."""

    def __init__(self, draft: Player, live: Player | None, prepared: Prepared) -> None:
        self._draft, self._live, self._prepared = draft, live, prepared
        self._own = dict[int, Player]()

    def play(self, case: Begun | OpenCase) -> None:
        if isinstance(case, OpenCase):
            self._play_copy(case)
            return
        self._draft.play(case)
        if self._live is not None:
            self._live.play(case)

    def _play_copy(self, case: OpenCase) -> None:
        """Today's side in the version that the case is in; the draft's where it would move to."""
        prepared, source = self._prepared, case.source
        if source is None:
            self._leave_out(_("Diagram versi asalnya tidak dapat dibaca."))
            if self._live is not None:
                self._live.tally.cases += 1
                self._live.tally.left_out[_("Diagram versi asalnya tidak dapat dibaca.")] += 1
            return
        if self._live is not None:
            self._of_version(source).play(copies.as_copied(case, prepared.begun_at))
        try:
            copy = copies.moved(
                case, source, prepared.draft.version,
                at=prepared.begun_at, calendar=prepared.office.calendar,
            )  # fmt: skip
        except Blocked as blocked:
            self._leave_out(copies.why(blocked))
            return
        if copy is not None:
            self._draft.play(copy)
        else:
            self._draft.tally.cases += 1
            self._draft.tally.ended[""] += 1

    def _leave_out(self, reason: str) -> None:
        self._draft.tally.cases += 1
        self._draft.tally.left_out[reason] += 1

    def _of_version(self, version: Version) -> Player:
        live = self._live
        assert live is not None  # noqa: S101 asked for a side that is there
        if version.id == live.side.version.id:
            return live
        if version.id not in self._own:
            side = Side(version, live.side.base)
            self._own[version.id] = Player(side, live.habits, live.seed, live.until, live.tally)
        return self._own[version.id]
