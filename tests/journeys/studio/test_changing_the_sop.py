"""A process owner changes the SOP in the browser, and finds everything again."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.studio.canvas import Editor, draft_of, draft_of_the_sop

ROOT = Path(__file__).resolve().parents[3]
SOP = (ROOT / "processes/pengaduan.bpmn").read_text("utf-8")
MOVED = "konfirmasi"


def test_an_owner_moves_a_task_changes_its_deadline_adds_one_mends_a_finding_and_finds_it_all_again(
    office: Office, people: People
) -> None:
    draft = draft_of_the_sop(office)
    editor = Editor(people("pemilik"), draft)
    assert editor.stored() == SOP

    x, _y = editor.middle(MOVED)
    editor.drag(MOVED, x, editor.middle("lajur_upt")[1])
    expect(editor.said).to_contain_text("pindah ke lajur “UPT”")
    expect(editor.said.get_by_role("button", name="Urungkan")).to_be_visible()

    editor.select("telaahan")
    editor.panel.get_by_label("Selesai dalam").fill("5 hari")
    expect(editor.panel.locator("#deadline-reading")).to_contain_text(
        re.compile(r"5 hari kerja.*Bila dibuka sekarang: \d+ \w+ 20\d\d")
    )
    editor.panel.get_by_label("Selesai dalam").press("Enter")
    expect(editor.said).to_contain_text("Ikut diubah: nama timer, sel Waktu, isi pemberitahuan.")

    outline = editor.outline()
    outline.get_by_role("combobox", name="Tambah sesudahnya").select_option("Tugas orang")
    outline.get_by_role("button", name="Tambah", exact=True).click()
    editor.write("Nama", "Periksa lampiran")
    editor.panel.get_by_label("Formulir", exact=True).select_option("telaahan")
    editor.write("Selesai dalam", "2 hari kerja")

    editor.select("penyaluran")
    editor.page.locator("summary", has_text="Properti lain").click()
    editor.panel.get_by_label("Nama properti baru").fill("status publk")
    editor.panel.get_by_role("button", name="Tambah properti").click()
    misspelt = editor.findings().filter(has_text="status publk")
    misspelt.get_by_role("button", name="Ganti nama menjadi “status publik”").click()
    expect(misspelt).to_have_count(0)

    found = editor.saved()
    lane = found.split('<bpmn:lane id="lajur_upt"')[1].split("</bpmn:lane>")[0]
    assert f"<bpmn:flowNodeRef>{MOVED}</bpmn:flowNodeRef>" in lane
    assert found.count(">5 hari<") == 1
    assert re.search(
        r'<bpmn:userTask id="periksa_lampiran" name="Periksa lampiran">\s*<bpmn:extensionElements>\s*'
        r'<zeebe:userTask />\s*<zeebe:formDefinition formId="telaahan" />',
        found,
    )
    flow = 'id="periksa_lampiran_ke_konfirmasi" sourceRef="periksa_lampiran" targetRef="konfirmasi"'
    assert f"<bpmn:sequenceFlow {flow} />" in found

    again = Editor(people("pemilik"), draft)
    assert again.stored() == found
    again.select("periksa_lampiran")
    expect(again.panel.get_by_label("Selesai dalam")).to_have_value("2 hari kerja")
    expect(again.panel.get_by_label("ingatkan petugas, tugas tetap terbuka")).to_be_checked()
    assert not again.findings().filter(has_text="Galat").count()


def test_what_is_undone_leaves_the_file_as_it_was_byte_for_byte(office: Office, people: People) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    editor.select("telaahan")
    editor.write("Status publik", "Sedang dibaca")
    assert "Sedang dibaca" in editor.saved()
    editor.page.get_by_role("button", name="Urungkan", exact=True).click()
    assert editor.saved() == SOP


def test_a_deadline_is_drawn_with_what_shall_happen_then_and_goes_again(
    office: Office, people: People
) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    editor.select("menyalurkan")
    editor.write("Selesai dalam", "4 hari")
    editor.panel.get_by_label("beri tahu juga koordinator, tugas tetap terbuka").check()
    found = editor.saved()
    assert re.search(
        r'id="tenggat_menyalurkan" name="4 hari" cancelActivity="false" attachedToRef="menyalurkan">'
        r'.*?name="tenggat" value="ya".*?>4 hari</bpmn:timeDuration>',
        found,
        re.DOTALL,
    )
    assert (
        '<zeebe:property name="untuk" value="lajur dan koordinator" />'
        in found.split('<bpmn:sendTask id="ingatkan_menyalurkan"')[1].split("</bpmn:sendTask>")[0]
    )
    differs = editor.findings().filter(has_text="sel waktu SOP berbunyi “Maksimal 60 hari”")
    differs.get_by_role("button", name="Samakan sel Waktu dengan timer").click()
    expect(editor.findings().filter(has_text="Peringatan")).to_have_count(0)

    editor.panel.get_by_label("ambil tugas dari petugas, lanjut ke …").check()
    editor.panel.get_by_label("Lanjut ke", exact=True).select_option(
        "Melaporkan hasil penyelesaian pengaduan"
    )
    found = editor.saved()
    assert "ingatkan_menyalurkan" not in found
    assert 'sourceRef="tenggat_menyalurkan" targetRef="melaporkan"' in found

    editor.panel.get_by_role("button", name="Hapus tenggat").click()
    assert "tenggat_menyalurkan" not in editor.saved()


def test_a_way_is_taken_by_a_condition_of_fields_and_values_or_by_asking(
    office: Office, people: People
) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    editor.ask("editor.reveal('salah_unit')")
    editor.panel.get_by_role("button", name="Tambah syarat").click()
    second = editor.panel.locator(".test").nth(1)
    second.get_by_label("Isian").select_option("kategori")
    second.get_by_label("Perbandingan").select_option("bukan")
    second.get_by_label("Nilai").select_option("Jembatan")
    editor.panel.get_by_label("Bila lebih dari satu").select_option("salah satu cukup")
    assert '>=hasil = "salah unit" or kategori != "Jembatan"<' in editor.saved()

    editor.panel.get_by_role("button", name="FEEL").click()
    feel = editor.panel.get_by_label("Ungkapan FEEL")
    feel.fill('=hasil = "salah unit" and kec')
    feel.press("Enter")
    expect(feel).to_have_value('=hasil = "salah unit" and kecamatan')
    feel.press_sequentially(' = "Baturetno"')
    feel.blur()
    assert '>=hasil = "salah unit" and kecamatan = "Baturetno"<' in editor.saved()

    editor.panel.get_by_label("Petugas ditanya: tidak ada syarat").check()
    expect(editor.panel).to_contain_text("jawaban atas “Hasil tindak lanjut?”")
    flow = editor.saved().split('id="salah_unit"')[1].split("bpmn:sequenceFlow")[0]
    assert "conditionExpression" not in flow


def test_everything_can_be_reached_and_changed_by_keys_alone(office: Office, people: People) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    page = editor.page
    head = page.locator(".strip__head", has_text="Daftar unsur")
    head.press("Enter")
    first = editor.outline().locator("[data-element=lajur_upp]")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(editor.outline().locator("[data-element=telaahan]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.panel.get_by_label("Nama", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Telaahan mendalam")
    page.keyboard.press("Enter")
    assert 'id="telaahan" name="Telaahan mendalam"' in editor.saved()


def test_a_step_is_added_within_its_lane_and_moved_to_another_without_a_mouse(
    office: Office, people: People
) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    outline = editor.outline()
    outline.locator("[data-element=menyalurkan]").click()
    outline.get_by_role("combobox", name="Tambah sesudahnya").select_option("Tugas orang")
    outline.get_by_role("button", name="Tambah", exact=True).click()
    editor.write("Nama", "Periksa surat")
    assert "periksa_surat" in in_lane(editor.saved(), "lajur_upp")

    outline.get_by_role("combobox", name="Pindah ke lajur").select_option("UPT")
    outline.get_by_role("button", name="Pindahkan", exact=True).press("Enter")
    expect(editor.said).to_contain_text("pindah ke lajur “UPT”")
    expect(outline.get_by_role("combobox", name="Pindah ke lajur")).to_be_focused()
    found = editor.saved()
    assert "periksa_surat" in in_lane(found, "lajur_upt")
    assert "periksa_surat" not in in_lane(found, "lajur_upp")


def in_lane(diagram: str, lane: str) -> list[str]:
    part = diagram.split(f'<bpmn:lane id="{lane}"')[1].split("</bpmn:lane>")[0]
    return re.findall(r"<bpmn:flowNodeRef>(\w+)<", part)


def test_what_was_copied_is_pasted_into_another_process_in_its_modelers_words(
    office: Office, people: People
) -> None:
    pemilik = people("pemilik")
    other = "gerbang_bersyarat.bpmn"  # of Camunda 7; the SOP is of Camunda 8
    draft = draft_of(office, {other: (ROOT / "tests/diagrams/shown" / other).read_bytes()})
    editor = Editor(pemilik, draft_of_the_sop(office))
    editor.select("telaahan")
    editor.page.keyboard.press("Control+c")

    there = Editor(pemilik.beside(), draft, other)
    there.ask("editor.get('copyPaste').paste({ element: editor.home(), point: { x: 400, y: 600 } });")
    pasted = there.saved().split('id="telaahan"')[1].split("</bpmn:userTask>")[0]
    assert '<camunda:property name="waktu" value="3 hari" />' in pasted
    assert '<camunda:property name="formJsonSchemaFilename" value="telaahan.form" />' in pasted
    assert "zeebe" not in there.stored()


def test_an_arrow_that_hangs_loose_is_joined_by_one_click(office: Office, people: People) -> None:
    xml = (
        (ROOT / "tests/diagrams/shown/panah_lepas.bpmn")
        .read_bytes()
        .replace(b'x="221" y="100"', b'x="190" y="100"')
    )
    owner = people("pemilik")
    editor = Editor(owner, draft_of(office, {"panah_lepas.bpmn": xml}), "panah_lepas.bpmn")
    loose = editor.findings().filter(has_text="yang terdekat dari ujungnya “Terima”")
    loose.get_by_role("button", name="Tempelkan pada “Terima”").click()
    expect(loose).to_have_count(0)
    found = editor.saved()
    assert re.search(r'<bpmn:sequenceFlow id="mulai__terima" sourceRef="mulai" targetRef="terima" ?/>', found)
    assert found.count('bpmnElement="mulai__terima"') == 1
    # bpmn.io tells of what it could not draw at first.
    owner.watch.problems[:] = [one for one in owner.watch.problems if "target Ref not specified" not in one]


def test_what_a_drawing_of_another_engine_says_is_written_over_by_one_click(
    office: Office, people: People
) -> None:
    drawn = (ROOT / "tests/diagrams/shown/tugas_orang.bpmn").read_text()
    task = '<bpmn:userTask id="periksa" name="Periksa kelengkapan"/>'
    script = task.replace("userTask", "scriptTask").replace("/>", ' scriptFormat="groovy" startQuantity="2">')
    xml = drawn.replace(task, f"{script}<bpmn:script>x = a &amp;&amp; b</bpmn:script></bpmn:scriptTask>")
    editor = Editor(people("pemilik"), draft_of(office, {"skrip.bpmn": xml.encode()}), "skrip.bpmn")
    for words in ("Tulis dengan FEEL", "Kosongkan jumlahnya"):
        editor.findings().get_by_role("button", name=words).click()
        expect(editor.findings().get_by_role("button", name=words)).to_have_count(0)
    found = editor.saved()
    assert 'resultVariable="x"' in found
    assert "startQuantity" not in found
