"""Who does it: lanes are moved, renamed and added in the drawing alone."""

from app.services.people import groups, users
from app.services.people.profiles import Profile
from tests.sop_changes.conftest import Case, Office
from tests.sop_changes.editing import Drawing


def test_task_3_is_moved_to_the_lane_of_the_units(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.move(
        "lajur_upt", "konfirmasi", "tenggat_konfirmasi", "ingatkan_konfirmasi", "pengingat_konfirmasi"
    )
    found = office.deploy(drawing.saved())["findings"]
    [warning] = [finding for finding in found if finding["code"] == "unit_not_chosen"]
    assert warning["element_id"] == "konfirmasi"
    assert "Mulai → Penyaluran Pengaduan → Telaahan Lanjutan" in warning["message"]

    new = office.start().go_to("konfirmasi")
    assert new.tasks("upp") == []
    task = new.task("dpupr")
    assert (task["lane"], task["unit"]) == (
        "UPT",
        None,
    )  # no unit is chosen yet: the whole lane, with a warning
    assert [event["activity_id"] for event in new.events("unit_missing")] == ["konfirmasi"]
    new.complete("dpupr", "konfirmasi")
    assert new.task("upp")["activity_id"] == "menyalurkan"
    assert old.go_to("konfirmasi").task("upp")["lane"] == "UPP K/L/D"
    assert old.tasks("dpupr") == []
    new.picture()


def test_a_lane_gets_another_name_and_the_same_officers_work_on(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.rename("lajur_upp", "Unit Pengelola Pengaduan")
    found = office.deploy(drawing.saved())["findings"]
    assert "lane_without_officers" not in {finding["code"] for finding in found}
    [warning] = [finding["message"] for finding in found if finding["code"] == "lane_renamed"]
    assert "“UPP K/L/D” kini bernama “Unit Pengelola Pengaduan”" in warning

    new = office.start().go_to("telaahan")
    assert new.task("upp")["lane"] == "Unit Pengelola Pengaduan"
    new.complete("upp", "telaahan")
    assert new.task("upp")["activity_id"] == "konfirmasi"
    assert old.go_to("telaahan").task("upp")["lane"] == "UPP K/L/D"


def test_lanes_that_swap_their_names_swap_their_officers(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.rename("lajur_upp", "UPT")
    drawing.rename("lajur_upt", "UPP K/L/D")
    found = office.deploy(drawing.saved())["findings"]
    swapped = [finding["element_id"] for finding in found if finding["code"] == "lane_group_changed"]
    assert swapped == ["lajur_upp", "lajur_upt"]

    new = office.start().go_to("telaahan")
    assert new.tasks("upp") == []
    assert new.task("dpupr")["lane"] == "UPT"
    assert old.go_to("telaahan").task("upp")["lane"] == "UPP K/L/D"


def test_a_fourth_lane_is_warned_of_until_somebody_works_there(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.add_lane("lajur_hukum", "Bagian Hukum")
    drawing.add_task("telaah_hukum", "Telaah hukum", "lajur_hukum")
    drawing.lead("telaahan_ke_konfirmasi", "telaah_hukum")
    drawing.connect("telaah_hukum", "konfirmasi")
    found = office.deploy(drawing.saved())["findings"]
    [warning] = [finding for finding in found if finding["code"] == "lane_without_officers"]
    assert (warning["severity"], "Bagian Hukum" in warning["message"]) == ("warning", True)

    new = office.start().go_to("telaahan")
    new.complete("upp", "telaahan")
    assert [new.tasks(name) for name in ("lapor", "upp", "dpupr")] == [[], [], []]
    with office.installation.database.transaction() as session:
        lane = frozenset({groups.get_or_add(session, "Bagian Hukum").id})
        users.add(session, "hukum", Profile("Petugas Hukum", groups=lane), actor=None)
    assert new.task("hukum")["name"] == "Telaah hukum"
    new.complete("hukum", "telaah_hukum")
    assert new.task("upp")["activity_id"] == "konfirmasi"
    assert old.go_to("konfirmasi").tasks("hukum") == []
    new.picture()
