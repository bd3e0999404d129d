"""A table in the layout of an SOP, read: performers, activities, marks, mutu baku; and what had to be guessed.

The layout is that of PermenPANRB 35/2012 and of what offices make of it: heads of one to three rows with merged
cells, a column for each performer with a mark in it, and the cells of the mutu baku beside them.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.base.i18n import _
from app.services.sop_tables import answers, durations, grids, heads, identity, marks, returns
from app.services.sop_tables.accounts import Entry, Ledger, Use
from app.services.sop_tables.grids import Cell, Grid, Page
from app.services.sop_tables.heads import Columns, plain
from app.services.sop_tables.marks import Mark
from app.services.sop_tables.returns import Return

#: Where words have no property of their own; "time" and the rest tell what a property's cell is used as.
_USES: Mapping[str, Use] = {"number": "number", "activity": "activity", "waktu": "time", "ket": "remark"}
_BETWEEN_NAMES = re.compile(r"[\n,;]| dan ")
#: An activity that is longer has its beginning for a name, and is kept whole in the documentation.
LONGEST_ACTIVITY = 300


@dataclass(frozen=True)
class Answers:
    """A question and where its answers lead, as `corrections` writes targets; asked in the lane ``performer``. The
    words of its answers, where they are not "ya" and "tidak"."""

    text: str
    performer: int
    yes: str
    no: str
    yes_words: str = ""
    no_words: str = ""


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
    """An activity. ``row`` is the row of the file, ``rows`` those that belong to it; ``cells`` by property;
    ``returns`` the ways back that its words tell of; ``notes`` what stands in it and has no other place;
    ``shares_time``: its time stands in a cell that reaches over other rows too."""

    row: int
    number: str
    activity: str
    marks: list[Mark] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    returns: list[Return] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    shares_time: bool = False
    choice: Choice | None = None


@dataclass(frozen=True)
class Guess:
    """What was guessed, in words, and the row that it is about; 0 for the whole table."""

    row: int
    text: str


@dataclass
class SopTable:
    """A table as read: everything that was typed, in its place. ``entries``: what became of each cell of the file;
    ``is_sheet``: its cells have names like C5."""

    name: str
    performers: list[str]
    lines: list[Line]
    identity: dict[str, str]
    guesses: list[Guess]
    entries: list[Entry] = field(default_factory=list)
    is_sheet: bool = False


def read_table(file_name: str, content: bytes) -> SopTable:
    """The SOP's table in a file.

    Raises:
        InvalidForm: the file cannot be read, or holds no table in the layout of an SOP.
    """
    page = grids.read_file(file_name, content, heads.HEADINGS)
    is_word = file_name.casefold().endswith(".docx")
    found = list(_tables(_first_sop(page) if not is_word else page))
    if not found:
        raise grids.refused(
            _("Tidak ada tabel SOP dalam berkas ini: kepalanya harus memuat Kegiatan dan Pelaksana.")
        )
    reader = _Reader(page, is_sheet=not is_word)
    for _place, grid, (top, under) in found:
        reader.read(grid, top, under)
    table = reader.finished()
    if not table.lines:
        raise grids.refused(_("Tabel SOP dalam berkas ini tidak berisi kegiatan."))
    around = _first_sop(page) if not is_word else page
    tops = {place: top for place, _grid, (top, _under) in found}
    table.identity = identity.read_identity(around, tops, reader.ledger)
    name = table.identity.get("nama sop") or identity.title_of(table.identity) or _name_of(file_name)
    table.name = _one_line(name)[:120]
    table.entries = reader.ledger.entries()
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


def _name_of(file_name: str) -> str:
    return file_name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0].replace("_", " ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass
class _Row:
    """A row as it is read: the line that it may be, and what its cells are used as once it is kept. ``above``:
    whether its activity goes on from the row above in a merged cell."""

    line: Line
    taken: list[tuple[Cell, int, Use]] = field(default_factory=list)
    is_merged: bool = False


class _Reader:
    """The tables of one file on their way to lines."""

    def __init__(self, page: Page, *, is_sheet: bool) -> None:
        self.ledger = Ledger(page.cells())
        self.table = SopTable("", [], [], {}, [], is_sheet=is_sheet)
        self.columns = Columns([])
        self.starts = list[Mark]()  # marks for the line that comes next
        self.above = dict[int, Cell]()  # of each column, the cell that a merged one begins with

    def finished(self) -> SopTable:
        """The table, once all rows are read."""
        table = self.table
        for line in table.lines:
            self._shorten(line)
            self._read_returns(line)
        for place, line in enumerate(table.lines):
            self._join_answers(line, table.lines[place - 1] if place else None)
        table.guesses = list(dict.fromkeys(table.guesses))
        return table

    def _guess(self, row: int, text: str) -> None:
        self.table.guesses.append(Guess(row, text))

    # Rows

    def read(self, grid: Grid, top: int, under: int) -> None:
        """Read a table whose heads are the rows from ``top`` to before ``under``; without heads, it goes on."""
        if top < under:
            self.columns = heads.columns_of(grid, top, under, self.table.performers)
            self.table.guesses += [Guess(0, text) for text in self.columns.guesses]
        self.table.performers = list(self.columns.names)
        head_rows = grid.rows[top:under]
        for row in head_rows:
            self._take_all(row, "head")
        head_texts = [[plain(cell.text) for cell in row] for row in head_rows]
        for number, row in enumerate(grid.rows[under:], grid.first + under):
            said = [plain(cell.text) for cell in row]
            if (said in head_texts and any(said)) or heads.is_numbering(row):
                self._take_all(row, "head")
            elif any(said) or any(cell.shapes for cell in row):
                self._read_row(row, number)
        self._give_back_heads(grid, head_rows, under)

    def _take_all(self, row: Sequence[Cell], use: Use) -> None:
        for cell in row:
            self.ledger.take(cell, use)

    def _give_back_heads(self, grid: Grid, head_rows: Sequence[Sequence[Cell]], under: int) -> None:
        """A head that is not known, over a column without a word, is of no use."""
        for place in self.columns.others:
            if not any(row[place].text for row in grid.rows[under:]):
                held = [row[place] for row in head_rows if row[place].text]
                if held:
                    self.ledger.take(held[-1], "unused")

    def _read_row(self, row: Sequence[Cell], number: int) -> None:
        found = _Row(Line(number, "", "", rows=[number]))
        for place, cell in enumerate(row):
            self._read_cell(found, place, cell)
        line, lines = found.line, self.table.lines
        is_activity = not _is_start_or_end(line)
        if not is_activity:
            self._keep_start_or_end(line)
        elif lines and (found.is_merged or self._goes_on(line, lines[-1])):
            self._join(lines[-1], line)
        elif line.activity or line.marks or _own_cells(line) or line.notes:
            self._add(line)
        else:  # a number alone
            return
        number_of = (lines[-1].number.rstrip(". ") or str(lines[-1].row)) if lines else ""
        where = _("keterangan tugas {number}", number=number_of)
        for cell, part, use in found.taken:
            if not is_activity:
                use = "unused" if use == "number" else "mark"
            self.ledger.take(cell, use, where if use == "words" else "", part)

    def _add(self, line: Line) -> None:
        lines = self.table.lines
        if lines and lines[-1].number and not line.number and not line.marks:
            told = _("Baris tanpa nomor dan tanpa pelaksana dibaca sebagai kegiatan tersendiri.")
            self._guess(line.row, told)
        if lines and line.shares_time:
            lines[-1].shares_time = True
        line.marks = [*self.starts, *line.marks]
        self.starts = []
        lines.append(line)

    def _read_cell(self, found: _Row, place: int, cell: Cell) -> None:
        """A cell of a row, by the head of its column."""
        columns, line = self.columns, found.line
        if not cell.below:
            self.above[place] = cell
        if place in columns.performers:
            self._read_mark(found, place, cell)
            return
        name = columns.properties.get(place)
        if name == "activity" and cell.below and not cell.text:
            found.is_merged = True
        if name == "waktu":
            self._read_time(found, place, cell)
        elif not cell.text:
            pass
        elif name == "number":
            line.number = cell.text.strip()
        elif name == "activity":
            line.activity = _one_line(cell.text)
        elif name is not None:
            line.cells[name] = cell.text
        elif place == columns.named_in_cells:
            line.marks += [Mark(at, "task") for at in self._performers_in(cell.text)]
        else:
            head = columns.others.get(place) or _("Kolom {number}", number=place + 1)
            line.notes.append(f"{head}: {cell.text}")
        is_known = name is not None or place == columns.named_in_cells
        other: Use = _USES.get(name, "quality") if name else "performer"
        found.taken.append((cell, 0, other if is_known else "words"))
        for part, shape in enumerate(cell.shapes, 1):  # outside the performers' columns it says nothing
            if shape.text:
                line.notes.append(shape.text)
                found.taken.append((cell, part, "words"))

    def _read_time(self, found: _Row, place: int, cell: Cell) -> None:
        """A time counts for each row over which its cell reaches."""
        above = self.above.get(place)
        text = cell.text or (above.text if cell.below and above is not None else "")
        if text:
            found.line.cells["waktu"] = durations.with_unit(text, self.columns.time_unit)
        found.line.shares_time = bool(text and not cell.text)

    def _read_mark(self, found: _Row, place: int, cell: Cell) -> None:
        performer, line = self.columns.performers[place], found.line
        above = self.above.get(place)
        is_more = cell.below and not cell.text and not cell.shapes and above is not None
        said = marks.marks_of(above if is_more and above is not None else cell, performer)
        if is_more:
            line.marks += [mark for mark in said.marks if mark.kind == "task"]
            return
        line.marks += said.marks
        line.notes += said.notes
        found.taken += [(cell, part, use) for part, use in said.uses.items()]
        for text in said.guessed:
            words = {"text": text, "name": self.columns.names[performer]}
            self._guess(
                line.row,
                _(
                    "“{text}” dibaca sebagai tanda {name}; kata-katanya ditulis dalam keterangan tugas.",
                    **words,
                ),
            )

    def _performers_in(self, text: str) -> Iterator[int]:
        """Performers named in a cell, as tables have it that give them one column."""
        for part in _parted(text):
            known = [plain(one) for one in self.table.performers]
            if plain(part) not in known:
                self.table.performers.append(part)
                known.append(plain(part))
            yield known.index(plain(part))

    # Rows that are no activity of their own

    def _keep_start_or_end(self, line: Line) -> None:
        """The marks of such a row belong to the activity after it, or to the one before it."""
        kinds = marks.marks_of(Cell(line.activity), 0).marks if line.activity else []
        for mark in line.marks:
            kind = kinds[0].kind if kinds and mark.kind == "task" else mark.kind
            one = Mark(mark.performer, kind, mark.text or line.activity, mark.name)
            if kind == "start" or not self.table.lines:
                self.starts.append(one)
            else:
                self.table.lines[-1].marks.append(one)
        name = line.activity or line.marks[0].text
        self._guess(0, _("Baris “{name}” dibaca sebagai awal atau akhir alur, bukan kegiatan.", name=name))

    def _goes_on(self, line: Line, before: Line) -> bool:
        """Whether a row is the rest of the one above, parted by a page break: without a number, and without a time
        and an activity of its own."""
        if line.number:
            return False
        if not line.activity:
            return bool(before.number) or not (line.marks or _own_cells(line))
        if not before.number or "waktu" in _own_cells(line):
            return False
        return line.activity[:1].islower() or not (line.marks or _own_cells(line))

    def _join(self, before: Line, rest: Line) -> None:
        before.activity = " ".join(filter(None, (before.activity, rest.activity)))
        for name, text in rest.cells.items():
            if before.cells.get(name) != text:
                before.cells[name] = "\n".join(filter(None, (before.cells.get(name), text)))
        before.marks += rest.marks
        before.notes += rest.notes
        before.rows += rest.rows
        if rest.number:
            before.notes.append(rest.number)
        said = " ".join(filter(None, (rest.activity, *_own_cells(rest).values(), *rest.notes)))
        if said:
            words = {"text": _shortened(said, 120), "number": before.number.rstrip(". ") or before.row}
            told = _("Baris tanpa nomor “{text}” dibaca sebagai lanjutan kegiatan {number}.", **words)
            self._guess(rest.row, told)

    # What a line says once it is whole

    def _shorten(self, line: Line) -> None:
        if len(line.activity) > LONGEST_ACTIVITY:
            line.notes.insert(0, line.activity)
            line.activity = _shortened(line.activity, 120)
            told = _(
                "Kalimat kegiatannya panjang; namanya dipendekkan, kalimat utuhnya ditulis dalam keterangan tugas."
            )
            self._guess(line.row, told)

    def _read_returns(self, line: Line) -> None:
        performers = [plain(name) for name in self.table.performers]
        heads_of_notes = "|".join(re.escape(f"{head}: ") for head in self.columns.others.values())
        notes = [re.sub(rf"\A(?:{heads_of_notes})", "", note) for note in line.notes]
        texts = [text for name, text in line.cells.items() if name != "waktu"] + notes
        for place, text in enumerate((line.activity, *texts)):
            if place and text == line.activity:
                continue
            found, unread = returns.returns_in(text, performers, in_activity=not place)
            line.returns += [one for one in found if one not in line.returns]
            for words in unread:
                self._guess(
                    line.row, _("“{text}” tidak dibaca sebagai jalan kembali.", text=_shortened(words, 200))
                )

    def _join_answers(self, line: Line, before: Line | None) -> None:
        """Give each answer that stands alone to its question: in its own row, or in the one before. Two that differ
        are a question, and "ya" or "tidak" in a cell is one as well."""
        alone = [mark for mark in line.marks if mark.kind == "answer"]
        if not alone:
            return
        line.marks = [mark for mark in line.marks if mark.kind != "answer"]
        left = [mark for mark in alone if not _answer(line.marks, mark)]
        both = {answers.is_no(mark.text) for mark in left} == {True, False}
        is_asked = any(mark.kind == "decision" for mark in line.marks)
        is_plain = any(answers.is_plain(mark.text) and mark.name != marks.BOX for mark in left)
        if not both and before is not None:
            given = [mark for mark in left if _answer(before.marks, mark)]
            left = [mark for mark in left if mark not in given]
            for mark in given:
                words = {"text": mark.text, "number": before.number.rstrip(". ") or before.row}
                told = _("“{text}” dibaca sebagai jawaban pertanyaan pada kegiatan {number}.", **words)
                self._guess(line.row, told)
        if left and not is_asked and (both or is_plain):
            line.marks.append(Mark(left[0].performer, "decision"))
            left = [mark for mark in left if not _answer(line.marks, mark)]
        for mark in left:
            self._keep_words(line, mark)

    def _keep_words(self, line: Line, mark: Mark) -> None:
        """An answer to which there is no question is a mark with words, in a text box words alone."""
        if not answers.is_plain(mark.text):
            line.notes.append(mark.text)
        words = {"text": mark.text, "name": self.table.performers[mark.performer]}
        if mark.name != marks.BOX and not any(one.kind == "task" for one in line.marks):
            line.marks.append(Mark(mark.performer, "task"))
        self._guess(
            line.row,
            _(
                "“{text}” di kolom {name} tidak menjawab pertanyaan mana pun; ditulis dalam keterangan tugas.",
                **words,
            ),
        )


def _answer(held: list[Mark], said: Mark) -> bool:
    """Put an answer to the first question among the marks that has none like it yet; False where there is none."""
    if len(said.text.split()) > 1 and answers.is_plain(said.text):  # "ya tidak"
        return any(mark.kind == "decision" for mark in held)
    side, usual = ("no", "tidak") if answers.is_no(said.text) else ("yes", "ya")
    text = usual if answers.is_plain(said.text) else said.text
    for place, mark in enumerate(held):
        if mark.kind == "decision" and getattr(mark, side) in ("", text):
            held[place] = replace(mark, yes=text) if side == "yes" else replace(mark, no=text)
            return True
    return False


def _own_cells(line: Line) -> Mapping[str, str]:
    """The cells of a line without a time that it shares with the row above."""
    return {name: text for name, text in line.cells.items() if name != "waktu" or not line.shares_time}


def _parted(text: str) -> Iterator[str]:
    return filter(None, map(_one_line, _BETWEEN_NAMES.split(text)))


def _shortened(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder="…")


def _is_start_or_end(line: Line) -> bool:
    """Whether a row is no activity, but where the flow begins or ends: "Mulai", "Selesai"."""
    if _own_cells(line) or line.notes or not line.marks:
        return False
    said = marks.marks_of(Cell(line.activity), 0).marks if line.activity else line.marks
    return {mark.kind for mark in said} <= {"start", "end"}
