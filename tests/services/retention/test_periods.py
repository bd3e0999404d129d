"""For how long a process keeps its cases, as its diagram says, and what is older."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.base.errors import NotAllowed
from app.models import ProcessInstance
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.retention import periods
from app.services.retention.periods import Overdue
from tests.engine.building import bpmn, end, start, user
from tests.services.office import Office, add_user, form, text

NOW = datetime(2028, 2, 29, 3, tzinfo=UTC)


@pytest.fixture
def admin(office: Office) -> Actor:
    with office.database.transaction() as session:
        return add_user(session, "kepala", is_admin=True)


def deploy(office: Office, period: str) -> None:
    nodes = [start("terima", form="terima"), user("periksa"), end("selesai")]
    diagram = bpmn(
        nodes,
        ["terima > periksa > selesai"],
        lanes={"Loket": "terima periksa selesai"},
        properties={"nomor": "nomor", "simpan": period},
        key="uji",
        name="Prosedur uji",
    )
    files = {"uji.bpmn": diagram, "terima.form": form(text("nomor"), text("judul"))}
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)


def told(office: Office, admin: Actor) -> Overdue:
    with office.database.reading() as session:
        clock.fix(session, NOW)
        (found,) = periods.overdue(session, actor=admin)
        return found


def ended(office: Office, at: datetime) -> None:
    case = office.start()
    with office.database.transaction() as session:
        session.execute(
            update(ProcessInstance).where(ProcessInstance.id == case.id).values(ended_at=at, state="ended")
        )


def test_a_period_is_read_as_people_write_it() -> None:
    for written, months in {"5 tahun": 60, " 18  Bulan ": 18, "2 years": 24, "1 month": 1}.items():
        assert periods.months_in(written) == months
    for written in ("", "lima tahun", "5", "0 tahun", "-5 tahun", "5 tahun dan 3 bulan", "9999 tahun"):
        assert periods.months_in(written) is None


def test_what_ended_longer_ago_is_told_and_nothing_else(office: Office, admin: Actor) -> None:
    deploy(office, "2 tahun")
    limit = datetime(2026, 2, 28, 3, tzinfo=UTC)
    for at in (limit - timedelta(days=400), limit - timedelta(seconds=1), limit, NOW):
        ended(office, at)
    office.start()
    found = told(office, admin)
    assert (found.text, found.is_read, found.cases, found.before) == ("2 tahun", True, 2, limit)
    assert found.first_ended_at == limit - timedelta(days=400)


def test_a_process_that_names_none_or_an_odd_one_is_told_so(office: Office, admin: Actor) -> None:
    ended(office, NOW - timedelta(days=9_999))
    found = told(office, admin)
    assert (found.text, found.is_read, found.cases) == ("", True, 0)
    deploy(office, "lima tahun")
    found = told(office, admin)
    assert (found.text, found.is_read, found.cases) == ("lima tahun", False, 0)


def test_it_is_for_administrators(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(NotAllowed):
        periods.overdue(session, actor=office.ketua)
