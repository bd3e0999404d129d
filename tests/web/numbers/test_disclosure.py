"""No group below five follows from everything that is public together: pages, files, quarters, and other days."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.base.db import Database
from app.commands import numbers
from app.services.numbers import publication, totals
from app.services.numbers.entries import added_up
from app.services.numbers.publication import LEAST, protected
from app.web.numbers import public
from tests.web.numbers.adversary import STATES, Cell, computed

pytestmark = pytest.mark.usefixtures("facts_follow")

#: Which unit handles a category is public: the routing table is part of the procedure.
ROUTING = {"A": "abc", "B": "de", "C": "fgh", "D": "i", "E": "jk"}
QUARTERS = [f"{year}-Q{number}" for year in range(2010, 2025) for number in range(1, 5)]


def invented(chance: random.Random) -> dict[Cell, int]:
    """Cases of a quarter: few categories have many."""
    counts = Counter[Cell]()
    for unit, categories in ROUTING.items():
        for category in categories:
            for state in STATES:
                counts[unit, category, state] = chance.choice([0, 0, 1, 2, 3, 5, 8, 13])
    counts["", "", STATES[2]] = chance.choice([0, 1, 7])
    return dict(counts)


def by_values(counts: Mapping[Cell, int]) -> dict[tuple[str, ...], int]:
    """As they are summed: by unit and category, without those of which there are none."""
    found = Counter[tuple[str, ...]]()
    for (unit, category, _state), count in counts.items():
        found[unit, category] += count
    return {values: count for values, count in found.items() if count}


def rows_of(counts: Mapping[Cell, int], quarter: str) -> list[dict[str, Any]]:
    """What is public of a quarter, how far cases are included."""
    summed = by_values(counts)
    received = sum(summed.values())
    states = (sum(count for cell, count in counts.items() if cell[2] == state) for state in STATES)
    told = publication.told_outcomes(*states)
    groups = list(publication.divided(summed, quarter))
    one = publication.Quarter(quarter, "2026-04", received, told, {}, ["unit", "category"], groups, {})
    return list(public.rows_of("uji", one))


def apart(counts: Mapping[Cell, int], quarter: str) -> Iterator[dict[str, Any]]:
    """The same with units and categories protected each in a table of its own, as separate tables would be."""
    summed = by_values(counts)
    nobody = {"angka": "diterima", "unit": "", "kategori": ""}
    yield {**nobody, "jumlah": sum(summed.values())}
    for place, name in enumerate(("unit", "kategori")):
        here = Counter[str]()
        for values, count in summed.items():
            here[values[place]] += count
        shown, _together = protected(here, f"{quarter}|{name}")
        for value, count in shown.items():
            yield {**nobody, name: value, "jumlah": count}


@pytest.mark.parametrize("seed", range(12))
def test_no_small_group_follows_from_a_quarter(seed: int) -> None:
    counts = invented(random.Random(seed))
    assert computed(rows_of(counts, f"q{seed}"), counts, LEAST) == []


def test_the_adversary_finds_what_tables_apart_give_away() -> None:
    found = [
        computed(list(apart(c, str(n))), c, LEAST) for n in range(10) if (c := invented(random.Random(n)))
    ]
    assert sum(map(bool, found)) >= 4


def test_no_small_group_follows_from_all_that_is_public(client: FlaskClient, office: Database) -> None:
    chance = random.Random(7)
    real = {quarter: invented(chance) for quarter in QUARTERS}
    store(office, [entry for quarter, counts in real.items() for entry in entries(quarter, counts)])
    published(office)
    before = everything(client)
    rows = [row for data in before.values() if isinstance(data, dict) for row in data["data"]]
    assert {row["triwulan"] for row in rows} == set(QUARTERS)
    for quarter, counts in real.items():
        assert computed([row for row in rows if row["triwulan"] == quarter], counts, LEAST, most=4) == []
    # Cases are corrected, come in late and are taken away: what was public on one day is so on every other.
    moved = {q: {cell: chance.randrange(9) - 4 for cell in real[q]} for q in chance.sample(QUARTERS, 30)}
    store(office, [entry for quarter, counts in moved.items() for entry in entries(quarter, counts)])
    published(office)
    assert everything(client) == before


def store(database: Database, of_cases: list[Any]) -> None:
    with database.transaction() as session:
        totals.add_to_totals(session, {"pengaduan": added_up(of_cases)})


def entries(quarter: str, counts: Mapping[Cell, int]) -> Iterator[list[Any]]:
    month = f"{quarter[:4]}-{int(quarter[-1]) * 3 - 1:02}"
    for (unit, category, _state), count in counts.items():
        values = {"unit": unit, "category": category, "area": category.upper(), "channel": "SMS"}
        yield [month, values, {"received": count}]


def published(database: Database) -> None:
    while numbers.publish(database):
        pass


def everything(client: FlaskClient) -> dict[str, Any]:
    """Address → what anybody gets there: of each year its page without what differs for each request, and files."""
    found = dict[str, Any]()
    for year in sorted({quarter[:4] for quarter in QUARTERS}):
        page = client.get(f"/statistik?year={year}").text
        found[f"page {year}"] = re.findall(r">\s*([^<>]*\d[^<>]*?)\s*<", page[page.index("<main") :])
        found[f"csv {year}"] = client.get(f"/statistik.csv?year={year}").data
        found[f"json {year}"] = client.get(f"/statistik.json?year={year}").json
    return found
