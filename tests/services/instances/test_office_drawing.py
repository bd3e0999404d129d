"""A drawing of two offices that write to each other, as one of them drew it, worked through."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import worker
from app.models import ProcessInstance, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.read_files import DRAWINGS
from tests.services.office import Office, add_user
from tests.services.two_pools import cases, messages, work

NAME = "cm_dua_pool_berkirim.bpmn"
PERMIT, ADVICE = "Process_perizinan", "Process_rekomendasi"


@pytest.fixture
def people(office: Office) -> dict[str, Actor]:
    with office.database.transaction() as session:
        deployments.deploy(session, {NAME: (DRAWINGS / NAME).read_bytes()}, actor=office.owner)
        permits = add_user(session, "ani", "Bidang Perizinan")
        advice = add_user(session, "dodi", "Dinas Pekerjaan Umum")
    return {"Loket": office.rina, "Bidang Perizinan": permits, "Dinas Pekerjaan Umum": advice}


def open_names(office: Office, key: str) -> list[str]:
    with office.database.reading() as session:
        query = select(UserTask.name).join(UserTask.instance).where(UserTask.state == "open")
        return sorted(session.scalars(query.where(ProcessInstance.key == key)))


def finish(office: Office, people: dict[str, Actor], name: str, **answers: str) -> None:
    with office.database.transaction() as session:
        query = select(UserTask).where(UserTask.name == name, UserTask.state == "open")
        task = session.scalars(query).one()
        tasks.complete(session, task.id, {}, answers, actor=people[task.lane])


def asked(office: Office, people: dict[str, Actor]) -> None:
    """A permit was applied for, and the other office asked for advice."""
    with office.database.transaction() as session:
        instances.start(session, PERMIT, {}, actor=office.rina)
    finish(office, people, "Periksa kelengkapan berkas", Gateway_1lengkap="Flow_14")
    work(office)


def test_the_advice_comes_in_time(office: Office, people: dict[str, Actor]) -> None:
    asked(office, people)
    assert open_names(office, ADVICE) == ["Survei lapangan"]
    finish(office, people, "Survei lapangan")
    finish(office, people, "Susun rekomendasi teknis")
    work(office)
    assert open_names(office, PERMIT) == ["Terbitkan izin"]
    assert [case.state for case in cases(office, ADVICE)] == ["ended"]
    finish(office, people, "Terbitkan izin")
    work(office)
    assert [case.state for case in cases(office, PERMIT)] == ["ended"]
    assert sorted(state for _name, state in messages(office)) == ["delivered", "delivered"]


def test_the_other_office_is_reminded_after_ten_working_days(
    office: Office, people: dict[str, Actor]
) -> None:
    asked(office, people)
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=30)
    worker.fire_until(office.database, later)
    assert open_names(office, ADVICE) == ["Percepat survei", "Survei lapangan"]
    assert open_names(office, PERMIT) == []
    for name in ("Percepat survei", "Survei lapangan", "Susun rekomendasi teknis"):
        finish(office, people, name)
    work(office)
    assert open_names(office, PERMIT) == ["Terbitkan izin"]


def test_a_reminder_that_comes_after_the_survey_is_told_to_be_late(
    office: Office, people: dict[str, Actor]
) -> None:
    asked(office, people)
    finish(office, people, "Survei lapangan")
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=30)
    worker.fire_until(office.database, later)
    assert ("pengingat", "kept") in messages(office)
    finish(office, people, "Susun rekomendasi teknis")
    work(office)
    assert ("pengingat", "unheard") in messages(office)
    assert open_names(office, PERMIT) == ["Terbitkan izin"]
