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


def fields(page: str) -> dict[str, list[str]]:
    """What the form of a page would send, as a browser without scripts does."""
    found = dict[str, list[str]]()
    for name, value in re.findall(r'<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        assert chosen is not None
        found.setdefault(name, []).append(html.unescape(chosen[1]))
    return {name: values for name, values in found.items() if name not in ("csrf_token", "next")}


def test_what_was_guessed_is_corrected_on_the_page_and_nothing_typed_is_lost(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "cuti.csv", tables.LEAVE.encode())]).text
    assert "dibuatkan pertanyaan" in html.unescape(page)
    sent = fields(page)
    assert sent["b1-tenggat"] == ["1 jam"]
    assert sent["b1-q0-tidak"] == ["baris:0"]
    sent |= {"b1-tenggat": ["entah"], "b1-kegiatan": ["Memeriksa kartu cuti"], "b1-pelaksana": ["", ""]}
    wrong = owner.post("/studio/tabel-sop/draf", **sent)
    assert wrong.status_code == 422
    assert 'href="#f-b1-tenggat"' in wrong.text
    again = fields(wrong.text)
    assert again["b1-tenggat"] == ["entah"]
    assert again["b1-kegiatan"] == ["Memeriksa kartu cuti"]
    assert drafts(office) == []

    again |= {
        "b1-tenggat": ["4 jam"],
        "b1-pelaksana": ["1", "2"],
        "lajur-2": ["Kepala Badan"],
        "lajur-baru": ["Arsiparis"],
    }
    again |= {
        "b1-q0-teks": ["Masih ada sisa cuti?"],
        "b1-q0-tidak": ["akhir:Tidak dilanjutkan"],
        "b3-pertanyaan": ["2"],
    }
    shown = owner.post("/studio/tabel-sop/periksa", **again)
    assert shown.status_code == 200
    assert "dibuatkan pertanyaan" not in html.unescape(shown.text)
    final = fields(shown.text)
    assert final["lajur-3"] == ["Arsiparis"]
    assert len(final["b1-pelaksana"]) == 3
    assert {"b3-q0-teks", "b3-q1-teks"} <= set(final)
    final |= {"b3-pelaksana": ["3"]}
    made = owner.post("/studio/tabel-sop/draf", **final)
    assert made.status_code == 303
    with office.reading() as session:
        query = select(ProcessDraftFile.content).where(ProcessDraftFile.name.endswith(".bpmn"))
        drawn = session.scalars(query).one().decode()
    for words in ("Kepala Badan", "Arsiparis", ">4 jam<", "Masih ada sisa cuti?", "Tidak dilanjutkan"):
        assert words in drawn, words


def test_a_lane_that_was_guessed_stays_a_guess_until_it_is_named(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    content = b"No;Kegiatan;Waktu\n1;Mencatat surat;5 menit\n2;Mengarsipkan surat;1 hari\n"
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "surat.csv", content)]).text
    guess = "Tabel ini tidak menyebut pelaksana"
    again = owner.post("/studio/tabel-sop/periksa", **fields(page))
    assert guess in again.text
    named = owner.post("/studio/tabel-sop/periksa", **{**fields(again.text), "lajur-0": ["Staf TU"]})
    assert guess not in named.text
    assert "Staf TU" in named.text
