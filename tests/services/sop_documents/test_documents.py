"""The SOP document says what the SOP says, word for word, and draws what its diagram draws."""

import re
from dataclasses import replace
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from app.engine.reading import reader
from app.services.definitions.definitions import Version
from app.services.sop_documents import contents, files, layouts, sheets, word
from app.services.sop_documents.layouts import LAYOUTS, PAPERS
from app.services.sop_documents.routes import Box
from tests.engine.building import bpmn, end, exclusive, flow, inside, node, start, user
from tests.services.sop_documents import reading
from tests.services.sop_documents.source import SOP, SOURCE, cells, document, laid_out, said, shipped
from tests.sop import DIAGRAM, ROOT

PERFORMERS = ("upp_kld", "upt", "lapor_sp4n")
HEADS = ["No.", "Aktivitas", "UPP K/L/D", "UPT", "LAPOR ! – SP4N"]
HEADS += ["Input", "Persyaratan/ Kelengkapan", "Waktu", "Output", "Ket."]


@cache
def printed(template: str, paper: str) -> bytes:
    return files.pdf(shipped(), layouts.layout(template), layouts.paper(paper))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_cell_of_the_source_is_read_back_from_the_pdf(paper: str) -> None:
    laid = laid_out(shipped, "wonogiri_2017", paper)
    found = reading.rows(printed("wonogiri_2017", paper), laid.widths, sheets.MARGIN)
    assert [row[:2] + row[5:] for row in found] == [cells(row) for row in SOP["kegiatan"]]
    drawn = [row[2:5] for row in found]
    assert drawn[0] == [SOP["kegiatan"][0][name] for name in PERFORMERS] == ["", "", "Mulai"]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_identity_block_is_read_back_from_the_pdf(paper: str) -> None:
    first, *tables = reading.words(printed("wonogiri_2017", paper))
    head, rest = SOURCE.split("Dasar Hukum :", 1)
    left, right = rest.split("Nomor SOP", 1)
    right = right.split("SOP LAPOR ! – SP4N BERSIFAT PENGADUAN", 1)[0]
    for block in (head, *re.split(r"\n(?=Keterkaitan|Peringatan)", f"Dasar Hukum :{left}")):
        assert said(block) in first
    for line in f"Nomor SOP{right}".splitlines():
        assert said(line) in first
    signed = said(SOURCE.rsplit("\nWonogiri,", 1)[1])
    assert f"Wonogiri, {signed}" in tables[-1]
    for page in tables:
        assert said("Pelaksana Mutu Baku " + " ".join(HEADS)) in page, "the heads stand on each page"
    assert tables[0].startswith("SOP LAPOR ! – SP4N BERSIFAT PENGADUAN")


def test_the_pdf_is_tagged_and_says_nothing_that_readers_stumble_over() -> None:
    """Poppler tells a syntax error where a file says that its tags are not suspect, as it need not."""
    made = PdfReader(BytesIO(printed("wonogiri_2017", "a4")), strict=True)
    assert made.root_object["/MarkInfo"] == {"/Marked": True}
    assert len(made.pages) == 1 + len(laid_out(shipped, "", "").sheets)


def test_the_ministrys_template_has_its_own_heads_and_the_same_words() -> None:
    pages = reading.words(printed("permenpanrb_35_2012", "a4"))
    assert "Pelaksana Mutu Baku Ket. UPP K/L/D UPT LAPOR ! – SP4N Kelengkapan Waktu Output" in re.sub(
        r"\bNo Kegiatan ", "", pages[1]
    )
    words = set(" ".join(pages).split())
    for row in SOP["kegiatan"]:
        assert set(" ".join(cells(row)[1:]).split()) <= words


def test_moving_a_task_to_another_lane_moves_its_box_and_nothing_else() -> None:
    text = DIAGRAM.read_text("utf-8")
    moved = text.replace("        <bpmn:flowNodeRef>konfirmasi</bpmn:flowNodeRef>\n", "")
    lane = '<bpmn:lane id="lajur_upt" name="UPT">'
    at = moved.index("<bpmn:flowNodeRef>", moved.index(lane))
    moved = f"{moved[:at]}<bpmn:flowNodeRef>konfirmasi</bpmn:flowNodeRef>\n{moved[at:]}"
    here, there = shipped(), document(moved.encode())
    assert [s.lane for s in here.rows[2].symbols if s.id == "konfirmasi"] == [0]
    assert [s.lane for s in there.rows[2].symbols if s.id == "konfirmasi"] == [1]
    strip = [replace(row, symbols=()) for row in here.rows]
    assert [replace(row, symbols=()) for row in there.rows] == strip
    assert there.arrows == here.arrows


def test_arrows_pass_what_has_no_symbol_and_answers_stand_at_them() -> None:
    arrows = {(one.source, one.target): one.text for one in shipped().arrows}
    assert arrows["menyalurkan", "tindak_lanjut"] == ""
    assert arrows["kesimpulan_telaah", "menyalurkan"] == "ditindaklanjuti UPT / perlu pemeriksaan"
    assert arrows["tunggu_pelapor", "laporan_dicabut"] == "Data pelengkap diterima"
    assert not any("ingatkan" in end for pair in arrows for end in pair)


@pytest.mark.parametrize("template", LAYOUTS)
@pytest.mark.parametrize("paper", PAPERS)
def test_no_symbol_covers_another_and_no_arrow_runs_through_one(template: str, paper: str) -> None:
    laid = laid_out(shipped, template, paper)
    for cell in (cell for sheet in laid.sheets for line in sheet.lines for cell in line.cells):
        boxes = [Box(f.x, f.y, f.w, f.h) for f in cell.figures]
        for n, box in enumerate(boxes):
            assert 0 <= box.x <= box.x + box.w <= cell.w
            assert -0.01 <= box.y <= box.y + box.h <= cell.h + 0.01
            assert not any(box.meets(other) for other in boxes[n + 1 :])
            inner = Box(box.x + 0.2, box.y + 0.2, box.w - 0.4, box.h - 0.4)
            assert not any(inner.clipped((x1, y1), (x2, y2)) for x1, y1, x2, y2 in cell.lines)


@pytest.mark.parametrize("template", LAYOUTS)
@pytest.mark.parametrize("paper", PAPERS)
def test_a_high_row_is_broken_where_fewest_arrows_are_cut_before_a_page_stays_half_empty(
    template: str, paper: str
) -> None:
    sheet = layouts.paper(paper)
    laid = laid_out(shipped, template, paper)
    room = sheet.height - 2 * sheets.MARGIN - sheets.HEADING_HEIGHT - sum(laid.head_heights)
    first, second = laid.sheets
    assert sum(line.height for line in first.lines) > 0.8 * room
    assert [line.continued for line in (*first.lines, *second.lines)] == [False] * 3 + [True] + [False] * 2
    letters = [
        figure.kind for cell in first.lines[-1].cells for figure in cell.figures if figure.kind == "pentagon"
    ]
    assert len(letters) == 1, "only the answer that leads on goes to the next page"


def test_the_signature_never_stands_alone_on_a_page() -> None:
    found, needed = shipped(), list[int]()
    lines_of_word = len(found.signer) + 3  # place, and two empty ones
    signature = lines_of_word * 9.5 * 1.15 * 25.4 / 72
    rows = [replace(row, symbols=row.symbols[:1]) for row in (*found.rows[:2], found.rows[4])]
    for lines in range(10, 31):
        last = replace(rows[-1], cells={**rows[-1].cells, "ket": "\n".join(["baris"] * lines)})
        made = replace(found, rows=(*rows[:-1], last), arrows=())
        laid = sheets.laid_out(made, layouts.layout(""), layouts.paper(""))
        used = sum(laid.head_heights) + sum(line.height for line in laid.sheets[-1].lines)
        assert used + sheets.HEADING_HEIGHT + signature < 210 - 2 * sheets.MARGIN
        needed.append(len(laid.sheets))
    assert needed == sorted(needed)
    assert set(needed) == {1, 2}


def test_letters_on_both_pages_join_what_a_page_break_parts() -> None:
    laid = laid_out(shipped, "", "")
    letters = [
        sorted(
            f.lines[0]
            for line in sheet.lines
            for cell in line.cells
            for f in cell.figures
            if f.kind == "pentagon"
        )
        for sheet in laid.sheets
    ]
    everywhere = [letter for page in letters for letter in page]
    assert len(laid.sheets) > 1
    assert everywhere
    assert all(everywhere.count(letter) == 2 for letter in everywhere)
    assert all(len(set(page)) == len(page) for page in letters)


def test_a_diagram_without_sop_numbers_is_numbered_in_its_order() -> None:
    nodes = [start("awal", name="Mulai"), user("satu", name="Menerima berkas"), end("akhir", name="Selesai")]
    nodes += [exclusive("lengkap", name="Lengkap?"), user("dua", name="Meneliti berkas")]
    ways = [("awal", "satu"), ("satu", "lengkap"), ("lengkap", "dua"), ("lengkap", "satu"), ("dua", "akhir")]
    xml = bpmn(nodes, [flow(*way) for way in ways])
    found = document(xml)
    assert [(row.number, row.activity) for row in found.rows] == [
        ("1.", "Menerima berkas"),
        ("2.", "Meneliti berkas"),
    ]
    assert [[s.kind for s in row.symbols] for row in found.rows] == [
        ["capsule", "box", "diamond"],
        ["box", "capsule"],
    ]


def test_a_cell_longer_than_a_page_goes_on_with_no_word_lost() -> None:
    long = " ".join(f"kata{n}" for n in range(1500))
    xml = DIAGRAM.read_text("utf-8").replace('value="Data Laporan"', f'value="{long}"')
    pdf = files.pdf(document(xml.encode()), layouts.layout(""), layouts.paper(""))
    found = re.findall(r"kata\d+", " ".join(reading.words(pdf)))
    assert sorted(found, key=lambda word: int(word[4:])) == long.split()


def test_what_is_typed_is_never_read_as_markup() -> None:
    typed = ['#eval("1")', "$x$ *y* _z_", "<b>&amp;", "\\ @a `b` //c", "]]>"]
    names = ["peringatan", "keterkaitan", "kualifikasi pelaksana", "dasar hukum", "nomor sop"]
    found = shipped()
    fields: dict[str, Any] = {**found.identity.fields, **dict(zip(names, typed, strict=True))}
    identity = replace(found.identity, fields=fields)
    pdf = files.pdf(replace(found, identity=identity), layouts.layout(""), layouts.paper(""))
    page = reading.words(pdf)[0]
    for text in typed:
        assert said(text) in page


@cache
def word_file(template: str = "wonogiri_2017", paper: str = "a4") -> Any:
    content = word.docx(shipped(), layouts.layout(template), layouts.paper(paper))
    assert content == word.docx(shipped(), layouts.layout(template), layouts.paper(paper))
    return docx.Document(BytesIO(content))


def everything(cell: Any) -> str:
    """The words of a cell of a Word file, those within its shapes too."""
    return said(" ".join(one.text or "" for one in cell._tc.iter(qn("w:t"))))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_cell_of_the_source_is_read_back_from_the_word_file(paper: str) -> None:
    _identity, *tables = word_file(paper=paper).tables
    found = [
        [everything(cell) if 2 <= n <= 4 else said(cell.text) for n, cell in enumerate(row.cells)]
        for table in tables
        for row in table.rows[2:]
    ]
    told = [row[:2] + row[5:] for row in found]
    assert [row for row in told if any(row)] == [cells(row) for row in SOP["kegiatan"]]
    assert sum(not any(row) for row in told) == 1, "the third row goes on on the next page"
    assert found[0][2:5] == ["", "", "Mulai"]
    for table in tables:
        assert [cell.text for cell in table.rows[1].cells] == HEADS
        assert [table.rows[0].cells[n].text for n in (0, 1, 2, 4, 5, 9)] == [
            "No.",
            "Aktivitas",
            "Pelaksana",
            "Pelaksana",
            "Mutu Baku",
            "Mutu Baku",
        ]


def test_the_identity_block_is_read_back_from_the_word_file() -> None:
    made = word_file()
    written = [said(one.text) for one in made.paragraphs if one.text]
    head = [said(line) for line in SOURCE.split("Dasar Hukum :", 1)[0].splitlines() if line.strip()]
    assert written[: len(head)] == head
    assert "SOP LAPOR ! – SP4N BERSIFAT PENGADUAN" in written
    signed = [said(line) for line in SOURCE[SOURCE.rindex("Wonogiri,") :].splitlines() if line.strip()]
    assert written[-len(signed) :] == signed
    rows = made.tables[0].rows
    fields = {row.cells[1].text: said(row.cells[2].text) for row in rows[:6]}
    for label, text in fields.items():
        assert f"\n{label}\t{text}\n" in re.sub(r"[ ]*\t[ ]*", "\t", SOURCE) or not text
    source = said(SOURCE)
    for row in rows[6:]:
        assert said(row.cells[0].text) in source
        assert said(row.cells[1].text) in source


def test_any_diagram_has_a_document_in_which_each_task_stands_once() -> None:
    seen = 0
    for path in sorted((ROOT / "tests/diagrams").rglob("*.bpmn")):
        for diagram in reader.read_diagrams(path.read_bytes(), refuse=False):
            found = contents.document_of(cast(Version, SimpleNamespace(diagram=diagram, number=1)))
            ids = [symbol.id for row in found.rows for symbol in row.symbols]
            assert len(set(ids)) == len(ids), path
            laid = sheets.laid_out(found, layouts.layout(""), layouts.paper(""))
            drawn = [
                f
                for sheet in laid.sheets
                for line in sheet.lines
                for cell in line.cells
                for f in cell.figures
            ]
            assert sum(figure.kind != "pentagon" for figure in drawn) == len(ids), path
            seen += len(ids)
    assert seen > 300


def test_the_steps_of_event_sub_processes_are_rows() -> None:
    held = inside(start("datang"), user("catat"), end("usai"), flows="datang > catat > usai")
    beside = node("subProcess", "bila", inside=held, triggeredByEvent="true")
    rows = document(bpmn([start(), user("telaah"), end(), beside], "start > telaah > end")).rows
    assert [row.activity for row in rows] == ["Telaah", "Catat"]
