"""A draft in the sandbox, as somebody tries it."""

from tests.journeys.people import Person
from tests.reports import answers_for, report, report_values

_PLACES = ("penyaluran", "telaahan", "konfirmasi", "menyalurkan")


def begin(pemilik: Person, draft: int) -> None:
    pemilik.visit(f"/studio/{draft}")
    pemilik.go(pemilik.page.get_by_role("link", name="Coba", exact=True))
    pemilik.page.get_by_label("Tanggal mulai").fill("02-11-2026")
    pemilik.page.get_by_label("Jam mulai").fill("09.00")
    pemilik.press("Mulai mencoba")


def play_to_the_unit(pemilik: Person) -> None:
    one = report("SIN-001")
    pemilik.fill(report_values(one))
    pemilik.press("Mulai perkara")
    for element in _PLACES:
        pemilik.fill(answers_for(element, one))
        pemilik.press("Selesaikan tugas")


def to_the_last_timer(pemilik: Person) -> None:
    """Let the clock run from one timer to the next until none is left."""
    while pemilik.page.get_by_role("button", name="Ke tenggat berikutnya").count():
        pemilik.press("Ke tenggat berikutnya")
