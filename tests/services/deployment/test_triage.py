"""Triage: every file is judged, none stops the others, and what runs is driven to an end."""

import json
import os
import time
from pathlib import Path

from click.testing import CliRunner

from app import findings
from app.cli import commands
from app.services.deployment import triage, triage_driver
from tests.engine.building import boundary, bpmn, end, exclusive, flow, node, start, user
from tests.engine.read_files import read

PLAIN = bpmn([start(), user("telaah"), end()], "start > telaah > end")
ASKING = bpmn(
    [start(), user("telaah"), exclusive("lengkap"), end("ya"), end("tidak")],
    "start > telaah > lengkap > ya\nlengkap > tidak",
)
REFUSED = bpmn(
    [start(), node("scriptTask", "skrip", inside="<bpmn:script>x()</bpmn:script>"), end()],
    "start > skrip > end",
)


def folder(place: Path, **files: bytes) -> Path:
    (place / "dalam").mkdir()
    for name, content in files.items():
        (place / "dalam" / f"{name}.bpmn").write_bytes(content)
    return place


def test_each_file_below_a_folder_is_judged(tmp_path: Path) -> None:
    folder(tmp_path, jalan=PLAIN, tanya=ASKING, tolak=REFUSED)
    (tmp_path / "bukan.xml").write_bytes(b"<x/>")
    (tmp_path / "catatan.txt").write_bytes(b"-")
    found = {Path(o.file).stem: o for o in triage.judged(triage.files(tmp_path), run=True, seed=1)}
    verdicts = {name: outcome.verdict for name, outcome in found.items()}
    assert verdicts == {"jalan": "runs", "tanya": "asks", "tolak": "refused", "bukan": "refused"}
    assert found["tolak"].findings == ("error:script_task",)
    assert [drive.end for name in ("jalan", "tanya") for drive in found[name].drives] == ["ended", "ended"]


def test_the_command_counts_and_writes_each_outcome(tmp_path: Path) -> None:
    folder(tmp_path, jalan=PLAIN, tolak=REFUSED)
    report = tmp_path / "hasil.json"
    shown = CliRunner().invoke(commands, ["triage", str(tmp_path), "--run", "--json", str(report)])
    assert shown.exit_code == 0
    assert "Benih petugas acak" in shown.output
    assert "script_task" in shown.output
    written = json.loads(report.read_text("utf-8"))
    assert written["totals"]["verdicts"] == {"runs": 1, "refused": 1}
    assert {Path(file["file"]).stem for file in written["files"]} == {"jalan", "tolak"}


def test_the_command_names_what_it_refused_and_why(tmp_path: Path) -> None:
    folder(tmp_path, jalan=PLAIN, tolak=REFUSED)
    shown = CliRunner().invoke(commands, ["triage", str(tmp_path)]).output.splitlines()
    [named] = [line for line in shown if "tolak.bpmn" in line]
    assert named.startswith(f"  {tmp_path / 'dalam' / 'tolak.bpmn'}:")
    assert "“Skrip” adalah tugas skrip" in named
    [counted] = [line for line in shown if "(script_task)" in line]
    assert "“…” adalah tugas skrip" in counted
    assert not any("jalan.bpmn" in line or "berkas lagi" in line for line in shown)


def test_of_many_refused_files_the_first_are_named(tmp_path: Path) -> None:
    folder(tmp_path, **{f"tolak{n}": REFUSED for n in range(22)})
    shown = CliRunner().invoke(commands, ["triage", str(tmp_path)]).output
    assert shown.count(".bpmn:") == 20
    assert "… dan 2 berkas lagi; semuanya: triage FOLDER --json BERKAS" in shown


def test_every_title_says_something_without_a_parameter() -> None:
    titles = {code: findings.title(code) for code in findings.TEXTS}
    assert all(len(words) > 10 and not set("{}") & set(words) for words in titles.values()), titles
    assert findings.title("file_not_used") == "… tidak dipakai oleh diagram mana pun yang berlaku"


def test_a_folder_without_diagrams_is_told(tmp_path: Path) -> None:
    (tmp_path / "catatan.txt").write_text("bukan diagram")
    shown = CliRunner().invoke(commands, ["triage", str(tmp_path), "--run"]).stdout
    assert shown == f"Di bawah {tmp_path} tidak ada berkas diagram (.bpmn, .xml).\n"


def test_a_job_that_hangs_dies_or_raises_is_told_and_stops_no_other() -> None:
    before = time.monotonic()
    slow = list(triage.each(time.sleep, [(0,), (600,), (0,)], seconds=0.3, workers=2))
    assert sorted((job[0], why) for job, _result, why in slow) == [
        (0, ""),
        (0, ""),
        (600, "longer than 0.3 s"),
    ]
    assert time.monotonic() - before < 60
    [(_job, result, why)] = triage.each(os._exit, [(7,)], seconds=30)
    assert (result, why) == (None, "the process died: exit code 7")
    [(_job, result, why)] = triage.each(divmod, [(1, 0)], seconds=30)
    assert result is None
    assert "ZeroDivisionError" in why


def test_the_officer_fills_in_what_the_conditions_ask() -> None:
    xml = bpmn(
        [start(), user("telaah"), exclusive("g"), end("a"), end("b")],
        [
            "start > telaah > g",
            flow("g", "a", condition='jenis = "jarang"'),
            flow("g", "b", condition="jumlah > 6 and jumlah < 8"),
        ],
    )
    ends = {triage_driver.drive_diagram(read(xml), str(seed)).end for seed in range(20)}
    assert ends == {"ended"}


def test_a_case_without_an_end_is_left_after_the_most_steps() -> None:
    xml = bpmn([start(), user("a"), user("b")], "start > a > b > a")
    drive = triage_driver.drive_diagram(read(xml), "1")
    assert (drive.end, drive.steps) == ("going", triage_driver.MOST_STEPS)


def test_the_clock_moves_while_he_works() -> None:
    late = boundary("lewat", "telaah", after="3 hari", interrupting=True)
    xml = bpmn([start(), user("telaah"), late, end()], "start > telaah > telaah\nlewat > end")
    xml = xml.replace(b"telaah__telaah", b"lagi")
    assert triage_driver.drive_diagram(read(xml), "1").end == "ended"


def test_an_expression_that_is_too_much_is_not_tried_again_and_again() -> None:
    runaway = '<zeebe:input source="=for i in 1..100000000 return i + x" target="y"/>'
    task = user("telaah", extensions=f"<zeebe:ioMapping>{runaway}</zeebe:ioMapping>")
    xml = bpmn([start(), task, end()], "start > telaah > end")
    began = time.monotonic()
    drive = triage_driver.drive_diagram(read(xml), "1")
    assert (drive.end, drive.steps) == ("stopped", 0)
    assert time.monotonic() - began < triage.SECONDS / 2


def test_a_diagram_whose_file_name_is_no_utf_8_is_driven_like_any_other(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xe9.bpmn")).write_bytes(PLAIN)
    [outcome] = triage.judged(triage.files(tmp_path), run=True, seed=1)
    assert (outcome.verdict, [drive.end for drive in outcome.drives]) == ("runs", ["ended"])


def calling(*, key: str, calls: str) -> bytes:
    call = node("callActivity", "panggil", calledElement=calls)
    return bpmn([start(), call, end()], "start > panggil > end", key=key)


def test_what_needs_another_file_of_the_folder_takes_it_along(tmp_path: Path) -> None:
    helper = bpmn([start(form="isi"), user("telaah"), end()], "start > telaah > end", key="bantu")
    folder(tmp_path, bantu=helper, utama=calling(key="utama", calls="bantu"))
    verdicts = {Path(o.file).stem: (o.verdict, o.lacks) for o in triage.judged(triage.files(tmp_path))}
    assert verdicts["bantu"] == ("incomplete", ("form: isi",))
    (tmp_path / "isi.form").write_text(
        '{"type": "default", "id": "isi", "schemaVersion": 16, "components": []}'
    )
    found = triage.judged(triage.files(tmp_path), run=True, folder=tmp_path)
    assert {Path(o.file).stem: o.verdict for o in found} == {"bantu": "runs", "utama": "runs"}


def test_a_file_that_waits_for_one_that_is_refused_or_missing_is_incomplete(tmp_path: Path) -> None:
    refused = REFUSED.replace(b'id="prosedur"', b'id="rusak"')
    folder(tmp_path, rusak=refused, a=calling(key="a", calls="rusak"), b=calling(key="b", calls="rusak"),
           c=calling(key="c", calls="entah"))  # fmt: skip
    shown = CliRunner().invoke(commands, ["triage", str(tmp_path)]).output
    assert "3  75.0%  kurang berkas lain" in shown
    assert f"2  {tmp_path / 'dalam' / 'rusak.bpmn'} ditolak" in shown
    assert "1  proses “entah” tidak ada" in shown


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_the_limit_is_one_of_the_processor() -> None:
    found = list(triage.each(burn, [(0,), (60,)], seconds=1, workers=1))
    assert [(job[0], why) for job, _result, why in found] == [(0, ""), (60, "longer than 1 s")]
    [(_job, _result, why)] = triage.each(time.sleep, [(2,)], seconds=1, workers=1)
    assert why == ""  # it waited, as on a busy machine, and worked little
