"""What somebody typed for a message and took back goes with the case, and with its time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import Draft, ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances, messages
from app.services.retention import erasure
from app.services.tasks import received_messages, tasks
from tests.engine.building import bpmn, catch, end, start, user
from tests.services.keeping import forget
from tests.services.office import Office, form, text

FILES = {
    "tunggu.bpmn": bpmn(
        [
            start("terima", form="terima"),
            user("cek"),
            catch("surat", message="surat", form="isi"),
            user("tutup"),
            end("selesai"),
        ],
        "terima > cek > surat > tutup > selesai",
        lanes={"Loket": "terima cek surat selesai", "Unit": "tutup"},
        properties={"perihal": "judul", "identitas": "Unit, Loket", "awalan nomor": "T"},
        key="tunggu",
    ),
    "terima.form": form(text("judul"), text("pelapor", private=True)),
    "isi.form": form(text("catatan"), text("saksi", private=True)),
}
TYPED = {"catatan": "Kata Siti Rahmawati", "saksi": "Wiryo Dipuro"}


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(database)
    with database.transaction() as session:
        deployments.deploy(session, FILES, actor=None)
    return office


@pytest.fixture
def case_id(office: Office) -> int:
    """A case that waits for a message which was noted and taken back."""
    with office.database.transaction() as session:
        values = {"judul": "Jalan", "pelapor": "Siti Rahmawati"}
        case = instances.start(session, "tunggu", values, actor=office.rina).instance
        session.flush()
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
        case_id = case.id
    with office.database.transaction() as session:
        [wait] = messages.waiting(session, case_id)
        wait_id = wait.id
        received_messages.record(session, case_id, wait_id, TYPED, actor=office.rina, typed={"values": TYPED})
    with office.database.transaction() as session:
        received_messages.take_back(session, case_id, wait_id, actor=office.rina)
    assert kept_of(office) == 1
    return case_id


def kept_of(office: Office) -> int:
    with office.database.reading() as session:
        return len(session.scalars(select(Draft)).all())


def test_erasing_identity_takes_what_was_typed_for_a_message(office: Office, case_id: int) -> None:
    with office.database.transaction() as session:
        assert erasure.erasable(session, case_id, actor=office.admin).drafts == 1
        erasure.erase(session, case_id, "Permohonan", actor=office.admin)
    assert kept_of(office) == 0


def test_it_is_forgotten_after_its_time_once_the_message_came_otherwise(office: Office, case_id: int) -> None:
    def wait_and_forget() -> None:
        with office.database.transaction() as session:
            clock.fix(session, clock.now(session) + timedelta(days=31))
            forget(session, Draft)

    wait_and_forget()
    assert kept_of(office) == 1
    with office.database.transaction() as session:
        number = session.get_one(ProcessInstance, case_id).business_key
        messages.send(session, "surat", number, {"catatan": "Ya"}, actor=office.owner)
    wait_and_forget()
    assert kept_of(office) == 0
