"""No small group can be found in what is public, whoever knows how it was made."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from app.base.errors import NotFound
from app.models import UserTask
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.numbers import publication, totals
from app.services.numbers.publication import LEAST, divided, protected, told_outcomes
from app.services.tasks import tasks
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office, procedure

pytestmark = pytest.mark.usefixtures("facts_follow")


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


#: Units, each with its categories: who knows the procedure knows them.
VALUES = (("A", "a"), ("A", "b"), ("B", "c"), ("B", "d"))


def with_sum(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Each way to make ``total`` of so many numbers."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in with_sum(total - first, parts - 1):
            yield first, *rest


def groups_of(world: tuple[int, ...]) -> Mapping[str, int]:
    a, b, c, d = world
    return {"a": a, "b": b, "c": c, "d": d, "A": a + b, "B": c + d}


@pytest.mark.parametrize("total", [5, 11, 16, 23])
def test_in_a_division_a_small_group_may_be_of_another_size(total: int) -> None:
    """Of all cases that there may be, those are compared of which the same is public."""
    same = defaultdict[Any, list[Mapping[str, int]]](list)
    for world in with_sum(total, len(VALUES)):
        counts = {values: count for values, count in zip(VALUES, world, strict=True) if count}
        same[tuple(divided(counts, "2026-Q1"))].append(groups_of(world))
    for public, worlds in same.items():
        for name in worlds[0]:
            sizes = {world[name] for world in worlds}
            assert len(sizes) > 1 or not 0 < min(sizes) < LEAST, (public, name, sizes)
    assert len(same) > 1 or total < 2 * LEAST


def test_how_far_a_few_cases_are_is_not_told() -> None:
    for total in range(LEAST, 41):
        same = defaultdict[Any, list[tuple[int, ...]]](list)
        for world in with_sum(total, 3):
            told = told_outcomes(*world)
            assert all(count == 0 or count >= LEAST for count in told.values())
            assert sum(told.values()) in (0, total)
            same[tuple(told.items())].append(world)
        for public, worlds in same.items():
            for sizes in map(set, zip(*worlds, strict=True)):
                assert len(sizes) > 1 or not 0 < min(sizes) < LEAST, (total, public, sizes)


def test_what_cannot_be_told_apart_by_unit_is_told_apart_by_category() -> None:
    counts = {("A", "a"): 2, ("", "a"): 20, ("", "b"): 22, ("", ""): 3}
    assert dict(divided(counts, "x")) in (
        {(None, "b"): 22, (None, ""): 25},
        {(None, "a"): 22, (None, ""): 25},
    )
    assert dict(divided({("A", "a"): 20, ("B", "b"): 30}, "x")) == {
        ("A",): 20,
        ("A", "a"): 20,
        ("B",): 30,
        ("B", "b"): 30,
    }


@pytest.mark.parametrize("seed", range(30))
def test_each_count_is_of_a_part_that_is_large_enough(seed: int) -> None:
    chance = random.Random(seed)
    counts = {(a, b): chance.randrange(1, 20) for a in "ABCD" for b in "xyz" if chance.random() < 0.7}
    parts = dict(divided(counts, str(seed)))
    assert all(count >= LEAST for count in parts.values())
    for path, count in parts.items():
        below = [size for other, size in parts.items() if len(other) > len(path) and other[:-1] == path]
        assert not below or sum(below) == count


def test_only_processes_that_say_so_are_public(office: Office) -> None:
    with office.database.reading() as session:
        assert publication.due(session) is None
        with pytest.raises(NotFound):
            publication.statistics(session)
        with pytest.raises(NotFound):
            publication.work_out(session, "uji", "2026-Q1")


def test_a_quarter_is_published_a_month_after_its_end_and_stays_as_it_is(office: Office) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, procedure(properties={"statistik publik": "ya"}), actor=None)
    work(office, 5, steps=40)
    publish_until(office, BEGIN.replace(month=4, day=30))
    with office.database.reading() as session, pytest.raises(NotFound):
        publication.statistics(session)
    publish_until(office, BEGIN.replace(month=5, day=1))
    with office.database.reading() as session:
        before = publication.statistics(session)
        received = sum(one.received for one in totals.summed(session, "uji", until="2026-03").values())
        with pytest.raises(NotFound):
            publication.statistics(session, "uji", 2031)
    [one] = before.quarters
    assert (before.year, one.quarter, one.until, one.levels) == (2026, "2026-Q1", "2026-04", ["unit"])
    assert one.received == received >= LEAST
    assert sum(one.outcomes.values()) in (0, received)
    work(office, 6, steps=40)  # as late as they come, they were received in that quarter
    publish_until(office, BEGIN.replace(month=5, day=1))
    with office.database.transaction() as session:
        publication.publish(session, "uji", publication.work_out(session, "uji", "2026-Q1"))
        assert publication.statistics(session) == before


def test_how_far_cases_are_is_told_as_of_a_month_after_the_quarter(office: Office) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, procedure(properties={"statistik publik": "ya"}), actor=None)
    for number in range(21):
        with office.database.transaction() as session:
            clock.fix(session, BEGIN)
            instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina)
        finish(office, BEGIN.replace(month=4 + number % 3))
    with office.database.reading() as session:
        one = publication.work_out(session, "uji", "2026-Q1")
    assert one.received == 21
    assert one.outcomes == {"finished": 7, "answered": 0, "waiting": 14}
    assert set(one.days) == {"mean_answer", "mean_finish"}


def finish(office: Office, at: datetime) -> None:
    """Complete what is open in a case that was just begun."""
    for actor, values in ((office.rina, {"hasil": "cukup", "unit": "A"}), (office.dinas_a, {})):
        with office.database.transaction() as session:
            clock.fix(session, at)
            task = session.scalars(select(UserTask.id).where(UserTask.state == "open")).one()
            tasks.complete(session, task, values, {}, actor=actor)


def publish_until(office: Office, at: datetime) -> None:
    """Publish what is due at a moment."""
    with office.database.transaction() as session:
        clock.fix(session, at)
        while (due := publication.due(session)) is not None:
            publication.publish(session, due[0], publication.work_out(session, *due))
