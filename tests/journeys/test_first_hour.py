"""An administrator's first hour: from an empty installation to the first report, by files and pages alone.

``ALUR_SHOTS=FOLDER`` keeps a picture of each step, light, dark and at 360 px: look at them.
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.base.config import ROOT
from tests.journeys.conftest import People
from tests.journeys.looking import shoot
from tests.journeys.office import Office
from tests.journeys.paths import take_in
from tests.journeys.people import Person
from tests.reports import report
from tests.serving import Installation

OWN = "kopi-hujan-meja-lampu"
UNITS = 44


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    made.first_password = re.findall(r": (\S+)\s*$", made.command("init"))[0]  # type: ignore[attr-defined]
    with made.running():
        yield made
    assert "Traceback" not in made.log, made.log


@pytest.fixture
def office(installation: Installation) -> Office:
    return Office(installation)


def enter(person: Person, name: str, password: str) -> None:
    """Sign in with a password that somebody else knows, and change it."""
    person.sign_in(name, password)
    for label, text in (
        ("Kata sandi lama", password),
        ("Kata sandi baru", OWN),
        ("Kata sandi baru sekali lagi", OWN),
    ):
        person.hands.write(person.page.get_by_label(label, exact=True), text)
    person.press("Ganti kata sandi")


def send(person: Person, path: str, heading: str, *lines: str) -> None:
    """Send a file of users or units, look at what it would do, and let it be done."""
    page = person.page
    person.visit(path)
    content = "\n".join((heading, *lines)).encode()
    file = {"name": "daftar.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Berkas XLSX atau CSV").set_input_files(file)  # type: ignore[arg-type]
    person.press("Periksa berkas")
    shoot(page, f"awal-berkas-{len(lines)}")
    person.press(f"Jalankan {len(lines)} baris")
    expect(page.get_by_text("Berkas selesai dijalankan.")).to_have_count(1, timeout=60_000)


def passwords(person: Person) -> dict[str, str]:
    page = person.page
    person.go(page.get_by_role("link", name="Kata sandi"))
    shoot(page, "awal-kata-sandi")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh CSV").click()
    rows = csv.DictReader(StringIO(download.value.path().read_text("utf-8-sig")))
    return {row["Nama pengguna"]: row["Kata sandi"] for row in rows}


def test_from_nothing_to_the_first_report(installation: Installation, people: People) -> None:
    admin = people()
    enter(admin, "admin", installation.first_password)  # type: ignore[attr-defined]
    shoot(admin.page, "awal-kosong")
    admin.visit("/pemasangan")
    shoot(admin.page, "awal-pemasangan")
    admin.go(admin.page.locator("#kantor").get_by_role("link", name="Ubah"))
    admin.hands.write(admin.page.get_by_label("Nama kantor"), "Pemerintah Kabupaten Contoh")
    admin.press("Simpan")
    send(
        admin, "/pengguna/berkas", "nama pengguna;nama lengkap;peran", "sop;Bagian Organisasi;pemilik proses"
    )
    given = passwords(admin)

    owner = people()
    enter(owner, "sop", given["sop"])
    owner.visit("/proses")
    files = [*sorted((ROOT / "processes").glob("*")), *sorted((ROOT / "forms").glob("*.form"))]
    owner.page.get_by_label("Berkas", exact=True).set_input_files(files)
    owner.press("Periksa dan terapkan")
    expect(owner.page.get_by_role("main").get_by_text("LAPOR!").first).to_be_visible()
    shoot(owner.page, "awal-proses")

    units = [f"OPD{n:02d};Dinas Contoh {n}" for n in range(1, UNITS)]
    send(admin, "/pengguna/berkas?jenis=unit", "kode;nama unit", "DPUPR;Dinas Pekerjaan Umum", *units)
    admin.visit("/pengguna/lajur")
    shoot(admin.page, "awal-lajur")
    officers = [
        "lapor1;Petugas LAPOR;LAPOR ! – SP4N;",
        "upp1;Petugas UPP;UPP K/L/D;",
        "pu1;Petugas PU;UPT;DPUPR",
        *(f"opd{n:02d};Petugas {n};UPT;OPD{n:02d}" for n in range(1, UNITS)),
    ]
    send(admin, "/pengguna/berkas", "nama pengguna;nama lengkap;lajur;unit", *officers)
    given = passwords(admin)
    assert len(given) == len(officers)
    admin.visit("/pengguna")
    shoot(admin.page, "awal-pengguna")

    lapor = people()
    enter(lapor, "lapor1", given["lapor1"])
    take_in(lapor, report("SIN-001"))
    lapor.visit("/tugas?daftar=antrean")
    shoot(lapor.page, "awal-pertama")
    reporter = people()
    reporter.visit("/lacak")
    expect(reporter.page.get_by_text("Pemerintah Kabupaten Contoh").first).to_be_visible()
