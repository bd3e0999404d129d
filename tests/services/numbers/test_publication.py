"""No small group can be found in what is public, whoever knows how it was made."""

import random
from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from app.errors import NotFound
from app.services.core import clock
from app.services.numbers import publication
from app.services.numbers.publication import LEAST, protected
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office


def made(counts: Mapping[str, int], salt: str) -> tuple[dict[str, int], int, int]:
    """All that is public of a dimension: the total, too."""
    present = {value: count for value, count in counts.items() if count}
    shown, together = protected(present, salt)
    return shown, together if shown else 0, sum(counts.values())


def worlds(counts: Mapping[str, int], hidden: list[str]) -> Iterator[dict[str, int]]:
    """Other counts of three of the hidden groups with the same total."""
    for moved in {tuple(sorted(random.Random(n).sample(hidden, min(3, len(hidden))))) for n in range(40)}:
        whole = sum(counts[value] for value in moved)
        for sizes in product(range(whole + 1), repeat=len(moved) - 1):
            if sum(sizes) <= whole:
                yield {**counts, **dict(zip(moved, [*sizes, whole - sum(sizes)], strict=True))}


def drawn(seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    values = [f"k{n}" for n in range(chance.randrange(3, 9))]
    return {value: chance.choice([0, 1, 2, 3, 4, 5, 6, 9, 14, 30]) for value in values}


@pytest.mark.parametrize("salt", ["1", "2", "3", "4"])
@pytest.mark.parametrize(
    "counts",
    [
        {"a": 4, "b": 4, "c": 4, "d": 30},
        {"a": 1, "b": 5, "c": 30},
        {"a": 1, "b": 1, "c": 5, "d": 5, "e": 5},
        *map(drawn, range(8)),
    ],
)
def test_a_small_group_may_be_of_another_size(counts: dict[str, int], salt: str) -> None:
    """Other counts are sought in which it has another size, and of which the same would be public."""
    values = list(counts)
    public = made(counts, salt)
    hidden = [value for value in values if value not in public[0]]
    small = [value for value in hidden if 0 < counts[value] < LEAST]
    if not small or sum(counts.values()) < LEAST:
        return
    possible = {value: {counts[value]} for value in small}
    for world in worlds(counts, hidden):
        if made(world, salt) == public:
            for value in small:
                possible[value].add(world[value])
    assert all(len(sizes) > 1 for sizes in possible.values()), (counts, public, possible)


@pytest.mark.parametrize("seed", range(50))
def test_nothing_small_is_told_of_and_nothing_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    counts = {f"k{n}": chance.randrange(1, 40) for n in range(chance.randrange(1, 30))}
    shown, together = protected(counts, str(seed))
    assert sum(shown.values()) + together == sum(counts.values())
    assert all(count >= LEAST for count in shown.values())
    assert together == 0 or not shown or together >= 2 * LEAST


def test_one_small_group_does_not_follow_from_the_total() -> None:
    shown, together = protected({"a": 40, "b": 20, "c": 1}, "x")
    assert len(shown) == 1
    assert together in (21, 41)


def test_without_small_groups_all_are_told_of() -> None:
    assert protected({"a": 5, "b": 7}, "x") == ({"a": 5, "b": 7}, 0)


def test_only_processes_that_say_so_are_public(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(NotFound):
        publication.statistics(session)


def test_quarters_that_are_over_are_public(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "processes", lambda _session: [("uji", "Prosedur uji")])
    work(office, 5, steps=80)
    with office.database.reading() as session:
        clock.fix(session, BEGIN.replace(month=6))
        found = publication.statistics(session)
        assert (found.year, found.quarters) == (2026, ["2026-Q1"])
        whole = {one.figure: one.count for one in found.groups if not one.dimension}
        assert whole["received"] >= LEAST
        assert all(one.count >= LEAST for one in found.groups)
        with pytest.raises(NotFound):
            publication.statistics(session, "uji", 2031)
        clock.fix(session, BEGIN)
        assert publication.statistics(session).quarters == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
