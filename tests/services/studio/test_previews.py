"""A form of a draft as those see it who will."""

from app.services.studio import previews
from app.services.studio.previews import Preview
from tests.services.office import Office
from tests.sop_changes.editing import shipped


def seen(office: Office, name: str, **wish: object) -> Preview:
    with office.database.reading() as session:
        return previews.preview(session, shipped(), name, **wish)  # type: ignore[arg-type]


def labelled(viewers: object) -> list[str]:
    return [one.label for one in viewers]  # type: ignore[attr-defined]


def test_who_fills_a_form_in_and_who_reads_it_can_be_chosen(office: Office) -> None:
    laporan = seen(office, "laporan.form")
    assert labelled(laporan.viewers) == [
        "LAPOR ! – SP4N mengisi: Mulai",
        "UPP K/L/D membaca perkaranya",
        "UPT membaca perkaranya",
        "LAPOR ! – SP4N membaca perkaranya",
    ]
    assert laporan.viewer.kind == "fills"
    assert laporan.components


def test_identity_is_masked_for_every_lane_and_open_to_none_that_may_not_see_it(office: Office) -> None:
    typed = {"nama_pelapor": ["Sumiati"], "judul": ["Jalan rusak"]}
    for lane, may_see in (("lajur_upp", True), ("lajur_upt", False)):
        read = seen(office, "laporan.form", viewer=f"baca:{lane}", typed=typed)
        told = dict(read.rows)
        assert (told["Judul laporan"], read.viewer.may_see) == ("Jalan rusak", may_see)
        assert "Nama pelapor" not in told
        assert "Sumiati" not in str(read.rows)
        assert "Nama pelapor" in read.sealed


def test_conditions_react_to_what_is_typed_and_a_trial_tells_what_is_refused(office: Office) -> None:
    tried = seen(office, "laporan.form", typed={"anonim": ["true"], "judul": ["x"]}, check=True)
    groups = {part.label: part for part in tried.components}
    assert groups["Identitas pelapor"].hidden
    assert not groups["Pokok laporan"].hidden
    assert tried.summary
    assert any("Judul" in words for part in tried.components for _id, words in part.errors)


def test_examples_fill_what_types_and_limits_tell(office: Office) -> None:
    told = dict(seen(office, "laporan.form", viewer="baca:lajur_upp", sample=True).rows)
    assert (told["Kategori"], told["Judul laporan"]) == ("Jalan Berlubang", "Contoh judul laporan")


def test_the_reporter_sees_his_own_form_and_what_is_told_to_him(office: Office) -> None:
    assert seen(office, "pelapor.form").viewer.kind == "reporter_fills"
    told = seen(office, "konfirmasi.form", viewer="pelapor", sample=True)
    assert told.viewer.kind == "reporter_reads"
    assert told.rows
    assert "Kesimpulan" not in dict(told.rows)
