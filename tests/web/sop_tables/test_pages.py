"""Impor tabel SOP: first a look at what was read and guessed, then the draft."""

import html
import re
from collections.abc import Callable

from sqlalchemy import select

from app.db import Database
from app.models import ProcessDraft, ProcessDraftFile
from tests.services.sop_tables import tables
from tests.web.conftest import Browser
from tests.web.pages import upload

SignIn = Callable[[str], Browser]
_PACKED = re.compile(r'name="packed" value="([^"]*)"')


def drafts(office: Database) -> list[tuple[str, list[str]]]:
    with office.reading() as session:
        query = select(ProcessDraft.id, ProcessDraft.name).order_by(ProcessDraft.id)
        files = select(ProcessDraftFile.name).order_by(ProcessDraftFile.name)
        return [
            (name, list(session.scalars(files.where(ProcessDraftFile.draft_id == id_))))
            for id_, name in session.execute(query)
        ]


def test_a_table_is_shown_with_its_guesses_and_then_becomes_a_draft(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    assert "/studio/tabel-sop" in owner.get("/studio").text
    owner.get("/studio/tabel-sop")
    shown = upload(owner, "/studio/tabel-sop", {}, [("table", "surat masuk.xlsx", tables.mail())])
    page = html.unescape(shown.text)
    assert shown.status_code == 200
    assert "Waktu “± 5 menit” dibaca sebagai tenggat 5 menit." in page
    assert "Pemeriksaan Studio tidak menemukan galat." in page
    assert "<svg" in page
    assert drafts(office) == []
    found = _PACKED.search(shown.text)
    assert found is not None
    packed = html.unescape(found[1])
    unnamed = owner.post("/studio/tabel-sop/draf", packed=packed, name=" ")
    assert unnamed.status_code == 422
    assert "Meneliti dan memberi disposisi" in unnamed.text
    made = owner.post("/studio/tabel-sop/draf", packed=packed, name="Surat masuk")
    assert made.status_code == 303
    [(name, files)] = drafts(office)
    assert name == "Surat masuk"
    assert "surat_masuk.bpmn" in files
    assert owner.get(made.headers["Location"]).status_code == 200


def test_what_is_no_table_is_told_and_nothing_is_made(sign_in: SignIn, office: Database) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    refused = upload(owner, "/studio/tabel-sop", {}, [("table", "catatan.csv", b"a;b\n1;2\n")])
    assert refused.status_code == 422
    assert "Tidak ada tabel SOP dalam berkas ini" in refused.text
    assert owner.post("/studio/tabel-sop/draf", packed="{}", name="A").status_code == 422
    assert drafts(office) == []
