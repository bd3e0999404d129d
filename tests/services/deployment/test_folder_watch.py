"""The folders processes/ and forms/: what lies there is deployed, whatever else happens to it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.base.config import Config
from app.services.definitions import definitions
from app.services.deployment import folder_watch
from tests.engine.building import bpmn, end, exclusive, flow, node, start, user
from tests.services.office import Office, form, text
from tests.services.watched import hear, look, simple, watched


@pytest.fixture
def folders(office: Office, tmp_path: Path) -> Config:
    return watched(office, tmp_path, "a")


def test_a_new_diagram_finds_a_form_that_lay_there_before(office: Office, folders: Config) -> None:
    (folders.processes_dir / "b.bpmn").write_bytes(simple("b"))
    assert look(office, folders) == ["Diterapkan: b versi 1"]
    with office.database.reading() as session:
        found = definitions.latest(session, "b", files=True)
        assert found is not None
        assert {file.name for file in found.files} == {"b.bpmn", "isian.form"}


def test_the_form_of_a_live_version_goes_before_the_one_in_the_folder(
    office: Office, folders: Config
) -> None:
    from app.services.deployment import deployments

    newer = form(text("judul"), text("lokasi"))
    with office.database.transaction() as session:
        deployments.deploy(session, {"isian.form": newer}, actor=office.owner)
    (folders.processes_dir / "a.bpmn").write_bytes(simple("a").replace(b'name="a"', b'name="Aduan"'))
    assert look(office, folders) == ["Diterapkan: a versi 3"]
    with office.database.reading() as session:
        found = definitions.latest(session, "a", files=True)
        assert found is not None
        assert next(file for file in found.files if file.kind == "form").resource.content == newer


def test_a_file_half_written_is_told_of_and_deployed_once_it_is_whole(
    office: Office, folders: Config
) -> None:
    path = folders.processes_dir / "b.bpmn"
    path.write_bytes(simple("b")[:300])
    [told] = look(office, folders)
    assert told.startswith("Galat b.bpmn")
    path.write_bytes(simple("b"))
    assert look(office, folders) == ["Diterapkan: b versi 1", "Sudah benar lagi: b.bpmn"]


def test_a_form_that_breaks_a_diagram_is_told_so(office: Office, folders: Config) -> None:
    with_unit = bpmn(
        [start("mulai", form="isian"), user("kerja"), exclusive("g"), end("satu"), end("dua")],
        ["mulai > kerja > g", flow("g", "satu", condition="=judul != null"), flow("g", "dua")],
        key="a",
    )
    (folders.processes_dir / "a.bpmn").write_bytes(with_unit)
    assert look(office, folders) == ["Diterapkan: a versi 2"]
    (folders.forms_dir / "isian.form").write_bytes(form(text("juduul")))
    [line] = look(office, folders)
    assert line.startswith("Galat a.bpmn:")
    with office.database.reading() as session:
        found = {row.name: {one["code"] for one in row.findings} for row in folder_watch.files(session)}
    assert found["isian.form"] >= {"flow_taken_as_default", "name_never_set"}


def test_what_no_longer_lies_there_is_no_longer_told_of(office: Office, folders: Config) -> None:
    path = folders.processes_dir / "b.bpmn"
    path.write_bytes(b"<")
    look(office, folders)
    path.unlink()
    look(office, folders)
    with office.database.reading() as session:
        assert [row.name for row in folder_watch.files(session)] == ["a.bpmn", "isian.form"]
        assert definitions.latest(session, "a") is not None


def test_links_to_nothing_folders_and_floods_stop_nobody(office: Office, folders: Config) -> None:
    (folders.processes_dir / "putus.bpmn").symlink_to(folders.processes_dir / "tidak-ada")
    (folders.processes_dir / "folder.bpmn").mkdir()
    with (folders.processes_dir / "besar.bpmn").open("wb") as file:
        file.truncate(50_000_000)
    (folders.processes_dir / "b.bpmn").write_bytes(simple("b"))
    said = look(office, folders)
    assert said[0] == "Diterapkan: b versi 1"
    assert said[1].startswith("Galat besar.bpmn")
    assert folder_watch.read_folders(folders).keys() == {"a.bpmn", "b.bpmn", "besar.bpmn", "isian.form"}


def test_a_file_whose_name_is_no_utf_8_is_told_of_and_holds_up_nobody(
    office: Office, folders: Config
) -> None:
    (folders.forms_dir / os.fsdecode(b"rusak\xff.form")).write_bytes(form(text("judul")))
    (folders.processes_dir / "b.bpmn").write_bytes(simple("b"))
    deployed, *told = hear(office, folders)
    assert deployed == "Diterapkan: b versi 1"
    assert told[0].startswith("Peringatan rusak\ufffd.form")


def test_a_form_that_cannot_be_stored_is_told_of_and_goes_live_once_mended(
    office: Office, folders: Config
) -> None:
    path = folders.forms_dir / "isian.form"
    path.write_bytes(form({**text("judul"), "label": "Judul \ud800"}))
    assert look(office, folders)[0].startswith("Galat isian.form:1 [judul]")
    path.write_bytes(form({**text("judul"), "label": "Judul baru"}))
    assert look(office, folders) == ["Diterapkan: a versi 2", "Sudah benar lagi: isian.form"]


def test_a_missing_folder_holds_nothing(folders: Config) -> None:
    gone = replace(folders, processes_dir=folders.processes_dir / "tidak-ada")
    assert [path.name for path in folder_watch.glance(gone)] == ["isian.form"]


def test_a_version_replaced_in_the_same_look_is_not_said_to_stay(office: Office, folders: Config) -> None:
    (folders.processes_dir / "a.bpmn").unlink()
    (folders.processes_dir / "baru.bpmn").write_bytes(simple("a").replace(b'name="Mulai"', b'name="Awal"'))
    assert hear(office, folders) == ["Diterapkan: a versi 2"]


def test_a_copy_that_never_went_live_is_not_in_force(office: Office, folders: Config) -> None:
    own, copy = folders.forms_dir / "isian.form", folders.forms_dir / "salinan.form"
    copy.write_bytes(own.read_bytes())
    assert hear(office, folders)[0].startswith("Peringatan salinan.form")
    copy.unlink()
    own.unlink()
    [told] = look(office, folders)
    assert "isian.form" in told
    assert "salinan.form" not in told


def test_a_caller_alone_is_set_aside_for_what_it_brings_to_the_called(
    office: Office, folders: Config
) -> None:
    condition = [
        "s > pilih\nkerja > e",
        flow("pilih", "kerja", condition="=entah = 1"),
        flow("pilih", "e", condition="=true"),
    ]
    leaf = bpmn([start("s"), exclusive("pilih"), user("kerja"), end("e")], condition, key="daun")
    call = node("callActivity", "panggil", calledElement="daun")
    top = bpmn([start("s", form="rahasia"), call, end("e")], "s > panggil > e", key="atas")
    (folders.processes_dir / "daun.bpmn").write_bytes(leaf)
    (folders.processes_dir / "atas.bpmn").write_bytes(top)
    (folders.forms_dir / "rahasia.form").write_bytes(form(text("entah", private=True)))
    (folders.processes_dir / "lain.bpmn").write_bytes(simple("lain"))
    assert sorted(look(office, folders))[:2] == ["Diterapkan: daun versi 1", "Diterapkan: lain versi 1"]
    with office.database.reading() as session:
        rows = {
            row.name: (row.refused, [one["code"] for one in row.findings])
            for row in folder_watch.files(session)
        }
    assert rows["atas.bpmn"][0]
    assert "private_field_read" in rows["atas.bpmn"][1]
    assert not rows["daun.bpmn"][0]
    assert "private_field_read" not in rows["daun.bpmn"][1]
    top = bpmn([start("s"), call, end("e")], "s > panggil > e", key="atas")
    (folders.processes_dir / "atas.bpmn").write_bytes(top)
    assert "Diterapkan: atas versi 1" in look(office, folders)
    with office.database.reading() as session:
        [now] = [row.findings for row in folder_watch.files(session) if row.name == "daun.bpmn"]
    assert [one["code"] for one in now] == rows["daun.bpmn"][1]


def test_a_form_that_nothing_names_yet_is_warned_of_and_used_once_a_diagram_names_it(
    office: Office, folders: Config
) -> None:
    (folders.forms_dir / "nanti.form").write_bytes(form(text("judul")))
    [line] = hear(office, folders)
    assert line.startswith("Peringatan nanti.form")
    with office.database.reading() as session:
        [row] = [row for row in folder_watch.files(session) if row.name == "nanti.form"]
        assert (row.refused, [one["code"] for one in row.findings]) == (False, ["file_not_used"])
    (folders.processes_dir / "b.bpmn").write_bytes(simple("b").replace(b'value="isian"', b'value="nanti"'))
    assert look(office, folders) == ["Diterapkan: b versi 1"]
    with office.database.reading() as session:
        [row] = [row for row in folder_watch.files(session) if row.name == "nanti.form"]
        assert (row.refused, row.findings) == (False, [])


def test_a_form_whose_diagram_is_refused_is_used_once_the_diagram_is_mended(
    office: Office, folders: Config
) -> None:
    mended = simple("b").replace(b'value="isian"', b'value="nanti"')
    (folders.forms_dir / "nanti.form").write_bytes(form(text("judul")))
    (folders.processes_dir / "b.bpmn").write_bytes(mended.replace(b'targetRef="', b'targetRef="tidak_'))
    assert "Diterapkan" not in " ".join(look(office, folders))
    (folders.processes_dir / "b.bpmn").write_bytes(mended)
    assert "Diterapkan: b versi 1" in look(office, folders)
