"""Tables of SOPs as offices write them, made up: in CSV, spreadsheets and Word, each with its own habits."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

import docx
from docx.oxml import parse_xml
from openpyxl import Workbook

LEAVE = """\
No;Uraian Kegiatan;Pelaksana;;;Mutu Baku;;;Keterangan
;;Pemohon;Kepala Sub Bagian;Kepala Dinas;Kelengkapan;Waktu;Output;
1;Mengajukan permohonan cuti;v;;;Formulir cuti;15 menit;Permohonan;
2;Memeriksa sisa cuti pemohon;;v;;Kartu cuti;1 jam;Hasil pemeriksaan;Jika tidak lengkap kembali ke langkah 1
3;Menandatangani surat izin cuti;;;v;Konsep surat izin;2 hari;Surat izin cuti;
4;Menyerahkan surat izin kepada pemohon;;v;;Surat izin;10 menit;Surat izin diterima;Arsip satu lembar
"""

#: Five performers, three questions that lead back, two performers in one row.
PERMIT = """\
No;Uraian Kegiatan;Pelaksana;;;;;Mutu Baku;;;Keterangan
;;Pemohon;Petugas Loket Pelayanan;Kepala Seksi Perizinan;Tim;Kepala Dinas Penanaman Modal;Kelengkapan;Waktu;Output;
1;Mengajukan permohonan izin beserta kelengkapannya;Mulai;;;;;Formulir permohonan, KTP, NPWP;15 menit;Permohonan;
2;Memeriksa kelengkapan berkas permohonan;;◇;;;;Berkas;1 jam;Tanda terima;Jika tidak lengkap kembali ke kegiatan 1
3;Meneliti kesesuaian dengan tata ruang;;;◇;;;Peta tata ruang;2 hari;Lembar telaah;Jika tidak kembali ke kegiatan 2
4;Meninjau lapangan dan menyusun berita acara pemeriksaan;;;;v;;Surat tugas;5 hari kerja;Berita acara;
5;Membahas hasil peninjauan;;;v;v;;Berita acara;1 hari;Rekomendasi;
6;Menandatangani surat izin;;;;;◇;Konsep surat izin;2 hari;Surat izin;Jika tidak kembali ke kegiatan 5
7;Memberi nomor dan mengarsipkan;;v;;;;Surat izin;30 menit;Arsip;
8;Menyerahkan surat izin;Selesai;v;;;;Surat izin;10 menit;Tanda terima;
"""


@cache
def mail() -> bytes:
    """A spreadsheet: a title above, merged heads, dots as marks, arrows in cells, a row that numbers the columns."""
    book = Workbook()
    sheet: Any = book.active
    rows: Sequence[Sequence[object]] = (
        ("SOP PENGELOLAAN SURAT MASUK",),
        (),
        ("NO.", "KEGIATAN", "PELAKSANA", None, None, "MUTU BAKU", None, None, "KET."),
        (None, None, "Staf TU", "Kasubag Umum", "Sekretaris", "KELENGKAPAN", "WAKTU", "OUTPUT", None),
        (1, 2, 3, 4, 5, 6, 7, 8, 9),
        (
            1,
            "Menerima dan mencatat surat masuk",
            "●",
            None,
            None,
            "Surat masuk",
            "± 5 menit",
            "Surat tercatat",
            None,
        ),
        (2, "Meneliti dan memberi disposisi", "↓", "●", "→", "Surat tercatat", "30'", "Disposisi", "=1+1"),
        (3, "Surat perlu tindak lanjut?", None, None, "◇", "Disposisi", "1-2 hari", "Keputusan", None),
        (4, "Mengarsipkan surat", "●", None, None, "Surat", "Sesuai kebutuhan", "Arsip", "Disimpan 5 tahun"),
    )
    for row in rows:
        sheet.append(list(row))
    sheet.merge_cells("C3:E3")
    sheet.merge_cells("F3:H3")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@cache
def purchase() -> bytes:
    """A spreadsheet with one column for who does it."""
    book = Workbook()
    sheet: Any = book.active
    for row in (
        ("No", "Kegiatan", "Pelaksana", "Persyaratan", "Waktu", "Output", "Sarana"),
        (
            "1.",
            "Menyusun kebutuhan barang",
            "Pengurus Barang",
            "Daftar kebutuhan",
            "1 (satu) hari",
            "Usulan",
            "Komputer",
        ),
        ("2.", "Menyetujui usulan", "Pejabat Pembuat Komitmen", "Usulan", "2 hr", "Persetujuan", None),
        (
            "3.",
            "Membeli barang",
            "Pejabat Pengadaan dan Pengurus Barang",
            "Persetujuan",
            "1 jam 30 menit",
            "Barang",
            None,
        ),
    ):
        sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@cache
def legalisation() -> bytes:
    """A Word file: identity block, merged heads that come again, and a row that goes on after a page break."""
    made = docx.Document()
    made.add_paragraph("PEMERINTAH DESA CONTOH")
    block = made.add_table(2, 2)
    block.cell(0, 0).text, block.cell(0, 1).text = "Nomor SOP", "140/12/2024"
    block.cell(1, 0).text, block.cell(1, 1).text = "Nama SOP", "Legalisasi Surat Keterangan"
    body = (
        ("1", "Menerima berkas pemohon", "√", "", "KTP\nKK", "5 menit", "Berkas diterima", ""),
        (
            "2",
            "Memeriksa kelengkapan berkas dan mencocokkan",
            "√",
            "",
            "Berkas",
            "10 menit",
            "Berkas lengkap",
            "",
        ),
        ("", "dengan buku register", "", "", "", "", "", "Lihat buku register tahun berjalan"),
        ("3", "Menandatangani surat", "", "√", "Konsep surat", "1 hari", "Surat sah", "Stempel desa"),
    )
    _word_table(made, body[:2])
    made.add_page_break()
    _word_table(made, body[2:])
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def _word_table(made: Any, body: Sequence[Sequence[str]]) -> None:
    table = made.add_table(2, 8)
    heads = ("No", "Aktivitas", "Pelaksana", "", "Mutu Baku", "", "", "Ket")
    for place, text in enumerate(heads):
        table.cell(0, place).text = text
    for place, text in enumerate(("Staf", "Kepala Desa", "Kelengkapan", "Waktu", "Output"), 2):
        table.cell(1, place).text = text
    table.cell(0, 2).merge(table.cell(0, 3))
    table.cell(0, 4).merge(table.cell(0, 6))
    for place in (0, 1, 7):
        table.cell(0, place).merge(table.cell(1, place))
    for row in body:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text


_SHAPE = """\
<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" \
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" \
xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" \
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" \
xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" \
xmlns:v="urn:schemas-microsoft-com:vml">\
<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="1" name="Flowchart 1"/>\
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>\
<wps:cNvPr id="1" name="Flowchart 1"/><wps:spPr><a:prstGeom prst="{kind}"><a:avLst/></a:prstGeom></wps:spPr>\
<wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp>\
</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:rect><v:textbox>\
<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback>\
</mc:AlternateContent></w:r></w:p>"""


@cache
def licence() -> bytes:
    """A Word file with shapes drawn in its cells, as Word's own palette makes them."""
    made = docx.Document()
    body = (
        (
            "1.",
            "Mengajukan permohonan izin",
            "flowChartTerminator:Mulai",
            "",
            "",
            "Formulir",
            "1 hari",
            "Berkas",
            "",
        ),
        (
            "2.",
            "Memverifikasi berkas",
            "",
            "flowChartDecision:Lengkap?",
            "",
            "Berkas",
            "3 hari kerja",
            "Acara",
            "",
        ),
        (
            "3.",
            "Meninjau lapangan",
            "",
            "rect:",
            "straightConnector1:",
            "Surat tugas",
            "5 hari",
            "Laporan",
            "",
        ),
        (
            "4.",
            "Menerbitkan izin",
            "",
            "",
            "flowChartTerminator:Selesai",
            "Laporan",
            "",
            "Surat izin",
            "Berlaku 5 tahun",
        ),
    )
    table = made.add_table(2, 9)
    for place, text in enumerate(("No.", "Prosedur", "Pelaksana", "", "", "Mutu Baku", "", "", "Keterangan")):
        table.cell(0, place).text = text
    for place, text in enumerate(
        ("Pemohon", "Petugas Loket", "Kepala Bidang", "Persyaratan", "Waktu", "Output"), 2
    ):
        table.cell(1, place).text = text
    table.cell(0, 2).merge(table.cell(0, 4))
    table.cell(0, 5).merge(table.cell(0, 7))
    for row in body:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            kind, parted, words = text.partition(":")
            if parted:
                cell._tc.append(parse_xml(_SHAPE.format(kind=kind, text=words)))
            else:
                cell.text = text
    content = BytesIO()
    made.save(content)
    return content.getvalue()


#: The rows of a leave request, with three performers; what stands above them is each office's own.
_LEAVE_ROWS = """\
1;Mengajukan permohonan cuti;V;;;Formulir cuti;15 menit;Permohonan;
2;Memeriksa sisa cuti pemohon;↓;ü;;Kartu cuti;1 jam;Hasil pemeriksaan;
3;Menyerahkan surat izin;;;●;Surat izin;10 menit;Surat diterima;Arsip satu lembar
"""
#: Heads of `_LEAVE_ROWS`, by what is particular about them.
HEADS = {
    "one row that names the performers alone": "No;Kegiatan;Pemohon;Kasubag;Camat;Kelengkapan;Waktu;Output;Ket\n",
    "one row that says what they are": "No;Kegiatan;Pelaksana: Pemohon;Pelaksana (Kasubag);Pelaksana - Camat;"
    "Kelengkapan;Waktu;Output;Ket\n",
    "two rows": "No;Kegiatan;Pelaksana;;;Mutu Baku;;;Ket\n;;Pemohon;Kasubag;Camat;Kelengkapan;Waktu;Output;\n",
    "two rows, the first without a word for performers": "No;Kegiatan;;;;Mutu Baku;;;Ket\n"
    ";;Pemohon;Kasubag;Camat;Kelengkapan;Waktu;Output;\n",
    "three rows and their numbers": "No;Kegiatan;Pelaksana;;;Mutu Baku;;;Ket\n"
    ";;Warga;Kecamatan;;Kelengkapan;Waktu;Output;\n;;Pemohon;Kasubag;Camat;;;;\n1;2;3;4;5;6;7;8;9\n",
    "one row without names": "No;Kegiatan;Pelaksana;;;Kelengkapan;Waktu;Output;Ket\n",
}


def leave_under(head: str) -> bytes:
    """A leave request in CSV under one of `HEADS`."""
    return (HEADS[head] + _LEAVE_ROWS).encode()


def two_pages() -> bytes:
    """A Word file whose table goes on in a second one without heads."""
    made = docx.Document()
    rows = [line.split(";") for line in (HEADS["two rows"] + _LEAVE_ROWS).splitlines()]
    for part in (rows[:3], rows[3:]):
        table = made.add_table(0, 9)
        for row in part:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        made.add_page_break()
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def long(rows: int) -> bytes:
    """A table of that many rows in CSV, done by three performers in turn."""
    marks = (";;v", "v;;", ";v;")
    body = (
        f"{n};Kegiatan ke-{n};{marks[n % 3]};Berkas;{'1 hari' if n < 9 else ''};Hasil;\n"
        for n in range(1, rows + 1)
    )
    return (HEADS["two rows"] + "".join(body)).encode()


def covered() -> bytes:
    """A workbook with the identity block on its first sheet, the table on its second and another SOP on its third."""
    book = Workbook()
    cover: Any = book.active
    cover.append(["Nama SOP", "Peminjaman buku"])
    for name in ("Buku", "Ruang"):
        sheet: Any = book.create_sheet(name)
        for line in (HEADS["two rows"] + _LEAVE_ROWS).replace("cuti", name).splitlines():
            sheet.append([text or None for text in line.split(";")])
    content = BytesIO()
    book.save(content)
    return content.getvalue()
