"""A form or table that comes to a process with another one is told, with where it comes from."""

from collections.abc import Mapping

from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import bpmn, end, rule, start, user
from tests.engine.decision_files import decision, file, grid
from tests.services.office import Office, form, text

LANES = {"Loket": "mulai tanya hitung selesai"}
CODES = {"file_of_another", "file_replaced_too"}


def process(key: str, name: str) -> dict[str, bytes]:
    nodes = [start("mulai"), user("tanya", form="isian"), rule("hitung", decision="biaya"), end("selesai")]
    drawn = bpmn(nodes, "mulai > tanya > hitung > selesai", lanes=LANES, key=key, name=name)
    return {f"{key}.bpmn": drawn}


def files(field: str) -> dict[str, bytes]:
    rows = grid((field,), ("biaya",), ("-", f'"{field}"'), policy="FIRST")
    return {"isian.form": form(text(field)), "tarif.dmn": file(decision("biaya", rows))}


def deployed(
    office: Office, sent: Mapping[str, bytes], beside: Mapping[str, bytes] | None = None
) -> list[Finding]:
    with office.database.transaction() as session:
        done = deployments.deploy(session, sent, actor=office.owner, beside=beside)
    return [one for one in done.findings if one.code in CODES]


def test_what_is_sent_with_one_process_and_replaces_it_in_another_is_told(office: Office) -> None:
    assert deployed(office, {**process("aduan", "Aduan"), **files("a")}) == []
    found = deployed(office, {**process("izin", "Izin"), **files("b")})
    assert {(one.code, one.severity, one.file) for one in found} == {
        ("file_replaced_too", "warning", "isian.form"),
        ("file_replaced_too", "warning", "tarif.dmn"),
    }
    assert all("proses “Izin”" in one.what and "proses “Aduan”" in one.what for one in found)
    assert deployed(office, files("c")) == []  # sent alone they are meant for all that use them
    assert deployed(office, {**process("izin", "Izin"), **files("c")}) == []


def test_what_a_process_finds_in_the_folder_as_anothers_is_told(office: Office) -> None:
    shared = files("a")
    assert deployed(office, {**process("aduan", "Aduan"), **shared}) == []
    found = deployed(office, process("izin", "Izin"), beside=shared)
    assert {(one.code, one.file) for one in found} == {
        ("file_of_another", "isian.form"),
        ("file_of_another", "tarif.dmn"),
    }
    assert all("dari proses “Aduan”" in one.what for one in found)
    changed = process("izin", "Izin yang baru")
    assert deployed(office, changed, beside=shared) == []  # by now it is its own


def test_what_is_nobody_elses_is_not_told(office: Office) -> None:
    assert deployed(office, process("izin", "Izin"), beside=files("a")) == []
