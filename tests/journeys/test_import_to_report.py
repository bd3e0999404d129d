"""LAPOR!'s export comes in: what the form does not list is chosen, bad lines are told, the worker dies in the middle,
and the month's report counts what came.

``ALUR_LINES=2000`` imports as many as an office has in a busy month; ``ALUR_SHOTS=FOLDER`` keeps pictures.
"""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from app.base.config import ROOT
from tests.journeys.conftest import People
from tests.journeys.looking import shoot
from tests.journeys.office import Office, opened
from tests.services.importing import sop_file
from tests.serving import Installation

LINES = int(os.environ.get("ALUR_LINES", "100"))
BAD = LINES // 50
GOOD = LINES - BAD
WIDTHS = (360, 1280, 1920)
_RECOUNT = """
from app.base.config import from_environment
from app.services.core import settings
from app.services.numbers import recount
with settings.open_database(from_environment()).reading() as session:
    print(list(recount.differences(session)))
"""
_PATIENCE_MS = 600 * LINES + 30_000


@pytest.fixture
def office(tmp_path: Path, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path, worker=False) as made:
        yield made


def exported() -> bytes:
    """Every tenth line has a category as LAPOR! calls it."""
    first, *lines = sop_file(GOOD, BAD).splitlines(keepends=True)
    for place in range(0, LINES, 10):
        lines[place] = lines[place].replace(b"Jalan Berlubang", b"Kerusakan Jalan Kabupaten")
    return first + b"".join(lines)


def test_a_file_comes_in_and_the_report_counts_it(office: Office, people: People) -> None:
    lapor = people("lapor")
    page, installation = lapor.page, office.installation
    lapor.visit("/impor?key=pengaduan")
    shoot(page, "impor-1-berkas", WIDTHS)
    content = {"name": "laporan.csv", "mimeType": "text/csv", "buffer": exported()}
    page.get_by_label("Berkas XLSX atau CSV").set_input_files(content)  # type: ignore[arg-type]
    lapor.press("Periksa berkas")
    with installation.process("worker") as worker:
        option = page.get_by_role("combobox", name="Kerusakan Jalan Kabupaten")
        expect(option).to_be_visible(timeout=_PATIENCE_MS)
        shoot(page, "impor-2-diperiksa", WIDTHS)
        option.select_option(label="Jalan Berlubang")
        lapor.press("Periksa lagi")
        begin = page.get_by_role("button", name=f"Impor {GOOD} baris", exact=True)
        expect(begin).to_be_visible(timeout=_PATIENCE_MS)
        begin.click()
        bar = page.locator("progress")
        begun = f"node => node.value > {BAD + GOOD // 10}"
        page.wait_for_function(f"() => ({begun})(document.querySelector('progress'))", timeout=_PATIENCE_MS)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    shoot(page, "impor-3-terhenti", WIDTHS)
    assert int(bar.get_attribute("value") or 0) < LINES
    with installation.process("worker"):
        expect(page.get_by_text("Impor selesai.")).to_have_count(1, timeout=_PATIENCE_MS)
        shoot(page, "impor-4-selesai", WIDTHS)
        with page.expect_download() as download:
            page.get_by_role("link", name="Unduh hasil tiap baris (CSV)").click()
        results = list(csv.DictReader(StringIO(download.value.path().read_text("utf-8-sig"))))
        assert [row["Hasil"] for row in results].count("Diimpor") == GOOD
        assert [row["Hasil"] for row in results].count("Perlu diperbaiki") == BAD
        assert len({row["Perkara"] for row in results if row["Perkara"]}) == GOOD
        _report(office, people)


def _report(office: Office, people: People) -> None:
    """The month so far, as page and as workbook; nothing differs from a recount."""
    month = office.installation.now().astimezone(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    upp = people("upp")
    upp.visit(f"/angka/laporan?month={month}")
    shoot(upp.page, "impor-5-laporan", WIDTHS)
    received = upp.page.get_by_role("row").filter(has_text="Diterima").first
    expect(received).to_contain_text(str(GOOD))
    with upp.page.expect_download() as download:
        upp.page.get_by_role("link", name="XLSX").click()
    book = load_workbook(BytesIO(download.value.path().read_bytes()))
    assert GOOD in {cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    # In a process of its own: V8 does not run in one with Playwright.
    line = [sys.executable, "-c", _RECOUNT]
    told = subprocess.run(line, cwd=ROOT, env=office.installation.environment, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stdout + told.stderr
