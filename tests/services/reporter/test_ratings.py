"""What reporters think of it at the end: once, changed for ten working days, masked, and counted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.base.errors import Conflict, InvalidForm
from app.history import reader
from app.models import ProcessInstance
from app.services import identity
from app.services.core import clock
from app.services.definitions import definitions
from app.services.instances import cancellation
from app.services.numbers import recount, totals
from app.services.reporter import joined_reports, ratings
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")

END = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # Monday, 10.00 WIB
TELEPHONE = "0812-3456-7890"


def ended(office: Office, at: datetime = END) -> ProcessInstance:
    case = office.start()
    with office.database.transaction() as session:
        clock.fix(session, at)
        cancellation.cancel(session, case.id, "selesai di tempat", actor=office.owner)
    return case


def rate(office: Office, case: ProcessInstance, rating: str, text: str = "", at: datetime = END) -> None:
    with office.database.transaction() as session:
        clock.fix(session, at)
        ratings.rate(session, case.id, rating, text)


def test_the_last_word_holds_and_the_history_tells_both_numbers_and_no_reason(office: Office) -> None:
    case = ended(office)
    rate(office, case, "2", "Lama KENARI")
    rate(office, case, "4", "Ternyata sudah diperbaiki", END + timedelta(days=1))
    with office.database.reading() as session:
        [(row, number)] = ratings.ratings_of(session, case.id, actor=office.rina)
        assert (row.rating, row.text, number) == (4, "Ternyata sudah diperbaiki", "")
        assert (row.rated_at, row.changed_at) == (END, END + timedelta(days=1))
        events = list(reader.of_instance(session, case.id))
        told = [one.event for one in events if one.event.type == "report_rated"]
        assert [(one.rating, one.before) for one in told] == [(2, None), (4, 2)]  # type: ignore[attr-defined]
        assert "KENARI" not in str(events)


def test_it_is_open_for_ten_working_days_after_the_end(office: Office) -> None:
    case = ended(office)
    with office.database.transaction() as session:
        clock.fix(session, END)
        last = ratings.open_until(session, session.get_one(ProcessInstance, case.id))
    assert last is not None
    assert last >= date(2026, 3, 16)  # 14 days, and what was a day off among them
    evening = datetime(last.year, last.month, last.day, 15, 0, tzinfo=UTC)  # 22.00 WIB
    rate(office, case, "3", at=evening)
    with pytest.raises(Conflict):
        rate(office, case, "5", at=evening + timedelta(hours=3))


def test_nobody_rates_what_still_runs(office: Office) -> None:
    with pytest.raises(Conflict):
        rate(office, office.start(), "5")


@pytest.mark.parametrize(
    ("rating", "text"), [("", ""), ("0", ""), ("6", ""), ("lima", ""), ("3", "x" * 1_001)]
)
def test_it_is_a_number_from_one_to_five(office: Office, rating: str, text: str) -> None:
    case = ended(office)
    with pytest.raises(InvalidForm):
        rate(office, case, rating, text)


def test_who_he_is_is_masked_and_sealed(office: Office) -> None:
    case = ended(office)
    rate(office, case, "1", f"Telepon saya {TELEPHONE}")
    with office.database.transaction() as session:
        [(row, _number)] = ratings.ratings_of(session, case.id, actor=office.rina)
        assert TELEPHONE not in row.text
        instance = session.get_one(ProcessInstance, case.id)
        version = definitions.version(session, instance.definition_id)
        assert TELEPHONE in identity.show(session, office.rina, instance, version).values()


def test_each_reporter_of_a_case_gives_his_own_once_the_main_case_is_over(office: Office) -> None:
    main, report = office.start(), office.start()
    with office.database.transaction() as session:
        clock.fix(session, END)
        joined_reports.join(session, report.id, main.id, actor=office.rina)
    with pytest.raises(Conflict):
        rate(office, report, "5")
    with office.database.transaction() as session:
        clock.fix(session, END)
        cancellation.cancel(session, main.id, "selesai", actor=office.owner)
    rate(office, main, "5")
    rate(office, report, "2")
    with office.database.reading() as session:
        given = [
            (row.rating, number) for row, number in ratings.ratings_of(session, main.id, actor=office.rina)
        ]
        assert given == [(5, ""), (2, report.business_key)]
        found = totals.summed(session, "uji", "month")[("2026-03",)]
        assert (found.rated, found.rating_sum, found.mean_rating) == (2, 7, 3.5)
        assert list(recount.differences(session)) == []


def test_a_change_is_counted_in_the_month_of_the_first_word(office: Office) -> None:
    case = ended(office, datetime(2026, 3, 31, 3, 0, tzinfo=UTC))
    rate(office, case, "1", at=datetime(2026, 3, 31, 4, 0, tzinfo=UTC))
    rate(office, case, "5", at=datetime(2026, 4, 2, 4, 0, tzinfo=UTC))
    with office.database.reading() as session:
        found = totals.summed(session, "uji", "month")
        assert (found[("2026-03",)].rated, found[("2026-03",)].rating_sum) == (1, 5)
        assert ("2026-04",) not in found
