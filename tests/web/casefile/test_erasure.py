"""Erasing identity on the page of a case: for administrators, with a reason, and told in the history."""

from collections.abc import Callable

from app.base.db import Database
from app.services import identity
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def keys(office: Database) -> list[str]:
    with office.reading() as session:
        return list(identity.keys(session, 1))


def test_an_administrator_erases_it_with_a_reason(sign_in: SignIn, case: Case, office: Database) -> None:
    admin, upp = sign_in("admin"), sign_in("upp")
    held = len(keys(office))
    assert held
    assert "Hapus identitas…" in words_of(admin.get("/perkara/1"))
    refused = admin.post("/perkara/1/hapus-identitas", reason=" ")
    assert refused.status_code == 422
    assert "Tulis alasan penghapusan" in words_of(refused)
    assert len(keys(office)) == held
    admin.get("/perkara/1")
    assert admin.post("/perkara/1/hapus-identitas", reason="Permohonan 3 Mei").status_code == 303
    assert keys(office) == []
    words = words_of(sign_in("auditor").get("/perkara/1"))
    assert f"Identitas dihapus: {held} isian" in words
    assert "Permohonan 3 Mei" in words
    upp.get("/tugas")
    assert admin.post("/perkara/1/hapus-identitas", reason="lagi").status_code == 409


def test_nobody_else_does(sign_in: SignIn, case: Case, office: Database) -> None:
    held = keys(office)
    for name in ("lapor", "upp", "pemilik", "auditor"):
        browser = sign_in(name)
        assert "Hapus identitas…" not in browser.get("/perkara/1").text
        browser.get("/tugas")
        assert browser.post("/perkara/1/hapus-identitas", reason="Permohonan").status_code in (403, 404)
    assert keys(office) == held
