"""Tables of SOPs made up by chance, with what should be read in them; and files of them, written part by part.

A cell is a text; ``^`` goes on with the one above, ``<`` with the one to the left; ``rect:`` or ``textbox:words`` is
a drawn shape, several are joined by ``|``.
"""

import csv
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from xml.sax.saxutils import escape, quoteattr

_KINDS = (
    "rect",
    "textbox",
    "diamond",
    "flowChartProcess",
    "flowChartDecision",
    "flowChartTerminator",
    "line",
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHAPES = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"

Shape = tuple[int, int, str, str]


def shapes_of(cell: str) -> list[tuple[str, str]]:
    """The shapes that a cell stands for, as kind and words."""
    parts = [part.partition(":") for part in cell.split("|")]
    is_drawn = all(colon and kind in _KINDS for kind, colon, _words in parts)
    return [(kind, words) for kind, _colon, words in parts] if is_drawn else []


def _packed(parts: dict[str, str]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
    return content.getvalue()


# Word


def word(heads: Sequence[str], rows: Sequence[Sequence[str]], before: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file with a table, and one before it."""
    body = (_word_table(before) if before else "") + _word_table([heads, *rows])
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _packed({"[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>', "word/document.xml": document})


def _word_table(rows: Sequence[Sequence[str]]) -> str:
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for place, cell in enumerate(row):
            if cell == "<":
                continue
            span = next((n for n in range(1, len(row) - place) if row[place + n] != "<"), len(row) - place)
            goes_on = number + 1 < len(rows) and rows[number + 1][place] == "^"
            merge = "<w:vMerge/>" if cell == "^" else '<w:vMerge w:val="restart"/>' if goes_on else ""
            wide = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            inside = "".join(_word_shape(*shape) for shape in shapes_of(cell)) or _word_text(cell)
            cells.append(f"<w:tc><w:tcPr>{wide}{merge}</w:tcPr><w:p>{inside}</w:p></w:tc>")
        lines.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(lines)}</w:tbl><w:p/>"


def _word_text(text: str) -> str:
    lines = [f"<w:t>{escape(line)}</w:t>" for line in text.split("\n")]
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>" if text not in ("", "^") else ""


def _word_shape(kind: str, words: str) -> str:
    box = ' txBox="1"' if kind == "textbox" else ""
    form = "rect" if kind == "textbox" else kind
    inside = f"<w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p>" if words else ""
    return (
        f'<w:r><w:drawing><wps:wsp xmlns:wps="{_SHAPES}"><wps:cNvSpPr{box}/><wps:spPr><a:prstGeom '
        f'xmlns:a="{_DRAWING}/main" prst="{form}"/></wps:spPr><wps:txbx><w:txbxContent>{inside}</w:txbxContent>'
        "</wps:txbx></wps:wsp></w:drawing></w:r>"
    )


# A workbook


def workbook(rows: Sequence[Sequence[str]], shapes: Sequence[Shape] = ()) -> bytes:
    """An XLSX with one page; ``shapes`` as row, column, kind and words, beside those that cells stand for."""
    lines, merges, drawn = [], [], list(shapes)
    for number, row in enumerate(rows, 1):
        cells = []
        for place, cell in enumerate(row):
            name = f"{chr(ord('A') + place)}{number}"
            drawn += [(number, place + 1, kind, words) for kind, words in shapes_of(cell)]
            if cell and cell not in ("^", "<") and not shapes_of(cell):
                text = f'<is><t xml:space="preserve">{escape(cell)}</t></is>'
                cells.append(f'<c r="{name}" t="inlineStr">{text}</c>')
            if (size := _reach(rows, number - 1, place)) != (1, 1):
                last = f"{chr(ord('A') + place + size[1] - 1)}{number + size[0] - 1}"
                merges.append(f'<mergeCell ref="{name}:{last}"/>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    merged = f"<mergeCells>{''.join(merges)}</mergeCells>" if merges else ""
    drawing = '<drawing r:id="d"/>' if drawn else ""
    page = f"<sheetData>{''.join(lines)}</sheetData>{merged}{drawing}"
    parts = {
        "[Content_Types].xml": _types(drawn=bool(drawn)),
        "_rels/.rels": _relations("b", "officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="SOP" sheetId="1" '
        'r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("s", "worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{page}</worksheet>',
    }
    if drawn:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = _relations("d", "drawing", "../drawings/drawing1.xml")
        anchors = "".join(_anchor(*shape) for shape in drawn)
        parts["xl/drawings/drawing1.xml"] = (
            f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing" xmlns:a="{_DRAWING}/main">{anchors}</xdr:wsDr>'
        )
    return _packed(parts)


def _reach(rows: Sequence[Sequence[str]], top: int, left: int) -> tuple[int, int]:
    """How many rows and columns a cell that begins here reaches over."""
    if rows[top][left] in ("^", "<"):
        return 1, 1
    high = next((n for n in range(1, len(rows) - top) if rows[top + n][left] != "^"), len(rows) - top)
    wide = next(
        (n for n in range(1, len(rows[top]) - left) if rows[top][left + n] != "<"), len(rows[top]) - left
    )
    return high, wide


def _types(*, drawn: bool) -> str:
    kind = "application/vnd.openxmlformats-officedocument"
    named = {"/xl/workbook.xml": f"{kind}.spreadsheetml.sheet.main+xml"}
    named["/xl/worksheets/sheet1.xml"] = f"{kind}.spreadsheetml.worksheet+xml"
    if drawn:
        named["/xl/drawings/drawing1.xml"] = f"{kind}.drawing+xml"
    each = "".join(f'<Override PartName="{part}" ContentType="{type_}"/>' for part, type_ in named.items())
    usual = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    return f'<Types xmlns="{_TYPES}">{usual}{each}</Types>'


def _relations(id_: str, kind: str, target: str) -> str:
    one = f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATED}">{one}</Relationships>'


def _anchor(row: int, column: int, kind: str, words: str) -> str:
    def corner(name: str, across: int, down: int) -> str:
        return (
            f"<xdr:{name}><xdr:col>{column - 1}</xdr:col><xdr:colOff>{across}</xdr:colOff>"
            f"<xdr:row>{row - 1}</xdr:row><xdr:rowOff>{down}</xdr:rowOff></xdr:{name}>"
        )

    box = ' txBox="1"' if kind == "textbox" else ""
    form = "rect" if kind == "textbox" else kind
    text = (
        f"<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(words)}</a:t></a:r></a:p></xdr:txBody>"
        if words
        else ""
    )
    return (
        f"<xdr:twoCellAnchor>{corner('from', 100_000, 20_000)}{corner('to', 500_000, 160_000)}<xdr:sp><xdr:nvSpPr>"
        f'<xdr:cNvPr id="1" name={quoteattr(kind)}/><xdr:cNvSpPr{box}/></xdr:nvSpPr><xdr:spPr><a:prstGeom '
        f'prst="{form}"><a:avLst/></a:prstGeom></xdr:spPr>{text}</xdr:sp><xdr:clientData/></xdr:twoCellAnchor>'
    )


# Tables by chance


@dataclass
class Invented:
    """A file, and what is in it: who does each activity, the deadlines, and of each question its answers and the
    activity to which the second one leads."""

    name: str
    content: bytes
    doers: dict[str, str] = field(default_factory=dict)
    times: list[str] = field(default_factory=list)
    questions: list[tuple[tuple[str, str], str]] = field(default_factory=list)


#: What a row without a number adds to the activity above it.
MORE = " beserta lampirannya"
_VERBS = (
    "Mencatat",
    "Memeriksa",
    "Meneliti",
    "Menyusun",
    "Membahas",
    "Menandatangani",
    "Menyerahkan",
    "Meninjau",
)
_THINGS = (
    "surat masuk",
    "permohonan izin",
    "berita acara",
    "konsep keputusan",
    "laporan bulanan",
    "peta lokasi",
)
_LANES = (
    "Pemohon",
    "Staf TU",
    "Kasubag Umum",
    "Kepala Seksi Perizinan",
    "Sekretaris",
    "Kepala Dinas",
    "Tim Teknis",
)
_ACTIVITY = ("Kegiatan", "Aktivitas", "Uraian Kegiatan", "URAIAN PROSEDUR", "Langkah Kerja", "Tahapan")
_DONE_BY = ("Pelaksana", "PELAKSANA", "Pelaksanaan", "Penanggung Jawab", "Unit Kerja Pelaksana", "Pelaku")
_TIME = ("Waktu", "Jangka Waktu", "Batas Waktu", "Durasi", "Mutu Baku (SLA)", "Waktu Penyelesaian", "Target")
_NEEDED = ("Kelengkapan", "Persyaratan/ Perlengkapan", "Syarat", "Peralatan & Kelengkapan", "Sarana", "Dasar")
_RESULT = ("Output", "Keluaran", "Hasil", "Produk Layanan")
_REMARK = ("Ket", "Keterangan", "Catatan", "Tindak Lanjut", "Hal Lain")
_LENGTHS = (("2 hari", "2 hari"), ("30 menit", "30 menit"), ("± 1 jam", "1 jam"), ("1-2 hari", "2 hari"),
            ("3 hari kerja", "3 hari kerja"), ("15'", "15 menit"))  # fmt: skip
_NO_LENGTHS = (("Menyesuaikan", ""), ("-", ""), ("", ""))
_MARKS = ("v", "√", "●", "■", "X")
_PAIRS = (("Lengkap", "Tidak lengkap"), ("Setuju", "Ditolak"), ("Sesuai", "Belum sesuai"), ("Sah", "Tidak sah"),
          ("Layak", "Ditolak"), ("ya", "tidak"))  # fmt: skip
_BACK = ("Jika tidak kembali ke langkah {number}", "kembali ke kegiatan {number}", "ulangi langkah {number}",
         "Bila ditolak, kembali ke proses awal", "Jika belum sesuai, dikembalikan ke {lane}", "")  # fmt: skip


def table(chance: random.Random, number: int) -> Invented:
    """A table by chance: as DOCX, XLSX and CSV in turn."""
    kind = ("docx", "xlsx", "csv")[number % 3]
    made = _Making(chance, kind)
    rows = made.rows()
    above = made.above()
    one = Invented(f"sop {number}.{kind}", b"", made.doers, made.times, made.questions)
    if kind == "docx":
        one.content = word(rows[0], rows[1:], above)
    elif kind == "xlsx":
        one.content = workbook([*above, *rows])
    else:
        written = StringIO()
        plain = [["" if cell in ("^", "<") else cell for cell in row] for row in (*above, *rows)]
        csv.writer(written, delimiter=";").writerows(plain)
        one.content = written.getvalue().encode()
    return one


class _Making:
    def __init__(self, chance: random.Random, kind: str) -> None:
        self.chance, self.kind = chance, kind
        self.doers: dict[str, str] = {}
        self.times: list[str] = []
        self.questions: list[tuple[tuple[str, str], str]] = []
        self.lanes = chance.sample(_LANES, chance.randint(2, 4))
        self.time = chance.choice(_TIME)
        self.drawn = kind != "csv" and chance.random() < 0.5

    def above(self) -> list[list[str]]:
        if self.chance.random() < 0.5:
            return []
        width = 5
        found = [
            ["Nomor SOP", f"{self.chance.randint(1, 99)}/2026"],
            ["PEMERINTAH KABUPATEN CONTOH", "Lambang daerah"],
        ]
        return [[*row, *[""] * (width - len(row))] for row in found]

    def rows(self) -> list[list[str]]:
        pick = self.chance.choice
        tail = [self.time, pick(_NEEDED), pick(_RESULT), pick(_REMARK)]
        count = len(self.lanes)
        heads = ["No", pick(_ACTIVITY), pick(_DONE_BY), *["<"] * (count - 1), *tail]
        under = ["^", "^", *self.lanes, *["^"] * 4]
        activities = [f"{verb} {thing}" for verb in _VERBS for thing in _THINGS]
        activities = self.chance.sample(activities, self.chance.randint(3, 7))
        body, last = list[list[str]](), ""
        for place, activity in enumerate(activities):
            row = self.row(place, activity, activities, last)
            last = row[-4]
            body.append(row)
            if self.chance.random() < 0.1:
                body.append(["", MORE.strip(), *[""] * (count + 4)])
                last = ""
        return [heads, under, *self.noise(body, heads, under)]

    def noise(self, body: list[list[str]], heads: list[str], under: list[str]) -> list[list[str]]:
        """Rows and columns that are none of the table's own."""
        if self.chance.random() < 0.2:
            heads.append("")
            under.append("")
            body = [[*row, "disimpan rapi" if self.chance.random() < 0.5 else ""] for row in body]
        if self.chance.random() < 0.2:
            body.insert(0, [str(n) for n in range(1, len(under) + 1)])
        if self.chance.random() < 0.2:
            body.append(["Mengetahui", *[""] * (len(under) - 1)])
        return body

    def row(self, place: int, activity: str, activities: Sequence[str], last: str) -> list[str]:
        lane = self.chance.randrange(len(self.lanes))
        marks = [""] * len(self.lanes)
        self.doers[activity] = self.lanes[lane]
        remark = self.chance.choice(("", "Arsip satu lembar", "Disimpan 5 tahun"))
        if 0 < place < len(activities) - 1 and self.chance.random() < 0.4:
            remark = self.ask(place, activities, marks, lane)
        else:
            marks[lane] = self.mark(place, len(activities))
        needed = self.chance.choice(("KTP", "- KTP\n- KK", "Berkas", ""))
        result = self.chance.choice(("Tanda terima", "Konsep", "Lembar hasil"))
        return [f"{place + 1}.", activity, *marks, self.length(last), needed, result, remark]

    def mark(self, place: int, count: int) -> str:
        if self.drawn:
            ends = {0: "flowChartTerminator:Mulai", count - 1: "flowChartTerminator:Selesai"}
            return ends.get(place) or self.chance.choice(("rect:", "flowChartProcess:"))
        return "Mulai" if place == 0 and self.chance.random() < 0.3 else self.chance.choice(_MARKS)

    def ask(self, place: int, activities: Sequence[str], marks: list[str], lane: int) -> str:
        """A question: its marks, and the remark that says where it leads."""
        yes, no = self.chance.choice(_PAIRS)
        other = (lane + 1) % len(marks)
        if self.drawn:
            marks[lane] = f"flowChartDecision:|textbox:{yes}"
            marks[other] = f"textbox:{no}"
        else:
            marks[lane] = self.chance.choice((f"◊ {yes} / {no}", f"{yes} / {no}", f"◇ {no}/{yes}"))
        back = self.chance.randrange(place)
        said = self.chance.choice(_BACK)
        target = activities[place - 1]
        if "{number}" in said:
            target = activities[back]
        elif "awal" in said:
            target = activities[0]
        elif "{lane}" in said:
            target = activities[back]
            before = [one for one in activities[:place] if self.doers[one] == self.doers[target]]
            target = before[-1]
        self.questions.append(((yes, no), target))
        return said.format(number=back + 1, lane=self.doers[activities[back]])

    def length(self, last: str) -> str:
        """A time, now and then that of the row above in one cell with it."""
        is_known = dict(_LENGTHS)
        if (
            self.kind != "csv"
            and self.chance.random() < 0.15
            and (last in is_known or (last == "^" and self.times))
        ):
            self.times.append(self.times[-1])
            return "^"
        text, read = self.chance.choice(_LENGTHS if self.time == "Target" else (*_LENGTHS, *_NO_LENGTHS))
        self.times += [read] if read else []
        return text
