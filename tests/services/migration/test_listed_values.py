"""What lists, filters and numbers have of a case that moves: worked out by the version that it moves to, and told."""

from typing import Any

import pytest
from sqlalchemy import select

from app.models import CaseFact, ProcessInstance
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.instances import instances
from app.services.numbers import recount
from tests.engine.building import bpmn, end, start, user
from tests.services.migration.moving import deploy, judge, move, outcomes, rows, undo
from tests.services.office import Office, form, text

pytestmark = pytest.mark.usefixtures("facts_follow")

FIELDS = (
    "nomor",
    "judul",
    "pokok",
    "jenis",
    "bidang",
    "dinas",
    "kantor",
    "daerah",
    "kecamatan",
    "berat",
    "darurat",
)
BEFORE = {
    "perihal": "judul", "kategori": "jenis", "unit": "dinas", "wilayah": "daerah", "prioritas": "berat",
}  # fmt: skip
AFTER = {
    "perihal": "pokok", "kategori": "bidang", "unit": "kantor", "wilayah": "kecamatan", "prioritas": "darurat",
}  # fmt: skip
HELD = {
    "judul": "Lampu mati", "pokok": "Lampu jalan", "jenis": "Jalan", "dinas": "A", "kantor": "B", "daerah": "Utara",
    "kecamatan": "Nguter", "berat": "tinggi", "darurat": "rendah",
}  # fmt: skip


def process(properties: dict[str, str]) -> dict[str, bytes]:
    named = {"nomor": "nomor", "awalan nomor": "DFT", "urutan prioritas": "tinggi, rendah", **properties}
    nodes = [start("terima", form="terima"), user("periksa"), end("selesai")]
    lanes = {"Loket": "terima periksa selesai"}
    flows = ["terima > periksa > selesai"]
    return {
        "daftar.bpmn": bpmn(nodes, flows, lanes=lanes, properties=named, key="daftar", name="Daftar"),
        "terima.form": form(*(text(key) for key in FIELDS)),
    }


def begun(office: Office) -> ProcessInstance:
    with office.database.transaction() as session:
        return instances.start(session, "daftar", HELD, actor=office.rina).instance


def found(office: Office, case: ProcessInstance) -> dict[str, Any]:
    """What lists, filters and numbers have of the case."""
    with office.database.reading() as session:
        row = session.get_one(ProcessInstance, case.id)
        fact = session.scalars(select(CaseFact).where(CaseFact.instance_id == case.id)).one()
        assert list(recount.differences(session)) == []
        kept = {}
        for category in ("Jalan", ""):
            asked = InstanceFilters(category=category or None)
            kept[category] = len(instance_lists.page(session, asked, actor=office.rina).items)
        return {
            "listed": (row.subject, row.category, row.unit_code, row.area, row.priority),
            "counted": (fact.category, fact.unit_code, fact.area),
            "filtered": kept["Jalan"],
        }


def test_a_moved_case_is_listed_by_the_fields_of_its_new_version_and_back(office: Office) -> None:
    deploy(office, process(BEFORE))
    case = begun(office)
    before, held = found(office, case), rows(office, case)
    assert before["listed"] == ("Lampu mati", "Jalan", "A", "Utara", "tinggi")
    target = deploy(office, process(AFTER))
    [verdict] = judge(office, target, case)
    assert verdict.kinds == {"task"}
    batch = move(office, target, case)
    after = found(office, case)
    assert after["listed"] == ("Lampu jalan", "", "B", "Nguter", "rendah")
    assert (after["counted"], after["filtered"]) == (("", "B", "Nguter"), 0)
    told = {(change.kind, change.before, change.after) for change in verdict.changes}
    assert told == {
        ("subject", "Judul", "Pokok"),  # free text: the fields, not what they hold
        ("category", "Jalan", ""),  # nobody filled in the other field
        ("unit_code", "A", "B"),
        ("area", "Utara", "Nguter"),
        ("priority", "tinggi", "rendah"),
    }
    undo(office, batch)
    assert outcomes(office, batch) == {case.id: "undone"}
    assert (found(office, case), rows(office, case)) == (before, held)
