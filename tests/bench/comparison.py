"""Two versions of the SOP compared: read anew, and with both in memory; and the two drawings."""

from pathlib import Path

from app.services.comparison import comparison, pictures
from tests.bench.figures import Series, row
from tests.services.comparison.contents import Files
from tests.sop_changes.editing import Drawing, changed_form, replaced, shipped

ROUNDS = 30


def measure(_folder: Path) -> None:
    older, newer = Files(shipped()), Files({**shipped(), **_changed()})
    _warm = older.diagram, newer.diagram, older.tables, newer.tables
    anew, again, drawing = Series(), Series(), Series()
    for _round in range(ROUNDS):
        comparison._documents.clear()
        with anew.timing():
            found = comparison.compare(older, newer)
        with again.timing():
            comparison.compare(older, newer)
        with drawing.timing():
            pictures.pictures(older, newer, found, titles=("", ""))
    row(f"two versions of the SOP compared, {len(found.changes)} changes", anew)
    row("", anew.cpu)
    row("the same, both read before", again)
    row("both diagrams with what differs", drawing)


def _changed() -> dict[str, bytes]:
    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi")
    drawing.set_timer("tenggat_telaahan", "5 hari")
    drawing.add_task("periksa_ulang", "Periksa ulang", "lajur_upp", form="telaahan")
    drawing.lead("penyaluran_ke_telaahan", "periksa_ulang")
    drawing.connect("periksa_ulang", "telaahan")
    form = changed_form("laporan", lambda fields: fields["judul"].update(label="Perihal"))
    return {**drawing.saved(), **form, **replaced("rute-unit.dmn", '"Jalan Berlubang"', '"Jalan Rusak"')}
