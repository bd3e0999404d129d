"""Which unit has a case: told on its page and to its reporter, and never another's step."""

import pytest

from app.models import ProcessInstance, UserTask
from app.services.casefile import casefile
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import cancellation, instances
from app.services.reporter import reporter
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, parallel, start, user
from tests.services.office import Office, form, text

UNIT = {"unit": "unit"}
#: Two tasks of the unit at once; then one of everybody's.
TWICE = bpmn(
    [
        start("mulai", form="awal"),
        parallel("bagi"),
        user("satu", properties=UNIT),
        user("dua", properties=UNIT),
        parallel("temu"),
        user("tutup"),
        end("selesai"),
    ],
    "mulai > bagi > satu > temu > tutup > selesai\nbagi > dua > temu",
    lanes={"Loket": "mulai bagi temu tutup selesai", "Unit": "satu dua"},
    properties={"perihal": "judul", **UNIT},
    key="periksa",
)
#: The unit is said to the process alone; one step is another unit's, whose variable is its own.
AUDITED = bpmn(
    [
        start("mulai", form="awal"),
        user("kerja", properties={"status publik": "Sedang dikerjakan"}),
        user("audit", properties={"unit": "pemeriksa"}),
        user("tutup"),
        end("selesai"),
    ],
    "mulai > kerja > audit > tutup > selesai",
    lanes={"Loket": "mulai kerja tutup selesai", "Unit": "audit"},
    properties={"perihal": "judul", **UNIT},
    key="periksa",
)


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished


def begin(office: Office, diagram: bytes, **values: str) -> int:
    files = {"periksa.bpmn": diagram, "awal.form": form(text("judul"), text("unit"), text("pemeriksa"))}
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)
        started = instances.start(session, "periksa", {"judul": "Lampu", **values}, actor=office.rina)
        return started.instance.id


def told(office: Office, case: int) -> tuple[str, bool]:
    """Names of units, and whether they have the case now; the same on both pages."""
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, case)
        file, face = (
            casefile.casefile_of(session, instance, actor=office.owner),
            reporter.overview(session, instance),
        )
    assert (file.unit, file.responsible.now) == (face.unit, face.with_unit)
    return face.unit, face.with_unit


def complete(office: Office, case: int, activity_id: str, actor: Actor) -> None:
    with office.database.transaction() as session:
        [task] = [one for one in instances.open_tasks(session, case) if one.activity_id == activity_id]
        tasks.complete(session, task.id, {}, {}, actor=actor)


def hand_to_b(office: Office, case: int, activity_id: str) -> None:
    with office.database.transaction() as session:
        [task] = [one for one in instances.open_tasks(session, case) if one.activity_id == activity_id]
        session.get_one(UserTask, task.id).unit_code = "B"


def test_a_step_of_another_unit_is_no_news_for_the_reporter(office: Office) -> None:
    case = begin(office, AUDITED, unit="A", pemeriksa="B")
    for activity_id, actor in (("kerja", office.rina), ("audit", office.dinas_b), ("tutup", office.rina)):
        assert told(office, case) == ("Dinas A", True)
        complete(office, case, activity_id, actor)
    assert told(office, case) == ("Dinas A", False)


def test_a_step_without_a_status_of_its_own_is_where_the_way_has_come_to(office: Office) -> None:
    case = begin(office, AUDITED, unit="A", pemeriksa="B")

    def way() -> list[str]:
        with office.database.reading() as session:
            face = reporter.overview(session, session.get_one(ProcessInstance, case))
        assert face.status.text == face.way[-1].text
        return [station.text for station in face.way]

    assert way() == ["Laporan dicatat", "Sedang dikerjakan"]
    complete(office, case, "kerja", office.rina)
    assert way() == ["Laporan dicatat", "Sedang dikerjakan", "Sedang diproses"]


def test_the_unit_that_worked_last_had_the_case_last(office: Office) -> None:
    case = begin(office, TWICE, unit="A")
    assert told(office, case) == ("Dinas A", True)
    hand_to_b(office, case, "satu")
    assert set(told(office, case)[0].split(", ")) == {"Dinas A", "Dinas B"}
    complete(office, case, "satu", office.dinas_b)
    assert told(office, case) == ("Dinas A", True)
    complete(office, case, "dua", office.dinas_a)
    assert told(office, case) == ("Dinas A", False)


def test_of_a_cancelled_case_all_are_named_who_had_it(office: Office) -> None:
    case = begin(office, TWICE, unit="A")
    hand_to_b(office, case, "satu")
    with office.database.transaction() as session:
        cancellation.cancel(session, case, "Ganda.", actor=office.owner)
    assert told(office, case) == ("Dinas A, Dinas B", False)
