"""A process that calls another: its tasks belong to the calling case, its version to the deployment."""

import pytest

from app.base.errors import ExecutionFailed, InvalidDiagram
from app.base.i18n import speaking
from app.engine.reading import call_activities
from app.findings import Finding
from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, exclusive, flow, node, start, user
from tests.engine.read_files import read
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


CHILDREN = {"satu": called("cek", key="satu"), "dua": called("catat", key="dua")}


@pytest.mark.parametrize("calls", ["=judul", "${judul}", '=if judul = "dua" then "dua" else "satu"'])
@pytest.mark.parametrize(("title", "step"), [("satu", "cek"), ("dua", "catat")])
def test_which_process_is_called_may_be_worked_out_as_the_case_comes_there(
    office: Office, calls: str, title: str, step: str
) -> None:
    done = deploy(office, induk=caller(calls), **CHILDREN)
    assert "call_worked_out" in {one.code for one in done.findings}
    with office.database.transaction() as session:
        case = instances.start(session, "induk", {"judul": title}, actor=office.rina).instance
    assert [activity for activity, _lane in steps(office, case)] == [f"panggil:{title}:{step}", "lapor"]


def test_a_case_for_which_there_is_no_such_process_stops_and_says_so(office: Office) -> None:
    deploy(office, induk=caller("=judul"), **CHILDREN)
    with office.database.transaction() as session, pytest.raises(ExecutionFailed, match="Panggil"):
        instances.start(session, "induk", {"judul": "tiga"}, actor=office.rina)


def test_a_new_version_of_one_that_may_be_called_makes_one_of_the_caller(office: Office) -> None:
    deploy(office, induk=caller("=judul"), **CHILDREN)
    done = deploy(office, dua=called("catat", "simpan", key="dua"))
    assert {(one.definition.key, one.definition.version) for one in done.definitions} == {
        ("dua", 2),
        ("induk", 2),
    }


def test_a_call_worked_out_that_nothing_can_answer_is_a_problem() -> None:
    diagram = read(caller("=judul"))
    for known in ({}, {"induk": diagram}):
        [problem] = call_activities.inline(diagram, known).problems
        assert (problem.code, problem.node.id) == ("call_unknown", "panggil")


@pytest.mark.parametrize(("calls", "code"), [("tidak_ada", "call_unknown"), ("induk", "call_itself")])
def test_a_call_that_cannot_be_followed_is_refused(office: Office, calls: str, code: str) -> None:
    with pytest.raises(InvalidDiagram) as error:
        deploy(office, induk=caller(calls), anak=called("cek"))
    assert code in [finding.code for finding in error.value.findings]
    assert {f.element_id for f in error.value.findings if f.code == code} == {"panggil"}


def _calls(key: str, called_key: str, *, above: int = 0, form_key: str | None = None) -> bytes:
    call = node("callActivity", f"ke_{called_key}", calledElement=called_key)
    return _lower(
        bpmn([start("s", form=form_key), call, end("e")], f"s > ke_{called_key} > e", key=key), above
    )


def _lower(diagram: bytes, lines: int) -> bytes:
    return diagram.replace(b"<bpmn:process", b"\n" * lines + b"<bpmn:process")


def _leaf(name: str = "entah") -> bytes:
    """A process far down in its file, with a form and a condition that reads ``name``."""
    return _lower(
        bpmn(
            [start("s"), user("cek", form="hasil"), exclusive("pilih"), user("lanjut"), end("e")],
            [
                "s > cek > pilih\nlanjut > e",
                flow("pilih", "lanjut", condition=f'={name} = "1"'),
                flow("pilih", "e", condition="=true"),
            ],
            key="daun",
        ),
        60,
    )


def _line(diagram: bytes, text: bytes) -> int:
    return diagram[: diagram.index(text)].count(b"\n") + 1


def _refused(office: Office, files: dict[str, bytes]) -> list[Finding]:
    with pytest.raises(InvalidDiagram) as error, office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)
    return [finding for finding in error.value.findings if finding.severity == "error"]


def test_what_is_missing_in_a_called_file_is_told_once_in_that_file(office: Office) -> None:
    leaf = _leaf()
    files = {"atas.bpmn": _calls("atas", "tengah"), "tengah.bpmn": _calls("tengah", "daun"), "d.bpmn": leaf}
    [found] = _refused(office, files)
    assert (found.code, found.file, found.line) == ("form_missing", "d.bpmn", _line(leaf, b'id="cek"'))
    assert found.element_id == "cek"


@pytest.mark.parametrize(("called_key", "code"), [("tidak_ada", "call_unknown"), ("atas", "call_itself")])
def test_a_call_is_told_of_in_the_file_where_it_is_drawn(office: Office, called_key: str, code: str) -> None:
    middle = _calls("tengah", called_key, above=30)
    found = _refused(office, {"atas.bpmn": _calls("atas", "tengah"), "tengah.bpmn": middle})
    line = _line(middle, f'id="ke_{called_key}"'.encode())
    told = {(one.file, one.line, one.element_id) for one in found if one.code == code}
    assert ("tengah.bpmn", line, f"ke_{called_key}") in told
    assert {file for file, at, _id in told if at == line} == {"tengah.bpmn"}


def test_what_one_caller_alone_brings_up_names_it_beside_the_place(office: Office) -> None:
    leaf, secret = _leaf(), form(text("entah", private=True))
    forms = {"hasil.form": form(text("hasil")), "awal.form": secret}
    files = {"daun.bpmn": leaf, "atas.bpmn": _calls("atas", "daun", form_key="awal")}
    [found] = _refused(office, files | forms)
    place = f"daun.bpmn:{_line(leaf, b'=entah')}"
    assert (found.code, found.place, found.caller) == ("private_field_read", place, "atas.bpmn")
    assert found.what.endswith(" Ini terjadi bila dipanggil dari atas.bpmn.")
    with speaking("en"):
        assert found.what.endswith(" This happens where it is called from atas.bpmn.")


def test_a_version_keeps_what_was_found_in_the_process_that_it_calls_with_its_place(office: Office) -> None:
    leaf = _leaf()
    files = {"daun.bpmn": leaf, "hasil.form": form(text("hasil")), "atas.bpmn": _calls("atas", "daun")}
    with office.database.transaction() as session:
        done = deployments.deploy(session, files, actor=office.owner)
        [top] = [one.definition for one in done.definitions if one.definition.key == "atas"]
        stored = [(f["file"], f["line"], f["element_id"]) for f in top.findings if "entah" in f["message"]]
    assert stored == [("daun.bpmn", _line(leaf, b"=entah"), "pilih__lanjut")]
    assert len([one for one in done.findings if one.params.get("variable") == "entah"]) == 1


def test_a_caller_sent_alone_finds_the_forms_of_the_process_in_force(office: Office) -> None:
    with office.database.transaction() as session:
        files = {"daun.bpmn": _leaf("hasil"), "hasil.form": form(text("hasil"))}
        deployments.deploy(session, files, actor=office.owner)
        done = deployments.deploy(session, {"atas.bpmn": _calls("atas", "daun")}, actor=office.owner)
        names = {file.name for file in done.definitions[0].definition.files}
    assert names == {"atas.bpmn", "daun.called", "hasil.form"}
