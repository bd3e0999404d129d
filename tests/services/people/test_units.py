"""Units by date, their officers; groups; holidays."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import speaking
from app.models import HistoryEvent, Holiday
from app.services.core import clock, edit_conflicts, holidays
from app.services.core.access import Actor
from app.services.people import groups, units, users
from app.services.people.units import Details
from tests.services.counting import statements
from tests.services.office import add_user

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def admin(database: Database) -> Actor:
    with database.transaction() as session:
        return add_user(session, "admin", is_admin=True)


def test_a_unit_exists_from_its_first_to_its_last_day(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        units.add(session, "BARU", Details("Dinas Baru", valid_from=NEW_YEAR), actor=admin)
        gone = Details("Dinas Lama", valid_until=date(2025, 12, 31), successors=("BARU",))
        units.add(session, "LAMA", gone, actor=admin)
        units.add(session, "TETAP", Details("Dinas Tetap"), actor=admin)
        eve = NEW_YEAR - timedelta(days=1)
        lane = groups.get_or_add(session, "Unit").id
        assert units.in_vain(session, eve, lane) == dict.fromkeys(("LAMA", "TETAP"), "no_officers") | {
            "BARU": "not_begun"
        }
        assert units.in_vain(session, NEW_YEAR, lane) == dict.fromkeys(("BARU", "TETAP"), "no_officers") | {
            "LAMA": "ended"
        }
        assert units.get(session, "LAMA").successors == "BARU"
        assert len(units.everything(session)) == 3


@pytest.mark.parametrize(
    ("code", "details", "field"),
    [
        ("", Details("Dinas"), "code"),
        ("A,B", Details("Dinas"), "code"),
        ("ADA", Details("Dinas"), "code"),
        (".", Details("Dinas"), "code"),
        ("..", Details("Dinas"), "code"),
        ("A/../B", Details("Dinas"), "code"),
        ("A//B", Details("Dinas"), "code"),
        ("A\0", Details("Dinas"), "code"),
        ("A\u202e", Details("Dinas"), "code"),
        ("A", Details(" "), "name"),
        ("A", Details("Dinas", valid_from=NEW_YEAR, valid_until=date(2025, 1, 1)), "valid_until"),
        ("A", Details("Dinas", successors=("TIDAK-ADA",)), "successors"),
        ("A", Details("Dinas", successors=("A",)), "successors"),
    ],
)
def test_a_unit_that_makes_no_sense_is_refused(
    database: Database, admin: Actor, code: str, details: Details, field: str
) -> None:
    with database.transaction() as session:
        units.add(session, "ADA", Details("Dinas"), actor=admin)
        with pytest.raises(InvalidForm) as refused:
            units.add(session, code, details, actor=admin)
    assert list(refused.value.errors) == [field]


def test_a_refused_code_is_answered_with_one_that_is_not(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        for language, such_as in (("id", "misalnya "), ("en", "such as ")):
            with speaking(language), pytest.raises(InvalidForm) as refused:
                units.add(session, "DINAS KESEHATAN", Details("Dinas Kesehatan"), actor=admin)
            examples = re.findall(such_as + r"([^\s.]+)", refused.value.errors["code"])
            assert len(examples) == 2
            for code in examples:
                units.add(session, f"{code}-{language}", Details("Dinas"), actor=admin)


def test_units_and_holidays_are_the_administrators_to_change(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        officer = add_user(session, "rina", "Loket", units=("A",))
        for act in (
            lambda: units.add(session, "B", Details("Dinas"), actor=officer),
            lambda: units.edit(session, "A", Details("Dinas"), actor=officer),
            lambda: holidays.add(session, NEW_YEAR, "Libur", actor=officer),
            lambda: holidays.remove(session, NEW_YEAR, actor=officer),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_an_edited_unit_keeps_its_code_and_the_change_is_recorded(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        units.add(session, "A", Details("Dinas"), actor=admin)
        units.edit(session, "A", Details("Dinas Baru", valid_until=NEW_YEAR), actor=admin)
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "unit_edited")).one()
        assert (event.data["unit"], event.data["valid_until"]) == ("A", "2026-01-01")
        with pytest.raises(NotFound):
            units.edit(session, "B", Details("Dinas"), actor=admin)


def test_officers_of_a_unit_are_counted_per_lane_and_the_disabled_are_not(
    database: Database, admin: Actor
) -> None:
    with database.transaction() as session:
        add_user(session, "rina", "Unit", "Loket", units=("A",))
        add_user(session, "tono", "Loket", units=("B",))
        add_user(session, "tamu", units=("C",))
        gone = add_user(session, "budi", "Unit", units=("D",))
        users.get(session, gone.id).disabled_at = clock.now(session)
        add_user(session, "auditor", "Unit", "Loket", units=("E",), is_auditor=True)  # works in no lane
        lane = groups.get_or_add(session, "Unit").id
        assert [units.officers_of(session, code) for code in "ABCDE"] == [1, 1, 0, 0, 0]
        assert [units.officers_of(session, code, lane) for code in "ABCDE"] == [1, 0, 0, 0, 0]
        assert [unit.code for unit in units.without_officers(session, NEW_YEAR)] == ["C", "D", "E"]
        assert [unit.code for unit in units.without_officers(session, NEW_YEAR, lane)] == ["B", "C", "D", "E"]


def test_a_group_is_made_once_however_often_it_is_named(database: Database) -> None:
    with database.transaction() as session:
        first = groups.get_or_add(session, "Loket").id
    with database.transaction() as session:
        assert groups.get_or_add(session, "Loket").id == first
        add_user(session, "rina", "Loket", units=("A",))
        add_user(session, "budi", "Loket", "Ketua")
        add_user(session, "auditor", "Loket", is_auditor=True)  # works in no lane
        assert [(group.name, count) for group, count in groups.with_counts(session)] == [
            ("Ketua", 1),
            ("Loket", 2),
        ]


def test_the_calendar_counts_the_rows_kept_here_and_is_read_once(database: Database, admin: Actor) -> None:
    election = date(2026, 9, 23)
    with database.transaction() as session:
        assert holidays.calendar(session).is_working_day(election)
        holidays.add(session, election, " Pilkada ", actor=admin)
        assert holidays.calendar(session).holiday(election) == "Pilkada"
    with database.reading() as session:
        with statements(database) as seen:
            assert not holidays.calendar(session).is_working_day(election)
            holidays.calendar(session)
        assert seen == ["SELECT"]
    with database.transaction() as session:
        assert [row.on for row in holidays.own_days(session)] == [election]
        holidays.remove(session, election, actor=admin)
        assert holidays.calendar(session).is_working_day(election)
        with pytest.raises(NotFound):
            holidays.remove(session, election, actor=admin)


def test_a_national_holiday_is_made_an_ordinary_day_only_when_that_is_chosen(
    database: Database, admin: Actor
) -> None:
    independence = date(2026, 8, 17)
    with database.transaction() as session:
        for name in ("", "  "):
            with pytest.raises(InvalidForm) as refused:
                holidays.add(session, independence, name, actor=admin)
            assert list(refused.value.errors) == ["name"]
        assert not holidays.calendar(session).is_working_day(independence)
        row = holidays.add_working_day(session, independence, actor=admin)
        assert (row.name, holidays.calendar(session).is_working_day(independence)) == ("", True)
        for on in (date(2026, 8, 18), independence):  # no holiday; on the list already
            with pytest.raises(InvalidForm) as refused:
                holidays.add_working_day(session, on, actor=admin)
            assert list(refused.value.errors) == ["on"]


def test_a_day_stored_without_a_name_stays_an_ordinary_day(database: Database, admin: Actor) -> None:
    independence = date(2026, 8, 17)
    with database.transaction() as session:
        session.add(Holiday(on=independence, name=""))
    with database.transaction() as session:
        assert holidays.calendar(session).is_working_day(independence)
        holidays.remove(session, independence, actor=admin)
        assert not holidays.calendar(session).is_working_day(independence)


def test_a_unit_changed_since_it_was_shown_stays_as_it_is(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        units.add(session, "A", Details("Dinas"), actor=admin)
        shown = edit_conflicts.fingerprint(units.details_of(units.get(session, "A")))
    ended = Details("Dinas", valid_until=NEW_YEAR)
    with database.transaction() as session:
        units.edit(session, "A", ended, actor=admin, shown=shown)
    with database.transaction() as session:
        with pytest.raises(InvalidForm) as refused:
            units.edit(session, "A", Details("Dinas Baru"), actor=admin, shown=shown)
        assert list(refused.value.errors) == ["shown"]
        assert units.details_of(units.edit(session, "A", ended, actor=admin, shown=shown)) == ended
        units.edit(session, "A", Details("Dinas Baru"), actor=admin)


def test_who_saves_a_unit_at_the_same_moment_waits_and_is_told(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        shown = edit_conflicts.fingerprint(
            units.details_of(units.add(session, "A", Details("Dinas"), actor=admin))
        )

    def rename() -> None:
        with database.transaction() as session:
            units.edit(session, "A", Details("Dinas Baru"), actor=admin, shown=shown)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            units.edit(session, "A", Details("Dinas", valid_until=NEW_YEAR), actor=admin, shown=shown)
            second = pool.submit(rename)
            with suppress(TimeoutError):
                second.result(timeout=0.3)
        with pytest.raises(InvalidForm):
            second.result()
