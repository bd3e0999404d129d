"""Nothing of a table's file is lost or moved without being told: each cell has an account, and what is not used is
known."""

import csv
import html
import random
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO, StringIO
from itertools import chain

import pytest
from openpyxl import load_workbook

from app.base.errors import InvalidForm
from app.engine import xml
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.services.deployment import deployments
from app.services.sop_documents import layouts, word
from app.services.sop_tables import accounts, corrections, drafting, lanes, packing, reading
from app.services.sop_tables.drafting import SopDraft
from app.services.sop_tables.reading import SopTable
from tests.services.sop_documents.source import shipped
from tests.services.sop_tables import invented, tables

_HEAD = "No;Kegiatan;Pelaksana;;Waktu;Output;Ket\n;;Staf;Kasi;;;\n"


def read(body: str, head: str = _HEAD) -> tuple[SopTable, SopDraft, Diagram]:
    return made_of("sop.csv", (head + body).encode())


def made_of(name: str, content: bytes) -> tuple[SopTable, SopDraft, Diagram]:
    table = reading.read_table(name, content)
    draft = drafting.draft_of(table, "sop")
    [diagram] = reader.read_diagrams(draft.files["sop.bpmn"])
    return table, draft, diagram


def told(draft: SopDraft) -> str:
    return "\n".join(guess.text for guess in draft.guesses)


def tasks(diagram: Diagram) -> list[tuple[str, str]]:
    nodes = [node for node in diagram.nodes.values() if node.kind == "userTask"]
    return [(diagram.lane(node.lane_id).name, node.name) for node in nodes]


def ways(diagram: Diagram) -> dict[str, str]:
    """What each answer leads to, by names."""
    return {
        flow.name: diagram.nodes[flow.target].name
        for leaving in diagram.outgoing.values()
        for flow in leaving
        if diagram.nodes[flow.source].kind == "exclusiveGateway"
    }


# Answers other than ya and tidak


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("◊ Lengkap / Tidak lengkap", "Lengkap", "Tidak lengkap"),
        ("Setuju / Ditolak", "Setuju", "Ditolak"),
        ('"Setuju\nDitolak"', "Setuju", "Ditolak"),
        ("◇ Tidak sah/Sah", "Sah", "Tidak sah"),
        ("◇ Dinas / Pribadi", "Dinas", "Pribadi"),
        ("Ya / Tidak", "Ya", "Tidak"),
    ],
)
def test_a_mark_with_other_answers_is_a_question_with_those_answers(cell: str, yes: str, no: str) -> None:
    table, _draft, diagram = read(
        f"1;Mencatat;v;;1 hari;Agenda;\n2;Memeriksa;;{cell};1 hari;Hasil;\n3;Arsip;v;;;;\n"
    )
    assert tasks(diagram)[1] == ("Kasi", "Memeriksa")
    assert len(diagram.questions) == 1
    assert ways(diagram) == {yes: "Arsip", no: "Mencatat"}
    assert packing.unpacked(packing.packed(table)).lines == table.lines


def test_labels_in_text_boxes_are_answers_and_never_work_of_whoever_has_the_cell() -> None:
    content = invented.word(
        ["No", "Kegiatan", "Staf", "Kasi", "Waktu"],
        [
            ["1", "Mencatat surat", "rect:", "", "1 hari"],
            [
                "2",
                "Memeriksa berkas",
                "textbox:Tidak lengkap",
                "flowChartDecision:|textbox:Lengkap",
                "1 hari",
            ],
            ["3", "Meneruskan surat", "rect:", "textbox:Catatan tempel", "1 hari"],
        ],
    )
    table, draft, diagram = made_of("surat.docx", content)
    assert tasks(diagram) == [
        ("Staf", "Mencatat surat"),
        ("Kasi", "Memeriksa berkas"),
        ("Staf", "Meneruskan surat"),
    ]
    assert ways(diagram) == {"Lengkap": "Meneruskan surat", "Tidak lengkap": "Mencatat surat"}
    [kept] = [entry for entry in table.entries if entry.use == "words"]
    assert kept.text == "Catatan tempel"
    assert "Catatan tempel" in words_of(draft)


def test_an_answer_in_the_next_row_is_that_of_the_question_above() -> None:
    _table, draft, diagram = read(
        "1;Mencatat;v;;1 hari;;\n2;Memeriksa;;◇;1 hari;;\n3;Meneruskan;v;Lengkap;1 hari;;\n4;Arsip;v;;;;\n"
    )
    assert tasks(diagram)[2:] == [("Staf", "Meneruskan"), ("Staf", "Arsip")]
    assert ways(diagram) == {"Lengkap": "Meneruskan", "tidak": "Mencatat"}
    assert "“Lengkap” dibaca sebagai jawaban pertanyaan pada kegiatan 2." in told(draft)


# Ways back


@pytest.mark.parametrize(
    ("remark", "target"),
    [
        ("Jika ditolak, kembali ke proses awal", "Mengajukan"),
        ("dikembalikan ke pemohon", "Mengajukan"),
        ("Apabila belum lengkap dikembalikan kepada Pemohon untuk dilengkapi", "Mengajukan"),
        ("ulangi langkah 2", "Mencatat"),
        ("Jika tidak sesuai kembali ke poin 2", "Mencatat"),
        ("Bila salah, diulang dari awal", "Mengajukan"),
        ("Jika ditolak kembali ke langkah kedua", "Mencatat"),
        ("Jika tidak, kembali ke langkah sebelumnya", "Mencatat"),
        ("Jika tidak lengkap dikembalikan", "Mencatat"),
    ],
)
@pytest.mark.parametrize("head", ["Ket", "Tindak Lanjut"])
def test_a_way_back_is_read_wherever_it_stands(remark: str, target: str, head: str) -> None:
    heads = f"No;Kegiatan;Pelaksana;;Waktu;{head}\n;;Pemohon;Staf;;\n"
    body = f"1;Mengajukan;v;;1 hari;\n2;Mencatat;;v;1 hari;\n3;Memeriksa;;v;1 hari;{remark}\n4;Arsip;;v;1 hari;\n"
    _table, draft, diagram = read(body, heads)
    assert ways(diagram) == {"ya": "Arsip", "tidak": target}
    assert "dibuatkan pertanyaan" in told(draft)


@pytest.mark.parametrize(
    "activity",
    ["Berkas asli dikembalikan kepada Staf", "Mengirim kembali ke pemohon", "Memeriksa ulang kegiatan 1"],
)
def test_an_activity_that_gives_something_back_is_no_way_back_and_that_is_told(activity: str) -> None:
    _table, draft, diagram = read(f"1;Mencatat;v;;1 hari;;\n2;{activity};v;;1 hari;;\n")
    assert not diagram.questions
    assert ("tidak dibaca sebagai jalan kembali" in told(draft)) == ("ulang " not in activity)


def test_a_way_back_of_a_ya_leads_from_the_ya_and_one_to_nowhere_is_told() -> None:
    body = "1;Mencatat;v;;1 hari;;\n2;Perlu revisi?;;◇;1 hari;;Jika ya kembali ke nomor 1\n3;Arsip;v;;1 hari;;{}\n"
    _table, _draft, diagram = read(body.format(""))
    assert ways(diagram) == {"ya": "Mencatat", "tidak": "Arsip"}
    _table, draft, _diagram = read(body.format("Jika salah kembali ke nomor 9"))
    assert "kegiatan yang dituju tidak disebut atau tidak ada" in told(draft)


# Rows and times


def test_every_guess_is_of_a_row_that_the_page_shows_or_of_the_whole_table() -> None:
    table, draft, _diagram = read(
        "1;Mencatat surat;v;;1 hari;Agenda;\n;Menyiapkan map;;;;;\n;Memberi nomor;;;;Surat bernomor;\n"
        "2;Arsip;v;;± 5 mnt;;\n"
    )
    assert [line.activity for line in table.lines] == [
        "Mencatat surat Menyiapkan map",
        "Memberi nomor",
        "Arsip",
    ]
    shown = {row for line in table.lines for row in line.rows} | {0}
    assert {guess.row for guess in draft.guesses} <= shown
    assert "“Menyiapkan map” dibaca sebagai lanjutan kegiatan 1" in told(draft)
    assert "Baris tanpa nomor dan tanpa pelaksana dibaca sebagai kegiatan tersendiri" in told(draft)


@pytest.mark.parametrize("head", ["Jangka Waktu", "Mutu Baku (SLA)", "Batas Waktu", "Lamanya", "Target"])
def test_a_time_under_another_head_is_a_deadline(head: str) -> None:
    _table, draft, diagram = read(
        "1;Mencatat;v;;2 hari\n2;Arsip;;v;1 jam\n", f"No;Kegiatan;Pelaksana;;{head}\n;;Staf;Kasi;\n"
    )
    assert [node.timer.text for node in diagram.nodes.values() if node.is_deadline and node.timer] == [
        "2 hari",
        "1 jam",
    ]
    assert "Waktunya kosong" not in told(draft)


def test_a_table_without_times_is_told_once_and_not_of_each_row() -> None:
    table, draft, _diagram = read(
        "1;Mencatat;v;;segera\n2;Arsip;;v;\n", "No;Kegiatan;Pelaksana;;Sifat\n;;Staf;Kasi;\n"
    )
    assert "Waktunya kosong" not in told(draft)
    assert told(draft).count("Tidak ada waktu yang terbaca") == 1
    assert table.lines[0].notes == ["Sifat: segera"]


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_time_merged_over_rows_counts_for_each_of_them_and_is_told(kind: str) -> None:
    heads = ["No", "Kegiatan", "Pelaksana", "Waktu"]
    rows = [
        ["1", "Mencatat", "Staf", "2 hari"],
        ["2", "Memeriksa", "Kasi", "^"],
        ["3", "Arsip", "Staf", "1 jam"],
    ]
    content = invented.word(heads, rows) if kind == "docx" else invented.workbook([heads, *rows])
    _table, draft, diagram = made_of(f"sop.{kind}", content)
    assert [node.timer.text for node in diagram.nodes.values() if node.is_deadline and node.timer] == [
        "2 hari",
        "2 hari",
        "1 jam",
    ]
    assert [guess.row for guess in draft.guesses if "digabung untuk beberapa baris" in guess.text] == [2, 3]


def _changed(content: bytes, part: str, old: str, new: str) -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(into, "w") as target:
        for name in source.namelist():
            held = source.read(name).decode()
            target.writestr(name, held.replace(old, new) if name == part else held)
    return into.getvalue()


def test_more_merges_than_are_read_are_refused() -> None:
    content = invented.workbook(
        [["No", "Kegiatan", "Pelaksana", "Waktu"], ["1", "Mencatat", "Staf", "1 hari"]]
    )
    merges = "".join(f'<mergeCell ref="J{row}:K{row}"/>' for row in range(100, 5_101))
    page = "xl/worksheets/sheet1.xml"
    many = _changed(content, page, "</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    with pytest.raises(InvalidForm, match="terlalu besar"):
        made_of("sop.xlsx", many)


def test_pages_that_are_not_read_are_told() -> None:
    content = invented.workbook(
        [["No", "Kegiatan", "Pelaksana", "Waktu"], ["1", "Mencatat", "Staf", "1 hari"]]
    )
    more = "".join(f'<sheet name="Lembar {n}" sheetId="{n}" r:id="s"/>' for n in range(2, 9))
    table, _draft, _diagram = made_of(
        "sop.xlsx", _changed(content, "xl/workbook.xml", "</sheets>", f"{more}</sheets>")
    )
    unread = [(entry.at[0] + 1, entry.text) for entry in table.entries if entry.text.startswith("Lembar")]
    assert unread == [(7, "Lembar 7"), (8, "Lembar 8")]
    assert {entry.use for entry in table.entries if entry.text.startswith("Lembar")} == {"unused"}


def test_cells_beyond_the_last_column_that_is_read_are_refused() -> None:
    content = invented.workbook(
        [["No", "Kegiatan", "Pelaksana", "Waktu"], ["1", "Mencatat", "Staf", "1 hari"]]
    )
    far = _changed(content, "xl/worksheets/sheet1.xml", 'r="D2"', 'r="GS2"')
    with pytest.raises(InvalidForm, match="Paling banyak 200 kolom"):
        made_of("sop.xlsx", far)


# Heads


@pytest.mark.parametrize("head", ["Persyaratan/ Perlengkapan", "Syarat & Peralatan", "Dokumen Persyaratan"])
def test_requirements_under_another_head_are_requirements(head: str) -> None:
    table, draft, _diagram = read(
        "1;Mencatat;v;;KTP;1 hari\n", f"No;Kegiatan;Pelaksana;;{head};Waktu\n;;Staf;Kasi;;\n"
    )
    assert table.lines[0].cells["persyaratan"] == "KTP"
    assert '"checkbox"' in draft.files[f"{draft.nodes[1].form}.form"].decode()


def test_a_merged_head_of_performers_names_what_is_below_it_and_says_so_where_nothing_is() -> None:
    named = [
        ["No", "Kegiatan", "Pelaksanaan", "<", "Waktu"],
        ["^", "^", "Staf", "Kasi", "^"],
        ["1", "Mencatat", "●", "", "1 hari"],
        ["2", "Memeriksa", "", "●", "1 hari"],
    ]
    for kind in ("xlsx", "docx"):
        content = invented.workbook(named) if kind == "xlsx" else invented.word(named[0], named[1:])
        table, _draft, _diagram = made_of(f"sop.{kind}", content)
        assert table.performers == ["Staf", "Kasi"]
        assert table.guesses == []
        rows = [named[0], *named[2:]]
        content = invented.workbook(rows) if kind == "xlsx" else invented.word(rows[0], rows[1:])
        table, _draft, _diagram = made_of(f"sop.{kind}", content)
        assert table.performers == ["Pelaksana 1", "Pelaksana 2"]
        assert any("Kolom ke-4 di bawah “Pelaksanaan”" in guess.text for guess in table.guesses)


def test_shapes_drawn_in_a_workbook_are_read_from_where_they_lie() -> None:
    rows = [
        ["No", "Kegiatan", "Pelaksana", "<", "Waktu"],
        ["", "", "Staf", "Kasi", ""],
        ["1", "Mencatat", "", "", "1 hari"],
        ["2", "Memeriksa", "", "", "1 hari"],
        ["3", "Arsip", "", "", "1 hari"],
    ]
    shapes = [
        (3, 3, "flowChartProcess", ""),
        (4, 4, "flowChartDecision", "Lengkap?"),
        (4, 3, "textbox", "Tidak"),
        (5, 3, "flowChartTerminator", "Selesai"),
        (5, 2, "rect", "Gudang"),
        (9, 9, "rect", ""),
    ]
    table, draft, diagram = made_of("sop.xlsx", invented.workbook(rows, shapes))
    assert tasks(diagram) == [("Staf", "Mencatat"), ("Kasi", "Memeriksa"), ("Staf", "Arsip")]
    assert ways(diagram) == {"ya": "Arsip", "tidak": "Mencatat"}
    assert accounts.counts(table.entries)["unused"] == 1
    assert "Gudang" in words_of(draft)


# What the preview finds and what the draft takes


def test_a_long_activity_has_a_short_name_and_is_kept_whole() -> None:
    activity = "Memeriksa " + "berkas permohonan " * 40
    _table, draft, _diagram = read(f"1;{activity};v;;1 hari;;\n2;Arsip;v;;1 hari;;\n")
    assert_takable(draft)
    assert activity.strip() in words_of(draft)
    assert "namanya dipendekkan" in told(draft)


# The sum over all


def samples() -> list[tuple[str, bytes]]:
    found = [
        ("cuti.csv", tables.LEAVE.encode()),
        ("izin.csv", tables.PERMIT.encode()),
        ("mail.xlsx", tables.mail()),
        ("beli.xlsx", tables.purchase()),
        ("legal.docx", tables.legalisation()),
        ("izin.docx", tables.licence()),
        ("dua.docx", tables.two_pages()),
        ("buku.xlsx", tables.covered()),
        ("panjang.csv", tables.long(30)),
    ]
    found += [(f"kepala {n}.csv", tables.leave_under(head)) for n, head in enumerate(tables.HEADS)]
    for name in layouts.LAYOUTS:
        found.append((f"{name}.docx", word.docx(shipped(), layouts.layout(name), layouts.paper("a4"))))
    return found


def words_of(draft: SopDraft) -> str:
    text = " ".join(html.unescape(file.decode()) for file in draft.files.values())
    return " ".join(text.replace("\\n", " ").replace('\\"', '"').replace("&#10;", " ").split())


def assert_takable(draft: SopDraft) -> None:
    """What *Buat draf* would refuse is found before."""
    for plan in draft.plans:
        assert corrections.problems(plan, len(draft.performers), len(draft.plans)) == {}
    assert lanes.name_problems(draft.performers, {}) == {}


def cells_in(name: str, content: bytes) -> list[str]:
    """The texts of the cells, lines and shapes of a file, counted by other hands than those of the import; "" for a
    shape without words."""
    if name.endswith(".csv"):
        return [
            cell.strip()
            for row in csv.reader(StringIO(content.decode()), delimiter=";")
            for cell in row
            if cell.strip()
        ]
    if name.endswith(".xlsx"):
        book = load_workbook(BytesIO(content))
        cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
        found = [str(value) for value in cells if value is not None and not str(value).startswith("=")]
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for part in archive.namelist():
                if re.fullmatch(r"xl/drawings/drawing\d+\.xml", part):
                    root = xml.parse(archive.read(part))
                    found += [shape_text(one) for one in root.iter("{*}sp", "{*}cxnSp", "{*}pic")]
        return found
    with zipfile.ZipFile(BytesIO(content)) as archive:
        root = xml.parse(archive.read("word/document.xml"))
    found = [shape_text(one) for one in root.iter("{*}wsp")]
    for drawing in chain(root.iter("{*}drawing"), root.iter("{*}pict")):
        parent = drawing.getparent()
        assert parent is not None
        parent.remove(drawing)
    body = root.find("{*}body")
    for part in body if body is not None else ():
        paragraphs = part.iter("{*}tc") if part.tag.endswith("}tbl") else [part]
        found += filter(None, (text_of(one) for one in paragraphs))
    return found


def text_of(part: xml.Element) -> str:
    lines = ["".join(t.text or "" for t in line.iter("{*}t")) for line in part.iter("{*}p")]
    return "\n".join(lines).strip()


def shape_text(shape: xml.Element) -> str:
    return " ".join(text_of(shape).split())


#: Uses whose words must stand in the draft; of the others the words are a mark, a head or an answer of every day.
_KEPT = ("number", "activity", "performer", "time", "quality", "remark", "identity", "question", "words")


Made = tuple[SopTable, SopDraft, Diagram]


def account_faults(name: str, content: bytes, made: Made) -> list[str]:
    """What is wrong with the accounts of a file."""
    table, draft, _diagram = made
    faults = []
    is_ours = name.removesuffix(".docx") in layouts.LAYOUTS
    held = ["".join(text.split()) for text in cells_in(name, content)]
    accounted = ["".join(entry.text.split()) for entry in table.entries]
    if not is_ours and len(held) != len(accounted):  # ours have unseen frames in their cells
        faults.append(f"{len(held)} cells, {len(accounted)} accounts: {set(held) ^ set(accounted)}")
    faults += [f"no account: {text}" for text in {*held} - {*accounted} if text]
    if sum(accounts.counts(table.entries).values()) != len(table.entries):
        faults.append("the counts do not sum up")
    kept = words_of(draft).casefold()
    for entry in table.entries:
        if entry.use in _KEPT and not entry.text.startswith("("):
            lost = [word for word in re.findall(r"\w{2,}", entry.text.casefold()) if word not in kept]
            faults += [f"{entry.use}, and not in the draft: {entry.text}"] if lost else []
    performers = [
        entry.text for entry in table.entries if entry.use == "mark" and re.search(r"^\w{3,}", entry.text)
    ]
    faults += [
        f"lost with its mark: {text}"
        for text in performers
        if not re.search(r"(?i)mulai|selesai", text) and text.casefold() not in kept
    ]
    shown = {row for line in table.lines for row in line.rows} | {0}
    faults += [f"not shown: {guess}" for guess in draft.guesses if guess.row not in shown]
    assert_takable(draft)
    again = packing.unpacked(packing.packed(table))
    if accounts.counts(again.entries) != accounts.counts(table.entries) or again.lines != table.lines:
        faults.append("the page does not carry it")
    timed = {"waktu" in line.cells for line in table.lines}
    if "Waktunya kosong" in told(draft) and timed == {False}:
        faults.append("times that are none are called empty")
    return faults


def draft_faults(draft: SopDraft) -> list[str]:
    """The errors that the Studio finds in a draft."""
    found = deployments.check_files(None, draft.files)
    return [str(one.as_dict()) for one in found if one.severity == "error"]


def test_each_cell_of_the_sample_tables_is_accounted_for() -> None:
    found = dict[str, list[str]]()
    for name, content in samples():
        made = made_of(name, content)
        found[name] = [*account_faults(name, content, made), *draft_faults(made[1])]
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("part", range(5))
def test_each_cell_of_invented_tables_is_accounted_for(part: int) -> None:
    chance = random.Random(1_000 + part)
    found = {}
    for number in range(100):
        one = invented.table(chance, number)
        made = made_of(one.name, one.content)
        faults = [*account_faults(one.name, one.content, made), *missed(one, made[2])]
        faults += draft_faults(made[1]) if not number % 10 else []
        if faults:
            found[number, one.name] = faults
    assert found == {}


def missed(one: invented.Invented, diagram: Diagram) -> Sequence[str]:
    """What was put into an invented table and is not read as what it is, nor told."""
    lane = {name.removesuffix(invented.MORE): lane for lane, name in tasks(diagram)}
    faults = [
        f"{activity} is done by {lane.get(activity)}, not by {performer}"
        for activity, performer in one.doers.items()
        if lane.get(activity) != performer
    ]
    drawn = [node.timer.text for node in diagram.nodes.values() if node.is_deadline and node.timer]
    if sorted(drawn) != sorted(one.times):
        faults.append(f"deadlines {drawn}, not {one.times}")
    asked = [
        [(flow.name, diagram.nodes[flow.target].name.removesuffix(invented.MORE)) for flow in leaving]
        for leaving in diagram.outgoing.values()
        if diagram.nodes[leaving[0].source].kind == "exclusiveGateway"
    ]
    found = [(yes[0], no) for yes, no in asked]
    wanted = [(yes, (no, target)) for (yes, no), target in one.questions]
    return faults if found == wanted else [*faults, f"questions {found}, not {wanted}"]
