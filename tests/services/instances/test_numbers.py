"""Case numbers: given, typed, or the next of the sequence."""

import pytest
from sqlalchemy import update

from app.base.errors import Conflict, InvalidForm
from app.models import ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances
from tests.services.office import Office, procedure


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


@pytest.mark.parametrize("number", ["LP-2026/00017", "4711", "a.b", "A/1-2.3"])
def test_a_number_is_letters_digits_and_three_signs(office: Office, number: str) -> None:
    assert office.start(nomor=f" {number} ").business_key == number


@pytest.mark.parametrize(
    "number",
    [
        "LP\u202e71",
        "LP-1\u200b",
        "\u041bP-1",
        "LP-\u0661",
        "LP 1",
        "LP_1",
        "-1+1",
        "LP\u20131",
        "\uff2cP",
        "=1",
    ],
)
def test_a_number_that_looks_like_another_is_an_error_of_the_field(office: Office, number: str) -> None:
    with pytest.raises(InvalidForm, match="huruf A–Z, angka") as error:
        office.start(nomor=number)
    assert list(error.value.errors) == ["nomor"]
    with pytest.raises(InvalidForm), office.database.transaction() as session:
        instances.start(session, "uji", {"judul": "Lampu"}, actor=office.rina, business_key=number)


def test_a_number_of_before_stays_readable_and_is_carried_on_to_another_process(office: Office) -> None:
    files = {"lama.bpmn": procedure()["uji.bpmn"].replace(b'id="uji"', b'id="lama"')}
    with office.database.transaction() as session:
        deployments.deploy(session, procedure() | files, actor=None)
        old = instances.start(session, "lama", {"judul": "Lampu"}, actor=office.rina).instance
        session.execute(update(ProcessInstance).values(business_key="LP 7"))
    with office.database.reading() as session:
        assert instances.get(session, old.id, actor=office.owner).business_key == "LP 7"
    with pytest.raises(InvalidForm):
        office.start(nomor="LP 8")
    assert office.start(nomor="LP 7").key == "uji"
