"""What became of each cell of a file: one account for each, written where the cell is taken. What nothing took is not
used; so nothing of a file can be lost without being told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from app.base.i18n import _
from app.services.sop_tables.grids import At, Cell

#: ``words``: kept as they stand, where nothing is made of them; ``arrow``: the order of the rows is followed instead.
Use = Literal[
    "head", "number", "activity", "performer", "mark", "question", "answer", "time", "quality", "remark",
    "identity", "arrow", "words", "unused",
]  # fmt: skip
USES: tuple[Use, ...] = get_args(Use)


@dataclass(frozen=True)
class Entry:
    """The account of a cell's text, or of one of its shapes; of cells that are used the text may be left out.
    ``where``: where words are kept."""

    at: At
    text: str
    use: Use = "unused"
    where: str = ""


class Ledger:
    """The accounts of a file while it is read. A cell's text is its part 0, its shapes are those from 1."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._entries: dict[tuple[At, int, int], Entry] = {}
        for cell in cells:
            if cell.text:
                self._entries[cell.at, cell.line, 0] = Entry(cell.at, cell.text)
            for part, shape in enumerate(cell.shapes, 1):
                self._entries[cell.at, cell.line, part] = Entry(cell.at, shape.text or _shape(shape.kind))

    def take(self, cell: Cell, use: Use, where: str = "", part: int = 0) -> None:
        """Write down what a cell's text, or one of its shapes, is used as; of an empty cell nothing."""
        key = cell.at, cell.line, part
        if key in self._entries:
            self._entries[key] = replace(self._entries[key], use=use, where=where)

    def lines_of(self, cell: Cell) -> Iterator[Cell]:
        """The lines of a cell, each with an account of its own."""
        if "\n" not in cell.text:
            yield cell
            return
        self._entries.pop((cell.at, cell.line, 0), None)
        for number, line in enumerate(cell.text.split("\n"), 1):
            if line:
                one = replace(cell, text=line, shapes=(), line=number)
                self._entries[one.at, one.line, 0] = Entry(one.at, line)
                yield one

    def entries(self) -> list[Entry]:
        """All accounts, in the order of the file."""
        return [self._entries[key] for key in sorted(self._entries)]


def _shape(kind: str) -> str:
    """A shape without words, in words."""
    if kind == "picture":
        return _("(gambar)")
    if is_arrow(kind):
        return _("(garis atau panah)")
    return _("(bentuk tanpa tulisan)")


def is_arrow(kind: str) -> bool:
    """Whether a shape of this kind joins others."""
    return kind in ("line", "triangle", "rtTriangle") or "onnector" in kind or "rrow" in kind


def counts(entries: Sequence[Entry]) -> Mapping[Use, int]:
    """How many accounts there are of each use that there is, in the order of `USES`."""
    used = [entry.use for entry in entries]
    return {use: used.count(use) for use in USES if use in used}


def names() -> Mapping[Use, str]:
    """The uses in words."""
    return {
        "head": _("kepala kolom"),
        "number": _("nomor"),
        "activity": _("kegiatan"),
        "performer": _("nama pelaksana"),
        "mark": _("tanda pelaksana, awal, dan akhir"),
        "question": _("pertanyaan"),
        "answer": _("jawaban"),
        "time": _("waktu"),
        "quality": _("kelengkapan dan keluaran"),
        "remark": _("keterangan"),
        "identity": _("identitas SOP"),
        "arrow": _("garis atau panah"),
        "words": _("ditulis sebagai kata-kata"),
        "unused": _("tidak dipakai"),
    }


def place_of(at: At, *, is_sheet: bool) -> str:
    """Where a cell stands, in words."""
    place, row, column = at
    if not row:
        return _("di luar tabel")
    if is_sheet:
        letters = ""
        while column:
            column, letter = divmod(column - 1, 26)
            letters = chr(ord("A") + letter) + letters
        name = f"{letters}{row}"
        return _("lembar {number}, sel {name}", number=place + 1, name=name) if place else name
    return _("tabel {number}, baris {row}, kolom {column}", number=place + 1, row=row, column=column)
