"""Who adds and subtracts all that is public: the least and the most that a group of cases may be, by a solver.

He knows the rows of the open data, which categories belong to which unit, and that cases are whole numbers.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

#: Unit, category and how far a case is: what cases are told apart by.
Cell = tuple[str, str, str]
Equation = tuple[Collection[Cell], int]
TOGETHER = "(digabung)"


def equations(rows: Sequence[Mapping[str, Any]], cells: Sequence[Cell]) -> Iterator[Equation]:
    """What the rows of one quarter say: so many cases are in these cells, together."""
    groups = [(row["unit"], row["kategori"]) for row in rows if row["angka"] == "diterima"]
    units = {unit for unit, _category in groups} - {TOGETHER, ""}
    for row in rows:
        unit, category = row["unit"], row["kategori"]
        told = {other for one, other in groups if one == unit} - {TOGETHER, ""}
        inside = [
            cell
            for cell in cells
            if (unit == "" or cell[0] == unit or (unit == TOGETHER and cell[0] not in units))
            and (category == "" or cell[1] == category or (category == TOGETHER and cell[1] not in told))
            and cell[2] in OUTCOMES.get(row["angka"], ())
        ]
        if row["angka"] in OUTCOMES:
            yield inside, row["jumlah"]


STATES = ("selesai", "ditindaklanjuti", "belum")
OUTCOMES: Mapping[str, Collection[str]] = {
    "diterima": STATES,
    "selesai": STATES[:1],
    "ditindaklanjuti_tidak_atau_belum_selesai": STATES[1:2],
    "tidak_atau_belum_ditindaklanjuti": STATES[2:],
    "tidak_atau_belum_selesai": STATES[1:],
}


def possible(cells: Sequence[Cell], known: Sequence[Equation], group: Collection[Cell]) -> tuple[int, int]:
    """The least and the most that a group may be; where there may be nobody in it the most is not looked for."""
    matrix = np.array([[cell in inside for cell in cells] for inside, _count in known], dtype=float)
    counts = [count for _inside, count in known]
    asked = np.array([cell in group for cell in cells], dtype=float)
    found = []
    for sign in (1, -1):
        answer = milp(
            sign * asked,
            constraints=LinearConstraint(matrix, counts, counts),
            integrality=np.ones(len(cells)),
            bounds=Bounds(0, sum(counts)),
        )
        assert answer.success, answer.message
        found.append(round(sign * answer.fun))
        if found == [0]:
            return 0, sum(counts)
    return found[0], found[1]


def small_groups(counts: Mapping[Cell, int], least: int) -> Iterator[frozenset[Cell]]:
    """Units, and any categories of a unit together, of which there are fewer; with each state and all."""
    for states in (STATES, *((state,) for state in STATES)):
        for unit in sorted({cell[0] for cell in counts}):
            categories = sorted({cell[1] for cell in counts if cell[0] == unit})
            choices = chain.from_iterable(combinations(categories, n + 1) for n in range(len(categories)))
            for chosen in choices:
                group = frozenset(
                    cell for cell in counts if cell[0] == unit and cell[1] in chosen and cell[2] in states
                )
                if 0 < sum(counts[cell] for cell in group) < least:
                    yield group


def computed(
    rows: Sequence[Mapping[str, Any]], counts: Mapping[Cell, int], least: int, most: int = 16
) -> list[tuple[frozenset[Cell], tuple[int, int]]]:
    """Groups of which it follows from ``rows`` that they are small and not empty; of so many small ones, at most.

    ``counts``: how it really is, which only says what groups to look at.
    """
    cells = sorted(counts)
    known = list(equations(rows, cells))
    found = []
    for group in list(small_groups(counts, least))[:most]:
        low, high = possible(cells, known, group)
        if low > 0 and high < least:
            found.append((group, (low, high)))
    return found
