"""A table in the layout of an SOP, read: performers, activities, marks, mutu baku; and what had to be guessed.

The layout is that of PermenPANRB 35/2012 and of what offices make of it: heads of two or three rows with merged
cells, a column for each performer with a mark in it, and the cells of the mutu baku beside them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.i18n import _
from app.services.sop_tables import grids
from app.services.sop_tables.grids import Cell, Grid, Page, Shape

MarkKind = Literal["task", "decision", "start", "end"]

#: Heads, by the property of a task whose texts stand below them; the first that is found in a head counts.
_HEADS: tuple[tuple[str, str], ...] = (
    ("number", r"no\.?|nomor|nmr"),
    ("activity", r"(?:uraian |rincian )?(?:aktivitas|aktifitas|kegiatan|prosedur|langkah(?: kerja)?|tahapan?)"
     r"(?: kegiatan| prosedur)?|uraian"),
    ("input", r"input|masukan"),
    ("persyaratan", r"(?:persyaratan ?/? ?)?kelengkapan(?: ?/ ?persyaratan)?|persyaratan|syarat"),
    ("waktu", r"waktu.*|durasi|lama"),
    ("output", r"output|keluaran|hasil"),
    ("ket", r"ket(?:erangan)?\.?|catatan"),
)  # fmt: skip
HEADINGS = (
    "kegiatan",
    "aktivitas",
    "aktifitas",
    "uraian kegiatan",
    "uraian prosedur",
    "prosedur",
    "pelaksana",
    "mutu baku",
)
_PERFORMERS, _QUALITY = re.compile(r"pelaksana|aktor|unit kerja"), re.compile(r"mutu ?baku")
_ARROWS = re.compile(r"[\s↓↑→←⇓⇑⇒⇐↔↕|│┃─━┐┘┌└▼▲►◄▶◀⬇⬆➡⬅➔>\-–—_=<^]+")
_TICKS = frozenset("vx√✓✔☑●•○◦o■□▪▫▢▭⬛⬜*✗✘xX")
_DIAMONDS = frozenset("◊◇◆⬥⬦♦⋄")
_START = re.compile(r"(?:mulai|start|awal)\b.*", re.IGNORECASE)
_END = re.compile(r"(?:selesai|end|akhir|finish)\b.*", re.IGNORECASE)
_ANSWER = re.compile(r"(?:ya|y|tidak|tdk|t)[.,]?(?:\s+(?:ya|y|tidak|tdk|t)[.,]?)*", re.IGNORECASE)
_LINES = frozenset({"line", "triangle", "rtTriangle", "textbox", ""})
_LETTER = re.compile(r"[A-Z]{1,2}|[0-9]{1,2}")
_BACK = re.compile(
    r"(?:kembali|dikembalikan|ulang\w*)\s+(?:lagi\s+)?(?:ke|pada|dari)\s+(?:langkah|kegiatan|aktivitas|nomor|no\.?|tahap)"
    r"\s*(?:ke-?|nomor|no\.?)?\s*(\d{1,3})",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"\b(?:jika|bila|apabila)\b.*\b(?:tidak|belum|ya)\b", re.IGNORECASE | re.DOTALL)
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
class Mark:
    """A symbol in a performer's column. ``text``: the words in it; ``name``: what it stands for, where told."""

    performer: int
    kind: MarkKind
    text: str = ""
    name: str = ""


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
    """A table as read: everything that was typed, in its place."""

    name: str
    performers: list[str]
    lines: list[Line]
    identity: dict[str, str]
    guesses: list[Guess]


@dataclass(frozen=True)
class _Columns:
    """What each column holds: a property, a performer's place, or a head that is not known."""

    properties: Mapping[int, str]
    performers: Mapping[int, int]
    names: tuple[str, ...]
    others: Mapping[int, str]
    named_in_cells: int | None


def read_table(file_name: str, content: bytes) -> SopTable:
    """The SOP's table in a file.

    Raises:
        InvalidForm: the file cannot be read, or holds no table in the layout of an SOP.
    """
    page = grids.read_file(file_name, content, HEADINGS)
    found = [(place, grid, head) for place, grid in enumerate(page.grids) if (head := _head(grid))]
    if not found:
        raise grids.refused(
            _("Tidak ada tabel SOP dalam berkas ini: kepalanya harus memuat Kegiatan dan Pelaksana.")
        )
    table = SopTable("", [], [], {}, [])
    for _place, grid, (top, under) in found:
        _read_grid(table, grid, _columns(grid.rows[top:under], table), under, top)
    if not table.lines:
        raise grids.refused(_("Tabel SOP dalam berkas ini tidak berisi kegiatan."))
    _read_identity(table, page, {place for place, _grid, _head in found})
    _read_texts(table, page, [place for place, _grid, _head in found])
    table.name = " ".join((table.identity.get("nama sop") or _name_of(file_name)).split())[:120]
    return table


def _name_of(file_name: str) -> str:
    return file_name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0].replace("_", " ")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(":. ")


# The heads


def _property(text: str) -> str:
    plain = _plain(text)
    return next((name for name, pattern in _HEADS if re.fullmatch(pattern, plain)), "")


def _head(grid: Grid) -> tuple[int, int] | None:
    """The first row of the heads and the row after them."""
    for top, row in enumerate(grid.rows[:40]):
        said = [_property(cell.text) for cell in row]
        performers = any(_PERFORMERS.search(_plain(cell.text)) for cell in row)
        if "activity" in said and (
            performers or any(_QUALITY.search(_plain(c.text)) for c in row) or "waktu" in said
        ):
            return top, _below_heads(grid, top, said.index("activity"), said)
    return None


def _below_heads(grid: Grid, top: int, activity: int, said: Sequence[str]) -> int:
    under = top + 1
    number = said.index("number") if "number" in said else activity
    while under < min(len(grid.rows), top + 4):
        row = grid.rows[under]
        named = row[activity].text and not row[activity].below
        if (named or (row[number].text and not row[number].below)) and not _counts(row):
            break
        under += 1
    return under


def _counts(row: Sequence[Cell]) -> bool:
    """Whether it numbers the columns: 1, 2, 3 and so on."""
    said = [cell.text.strip("()") for cell in row if cell.text]
    return len(said) > 3 and said == [str(n) for n in range(1, len(said) + 1)]


def _columns(heads: Sequence[Sequence[Cell]], table: SopTable) -> _Columns:
    properties, performers, others = dict[int, str](), dict[int, int](), dict[int, str]()
    names, in_cells = list(table.performers), None
    for place in range(len(heads[0])):
        path = _path(heads, place)
        own = path[-1] if path else ""
        upper = _plain(path[0]) if path else ""
        known = _property(own)
        if _PERFORMERS.search(upper) and len(path) > 1 and not _QUALITY.search(upper):
            if _plain(own) not in [_plain(name) for name in names]:
                names.append(" ".join(own.split()))
            performers[place] = [_plain(name) for name in names].index(_plain(own))
        elif _PERFORMERS.fullmatch(_plain(own)):
            in_cells = place
        elif known and known not in properties.values():
            properties[place] = known
        elif own:
            others[place] = " ".join(own.split())
    return _Columns(properties, performers, tuple(names), others, None if performers else in_cells)


def _path(heads: Sequence[Sequence[Cell]], place: int) -> list[str]:
    """The heads over a column from the top down; a merged one stands over all its columns."""
    path = list[str]()
    for depth, row in enumerate(heads):
        if _counts(row):
            continue
        text = row[place].text
        last = depth == len(heads) - 1 or all(_counts(one) for one in heads[depth + 1 :])
        if not text and (row[place].beside or (not row[place].below and not last)):
            text = _left_of(row, place, heads[depth + 1 :])
        if text and (not path or _plain(text) != _plain(path[-1])):
            path.append(text)
    return path


def _left_of(row: Sequence[Cell], place: int, below: Sequence[Sequence[Cell]]) -> str:
    """The head that reaches over an empty cell: the next one to the left, where something stands below the cell."""
    if not row[place].beside and not any(one[place].text for one in below):
        return ""
    return next((row[at].text for at in range(place - 1, -1, -1) if row[at].text), "")


# The rows


def _read_grid(table: SopTable, grid: Grid, columns: _Columns, under: int, top: int) -> None:
    table.performers = list(columns.names)
    head_texts = [[_plain(cell.text) for cell in row] for row in grid.rows[top:under]]
    for place, row in enumerate(grid.rows[under:], under):
        said = [_plain(cell.text) for cell in row]
        if not any(said) and not any(cell.shapes for cell in row):
            continue
        if said in head_texts or _counts(row):
            continue
        _read_row(table, row, columns, grid.first + place)


def _read_row(table: SopTable, row: Sequence[Cell], columns: _Columns, number: int) -> None:
    by_name = {name: row[place].text for place, name in columns.properties.items()}
    line = Line(number, by_name.pop("number", "").strip(), _one_line(by_name.pop("activity", "")))
    line.cells = {name: text for name, text in by_name.items() if text}
    line.notes = [f"{head}: {row[place].text}" for place, head in columns.others.items() if row[place].text]
    for place, performer in columns.performers.items():
        for mark in _marks(row[place], performer, line):
            line.marks.append(mark)
    if columns.named_in_cells is not None and (text := row[columns.named_in_cells].text):
        line.marks += [Mark(at, "task") for at in _performers_in(table, text)]
    if table.lines and _goes_on(line, table.lines[-1]):
        _join(table, table.lines[-1], line)
    elif line.activity or line.marks or line.cells:
        table.lines.append(line)
    if table.lines:
        last = table.lines[-1]
        found = _BACK.search(f"{last.activity}\n{last.cells.get('ket', '')}")
        last.back = found[1] if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
        said = _("Baris tanpa nomor dibaca sebagai lanjutan kegiatan {number}.", number=before.number)
        table.guesses.append(Guess(rest.row, said))


def _performers_in(table: SopTable, text: str) -> Iterator[int]:
    """Performers named in a cell, as tables have it that give them one column."""
    for name in re.split(r"[\n,;]| dan ", text):
        if not (name := _one_line(name)):
            continue
        known = [_plain(one) for one in table.performers]
        if _plain(name) not in known:
            table.performers.append(name)
            known.append(_plain(name))
        yield known.index(_plain(name))


def _marks(cell: Cell, performer: int, line: Line) -> Iterator[Mark]:
    for shape in cell.shapes:
        if (mark := _of_shape(shape, performer)) is not None:
            yield mark
        elif shape.text and shape.kind not in ("flowChartOffpageConnector", "rect"):
            line.notes.append(shape.text)
    yield from _of_text(cell.text, performer, line)


def _of_shape(shape: Shape, performer: int) -> Mark | None:
    kind = shape.kind
    if kind in ("flowChartDecision", "diamond"):
        return Mark(performer, "decision", shape.text, shape.name)
    if kind in ("flowChartTerminator", "roundRect", "ellipse", "flowChartAlternateProcess"):
        if _START.fullmatch(shape.text):
            return Mark(performer, "start", shape.text)
        return Mark(performer, "end" if shape.text else "task", shape.text, shape.name)
    if kind == "flowChartOffpageConnector" or kind in _LINES or "onnector" in kind or "rrow" in kind:
        return None
    if (
        kind == "rect"
        and (not shape.name or shape.name.startswith("rect "))
        and _ANSWER.fullmatch(shape.text)
    ):
        return None
    if kind == "rect" and shape.name.startswith("rect "):  # the words beside an arrow in a document of ours
        return None
    return Mark(performer, "task", shape.text, shape.name)


def _of_text(text: str, performer: int, line: Line) -> Iterator[Mark]:
    said = _one_line(text)
    if not said or _ARROWS.fullmatch(said):
        return
    bare = _ARROWS.sub("", said)
    if bare and set(bare) <= _DIAMONDS:
        yield Mark(performer, "decision")
    elif bare and set(bare) <= _TICKS:
        yield Mark(performer, "task")
    elif _START.fullmatch(said):
        yield Mark(performer, "start", said)
    elif _END.fullmatch(said):
        yield Mark(performer, "end", said)
    elif _ANSWER.fullmatch(said):
        yield Mark(performer, "decision")
    elif said.endswith("?"):
        yield Mark(performer, "decision", said)
    else:
        line.notes.append(said)
        yield Mark(performer, "task")


# What stands around the table


def _read_identity(table: SopTable, page: Page, tables: set[int]) -> None:
    for place, grid in enumerate(page.grids):
        head = _head(grid)
        rows = grid.rows if place not in tables else grid.rows[: head[0]] if head else ()
        for row in rows:
            _read_identity_row(table, [cell for cell in row if not cell.beside and not cell.below])


def _read_identity_row(table: SopTable, cells: Sequence[Cell]) -> None:
    texts = [cell.text for cell in cells]
    place = 0
    while place < len(texts):
        first, _sep, rest = texts[place].partition("\n")
        label, colon, inline = first.partition(":")
        name = _IDENTITY.get(_plain(label))
        if name is None:
            if texts[place] and place not in (0,):
                table.identity.setdefault("catatan", "")
            place += 1
            continue
        text = "\n".join(filter(None, (inline.strip() if colon else "", rest.strip())))
        if (
            not text
            and place + 1 < len(texts)
            and _IDENTITY.get(_plain(texts[place + 1].partition("\n")[0])) is None
        ):
            place += 1
            text = texts[place].lstrip(": ").strip()
        table.identity.setdefault(name, text)
        place += 1
    table.identity.pop("catatan", None)


def _read_texts(table: SopTable, page: Page, tables: Sequence[int]) -> None:
    """Lines before the table are the office's and the document's, lines after it the signature's."""
    first, last = tables[0], tables[-1]
    before = [
        line for place in range(first + 1) for text in page.texts.get(place, ()) for line in text.split("\n")
    ]
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
