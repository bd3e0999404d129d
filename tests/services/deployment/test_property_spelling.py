"""Properties of a diagram whose names were meant to be others."""

from pathlib import Path

import pytest

from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import bpmn, end, start, user
from tests.services.office import form, text

ROOT = Path(__file__).resolve().parents[3]


def found(
    process: dict[str, str] | None = None,
    lane: dict[str, str] | None = None,
    task: dict[str, str] | None = None,
) -> list[tuple[str, str, str | None, str | None]]:
    diagram = bpmn(
        [start("mulai", form="isian"), user("periksa", properties=task), end("selesai")],
        "mulai > periksa > selesai",
        lanes={"Loket": "mulai periksa selesai"},
        lane_properties={"Loket": lane or {}},
        properties=process,
        key="uji",
        name="Uji",
    )
    files = {"gambar.bpmn": diagram, "isian.form": form(text("judul"))}
    return [_short(f) for f in deployments.check_files(None, files) if f.code == "property_misspelt"]


def _short(finding: Finding) -> tuple[str, str, str | None, str | None]:
    return finding.params["known"], finding.severity, finding.element_id, finding.file


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Identitas", "identitas"),
        ("identitass", "identitas"),
        ("identitas_tertutup", "identitas tertutup"),
        ("identitas tetutup", "identitas tertutup"),
    ],
)
def test_a_misspelt_rule_about_identity_is_an_error(name: str, known: str) -> None:
    assert found(process={name: "Loket"}) == [(known, "error", "uji", "gambar.bpmn")]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Nomor", "nomor"),
        ("perihl", "perihal"),
        ("satuan-hari", "satuan hari"),
        ("awalan nomer", "awalan nomor"),
    ],
)
def test_another_misspelt_property_of_a_process_is_a_warning(name: str, known: str) -> None:
    assert found(process={name: "judul"}) == [(known, "warning", "uji", "gambar.bpmn")]


def test_lanes_and_tasks_are_looked_at_too() -> None:
    assert found(lane={"Koordinator": "Ketua"}) == [("koordinator", "warning", "lane_1", "gambar.bpmn")]
    assert found(task={"statuspublik": "x"}) == [("status publik", "warning", "periksa", "gambar.bpmn")]
    assert found(task={"Tuntas": "ya"}) == [("tuntas", "warning", "periksa", "gambar.bpmn")]


def test_the_sops_own_words_and_short_ones_are_let_be() -> None:
    assert found(process={"nomor sop": "1", "dasar hukum": "x", "peringatan": "x"}) == []
    assert found(task={"ket": "x", "kel": "x", "catatan": "x", "identitas": "Loket"}) == []


def test_the_shipped_files_hold_no_misspelling() -> None:
    files = {p.name: p.read_bytes() for folder in ("processes", "forms") for p in (ROOT / folder).iterdir()}
    codes = {finding.code for finding in deployments.check_files(None, files)}
    assert not codes & {"property_misspelt", "form_mark_misspelt", "form_mark_unclear"}
