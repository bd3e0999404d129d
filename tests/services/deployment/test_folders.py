"""The watched folders beside other ways to deploy, and two files that stand for one process."""

from pathlib import Path
from typing import Any

import pytest

from app.base.config import Config
from app.models import WatchedFile
from app.services.definitions import definitions
from app.services.deployment import deployments, folder_watch
from tests.engine.building import bpmn, end, exclusive, flow, start
from tests.services.office import Office, form, text
from tests.services.watched import hear, simple, watched


@pytest.fixture
def folders(office: Office, tmp_path: Path) -> Config:
    return watched(office, tmp_path, "rapat")


def named(name: str) -> bytes:
    """The process `rapat` with another name, as somebody draws on."""
    return simple("rapat").replace(b'name="rapat"', f'name="{name}"'.encode())


def warned() -> bytes:
    """The process with a choice of which no way may hold."""
    nodes = [start("mulai", form="isian"), exclusive("pilih"), end("satu"), end("dua")]
    ways = [
        "mulai > pilih",
        flow("pilih", "satu", condition='=judul = "a"'),
        flow("pilih", "dua", condition='=judul = "b"'),
    ]
    return bpmn(nodes, ways, key="rapat", name="rapat")


def state(office: Office) -> tuple[int, str]:
    """The live version's number and name."""
    with office.database.reading() as session:
        found = definitions.latest(session, "rapat")
        assert found is not None
        return found.version, found.name


def told(office: Office) -> dict[str, list[str]]:
    """File → codes, as the page shows them."""
    with office.database.reading() as session:
        return {row.name: codes(row.findings) for row in folder_watch.files(session)}


def codes(findings: list[Any]) -> list[str]:
    return [one["code"] for one in findings if one["code"] != "lane_without_officers"]


def upload(office: Office, **files: bytes) -> None:
    with office.database.transaction() as session:
        sent = {name.replace("_", "."): content for name, content in files.items()}
        deployments.deploy(session, sent, actor=office.owner)


def test_two_files_with_one_process_are_both_refused_until_one_has_another(
    office: Office, folders: Config
) -> None:
    (folders.processes_dir / "rapat2.bpmn").write_bytes(named("Dua"))
    (folders.processes_dir / "rapat3.bpmn").write_bytes(named("Tiga"))
    said = hear(office, folders)
    assert len(said) == 3
    assert all(
        line.startswith("Galat rapat") and "rapat.bpmn, rapat2.bpmn, rapat3.bpmn" in line for line in said
    )
    assert state(office) == (1, "rapat")
    clash = ["process_in_files"]
    assert told(office) == {"isian.form": [], "rapat.bpmn": clash, "rapat2.bpmn": clash, "rapat3.bpmn": clash}
    (folders.processes_dir / "rapat2.bpmn").unlink()
    (folders.processes_dir / "rapat3.bpmn").write_bytes(simple("lain"))
    heard = hear(office, folders)
    assert [line for line in heard if not line.startswith("Peringatan")] == [
        "Diterapkan: lain versi 1",
        "Sudah benar lagi: rapat.bpmn",
        "Sudah benar lagi: rapat3.bpmn",
    ]
    assert any("isinya dari proses “rapat”" in line for line in heard)  # whose form it names
    assert state(office) == (1, "rapat")


def test_the_rest_goes_live_beside_two_files_with_one_process(office: Office, folders: Config) -> None:
    (folders.processes_dir / "rapat2.bpmn").write_bytes(named("Dua"))
    (folders.processes_dir / "lain.bpmn").write_bytes(simple("lain"))
    assert hear(office, folders)[0] == "Diterapkan: lain versi 1"


def test_a_file_that_is_gone_leaves_the_version_which_is_said_once(office: Office, folders: Config) -> None:
    (folders.processes_dir / "rapat.bpmn").unlink()
    assert hear(office, folders) == [
        "rapat.bpmn tidak ada lagi di folder; rapat versi 1 tetap berlaku dengan isi berkas itu."
    ]
    assert hear(office, folders) == []
    assert state(office) == (1, "rapat")


def test_the_page_tells_of_a_file_that_is_gone_while_its_version_is_in_force(
    office: Office, folders: Config
) -> None:
    content = (folders.processes_dir / "rapat.bpmn").read_bytes()
    (folders.processes_dir / "rapat.bpmn").unlink()
    hear(office, folders)
    assert told(office) == {"isian.form": [], "rapat.bpmn": ["file_gone"]}
    (folders.forms_dir / "lain.form").write_bytes(form(text("b")))
    assert not [line for line in hear(office, folders) if "tidak ada lagi" in line]  # said once
    assert told(office)["rapat.bpmn"] == ["file_gone"]
    (folders.processes_dir / "rapat.bpmn").write_bytes(content)
    hear(office, folders)
    assert told(office)["rapat.bpmn"] == []
    assert state(office) == (1, "rapat")


def test_a_form_put_back_does_not_bear_what_is_said_of_the_diagram(office: Office, folders: Config) -> None:
    diagram, path = folders.processes_dir / "rapat.bpmn", folders.forms_dir / "isian.form"
    good, content = diagram.read_bytes(), path.read_bytes()
    diagram.write_bytes(warned())
    hear(office, folders)
    about = told(office)["rapat.bpmn"]
    assert about
    path.unlink()
    hear(office, folders)
    path.write_bytes(content)
    hear(office, folders)
    assert told(office) == {"isian.form": [], "rapat.bpmn": about}
    diagram.write_bytes(good)
    hear(office, folders)
    assert told(office) == {"isian.form": [], "rapat.bpmn": []}


def test_a_file_that_is_gone_is_forgotten_once_another_version_is_in_force(
    office: Office, folders: Config
) -> None:
    (folders.processes_dir / "rapat.bpmn").unlink()
    hear(office, folders)
    upload(office, rapat_bpmn=named("Baru"))
    assert told(office) == {"isian.form": []}
    (folders.forms_dir / "lain.form").write_bytes(form(text("b")))
    hear(office, folders)
    with office.database.reading() as session:
        assert session.get(WatchedFile, "rapat.bpmn") is None


def test_of_a_file_that_is_gone_the_version_is_named_that_holds_it_now(
    office: Office, folders: Config
) -> None:
    (folders.forms_dir / "isian.form").unlink()
    hear(office, folders)
    upload(office, rapat_bpmn=named("Baru"))
    with office.database.reading() as session:
        [found] = [row.findings for row in folder_watch.files(session) if row.name == "isian.form"]
    assert ["versi 2 dari “rapat”" in one["message"] for one in found] == [True]


def test_an_upload_does_not_differ_from_a_file_that_is_gone(office: Office, folders: Config) -> None:
    (folders.processes_dir / "rapat.bpmn").unlink()
    hear(office, folders)
    with office.database.reading() as session:
        assert folder_watch.differing(session, {"rapat.bpmn": named("Baru")}) == []


def test_a_file_that_got_another_name_is_not_gone(office: Office, folders: Config) -> None:
    (folders.processes_dir / "rapat.bpmn").rename(folders.processes_dir / "pertemuan.bpmn")
    assert hear(office, folders) == []


def test_a_file_put_right_is_said_to_be_well_even_when_nothing_new_goes_live(
    office: Office, folders: Config
) -> None:
    path = folders.forms_dir / "isian.form"
    good = path.read_bytes()
    path.write_bytes(b"{")
    assert hear(office, folders)[0].startswith("Galat isian.form")
    path.write_bytes(good)
    assert hear(office, folders) == ["Sudah benar lagi: isian.form"]


def test_a_save_that_replaces_an_upload_is_warned_of(office: Office, folders: Config) -> None:
    upload(office, rapat_bpmn=named("Unggahan"))
    (folders.processes_dir / "rapat.bpmn").write_bytes(named("Folder"))
    deployed, warning = hear(office, folders)
    assert deployed == "Diterapkan: rapat versi 3"
    assert warning.startswith("Peringatan rapat.bpmn Versi 2 dari “Folder” tidak berasal dari folder")
    assert told(office)["rapat.bpmn"] == ["folder_replaces"]
    with office.database.reading() as session:
        found = definitions.latest(session, "rapat")
        assert found is not None
        assert codes(found.findings) == ["folder_replaces"]


def test_a_form_that_replaces_an_uploaded_form_is_warned_of(office: Office, folders: Config) -> None:
    upload(office, isian_form=form(text("judul"), text("unggahan")))
    (folders.forms_dir / "isian.form").write_bytes(form(text("judul"), text("folder")))
    assert "Versi 2" in hear(office, folders)[1]
    assert told(office)["isian.form"] == ["folder_replaces"]


def test_saves_after_saves_are_not_warned_of_nor_what_carries_an_upload_over(
    office: Office, folders: Config
) -> None:
    path = folders.processes_dir / "rapat.bpmn"
    path.write_bytes(named("Dua"))
    assert hear(office, folders) == ["Diterapkan: rapat versi 2"]
    path.write_bytes(b"<")
    hear(office, folders)
    path.write_bytes(named("Tiga"))
    assert hear(office, folders) == ["Diterapkan: rapat versi 3", "Sudah benar lagi: rapat.bpmn"]
    upload(office, isian_form=form(text("judul"), text("unggahan")))
    path.write_bytes(named("Lima"))
    assert hear(office, folders) == ["Diterapkan: rapat versi 5"]


def test_an_upload_that_the_folder_has_in_another_form_is_known(office: Office, folders: Config) -> None:
    with office.database.reading() as session:
        assert folder_watch.differing(session, {"rapat.bpmn": simple("rapat"), "baru.bpmn": b""}) == []
        assert folder_watch.differing(session, {"rapat.bpmn": named("Dua"), "isian.form": b""}) == [
            "isian.form",
            "rapat.bpmn",
        ]
