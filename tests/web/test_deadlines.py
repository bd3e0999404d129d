"""How a deadline is said: in the days that it was counted in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.base.calendar import Calendar, count_days, count_office_hours
from app.base.i18n import speaking
from app.web.casefile.clocks import calendar_in_words
from app.web.deadlines import Moment, due, in_words

JAKARTA = ZoneInfo("Asia/Jakarta")
#: A Tuesday, 09.00 on the office's wall.
SEEN = Moment(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), Calendar(JAKARTA))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("moment", "unit", "state", "words"),
    [
        (at(27, 14, 30), "hari kerja", "later", "3 hari kerja lagi"),
        (at(30, 16), "hari kerja", "later", "4 hari kerja lagi"),
        (at(30, 23, 59), "hari kalender", "later", "6 hari lagi"),
        (at(25, 16), "hari kerja", "soon", "1 hari kerja lagi"),
        (at(24, 16), "hari kerja", "today", "Hari ini"),
        (at(24, 9, 30), "menit kerja", "today", "30 menit lagi"),
        (at(24, 12), "jam kerja", "today", "3 jam lagi"),
        (at(24, 8, 15), "menit kerja", "overdue", "Lewat 45 menit"),
        (at(24, 7), "hari kerja", "overdue", "Lewat 2 jam"),
        (at(24, 9) - timedelta(seconds=30), "hari kerja", "overdue", "Lewat kurang dari 1 menit"),
        (at(24, 9) + timedelta(seconds=30), "menit kerja", "today", "Kurang dari 1 menit lagi"),
        (at(24, 9) - timedelta(minutes=1), "menit kerja", "overdue", "Lewat 1 menit"),
        (at(20, 14, 30), "hari kerja", "overdue", "Lewat 2 hari kerja"),
        (at(20, 23, 59), "hari kalender", "overdue", "Lewat 4 hari"),
    ],
)
def test_a_deadline_is_said_in_the_days_it_was_counted_in(
    moment: datetime, unit: str, state: str, words: str
) -> None:
    found = due(moment, unit, seen=SEEN)
    assert (found.state, in_words(found)) == (state, words)


def test_a_deadline_on_a_day_off_is_said_in_plain_days() -> None:
    sunday = Moment(datetime(2026, 11, 22, 5, 0, tzinfo=UTC), Calendar(JAKARTA))
    assert in_words(due(at(21, 16), "hari kerja", seen=sunday)) == "Lewat 1 hari"


def test_without_a_deadline_it_says_so() -> None:
    assert in_words(due(None, seen=SEEN)) == "Tanpa tenggat"


def test_a_badge_says_the_first_minute_as_the_sentence_does(app: Flask) -> None:
    macros = app.jinja_env.get_template("components/badges.html").module
    found = due(at(24, 9) - timedelta(seconds=30), seen=SEEN)
    for language, words in (("id", "Lewat kurang dari 1 menit"), ("en", "Less than 1 minute late")):
        with app.app_context(), speaking(language):
            assert words in macros.due(**found.as_dict())  # type: ignore[attr-defined]
            assert in_words(found) == words


def test_a_deadline_speaks_english() -> None:
    with speaking("en"):
        assert in_words(due(at(25, 16), "hari kerja", seen=SEEN)) == "1 working day left"


def test_the_name_that_a_deadline_keeps_of_its_calendar_is_said_in_the_readers_language() -> None:
    kept = "Indonesia (holidays 0.109) + 1 hari libur daerah − 2 hari"
    assert calendar_in_words(kept) == "Indonesia + 1 hari libur daerah − 2 hari"
    assert calendar_in_words("") == ""
    made = Calendar(JAKARTA, {at(25, 0).date(): "Pemilihan", at(26, 0).date(): "Hari Jadi"}).name
    with speaking("en"):
        assert calendar_in_words(kept) == "Indonesia + 1 regional holiday − 2 days"
        assert calendar_in_words(made).endswith(" + 2 regional holidays")


def test_why_a_date_names_days_off_in_the_readers_language(app: Flask) -> None:
    start, end = datetime(2026, 12, 23, 2, 0, tzinfo=UTC), datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    counted = (
        count_days(start.date(), end.date(), SEEN.calendar),
        count_office_hours(start, end, SEEN.calendar),
    )
    macros = app.jinja_env.get_template("components/deadlines.html").module
    for days in counted:
        for language, name in (("id", "Hari Raya Natal"), ("en", "Christmas Day")):
            with app.app_context(), speaking(language):
                assert name in macros.explanation(days)  # type: ignore[attr-defined]
