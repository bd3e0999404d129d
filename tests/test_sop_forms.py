"""The shipped forms: what officers and reporters are asked, and that real reports fit."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidForm
from app.forms import Form
from tests.reports import DATA, REPORTS, ROUTES, Report, answers_for, report, report_values
from tests.sop import DIAGRAM, NOW, TABLE

ROOT = DATA.parent.parent
SEED = ROOT / "app" / "services" / "maintenance" / "seed"
FORMS = sorted((ROOT / "forms").glob("*.form"))
#: The columns of LAPOR!'s own export, "Laporan Ringkas".
EXPORT = {
    "Tracking ID",
    "Tanggal Laporan Masuk",
    "Waktu Laporan Masuk",
    "Klasifikasi Laporan",
    "ID Kategori",
    "Kategori",
    "Judul Laporan",
    "Isi Laporan Awal",
    "Isi Laporan Akhir",
    "Tipe Laporan (Anonim/Rahasia)",
    "Sumber Laporan",
    "Instansi Induk",
    "ID Instansi Terdisposisi",
    "Instansi Terdisposisi",
    "Status Laporan",
    "Alasan Tunda/Arsip",
    "Provinsi",
    "Kota/Kabupaten",
    "Kecamatan",
    "Kelurahan",
}


@lru_cache
def form(key: str) -> Form:
    path = ROOT / "forms" / f"{key}.form"
    return forms.load_form(path.read_bytes(), file=path.name)


def fits(key: str, values: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """The values as the form lets them through; InvalidForm if it does not."""
    return forms.validate(form(key), forms.from_json(form(key), values), context=case, now=NOW)


def options(key: str, field: str) -> list[Any]:
    return [option.value for option in form(key).by_key[field].options]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_nothing_to_find(path: Path) -> None:
    assert forms.check_form(path.read_bytes(), file=path.name) == ()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_written_so_that_camunda_modeler_opens_it(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    assert (schema["type"], schema["id"], schema["executionPlatform"]) == (
        "default",
        path.stem,
        "Camunda Cloud",
    )
    ids = [part.id for part in form(path.stem).everything]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("Field_") for one in ids)


def test_the_diagram_names_every_form_and_no_other() -> None:
    named = re.findall(r'(?:formId|"formJsonSchemaFilename" value)="([\w]+)', DIAGRAM.read_text("utf-8"))
    assert sorted(named) == [path.stem for path in FORMS]


def test_channels_are_shown_as_they_spell_themselves_and_kept_as_the_export_has_them() -> None:
    schema = json.loads((ROOT / "forms" / "laporan.form").read_text("utf-8"))
    parts = schema["components"][0]["components"]
    labels = {choice["value"]: choice["label"] for choice in parts[0]["values"]}
    assert (labels["ios"], labels["Whatsapp"]) == ("iOS", "WhatsApp")


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one["id"])
def test_a_report_can_be_entered_as_it_is(one: Report) -> None:
    values = report_values(one)
    accepted = fits("laporan", values, {})
    assert {key: accepted[key] for key in values} == values


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one["id"])
def test_officers_answers_fit_every_form_along_the_path(one: Report) -> None:
    case = report_values(one)
    for activity, pass_no in _visits(one):
        values = answers_for(activity, one, pass_no)
        accepted = fits({"data_pelengkap": "pelapor"}.get(activity, activity), values, case)
        assert {key: accepted[key] for key in values} == values
        case |= accepted


def test_only_identity_is_private() -> None:
    private = {
        key: sorted(form(key).private_keys) for key in (path.stem for path in FORMS) if form(key).private_keys
    }
    assert private == {
        "laporan": ["alamat_pelapor", "email_pelapor", "kontak_pelapor", "nama_pelapor"],
        "telaahan": ["pihak_terlapor"],
    }


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("laporan", "tanggal_masuk"),
        ("laporan", "tanggal_kejadian"),
        ("tindak_lanjut", "tanggal_tindak_lanjut"),
        ("melaporkan", "diumumkan_lapor"),
        ("melaporkan", "diumumkan_sipp"),
    ],
)
def test_what_has_happened_did_not_happen_tomorrow(key: str, field: str) -> None:
    typed = {"hasil": "selesai", field: "2026-11-25"}
    with pytest.raises(InvalidForm) as raised:
        fits(key, {name: value for name, value in typed.items() if name in form(key).by_key}, {})
    assert raised.value.errors[field].endswith("tidak boleh sesudah hari ini.")


def test_an_anonymous_report_takes_no_identity() -> None:
    values = report_values(report("SIN-001")) | {"anonim": True}
    assert not form("laporan").private_keys & fits("laporan", values, {}).keys()


def test_every_import_column_is_a_column_of_the_export() -> None:
    columns = {field.import_column for field in form("laporan").fields if field.import_column}
    assert columns <= EXPORT
    assert {"Tracking ID", "Judul Laporan", "Isi Laporan Awal", "Kategori", "Kecamatan"} <= columns


@pytest.mark.parametrize("key", ["laporan", "penyaluran"])
def test_categories_are_those_of_the_routing_list(key: str) -> None:
    assert options(key, "kategori") == list(ROUTES)


def test_districts_are_all_of_wonogiri() -> None:
    districts = json.loads((SEED / "kecamatan_wonogiri.json").read_text("utf-8"))
    assert options("laporan", "kecamatan") == [district["nama"] for district in districts]


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("telaahan", "unit_terkait"),
        ("menyalurkan", "unit_tujuan"),
        ("menyalurkan", "tembusan_unit"),
        ("menyalurkan", "unit_usulan"),
        ("tindak_lanjut", "unit_usulan"),
    ],
)
def test_units_are_those_that_exist_today(key: str, field: str) -> None:
    units = json.loads((SEED / "unit_wonogiri.json").read_text("utf-8"))
    assert options(key, field) == [unit["kode"] for unit in units if "berlaku_sampai" not in unit]


@pytest.mark.parametrize(
    ("key", "field"),
    [("konfirmasi", "data_lengkap"), ("konfirmasi", "kesimpulan"), ("tindak_lanjut", "hasil")],
)
def test_officers_choose_in_the_words_of_the_paths(key: str, field: str) -> None:
    found = [one["jalan"].get(field, []) for one in REPORTS]
    used = {word for words in found for word in ([words] if isinstance(words, str) else words)}
    assert used <= set(options(key, field))


def test_every_text_a_rule_compares_with_can_be_chosen() -> None:
    """A value renamed in a form but not in a condition or table would send cases the wrong way without a word."""
    chosen: dict[str, set[Any]] = {}
    for path in FORMS:
        for field in form(path.stem).fields:
            chosen.setdefault(field.key, set()).update(option.value for option in field.options)
    rules = [
        *_conditions(DIAGRAM.read_text("utf-8")),
        *(part.hide or "" for p in FORMS for part in form(p.stem).everything),
    ]
    for name, value in (pair for rule in rules for pair in _compared(rule)):
        assert value in chosen[name] | {""}, (name, value)
    assert '"perlu pemeriksaan"' in TABLE.read_text("utf-8")
    assert "perlu pemeriksaan" in chosen["kesimpulan"]


def test_data_asked_for_and_explanations_are_wanted_only_where_they_are_needed() -> None:
    path = {"unsur_5w1h": ["apa"], "pihak_dikonfirmasi": "x", "hasil_klarifikasi": "x"}
    asked = {
        "lengkap": {"kesimpulan", "alasan_kesimpulan"},
        "perlu dilengkapi pelapor": {"data_diminta"},
        "tidak dapat dilengkapi": {"penjelasan_pelapor"},
    }
    for answer, keys in asked.items():
        assert set(_errors("konfirmasi", path | {"data_lengkap": answer})) == keys


def test_a_unit_that_returns_a_report_need_not_say_what_it_did() -> None:
    assert set(_errors("tindak_lanjut", {"hasil": "salah unit"})) == {"alasan_pengembalian"}


def test_evidence_is_wanted_unless_an_explanation_is_all_there_is() -> None:
    assert "bukti" in _errors("tindak_lanjut", {"hasil": "selesai", "bentuk_bukti": "berkas"})
    assert "bukti" not in _errors("tindak_lanjut", {"hasil": "selesai", "bentuk_bukti": "penjelasan"})


def _errors(key: str, values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidForm) as caught:
        fits(key, values, {})
    return dict(caught.value.errors)


def _conditions(xml: str) -> list[str]:
    return [
        text.replace("&#34;", '"') for text in re.findall(r"<bpmn:conditionExpression[^>]*>([^<]+)<", xml)
    ]


def _compared(rule: str) -> list[tuple[str, str]]:
    """(variable, text) for every ``a = "x"``, ``a != "x"`` and ``a in ("x", "y")``."""
    pairs = [(name, value) for name, value in re.findall(r'(\w+) !?= "([^"]*)"', rule)]
    for name, values in re.findall(r"(\w+) in \(([^)]*)\)", rule):
        pairs += [(name, value) for value in re.findall(r'"([^"]*)"', values)]
    return pairs


def _visits(one: Report) -> list[tuple[str, int]]:
    path = one["jalan"]
    visits = [("penyaluran", 1), ("telaahan", 1), ("konfirmasi", 1)]
    if path.get("pelapor") in ("melengkapi", "mencabut laporan"):
        visits.append(("data_pelengkap", 1))
    if path.get("pelapor") == "melengkapi":
        visits.append(("konfirmasi", 2))
    for pass_no in range(1, len(path.get("hasil", [])) + 1):
        visits += [("menyalurkan", pass_no), ("tindak_lanjut", pass_no)]
    return [*visits, ("melaporkan", 1)] if path["akhir"] == "Selesai" else visits


def test_a_unit_is_called_by_its_name_and_not_by_a_note_about_it() -> None:
    units = json.loads((SEED / "unit_wonogiri.json").read_text("utf-8"))
    assert [unit["nama"] for unit in units if ";" in unit["nama"] or "(" in unit["nama"]] == []


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_no_two_parts_of_a_form_are_called_the_same(path: Path) -> None:
    """An error names the field; a group of the same name would be meant as well."""
    names = [part.label for part in form(path.stem).everything if part.label]
    assert sorted(names) == sorted(set(names))


def test_a_report_is_withdrawn_only_by_who_says_so_twice() -> None:
    """The box stands right above the button on a phone, and nobody takes a withdrawal back."""
    reporter = form("pelapor")
    tick = {"pesan": "Laporan saya cabut.", "cabut_laporan": True}
    with pytest.raises(InvalidForm) as refused:
        forms.validate(reporter, tick, context={}, now=NOW)
    assert list(refused.value.errors) == ["cabut_yakin"]
    forms.validate(reporter, tick | {"cabut_yakin": True}, context={}, now=NOW)
    kept = forms.validate(reporter, {"pesan": "Ini datanya.", "cabut_laporan": False}, context={}, now=NOW)
    assert "cabut_yakin" not in kept  # not asked where nothing is withdrawn
