"""A field gets another key, and with it whatever reads it in the draft."""

import pytest
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.commands import studio
from app.services.studio import draft_files, field_usage, new_drafts, renaming, titles
from app.services.studio.renaming import Plan, plan_for
from tests.services.office import Office, form, text
from tests.sop_changes.editing import shipped


def planned(files: dict[str, bytes], file: str, old: str, new: str) -> Plan:
    return plan_for(files, dict.fromkeys(files, 1), file, old, new)


def draft_of(office: Office, files: dict[str, bytes]) -> int:
    with office.database.transaction() as session:
        title = titles.title_of(files)
        return new_drafts.begin_from_files(session, files, title=title, actor=office.owner).id


@pytest.mark.parametrize(
    ("file", "old", "places"),
    [
        ("laporan.form", "kategori", {"laporan.form", "penyaluran.form", "pengaduan.bpmn", "rute-unit.dmn"}),
        (
            "menyalurkan.form",
            "unit_tujuan",
            {"menyalurkan.form", "tindak_lanjut.form", "pengaduan.bpmn", "rute-unit.dmn"},
        ),
        ("tindak_lanjut.form", "hasil", {"tindak_lanjut.form", "menyalurkan.form", "pengaduan.bpmn"}),
    ],
)
def test_a_field_of_the_sop_is_renamed_with_all_its_readers_and_back(
    file: str, old: str, places: set[str]
) -> None:
    files = shipped()
    plan = planned(files, file, old, "nama_lain")
    assert (plan.left, plan.unsure, set(plan.files)) == ((), (), places)
    assert {change.file for change in plan.changes} == places
    after = {**files, **plan.files}
    assert not field_usage.usage_of(after, file)["fields"].get(old)
    back = planned(after, file, "nama_lain", old)
    assert {**after, **back.files} == files


@pytest.mark.parametrize("name", ["", "2x", "a b", "if", "count", "this", "judul", "kategori", "x" * 61])
def test_a_key_that_is_none_or_is_taken_is_refused(name: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        planned(shipped(), "laporan.form", "kategori", name)
    assert set(refused.value.errors) == {"to"}


def test_where_an_entry_of_a_list_may_be_meant_it_stays_and_is_said() -> None:
    shown = {"type": "expression", "key": "n", "id": "n", "expression": "=count(daftar[judul = 1]) + judul"}
    files = {"a.form": form(text("judul"), shown)}
    plan = planned(files, "a.form", "judul", "pokok")
    assert b"count(daftar[judul = 1]) + pokok" in plan.files["a.form"]
    assert len(plan.unsure) == 1


def test_what_only_people_can_change_is_said_and_stops_all_of_it(office: Office) -> None:
    files = shipped()
    feel, foreign = b'=kesimpulan = "perlu pemeriksaan"', b'${kesimpulan == "perlu pemeriksaan"}'
    assert feel in files["pengaduan.bpmn"]
    files["pengaduan.bpmn"] = files["pengaduan.bpmn"].replace(feel, foreign)
    draft_id = draft_of(office, files)
    with office.database.reading() as session:
        plan = renaming.plan(session, draft_id, "konfirmasi.form", "kesimpulan", "akhir", actor=office.owner)
    assert plan.left
    with pytest.raises(Conflict):
        studio.rename_field(
            office.database,
            draft_id,
            "konfirmasi.form",
            "kesimpulan",
            "akhir",
            seen=plan.seen,
            actor=office.owner,
        )
    with office.database.reading() as session:
        assert draft_files.contents(session, draft_id) == files


def test_all_files_change_at_once_or_none(office: Office) -> None:
    draft_id = draft_of(office, shipped())
    with office.database.reading() as session:
        plan = renaming.plan(session, draft_id, "laporan.form", "kategori", "jenis", actor=office.owner)
    later = shipped()["laporan.form"].replace(b'"Judul laporan"', b'"Judul"')
    studio.save_file(office.database, draft_id, "laporan.form", later, began_with=1, actor=office.owner)
    with pytest.raises(Conflict):
        studio.rename_field(
            office.database, draft_id, "laporan.form", "kategori", "jenis", seen=plan.seen, actor=office.owner
        )
    with office.database.reading() as session:
        assert draft_files.contents(session, draft_id) == {**shipped(), "laporan.form": later}
        seen = renaming.plan(session, draft_id, "laporan.form", "kategori", "jenis", actor=office.owner).seen
    done = studio.rename_field(
        office.database, draft_id, "laporan.form", "kategori", "jenis", seen=seen, actor=office.owner
    )
    assert done["revisions"]["laporan.form"] == 3
    assert done["revisions"]["pelapor.form"] == 1
    with office.database.reading() as session:
        assert b'"key": "jenis"' in draft_files.contents(session, draft_id)["penyaluran.form"]


def test_only_process_owners_rename(office: Office) -> None:
    draft_id = draft_of(office, shipped())

    def refused(session: Session) -> None:
        with pytest.raises(NotAllowed):
            renaming.plan(session, draft_id, "laporan.form", "kategori", "jenis", actor=office.rina)

    with office.database.reading() as session:
        refused(session)
