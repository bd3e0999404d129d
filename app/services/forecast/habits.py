"""How people work in a forecast: how long each task takes them, what they choose, whether a message comes.

As history tells, else as is assumed. Numbers are drawn for a thing, not one after another: the same case, element and
occurrence get the same ones on every side and in every order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, NoReturn

from app.base.calendar import Calendar
from app.base.errors import ExpressionFailed
from app.engine import timers
from app.engine.diagram import Diagram, Node, Question
from app.forms import Field
from app.forms.model import MULTI_CHOICE, SINGLE_CHOICE
from app.services.forecast.durations import Assumed, Durations
from app.services.forecast.history import Answers, History
from app.services.forecast.sides import Side
from app.services.forecast.working_time import WorkingTime

#: So many completions of an activity tell how long it takes; with fewer that is assumed.
ENOUGH = 10
#: In working days: what takes the time of a task without a deadline, and of a message without one.
_DAYS_WITHOUT, _DAYS_OF_MESSAGE = 1.0, 5.0


@dataclass(frozen=True)
class Office:
    """Calendar and hours for the time that is played."""

    calendar: Calendar
    hours: WorkingTime


class Draw:
    """The numbers for one thing: the ``occurrence``-th time that something of a name opens in a case."""

    def __init__(self, seed: str, case: str, name: str, occurrence: int) -> None:
        self._key = f"{seed}|{case}|{name}|{occurrence}"
        random = Random(self._key)  # noqa: S311 nothing secret
        self.duration, self.chosen, self.answer, self.coming, self.moment = (
            random.random() for _number in range(5)
        )

    def of(self, key: str) -> float:
        """The number for one field of it."""
        return Random(f"{self._key}|{key}").random()  # noqa: S311 nothing secret


@dataclass(frozen=True)
class Basis:
    """What the durations of an activity rest on: ``count`` completions, or assumed around a median in minutes."""

    count: int
    median: float = 0.0


class Habits:
    """How people work in the cases of all sides. ``median_percent``: of a deadline, where nothing is known."""

    def __init__(
        self, history: History, sides: Sequence[Side], office: Office, at: datetime, median_percent: int
    ) -> None:
        self._history, self._sides, self.office, self._at = history, sides, office, at
        self._percent = median_percent
        self._private = frozenset[str]().union(*(side.version.private_keys for side in sides))
        self._durations = dict[str, Durations]()
        self._taken = dict[tuple[int, str], tuple[Answers, list[Field]]]()
        self.bases = dict[str, Basis]()

    # -- how long ------------------------------------------------------------------------------------

    def minutes(self, name: str, draw: Draw, age: float) -> float:
        """For how many minutes more a task is open that has been open for ``age``. One that is open for longer than
        anything that is known takes as long again as a new one."""
        found = self._durations.get(name)
        if found is None:
            found = self._durations[name] = self._of_activity(name)
        left = found.remaining(draw.duration, age)
        again = found.remaining(draw.duration, 0.0) if left is None else left
        return again if again is not None else self._day

    def _of_activity(self, name: str) -> Durations:
        known = self._history.durations.get(name)
        if known is not None and known.count >= ENOUGH:
            self.bases[name] = Basis(known.count)
            return known
        median = (
            (self._deadline(name) or _DAYS_WITHOUT * self._day * 100 / self._percent) * self._percent / 100
        )
        self.bases[name] = Basis(known.count if known else 0, median)
        return Assumed(median, known.count if known else 0)

    def _deadline(self, name: str) -> float | None:
        """The deadline of an activity in minutes of office hours, on the first side that has one for it: a draft that
        gives people more time does not make them slower."""
        for side in self._sides:
            for node in side.version.diagram.nodes.values():
                if side.known_as(node.id) == name and node.kind == "userTask":
                    return self._deadline_of(side.version.diagram, node)
        return None

    def _deadline_of(self, diagram: Diagram, node: Node) -> float | None:
        found = [(one, due) for one in diagram.boundary.get(node.id, ()) if (due := self._due(diagram, one))]
        marked = [due for one, due in found if one.is_deadline]
        interrupting = [due for one, due in found if one.interrupting]
        single = [due for _one, due in found if not due.every]
        due = (
            marked[0]
            if marked
            else min(interrupting, key=lambda due: due.at)
            if interrupting
            else max(single, key=lambda due: due.at, default=None)
        )
        return max(self.office.hours.between(self._at, due.at), 1.0) if due is not None else None

    def _due(self, diagram: Diagram, node: Node) -> timers.Due | None:
        if node.timer is None or timers.is_relative(node.timer):
            return None
        try:
            return timers.due(
                node.timer,
                opened_at=self._at,
                day_unit=diagram.day_unit,
                calendar=self.office.calendar,
                evaluate=_unknown,
            )
        except ExpressionFailed:
            return None

    @property
    def _day(self) -> float:
        return self.office.hours.minutes_of_a_day

    # -- what is chosen ------------------------------------------------------------------------------

    def values(self, side: Side, node: Node, draw: Draw, now: datetime) -> dict[str, Any]:
        """What is filled into the form of an element: of the fields that rules read, as it was chosen together
        before, else by chance; what is no choice stays as the form has it."""
        place = (id(side.version), node.id)
        if place not in self._taken:
            fields = [one for one in side.deciding_fields(node.form_key) if one.key not in self._private]
            self._taken[place] = (
                _possible(self._history.answers.get(side.known_as(node.id), ()), fields),
                fields,
            )
        known, fields = self._taken[place]
        chosen = _weighted(known, draw.chosen) if known else {}
        seen = {key for answers, _count in known for key in answers}
        wanted = [one for one in fields if one.key not in seen or one.key in chosen]
        zone = self.office.calendar.zone
        return {
            one.key: chosen[one.key] if one.key in chosen else _by_chance(one, draw, now.astimezone(zone))
            for one in wanted
        }

    def answer(self, side: Side, question: Question, draw: Draw) -> str:
        """The id of the flow that is answered to a question: as often as it was taken before, else by chance."""
        flows = [flow for flow, _text in question.answers]
        return flows[_index([self._passed(side, flow) for flow in flows], draw.answer)]

    def _passed(self, side: Side, element: str) -> int:
        return self._history.visits.get(side.known_as(element), 0)

    # -- whether a message comes ---------------------------------------------------------------------

    def first_of(self, side: Side, rivals: Sequence[Node], draw: Draw) -> int:
        """Which of the events that a gateway lets race comes first."""
        return _index([self._passed(side, node.id) for node in rivals], draw.coming)

    def comes_beside(self, side: Side, node: Node, draw: Draw) -> bool:
        """Whether the message of an event on an activity's edge comes; where nothing is known it does not."""
        host = self._passed(side, node.attached_to or "")
        return bool(host) and draw.coming < self._passed(side, node.id) / host

    def message_minutes(self, draw: Draw) -> float:
        """How long a message takes that nothing races."""
        return Assumed(_DAYS_OF_MESSAGE * self._day).remaining(draw.duration, 0.0) or self._day


def _unknown(_expression: str) -> NoReturn:
    """A formula says nothing without a case."""
    raise ExpressionFailed("")


def _possible(found: Answers, fields: Sequence[Field]) -> list[tuple[Mapping[str, Any], int]]:
    """What was chosen before and can be still, without what is asked no more; alike ones in their order."""
    by_key = {one.key: one for one in fields}
    kept = list[tuple[Mapping[str, Any], int]]()
    for answers, count in found:
        here = {key: value for key, value in answers.items() if key in by_key}
        if all(_is_option(by_key[key], value) for key, value in here.items()):
            kept.append((here, count))
    return kept


def _is_option(part: Field, value: Any) -> bool:
    if part.type == "checkbox":
        return isinstance(value, bool)
    if part.type in MULTI_CHOICE:
        return isinstance(value, list) and all(_is_one(part, one) for one in value)
    return part.type in SINGLE_CHOICE and (value is None or _is_one(part, value))


def _is_one(part: Field, value: Any) -> bool:
    if not part.options:  # they come from data of the case
        return isinstance(value, str | int | float)
    return any(option.value == value for option in part.options)


def _by_chance(part: Field, draw: Draw, now: datetime) -> Any:
    options = [option.value for option in part.options]
    if part.type == "checkbox":
        return draw.of(part.key) < 0.5
    if part.type in SINGLE_CHOICE and options:
        return options[int(draw.of(part.key) * len(options))]
    if part.type in MULTI_CHOICE and options:
        return [options[int(draw.of(part.key) * len(options))]]
    if part.type == "datetime" and part.default is None:
        return now.date().isoformat() if part.subtype == "date" else now.isoformat(timespec="minutes")
    return part.untouched


def _weighted(found: Answers, u: float) -> Mapping[str, Any]:
    return found[_index([count for _answers, count in found], u)][0]


def _index(weights: Sequence[int], u: float) -> int:
    """The place at which ``u``, from 0 to 1, lies on weights laid end to end; each weighs alike where all are 0."""
    counted = list(weights) if sum(weights) else [1] * len(weights)
    wanted, total = u * sum(counted), 0
    for index, weight in enumerate(counted):
        total += weight
        if wanted < total:
            return index
    return len(counted) - 1
