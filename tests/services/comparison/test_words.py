"""How changes of the SOP are told: in the words of whoever draws it, what matters most first."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.base.i18n import speaking
from app.services.comparison.changes import Comparison
from app.services.comparison.comparison import compare
from app.services.comparison.contents import draft_contents
from tests.engine.building import bpmn, end, node, start, user
from tests.services.comparison.contents import Files, compared, told
from tests.sop_changes.editing import Drawing, changed_form, replaced, shipped

SOP = shipped()
KONFIRMASI = "Mengkonfirmasi dan Mengklarifikasi laporan dan Kelengkapan Data untuk Tindak Lanjut Pengaduan"


def replacing(old: str, new: str, name: str = "pengaduan.bpmn") -> dict[str, bytes]:
    return replaced(name, old, new)


def drawn(change: Callable[[Drawing], object]) -> dict[str, bytes]:
    drawing = Drawing()
    change(drawing)
    return drawing.saved()


def of_meaning(comparison: Comparison) -> list[str]:
    """The sentences, but for how the file is written."""
    return [one.text for one in comparison.changes if one.section != "file"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">60 hari<',
            '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">45 hari kalender<',
            "Tenggat “Tindak lanjut oleh UPT/Inspektorat”: lamanya dari “60 hari kerja” menjadi “45 hari kalender”",
        ),
        (
            "=kesimpulan = &quot;cukup penjelasan&quot;",
            "=kesimpulan = &quot;cukup&quot;",
            "Alur “cukup penjelasan” dari “Apa kesimpulannya?” ke “Melaporkan hasil penyelesaian pengaduan”: "
            'syarat dari =kesimpulan = "cukup penjelasan" menjadi =kesimpulan = "cukup"',
        ),
        (
            '<zeebe:formDefinition formId="melaporkan" />',
            '<zeebe:formDefinition formId="telaahan" />',
            "Tugas “Melaporkan hasil penyelesaian pengaduan”: formulir dari “melaporkan” menjadi “telaahan”",
        ),
        (
            'name="status publik" value="Menunggu penutupan"',
            'name="status publik" value="Hampir selesai"',
            "Tugas “Melaporkan hasil penyelesaian pengaduan”: "
            "status publik dari “Menunggu penutupan” menjadi “Hampir selesai”",
        ),
        (
            'name="waktu" value="30 menit"',
            'name="waktu" value="1 jam"',
            "Tugas “Melaporkan hasil penyelesaian pengaduan”: mutu baku “Waktu” dari “30 menit” menjadi “1 jam”",
        ),
        (
            '<zeebe:property name="tuntas" value="ya" />',
            "",
            "Akhir “Selesai”: tanda tuntas dihapus, sebelumnya “ya”",
        ),
        (
            'name="awalan nomor" value="WNG"',
            'name="awalan nomor" value="WG"',
            "Proses “LAPOR!- SP4N bersifat Pengaduan”: awalan nomor dari “WNG” menjadi “WG”",
        ),
        (
            'name="nomor sop" value="061 / 2530"',
            'name="nomor sop" value="061 / 3000"',
            "Proses “LAPOR!- SP4N bersifat Pengaduan”: "
            "identitas SOP “nomor sop” dari “061 / 2530” menjadi “061 / 3000”",
        ),
        (
            'name="koordinator" value="Ketua Tim Koordinasi"',
            'name="koordinator" value="Sekretaris"',
            None,
        ),
        (
            '<zeebe:property name="untuk" value="unit" />',
            '<zeebe:property name="untuk" value="lajur" />',
            "Pemberitahuan otomatis “Beri tahu unit tembusan”: siapa yang dituju dari “unit” menjadi “lajur”",
        ),
        (
            "<bpmn:documentation>Telaah pokok masalah,",
            "<bpmn:documentation>Telaah inti masalah,",
            None,
        ),
        (
            'default="tidak_dicabut"',
            'default="dicabut"',
            "Percabangan, satu jalan “Laporan dicabut?”: "
            "jalan bila tidak ada syarat yang terpenuhi dari “tidak” menjadi “ya”",
        ),
        (
            '<zeebe:calledDecision decisionId="rute_unit" />',
            '<zeebe:calledDecision decisionId="lain" />',
            "Langkah keputusan “Saran unit menurut kategori”: tabel keputusan dari “rute_unit” menjadi “lain”",
        ),
    ],
)
def test_a_change_in_a_modeler_is_one_sentence(old: str, new: str, sentence: str | None) -> None:
    content = SOP["pengaduan.bpmn"].decode()
    old = old if old in content else old.replace("&quot;", '"')
    new = new.replace("&quot;", '"') if "conditionExpression" not in new and "kesimpulan" in new else new
    found = told(compared(SOP, {"pengaduan.bpmn": content.replace(old, new, 1).encode()}))
    assert len(found) == 1, found
    assert sentence is None or found == [sentence]


def test_a_long_text_is_quoted_where_it_differs_and_kept_whole_beside() -> None:
    [change] = compared(
        SOP, replacing("riwayat laporan, lalu tentukan pejabat", "riwayat laporan, kemudian tentukan pejabat")
    ).changes
    assert change.aspect == "documentation"
    assert "lalu" in change.text
    assert "kemudian" in change.text
    assert (change.before or "").startswith("“Telaah pokok masalah")


def test_a_task_in_another_lane_has_moved() -> None:
    comparison = compared(SOP, drawn(lambda drawing: drawing.move("lajur_upt", "konfirmasi")))
    [change] = [one for one in comparison.changes if one.section != "file"]
    assert change.text == f"Tugas “{KONFIRMASI[:160]}”: pindah dari lajur “UPP K/L/D” ke lajur “UPT”"
    assert (change.kind, change.aspect, change.section) == ("moved", "lane", "step")
    assert change.newer_ids == change.older_ids == ("konfirmasi",)


def test_days_that_count_otherwise_are_told_at_every_timer_that_says_only_days() -> None:
    comparison = compared(
        SOP, replacing('name="satuan hari" value="kerja"', 'name="satuan hari" value="kalender"')
    )
    first, *others = told(comparison)
    assert first == ("Proses “LAPOR!- SP4N bersifat Pengaduan”: satuan hari dari “kerja” menjadi “kalender”")
    assert (
        "Tenggat “Telaahan Lanjutan”: waktunya dihitung lain meski tulisannya sama: dari “3 hari kerja” "
        "menjadi “3 hari kalender”"
    ) in others
    assert not [text for text in others if "H-14" in text]


def test_what_matters_most_comes_first_and_tasks_in_the_order_of_the_flow() -> None:
    drawing = Drawing()
    for id in ("melaporkan", "tindak_lanjut", "penyaluran", "telaahan"):
        drawing.rename(id, f"{id} baru")
    drawing.rename("lajur_upt", "UPT baru")
    drawing.rename("pengaduan", "Pengaduan baru")
    drawing.set_timer("tenggat_telaahan", "4 hari")
    drawing.rename("dicabut", "ya, dicabut")
    changed = changed_form("laporan", lambda fields: fields["judul"].update(label="Perihal"))
    table = replaced("rute-unit.dmn", 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')
    found = [
        one
        for one in compared(SOP, {**drawing.saved(), **changed, **table}).changes
        if one.section != "file" and one.kind == "changed"
    ]
    sections = list(dict.fromkeys(one.section for one in found))
    assert sections == ["process", "lane", "step", "flow", "timer", "form", "table"]
    tasks = [one.about.id for one in found if one.section == "step"]
    assert tasks == ["penyaluran", "telaahan", "tindak_lanjut", "melaporkan"]


def test_what_changed_of_one_form_stands_together() -> None:
    forms = {}
    for key in ("telaahan", "laporan"):
        parts = json.loads(SOP[f"{key}.form"])
        for part in parts["components"]:
            part["label"] = f"{part.get('label')} baru"
        forms[f"{key}.form"] = json.dumps(parts).encode()
    files = [one.about.file for one in compared(SOP, forms).changes]
    assert len(files) > 4
    assert files == sorted(files)


def test_what_was_drawn_new_is_told_with_all_that_it_holds() -> None:
    drawing = Drawing()
    drawing.add_task("periksa_ulang", "Periksa ulang", "lajur_upp", form="telaahan")
    drawing.describe("periksa_ulang", "status publik", "Diperiksa lagi")
    drawing.lead("penyaluran_ke_telaahan", "periksa_ulang")
    drawing.connect("periksa_ulang", "telaahan")
    comparison = compared(SOP, drawing.saved())
    assert of_meaning(comparison) == [
        "Tugas “Periksa ulang”: ditambahkan di lajur “UPP K/L/D”",
        "Alur dari “Penyaluran Pengaduan” ke “Periksa ulang”: "
        "tujuan dari “Telaahan Lanjutan” menjadi “Periksa ulang”",
        "Alur dari “Periksa ulang” ke “Telaahan Lanjutan”: ditambahkan",
    ]
    assert comparison.changes[0].details == (
        "formulir: “telaahan”",
        "status publik: “Diperiksa lagi”",
    )


def test_what_was_removed_is_told_where_it_stood() -> None:
    before = drawn(lambda drawing: drawing.add_task("periksa_ulang", "Periksa ulang", "lajur_upp"))
    same = drawn(lambda _drawing: None)
    [change, *others] = compared({**SOP, **before}, same).changes
    assert change.text == "Tugas “Periksa ulang”: dihapus dari lajur “UPP K/L/D”"
    assert (change.kind, change.older_ids, change.newer_ids) == ("removed", ("periksa_ulang",), ())
    assert others == []


def test_an_element_that_only_changed_its_id_is_the_same_element() -> None:
    """With all that refers to it: flows, lane, drawing, boundary events."""
    content = re.sub(rb'(?<=[">])telaahan(?=[<"])', b"telaah_lanjut", SOP["pengaduan.bpmn"])
    content = content.replace(b'formId="telaah_lanjut"', b'formId="telaahan"')
    comparison = compared(SOP, {"pengaduan.bpmn": content})
    assert told(comparison) == [
        "Tugas “Telaahan Lanjutan”: id dalam berkas dari “telaahan” menjadi “telaah_lanjut”"
    ]
    [change] = comparison.changes
    assert (change.older_ids, change.newer_ids) == (("telaahan",), ("telaah_lanjut",))
    assert (change.about.older_id, change.about.id) == ("telaahan", "telaah_lanjut")


def test_all_ids_may_change_at_once() -> None:
    """As when a drawing was made anew by another program."""
    content = SOP["pengaduan.bpmn"].decode()
    ids = set(re.findall(r'<bpmn:\w+ id="([^"]+)"', content))
    new = {id: f"X{number}" for number, id in enumerate(sorted(ids))}

    def renamed(found: re.Match[str]) -> str:
        return f"{found[1]}{new.get(found[2], found[2])}{found[3]}"

    content = re.sub(r'(\s(?:id|default|bpmnElement|\w+Ref)=")([^"]+)(")', renamed, content)
    content = re.sub(r"(<bpmn:(?:incoming|outgoing|flowNodeRef)>)([^<]+)(<)", renamed, content)
    found = compared(SOP, {"pengaduan.bpmn": content.encode()}).changes
    assert [one.text for one in found if one.kind in {"added", "removed"}] == []
    assert {one.aspect for one in found if one.section != "file"} == set()


def test_one_element_in_place_of_another_is_no_rename() -> None:
    drawing = Drawing()
    drawing.rename("telaahan", "Telaah awal")
    drawing.element("telaahan").set("id", "telaah_awal")
    kinds = [one.kind for one in compared(SOP, drawing.saved()).changes if one.about.part == "task"]
    assert {"added", "removed"} <= set(kinds)


def test_a_shape_that_was_dragged_has_moved_on_the_drawing() -> None:
    moved = replacing('<dc:Bounds x="1554" y="418"', '<dc:Bounds x="1600" y="418"')
    [change] = compared(SOP, moved).changes
    assert change.text == (
        "Tugas “Melaporkan hasil penyelesaian pengaduan”: digeser pada gambar dari (1554, 418) ke (1600, 418)"
    )
    assert (change.kind, change.section) == ("moved", "drawing")


FIELDS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("judul", lambda f: f["judul"].update(label="Perihal"), "label dari “Judul laporan” menjadi “Perihal”"),
    ("isi", lambda f: f["isi"]["validate"].update(required=False), "wajib diisi dari ya menjadi tidak"),
    (
        "nama_pelapor",
        lambda f: f["nama_pelapor"].pop("properties"),
        "tanda pribadi (identitas) dihapus, sebelumnya “ya”",
    ),
]


@pytest.mark.parametrize(("key", "change", "sentence"), FIELDS)
def test_a_change_of_a_field_names_form_and_field(
    key: str, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    found = compared(SOP, changed_form("laporan", change))
    sentences = [one for one in told(found) if "Formulir “laporan”, isian “" in one]
    assert any(text.endswith(sentence) for text in sentences), told(found)
    assert {one.newer_ids for one in found.changes} == {("mulai",)}


def options(change: Callable[[list[dict[str, Any]]], object]) -> list[str]:
    def edit(fields: dict[str, Any]) -> None:
        change(fields["unsur_5w1h"]["values"])

    return told(compared(SOP, changed_form("konfirmasi", edit)))


def test_choices_come_go_change_and_move() -> None:
    field = "Formulir “konfirmasi”, isian “Unsur yang terpenuhi”: "
    assert options(lambda values: values.append({"label": "Berapa", "value": "berapa"})) == [
        f"{field}pilihan “berapa” ditambahkan: “Berapa”"
    ]
    assert options(lambda values: values.pop(0)) == [f"{field}pilihan “apa” dihapus, sebelumnya “Apa”"]
    assert options(lambda values: values[0].update(label="Apa saja")) == [
        f"{field}pilihan “apa” dari “Apa” menjadi “Apa saja”"
    ]
    assert options(lambda values: values.insert(2, values.pop(0))) == [
        f"{field}urutan pilihan “apa” berubah: dulu paling awal, kini sesudah “kapan”"
    ]


def rows(change: Callable[[str], str]) -> Comparison:
    content = change(SOP["rute-unit.dmn"].decode())
    assert content.encode() != SOP["rute-unit.dmn"]
    return compared(SOP, {"rute-unit.dmn": content.encode()})


ROW = re.compile(r'\s*<rule id="rute_01">.*?</rule>', re.DOTALL)


def test_cells_rows_and_columns_of_a_table_are_named_by_row_and_heading() -> None:
    table = "Tabel “Saran unit menurut kategori”"
    assert told(rows(lambda text: text.replace('"Jalan Berlubang"', '"Jalan Rusak"'))) == [
        f'{table}, baris 2: kolom “Kategori” dari "Jalan Berlubang" menjadi "Jalan Rusak"'
    ]
    assert told(rows(lambda text: ROW.sub("", text))) == [
        f'{table}, baris 2: dihapus: Kategori "Jalan Berlubang"; Saran unit "DPUPR"'
    ]
    assert told(rows(lambda text: text.replace('label="Kategori"', 'label="Jenis"'))) == [
        f"{table}, kolom “Jenis”: judul kolom dari “Kategori” menjadi “Jenis”"
    ]
    row = ROW.search(SOP["rute-unit.dmn"].decode())
    assert row is not None
    moved = rows(
        lambda text: (
            ROW.sub("", text)
            .replace("<decisionTable", "<decisionTable", 1)
            .replace('<rule id="rute_04">', row[0].strip() + '<rule id="rute_04">')
        )
    )
    assert told(moved) == [f"{table}, baris 4: pindah dari baris 2 ke baris 4"]
    assert {one.newer_ids for one in moved.changes} == {("saran_unit",)}


def test_a_column_is_told_once_with_what_stands_in_it_and_not_at_every_row() -> None:
    def without(text: str) -> str:
        text = re.sub(r'<input id="masukan_kesimpulan".*?</input>', "", text, flags=re.DOTALL)
        return re.sub(r'<inputEntry id="\w+_kesimpulan">.*?</inputEntry>', "", text, flags=re.DOTALL)

    [change] = rows(without).changes
    assert change.text == "Tabel “Saran unit menurut kategori”, kolom “Kesimpulan”: dihapus"
    assert 'baris 1: "perlu pemeriksaan"' in change.details


def test_a_form_or_table_that_comes_or_goes_is_told_as_a_whole() -> None:
    component = {"type": "textfield", "id": "satu", "key": "nama", "label": "Nama"}
    form = {"baru.form": json.dumps({"type": "default", "components": [component]}).encode()}
    [came] = compared(SOP, form).changes
    assert (came.kind, came.text) == ("added", "Formulir “baru”: ditambahkan")
    assert (
        "Formulir “baru”, isian “Nama”: jenis isian: “textfield”; variabel: “nama”; label: “Nama”"
        in came.details
    )
    [gone] = compare(Files({**SOP, **form}), Files(SOP)).changes
    assert (gone.kind, gone.text) == ("removed", "Formulir “baru”: dihapus")


def test_a_form_with_another_name_and_the_same_content_was_renamed() -> None:
    renamed = {"laporan_masuk.form" if name == "laporan.form" else name: one for name, one in SOP.items()}
    [change] = compare(Files(SOP), Files(renamed)).changes
    assert (
        change.text
        == "Formulir “laporan_masuk”: nama berkas dari “laporan.form” menjadi “laporan_masuk.form”"
    )


def test_a_draft_is_compared_with_the_version_that_is_live() -> None:
    live = Files(SOP)
    draft = draft_contents({**SOP, **drawn(lambda drawing: drawing.rename("telaahan", "Telaah"))}, live)
    assert of_meaning(compare(live, draft)) == [
        "Tugas “Telaah”: nama dari “Telaahan Lanjutan” menjadi “Telaah”"
    ]
    assert list(draft.tables) == ["rute_unit"]


def test_a_draft_that_cannot_be_read_is_compared_too() -> None:
    """It has no process yet, and perhaps no XML."""
    live = Files(SOP)
    no_process = re.sub(rb"<bpmn:process .*</bpmn:process>", b"", SOP["pengaduan.bpmn"], flags=re.DOTALL)
    found = compare(live, draft_contents({**SOP, "pengaduan.bpmn": no_process}, live)).changes
    assert "Proses “LAPOR!- SP4N bersifat Pengaduan”: dihapus" in [one.text for one in found]
    [change] = compare(live, draft_contents({**SOP, "pengaduan.bpmn": b"<rusak"}, live)).changes
    assert change.text.startswith("Berkas pengaduan.bpmn: isi berkas dari ")
    [table] = compare(live, draft_contents({**SOP, "rute-unit.dmn": b""}, live)).changes
    assert table.about.file == "rute-unit.dmn"


def test_a_draft_says_nothing_of_the_processes_that_its_own_calls() -> None:
    outer = bpmn(
        [start(), node("callActivity", "panggil", calledElement="dalam"), end()], "start > panggil > end"
    )
    inner = bpmn([start(), user("isi"), end()], "start > isi > end", key="dalam")
    live = Files({"luar.bpmn": outer, "dalam.called": inner})
    assert not compare(live, draft_contents({"luar.bpmn": outer}, live))


def test_what_stands_elsewhere_in_a_file_is_told() -> None:
    table = SOP["rute-unit.dmn"].decode()
    drawing = re.search(r"\s*<dmndi:DMNDI>.*?</dmndi:DMNDI>", table, re.DOTALL)
    assert drawing is not None
    first = table.replace(drawing[0], "").replace("<decision id", f"{drawing[0]}<decision id", 1)
    assert "urutan" in told(compared(SOP, {"rute-unit.dmn": first.encode()}))[0]
    content = SOP["pengaduan.bpmn"].decode()
    label = re.compile(r"(<dc:Bounds [^>]*/>)(\s*<bpmndi:BPMNLabel>.*?</bpmndi:BPMNLabel>)", re.DOTALL)
    [change] = compared(SOP, {"pengaduan.bpmn": label.sub(r"\2\1", content, count=1).encode()}).changes
    assert "urutan" in change.text


def test_a_form_that_is_named_otherwise_is_one_change() -> None:
    """By a property before, by an element of Camunda 8 now."""
    [change] = compared(
        SOP,
        replacing(
            '<zeebe:formDefinition formId="telaahan" />\n        <zeebe:properties>',
            '<zeebe:properties><zeebe:property name="formJsonSchemaFilename" value="konfirmasi.form" />',
        ),
    ).changes
    assert change.text == "Tugas “Telaahan Lanjutan”: formulir dari “telaahan” menjadi “konfirmasi”"


@pytest.mark.parametrize("depth", [40, 180, 200, 220, 240, 260, 280, 300, 320, 340, 450, 3000])
def test_what_is_nested_without_end_is_compared_as_text(depth: int) -> None:
    def deep(key: str) -> dict[str, bytes]:
        within = "".join(f'{{"type": "group", "id": "g{n}", "components": [' for n in range(depth))
        text = f'{{"components": [{within}{{"type": "textfield", "key": "{key}"}}{"]}" * depth}]}}'
        return {"laporan.form": text.encode()}

    found = compared({**SOP, **deep("satu")}, deep("dua")).changes
    assert {one.about.file for one in found} == {"laporan.form"}
    assert any("dua" in one.text for one in found)


def test_what_was_read_once_may_be_too_deep_for_who_asks_from_deep_within() -> None:
    def deep(text: str) -> dict[str, bytes]:
        inner = f"{'<deep>' * 200}{text}{'</deep>' * 200}".encode()
        content = SOP["pengaduan.bpmn"].replace(b"<zeebe:userTask />", inner, 1)
        return {"pengaduan.bpmn": content}

    def within(frames: int) -> list[str]:
        if frames:
            return within(frames - 1)
        return told(compared({**SOP, **deep("satu")}, deep("dua"), reads=False))

    [sentence] = within(0)
    assert sentence.startswith("Tugas “Penyaluran Pengaduan”: properti lain (")
    [sentence] = within(650)
    assert sentence.startswith("Berkas pengaduan.bpmn: isi berkas dari …")


def test_a_file_that_cannot_be_read_is_compared_as_text() -> None:
    [change] = compared(SOP, {"laporan.form": b"{rusak"}).changes
    assert change.text.startswith("Berkas laporan.form: isi berkas dari ")
    assert change.after == "“{rusak”"


def test_a_process_that_is_called_is_told_as_such() -> None:
    def files(name: str) -> dict[str, bytes]:
        outer = bpmn(
            [start(), node("callActivity", "panggil", calledElement="dalam"), end()],
            "start > panggil > end",
            key="luar",
        )
        inner = bpmn([start(), user("isi", name=name), end()], "start > isi > end", key="dalam")
        return {"luar.bpmn": outer, "dalam.called": inner}

    [change] = compared(files("Isi"), files("Isi lagi")).changes
    assert change.text == "Proses terpanggil “dalam”, Tugas “Isi lagi”: nama dari “Isi” menjadi “Isi lagi”"
    assert change.newer_ids == ("panggil",)


def test_equal_files_have_no_changes_and_a_rewritten_one_is_named() -> None:
    assert not compared(SOP, {})
    again = compared(SOP, {"laporan.form": SOP["laporan.form"] + b"\n"})
    assert not again
    assert again.rewritten == ("laporan.form",)


def test_sentences_are_said_in_the_language_in_use() -> None:
    with speaking("en"):
        [change] = compared(
            SOP, replacing("60 hari</bpmn:timeDuration>", "45 hari</bpmn:timeDuration>")
        ).changes
    assert change.text == (
        "Deadline of “Tindak lanjut oleh UPT/Inspektorat”: length from “60 hari kerja” to “45 hari kerja”"
    )
