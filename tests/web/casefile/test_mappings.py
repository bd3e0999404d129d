"""The page of a task with mappings: its form opens with what it is given, and the record tells what came of it."""

from collections.abc import Callable

from app.base.db import Database
from app.models import UserTask
from app.services.core import access
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.people import users
from tests.engine.building import bpmn, end, start, user
from tests.services.office import form, text
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
GIVEN = (
    '<zeebe:ioMapping><zeebe:input source="Lampu jalan" target="hal"/>'
    '<zeebe:output source="={}" target="kesimpulan"/></zeebe:ioMapping>'
)


def begin(office: Database, output: str = "hal") -> UserTask:
    nodes = [
        start("mulai"),
        user("isi", form="isi", extensions=GIVEN.format(output)),
        user("lihat", form="lihat"),
        end("selesai"),
    ]
    lanes = {"LAPOR ! – SP4N": "mulai isi lihat selesai"}
    diagram = bpmn(nodes, "mulai > isi > lihat > selesai", lanes=lanes, key="data", name="Data")
    files = {"data.bpmn": diagram, "isi.form": form(text("hal")), "lihat.form": form(text("kesimpulan"))}
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
    with office.transaction() as session:
        who = access.actor_of(users.named(session, "lapor"))
        case = instances.start(session, "data", {}, actor=who).instance
        [task] = instances.open_tasks(session, case.id)
        return task


def test_a_form_opens_with_what_its_task_is_given_and_gives_back_what_is_mapped(
    sign_in: SignIn, office: Database
) -> None:
    task, browser = begin(office), sign_in("lapor")
    assert 'value="Lampu jalan"' in browser.get(f"/tugas/{task.id}").text
    assert browser.post(f"/tugas/{task.id}", hal="Lampu taman").status_code == 303
    with office.reading() as session:
        [following] = instances.open_tasks(session, task.instance_id)
    assert 'value="Lampu taman"' in browser.get(f"/tugas/{following.id}").text
    record = browser.get(f"/perkara/{task.instance_id}").text
    assert "Data dibawa ke <b>Isi</b>" in record
    assert "Data dibawa dari <b>Isi</b>" in record


def test_an_output_that_fails_costs_the_officer_nothing(sign_in: SignIn, office: Database) -> None:
    task, browser = begin(office, "for i in 1..100000000 return i"), sign_in("lapor")
    browser.get(f"/tugas/{task.id}")
    page = browser.post(f"/tugas/{task.id}", hal="Lampu taman").text
    assert "Pemetaan kesimpulan pada “Isi” tidak dapat dihitung." in page
    assert 'value="Lampu taman"' in page
