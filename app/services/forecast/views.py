"""A forecast as its page shows it: activities, lanes, timers and ends, today's version beside the draft."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.engine.diagram import Node
from app.services.forecast.forecast import Forecast
from app.services.forecast.habits import Basis
from app.services.forecast.sides import Side
from app.services.forecast.tallies import ActivityTally, Tally


@dataclass(frozen=True)
class Pair:
    """A number of the version in force, None without one, and of the draft."""

    live: int | None
    draft: int


@dataclass(frozen=True)
class ActivityRow:
    """An activity in its lane on each side; a side on which it is not has no lane and no tally."""

    id: str
    name: str
    live_lane: str
    draft_lane: str
    live: ActivityTally | None
    draft: ActivityTally | None
    basis: Basis | None


@dataclass(frozen=True)
class LaneRow:
    """All activities of a lane together."""

    name: str
    opened: Pair
    breaches: Pair


@dataclass(frozen=True)
class CountedRow:
    """Something that is counted: what it is, what it belongs to, and how often."""

    name: str
    about: str
    count: Pair


class Names:
    """What elements are called, on whichever side knows them."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._nodes = dict[str, tuple[Side, Node]]()
        for side in sides:
            for node in side.version.diagram.nodes.values():
                self._nodes.setdefault(side.known_as(node.id), (side, node))
        self.order = {name: number for number, name in enumerate(self._nodes)}

    def called(self, name: str) -> str:
        """What an element is called; a question by its text."""
        side, node = self._nodes.get(name, (None, None))
        if side is None or node is None:
            return name
        question = side.version.diagram.questions.get(node.id)
        return node.name or (question.text if question else "") or node.id

    def host(self, name: str) -> str:
        """What the activity is called on whose edge an element sits; "" where it sits on none."""
        side, node = self._nodes.get(name, (None, None))
        if side is None or node is None or not node.attached_to:
            return ""
        return self.called(side.known_as(node.attached_to))


class View:
    """What the page asks of a forecast."""

    def __init__(self, made: Forecast) -> None:
        prepared = made.prepared
        self._made, self._draft, self._live = made, made.draft, made.live
        self._sides = [side for side in (prepared.draft, prepared.live) if side is not None]
        self.names = Names(self._sides)

    @property
    def activities(self) -> list[ActivityRow]:
        """In the order of the draft, then those that it does not have any more."""
        draft, live = _by_name(self._draft), _by_name(self._live)
        found = sorted({*draft, *live}, key=lambda name: self.names.order.get(name, len(self.names.order)))
        return [self._activity(name, live.get(name, ()), draft.get(name, ())) for name in found]

    def _activity(
        self, name: str, live: Sequence[tuple[str, ActivityTally]], draft: Sequence[tuple[str, ActivityTally]]
    ) -> ActivityRow:
        return ActivityRow(
            name,
            self.names.called(name),
            ", ".join(lane for lane, _tally in live),
            ", ".join(lane for lane, _tally in draft),
            _together(tally for _lane, tally in live),
            _together(tally for _lane, tally in draft),
            self._made.bases.get(name),
        )

    @property
    def lanes(self) -> list[LaneRow]:
        """By their names."""
        draft, live = _by_lane(self._draft), _by_lane(self._live)
        nothing = ActivityTally()
        return [
            LaneRow(
                lane,
                self._pair(live.get(lane, nothing).opened, draft.get(lane, nothing).opened),
                self._pair(live.get(lane, nothing).breaches, draft.get(lane, nothing).breaches),
            )
            for lane in sorted({*draft, *live}, key=str.casefold)
        ]

    @property
    def timers(self) -> list[CountedRow]:
        """Timers that went off: deadlines, reminders, escalations, waits."""
        return self._counted(self._draft.fired, self._live.fired if self._live else {})

    @property
    def ends(self) -> list[CountedRow]:
        """Cases that ended, by where."""
        return self._counted(self._draft.ended, self._live.ended if self._live else {})

    @property
    def stuck(self) -> list[CountedRow]:
        """Cases that wait for something that did not come, by where."""
        return self._counted(self._draft.stuck, self._live.stuck if self._live else {})

    @property
    def failed(self) -> list[CountedRow]:
        """Cases that the diagram stopped: where, and why."""
        live = self._live.failed if self._live else {}
        return [
            CountedRow(
                self.names.called(place),
                why,
                self._pair(live.get((place, why), 0), self._draft.failed[place, why]),
            )
            for place, why in sorted({*self._draft.failed, *live})
        ]

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Why copies cannot move to the draft, the most frequent first."""
        return self._draft.left_out.most_common()

    @property
    def busiest(self) -> list[tuple[str, int]]:
        """The days of the draft on which most tasks open."""
        return sorted(self._draft.days.items(), key=lambda one: (-one[1], one[0]))[:3]

    @property
    def totals(self) -> dict[str, Pair]:
        """``breaches``, ``ended``, ``failed``, ``stuck``, ``running`` and ``notices`` of all cases."""

        def of(tally: Tally) -> dict[str, int]:
            return {
                "breaches": tally.breaches,
                "ended": tally.ended.total(),
                "running": tally.running,
                "stuck": tally.stuck.total(),
                "failed": tally.failed.total(),
                "notices": tally.notices,
            }

        live = of(self._live) if self._live else {}
        return {name: Pair(live.get(name), number) for name, number in of(self._draft).items()}

    def _counted(self, draft: Mapping[str, int], live: Mapping[str, int]) -> list[CountedRow]:
        found = sorted(
            {*draft, *live}, key=lambda name: (self.names.order.get(name, len(self.names.order)), name)
        )
        return [
            CountedRow(
                self.names.called(name),
                self.names.host(name),
                self._pair(live.get(name, 0), draft.get(name, 0)),
            )
            for name in found
        ]

    def _pair(self, live: int, draft: int) -> Pair:
        return Pair(live if self._live is not None else None, draft)


def _by_name(tally: Tally | None) -> dict[str, list[tuple[str, ActivityTally]]]:
    found = dict[str, list[tuple[str, ActivityTally]]]()
    for (name, lane), one in sorted(tally.activities.items()) if tally is not None else ():
        found.setdefault(name, []).append((lane, one))
    return found


def _by_lane(tally: Tally | None) -> dict[str, ActivityTally]:
    found = dict[str, list[ActivityTally]]()
    for (_name, lane), one in tally.activities.items() if tally is not None else ():
        found.setdefault(lane, []).append(one)
    return {lane: made for lane, some in found.items() if (made := _together(some)) is not None}


def _together(tallies: Iterable[ActivityTally]) -> ActivityTally | None:
    made: ActivityTally | None = None
    for one in tallies:
        made = made or ActivityTally()
        made.opened += one.opened
        made.breaches += one.breaches
        made.late += one.late
        made.open_at_end += one.open_at_end
        made.minutes += one.minutes
    return made


#: Headings of the file that programs read.
COLUMNS = (
    "version", "activity", "name", "lane", "opened", "breaches", "overdue_at_start", "closed", "open_at_end",
    "median_minutes", "p90_minutes", "completions_in_history", "assumed_median_minutes",
)  # fmt: skip


def lines(made: Forecast) -> Iterator[tuple[str, ...]]:
    """The activities as rows of text for programs: of the version in force, then of the draft."""
    view = View(made)
    for version, tally in (("live", made.live), ("draft", made.draft)):
        for (name, lane), one in sorted(tally.activities.items()) if tally is not None else ():
            basis = made.bases.get(name)
            times = [one.quantile(0.5), one.quantile(0.9)]
            yield (
                version, name, view.names.called(name), lane, str(one.opened), str(one.breaches), str(one.late),
                str(len(one.minutes)), str(one.open_at_end), *("" if t is None else f"{t:.0f}" for t in times),
                str(basis.count) if basis else "", f"{basis.median:.0f}" if basis and basis.median else "",
            )  # fmt: skip
