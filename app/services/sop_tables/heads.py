"""The heads of an SOP's table: where they stand, and what each column below them holds.

One row to three. Some offices write the performers' names under a merged "Pelaksana", some straight beside
"Kegiatan"; there the columns that hold nothing but marks are the performers'.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.base.i18n import _
from app.services.sop_tables import durations, marks
from app.services.sop_tables.grids import Cell, Grid

#: Heads, by the property of a task whose texts stand below them; the first that is found in a head counts.
_HEADS: tuple[tuple[str, str], ...] = (
    ("number", r"(?:no\.?|nomor|nmr)(?: urut)?"),
    ("activity", r"(?:uraian |rincian )?(?:aktivitas|aktifitas|kegiatan|prosedur|langkah(?:-langkah)?(?: kerja)?"
     r"|tahapan?)(?: kegiatan| prosedur)?|uraian"),
    ("input", r"input|masukan"),
    ("persyaratan", r"(?:(?:per)?syarat(?:an)?|(?:per|ke)lengkapan|peralatan|berkas|dokumen|bahan|alat|dan|atau"
     r"|[/&,+ ])+"),
    ("waktu", r"(?:.{0,40}[\s(/])?(?:waktu|durasi|jangka|tenggat|lama(?:nya)?|sla)\b.{0,40}"),
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
    "no",
    "uraian",
    "langkah",
    "langkah kerja",
    "tahapan",
    "unit kerja",
    "penanggung jawab",
    "kelengkapan",
    "persyaratan",
    "waktu",
    "output",
    "keterangan",
)
_PERFORMERS = re.compile(r"\b(?:pelaksana(?:an)?|pelaku|aktor|unit kerja|penanggung ?jawab)\b")
#: A head of one column that is of performers, in more words.
_DOERS = re.compile(
    r"(?=.*(?:pelaksana|penanggung|pic))(?:unit|kerja|pejabat|petugas|nama|pelaksana(?:an)?|penanggung ?jawab|pic"
    r"|dan|[/ &])+"
)
_QUALITY = re.compile(r"mutu ?baku")
_REMARK = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile(r"\s*[/&,]\s*|\s+(?:dan|atau)\s+")
_NAMED = re.compile(r"pelaksana(?:an)?\s*[:/(–-]\s*([^()]*[^()\s])\s*\)?", re.IGNORECASE)
_TIME_UNIT = re.compile(r"(?:\(|dalam )((?:menit|jam|hari|minggu|bulan)(?: kerja| kalender)?)")


@dataclass
class Columns:
    """What each column holds: a property, a performer's place in ``names``, or a head that is not known; and what
    was guessed of it, in words. ``named_in_cells``: the column in which performers are named; ``time_unit``: what the
    head of the times counts in, where it says so."""

    names: list[str]
    properties: dict[int, str] = field(default_factory=dict)
    performers: dict[int, int] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    named_in_cells: int | None = None
    guesses: list[str] = field(default_factory=list)
    time_unit: str = ""


def plain(text: str) -> str:
    """A text as texts are compared: in small letters, its blanks made one, without a colon or stop at its end."""
    return " ".join(text.split()).casefold().rstrip(":. ")


def property_of(text: str) -> str:
    """Which property a head stands over; "" for none.

    A head may say it in several words, "Prosedur / Kegiatan", or with a remark in brackets, "Output (Hasil)"; one of
    several properties, or with the performers in its remark, is of none.
    """
    said = plain(text)
    if whole := _property_named(said):
        return whole
    if any(_PERFORMERS.search(remark) for remark in _REMARK.findall(said)):
        return ""
    names = {_property_named(plain(one)) for one in _BETWEEN.split(plain(_REMARK.sub(" ", said)))}
    return names.pop() if len(names) == 1 else ""


def _property_named(said: str) -> str:
    return next((name for name, pattern in _HEADS if re.fullmatch(pattern, said)), "")


def find_heads(grid: Grid) -> tuple[int, int] | None:
    """The first row of the heads and the row after them; None for a table that is not an SOP's."""
    for top, row in enumerate(grid.rows[:40]):
        said = [property_of(cell.text) for cell in row]
        performers = any(_PERFORMERS.search(plain(cell.text)) for cell in row)
        if "activity" in said and (
            performers or any(_QUALITY.search(plain(c.text)) for c in row) or "waktu" in said
        ):
            return top, _below_heads(grid, top, said.index("activity"), said)
    return None


def _below_heads(grid: Grid, top: int, activity: int, said: Sequence[str]) -> int:
    under = top + 1
    number = said.index("number") if "number" in said else activity
    while under < min(len(grid.rows), top + 4):
        row = grid.rows[under]
        named = row[activity].text and not row[activity].below
        if (named or (row[number].text and not row[number].below)) and not is_numbering(row):
            break
        if _holds_marks(row):  # "Mulai" in a row of its own
            break
        under += 1
    return under


def is_numbering(row: Sequence[Cell]) -> bool:
    """Whether it numbers the columns: 1, 2, 3 and so on."""
    said = [cell.text.strip("()") for cell in row if cell.text]
    return len(said) > 3 and said == [str(n) for n in range(1, len(said) + 1)]


def columns_of(grid: Grid, top: int, under: int, known: Sequence[str]) -> Columns:
    """What the columns hold under the heads from row ``top`` to before row ``under``; ``known`` are the performers
    that an earlier part of the table has."""
    found = Columns(list(known))
    heads = [row for row in grid.rows[top:under] if not is_numbering(row)]
    paths = [_path(heads, place) for place in range(len(grid.rows[top]))]
    for place, path in enumerate(paths):
        _read_head(found, place, path)
    if not found.performers:
        _read_marked(found, paths, grid.rows[under:])
    if "waktu" not in found.properties.values():
        _read_times(found, grid.rows[under:])
    return found


def _read_times(found: Columns, body: Sequence[Sequence[Cell]]) -> None:
    """Where no head says "Waktu", the first column that holds nothing but lengths of time is that of the times."""
    for place, head in found.others.items():
        cells = [row[place].text for row in body if not is_numbering(row)]
        texts = [text for text in cells if not durations.is_empty(text)]
        if texts and all(durations.deadline_of(text) is not None for text in texts):
            found.properties[place] = "waktu"
            del found.others[place]
            found.guesses.append(
                _("Kolom “{head}” berisi lama waktu; dibaca sebagai kolom Waktu.", head=head)
            )
            return


def _read_head(found: Columns, place: int, path: Sequence[str]) -> None:
    own, upper = (path[-1], plain(path[0])) if path else ("", "")
    known = property_of(own)
    named = _NAMED.fullmatch(" ".join(own.split()))
    is_over_performers = _PERFORMERS.search(upper) and not _QUALITY.search(upper) and not property_of(upper)
    if is_over_performers and len(path) > 1:
        _add_performer(found, place, own)
    elif named is not None:
        _add_performer(found, place, named[1])
    elif _PERFORMERS.fullmatch(plain(own)) or (not known and _DOERS.fullmatch(plain(own))):
        if found.named_in_cells is None:
            found.named_in_cells = place
    elif known and known not in found.properties.values():
        found.properties[place] = known
        if known == "waktu" and (unit := _TIME_UNIT.search(plain(own))) is not None:
            found.time_unit = unit[1]
    elif own:
        found.others[place] = " ".join(own.split())


def _add_performer(found: Columns, place: int, name: str) -> None:
    names = [plain(one) for one in found.names]
    if plain(name) not in names:
        found.names.append(" ".join(name.split()))
        names.append(plain(name))
    found.performers[place] = names.index(plain(name))


def _read_marked(found: Columns, paths: Sequence[Sequence[str]], body: Sequence[Sequence[Cell]]) -> None:
    """Where no head says whose the columns are, those with marks alone are the performers', each by its head."""
    columns = [[row[place] for row in body if not is_numbering(row)] for place in range(len(paths))]
    if found.named_in_cells is not None and not _holds_marks(columns[found.named_in_cells]):
        return
    marked = [n for n, cells in enumerate(columns) if n not in found.properties and _holds_marks(cells)]
    between = range(min(marked, default=0), max(marked, default=0))
    unused = [
        n for n in between if n in found.others and not any(one.text or one.shapes for one in columns[n])
    ]
    for place in sorted({*marked, *unused}):
        head = found.others.pop(place, "") or (paths[place] or [""])[-1]
        is_over_all = _PERFORMERS.fullmatch(plain(head)) is not None
        name = head if head and not is_over_all else _("Pelaksana {number}", number=len(found.performers) + 1)
        _add_performer(found, place, name)
        words = {"number": place + 1, "name": name, "head": head}
        if is_over_all:
            told = _(
                "Kolom ke-{number} di bawah “{head}” berisi tanda tanpa nama pelaksana; dinamai {name}.",
                **words,
            )
            found.guesses.append(told)
        elif not head:
            told = _("Kolom ke-{number} berisi tanda tanpa nama pelaksana; dinamai {name}.", **words)
            found.guesses.append(told)
    if found.performers:
        found.named_in_cells = None
        names = ", ".join(found.names[place] for place in found.performers.values())
        told = _("Kolom yang berisi tanda dibaca sebagai kolom pelaksana: {names}.", names=names)
        found.guesses.insert(0, told)


def _holds_marks(cells: Sequence[Cell]) -> bool:
    """Whether a column or row holds marks and arrows alone, at least one of them a mark."""
    held = [cell for cell in cells if cell.text or cell.shapes]
    found = [mark.kind for cell in held for mark in marks.marks_of(cell, 0).marks]
    return all(map(marks.is_mark, held)) and any(kind != "answer" for kind in found)


def _path(heads: Sequence[Sequence[Cell]], place: int) -> list[str]:
    """The heads over a column from the top down; a merged one stands over all its columns."""
    path = list[str]()
    for depth, row in enumerate(heads):
        text, last = row[place].text, depth == len(heads) - 1
        if not text and (row[place].beside or (not row[place].below and not last)):
            text = _left_of(row, place, heads[depth + 1 :])
        if text and (not path or plain(text) != plain(path[-1])):
            path.append(text)
    return path


def _left_of(row: Sequence[Cell], place: int, below: Sequence[Sequence[Cell]]) -> str:
    """The head that reaches over an empty cell: the next one to the left, where something stands below the cell."""
    if not row[place].beside and not any(one[place].text for one in below):
        return ""
    return next((row[at].text for at in range(place - 1, -1, -1) if row[at].text), "")
