"""The variable that a process names as ``prioritas``: kept with the case, shown, and what lists are narrowed to."""

from app.history import reader
from app.models import ProcessInstance
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import inbox, tasks, undoing
from app.services.tasks.inbox import Filters
from tests.engine.building import bpmn, end, start, user
from tests.services.office import Office, form, text


def urgent(variable: str = "mendesak") -> dict[str, bytes]:
    diagram = bpmn(
        [start("mulai", form="awal"), user("nilai", form="nilai"), user("tangani"), end("selesai")],
        "mulai > nilai > tangani > selesai",
        lanes={"Loket": "mulai nilai", "Unit": "tangani selesai"},
        properties={"prioritas": variable, "perihal": "judul"},
        key="darurat",
    )
    fields = {"awal.form": form(text("judul")), "nilai.form": form(text("mendesak"))}
    return {"darurat.bpmn": diagram, **fields}


def deployed(office: Office, variable: str = "mendesak") -> list[str]:
    with office.database.transaction() as session:
        done = deployments.deploy(session, urgent(variable), actor=None)
        return [finding.code for finding in done.findings]


def begun(office: Office, priority: str) -> ProcessInstance:
    with office.database.transaction() as session:
        case = instances.start(session, "darurat", {"judul": priority}, actor=office.rina).instance
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        values = {"mendesak": priority}
        tasks.complete(session, task.id, values, {}, actor=office.rina, typed={"values": values})
    return case


def queue(office: Office, actor: Actor, **narrowed: str) -> list[str]:
    with office.database.reading() as session:
        page = inbox.page(session, Filters(tab="queue", **narrowed), actor=actor)
        return [task.instance.priority for task in page.items]


def test_lists_of_tasks_and_cases_are_narrowed_to_it(office: Office) -> None:
    assert deployed(office) == []
    for priority in ("1 tinggi", "2 sedang", "1 tinggi"):
        begun(office, priority)
    assert sorted(queue(office, office.dinas_a)) == ["1 tinggi", "1 tinggi", "2 sedang"]
    assert queue(office, office.dinas_a, priority="1 tinggi") == ["1 tinggi", "1 tinggi"]
    with office.database.reading() as session:
        assert inbox.choices(session, actor=office.dinas_a).priorities == ["1 tinggi", "2 sedang"]
        assert instance_lists.choices(session, actor=office.rina).priorities == ["1 tinggi", "2 sedang"]
        found = instance_lists.page(session, InstanceFilters(priority="2 sedang"), actor=office.rina)
        assert [case.subject for case in found.items] == ["2 sedang"]


def test_it_follows_the_variable_in_the_same_transaction_and_back(office: Office) -> None:
    deployed(office)
    case = begun(office, "1 tinggi")
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).priority == "1 tinggi"
        entries = reader.of_instance(session, case.id)
        [task] = [one.data["task"] for one in entries if one.type == "task_completed"]
    with office.database.transaction() as session:
        undoing.take_back(session, task, actor=office.rina)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).priority == ""


def test_a_variable_that_nothing_sets_is_told(office: Office) -> None:
    assert deployed(office, "genting") != []
