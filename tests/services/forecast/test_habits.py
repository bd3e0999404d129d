"""Durations and hours: what is drawn from what is known, and where on the office's clock it falls."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.services.forecast.durations import Assumed, Known, known
from app.services.forecast.habits import Draw
from app.services.forecast.working_time import WorkingTime
from tests.services.forecast.running import BEGUN, CALENDAR, HOURS_OF_A_MONDAY


@pytest.fixture(scope="module")
def hours() -> WorkingTime:
    return WorkingTime(CALENDAR, date(2026, 10, 1), date(2027, 6, 1))


@pytest.mark.parametrize("minutes", [1, 59, 509, 511, 3_000, 20_000])
def test_hours_are_those_of_the_calendar(hours: WorkingTime, minutes: int) -> None:
    for at in (BEGUN, BEGUN + timedelta(hours=5), BEGUN + timedelta(days=4, hours=3)):
        assert hours.after(at, minutes) == CALENDAR.add_office_minutes(at, minutes)
        assert hours.between(at, hours.after(at, minutes)) == pytest.approx(minutes)


def test_what_comes_at_night_counts_from_the_morning(hours: WorkingTime) -> None:
    friday_night = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
    assert hours.between(friday_night, BEGUN + timedelta(days=7)) == 0
    assert hours.after(friday_night, 60) == BEGUN + timedelta(days=7, hours=1)


def test_work_that_is_open_still_took_longer() -> None:
    """Of four, two done after 10 and 30, two open since 20: the first is a quarter, the second all the rest."""
    found = known([10.0, 30.0], [20.0, 20.0])
    assert found == Known((10.0, 30.0), (0.75, 0.0), 2)
    assert [found.remaining(u, 0.0) for u in (0.8, 0.75, 0.7, 0.1)] == [10.0, 10.0, 30.0, 30.0]


def test_who_has_waited_already_waits_what_is_left() -> None:
    found = known([10.0, 20.0, 30.0, 40.0])
    assert found is not None
    assert [found.remaining(u, 15.0) for u in (0.99, 0.5, 0.01)] == [5.0, 15.0, 25.0]
    assert found.remaining(0.5, 40.0) is None
    assert known([], [5.0]) is None


def test_what_is_assumed_lies_around_its_median() -> None:
    draws = [Assumed(480.0).remaining((n + 0.5) / 1_000, 0.0) or 0 for n in range(1_000)]
    assert sorted(draws)[500] == pytest.approx(480.0, rel=0.02)
    assert sum(one > 960 for one in draws) == pytest.approx(190, abs=10)
    later = [Assumed(480.0).remaining((n + 0.5) / 1_000, 960.0) or 0 for n in range(1_000)]
    assert sum(one > 960 for one in later) == pytest.approx(
        1_000 * (sum(d > 1_920 for d in draws) / 190), rel=0.1
    )


def test_numbers_belong_to_the_thing_that_they_are_drawn_for() -> None:
    one = Draw("1", "new 3", "periksa", 2)
    same, others = Draw("1", "new 3", "periksa", 2), [
        Draw("2", "new 3", "periksa", 2), Draw("1", "new 4", "periksa", 2),
        Draw("1", "new 3", "telaah", 2), Draw("1", "new 3", "periksa", 1),
    ]  # fmt: skip
    assert (one.duration, one.chosen, one.of("a")) == (same.duration, same.chosen, same.of("a"))
    assert len({one.duration, *(other.duration for other in others)}) == 5
    assert one.of("a") != one.of("b")
    assert HOURS_OF_A_MONDAY == 510
