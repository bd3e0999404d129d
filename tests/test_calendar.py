"""Working days and office hours, against vectors and against an oracle that counts in another way."""

import csv
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.calendar import Calendar, Day, count_days, count_office_hours
from app.base.days_off import name_in, national_holidays

WIB = ZoneInfo("Asia/Jakarta")
CALENDAR = Calendar(WIB)
DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


VECTORS = rows("uji_hari_kerja.csv")
LISTED = {date.fromisoformat(row["tanggal"]): row["nama"] for row in rows("libur_id_2025_2027.csv")}
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)


class Oracle:
    """All working days of 2025–2027 in one list: counting is a step in the list, minutes a running sum."""

    def __init__(self) -> None:
        every = [
            date.fromordinal(n) for n in range(date(2025, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
        ]
        self.days = [on for on in every if on.isoweekday() not in (6, 7) and on not in LISTED]
        lengths = [420 if on.isoweekday() == 5 else 510 for on in self.days]
        self.before = [0, *accumulate(lengths)]

    def add(self, on: date, n: int) -> date:
        return (
            self.days[bisect_right(self.days, on) + n - 1]
            if n > 0
            else self.days[bisect_left(self.days, on) + n]
        )

    def minutes_until(self, at: datetime) -> float:
        """Office minutes of 2025 until this local moment."""
        index = bisect_left(self.days, at.date())
        length = self.before[index + 1] - self.before[index]
        if self.days[index] != at.date():
            return self.before[index]
        return self.before[index] + min(max((at.hour - 7) * 60 + at.minute - 30, 0), length)

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        target = self.minutes_until(at) + minutes
        index = bisect_left(self.before, target) - 1
        return datetime.combine(self.days[index], time(7, 30), WIB) + timedelta(
            minutes=target - self.before[index]
        )


ORACLE = Oracle()
dates = st.dates(date(2025, 7, 1), date(2027, 5, 31))
counts = st.integers(1, 100)
moments = st.datetimes(datetime(2025, 6, 1), datetime(2027, 5, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0, tzinfo=WIB)
)
minutes_of_weeks = st.integers(1, 20_000)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['tanggal_mulai']}+{row['n']}")
def test_vector_of_the_domain_study_holds(row: dict[str, str]) -> None:
    start, n = date.fromisoformat(row["tanggal_mulai"]), int(row["n"])

    assert CALENDAR.add_working_days(start, n).isoformat() == row["jatuh_tempo_hari_kerja"]
    assert (start + timedelta(days=n)).isoformat() == row["jatuh_tempo_hari_kalender"]


def test_all_fifty_vectors_are_there() -> None:
    assert len(VECTORS) == 50


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_holidays_are_those_of_the_joint_decree(year: int) -> None:
    assert dict(national_holidays(year)) == {on: name for on, name in LISTED.items() if on.year == year}


def test_an_estimated_date_says_so_in_its_name() -> None:
    assert CALENDAR.holiday(date(2027, 3, 10)) == "Hari Raya Idul Fitri (perkiraan)"


@given(dates, counts)
def test_working_days_forward_agree_with_the_oracle(on: date, n: int) -> None:
    assert CALENDAR.add_working_days(on, n) == ORACLE.add(on, n)


@given(dates, counts)
def test_working_days_backward_agree_with_the_oracle(on: date, n: int) -> None:
    assert CALENDAR.add_working_days(on, -n) == ORACLE.add(on, -n)


@given(moments, minutes_of_weeks)
def test_office_minutes_agree_with_the_oracle(at: datetime, minutes: int) -> None:
    assert CALENDAR.add_office_minutes(at, minutes) == ORACLE.add_minutes(at, minutes)


@given(dates, dates, counts)
def test_who_starts_later_is_never_due_earlier(one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))

    assert CALENDAR.add_working_days(first, n) <= CALENDAR.add_working_days(second, n)


@given(moments, minutes_of_weeks, minutes_of_weeks)
def test_office_minutes_add_up(at: datetime, one: int, other: int) -> None:
    in_two_steps = CALENDAR.add_office_minutes(CALENDAR.add_office_minutes(at, one), other)

    assert in_two_steps == CALENDAR.add_office_minutes(at, one + other)


@given(dates, counts)
def test_days_left_are_the_days_that_were_added(on: date, n: int) -> None:
    due = CALENDAR.add_working_days(on, n)

    assert CALENDAR.working_days_between(on, due) == n
    assert CALENDAR.working_days_between(due, on) == -n


def test_no_day_lies_between_a_day_and_itself() -> None:
    assert CALENDAR.working_days_between(date(2026, 11, 24), date(2026, 11, 24)) == 0


@pytest.mark.parametrize(
    ("opened", "minutes", "due"),
    [
        ("2026-11-24T09:00", 30, "2026-11-24T09:30"),  # Tuesday
        ("2026-11-24T15:50", 30, "2026-11-25T07:50"),
        ("2026-11-24T15:30", 30, "2026-11-24T16:00"),  # the very end still counts
        ("2026-11-24T05:00", 30, "2026-11-24T08:00"),  # before the office opens
        ("2026-11-24T21:00", 30, "2026-11-25T08:00"),  # after it closed
        ("2026-11-27T14:20", 30, "2026-11-30T07:50"),  # Friday closes 14.30
        ("2026-11-28T10:00", 30, "2026-11-30T08:00"),  # Saturday
        ("2026-12-23T15:45", 60, "2026-12-28T08:15"),  # cuti bersama, Christmas, weekend
        ("2026-11-24T07:30", 510, "2026-11-24T16:00"),
        ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
    ],
)
def test_office_minutes_run_only_while_the_office_is_open(opened: str, minutes: int, due: str) -> None:
    at = datetime.fromisoformat(opened).replace(tzinfo=WIB)

    assert CALENDAR.add_office_minutes(at, minutes) == datetime.fromisoformat(due).replace(tzinfo=WIB)


def test_office_minutes_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_office_minutes(datetime(2026, 11, 24, tzinfo=UTC), -1)


def test_office_closes_earlier_on_friday() -> None:
    assert CALENDAR.end_of_office(date(2026, 11, 26)) == datetime(2026, 11, 26, 16, 0, tzinfo=WIB)
    assert CALENDAR.end_of_office(date(2026, 11, 27)) == datetime(2026, 11, 27, 14, 30, tzinfo=WIB)


def test_moments_are_utc() -> None:
    assert CALENDAR.end_of_day(date(2026, 11, 24)).isoformat() == "2026-11-24T16:59:00+00:00"


def test_a_local_holiday_is_a_day_off_and_counted_in_the_name() -> None:
    calendar = Calendar(WIB, {date(2026, 5, 19): "Hari Jadi Kabupaten", date(2026, 11, 25): "Pemilihan"})

    assert calendar.add_working_days(date(2026, 11, 24), 1) == date(2026, 11, 26)
    assert calendar.holiday(date(2026, 5, 19)) == "Hari Jadi Kabupaten"
    assert calendar.name == f"Indonesia (holidays {version('holidays')}) + 2 hari libur daerah"


def test_a_row_without_a_name_makes_a_moved_holiday_an_ordinary_day() -> None:
    calendar = Calendar(WIB, {date(2027, 3, 10): ""})

    assert calendar.is_working_day(date(2027, 3, 10))
    assert calendar.name == f"Indonesia (holidays {version('holidays')}) − 1 hari"


def test_years_the_library_does_not_know_have_weekends_only() -> None:
    assert CALENDAR.add_working_days(date(2150, 1, 1), 5) == date(2150, 1, 8)
    with pytest.raises(OverflowError):
        CALENDAR.add_working_days(date(9999, 12, 30), 5)


def test_a_year_is_built_once_and_may_be_asked_for_by_many_threads() -> None:
    national_holidays.cache_clear()
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(national_holidays(2026))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(table == found[0] for table in found)
    assert len(found) == 8
    assert national_holidays(2026) is national_holidays(2026)


def test_days_are_listed_with_their_number_or_the_reason_they_do_not_count() -> None:
    days = count_days(date(2026, 12, 22), date(2026, 12, 29), CALENDAR)

    assert days == [
        Day(date(2026, 12, 22), 0),
        Day(date(2026, 12, 23), 1),
        Day(date(2026, 12, 24), None, "holiday", "Cuti Bersama Hari Raya Natal"),
        Day(date(2026, 12, 25), None, "holiday", "Hari Raya Natal"),
        Day(date(2026, 12, 26), None, "weekend"),
        Day(date(2026, 12, 27), None, "weekend"),
        Day(date(2026, 12, 28), 2),
        Day(date(2026, 12, 29), 3),
    ]


def test_a_national_day_off_is_called_in_the_readers_language_and_any_other_as_it_was_typed() -> None:
    christmas, tuesday = date(2026, 12, 25), date(2026, 11, 24)

    assert name_in("en", christmas, "Hari Raya Natal") == "Christmas Day"
    assert name_in("id", christmas, "Hari Raya Natal") == "Hari Raya Natal"
    assert name_in("en", date(2027, 3, 10), "Hari Raya Idul Fitri (perkiraan)") == "Eid al-Fitr (estimated)"
    assert name_in("en", christmas, "Natal dan rapat kerja") == "Natal dan rapat kerja"
    assert name_in("en", tuesday, "Hari Raya Natal") == "Hari Raya Natal"


def test_days_counted_backwards_have_negative_numbers_in_the_order_of_time() -> None:
    days = count_days(date(2026, 12, 28), date(2026, 12, 22), CALENDAR)

    assert [day.number for day in days] == [-2, -1, None, None, None, None, 0]


def test_the_day_of_opening_is_day_0_even_when_it_is_a_day_off() -> None:
    days = count_days(date(2026, 11, 28), date(2026, 11, 30), CALENDAR)

    assert [(day.number, day.reason) for day in days] == [(0, "weekend"), (None, "weekend"), (1, None)]


def test_office_hours_are_listed_in_slices() -> None:
    start = datetime(2026, 12, 23, 15, 0, tzinfo=WIB)
    days = count_office_hours(start, CALENDAR.add_office_minutes(start, 90), CALENDAR)

    assert [(day.on.day, day.number, day.reason) for day in days] == [
        (23, 60, None),
        (24, None, "holiday"),
        (25, None, "holiday"),
        (26, None, "weekend"),
        (27, None, "weekend"),
        (28, 90, None),
    ]
    assert days[0].hours == (start, datetime(2026, 12, 23, 16, 0, tzinfo=WIB))
    assert days[-1].hours == (
        datetime(2026, 12, 28, 7, 30, tzinfo=WIB),
        datetime(2026, 12, 28, 8, 0, tzinfo=WIB),
    )


def test_a_day_whose_office_had_closed_says_so() -> None:
    start = datetime(2026, 11, 24, 20, 0, tzinfo=WIB)
    days = count_office_hours(start, CALENDAR.add_office_minutes(start, 30), CALENDAR)

    assert [(day.number, day.reason) for day in days] == [(None, "after_hours"), (30, None)]
