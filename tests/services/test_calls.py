"""A process that calls another: its tasks belong to the calling case, its version to the deployment."""

import pytest

from app.errors import InvalidDiagram
from app.models import ProcessInstance
from app.services import deployments, instances, tasks
from tests.engine.building import bpmn, end, node, start, user
from tests.services.office import Office, form, text


def caller(calls: str = "periksa_berkas") -> bytes:
    return bpmn(
        [
            start("mulai", form="awal"),
            node("callActivity", "panggil", calledElement=calls),
            user("lapor"),
            end("selesai"),
        ],
        "mulai > panggil > lapor > selesai",
        lanes={"Loket": "mulai panggil lapor selesai"},
        key="induk",
    )


def called(*steps: str, key: str = "periksa_berkas", lanes: dict[str, str] | None = None) -> bytes:
    return bpmn(
        [start("awal_dalam", form="lain"), *(user(step, form="isian") for step in steps), end("akhir")],
        " > ".join(["awal_dalam", *steps, "akhir"]),
        key=key,
        lanes=lanes,
    )


FORMS = {"awal.form": form(text("judul")), "lain.form": form(text("x")), "isian.form": form(text("hasil"))}


def deploy(office: Office, **files: bytes) -> deployments.Deployment:
    with office.database.transaction() as session:
        named = {f"{name}.bpmn": content for name, content in files.items()}
        return deployments.deploy(session, named | FORMS if "induk" in files else named, actor=office.owner)


def begin(office: Office) -> ProcessInstance:
    with office.database.transaction() as session:
        return instances.start(session, "induk", {"judul": "x"}, actor=office.rina).instance


def steps(office: Office, case: ProcessInstance) -> list[tuple[str, str]]:
    """Work the case to its end; activity and lane of each task on the way."""
    found = []
    while True:
        with office.database.transaction() as session:
            open_ = instances.open_tasks(session, case.id)
            if not open_:
                return found
            [task] = open_
            found.append((task.activity_id, task.lane))
            who = office.rina if task.lane == "Loket" else office.dinas_a
            tasks.complete(session, task.id, {"hasil": "ok"} if task.form_key else {}, {}, actor=who)


def test_the_called_process_runs_as_part_of_the_case_in_the_lane_of_the_call(office: Office) -> None:
    deploy(office, induk=caller(), anak=called("cek", "catat"))
    case = begin(office)
    assert steps(office, case) == [("panggil:cek", "Loket"), ("panggil:catat", "Loket"), ("lapor", "Loket")]


def test_a_called_process_with_lanes_keeps_them(office: Office) -> None:
    deploy(office, induk=caller(), anak=called("cek", lanes={"Unit": "awal_dalam cek akhir"}))
    assert steps(office, begin(office)) == [("panggil:cek", "Unit"), ("lapor", "Loket")]


def test_a_new_version_of_the_called_process_makes_one_of_the_caller_and_open_cases_stay(
    office: Office,
) -> None:
    deploy(office, induk=caller(), anak=called("cek"))
    before = begin(office)
    done = deploy(office, anak=called("cek", "catat"))
    assert {(d.definition.key, d.definition.version) for d in done.definitions} == {
        ("periksa_berkas", 2),
        ("induk", 2),
    }
    after = begin(office)
    assert [activity for activity, _lane in steps(office, before)] == ["panggil:cek", "lapor"]
    assert [activity for activity, _lane in steps(office, after)] == ["panggil:cek", "panggil:catat", "lapor"]


@pytest.mark.parametrize(("calls", "code"), [("tidak_ada", "call_unknown"), ("induk", "call_itself")])
def test_a_call_that_cannot_be_followed_is_refused(office: Office, calls: str, code: str) -> None:
    with pytest.raises(InvalidDiagram) as error:
        deploy(office, induk=caller(calls), anak=called("cek"))
    assert code in [finding.code for finding in error.value.findings]
    assert {f.element_id for f in error.value.findings if f.code == code} == {"panggil"}
