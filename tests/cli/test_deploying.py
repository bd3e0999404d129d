"""check and deploy from the command line: both find the same."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.base.db import Database
from app.cli import commands
from app.models import DefinitionFile, ProcessDefinition
from app.services.deployment import deployments
from tests.engine.building import boundary, bpmn, end, node, rule, start, user
from tests.engine.decision_tables import dmn
from tests.services.migrating import add_revision
from tests.services.office import LANES, form, procedure, text
from tests.shell import ROOT, Shell, files


def calling(key: str) -> bytes:
    shapes = [
        start("mulai", form="isian"),
        node("callActivity", "panggil", calledElement=key),
        end("selesai"),
    ]
    return bpmn(shapes, "mulai > panggil > selesai", key="induk", name="Induk")


def called(key: str = "anak") -> bytes:
    return bpmn([start("mulai", form="isian"), end("selesai")], "mulai > selesai", key=key, name="Anak")


def deciding() -> bytes:
    shapes = [start("mulai", form="isian"), rule("putus", decision="tarif"), end("selesai")]
    return bpmn(shapes, "mulai > putus > selesai", key="putusan", name="Putusan")


def timed(words: str) -> bytes:
    shapes = [
        start("mulai", form="isian"),
        user("tugas"),
        boundary("lewat", "tugas", name=words, after=""),
        end("a"),
        end("z"),
    ]
    return bpmn(shapes, "mulai > tugas > z\nlewat > a", key="jam", name="Jam")


ASKED = form(text("judul"))
TABLE = dmn(('"a"', '"b"'), reads="judul")
SENT = {
    "a process that nobody has": {"induk.bpmn": calling("anak"), "isian.form": ASKED},
    "a process and what it calls": {"i.bpmn": calling("anak"), "a.bpmn": called(), "isian.form": ASKED},
    "a process that calls one in force": {"induk.bpmn": calling("kakak"), "isian.form": ASKED},
    "a diagram without its form": {"anak.bpmn": called()},
    "a diagram without its table": {"putusan.bpmn": deciding(), "isian.form": ASKED},
    "a form that makes a diagram in force wrong": {"periksa.form": form(text("hasill"), text("unit"))},
    "a form that nothing names beside others": {**procedure(), "entah.form": ASKED},
    "a form that nothing names alone": {"entah.form": ASKED},
    "a table that nothing names": {"anak.bpmn": called(), "isian.form": ASKED, "rute.dmn": TABLE},
    "a lane that nobody works in": procedure(lanes={"Baru": LANES["Loket"], "Unit": LANES["Unit"]}),
    "a broken file": {"rusak.bpmn": b"<"},
    "a file of another kind": {"catatan.txt": b"halo"},
}  # fmt: skip


def told(done: Result) -> list[str]:
    return [line for line in done.output.splitlines() if line.startswith(("Galat", "Peringatan", "Catatan"))]


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
@pytest.mark.parametrize("standing", ["nobody there", "an office at work"])
def test_check_finds_what_deploy_finds(
    shell: Shell, tmp_path: Path, sent: dict[str, bytes], standing: str
) -> None:
    if standing == "an office at work":
        (tmp_path / "before").mkdir()
        before = {**procedure(), "kakak.bpmn": called("kakak"), "isian.form": ASKED}
        assert shell("deploy", *files(tmp_path / "before", before)).exit_code == 0
        shell("user", "add", "rina", "--full-name", "Rina", "--group", "Loket")
    paths = files(tmp_path, sent)
    checked, deployed = shell("check", *paths), shell("deploy", *paths)
    assert told(checked) == told(deployed)
    assert checked.exit_code == deployed.exit_code


def test_check_tells_by_the_clock_how_a_time_in_words_is_understood_as_deploy_does(
    shell: Shell, tmp_path: Path
) -> None:
    paths = files(tmp_path, {"jam.bpmn": timed("maks. 3 hari"), "isian.form": ASKED})
    checked, deployed = told(shell("check", *paths)), told(shell("deploy", *paths))
    assert " WIB" in " ".join(checked)
    # The minute may be another by the second command.
    assert [re.sub(r"\d", "0", line) for line in checked] == [re.sub(r"\d", "0", line) for line in deployed]


def test_check_looks_for_a_called_process_in_the_database_and_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    shell = CliRunner(env={"ALUR_DATA_DIR": str(tmp_path / "data"), "ALUR_DATABASE_URL": url})
    paths = files(tmp_path, {"induk.bpmn": calling("anak"), "isian.form": ASKED})
    missing = shell.invoke(commands, ["check", *paths])
    assert missing.exit_code == 1
    assert "memanggil proses “anak”, yang tidak ada" in missing.output
    assert "dianggap belum ada yang berlaku" not in missing.output
    with database.transaction() as session:
        deployments.deploy(session, {"anak.bpmn": called(), "isian.form": ASKED}, actor=None)
    assert shell.invoke(commands, ["check", *paths]).exit_code == 0
    with database.reading() as session:
        assert session.scalars(select(ProcessDefinition.key)).all() == ["anak"]


def note() -> dict[str, bytes]:
    """A diagram with a note and a warning: a question that nothing reads, and a step that ends by itself."""
    asked = {"type": "checkbox", "key": "cocok", "label": "Cocok?"}
    shapes = [start("mulai", form="isian"), user("tugas")]
    return {"catat.bpmn": bpmn(shapes, "mulai > tugas", key="catat"), "isian.form": form(asked)}


def test_check_prints_what_it_found_for_programs(shell: Shell, tmp_path: Path) -> None:
    done = shell("check", "--json", *files(tmp_path, note()))
    report = json.loads(done.output)
    assert (done.exit_code, report["format"], report["ok"]) == (0, 1, True)
    assert report["counts"] == {"error": 0, "warning": 1, "info": 1}
    warned, noted = report["findings"]
    keys = {"code", "severity", "element_id", "element_name", "line", "file", "message", "messages"}
    assert set(warned) == set(noted) == keys
    assert (warned["code"], warned["element_id"], warned["file"]) == ("implicit_end", "tugas", "catat.bpmn")
    assert (noted["code"], noted["severity"], noted["line"]) == ("questions_unused", "info", None)
    assert set(noted["messages"]) == {"id", "en"}
    assert set(noted["messages"]["en"]) == {"what", "todo"}


def test_check_in_json_leaves_with_the_same_code_and_says_nothing_else(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "rusak.bpmn").write_bytes(b"<")
    done = shell("check", "--json", str(tmp_path / "rusak.bpmn"))
    report = json.loads(done.output)
    assert (done.exit_code, report["ok"], report["counts"]["error"]) == (1, False, 1)
    nothing = shell("check", "--json", *files(tmp_path, {"anak.bpmn": called(), "isian.form": ASKED}))
    assert json.loads(nothing.output)["findings"] == []
    assert "findings" in shell("check", "--help").output


def test_check_before_init_counts_nothing_as_deployed_and_says_so(tmp_path: Path) -> None:
    env = {"ALUR_DATA_DIR": str(tmp_path / "data")}
    paths = files(tmp_path, {"induk.bpmn": calling("anak"), "isian.form": ASKED})
    done = CliRunner(env=env).invoke(commands, ["check", *paths])
    assert done.exit_code == 1
    assert "Galat induk.bpmn" in done.output
    assert "dianggap belum ada yang berlaku" in done.output
    whole = CliRunner(env=env).invoke(commands, ["check", *paths, *files(tmp_path, {"anak.bpmn": called()})])
    assert (whole.exit_code, whole.output) == (0, "Tidak ada temuan.\n")
    assert not (tmp_path / "data").exists()


def shaped_as(shell: Shell, revision: str) -> None:
    with sqlite3.connect(shell.folder / "data" / "alur.sqlite3") as connection:
        connection.execute("UPDATE schema_revision SET version_num = ?", [revision])


def test_check_refuses_a_database_of_a_newer_version_as_deploy_does(shell: Shell, tmp_path: Path) -> None:
    shaped_as(shell, "9999")
    paths = files(tmp_path, procedure())
    checked, deployed = shell("check", *paths), shell("deploy", *paths)
    assert "versi Alur yang lebih baru (skema 9999)" in str(checked.exception)
    assert str(checked.exception) == str(deployed.exception)


def test_check_beside_a_database_that_is_yet_to_be_migrated_says_that_it_looked_into_none(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision(monkeypatch, tmp_path)
    done = shell("check", *files(tmp_path, {"induk.bpmn": calling("anak"), "isian.form": ASKED}))
    assert done.exit_code == 1
    assert "dianggap belum ada yang berlaku" in done.output


def test_deploy_takes_what_a_diagram_names_from_the_watched_folders_as_check_does(shell: Shell) -> None:
    diagram = str(ROOT / "processes" / "pengaduan.bpmn")
    assert shell("check", diagram).exit_code == 0
    assert "pengaduan versi 1 diterapkan" in shell("deploy", diagram).output


def test_a_file_that_nothing_uses_is_left_out_with_a_warning(shell: Shell, tmp_path: Path) -> None:
    done = shell("deploy", *files(tmp_path, {**procedure(), "entah.form": ASKED, "rute.dmn": TABLE}))
    assert done.exit_code == 0
    assert "Peringatan entah.form" in done.output
    assert "Peringatan rute.dmn" in done.output
    assert "uji versi 1 diterapkan" in done.output
    with shell.database().reading() as session:
        kept = session.scalars(select(DefinitionFile.name)).all()
    assert set(kept) == {"uji.bpmn", "terima.form", "periksa.form"}


def test_with_four_eyes_a_command_proposes_and_says_so(tmp_path: Path, migrated_sqlite: Path) -> None:
    shell = Shell(tmp_path, migrated_sqlite, ALUR_FOUR_EYES="1")
    assert shell("deploy", *files(tmp_path, procedure())).exit_code == 0
    opened = {"terima.form": form(text("nomor"), text("judul", required=True), text("pelapor"))}
    done = shell("deploy", *files(tmp_path, opened))
    assert done.exit_code == 3
    assert "Usulan 1 menunggu persetujuan orang kedua" in done.output
    assert "“Pelapor” tidak lagi identitas" in done.output


def test_check_plays_the_scenarios_beside_a_diagram(shell: Shell, tmp_path: Path) -> None:
    steps = [
        {
            "do": "start",
            "process": "uji",
            "values": {"judul": "Lampu"},
            "then": {"ended": [{"at": "selesai"}]},
        }
    ]
    told = {
        "scenario": "Langsung selesai",
        "process": "uji",
        "begins": "2026-11-02T09:00+07:00",
        "steps": steps,
    }
    for name, content in procedure().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "langsung.scenario").write_text(json.dumps(told))
    other = {**told, "scenario": "Proses lain", "process": "lain"}
    (tmp_path / "lain.scenario").write_text(json.dumps(other))
    done = shell("check", *map(str, sorted(tmp_path.glob("*.[bf]*"))))
    assert done.exit_code == 0, done.output
    assert "Skenario “Langsung selesai” tidak berjalan seperti yang disimpan: langkah 1" in done.output
    assert "Proses lain" not in done.output
