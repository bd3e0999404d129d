"""A table in the layout of an SOP, read: performers, activities, marks, mutu baku; and what had to be guessed.

The layout is that of PermenPANRB 35/2012 and of what offices make of it: heads of one to three rows with merged
cells, a column for each performer with a mark in it, and the cells of the mutu baku beside them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.i18n import _
from app.services.sop_tables import durations, grids, heads, marks
from app.services.sop_tables.grids import Cell, Grid, Page
from app.services.sop_tables.heads import Columns, plain
from app.services.sop_tables.marks import Mark

_BACK = re.compile(
    r"(?:kembali|dikembalikan|ulang\w*)\s+(?:lagi\s+)?(?:ke|pada|dari)\s+(?:langkah|kegiatan|aktivitas|nomor|no\.?|tahap)"
    r"\s*(?:ke-?|nomor|no\.?)?\s*(\d{1,3})",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:sop|standar operasional prosedure?)\b(?:\s*\(sop\))?[\s:–—-]*", re.IGNORECASE)
_IDENTITY = {
    "nomor sop": "nomor sop",
    "nomor": "nomor sop",
    "tanggal pembuatan": "tanggal pembuatan",
    "tgl. pembuatan": "tanggal pembuatan",
    "tgl pembuatan": "tanggal pembuatan",
    "tanggal revisi": "tanggal revisi",
    "tgl. revisi": "tanggal revisi",
    "tgl revisi": "tanggal revisi",
    "tanggal efektif": "tanggal efektif",
    "tgl. efektif": "tanggal efektif",
    "tgl efektif": "tanggal efektif",
    "disahkan oleh": "disahkan oleh",
    "nama sop": "nama sop",
    "judul sop": "nama sop",
    "dasar hukum": "dasar hukum",
    "keterkaitan": "keterkaitan",
    "peringatan": "peringatan",
    "kualifikasi pelaksana": "kualifikasi pelaksana",
    "peralatan/perlengkapan": "peralatan/perlengkapan",
    "peralatan / perlengkapan": "peralatan/perlengkapan",
    "peralatan dan perlengkapan": "peralatan/perlengkapan",
    "pencatatan dan pendataan": "pencatatan dan pendataan",
}


@dataclass(frozen=True)
class Answers:
    """A question and where its answers lead, as `corrections` writes targets; asked in the lane ``performer``."""

    text: str
    performer: int
    yes: str
    no: str


@dataclass(frozen=True)
class Choice:
    """What the owner decided about a line; None where what the table says, or a guess, stands. The deadline "" is
    none."""

    activity: str | None = None
    performers: tuple[int, ...] | None = None
    deadline: str | None = None
    questions: tuple[Answers, ...] | None = None


@dataclass
class Line:
    """An activity. ``row`` is the row of the file; ``cells`` by property; ``back`` the number that a "tidak" goes
    back to; ``notes`` what stands in it and has no other place."""

    row: int
    number: str
    activity: str
    marks: list[Mark] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    back: str = ""
    notes: list[str] = field(default_factory=list)
    choice: Choice | None = None


@dataclass(frozen=True)
class Guess:
    """What was guessed, in words, and the row that it is about; 0 for the whole table."""

    row: int
    text: str


@dataclass
class SopTable:
    """A table as read: everything that was typed, in its place. ``starts``: marks for the line that comes next, while
    it is read."""

    name: str
    performers: list[str]
    lines: list[Line]
    identity: dict[str, str]
    guesses: list[Guess]
    starts: list[Mark] = field(default_factory=list)


def read_table(file_name: str, content: bytes) -> SopTable:
    """The SOP's table in a file.

    Raises:
        InvalidForm: the file cannot be read, or holds no table in the layout of an SOP.
    """
    page = grids.read_file(file_name, content, heads.HEADINGS)
    if file_name.casefold().endswith(".xlsx"):
        page = _first_sop(page)
    found = list(_tables(page))
    if not found:
        raise grids.refused(
            _("Tidak ada tabel SOP dalam berkas ini: kepalanya harus memuat Kegiatan dan Pelaksana.")
        )
    table = SopTable("", [], [], {}, [])
    columns = Columns([])
    for _place, grid, (top, under) in found:
        if top < under:
            columns = heads.columns_of(grid, top, under, table.performers)
            table.guesses += [Guess(0, text) for text in columns.guesses]
        _read_grid(table, grid, columns, under, top)
    table.guesses = list(dict.fromkeys(table.guesses))
    if not table.lines:
        raise grids.refused(_("Tabel SOP dalam berkas ini tidak berisi kegiatan."))
    _read_identity(table, page, {place for place, _grid, _head in found})
    above = [line for _place, grid, (top, _under) in found[:1] for line in _lines_above(grid, top)]
    _read_texts(table, page, [place for place, _grid, _head in found], above)
    name = table.identity.get("nama sop") or _title(table.identity) or _name_of(file_name)
    table.name = _one_line(name)[:120]
    return table


def _first_sop(page: Page) -> Page:
    """The sheets of a workbook up to the first one with an SOP's table: further ones hold other SOPs."""
    last = next((place for place, grid in enumerate(page.grids) if heads.find_heads(grid)), len(page.grids))
    return Page(page.grids[: last + 1], page.texts)


def _tables(page: Page) -> Iterator[tuple[int, Grid, tuple[int, int]]]:
    """Each table of activities by its place, with its heads; of one that goes on without heads on the next page, as
    wide as the one before it, (0, 0)."""
    before: Grid | None = None
    for place, grid in enumerate(page.grids):
        head = heads.find_heads(grid)
        if head is None and before is not None and grid.rows and len(grid.rows[0]) == len(before.rows[0]):
            head = 0, 0
        before = grid if head is not None else None
        if head is not None:
            yield place, grid, head


def _title(identity: Mapping[str, str]) -> str:
    """What the SOP is called in the lines above its table, without the words that every SOP begins with."""
    lines = [line for name in ("judul bagan", "judul dokumen") for line in identity.get(name, "").split("\n")]
    return next((name for line in lines if (name := _TITLE.sub("", line).strip())), "")


def _name_of(file_name: str) -> str:
    return file_name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0].replace("_", " ")


# The rows


def _read_grid(table: SopTable, grid: Grid, columns: Columns, under: int, top: int) -> None:
    table.performers = list(columns.names)
    head_texts = [[plain(cell.text) for cell in row] for row in grid.rows[top:under]]
    for place, row in enumerate(grid.rows[under:], under):
        said = [plain(cell.text) for cell in row]
        if not any(said) and not any(cell.shapes for cell in row):
            continue
        if said in head_texts or heads.is_numbering(row):
            continue
        _read_row(table, row, columns, grid.first + place)


def _read_row(table: SopTable, row: Sequence[Cell], columns: Columns, number: int) -> None:
    by_name = {name: row[place].text for place, name in columns.properties.items()}
    line = Line(number, by_name.pop("number", "").strip(), _one_line(by_name.pop("activity", "")))
    by_name["waktu"] = durations.with_unit(by_name.get("waktu", ""), columns.time_unit)
    line.cells = {name: text for name, text in by_name.items() if text}
    line.notes = [f"{head}: {row[place].text}" for place, head in columns.others.items() if row[place].text]
    for place, performer in columns.performers.items():
        found, words = marks.marks_of(row[place], performer)
        line.marks += found
        line.notes += words
    if columns.named_in_cells is not None and (text := row[columns.named_in_cells].text):
        line.marks += [Mark(at, "task") for at in _performers_in(table, text)]
    if _is_start_or_end(line):
        _keep_start_or_end(table, line)
    elif table.lines and _goes_on(line, table.lines[-1]):
        _join(table, table.lines[-1], line)
    elif line.activity or line.marks or line.cells:
        line.marks = [*table.starts, *line.marks]
        table.starts = []
        table.lines.append(line)
    if table.lines:
        last = table.lines[-1]
        back = _BACK.search(f"{last.activity}\n{last.cells.get('ket', '')}")
        last.back = back[1] if back else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_start_or_end(line: Line) -> bool:
    """Whether a row is no activity, but where the flow begins or ends: "Mulai", "Selesai"."""
    if line.cells or line.notes or not line.marks:
        return False
    said = marks.marks_of(Cell(line.activity), 0)[0] if line.activity else line.marks
    return {mark.kind for mark in said} <= {"start", "end"}


def _keep_start_or_end(table: SopTable, line: Line) -> None:
    """The marks of such a row belong to the activity after it, or to the one before it."""
    kinds = marks.marks_of(Cell(line.activity), 0)[0] if line.activity else []
    for mark in line.marks:
        kind = kinds[0].kind if kinds and mark.kind == "task" else mark.kind
        one = Mark(mark.performer, kind, mark.text or line.activity, mark.name)
        if kind == "start" or not table.lines:
            table.starts.append(one)
        else:
            table.lines[-1].marks.append(one)
    name = line.activity or line.marks[0].text
    table.guesses.append(
        Guess(0, _("Baris “{name}” dibaca sebagai awal atau akhir alur, bukan kegiatan.", name=name))
    )


def _goes_on(line: Line, before: Line) -> bool:
    """Whether a row is the rest of the one above, parted by a page break: without a number, and without a time and
    an activity of its own."""
    if line.number or not before.number:
        return False
    return not line.activity or (
        "waktu" not in line.cells and (not line.marks or line.activity[:1].islower())
    )


def _join(table: SopTable, before: Line, rest: Line) -> None:
    before.activity = " ".join(filter(None, (before.activity, rest.activity)))
    for name, text in rest.cells.items():
        before.cells[name] = "\n".join(filter(None, (before.cells.get(name), text)))
    before.marks += rest.marks
    before.notes += rest.notes
    if rest.activity or rest.cells:
        said = _(
            "Baris tanpa nomor dibaca sebagai lanjutan kegiatan {number}.", number=before.number.rstrip(". ")
        )
        table.guesses.append(Guess(rest.row, said))


def _performers_in(table: SopTable, text: str) -> Iterator[int]:
    """Performers named in a cell, as tables have it that give them one column."""
    for name in re.split(r"[\n,;]| dan ", text):
        if not (name := _one_line(name)):
            continue
        known = [plain(one) for one in table.performers]
        if plain(name) not in known:
            table.performers.append(name)
            known.append(plain(name))
        yield known.index(plain(name))


# What stands around the table


def _read_identity(table: SopTable, page: Page, tables: set[int]) -> None:
    for place, grid in enumerate(page.grids):
        head = heads.find_heads(grid)
        rows = grid.rows if place not in tables else grid.rows[: head[0]] if head else ()
        for row in rows:
            _read_identity_row(table, [cell for cell in row if not cell.beside and not cell.below])


def _read_identity_row(table: SopTable, cells: Sequence[Cell]) -> None:
    texts = [cell.text for cell in cells]
    place = 0
    while place < len(texts):
        first, _sep, rest = texts[place].partition("\n")
        label, colon, inline = first.partition(":")
        name = _IDENTITY.get(plain(label))
        if name is None:
            if texts[place] and place not in (0,):
                table.identity.setdefault("catatan", "")
            place += 1
            continue
        text = "\n".join(filter(None, (inline.strip() if colon else "", rest.strip())))
        if (
            not text
            and place + 1 < len(texts)
            and _IDENTITY.get(plain(texts[place + 1].partition("\n")[0])) is None
        ):
            place += 1
            text = texts[place].lstrip(": ").strip()
        table.identity.setdefault(name, text)
        place += 1
    table.identity.pop("catatan", None)


def _lines_above(grid: Grid, top: int) -> Iterator[str]:
    """The lines of a spreadsheet above its heads that stand alone in their rows."""
    for row in grid.rows[:top]:
        texts = [cell.text for cell in row if cell.text]
        if len(texts) == 1 and plain(texts[0].partition("\n")[0].partition(":")[0]) not in _IDENTITY:
            yield from texts[0].split("\n")


def _read_texts(table: SopTable, page: Page, tables: Sequence[int], above: Sequence[str]) -> None:
    """Lines before the table are the office's and the document's, lines after it the signature's."""
    first, last = tables[0], tables[-1]
    before = [
        line for place in range(first + 1) for text in page.texts.get(place, ()) for line in text.split("\n")
    ]
    before += above
    heading = [line for line in before if line.casefold().startswith("sop ")]
    titles = [n for n, line in enumerate(before) if line.casefold().startswith("standar operasional")]
    named = [line for line in before if line not in heading]
    cut = titles[0] if titles else len(named)
    _put(table, "instansi", named[:cut])
    _put(table, "judul dokumen", named[cut:])
    _put(table, "judul bagan", heading[-1:])
    after = [line for text in page.texts.get(last + 1, ()) for line in text.split("\n")]
    if after and after[0].endswith(","):
        _put(table, "tempat tanda tangan", after[:1])
        after = after[1:]
    _put(table, "penanda tangan", after)


def _put(table: SopTable, name: str, lines: Sequence[str]) -> None:
    if text := "\n".join(line for line in lines if line.strip()):
        table.identity.setdefault(name, text)
