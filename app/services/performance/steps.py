"""Steps of a version: how often they were done, how long they waited and were worked on, how often late.

Read from the facts of completed tasks by their index of version, activity and month; no event is read.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Select, String, Table, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.engine import drawing
from app.models import ActivityFact, ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.numbers import words
from app.services.performance import passages, period
from app.services.performance.passages import Answer, Passage
from app.services.performance.period import Period

_FACT = cast("Table", ActivityFact.__table__)

Measure = Literal["done", "waiting", "working", "late"]
MEASURES: tuple[Measure, ...] = ("done", "waiting", "working", "late")
#: Shades of a heat map, the last the most.
LEVELS = 5
_MOST_MEDIANS = 100
_AMOUNTS = ("done", "measured", "waiting", "working", "timed", "kept")
#: The address of the cases behind a figure.
Links = Callable[["Step | Passage | Answer"], str]


@dataclass(frozen=True)
class Step:
    """A step with its figures; minutes are those of office hours. ``measured``: of how many their time is known;
    ``drawn``: whether the version's diagram has it."""

    id: str
    name: str
    lane: str
    done: int
    measured: int
    waiting_minutes: int
    working_minutes: int
    timed: int
    within: int
    median_waiting: float | None = None
    median_working: float | None = None
    drawn: bool = True

    @property
    def any(self) -> bool:
        """Whether it was done at all."""
        return self.done > 0

    @property
    def late(self) -> int:
        """How often it was not done by its deadline."""
        return self.timed - self.within

    @property
    def mean_waiting(self) -> float | None:
        """Office minutes until somebody took it."""
        return self.waiting_minutes / self.measured if self.measured else None

    @property
    def mean_working(self) -> float | None:
        """Office minutes from then on."""
        return self.working_minutes / self.measured if self.measured else None

    def value(self, measure: Measure) -> float:
        """What a heat map of this measure shades; of times the median, which one case that lay for a year does not
        move."""
        if measure == "done":
            return self.done
        if measure == "late":
            return self.late / self.timed if self.timed else 0.0
        return (self.median_waiting if measure == "waiting" else self.median_working) or 0.0


@dataclass(frozen=True)
class HeatMap:
    """A diagram shaded by a measure. ``steps``, ``passages``: in the order of the diagram; ``bounds``: the least and
    the greatest value of each shade that there is, by its number."""

    definition: ProcessDefinition
    steps: Sequence[Step]
    passages: Sequence[Passage]
    measure: Measure
    picture: str
    bounds: Mapping[int, tuple[float, float]]


def heat_map(
    session: Session, asked: Period, measure: Measure, *, actor: Actor, links: Links | None = None
) -> HeatMap:
    """The version's diagram shaded by a measure over some months. 5 SQL beside reading the version.

    ``links``: gives the address of the cases behind a step, a passage, or an answer of one.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    definition = period.require(session, actor, asked.definition_id)
    version = definitions.version(session, definition.id)
    steps = of_version(session, asked, version)
    passed = passages.of_version(session, asked, version)
    levels = shades([step.value(measure) for step in steps])
    marks = {
        step.id: drawing.State(label=label(step, measure), heat=levels[place])
        for place, step in enumerate(steps)
        if step.done and step.drawn
    }
    if measure == "done":
        marks |= _counts(passed)
    title = _("Peta panas {name}, versi {n}", name=definition.name, n=definition.version)
    behind: list[Step | Passage | Answer] = [*steps, *passed, *(a for one in passed for a in one.answers)]
    to = {one.id: links(one) for one in behind if one.any} if links else {}
    bounds = dict[int, tuple[float, float]]()
    for place, step in enumerate(steps):
        level = levels[place]
        if level:
            least, most = bounds.get(level, (step.value(measure), step.value(measure)))
            bounds[level] = (min(least, step.value(measure)), max(most, step.value(measure)))
    return HeatMap(
        definition, steps, passed, measure, _drawn(version, marks, title, to), dict(sorted(bounds.items()))
    )


def _counts(passed: Sequence[Passage]) -> dict[str, drawing.State]:
    """What badges say of gateways and events, and of the answers of a gateway."""
    marks = {one.id: drawing.State(label=words.count(one.cases)) for one in passed if one.any}
    return marks | {
        answer.id: drawing.State(label=words.percent(answer.cases, one.cases))
        for one in passed
        for answer in one.answers
        if answer.any
    }


def _drawn(version: Version, marks: Mapping[str, drawing.State], title: str, links: Mapping[str, str]) -> str:
    try:
        return drawing.draw_svg(version.xml, marks, title=title, links=links)
    except InvalidDiagram:
        return ""


def label(step: Step, measure: Measure) -> str:
    """What a badge says of a step."""
    if measure == "done":
        return f"{words.count(step.done)}×"
    if measure == "late":
        return _("{share} lewat", share=words.percent(step.late, step.timed))
    return words.duration(step.median_waiting if measure == "waiting" else step.median_working)


def shades(values: Sequence[float]) -> list[int]:
    """The shade of each value, 1 to 5 in equal parts of the greatest; 0 for nothing."""
    most = max(values, default=0)
    return [min(LEVELS, 1 + int(value / most * LEVELS)) if value > 0 else 0 for value in values]


def of_version(session: Session, asked: Period, version: Version) -> list[Step]:
    """The steps of a version in the order of its diagram, with those that it has no more behind. 1 SQL, and
    2 for a hundred activities."""
    rows = {row.activity_id: row._asdict() for row in session.execute(_sums(asked))}
    waiting = _medians_of_all(session, asked, "waiting_minutes", list(rows))
    working = _medians_of_all(session, asked, "working_minutes", list(rows))
    nodes = {node.id: node for node in version.diagram.nodes.values() if node.kind == "userTask"}
    order = {id_: place for place, id_ in enumerate([*nodes, *sorted(rows.keys() - nodes.keys())])}
    return [
        Step(
            id_,
            (nodes[id_].name or id_)
            if id_ in nodes
            else version.diagram.questions[id_].text
            if id_ in version.diagram.questions
            else id_,
            version.diagram.lane(nodes[id_].lane_id).name if id_ in nodes else "",
            *_figures(rows.get(id_)),
            median_waiting=waiting.get(id_),
            median_working=working.get(id_),
            drawn=id_ in version.diagram.nodes,
        )
        for id_ in order
    ]


def _medians_of_all(
    session: Session, asked: Period, column: str, activities: Sequence[str]
) -> dict[str, float]:
    """The median of a column of minutes for each activity over all months. 1 SQL for a hundred activities.

    Minutes are whole, so there are few different ones: how often each was there is counted, and the middle of them
    found without sorting tasks. Counting activity by activity takes SQLite half as long as all by two columns.
    """
    found = dict[str, float]()
    value = _FACT.c[column]
    for place in range(0, len(activities), _MOST_MEDIANS):
        counts = [
            select(
                literal(id_, String).label("activity_id"), value.label("minutes"), func.count().label("times")
            )
            .where(*_where(asked), _FACT.c.activity_id == id_, value.is_not(None))
            .group_by(value)
            for id_ in activities[place : place + _MOST_MEDIANS]
        ]
        times = defaultdict[str, list[tuple[int, int]]](list)
        for activity, minutes, number in session.execute(union_all(*counts)).all():
            times[activity].append((minutes, number))
        found |= {activity: _median(of_it) for activity, of_it in times.items()}
    return found


def _median(times: list[tuple[int, int]]) -> float:
    """The middle of minutes, given how often each was there; the mean of the two in the middle."""
    times.sort()
    size = sum(number for _minutes, number in times)
    upto, lower = 0, None
    for minutes, number in times:
        upto += number
        if lower is None and upto > (size - 1) // 2:
            lower = minutes
        if upto > size // 2:
            return (minutes + (minutes if lower is None else lower)) / 2
    raise ValueError("no minutes")


@dataclass(frozen=True)
class Months:
    """A step month by month, those without any of it too."""

    id: str
    name: str
    months: Sequence[tuple[str, Step]]

    @property
    def done(self) -> int:
        """How often it was done in all."""
        return sum(step.done for _month, step in self.months)


def over_time(session: Session, asked: Period, names: Sequence[str], *, actor: Actor) -> list[Months]:
    """How long each step of a version waited and was worked on in each of the months ``names``. 1 SQL, and 2 for
    a hundred activities and months.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
    """
    definition = period.require(session, actor, asked.definition_id)
    version = definitions.version(session, definition.id)
    rows = {
        (row.activity_id, row.month): row._asdict() for row in session.execute(_sums(asked, _FACT.c.month))
    }
    sizes = {place: row["measured"] for place, row in rows.items()}
    waiting = medians(session, asked, "waiting_minutes", sizes)
    working = medians(session, asked, "working_minutes", sizes)
    nodes = version.diagram.nodes
    known = [node.id for node in nodes.values() if node.kind == "userTask"]
    ids = dict.fromkeys([*known, *sorted({id_ for id_, _month in rows})])
    found = []
    for id_ in ids:
        name = (nodes[id_].name or id_) if id_ in nodes else id_
        months = [
            (
                month,
                Step(
                    id_,
                    name,
                    "",
                    *_figures(rows.get((id_, month))),
                    median_waiting=waiting.get((id_, month)),
                    median_working=working.get((id_, month)),
                    drawn=id_ in nodes,
                ),
            )
            for month in names
        ]
        found.append(Months(id_, name, months))
    return [one for one in found if one.done]


def _figures(row: Mapping[str, Any] | None) -> tuple[int, int, int, int, int, int]:
    if row is None:
        return 0, 0, 0, 0, 0, 0
    done, measured, waiting, working, timed, kept = (row[name] or 0 for name in _AMOUNTS)
    return done, measured, waiting, working, timed, kept


def _sums(asked: Period, *more: Any) -> Select[Any]:
    within = func.sum(case((_FACT.c.within, 1), else_=0))
    columns = [
        _FACT.c.activity_id,
        *more,
        func.count().label("done"),
        func.count(_FACT.c.waiting_minutes).label("measured"),
        func.sum(_FACT.c.waiting_minutes).label("waiting"),
        func.sum(_FACT.c.working_minutes).label("working"),
        func.count(_FACT.c.within).label("timed"),
        within.label("kept"),
    ]
    return select(*columns).where(*_where(asked)).group_by(_FACT.c.activity_id, *more)


def _where(asked: Period) -> list[Any]:
    return [
        _FACT.c.definition_id == asked.definition_id,
        _FACT.c.month.between(asked.since, asked.until),
    ]


def medians(
    session: Session, asked: Period, column: str, sizes: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], float]:
    """The median of a column of minutes for each activity and month, of which ``sizes`` says how many there are.

    Each is the middle of an index: nothing is sorted. 1 SQL for a hundred of them.
    """
    wanted = [(activity, month, size) for (activity, month), size in sizes.items() if size]
    found = dict[tuple[str, str], float]()
    for place in range(0, len(wanted), _MOST_MEDIANS):
        middles = [_middle(asked, column, *one) for one in wanted[place : place + _MOST_MEDIANS]]
        for activity, month, value in session.execute(union_all(*middles)):
            found[activity, month] = float(value)
    return found


def _middle(asked: Period, column: str, activity: str, month: str, size: int) -> Select[Any]:
    value = _FACT.c[column]
    middle = (
        select(value.label("value"))
        .where(
            _FACT.c.definition_id == asked.definition_id,
            _FACT.c.activity_id == activity,
            _FACT.c.month == month,
            value.is_not(None),
        )
        .order_by(value)
        .offset((size - 1) // 2)
        .limit(2 - size % 2)
        .subquery()
    )
    return select(
        literal(activity, String).label("activity_id"),
        literal(month, String).label("month"),
        func.avg(middle.c.value).label("value"),
    )
