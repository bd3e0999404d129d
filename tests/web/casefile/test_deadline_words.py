"""Why a deadline falls when it does, in words: first openings, what the reporter took, whose it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.base.i18n import speaking
from app.engine import timers
from app.web.casefile import clocks

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DUE = timers.Due(OPENED + timedelta(days=20), "10 hari kerja", "hari kerja", 15, OPENED, first=True, taken=5)


def rule(app: Any, due: timers.Due, language: str = "id") -> str:
    with app.app_context(), speaking(language):
        return clocks.rule(timers.explain(due, ZoneInfo("Asia/Jakarta")))


def test_the_length_is_told_as_drawn_and_what_the_reporter_took_beside_it(app: Any) -> None:
    assert rule(app, DUE) == (
        "10 hari kerja sejak 23 Nov 2026, 09.00 WIB. Hari itu hari ke-0; tenggat jatuh saat kantor tutup. "
        "Itu saat langkah ini pertama kali dibuka dalam perkara ini. "
        "Waktu yang dipakai pelapor untuk menjawab tidak dihitung: 5 hari kerja."
    )
    assert "the reporter took to answer is not counted: 5 working days." in rule(app, DUE, "en")


def test_whose_deadline_it_is_is_told_where_it_is_not_the_tasks_own(app: Any) -> None:
    assert "Ini tenggat “Urus laporan”, yang memuat tugas ini." in rule(
        app, replace(DUE, around="Urus laporan")
    )


@pytest.mark.parametrize(
    ("unit", "taken", "said"),
    [
        ("hari kalender", 3, "3 hari kalender"),
        ("jam kerja", 2.5, "2,5 jam kerja"),
        ("menit kerja", 40, "40 menit kerja"),
        ("jam", 1.25, "1,2 jam"),
        ("menit", 5, "5 menit"),
        ("iso", 7200, "2 jam"),
        ("iso", 129_600, "1,5 hari"),
    ],
)
def test_what_he_took_is_told_in_the_unit_that_is_counted(
    app: Any, unit: Any, taken: float, said: str
) -> None:
    amount = None if unit == "iso" else 10 + taken
    assert rule(app, replace(DUE, unit=unit, amount=amount, taken=taken)).endswith(f": {said}.")
