"""What stands around a table of activities: the block that identifies the SOP, its title, its office, its signer."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.services.sop_tables.accounts import Ledger
from app.services.sop_tables.grids import Cell, Grid, Page
from app.services.sop_tables.heads import plain

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


def read_identity(page: Page, tables: Mapping[int, int], ledger: Ledger) -> dict[str, str]:
    """What stands around the tables of activities of a file, by its name in the identity block.

    Args:
        page: what the file holds.
        tables: the places of those tables, each with the row in which its heads begin.
        ledger: takes the account of each cell and line that is read.
    """
    found = dict[str, str]()
    for place, grid in enumerate(page.grids):
        for row in grid.rows[: tables.get(place, len(grid.rows))]:
            _read_row(found, [cell for cell in row if not cell.beside and not cell.below], ledger)
    first = min(tables)
    above = list(_lines_above(page.grids[first], tables[first], ledger))
    _read_texts(found, page, sorted(tables), above, ledger)
    return found


def title_of(identity: Mapping[str, str]) -> str:
    """What the SOP is called in the lines above its table, without the words that every SOP begins with."""
    lines = [line for name in ("judul bagan", "judul dokumen") for line in identity.get(name, "").split("\n")]
    return next((name for line in lines if (name := _TITLE.sub("", line).strip())), "")


def _read_row(found: dict[str, str], cells: Sequence[Cell], ledger: Ledger) -> None:
    """A row of labels and what they say, in the same cell or in the next one."""
    place = 0
    while place < len(cells):
        label = cells[place]
        first, _sep, rest = label.text.partition("\n")
        said, colon, inline = first.partition(":")
        name = _IDENTITY.get(plain(said))
        place += 1
        if name is None or name in found:
            continue
        ledger.take(label, "identity")
        text = "\n".join(filter(None, (inline.strip() if colon else "", rest.strip())))
        if place < len(cells) and cells[place].text == ":":
            ledger.take(cells[place], "identity")
            place += 1
        if not text and place < len(cells) and not _is_label(cells[place]):
            text = cells[place].text.lstrip(": ").strip()
            ledger.take(cells[place], "identity")
            place += 1
        found[name] = text


def _is_label(cell: Cell) -> bool:
    return plain(cell.text.partition("\n")[0].partition(":")[0]) in _IDENTITY


def _lines_above(grid: Grid, top: int, ledger: Ledger) -> Iterator[Cell]:
    """The lines of a spreadsheet above its heads that stand alone in their rows."""
    for row in grid.rows[:top]:
        held = [cell for cell in row if cell.text]
        if len(held) == 1 and not _is_label(held[0]):
            yield from ledger.lines_of(held[0])


def _read_texts(
    found: dict[str, str], page: Page, tables: Sequence[int], above: Sequence[Cell], ledger: Ledger
) -> None:
    """Lines before the table are the office's and the document's, lines after it the signature's."""
    first, last = tables[0], tables[-1]
    before = [line for place in range(first + 1) for line in page.texts.get(place, ()) if line.text]
    before += above
    heading = [line for line in before if line.text.casefold().startswith("sop ")]
    named = [line for line in before if line not in heading]
    titles = [n for n, line in enumerate(named) if line.text.casefold().startswith("standar operasional")]
    cut = titles[0] if titles else len(named)

    def put(name: str, lines: Iterable[Cell]) -> None:
        lines = list(lines)
        if lines and name not in found:
            found[name] = "\n".join(line.text for line in lines)
            for line in lines:
                ledger.take(line, "identity")

    put("instansi", named[:cut])
    put("judul dokumen", named[cut:])
    put("judul bagan", heading[-1:])
    after = [line for line in page.texts.get(last + 1, ()) if line.text]
    if after and after[0].text.endswith(","):
        put("tempat tanda tangan", after[:1])
        after = after[1:]
    put("penanda tangan", after)
