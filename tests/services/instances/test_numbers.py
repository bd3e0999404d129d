"""Case numbers: given, typed, or the next of the sequence."""

import pytest

from app.errors import Conflict, InvalidForm
from app.services.core import clock
from app.services.instances import instances
from tests.services.office import Office


def test_numbers_count_on_and_name_the_year(office: Office) -> None:
    with office.database.reading() as session:
        year = clock.now(session).year
    assert [office.start().business_key for _n in range(2)] == [f"UJI-{year}-00001", f"UJI-{year}-00002"]


def test_a_number_that_somebody_typed_ahead_is_stepped_over(office: Office) -> None:
    first = office.start()
    typed = first.business_key.replace("00001", "00002")
    office.start(nomor=typed)
    assert office.start().business_key.endswith("00003")


def test_a_number_is_taken_once(office: Office) -> None:
    office.start(nomor="LAPOR-7")
    with pytest.raises(Conflict):
        office.start(nomor="LAPOR-7")


def test_a_number_longer_than_its_column_is_an_error_of_the_field(office: Office) -> None:
    with pytest.raises(InvalidForm) as error, office.database.transaction() as session:
        instances.start(session, "uji", {"judul": "Lampu"}, actor=office.rina, business_key="9" * 256)
    assert list(error.value.errors) == ["nomor"]
