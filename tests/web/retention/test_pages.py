"""Pemusnahan: the dry run, the confirmation, the progress and the record; holds on the page of a case."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from app.base.db import Database
from app.commands import retention
from app.models import ProcessDefinition, ProcessInstance
from tests.services.office import add_user
from tests.services.retention.cases import LONG_AGO, case_of, deploy
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
OLD = LONG_AGO.replace(year=2015)


class Small:
    """What the helpers of the service tests ask of an office."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as session:
            self.rina = add_user(session, "rina", "Loket")

    def cases(self, count: int) -> list[ProcessInstance]:
        office: Any = self
        deploy(office, "2 tahun")
        found = [case_of(office, OLD + timedelta(days=n), kategori="Air") for n in range(count)]
        case_of(office, OLD.replace(year=2026))
        return found

    @property
    def definition_id(self) -> int:
        with self.database.reading() as session:
            query = session.query(ProcessDefinition.id).filter_by(key="uji", in_force=True)
            return int(query.scalar())


@pytest.fixture
def small(office: Database) -> Small:
    return Small(office)


def test_an_administrator_looks_confirms_and_reads_the_record(
    small: Small, admin: Browser, sign_in: SignIn
) -> None:
    cases = small.cases(2)
    path = f"/pemusnahan/proses/{small.definition_id}"
    assert f'href="{path}"' in admin.get("/pemusnahan").text
    page = words_of(admin.get(path))
    assert cases[0].business_key in page
    assert "Ketik 2 untuk memastikan." in page
    refused = admin.post(path, number="3", reason="")
    assert (refused.status_code, "Ketik jumlah perkara yang dimusnahkan: 2." in words_of(refused)) == (
        422,
        True,
    )
    assert words_of(refused).count("Tulis alasannya.") == 2
    begun = admin.post(path, number="2", reason="Berita acara 7/2026")
    assert begun.status_code == 303
    here = begun.headers["Location"]
    assert "0 dari 2 perkara dimusnahkan" in words_of(admin.get(here))
    assert admin.post(f"{here}/hentikan").status_code == 303
    assert "Teruskan" in words_of(admin.get(here))
    assert admin.post(f"{here}/teruskan").status_code == 303
    while retention.work(small.database):
        pass
    told = words_of(admin.get(here))
    assert "2 dari 2 perkara dimusnahkan" in told
    assert "Catatan utuh" in told
    file = admin.get(f"{here}/unduh?format=csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file)))
    assert [row["Nomor"] for row in rows] == [case.business_key for case in cases]
    assert {(row["Masa simpan"], row["Alasan"], row["Versi"]) for row in rows} == {
        ("2 tahun", "Berita acara 7/2026", "1")
    }
    for user in ("auditor", "pemilik"):
        assert cases[0].business_key in words_of(sign_in(user).get(here))
    gone = admin.get(f"/perkara/{cases[0].id}")
    assert (gone.status_code, f"Perkara {cases[0].business_key} dimusnahkan" in words_of(gone)) == (404, True)
    assert "dimusnahkan pada" in words_of(admin.get(f"/perkara?q={cases[0].business_key}"))
    behind = admin.get("/perkara?key=uji&figure=received&since=2015-01&until=2015-12&category=Air")
    assert "Di balik angka ini juga ada 2 perkara yang sudah dimusnahkan" in words_of(behind)


def test_it_is_for_administrators_and_its_record_for_who_sees_every_case(
    small: Small, sign_in: SignIn
) -> None:
    small.cases(1)
    path = f"/pemusnahan/proses/{small.definition_id}"
    for user in ("lapor", "pemilik", "auditor"):
        browser = sign_in(user)
        assert browser.get("/pemusnahan").status_code == (403 if user == "lapor" else 200)
        assert browser.get(path).status_code == 403
        assert browser.get(f"{path}/unduh?format=csv").status_code == 403
        assert browser.post(path, number="1", reason="Lewat").status_code == 403
    assert sign_in("lapor").get("/pemusnahan/unduh?format=csv").status_code == 403


def test_a_case_is_held_and_let_go_on_its_page(small: Small, admin: Browser, sign_in: SignIn) -> None:
    [case] = small.cases(1)
    path = f"/perkara/{case.id}"
    assert "Jangan dimusnahkan…" in words_of(admin.get(path))
    refused = admin.post(f"{path}/tahan", on="1", reason=" ")
    assert (refused.status_code, "Tulis alasannya." in words_of(refused)) == (422, True)
    assert admin.post(f"{path}/tahan", on="1", reason="Perkara hukum").status_code == 303
    assert "Perkara ini ditahan: Perkara hukum" in words_of(admin.get(path))
    dry = words_of(admin.get(f"/pemusnahan/proses/{small.definition_id}"))
    assert "Tidak ada perkara yang lewat masa simpan" in dry
    assert sign_in("auditor").post(f"{path}/tahan", reason="Lepas").status_code == 403
    assert admin.post(f"{path}/tahan", reason="Sudah diputus").status_code == 303
    assert case.business_key in words_of(admin.get(f"/pemusnahan/proses/{small.definition_id}"))


def test_a_process_without_a_period_says_what_to_do(admin: Browser, small: Small) -> None:
    office: Any = small
    for period, words in (("", "tidak menyebut masa simpan"), ("lima", "Masa simpan tidak terbaca")):
        deploy(office, period)
        assert words in words_of(admin.get(f"/pemusnahan/proses/{small.definition_id}"))
    assert admin.post(f"/pemusnahan/proses/{small.definition_id}", number="0", reason="x").status_code == 409
