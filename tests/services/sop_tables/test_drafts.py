"""A table of an SOP becomes a draft: its performers are lanes, its rows tasks, and nothing that was typed is lost."""

import html
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest

from app.base.errors import InvalidForm
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.services.deployment import deployments
from app.services.sop_documents import layouts, word
from app.services.sop_tables import corrections, drafting, durations, grids, packing, reading
from app.services.sop_tables.drafting import SopDraft
from app.services.sop_tables.reading import Answers, SopTable
from tests.services.sop_documents.source import shipped
from tests.services.sop_tables import tables
from tests.sop import DIAGRAM

#: (file, what it holds, (lane, task) in order, deadlines, questions)
WRITTEN: list[tuple[str, Callable[[], bytes], list[tuple[str, str]], list[str], int]] = [
    (
        "cuti.csv",
        tables.LEAVE.encode,
        [
            ("Pemohon", "Mengajukan permohonan cuti"),
            ("Kepala Sub Bagian", "Memeriksa sisa cuti pemohon"),
            ("Kepala Dinas", "Menandatangani surat izin cuti"),
            ("Kepala Sub Bagian", "Menyerahkan surat izin kepada pemohon"),
        ],
        ["15 menit", "1 jam", "2 hari", "10 menit"],
        1,
    ),
    (
        "surat masuk.xlsx",
        tables.mail,
        [
            ("Staf TU", "Menerima dan mencatat surat masuk"),
            ("Kasubag Umum", "Meneliti dan memberi disposisi"),
            ("Sekretaris", "Surat perlu tindak lanjut?"),
            ("Staf TU", "Mengarsipkan surat"),
        ],
        ["5 menit", "30 menit", "2 hari"],
        1,
    ),
    (
        "pengadaan.xlsx",
        tables.purchase,
        [
            ("Pengurus Barang", "Menyusun kebutuhan barang"),
            ("Pejabat Pembuat Komitmen", "Menyetujui usulan"),
            ("Pejabat Pengadaan", "Membeli barang"),
            ("Pengurus Barang", "Membeli barang – Pengurus Barang"),
        ],
        ["1 (satu) hari", "2 hari", "1 jam 30 menit"],
        0,
    ),
    (
        "legalisasi.docx",
        tables.legalisation,
        [
            ("Staf", "Menerima berkas pemohon"),
            ("Staf", "Memeriksa kelengkapan berkas dan mencocokkan dengan buku register"),
            ("Kepala Desa", "Menandatangani surat"),
        ],
        ["5 menit", "10 menit", "1 hari"],
        0,
    ),
    (
        "izin.docx",
        tables.licence,
        [
            ("Pemohon", "Mengajukan permohonan izin"),
            ("Petugas Loket", "Memverifikasi berkas"),
            ("Petugas Loket", "Meninjau lapangan"),
            ("Kepala Bidang", "Menerbitkan izin"),
        ],
        ["1 hari", "3 hari kerja", "5 hari"],
        1,
    ),
]


@cache
def made_of(name: str, content: bytes) -> tuple[SopTable, SopDraft, Diagram]:
    table = packing.unpacked(packing.packed(reading.read_table(name, content)))
    draft = drafting.draft_of(table, "sop")
    [diagram] = reader.read_diagrams(draft.files["sop.bpmn"])
    return table, draft, diagram


def tasks(diagram: Diagram) -> list[tuple[str, str]]:
    return [
        (diagram.lane(node.lane_id).name, node.name)
        for node in diagram.nodes.values()
        if node.kind == "userTask"
    ]


def deadlines(diagram: Diagram) -> list[str]:
    return [node.timer.text for node in diagram.nodes.values() if node.is_deadline and node.timer]


@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written[0])
def test_a_table_as_offices_write_it_becomes_a_draft_without_findings(
    written: tuple[str, Callable[[], bytes], list[tuple[str, str]], list[str], int],
) -> None:
    name, content, wanted, times, questions = written
    _table, draft, diagram = made_of(name, content())
    assert tasks(diagram) == wanted
    assert deadlines(diagram) == times
    assert len(diagram.questions) == questions
    assert deployments.check_files(None, draft.files) == []
    assert len([node for node in diagram.nodes.values() if node.is_resolution]) == 1
    for node in diagram.nodes.values():
        if node.kind == "userTask":
            assert f"{node.form_key}.form" in draft.files


@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written[0])
def test_nothing_typed_is_lost(
    written: tuple[str, Callable[[], bytes], list[tuple[str, str]], list[str], int],
) -> None:
    name, content, *_rest = written
    table, draft, _diagram = made_of(name, content())
    kept = "\n".join([html.unescape(file.decode()) for file in draft.files.values()])
    typed = [line.activity for line in table.lines]
    typed += [text for line in table.lines for text in (*line.cells.values(), *line.notes)]
    typed += [*table.performers, *table.identity.values()]
    for text in typed:
        for part in text.split("\n"):
            assert part in kept, part


def test_every_word_of_the_files_is_in_what_was_read() -> None:
    words = re.findall(r"[^;\n]+", tables.LEAVE)
    table, _draft, _diagram = made_of("cuti.csv", tables.LEAVE.encode())
    read = {line.activity for line in table.lines} | {line.number for line in table.lines}
    read |= {text for line in table.lines for text in line.cells.values()} | set(table.performers)
    heads = {
        "No",
        "Uraian Kegiatan",
        "Pelaksana",
        "Mutu Baku",
        "Keterangan",
        "Kelengkapan",
        "Waktu",
        "Output",
        "v",
    }
    assert set(words) == read - {""} | heads


@pytest.mark.parametrize("template", layouts.LAYOUTS)
def test_the_shipped_sop_comes_back_from_its_own_word_file(template: str) -> None:
    content = word.docx(shipped(), layouts.layout(template), layouts.paper("a4"))
    table, draft, diagram = made_of("sop.docx", content)
    [source] = reader.read_diagrams(DIAGRAM.read_bytes())
    order = ["penyaluran", "telaahan", "konfirmasi", "menyalurkan", "tindak_lanjut", "melaporkan"]
    assert tasks(diagram) == [
        (source.lane(source.nodes[id_].lane_id).name, source.nodes[id_].name) for id_ in order
    ]
    assert [lane.name for lane in diagram.lanes] == [lane.name for lane in source.lanes]
    assert [time.removeprefix("Maksimal ") for time in deadlines(diagram)] == [
        "3 hari", "3 hari", "3 hari", "60 hari", "30 menit",
    ]  # fmt: skip
    assert deployments.check_files(None, draft.files) == []
    for name in (
        "nomor sop",
        "dasar hukum",
        "instansi",
        "judul dokumen",
        "judul bagan",
        "tempat tanda tangan",
    ):
        assert table.identity[name].split() == source.properties[name].split()


def test_every_guess_is_told_with_its_row() -> None:
    _table, draft, _diagram = made_of("surat masuk.xlsx", tables.mail())
    told = {(guess.row, guess.text) for guess in draft.guesses}
    assert (6, "Waktu “± 5 menit” dibaca sebagai tenggat 5 menit.") in told
    assert (8, "Waktu “1-2 hari” dibaca sebagai tenggat 2 hari.") in told
    assert (9, "Waktu “Sesuai kebutuhan” bukan lama waktu; tanpa tenggat.") in told
    assert any(row == 8 and "dijawab tidak: kembali ke Meneliti" in text for row, text in told)


def test_a_no_goes_back_where_the_remark_says() -> None:
    _table, _draft, diagram = made_of("cuti.csv", tables.LEAVE.encode())
    [question] = diagram.questions
    targets = {flow.name: flow.target for flow in diagram.outgoing[question]}
    assert targets == {"ya": "menandatangani_surat_izin_cuti", "tidak": "mengajukan_permohonan_cuti"}


@pytest.mark.parametrize("head", tables.HEADS)
def test_performers_are_read_under_heads_of_one_row_to_three_and_guesses_are_told(head: str) -> None:
    table, _draft, diagram = made_of("cuti.csv", tables.leave_under(head))
    named = ["Pemohon", "Kasubag", "Camat"]
    if head == "one row without names":
        named = ["Pelaksana 1", "Pelaksana 2", "Pelaksana 3"]
    done = ["Mengajukan permohonan cuti", "Memeriksa sisa cuti pemohon", "Menyerahkan surat izin"]
    assert tasks(diagram) == list(zip(named, done, strict=True))
    assert [line.cells["waktu"] for line in table.lines] == ["15 menit", "1 jam", "10 menit"]
    assert [line.notes for line in table.lines] == [[], [], []]
    said = f"Kolom yang berisi tanda dibaca sebagai kolom pelaksana: {', '.join(named)}."
    names_missing = [guess.text for guess in table.guesses if "tanpa nama pelaksana" in guess.text]
    assert (said in [guess.text for guess in table.guesses]) == ("names the" in head or "without" in head)
    assert len(names_missing) == (3 if head == "one row without names" else 0)


def test_a_table_goes_on_in_the_next_one_of_a_word_file_without_heads() -> None:
    _table, _draft, diagram = made_of("cuti.docx", tables.two_pages())
    assert [lane for lane, _task in tasks(diagram)] == ["Pemohon", "Kasubag", "Camat"]


def test_a_workbook_is_read_up_to_its_first_table() -> None:
    table, _draft, diagram = made_of("buku.xlsx", tables.covered())
    assert table.name == "Peminjaman buku"
    assert [task for _lane, task in tasks(diagram)][:2] == [
        "Mengajukan permohonan Buku",
        "Memeriksa sisa Buku pemohon",
    ]
    assert len(table.lines) == 3


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ('"Mulai\n●"', ["start", "task"]),
        ("● Selesai", ["task", "end"]),
        ("→ v", ["task"]),
        ("◇ Lengkap?", ["decision"]),
        ('"◇\ntidak"', ["decision"]),
        ("→", []),
    ],
)
def test_signs_and_words_that_share_a_cell_are_each_read(cell: str, kinds: list[str]) -> None:
    body = f"No;Kegiatan;Pelaksana;;Waktu\n;;Staf;Kasi;\n1;Meneliti;{cell};v;1 hari\n"
    [line] = reading.read_table("surat.csv", body.encode()).lines
    assert [mark.kind for mark in line.marks if mark.performer == 0] == kinds


@pytest.mark.parametrize(
    "rows",
    [(";;Mulai;;", ";;;Selesai;"), ("1;Mulai;v;;", "4;Selesai;;v;"), (";Mulai;Mulai;;", ";Selesai;;●;")],
)
def test_rows_that_only_begin_and_end_the_flow_are_no_activities(rows: tuple[str, str]) -> None:
    first, last = rows
    head = "No;Kegiatan;Pelaksana;;Waktu\n;;Staf;Kasi;\n"
    body = f"{head}{first}\n2;Mencatat surat;v;;1 hari\n3;Meneliti surat;;v;1 hari\n{last}\n"
    table, draft, diagram = made_of("surat.csv", body.encode())
    assert table.performers == ["Staf", "Kasi"]
    assert tasks(diagram) == [("Staf", "Mencatat surat"), ("Kasi", "Meneliti surat")]
    ends = [
        (diagram.lane(node.lane_id).name, node.name)
        for node in diagram.nodes.values()
        if node.kind == "startEvent" or node.is_resolution
    ]
    assert ends == [("Staf", "Mulai"), ("Kasi", "Selesai")]
    told = [guess.text for guess in draft.guesses]
    assert [
        f"Baris “{name}” dibaca sebagai awal atau akhir alur, bukan kegiatan." in told
        for name in ("Mulai", "Selesai")
    ]


def test_activities_may_be_called_like_the_process_and_what_the_diagram_holds_besides() -> None:
    names = ["Sop", "Pelaksana", "Lajur 1", "Sop", "Bidang"]
    body = "".join(f"{number};{name};Staf;1 hari\n" for number, name in enumerate(names, 1))
    _table, draft, diagram = made_of("surat.csv", f"No;Kegiatan;Pelaksana;Waktu\n{body}".encode())
    assert [name for _lane, name in tasks(diagram)] == names
    assert deployments.check_files(None, draft.files) == []


def test_an_answer_beside_a_diamond_is_no_second_question() -> None:
    body = (
        "No;Kegiatan;Pelaksana;;Waktu\n;;Staf;Kasi;\n1;Meneliti;v;;1 hari\n2;Setuju?;;◇;1 hari\n;;;tidak;\n"
    )
    _table, draft, diagram = made_of("surat.csv", body.encode())
    assert len(diagram.questions) == 1
    assert not any("Beberapa belah ketupat" in guess.text for guess in draft.guesses)


def test_a_column_of_names_or_dashes_is_no_performers_column() -> None:
    body = "No;Kegiatan;Sarana;Waktu\n1;Mencatat surat;-;5 menit\n2;Mengarsipkan surat;-;1 hari\n"
    table = reading.read_table("surat.csv", body.encode())
    assert table.performers == []
    table = reading.read_table("surat.csv", body.replace("-", "Komputer").encode())
    assert table.performers == []


def corrected(content: str, change: Callable[[list[corrections.Plan]], None]) -> tuple[SopDraft, Diagram]:
    table = reading.read_table("sop.csv", content.encode())
    read = drafting.draft_of(table, "sop")
    plans = list(read.plans)
    change(plans)
    draft = drafting.draft_of(corrections.corrected(table, read.plans, read.performers, plans), "sop")
    [diagram] = reader.read_diagrams(draft.files["sop.bpmn"])
    assert [one for one in deployments.check_files(None, draft.files) if one.severity == "error"] == []
    return draft, diagram


def flows(diagram: Diagram) -> set[tuple[str, str, str]]:
    """(question, answer, what it leads to), by names."""
    return {
        (diagram.nodes[source].name, flow.name, diagram.nodes[flow.target].name)
        for source, leaving in diagram.outgoing.items()
        if diagram.nodes[source].kind == "exclusiveGateway"
        for flow in leaving
    }


def test_what_the_owner_corrects_takes_the_place_of_the_guess_and_other_guesses_stay() -> None:
    def change(plans: list[corrections.Plan]) -> None:
        plans[1] = replace(plans[1], activity="Memeriksa kartu cuti", performers=(2, 1), deadline="4 jam")
        plans[1] = replace(plans[1], questions=(Answers("Ada sisa cuti?", 1, "", "akhir:Ditolak"),))
        plans[2] = replace(plans[2], deadline="")

    plain, _same = corrected(tables.LEAVE, lambda _plans: None)
    draft, diagram = corrected(tables.LEAVE, change)
    assert tasks(diagram)[1:3] == [
        ("Kepala Dinas", "Memeriksa kartu cuti"),
        ("Kepala Sub Bagian", "Memeriksa kartu cuti – Kepala Sub Bagian"),
    ]
    assert deadlines(diagram) == ["15 menit", "4 jam", "10 menit"]
    assert flows(diagram) == {
        ("Ada sisa cuti?", "ya", "Menandatangani surat izin cuti"),
        ("Ada sisa cuti?", "tidak", "Ditolak"),
    }
    row = 4  # of the file: it held every guess
    assert [guess.row for guess in plain.guesses] == [row, row]
    assert draft.guesses == []


def test_several_diamonds_in_a_row_are_asked_one_after_another_each_with_its_own_answers() -> None:
    body = tables.PERMIT.replace("ruang;;;◇;;;", "ruang;;◇;◇;◇;;")

    def change(plans: list[corrections.Plan]) -> None:
        first, second, third = plans[2].questions
        plans[2] = replace(
            plans[2],
            questions=(
                replace(first, text="Lokasi sesuai?", no="akhir:Ditolak"),
                replace(second, text="Ada keberatan?", yes="baris:0", no=""),
                replace(third, text="Perlu rapat?", no="baris:5"),
            ),
        )

    table = reading.read_table("sop.csv", body.encode())
    draft = drafting.draft_of(table, "sop")
    assert [question.performer for question in draft.plans[2].questions] == [1, 2, 3]
    assert any("Beberapa belah ketupat" in guess.text for guess in draft.guesses)
    _draft, diagram = corrected(body, change)
    assert flows(diagram) >= {
        ("Lokasi sesuai?", "ya", "Ada keberatan?"),
        ("Lokasi sesuai?", "tidak", "Ditolak"),
        ("Ada keberatan?", "ya", "Mengajukan permohonan izin beserta kelengkapannya"),
        ("Ada keberatan?", "tidak", "Perlu rapat?"),
        ("Perlu rapat?", "ya", "Meninjau lapangan dan menyusun berita acara pemeriksaan"),
        ("Perlu rapat?", "tidak", "Menandatangani surat izin"),
    }


def test_lanes_stand_in_the_order_of_the_columns_not_of_their_first_use() -> None:
    body = tables.LEAVE.replace("cuti;v;;;Form", "cuti;;;v;Form")
    _table, _draft, diagram = made_of("cuti.csv", body.encode())
    assert tasks(diagram)[0][0] == "Kepala Dinas"
    assert [lane.name for lane in diagram.lanes] == ["Pemohon", "Kepala Sub Bagian", "Kepala Dinas"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("3 hari", ("3 hari", True)),
        ("Maksimal 60 hari", ("Maksimal 60 hari", True)),
        ("± 30 mnt", ("30 menit", False)),
        ("1 (satu) hari kerja", ("1 (satu) hari kerja", True)),
        ("2 s/d 3 jam", ("3 jam", False)),
        ("15’", ("15 menit", False)),
        ("tiga hari", ("tiga hari", True)),
        ("1 hr", ("1 hari", False)),
        ("maks. 3 hari kerja", ("maks. 3 hari kerja", True)),
        ("1x24 jam", ("1x24 jam", True)),
        ("maks. 3 × 24 jam", ("maks. 3 × 24 jam", True)),
        ("1-2 hari", ("2 hari", False)),
        ("1 hari - 2 hari", ("2 hari", False)),
        ("5 mnt s/d 10 mnt", ("10 menit", False)),
        ("3 (tiga) hari kerja sejak berkas lengkap", ("3 hari kerja", False)),
        ("H+3", ("H+3", True)),
        ("½ jam", ("½ jam", True)),
        ("1 jam 30 menit", ("1 jam 30 menit", True)),
        ("± dua belas hr", ("dua belas hari", False)),
        ("Pasal 5 d", None),
        ("kurang dari 1 hari", ("1 hari", False)),
        ("kondisional", None),
        ("Menyesuaikan", None),
        ("5 menit per berkas", None),
        ("minimal 2 hari", None),
        ("60", None),
    ],
)
def test_times_are_read_as_people_write_them(said: str, read: tuple[str, bool] | None) -> None:
    assert durations.deadline_of(said) == read


@pytest.mark.parametrize("cell", ["9" * 30_000, f"{'9' * 190} jam 5 menit", f"{'9' * 5_000} jam 5 menit"])
def test_a_time_of_thousands_of_digits_is_no_time(cell: str) -> None:
    body = f"No;Kegiatan;Pelaksana;Waktu\n1;Mencatat surat;Staf;{cell}\n2;Mengarsipkan surat;Staf;1 hari\n"
    _draft, diagram = corrected(body, lambda _plans: None)
    assert deadlines(diagram) == ["1 hari"]


def test_a_time_that_is_none_is_told_with_its_row_and_the_heads_unit_counts() -> None:
    head = "No;Kegiatan;Pelaksana;Waktu (menit)\n"
    body = head + "1;Mencatat;Staf;15\n2;Meneliti;Kasi;Menyesuaikan\n3;Arsip;Staf;5-10\n"
    table, draft, diagram = made_of("surat.csv", body.encode())
    assert [line.cells["waktu"] for line in table.lines] == ["15 menit", "Menyesuaikan", "5-10 menit"]
    assert deadlines(diagram) == ["15 menit", "10 menit"]
    assert [(guess.row, guess.text) for guess in draft.guesses] == [
        (3, "Waktu “Menyesuaikan” bukan lama waktu; tanpa tenggat."),
        (4, "Waktu “5-10 menit” dibaca sebagai tenggat 10 menit."),
    ]


def _word_of(document: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom.docx", _word_of(b"<a>" + b" " * 3_000_000 + b"</a>")),
        ("xxe.docx", _word_of(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')),
        ("rusak.docx", _word_of(b"<a>")),
        ("kosong.docx", _word_of(b"<a/>")),
        ("bukan.docx", b"PK\x03\x04 bukan zip"),
        ("teks.csv", b"apa saja;tanpa;tabel\n1;2;3\n"),
        ("gambar.png", b"\x89PNG\r\n\x1a\n"),
        ("kepala.csv", b"No;Kegiatan;Pelaksana;Waktu\n"),
    ],
)
def test_other_files_are_refused_in_words(name: str, content: bytes) -> None:
    with pytest.raises(InvalidForm) as refused:
        reading.read_table(name, content)
    assert str(refused.value)


@pytest.mark.parametrize("sent", ["", "{}", "[]", "null", '{"name": 1}', "x" * 400_000])
def test_what_is_no_packed_table_is_refused(sent: str) -> None:
    with pytest.raises(InvalidForm):
        packing.unpacked(sent)


def test_no_packed_table_has_more_lines_than_a_file() -> None:
    table = reading.read_table("a.csv", tables.long(3))
    few = replace(table, lines=[table.lines[0]] * grids.MAX_ROWS)
    assert len(packing.unpacked(packing.packed(few)).lines) == grids.MAX_ROWS
    with pytest.raises(InvalidForm):
        packing.unpacked(packing.packed(replace(few, lines=[*few.lines, table.lines[0]])))
