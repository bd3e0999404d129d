"""What facts add to which figures, and what a change of them does. No database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

#: The columns of `FigureTotal` that are added up; those of ``minutes`` are office minutes.
FIGURES = (
    "received",
    "answered",
    "answer_minutes",
    "finished",
    "finish_minutes",
    "unanswered",
    "other",
    "cancelled",
    "joined",
    "rated",
    "rating_sum",
    "done",
    "done_minutes",
    "timed",
    "within",
    "returned",
)
#: A month, and the values of its dimensions.
Place = tuple[str, tuple[tuple[str, str], ...]]
#: What is added to each figure; those that nothing is added to are left out.
Amounts = Mapping[str, int]
#: A row of `FigureTotal` without its amounts: dimension, by, month, value, by_value.
Slice = tuple[str, str, str, str, str]

_CASE = {"unit": "unit_code", "category": "category", "area": "area", "channel": "channel"}


def amounts_of(case: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> dict[Place, Amounts]:
    """What the facts of one case add to each figure."""
    found = defaultdict[Place, Counter[str]](Counter)
    for month, values, amounts in [*_of_case(case), *(_of_task(case, task) for task in tasks)]:
        found[month, tuple(sorted(values.items()))].update(amounts)
    return dict(found)


def _of_case(case: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], dict[str, int]]]:
    values = {name: case[column] for name, column in _CASE.items()}
    yield case["received_month"], values, {"received": 1}
    if case["answered_month"]:
        yield case["answered_month"], values, {"answered": 1, "answer_minutes": case["answer_minutes"]}
    if case["ended_month"]:
        amounts = {case["ending"]: 1}
        if case["ending"] == "finished":
            amounts["finish_minutes"] = case["end_minutes"]
        yield case["ended_month"], {**values, "outcome": case["outcome"]}, amounts
    if case["rated_month"]:
        yield case["rated_month"], values, {"rated": 1, "rating_sum": case["rating"]}


def _of_task(case: Mapping[str, Any], task: Mapping[str, Any]) -> tuple[str, dict[str, str], dict[str, int]]:
    values = {name: case[column] for name, column in _CASE.items()}
    values |= {"unit": task["unit_code"], "activity": task["activity_id"]}
    marks = {"timed": task["within"] is not None, "within": task["within"], "returned": task["returned"]}
    amounts = {"done": 1, "done_minutes": task["minutes"]}
    return task["month"], values, amounts | {name: 1 for name, holds in marks.items() if holds}


def difference(before: Mapping[Place, Amounts], after: Mapping[Place, Amounts]) -> list[list[Any]]:
    """The entries of `FigureChange` that lead from one to the other."""
    found = []
    for place in sorted({*before, *after}):
        was, now = before.get(place, {}), after.get(place, {})
        changed = {name: more for name in FIGURES if (more := now.get(name, 0) - was.get(name, 0))}
        if changed:
            month, values = place
            found.append([month, dict(values), changed])
    return found


def slices(month: str, values: Mapping[str, str]) -> Iterator[Slice]:
    """The totals that an entry belongs to: that of all, of each value, and of each pair of values."""
    yield "", "", month, "", ""
    for name, value in values.items():
        yield name, "", month, value, ""
    for (one, its), (other, others) in combinations(sorted(values.items()), 2):
        yield one, other, month, its, others


def added_up(entries: Iterable[Sequence[Any]]) -> dict[Slice, Amounts]:
    """What entries do to totals; what comes to nothing is left out."""
    found = defaultdict[Slice, Counter[str]](Counter)
    for month, values, amounts in entries:
        for one in slices(month, values):
            found[one].update(amounts)
    return {one: sums for one, sums in found.items() if any(sums.values())}
