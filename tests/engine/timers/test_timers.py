"""What timer texts mean, when they are due, when again, and why then."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.calendar import Calendar
from app.base.errors import ExpressionFailed
from app.base.i18n import speaking
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.timers import Due
from app.findings import Finding

WIB = ZoneInfo("Asia/Jakarta")
CALENDAR = Calendar(WIB)


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


TUESDAY = wib("2026-11-24T10:00")  # no holiday before 24 December
OWN_CODES = [
    "timer_without_value",
    "timer_not_understood",
    "timer_not_whole_days",
    "timer_too_short",
    "timer_too_long",
    "timer_not_a_cycle",
    "timer_is_bound",
    "timer_before_unknown",
    "timer_tells_two",
]


def no_formula(expression: str) -> Any:
    raise AssertionError(f"{expression} is no formula")


def duration(text: str) -> Timer:
    return Timer("duration", text)


def due(
    text: str,
    *,
    opened_at: datetime = TUESDAY,
    day_unit: timers.DayUnit = "kerja",
    calendar: Calendar = CALENDAR,
    evaluate: Callable[[str], Any] = no_formula,
    deadline: Due | None = None,
) -> Due:
    found = timers.due(
        duration(text),
        opened_at=opened_at,
        day_unit=day_unit,
        calendar=calendar,
        evaluate=evaluate,
        deadline=deadline,
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "day_unit", "expected", "unit", "amount"),
    [
        ("3 hari", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("3 hari", "kalender", "2026-11-27T23:59", "hari kalender", 3),
        ("3 hari kerja", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("3 hari kalender", "kerja", "2026-11-27T23:59", "hari kalender", 3),
        ("60 hari kalender", "kerja", "2027-01-23T23:59", "hari kalender", 60),
        ("60 hari", "kerja", "2027-02-23T16:00", "hari kerja", 60),
        ("Maksimal 60 hari", "kerja", "2027-02-23T16:00", "hari kerja", 60),
        ("maks. 60 hari", "kerja", "2027-02-23T16:00", "hari kerja", 60),
        ("paling lama 3 (tiga) hari kerja.", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("paling lama tiga (3) hari kerja", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("selambatnya 3 hari kerja", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("within three (3) working days", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("  “3   hari ” ", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("3hari", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("1 minggu", "kerja", "2026-12-01T16:00", "hari kerja", 5),
        ("1 minggu", "kalender", "2026-12-01T23:59", "hari kalender", 7),
        ("2 weeks", "kalender", "2026-12-08T23:59", "hari kalender", 14),
        ("3 days", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("3 working days", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("within 3 business days", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("60 calendar days", "kerja", "2027-01-23T23:59", "hari kalender", 60),
        ("30 menit", "kerja", "2026-11-24T10:30", "menit kerja", 30),
        ("30 menit", "kalender", "2026-11-24T10:30", "menit", 30),
        ("2 jam", "kerja", "2026-11-24T12:00", "jam kerja", 2),
        ("8,5 jam", "kerja", "2026-11-25T10:00", "jam kerja", 8.5),
        ("8.5 jam", "kalender", "2026-11-24T18:30", "jam", 8.5),
        ("30 menit kerja", "kalender", "2026-11-24T10:30", "menit kerja", 30),
        ("10 jam kerja", "kalender", "2026-11-25T11:30", "jam kerja", 10),
        ("10 office hours", "kalender", "2026-11-25T11:30", "jam kerja", 10),
        ("tiga hari", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("maksimal seminggu", "kerja", "2026-12-01T16:00", "hari kerja", 5),
        ("3 HK", "kalender", "2026-11-27T14:30", "hari kerja", 3),
        ("24 jam", "kerja", "2026-11-27T08:30", "jam kerja", 24),
        ("24 Hours", "kerja", "2026-11-25T10:00", "jam", 24),
        ("within 30 minutes", "kerja", "2026-11-24T10:30", "menit", 30),
        ("1 bulan", "kerja", "2026-12-24T10:00", "iso", None),
        ("two months", "kerja", "2027-01-24T10:00", "iso", None),
        ("P3D", "kerja", "2026-11-27T10:00", "iso", None),
        ('"P3D"', "kerja", "2026-11-27T10:00", "iso", None),
        ("pt30m", "kerja", "2026-11-24T10:30", "iso", None),
        ("P1W", "kerja", "2026-12-01T10:00", "iso", None),
        ("P1DT2H30M", "kerja", "2026-11-25T12:30", "iso", None),
        ("PT1.5H", "kerja", "2026-11-24T11:30", "iso", None),
        ("P1M", "kerja", "2026-12-24T10:00", "iso", None),
        ("P1Y2M", "kerja", "2028-01-24T10:00", "iso", None),
        ("PT0S", "kerja", "2026-11-24T10:00", "iso", None),
        ("dua belas hari", "kalender", "2026-12-06T23:59", "hari kalender", 12),
        ("lima belas menit", "kerja", "2026-11-24T10:15", "menit kerja", 15),
        ("dua puluh satu hari kalender", "kerja", "2026-12-15T23:59", "hari kalender", 21),
        ("5 Minuten", "kerja", "2026-11-24T10:05", "menit", 5),
        ("14 Tage", "kalender", "2026-12-08T23:59", "hari kalender", 14),
        ("zwei Wochen", "kalender", "2026-12-08T23:59", "hari kalender", 14),
        ("nach Ablauf von 14 Tagen", "kalender", "2026-12-08T23:59", "hari kalender", 14),
        ("fuenf Stunden", "kerja", "2026-11-24T15:00", "jam", 5),
        ("3 Std.", "kerja", "2026-11-24T13:00", "jam", 3),
        ("seratus dua puluh hari", "kalender", "2027-03-24T23:59", "hari kalender", 120),
        ("twenty-one days", "kalender", "2026-12-15T23:59", "hari kalender", 21),
        ("setengah hari", "kerja", "2026-11-24T14:00", "jam kerja", 4),
        ("half a day", "kalender", "2026-11-24T22:00", "jam", 12),
        ("setengah jam", "kerja", "2026-11-24T10:30", "menit kerja", 30),
        ("half an hour", "kerja", "2026-11-24T10:30", "menit", 30),
        ("satu setengah jam", "kalender", "2026-11-24T11:30", "jam", 1.5),
        ("1½ jam", "kalender", "2026-11-24T11:30", "jam", 1.5),
        ("1 jam 30 menit", "kerja", "2026-11-24T11:30", "menit kerja", 90),
        ("setengah tahun", "kerja", "2027-05-24T10:00", "iso", None),
        ("H+3", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("H+3 kalender", "kerja", "2026-11-27T23:59", "hari kalender", 3),
        ("3x24 jam", "kerja", "2026-11-27T10:00", "jam", 72),
        ("maks. 2 x 24 jam", "kerja", "2026-11-26T10:00", "jam", 48),
        ("48 hrs", "kerja", "2026-11-26T10:00", "jam", 48),
        ("5 min", "kerja", "2026-11-24T10:05", "menit", 5),
        ("tidak lebih dari 3 hari", "kerja", "2026-11-27T14:30", "hari kerja", 3),
        ("31 Maret 2027", "kerja", "2027-03-31T23:59", "tanggal", None),
        ("31-12-2026", "kerja", "2026-12-31T23:59", "tanggal", None),
        ("paling lambat Rabu, 31 Maret 2027 pukul 10.00", "kerja", "2027-03-31T10:00", "tanggal", None),
        ("2026-12-01", "kerja", "2026-12-01T23:59", "tanggal", None),
        ("2026-12-01T09:00", "kerja", "2026-12-01T09:00", "tanggal", None),
        ("2026-12-01T09:00:00+07:00", "kerja", "2026-12-01T09:00", "tanggal", None),
        ("2026-12-01T02:00:00Z", "kerja", "2026-12-01T09:00", "tanggal", None),
        ("2020-01-01T00:00", "kerja", "2020-01-01T00:00", "tanggal", None),
    ],
)
def test_text_is_due(
    text: str, day_unit: timers.DayUnit, expected: str, unit: str, amount: float | None
) -> None:
    found = due(text, day_unit=day_unit)

    assert timers.timer_fault(duration(text), day_unit) is None
    assert (found.at, found.unit, found.amount) == (wib(expected), unit, amount)
    assert found.at.tzinfo is UTC
    assert (found.text, found.since) == (text, TUESDAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "timer_without_value"),
        ("  ", "timer_without_value"),
        ('""', "timer_without_value"),
        ("=", "timer_without_value"),
        ("P", "timer_not_understood"),
        ("PT", "timer_not_understood"),
        ("P1DT", "timer_not_understood"),
        ("3D", "timer_not_understood"),
        ("-P3D", "timer_not_understood"),
        ("-3 hari", "timer_not_understood"),
        ("3", "timer_not_understood"),
        ("hari", "timer_not_understood"),
        ("3 sampai 5 hari", "timer_tells_two"),
        ("3-5 hari", "timer_tells_two"),
        ("2 hari kerja setelah tanggal 5", "timer_tells_two"),
        ("minimal 3 hari", "timer_is_bound"),
        ("paling cepat 3 hari", "timer_is_bound"),
        ("at least 3 days", "timer_is_bound"),
        ("lebih dari 3 hari", "timer_is_bound"),
        ("min. 3 hari", "timer_is_bound"),
        ("± 3 hari", "timer_is_bound"),
        ("3 hari sebelum rapat", "timer_before_unknown"),
        ("1 minggu sebelum jatuh tempo", "timer_before_unknown"),
        ("3 (lima) hari", "timer_not_understood"),
        ("setiap hari 2 kali", "timer_not_understood"),
        ("paling lambat Senin", "timer_not_understood"),
        ("31 Februari 2027", "timer_not_understood"),
        ("Rabu, 30 Maret 2027", "timer_tells_two"),
        ("setiap tanggal 30 dan 31", "timer_not_understood"),
        ("3 hari kerja kalender", "timer_not_understood"),
        ("3 jam hari", "timer_not_understood"),
        ("1.000 hari", "timer_not_understood"),
        ("٣ hari", "timer_not_understood"),
        ("0 0 9 ? * 2", "timer_not_understood"),  # Monday for Quartz, Tuesday for Spring
        ("0 0 9 1 * MON", "timer_not_understood"),
        ("0 15 10 * * ? 2005", "timer_not_understood"),
        ("0 9 30 2 *", "timer_not_understood"),
        ("99 9 * * *", "timer_not_understood"),
        ("2026-02-30", "timer_not_understood"),
        ("2026-12-01T25:00", "timer_not_understood"),
        ("0001-01-01T00:00:00+14:00", "timer_not_understood"),
        ("R3/2026-13-01/P1D", "timer_not_understood"),
        ("R3/2026-12-01/PT1S", "timer_too_short"),
        ("setiap", "timer_not_understood"),
        ("setiap setiap hari", "timer_not_understood"),
        ("hari " * 100, "timer_not_understood"),
        ("${batas}", "timer_not_understood"),
        ("0 hari", "timer_too_short"),
        ("H-0", "timer_too_short"),
        ("R0/P1D", "timer_too_short"),
        ("R/PT1S", "timer_too_short"),
        ("R/PT0S", "timer_too_short"),
        ("setiap 0,5 menit", "timer_too_short"),
        ("1,5 hari", "timer_not_whole_days"),
        ("0,5 minggu", "timer_not_whole_days"),
        ("10001 hari", "timer_too_long"),
        ("99999999999999999999999999 menit", "timer_too_long"),
        ("2000 minggu", "timer_too_long"),
        ("P28Y", "timer_too_long"),
        ("PT9999999999999999999S", "timer_too_long"),
        ("H-10001", "timer_too_long"),
        ("2200-01-01", "timer_too_long"),
        ("9999-12-31T23:59:00-12:00", "timer_too_long"),
    ],
)
def test_text_is_refused_with_a_finding(text: str, code: str) -> None:
    assert timers.timer_fault(duration(text), "kerja") == code
    with pytest.raises(ExpressionFailed, match="tidak dapat dibaca"):
        due(text)


def test_the_longest_text_is_counted_at_once() -> None:
    assert due("10000 hari").at > wib("2064-01-01T00:00")
    assert due("80000 jam").at > wib("2060-01-01T00:00")


@pytest.mark.parametrize("day_unit", ["kerja", "kalender"])
@given(
    text=st.text(max_size=30)
    | st.from_regex(r"\A(R[0-9]?/)?P[0-9YMWDTHS.,]{0,12}\Z")
    | st.from_regex(
        r"\A(maks\.? |setiap )?[0-9]{0,5}(,[0-9])? ?(hari|jam|minggu|minutes)( kerja| kalender)?\Z"
    )
    | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.+Z-]{0,12})?\Z")
)
def test_whatever_the_text_it_is_refused_or_due(day_unit: timers.DayUnit, text: str) -> None:
    timer = duration(text)
    if timers.timer_fault(timer, day_unit) is None and not timers.is_relative(timer) and "=" not in text:
        assert due(text, day_unit=day_unit).at.tzinfo is UTC


def test_a_month_ends_on_the_last_day_of_a_shorter_one() -> None:
    assert due("P1M", opened_at=wib("2027-01-31T10:00")).at == wib("2027-02-28T10:00")


def test_the_day_of_opening_is_the_offices_day_not_utcs() -> None:
    late = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # Wednesday 01.00 at the office

    assert due("1 hari", opened_at=late).at == wib("2026-11-26T16:00")


def test_opened_on_a_day_off_the_first_working_day_after_is_day_1() -> None:
    assert due("3 hari", opened_at=wib("2026-11-28T10:00")).at == wib("2026-12-02T16:00")


# -- formulas --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "expected", "unit"),
    [
        ("3 hari", "2026-11-27T14:30", "hari kerja"),
        (3, "2026-11-27T14:30", "hari kerja"),
        (3.0, "2026-11-27T14:30", "hari kerja"),
        ("P3D", "2026-11-27T10:00", "iso"),
        ("2026-12-01", "2026-12-01T23:59", "tanggal"),
    ],
)
def test_result_of_a_formula_is_read_as_a_timer(result: object, expected: str, unit: str) -> None:
    asked: list[str] = []

    def evaluate(expression: str) -> object:
        asked.append(expression)
        return result

    found = due(' = "3" + " hari" ', evaluate=evaluate)

    assert asked == ['"3" + " hari"']
    assert (found.at, found.unit) == (wib(expected), unit)
    assert found.text == ("3 hari" if isinstance(result, int | float) else result)


@pytest.mark.parametrize(
    "result", [None, True, "", "= 3", 2.5, 1e300, float("inf"), [], {}, "3 ikan", 20_000]
)
def test_result_that_is_no_time_fails_with_a_sentence(result: object) -> None:
    with pytest.raises(ExpressionFailed, match="= batas"):
        due("= batas", evaluate=lambda _: result)


@pytest.mark.parametrize("code", OWN_CODES)
def test_finding_has_words_in_both_languages(code: str) -> None:
    told = Finding(code, "error", "tenggat", "Tenggat", params={"text": "3 ikan"}).as_dict()["messages"]

    assert told["id"]["what"] != told["en"]["what"]
    assert told["id"]["todo"] != told["en"]["todo"]
    assert all("Tenggat" in words["what"] for words in told.values())


def test_failure_has_words_in_both_languages() -> None:
    with speaking("en"), pytest.raises(ExpressionFailed, match="cannot be read as a time: null"):
        due("= batas", evaluate=lambda _: None)
    with speaking("en"), pytest.raises(ExpressionFailed, match="lies beyond the year 9999"):
        due("20 hari", opened_at=datetime(9999, 12, 25, tzinfo=UTC))


def test_formula_passes_the_check() -> None:
    assert timers.timer_fault(duration("= batas"), "kerja") is None
    assert timers.timer_fault(Timer("cycle", "= batas"), "kerja") is None


# -- relative to the deadline ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "day_unit", "text", "expected", "unit"),
    [
        ("60 hari", "kerja", "H-14", "2027-02-02T16:00", "hari kerja"),
        ("60 hari", "kerja", "h - 1", "2027-02-22T16:00", "hari kerja"),
        ("60 hari kalender", "kerja", "H-14", "2027-01-09T23:59", "hari kalender"),
        ("60 hari kerja", "kalender", "H–7", "2027-02-12T14:30", "hari kerja"),
        ("80 jam", "kerja", "H-2", "2026-12-04T14:30", "hari kerja"),
        ("80 jam", "kalender", "H-2", "2026-11-25T23:59", "hari kalender"),
        ("P60D", "kerja", "H-14", "2027-01-04T16:00", "hari kerja"),
        ("P60D", "kalender", "H-14", "2027-01-09T23:59", "hari kalender"),
        ("2027-01-23", "kerja", "H-1", "2027-01-22T14:30", "hari kerja"),
        ("60 hari", "kerja", "14 hari sebelum jatuh tempo", "2027-02-02T16:00", "hari kerja"),
        ("60 hari kalender", "kerja", "3 days before the deadline", "2027-01-20T23:59", "hari kalender"),
        ("60 hari kalender", "kerja", "sehari kerja sebelum tenggat", "2027-01-22T14:30", "hari kerja"),
        ("60 hari", "kerja", "H-1 kalender", "2027-02-22T23:59", "hari kalender"),
    ],
)
def test_reminder_counts_back_in_the_days_of_its_deadline(
    deadline: str, day_unit: timers.DayUnit, text: str, expected: str, unit: str
) -> None:
    last = due(deadline, day_unit=day_unit)
    found = due(text, day_unit=day_unit, deadline=last)

    assert timers.is_relative(duration(text))
    assert (found.at, found.unit, found.since) == (wib(expected), unit, last.at)
    assert found.amount is not None
    assert found.amount < 0


@pytest.mark.parametrize(("opened", "fires"), [("2026-11-24T15:59", True), ("2026-11-24T16:00", False)])
def test_reminder_whose_moment_is_not_after_the_opening_never_fires(opened: str, fires: bool) -> None:
    at = wib(opened)
    deadline = due("3 hari", opened_at=at)
    found = timers.due(
        duration("H-3"),
        opened_at=at,
        day_unit="kerja",
        calendar=CALENDAR,
        evaluate=no_formula,
        deadline=deadline,
    )

    assert (found is not None) is fires


def test_reminder_without_a_deadline_never_fires() -> None:
    found = timers.due(
        duration("H-3"), opened_at=TUESDAY, day_unit="kerja", calendar=CALENDAR, evaluate=no_formula
    )

    assert found is None


def test_other_texts_are_not_relative() -> None:
    assert not any(
        timers.is_relative(duration(text)) for text in ("3 hari", "P3D", "= x", "", "H-", "2026-12-01")
    )


# -- cycles ----------------------------------------------------------------------------------------


def series(first: Due, length: int) -> list[str]:
    """The first moments of a cycle whose timers all fire on time."""
    following: Due | None = first
    found = []
    while following and len(found) < length:
        assert following.missed == 0
        found.append(following.at.astimezone(WIB).strftime("%m-%d %H:%M"))
        following = timers.next_due(following, now=following.at, calendar=CALENDAR)
    return found


@pytest.mark.parametrize(
    ("text", "day_unit", "expected"),
    [
        ("R3/P1D", "kerja", ["11-25 10:00", "11-26 10:00", "11-27 10:00"]),
        ("R/P1D", "kerja", ["11-25 10:00", "11-26 10:00", "11-27 10:00", "11-28 10:00"]),
        ("r2/pt1h", "kerja", ["11-24 11:00", "11-24 12:00"]),
        ("setiap hari", "kerja", ["11-25 16:00", "11-26 16:00", "11-27 14:30", "11-30 16:00"]),
        ("setiap hari", "kalender", ["11-25 23:59", "11-26 23:59", "11-27 23:59", "11-28 23:59"]),
        ("setiap hari kerja", "kalender", ["11-25 16:00", "11-26 16:00", "11-27 14:30", "11-30 16:00"]),
        ("every day", "kerja", ["11-25 16:00", "11-26 16:00", "11-27 14:30", "11-30 16:00"]),
        ("setiap 3 hari", "kerja", ["11-27 14:30", "12-02 16:00", "12-07 16:00", "12-10 16:00"]),
        ("setiap minggu, 2 kali", "kerja", ["12-01 16:00", "12-08 16:00"]),
        ("every 3 working days, 2 times", "kalender", ["11-27 14:30", "12-02 16:00"]),
        ("setiap 4 jam", "kerja", ["11-24 14:00", "11-25 09:30", "11-25 13:30", "11-26 09:00"]),
        ("setiap 8 jam", "kalender", ["11-24 18:00", "11-25 02:00", "11-25 10:00", "11-25 18:00"]),
        ("R2/3 hari", "kerja", ["11-27 14:30", "12-02 16:00"]),
        ("tiap Senin", "kerja", ["11-30 07:30", "12-07 07:30", "12-14 07:30", "12-21 07:30"]),
        (
            "setiap hari Selasa pukul 09.00",
            "kerja",
            ["12-01 09:00", "12-08 09:00", "12-15 09:00", "12-22 09:00"],
        ),
        ("every Tuesday at 16.30", "kerja", ["11-24 16:30", "12-01 16:30", "12-08 16:30", "12-15 16:30"]),
        ("setiap tanggal 5", "kerja", ["12-05 07:30", "01-05 07:30", "02-05 07:30", "03-05 07:30"]),
        (
            "tanggal 24 tiap bulan pukul 10.00",
            "kerja",
            ["12-24 10:00", "01-24 10:00", "02-24 10:00", "03-24 10:00"],
        ),
        ("setiap tanggal 30", "kerja", ["11-30 07:30", "12-30 07:30", "01-30 07:30", "02-28 07:30"]),
        ("tiap Senin dan Kamis", "kerja", ["11-26 07:30", "11-30 07:30", "12-03 07:30", "12-07 07:30"]),
        (
            "tiap Sabtu, Minggu & Rabu pukul 9.00",
            "kerja",
            ["11-25 09:00", "11-28 09:00", "11-29 09:00", "12-02 09:00"],
        ),
        ("setiap tanggal 5 dan 20", "kerja", ["12-05 07:30", "12-20 07:30", "01-05 07:30", "01-20 07:30"]),
        ("tiap triwulan", "kerja", ["02-24 10:00", "05-24 10:00", "08-24 10:00", "11-24 10:00"]),
        ("3 bulan sekali", "kerja", ["02-24 10:00", "05-24 10:00", "08-24 10:00", "11-24 10:00"]),
        ("seminggu sekali", "kerja", ["12-01 16:00", "12-08 16:00", "12-15 16:00", "12-22 16:00"]),
        ("sekali seminggu", "kerja", ["12-01 16:00", "12-08 16:00", "12-15 16:00", "12-22 16:00"]),
        ("2 kali sehari", "kerja", ["11-24 22:00", "11-25 10:00", "11-25 22:00", "11-26 10:00"]),
        ("twice a day", "kerja", ["11-24 22:00", "11-25 10:00", "11-25 22:00", "11-26 10:00"]),
        ("empat kali setahun", "kerja", ["02-24 10:00", "05-24 10:00", "08-24 10:00", "11-24 10:00"]),
        ("setiap akhir bulan", "kerja", ["11-30 07:30", "12-31 07:30", "01-31 07:30", "02-28 07:30"]),
        (
            "R3/2026-12-01T09:00:00+07:00/P1D",
            "kerja",
            ["12-01 09:00", "12-02 09:00", "12-03 09:00"],
        ),
        ("R3/2026-11-23T09:00/P1D", "kerja", ["11-25 09:00"]),  # the first two have passed
        ("R/2026-01-31T09:00/P1M", "kerja", ["11-30 09:00", "12-31 09:00", "01-31 09:00", "02-28 09:00"]),
        ("R/PT12H/2026-11-25T10:00", "kerja", ["11-24 22:00", "11-25 10:00"]),
        ("R1/P1D/2027-01-01", "kerja", ["11-25 10:00"]),
        (
            "setiap cron 0 9-17/4 * * 1-5",
            "kerja",
            ["11-24 13:00", "11-24 17:00", "11-25 09:00", "11-25 13:00"],
        ),
        ("setiap cron 30 8 1 1,7 *", "kerja", ["01-01 08:30", "07-01 08:30", "01-01 08:30", "07-01 08:30"]),
        ("setiap cron 15 10 * * 5l", "kerja", ["11-27 10:15", "12-25 10:15", "01-29 10:15", "02-26 10:15"]),
    ],
)
def test_cycle_is_due_again_and_again(text: str, day_unit: timers.DayUnit, expected: list[str]) -> None:
    assert timers.timer_fault(Timer("cycle", text), day_unit) is None
    assert timers.cycle(Timer("cycle", text)) is not None
    assert series(due(text, day_unit=day_unit), 4) == expected


def test_a_day_by_name_is_the_next_one() -> None:
    found = due("Senin pukul 09.00")
    assert (found.at, found.every) == (wib("2026-11-30T09:00"), "")
    assert due("akhir bulan").at == wib("2026-11-30T07:30")
    assert timers.explain(found, WIB).rule == "date"


def test_a_day_beyond_the_year_9999_is_refused() -> None:
    for text in ("tiap Senin", "setiap tanggal 5"):
        with pytest.raises(ExpressionFailed):
            due(text, opened_at=wib("9999-12-31T10:00"))


def test_months_of_a_cycle_do_not_drift() -> None:
    assert series(due("R/P1M", opened_at=wib("2027-01-31T10:00")), 4) == [
        "02-28 10:00",
        "03-31 10:00",
        "04-30 10:00",
        "05-31 10:00",
    ]


def test_after_a_standstill_a_cycle_goes_on_with_the_next_future_time() -> None:
    first = due("R/P1D")
    following = timers.next_due(first, now=wib("2026-11-29T08:00"), calendar=CALENDAR)

    assert following is not None
    assert following.at == wib("2026-11-29T10:00")
    assert (following.number, following.missed) == (5, 3)


def test_missed_repetitions_are_used_up() -> None:
    assert timers.next_due(due("R3/P1D"), now=wib("2026-12-30T08:00"), calendar=CALENDAR) is None


def test_a_cycle_that_is_over_when_it_opens_never_comes() -> None:
    for text in ("R3/2026-11-01T09:00/P1D", "R/P1D/2026-11-24T11:00"):
        found = timers.due(
            duration(text), opened_at=TUESDAY, day_unit="kerja", calendar=CALENDAR, evaluate=no_formula
        )
        assert found is None


def test_a_year_of_standstill_is_passed_over_at_once() -> None:
    following = timers.next_due(due("setiap 1 menit"), now=wib("2027-11-24T10:00:30"), calendar=CALENDAR)

    assert following is not None
    assert following.at == wib("2027-11-24T10:01")
    assert following.missed > 100_000


def test_after_a_standstill_a_cron_expression_goes_on_with_its_next_time() -> None:
    first = due("setiap cron */20 * * * *")
    following = timers.next_due(first, now=wib("2026-11-24T12:05"), calendar=CALENDAR)
    assert following is not None
    assert following.at == wib("2026-11-24T12:20")
    assert (following.number, following.missed) == (7, 5)
    late = timers.next_due(first, now=wib("2027-11-24T12:05"), calendar=CALENDAR)
    assert late is not None
    assert late.at == wib("2027-11-24T12:20")


def test_timer_that_fires_once_is_never_due_again() -> None:
    assert timers.next_due(due("3 hari"), now=wib("2026-12-30T08:00"), calendar=CALENDAR) is None


def test_cycle_may_come_from_a_formula() -> None:
    first = due("= ulang", evaluate=lambda _: "R2/P1D")
    second = timers.next_due(first, now=first.at, calendar=CALENDAR)

    assert second is not None
    assert (second.text, second.at) == ("R2/P1D", wib("2026-11-26T10:00"))
    assert timers.next_due(second, now=second.at, calendar=CALENDAR) is None


def test_only_repeating_timers_are_cycles() -> None:
    assert timers.cycle(Timer("cycle", "R3/P1D")) == timers.Cycle(3, "P1D")
    assert timers.cycle(Timer("duration", "setiap 2 hari kerja")) == timers.Cycle(None, "2 hari kerja")
    assert timers.cycle(Timer("cycle", "= ulang")) is not None
    for timer in (duration("3 hari"), duration("= x"), duration("nonsense"), duration("H-1")):
        assert timers.cycle(timer) is None


def test_cycle_element_with_a_plain_duration_is_refused() -> None:
    assert timers.timer_fault(Timer("cycle", "P1D"), "kerja") == "timer_not_a_cycle"


# -- the record and its explanation ----------------------------------------------------------------

TEXTS = ["3 hari", "60 hari", "60 hari kalender", "30 jam", "P3D", "2027-01-01", "setiap 3 hari, 4 kali"]
LEBARAN = wib("2026-03-16T10:00")


@pytest.mark.parametrize("text", TEXTS)
def test_record_survives_json(text: str) -> None:
    found = due(text, opened_at=LEBARAN)

    assert Due.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_record_keeps_the_holidays_it_passed_and_no_weekends() -> None:
    found = due("3 hari", opened_at=LEBARAN)

    assert found.at == wib("2026-03-26T16:00")
    assert found.calendar == CALENDAR.name
    assert found.skipped == {
        "2026-03-18": "Cuti Bersama Hari Suci Nyepi",
        "2026-03-19": "Hari Suci Nyepi",
        "2026-03-20": "Cuti Bersama Hari Raya Idul Fitri",
        "2026-03-23": "Cuti Bersama Hari Raya Idul Fitri",
        "2026-03-24": "Cuti Bersama Hari Raya Idul Fitri",
    }


def test_record_of_calendar_days_names_no_calendar_and_is_small() -> None:
    found = due("60 hari kalender", opened_at=LEBARAN)

    assert (found.calendar, found.skipped) == ("", {})
    assert len(json.dumps(found.as_dict())) < 200


@given(
    opened_at=st.datetimes(datetime(2025, 2, 1), datetime(2027, 6, 1)),  # noqa: DTZ001
    text=st.sampled_from(["1 hari", "5 hari", "14 hari", "60 hari", "9 hari kalender"]),
)
def test_explanation_counts_to_the_very_amount(opened_at: datetime, text: str) -> None:
    found = due(text, opened_at=opened_at.replace(tzinfo=WIB))
    explanation = timers.explain(found, WIB)
    counting = [day.number for day in explanation.days if day.number is not None]

    assert explanation.days[-1].on == found.at.astimezone(WIB).date()
    assert counting == list(range(int(found.amount or 0) + 1))
    assert all(day.reason for day in explanation.days if day.number is None)


@given(
    opened_at=st.datetimes(datetime(2025, 2, 1), datetime(2027, 6, 1)),  # noqa: DTZ001
    minutes=st.integers(1, 10_000),
)
def test_explanation_of_office_hours_adds_up_to_the_minute(opened_at: datetime, minutes: int) -> None:
    found = due(f"{minutes} menit", opened_at=opened_at.replace(second=0, microsecond=0, tzinfo=WIB))
    explanation = timers.explain(found, WIB)
    slices = [day.hours[1] - day.hours[0] for day in explanation.days if day.hours]

    assert explanation.rule == "office_hours"
    assert sum(slices, timedelta()) == timedelta(minutes=minutes)
    assert explanation.days[-1].number == minutes


def test_explanation_stays_when_the_calendar_changes() -> None:
    found = due("3 hari", opened_at=LEBARAN)
    told_today = timers.explain(found, WIB)
    revised = Calendar(WIB, {date(2026, 3, 18): "", date(2026, 3, 25): "Pemilihan"})
    stored = Due.from_dict(json.loads(json.dumps(found.as_dict())))

    assert due("3 hari", opened_at=LEBARAN, calendar=revised).at == wib("2026-03-26T16:00")
    assert timers.explain(stored, WIB) == told_today
    assert [day.name for day in told_today.days if day.on == date(2026, 3, 18)] == [
        "Cuti Bersama Hari Suci Nyepi"
    ]
    assert not any(day.name == "Pemilihan" for day in told_today.days)


def test_explanation_knows_a_local_holiday() -> None:
    calendar = Calendar(WIB, {date(2026, 11, 25): "Pemilihan"})
    days = timers.explain(due("1 hari", calendar=calendar), WIB).days

    assert [(day.number, day.name) for day in days] == [(0, ""), (None, "Pemilihan"), (1, "")]


def test_explanation_knows_a_national_holiday_that_was_worked() -> None:
    calendar = Calendar(WIB, {date(2026, 12, 24): ""})
    days = timers.explain(due("2 hari", opened_at=wib("2026-12-23T09:00"), calendar=calendar), WIB).days

    assert [(day.on.day, day.number) for day in days if day.number is not None] == [(23, 0), (24, 1), (28, 2)]


def test_explanation_of_a_reminder_leads_back_from_the_deadline() -> None:
    explanation = timers.explain(due("H-3", deadline=due("60 hari")), WIB)

    assert explanation.backwards
    assert [(day.on.day, day.number) for day in explanation.days] == [
        (18, -3),
        (19, -2),
        (20, None),
        (21, None),
        (22, -1),
        (23, 0),
    ]


@pytest.mark.parametrize(("text", "rule"), [("P3D", "elapsed"), ("2026-11-27T10:00", "date")])
def test_exact_time_is_explained_by_what_elapsed(text: str, rule: str) -> None:
    explanation = timers.explain(due(text), WIB)

    assert (explanation.rule, explanation.days) == (rule, ())
    assert explanation.elapsed == timedelta(hours=72)


# -- what is said of a text ------------------------------------------------------------------------


def test_what_a_text_is_said_to_mean_is_a_timer_text_that_means_the_same() -> None:
    texts = ["sebulan", "tiap triwulan", "31-12-2026", "31 Maret 2027 pukul 9.05", "setengah hari", "8,5 jam",
            "H-3 kerja",
             "3 hari sebelum tenggat", "tiap Senin dan Kamis", "every Monday at 9.00", "setiap minggu, 2 kali",
             "10 detik",
             "2 kali sehari", "setiap tanggal 5 dan 20", "2x24 jam", "H+3", "P3D", "R3/P1D", "setahun",
             "akhir bulan"]  # fmt: skip
    for text in texts:
        said = timers.explicit(text, "kerja")
        assert timers.explicit(said, "kerja") == said, text
        last = due("60 hari")
        assert due(said, deadline=last).at == due(text, deadline=last).at, text


def test_what_a_finding_offers_can_be_read() -> None:
    for code in ("timer_not_understood", "timer_is_bound", "timer_tells_two"):
        for language in ("id", "en"):
            words = Finding(code, "error", "x", "X", params={"text": "?"}).as_dict()["messages"][language][
                "todo"
            ]
            offered = re.findall(
                r"P3D|R3/P1D|H-14|tiap Senin|setiap tanggal 5 dan 20|\d+ (?:hari kerja|menit|D\w+ \d+)", words
            )
            assert offered, words
            assert [text for text in offered if timers.timer_fault(duration(text), "kerja")] == []
