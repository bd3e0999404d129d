"""Fields that the studio renamed with all their readers: the SOP is deployed without errors and runs to its end."""

from app.services.studio.renaming import plan_for
from tests.sop_changes.conftest import WAY, Office, answers
from tests.sop_changes.editing import shipped

NAMES = {"kategori": "jenis_masalah", "unit_tujuan": "dinas_tujuan"}


def renamed() -> dict[str, bytes]:
    files = shipped()
    for form, old in (("laporan.form", "kategori"), ("menyalurkan.form", "unit_tujuan")):
        files |= plan_for(files, {}, form, old, NAMES[old]).files
    return files


def test_a_case_runs_to_its_end_on_renamed_fields(office: Office) -> None:
    made = office.deploy(renamed())
    # The SOP keeps its number and date: nobody says that this is a revision.
    assert [one["code"] for one in made["findings"]] == ["sop_revision_unchanged"]
    case = office.start(kategori=None, jenis_masalah="Jalan Berlubang")
    for name, activity in WAY:
        if activity == "tindak_lanjut":
            assert case.variables["dinas_tujuan"] == "DPUPR"
        given = {NAMES.get(key, key): value for key, value in answers(activity, case.report).items()}
        task = next(one for one in case.tasks(name) if one["activity_id"] == activity)
        reply = case.send(name, task, {"variables": given})
        assert reply.status == 200, reply.text
    assert case.state["state"] == "ended"
    assert not NAMES.keys() & case.variables.keys()
