"""What the two diagrams of a comparison show: every element that differs, told by sign and words, not by colour."""

import re

from lxml import etree

from app.services.comparison import pictures
from app.services.comparison.comparison import compare
from app.services.comparison.pictures import Picture
from tests.services.comparison.contents import Files
from tests.sop_changes.editing import Drawing, changed_form, replaced, shipped

SOP = shipped()


def drawn(changed: dict[str, bytes]) -> tuple[Picture, Picture]:
    older, newer = Files(SOP), Files({**SOP, **changed})
    return pictures.pictures(older, newer, compare(older, newer), titles=("Lama", "Baru"))


def state(picture: Picture, id: str) -> str:
    """What the class of an element says of it."""
    [group] = etree.fromstring(picture.svg).xpath("//*[@data-element-id=$id]", id=id)
    return " ".join(re.findall(r"is-(\w+)", group.get("class")))


def badge(picture: Picture, id: str) -> str | None:
    """What is written on the badge of an element; None where it has none."""
    found = etree.fromstring(picture.svg).xpath("//*[@data-badge-of=$id]", id=id)
    return "".join(found[0].itertext()) if found else None


def a_new_task() -> dict[str, bytes]:
    drawing = Drawing()
    drawing.add_task("periksa_ulang", "Periksa ulang", "lajur_upp", form="telaahan")
    drawing.lead("penyaluran_ke_telaahan", "periksa_ulang")
    drawing.connect("periksa_ulang", "telaahan")
    return drawing.saved()


def test_what_is_new_is_marked_on_the_newer_alone() -> None:
    older, newer = drawn(a_new_task())
    assert state(newer, "periksa_ulang") == "added"
    assert badge(newer, "periksa_ulang") == ""  # the sign alone
    assert 'data-element-id="periksa_ulang"' not in older.svg


def test_what_is_gone_is_marked_on_the_older_alone() -> None:
    content = SOP["pengaduan.bpmn"].decode()
    content = re.sub(r"\s*<bpmn:(incoming|outgoing)>unit_diingatkan</bpmn:\1>", "", content)
    content = re.sub(r'\s*<bpmn:sequenceFlow id="unit_diingatkan"[^>]*/>', "", content)
    content = re.sub(
        r'\s*<bpmndi:BPMNEdge id="unit_diingatkan_di".*?</bpmndi:BPMNEdge>', "", content, flags=re.S
    )
    older, newer = drawn({"pengaduan.bpmn": content.encode()})
    assert state(older, "unit_diingatkan") == "removed"
    assert badge(older, "unit_diingatkan") == ""
    assert "unit_diingatkan" not in newer.svg


def test_a_flow_is_marked_with_what_changed_of_it() -> None:
    for picture in drawn(a_new_task()):
        assert state(picture, "penyaluran_ke_telaahan") == "changed"
        assert badge(picture, "penyaluran_ke_telaahan") == "tujuan"


def test_lanes_are_marked_too() -> None:
    drawing = Drawing()
    drawing.rename("lajur_upt", "UPT/Inspektorat")
    for picture in drawn(drawing.saved()):
        assert (state(picture, "lajur_upt"), badge(picture, "lajur_upt")) == ("changed", "nama")


def test_a_task_says_its_own_changes_before_those_of_its_form() -> None:
    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi")
    form = changed_form("konfirmasi", lambda fields: fields["unsur_5w1h"].update(label="Unsur"))
    _older, newer = drawn({**drawing.saved(), **form})
    assert (state(newer, "konfirmasi"), badge(newer, "konfirmasi")) == ("moved", "lajur, formulir")


def test_a_change_of_a_form_or_table_shows_at_what_uses_it() -> None:
    form = changed_form("laporan", lambda fields: fields["judul"].update(label="Perihal"))
    table = replaced("rute-unit.dmn", '"Jalan Berlubang"', '"Jalan Rusak"')
    _older, newer = drawn({**form, **table})
    assert (state(newer, "mulai"), badge(newer, "mulai")) == ("changed", "formulir")
    assert (state(newer, "saran_unit"), badge(newer, "saran_unit")) == ("changed", "tabel keputusan")


def test_what_is_written_otherwise_in_the_file_is_not_marked() -> None:
    """Else every element would be: a modeler may write none of its lists of flows."""
    for picture in drawn(Drawing().saved()):
        assert " is-" not in picture.svg


def test_a_shape_that_was_moved_is_marked_and_the_lines_that_follow_it_are_not() -> None:
    content = SOP["pengaduan.bpmn"].decode()
    content = content.replace('<dc:Bounds x="1554" y="418"', '<dc:Bounds x="1554" y="428"')
    content = content.replace('<di:waypoint x="1704" y="468" />', '<di:waypoint x="1704" y="478" />')
    _older, newer = drawn({"pengaduan.bpmn": content.encode()})
    assert state(newer, "melaporkan") == "moved"
    assert state(newer, "melaporkan_ke_selesai") == ""
    assert newer.unmarked == 0


def test_where_the_whole_drawing_was_moved_its_elements_are_counted_and_not_marked() -> None:
    moved = re.sub(
        rb'(<dc:Bounds x=")(\d+)',
        lambda found: found[1] + b"%d" % (int(found[2]) + 300),
        SOP["pengaduan.bpmn"],
    )
    _older, newer = drawn({"pengaduan.bpmn": moved})
    assert " is-" not in newer.svg
    assert newer.unmarked == 39


def test_the_picture_says_in_words_what_is_marked() -> None:
    root = etree.fromstring(drawn(a_new_task())[1].svg)
    said = root.findtext("desc") or ""
    assert said == "Baru: Periksa ulang; Alur urutan. Berubah: Alur urutan."
    [group] = root.xpath("//*[@data-element-id='periksa_ulang']")
    assert group.findtext("title") == "Periksa ulang — baru"


def test_links_lead_to_elements_that_are_drawn() -> None:
    _older, newer = drawn(a_new_task())
    assert newer.address(["periksa_ulang"]) == "#baru-e-periksa_ulang"
    assert newer.address(["pesan_data_pelengkap", "telaahan"]) == "#baru-e-telaahan"
    assert newer.address(["pesan_data_pelengkap"]) == ""


def test_the_legend_shows_each_kind_of_change_by_its_own_sign_and_line() -> None:
    found = pictures.samples()
    assert list(found) == ["added", "removed", "changed", "moved"]
    assert len({re.search(r"<path.*?/>", svg)[0] for svg in found.values()}) == 4  # type: ignore[index]
