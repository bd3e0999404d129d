"""What facts add to which figures, and what a change of them does. No database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

#: A figure, a month, and the values of its dimensions.
Place = tuple[str, str, tuple[tuple[str, str], ...]]
#: How many, and their minutes.
Amounts = Mapping[Place, tuple[int, int]]
#: A row of `FigureTotal` without its amounts: figure, dimension, by, month, value, by_value.
Slice = tuple[str, str, str, str, str, str]

_CASE = {"unit": "unit_code", "category": "category", "area": "area", "channel": "channel"}


def amounts_of(case: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> dict[Place, tuple[int, int]]:
    """What the facts of one case add to each figure."""
    count, minutes = Counter[Place](), Counter[Place]()
    for figure, month, values, spent in [*_of_case(case), *(one for t in tasks for one in _of_task(case, t))]:
        place = (figure, month, tuple(sorted(values.items())))
        count[place] += 1
        minutes[place] += spent
    return {place: (count[place], minutes[place]) for place in count}


def _of_case(case: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str], int]]:
    values = {name: case[column] for name, column in _CASE.items()}
    yield "received", case["received_month"], values, 0
    if case["answered_month"]:
        yield "answered", case["answered_month"], values, case["answer_minutes"]
    if case["ended_month"]:
        values = {**values, "outcome": case["outcome"]}
        yield "ended", case["ended_month"], values, case["end_minutes"]
        yield case["ending"], case["ended_month"], values, case["end_minutes"]


def _of_task(
    case: Mapping[str, Any], task: Mapping[str, Any]
) -> Iterator[tuple[str, str, dict[str, str], int]]:
    values = {name: case[column] for name, column in _CASE.items()}
    values |= {"unit": task["unit_code"], "activity": task["activity_id"]}
    yield "done", task["month"], values, task["minutes"]
    if task["within"] is not None:
        yield "timed", task["month"], values, task["minutes"]
    if task["within"]:
        yield "within", task["month"], values, task["minutes"]
    if task["returned"]:
        yield "returned", task["month"], values, task["minutes"]


def difference(before: Amounts, after: Amounts) -> list[list[Any]]:
    """The entries of `FigureChange` that lead from one to the other."""
    nothing = (0, 0)
    found = []
    for place in sorted({*before, *after}):
        (was, took), (now, takes) = before.get(place, nothing), after.get(place, nothing)
        if (was, took) != (now, takes):
            figure, month, values = place
            found.append([figure, month, dict(values), now - was, takes - took])
    return found


def slices(figure: str, month: str, values: Mapping[str, str]) -> Iterator[Slice]:
    """The totals that an entry belongs to: that of all, of each value, and of each pair of values."""
    yield figure, "", "", month, "", ""
    for name, value in values.items():
        yield figure, name, "", month, value, ""
    for (one, its), (other, others) in combinations(sorted(values.items()), 2):
        yield figure, one, other, month, its, others


def added_up(entries: Iterable[Sequence[Any]]) -> dict[Slice, tuple[int, int]]:
    """What entries do to totals; what comes to nothing is left out."""
    count, minutes = Counter[Slice](), Counter[Slice]()
    for figure, month, values, more, spent in entries:
        for one in slices(figure, month, values):
            count[one] += more
            minutes[one] += spent
    return {one: (count[one], minutes[one]) for one in count if count[one] or minutes[one]}
