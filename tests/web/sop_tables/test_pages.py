"""Impor tabel SOP: first a look at what was read and guessed, then the draft."""

import html
import re
from collections.abc import Callable

from sqlalchemy import select

from app.base.db import Database
from app.engine.reading import reader
from app.models import ProcessDraft, ProcessDraftFile
from tests.services.sop_tables import invented, tables
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
    rows = upload(owner, "/studio/tabel-sop", {}, [("table", "besar.csv", tables.long(320))])
    assert rows.status_code == 422
    assert "Bagi tabelnya menjadi beberapa SOP" in rows.text
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
    drawn = drawn_in(office)
    for words in ("Kepala Badan", "Arsiparis", ">4 jam<", "Masih ada sisa cuti?", "Tidak dilanjutkan"):
        assert words in drawn, words


def drawn_in(office: Database) -> str:
    """The diagram of the only draft."""
    with office.reading() as session:
        query = select(ProcessDraftFile.content).where(ProcessDraftFile.name.endswith(".bpmn"))
        return session.scalars(query).one().decode()


def tasks(drawn: str) -> list[tuple[str, str]]:
    """(lane, task) of each task in a diagram."""
    [diagram] = reader.read_diagrams(drawn.encode())
    nodes = [node for node in diagram.nodes.values() if node.kind == "userTask"]
    return [(diagram.lane(node.lane_id).name, node.name) for node in nodes]


def test_the_titles_name_is_offered_and_what_is_typed_instead_is_the_pools_and_the_documents(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    sheet = b"PEMERINTAH DESA CONTOH\nSOP PELAYANAN CUTI\nNama SOP;Cuti pegawai\n\n" + tables.LEAVE.encode()
    titled = sheet.replace(b"Nama SOP;Cuti pegawai\n", b"")
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "berkas lama.csv", titled)]).text
    assert fields(page)["name"] == ["PELAYANAN CUTI"]
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "berkas lama.csv", sheet)]).text
    sent = fields(page)
    assert sent["name"] == ["Cuti pegawai"]
    sent["name"] = ["Cuti tahunan"]
    shown = owner.post("/studio/tabel-sop/periksa", **sent).text
    picture = shown[shown.index('id="diagram"') :].partition("</svg>")[0]
    assert "Cuti tahunan" in picture
    assert "Cuti pegawai" not in picture
    assert owner.post("/studio/tabel-sop/draf", **fields(shown)).status_code == 303
    [diagram] = reader.read_diagrams(drawn_in(office).encode())
    assert (diagram.name, diagram.properties["nama sop"]) == ("Cuti tahunan", "Cuti tahunan")


def test_a_lane_is_merged_into_another_with_its_activities_and_may_come_back(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "cuti.csv", tables.LEAVE.encode())]).text
    round_ = owner.post(
        "/studio/tabel-sop/draf", **{**fields(page), "lajur-0-ke": ["1"], "lajur-1-ke": ["0"]}
    )
    assert round_.status_code == 422
    assert 'href="#f-lajur-0-ke"' in round_.text
    merged = owner.post("/studio/tabel-sop/periksa", **{**fields(page), "lajur-1-ke": ["2"]})
    sent = fields(merged.text)
    assert [sent[f"b{n}-pelaksana"][0] for n in range(4)] == ["0", "2", "2", "2"]
    assert sent["b1-q0-pelaksana"] == ["2"]
    assert "dibuatkan pertanyaan" in html.unescape(merged.text), "a guess that nobody touched is one still"
    back = fields(owner.post("/studio/tabel-sop/periksa", **{**sent, "lajur-1-ke": [""]}).text)
    assert [back[f"b{n}-pelaksana"][0] for n in range(4)] == ["0", "1", "2", "1"]
    assert back["b1-q0-pelaksana"] == ["1"]
    assert owner.post("/studio/tabel-sop/draf", **sent).status_code == 303
    [diagram] = reader.read_diagrams(drawn_in(office).encode())
    assert [lane.name for lane in diagram.lanes] == ["Pemohon", "Kepala Dinas"]
    assert [lane for lane, _task in tasks(drawn_in(office))] == ["Pemohon", *["Kepala Dinas"] * 3]


def test_every_row_of_a_long_table_is_corrected_page_by_page_and_nothing_typed_is_lost(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "panjang.csv", tables.long(100))]).text
    first = fields(page)
    assert "b39-kegiatan" in first
    assert "b40-kegiatan" not in first
    first |= {"b3-kegiatan": ["Kegiatan keempat"], "b4-tenggat": ["entah"], "ke": ["2"]}
    third = owner.post("/studio/tabel-sop/periksa", **first)
    assert third.status_code == 422
    assert 'href="#ke-0"' in third.text
    last = fields(third.text) | {"b99-kegiatan": ["Kegiatan terakhir"], "b99-pelaksana": ["0"]}
    refused = owner.post("/studio/tabel-sop/draf", **last)
    assert refused.status_code == 422
    again = fields(refused.text)
    assert again["b4-tenggat"] == ["entah"], "the page with what is wrong is shown"
    made = owner.post("/studio/tabel-sop/draf", **{**again, "b4-tenggat": ["9 jam"]})
    assert made.status_code == 303
    found = tasks(drawn_in(office))
    assert len(found) == 100
    assert found[3][1] == "Kegiatan keempat"
    assert found[98][1] == "Kegiatan ke-99"
    assert found[99] == ("Pemohon", "Kegiatan terakhir")
    assert ">9 jam<" in drawn_in(office)


def test_what_is_changed_after_a_draft_was_made_of_the_page_is_shown_again_and_may_be_another_draft(
    sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    shown = upload(owner, "/studio/tabel-sop", {}, [("table", "surat masuk.xlsx", tables.mail())])
    form = fields(shown.text)
    assert owner.post("/studio/tabel-sop/draf", **form).status_code == 303
    form["b0-kegiatan"] = ["Membuka amplop"]
    again = owner.post("/studio/tabel-sop/draf", **form)
    assert again.status_code == 409
    assert "sudah dibuat draf dengan isi lain" in again.text
    assert "Belum ada yang dibuat" not in again.text
    assert len(drafts(office)) == 1
    kept = fields(again.text)
    assert kept["b0-kegiatan"] == ["Membuka amplop"]
    assert owner.post("/studio/tabel-sop/draf", **kept).status_code == 303
    assert len(drafts(office)) == 2


def test_a_lane_that_was_guessed_stays_a_guess_until_it_is_named(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio/tabel-sop")
    content = b"No;Kegiatan;Waktu\n1;Mencatat surat;5 menit\n2;Mengarsipkan surat;1 hari\n"
    page = upload(owner, "/studio/tabel-sop", {}, [("table", "surat.csv", content)]).text
    guess = "Tabel ini tidak menyebut pelaksana"
    asked = owner.post("/studio/tabel-sop/periksa", **{**fields(page), "b0-pertanyaan": ["1"]})
    assert guess in asked.text
    again = owner.post("/studio/tabel-sop/periksa", **{**fields(asked.text), "b0-q0-teks": ["Lengkap?"]})
    assert guess in again.text
    assert fields(again.text)["b0-q0-teks"] == ["Lengkap?"]
    named = owner.post("/studio/tabel-sop/periksa", **{**fields(again.text), "lajur-0": ["Staf TU"]})
    assert guess not in named.text
    assert "Staf TU" in named.text


def look(owner: Browser, name: str, content: bytes) -> str:
    owner.get("/studio/tabel-sop")
    shown = upload(owner, "/studio/tabel-sop", {}, [("table", name, content)])
    assert shown.status_code == 200
    return html.unescape(shown.text)


def test_the_preview_counts_what_is_in_the_file_and_shows_all_that_is_not_used(sign_in: SignIn) -> None:
    rows = [
        ["1", "Mencatat surat", "rect:", "", "1 hari", "Arsip"],
        ["2", "Memeriksa berkas", "textbox:Ditolak", "flowChartDecision:|textbox:Setuju", "± 2 jam", ""],
        ["", "", "", "", "", "Simpan lima tahun"],
        ["3", "Meneruskan surat", "rect:|textbox:Lihat lampiran", "", "^", ""],
        ["Mengetahui", "", "", "", "", ""],
    ]
    head = ["No", "Kegiatan", "Staf", "Kasi", "Waktu", "Tindak Lanjut"]
    before = [["Nomor SOP", "12/2026"], ["Lambang daerah", "Halaman pertama"]]
    page = look(sign_in("pemilik"), "surat.docx", invented.word(head, rows, before))
    counts = re.search(
        r"Dari (\d+) isi berkas: (\d+) dipakai, (\d+) ditulis sebagai kata-kata, (\d+) tidak", page
    )
    assert counts is not None
    assert [int(one) for one in counts.groups()] == [27, 21, 3, 3]
    account = page[page.index('id="isi-berkas"') : page.index('id="diagram"')]
    for text in ("Lambang daerah", "Halaman pertama", "Mengetahui", "Lihat lampiran", "Simpan lima tahun"):
        assert text in account, text
    listed = re.findall(r"<dt>[^<]*</dt>\s*<dd>(\d+)</dd>", account)
    assert sum(map(int, listed)) == 27
    guesses = re.search(r"Ada (\d+) tebakan", page)
    assert guesses is not None
    assert int(guesses[1]) == page.count("Ditebak: ")
    assert "Jika Setuju" in page
    assert "Jika Ditolak" in page
    assert "Tindak Lanjut: Arsip" in page


def test_the_words_of_answers_come_back_with_the_page(sign_in: SignIn, office: Database) -> None:
    owner = sign_in("pemilik")
    page = look(
        owner, "cuti.csv", tables.LEAVE.replace("cuti pemohon;;v", "cuti pemohon;;Ada / Tidak ada").encode()
    )
    sent = fields(page) | {"b1-q0-teks": ["Masih ada cuti?"]}
    again = owner.post("/studio/tabel-sop/periksa", **sent)
    assert owner.post("/studio/tabel-sop/draf", **fields(again.text)).status_code == 303
    assert {'name="Ada"', 'name="Tidak ada"'} <= set(re.findall(r'name="[^"]*"', drawn_in(office)))


def test_what_the_draft_would_refuse_is_told_on_the_first_look(sign_in: SignIn, office: Database) -> None:
    owner = sign_in("pemilik")
    name = "Kelompok kerja " * 40
    page = look(owner, "surat.csv", f"No;Kegiatan;Pelaksana;Waktu\n1;Mencatat surat;{name};1 hari\n".encode())
    assert 'href="#f-lajur-0"' in page
    assert "Ada isian yang harus dibetulkan" in page
    assert "tidak menemukan galat" not in page
    long = "Memeriksa " + "berkas " * 100
    page = look(owner, "surat.csv", f"No;Kegiatan;Pelaksana;Waktu\n1;{long};Staf;1 hari\n".encode())
    assert "Pemeriksaan Studio tidak menemukan galat." in page
    assert owner.post("/studio/tabel-sop/draf", **fields(page)).status_code == 303
