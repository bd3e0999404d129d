"""The numbers of a page are those of its rows, and no statement of it reads a growing table whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.base.db import Database
from app.services.core import clock
from app.services.instances import instances
from app.services.numbers import overview
from app.services.numbers.overview import Asked, added
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office
from tests.services.plans import read_whole, selects

pytestmark = pytest.mark.usefixtures("facts_follow")

YEAR = Asked("uji", "2026-01", "2026-12")


@pytest.fixture
def worked(office: Office) -> Office:
    work(office, 11, steps=60)
    return office


def test_breakdowns_and_months_add_up_to_the_total(worked: Office) -> None:
    with worked.database.reading() as session:
        found = overview.overview(session, YEAR, actor=worked.auditor)
    assert found.total.received
    assert added(figures for _month, figures in found.months) == found.total
    assert set(found.by) == {"unit", "category", "area", "channel"}
    for rows in found.by.values():
        assert added(figures for _value, figures in rows) == found.total
    assert sum(one.cases for one in found.outcomes) == found.total.ended
    assert added(one.figures for one in found.activities).done == found.total.done


def test_a_filter_shows_the_row_of_its_value(worked: Office) -> None:
    with worked.database.reading() as session:
        rows = dict(overview.overview(session, YEAR, actor=worked.auditor).by["unit"])
        of_a = overview.overview(session, replace(YEAR, only={"unit": "A"}), actor=worked.auditor)
    assert rows["A"].done
    assert of_a.total == rows["A"]
    assert "unit" not in of_a.by
    assert added(figures for _value, figures in of_a.by["channel"]) == of_a.total


def test_an_officer_of_a_unit_is_shown_that_unit(worked: Office) -> None:
    with worked.database.reading() as session:
        rows = dict(overview.overview(session, YEAR, actor=worked.auditor).by["unit"])
        for asked in (
            YEAR,
            replace(YEAR, only={"unit": "A"}),
            replace(YEAR, only={"channel": "", "unit": "A"}),
        ):
            own = overview.overview(session, asked, actor=worked.dinas_b)
            assert own.asked.only["unit"] == "B"
        assert overview.overview(session, YEAR, actor=worked.dinas_b).total == rows["B"]


def test_open_work_is_counted_by_age_and_by_the_day_it_is_due(office: Office) -> None:
    for begun in (0, 3, 20):  # periksa is due after three working days
        with office.database.transaction() as session:
            clock.fix(session, BEGIN + timedelta(days=begun))
            instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina)
    with office.database.reading() as session:
        clock.fix(session, BEGIN + timedelta(days=20, hours=1))
        found = overview.open_of(session, YEAR, actor=office.auditor)
    assert [age.cases for age in found.ages] == [1, 0, 2, 0, 0]
    assert (found.cases, found.overdue, found.foreseen) == (3, 2, 1)
    [due] = [day for day in found.days if day.tasks]
    assert due.on == date(2026, 3, 27)  # days off lie between


def asked_in_turn() -> Iterator[Asked]:
    yield YEAR
    yield replace(YEAR, only={"unit": "A"})
    yield replace(YEAR, only={"unit": "A", "channel": "x"})


def test_no_number_reads_a_growing_table_whole(worked: Office) -> None:
    database: Database = worked.database
    with selects(database) as statements, database.reading() as session:
        for asked in asked_in_turn():
            overview.overview(session, asked, actor=worked.auditor)
            overview.open_of(session, asked, actor=worked.auditor)
    assert statements
    assert read_whole(database, statements) == []
