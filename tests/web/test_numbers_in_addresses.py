"""A number in an address that no database holds is the number of nothing, and never an error of ours."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.conftest import Browser, Case

#: A page of each that reads a number, and what it reads.
ARGUMENTS = [
    ("/perkara/1", "sebelum"),
    ("/perkara/1/putar", "langkah"),
    ("/perkara", "versi"),
    ("/perkara", "after"),
    ("/tugas", "officer"),
    ("/tugas", "lane"),
    ("/tugas", "after"),
    ("/tanya?k1.1=keadaan&susun=1", "hapus"),
    ("/tanya?baru1=keadaan", "tambah"),
    ("/tanya?k1.1=versi&susun=1", "k1.1.nilai"),
    ("/tanya?k1.1=tugas", "k1.1.hari"),
    ("/tanya", "after"),
    ("/proses/1/bandingkan", "lama"),
    ("/proses/1/bandingkan", "baru"),
    ("/catatan-keamanan", "perkara"),
    ("/catatan-keamanan", "after"),
    ("/pengguna/riwayat", "after"),
    ("/pengguna", "lane"),
    ("/pengguna", "after"),
    ("/beban", "petugas"),
    ("/beban/tugas", "officer"),
    ("/beban/tugas", "lane"),
    ("/ketidakhadiran", "petugas"),
    ("/notifikasi", "after"),
    ("/kendala", "after"),
    ("/pemusnahan", "after"),
    ("/pemasangan/teks/task_reassigned/id", "versi"),
    ("/pengguna/berkas", "after"),
    ("/tanya/identitas", "after"),
    ("/statistik", "year"),
]
NUMBERS = ["9" * 12, "9" * 30, "9" * 5_000, "-1", "²", "٣"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number[:3]}-{len(number)}")
def test_no_number_in_an_address_is_an_error_of_ours(
    sign_in: Callable[[str], Browser], case: Case, number: str
) -> None:
    admin, found = sign_in("admin"), {}
    for path, name in ARGUMENTS:
        joined = "&" if "?" in path else "?"
        given = f"{number}.1" if name == "hapus" else number
        found[path, name] = admin.get(f"{path}{joined}{name}={given}").status_code
    assert {place: code for place, code in found.items() if code >= 500} == {}


def test_pages_that_read_numbers_are_there(sign_in: Callable[[str], Browser], case: Case) -> None:
    admin = sign_in("admin")
    answers = {path: admin.get(path).status_code for path, _name in ARGUMENTS}
    assert {path: code for path, code in answers.items() if code not in {200, 303}} == {}


def test_numbers_of_addresses_come_in_by_one_door() -> None:
    """What Flask reads as ``int`` has no bound."""
    sources = Path("app/web").rglob("*.py")
    assert [path for path in sources if re.search(r"type=int\b", path.read_text(encoding="utf-8"))] == []
