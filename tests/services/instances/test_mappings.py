"""Data carried into tasks and called processes and out of them, through services and both databases."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.base.errors import ExecutionFailed, InvalidDiagram
from app.findings import Finding
from app.history import reader
from app.models import ProcessInstance, UserTask
from app.services.casefile import queries
from app.services.definitions.definitions import version
from app.services.deployment import deployments
from app.services.instances import incidents, instances
from app.services.tasks import tasks
from tests.engine.building import Shape, bpmn, end, exclusive, flow, inside, node, parallel, start, user
from tests.services.office import Office, form, text

FORMS = {
    "awal.form": form(text("judul"), text("pelapor", private=True)),
    "isian.form": form(text("hasil"), text("judul")),
}
IN_OUT = (
    '<camunda:in source="judul" target="perkara"/><camunda:in sourceExpression="${judul}" target="judul"/>'
    '<camunda:out source="hasil" target="kesimpulan"/>'
)


def caller(extensions: str = IN_OUT) -> bytes:
    call = node("callActivity", "panggil", calledElement="periksa_berkas", extensions=extensions)
    return bpmn(
        [start("mulai", form="awal"), call, user("lapor", form="isian"), end("selesai")],
        "mulai > panggil > lapor > selesai",
        lanes={"Loket": "mulai panggil lapor selesai"},
        key="induk",
    )


CALLED = bpmn(
    [start("awal_dalam"), user("cek", form="isian"), user("catat", form="isian"), end("akhir")],
    "awal_dalam > cek > catat > akhir",
    key="periksa_berkas",
)


def deploy(office: Office, files: dict[str, bytes]) -> Sequence[Finding]:
    with office.database.transaction() as session:
        return deployments.deploy(session, files | FORMS, actor=office.owner).findings


def begin(office: Office, key: str) -> ProcessInstance:
    with office.database.transaction() as session:
        return instances.start(
            session, key, {"judul": "Lampu mati", "pelapor": "S"}, actor=office.rina
        ).instance


def finish(office: Office, case: ProcessInstance, **values: Any) -> UserTask:
    """Complete the one open task; return it as it was."""
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, values, {}, actor=office.rina)
        return task


def variables(office: Office, case: ProcessInstance) -> dict[str, Any]:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id).variables


def test_a_called_process_sees_what_it_is_given_and_gives_back_what_is_asked(office: Office) -> None:
    deploy(office, {"induk.bpmn": caller(), "anak.bpmn": CALLED})
    case = begin(office, "induk")
    cek = finish(office, case, hasil="rusak", judul="Lampu jalan mati")
    assert cek.activity_id == "panggil:cek"
    assert cek.locals == {"perkara": "Lampu mati", "judul": "Lampu mati"}
    assert variables(office, case) == {"judul": "Lampu mati"}
    catat = finish(office, case, hasil="diganti", judul="Lampu jalan mati")
    assert catat.locals == {"perkara": "Lampu mati", "judul": "Lampu jalan mati", "hasil": "rusak"}
    assert variables(office, case) == {"judul": "Lampu mati", "kesimpulan": "diganti"}


def test_what_people_answered_in_a_called_process_stays_in_the_history(office: Office) -> None:
    deploy(office, {"induk.bpmn": caller(), "anak.bpmn": CALLED})
    case = begin(office, "induk")
    finish(office, case, hasil="rusak", judul="Lampu jalan mati")
    finish(office, case, hasil="diganti", judul="x")
    with office.database.reading() as session:
        same = session.get_one(ProcessInstance, case.id)
        told = reader.of_instance(session, same.id)
        answered = [event.data["values"] for event in told if event.type == "task_completed"]
        assert [values["hasil"] for values in answered] == ["rusak", "diganti"]
        shown = queries.variables(version(session, same.definition_id), same.variables, told)
        # The case's own "judul" never changed, whatever was filled in under its name inside.
        assert {one.key: [new for _old, new, *_rest in one.changes] for one in shown} == {
            "judul": ["Lampu mati"],
            "kesimpulan": ["diganti"],
        }


def test_a_task_of_camunda_8_gives_back_only_what_it_maps(office: Office) -> None:
    mapping = (
        '<zeebe:ioMapping><zeebe:input source="=judul" target="hasil"/>'
        '<zeebe:output source="=hasil + &quot;!&quot;" target="kesimpulan"/></zeebe:ioMapping>'
    )
    deploy(office, {"satu.bpmn": one_task(user("isi", form="isian", extensions=mapping))})
    case = begin(office, "satu")
    task = finish(office, case, hasil="beres", judul="lain")
    assert task.locals == {"hasil": "Lampu mati"}
    assert variables(office, case) == {"judul": "Lampu mati", "kesimpulan": "beres!"}


def one_task(step: Shape) -> bytes:
    return bpmn(
        [start("mulai", form="awal"), step, user("lapor"), end("selesai")],
        f"mulai > {step.id} > lapor > selesai",
        lanes={"Loket": f"mulai {step.id} lapor selesai"},
        key="satu",
    )


def test_answers_that_stay_in_their_task_are_told_when_it_is_deployed(office: Office) -> None:
    mapping = (
        '<zeebe:ioMapping><zeebe:input source="=judul" target="judul"/>'
        '<zeebe:output source="=hasil" target="kesimpulan"/></zeebe:ioMapping>'
    )
    found = deploy(office, {"satu.bpmn": one_task(user("isi", form="isian", extensions=mapping))})
    assert [(f.element_id, f.params["fields"]) for f in found if f.code == "answers_stay"] == [
        ("isi", "judul")
    ]


@pytest.mark.parametrize(("handed", "missing"), [(IN_OUT, []), (IN_OUT.replace("judul", "hal"), ["judul"])])
def test_what_a_called_process_reads_and_is_not_given_is_told(
    office: Office, handed: str, missing: list[str]
) -> None:
    way = [
        flow("awal_dalam", "g"),
        flow("g", "akhir", condition='=judul = "x"'),
        flow("g", "cek"),
        "cek > akhir",
    ]
    inner = [start("awal_dalam"), exclusive("g"), user("cek", form="saran"), end("akhir")]
    called = bpmn(inner, way, key="periksa_berkas")
    files = {"anak.bpmn": called, "saran.form": form(text("hasil"), text("hal"))}
    found = deploy(office, files | {"induk.bpmn": caller(handed)})
    told = [(f.element_id, f.params["variable"]) for f in found if f.code == "name_not_handed_over"]
    assert told == [("panggil", name) for name in missing]


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("=pelapor", "x", "private_field_read"),
        ("=judul", "pelapor", "private_field_mapped"),
        ("=tidak_ada", "x", "name_never_set"),
    ],
)
def test_a_mapping_that_reads_identity_or_what_nobody_sets_is_refused(
    office: Office, source: str, target: str, code: str
) -> None:
    mapping = f'<zeebe:ioMapping><zeebe:input source="{source}" target="{target}"/></zeebe:ioMapping>'
    with pytest.raises(InvalidDiagram) as caught:
        deploy(office, {"satu.bpmn": one_task(user("isi", form="isian", extensions=mapping))})
    assert [(f.code, f.element_id) for f in caught.value.findings if f.severity == "error"] == [(code, "isi")]


def test_a_mapping_that_fails_leaves_the_case_as_it_was_with_an_incident(office: Office) -> None:
    mapping = '<zeebe:ioMapping><zeebe:output source="=for i in 1..100000000 return i" target="x"/></zeebe:ioMapping>'
    deploy(office, {"satu.bpmn": one_task(user("isi", form="isian", extensions=mapping))})
    case = begin(office, "satu")
    with pytest.raises(ExecutionFailed, match="Pemetaan x pada “Isi”") as caught:
        finish(office, case, hasil="a", judul="b")
    task = office.open_task(case)
    with office.database.transaction() as session:
        incidents.report(session, task.id, str(caught.value), caught.value.activity_id, actor=office.rina)
    with office.database.reading() as session:
        [incident] = incidents.of_instance(session, case.id)
        assert (incident.activity_id, incident.task_id) == ("isi", task.id)
        told = reader.of_instance(session, case.id)
        assert "outputs_mapped" not in {event.type for event in told}
    assert variables(office, case) == {"judul": "Lampu mati"}


def test_an_open_task_sees_what_another_in_its_sub_process_filled_in(office: Office) -> None:
    content = inside(
        start("awal"), parallel("cabang"), user("a"), user("b", form="isian"), end("usai"), end("beres"),
        flows="awal > cabang > a > usai\ncabang > b > beres",
    )  # fmt: skip
    mapping = '<zeebe:ioMapping><zeebe:input source="=judul" target="hasil"/></zeebe:ioMapping>'
    deploy(office, {"satu.bpmn": one_task(node("subProcess", "rapat", inside=content, extensions=mapping))})
    case = begin(office, "satu")
    with office.database.transaction() as session:
        found = {task.activity_id: task.id for task in instances.open_tasks(session, case.id)}
        tasks.complete(session, found["b"], {"hasil": "jadi", "judul": "x"}, {}, actor=office.rina)
    with office.database.reading() as session:
        [still_open] = instances.open_tasks(session, case.id)
        assert (still_open.activity_id, still_open.locals) == ("a", {"hasil": "jadi"})


def test_a_called_process_that_must_not_see_the_unit_is_still_offered_to_that_unit_alone(
    office: Office,
) -> None:
    call = node("callActivity", "panggil", calledElement="periksa_berkas", extensions=IN_OUT)
    diagram = bpmn(
        [start("mulai", form="awal"), call, end("selesai")],
        "mulai > panggil > selesai",
        lanes={"Loket": "mulai selesai", "Unit": "panggil"},
        lane_properties={"Unit": {"unit": "satker"}},
        key="induk",
    )
    begins = form(text("judul"), text("satker"))
    with office.database.transaction() as session:
        files = {"induk.bpmn": diagram, "anak.bpmn": CALLED, **FORMS, "awal.form": begins}
        deployments.deploy(session, files, actor=office.owner)
    with office.database.transaction() as session:
        values = {"judul": "x", "satker": "A"}
        case = instances.start(session, "induk", values, actor=office.rina).instance
    task = office.open_task(case)
    assert (task.activity_id, task.unit_code, task.locals["satker"]) == ("panggil:cek", "A", None)
