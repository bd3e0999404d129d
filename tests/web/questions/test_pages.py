"""The pages of Tanya: a question is put together by buttons, stands in the address, and its answer is taken along."""

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from app.base import i18n
from app.history.catalogue import CATALOGUE
from app.services.questions import vocabulary
from app.services.search import question
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def test_a_question_is_put_together_without_scripts(sign_in: SignIn, case: Case) -> None:
    browser = sign_in("auditor")
    assert "Syarat pertama" in browser.get("/tanya").text
    first = browser.get("/tanya?baru0=keadaan&tambah=0")
    assert (first.status_code, parse_qs(urlsplit(first.location).query)["k1.1"]) == (303, ["keadaan"])
    page = browser.get(first.location)
    assert 'name="k1.1.nilai"' in page.text
    assert "Jawaban" not in page.text  # nothing was filled in
    more = browser.get("/tanya?k1=semua&k1.1=keadaan&k1.1.nilai=ended&baru0=kata&tambah=0").location
    assert {"k1.1.nilai": ["ended"], "k2.1": ["kata"]}.items() <= parse_qs(urlsplit(more).query).items()
    assert case.started["business_key"] not in browser.get("/tanya?k1.1=keadaan&k1.1.nilai=ended").text
    gone = browser.get("/tanya?k1.1=keadaan&k1.1.nilai=ended&hapus=1.1").location
    assert "k1" not in parse_qs(urlsplit(gone).query)


def test_what_is_wrong_stands_at_its_condition(sign_in: SignIn, case: Case) -> None:
    page = sign_in("auditor").get("/tanya?k1.1=diterima&k1.1.dari=besok&k1.2=keadaan")
    assert page.status_code == 422
    assert "Tanggal besok tidak dikenal" in page.text
    assert 'value="besok"' in page.text


def test_what_is_empty_is_asked_where_it_means_anybody_and_refused_elsewhere(
    sign_in: SignIn, case: Case
) -> None:
    auditor, number = sign_in("auditor"), case.started["business_key"]
    anybody = "/tanya?tentang=perkara&k1.1=identitas&k1.1.petugas=&k1.1.dari=&k1.1.sampai="
    page = auditor.get(anybody)
    assert "Tidak ada yang cocok" in page.text
    assert '<option value="">Siapa pun</option>' in page.text
    assert number in auditor.get(f"{anybody}&k1.1.bukan=1").text
    blank = "k1.1=keadaan&k1.1.nilai=active&k1.2=cabang&k1.2.nilai=&k1.2.bukan=1"
    for path in (
        f"/tanya?{blank}",
        f"/tanya/unduh?{blank}",
        "/tanya?tentang=peristiwa&k1.1=jenis",
        "/tanya?tentang=peristiwa&k1.1=pelaku&k1.1.bukan=1",
    ):
        refused = auditor.get(path)
        assert refused.status_code == 422, path
        assert ("Isi atau hapus syarat ini." in refused.text) == ("unduh" not in path)
        assert number not in refused.text
    for path in ("/tanya/simpan", "/tanya/sampel"):
        kept = auditor.post(path, name="Kosong", seed="1", size="5", query=blank)
        assert kept.status_code == 422
        assert "Isi atau hapus syarat ini." in kept.text
    added = auditor.get(f"/tanya?{blank}&baru1=kategori&tambah=1")  # a row that nobody filled in yet
    page = auditor.get(added.location)
    assert page.status_code == 200
    assert "Isi atau hapus" not in page.text
    assert "Jawaban" not in page.text
    kept = auditor.post("/tanya/simpan", name="Pernah dibuka", query="k1.1=identitas")
    assert auditor.get(kept.location).status_code == 200
    assert "k1.1=identitas" in auditor.get("/tanya").text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("k1.1=tugas&k1.1.unt=DPUPR", "unt"),
        ("k1.1=tugas&k1.1.unt=DPUPR&k1.1.keadaan=late", "unt"),
        ("k1.1.unit=DPUPR", "k1.1.unit"),
        ("tentang=kucing", "tentang=kucing"),
        ("gabung=kucing&k1.1=tugas", "gabung=kucing"),
        ("k1=kucing&k1.1=tugas", "k1=kucing"),
        ("k1.1=tugas&k1.1.bukan=0", "k1.1.bukan=0"),
        ("k1.1=apaini", "apaini"),
        ("kucing=1", "kucing"),
        ("K1.1=tugas", "K1.1"),
        ("&".join(f"k1.{place}=tugas" for place in range(1, 14)), "k1.13"),
    ],
)
def test_a_name_that_is_none_is_refused_in_words(sign_in: SignIn, case: Case, asked: str, told: str) -> None:
    auditor = sign_in("auditor")
    page = auditor.get(f"/tanya?{asked}")
    assert page.status_code == 422
    assert re.search(
        rf"tidak (di)?kenal[^<]*{re.escape(told)}\b|{re.escape(told)} tidak dikenal|"
        rf"tidak mengenal: {re.escape(told)}",
        page.text,
    )
    assert case.started["business_key"] not in page.text
    assert auditor.get(f"/tanya/unduh?{asked}&format=csv").status_code == 422


def test_what_a_condition_is_filled_in_with_is_what_the_service_knows() -> None:
    for about, values in ((question.CASES, question.CASE_VALUES), (question.EVENTS, question.EVENT_VALUES)):
        filled = {
            name: tuple(one.name for one in subject.values)
            for name, subject in vocabulary.subjects(about).items()
        }
        assert filled == dict(values)


def test_lists_of_a_form_can_be_told_apart(sign_in: SignIn, case: Case) -> None:
    page = sign_in("auditor").get("/tanya?k1.1=variabel&susun=1").text
    ways = re.search(r'name="k1.1.cara".*?</select>', page, re.S)
    assert ways is not None
    assert "Pilih…" in ways[0]
    assert '<option value="sama" selected>' in ways[0]
    offered = re.search(r'name="k1.1.nama".*?</select>', page, re.S)
    assert offered is not None
    labels = re.findall(r"<option value=\"[^\"]+\">([^<]+)<", offered[0])
    assert len(labels) > 5
    assert len(set(labels)) == len(labels)


def test_a_code_that_is_none_stays_in_the_form_and_a_list_offers_its_words(
    sign_in: SignIn, case: Case
) -> None:
    auditor = sign_in("auditor")
    page = auditor.get("/tanya?k1.1=tugas&k1.1.unit=XYZ")
    assert page.status_code == 422
    assert '<option value="XYZ" selected>XYZ</option>' in page.text
    assert "Unit “XYZ” tidak dikenal" in page.text
    assert auditor.get("/tanya/unduh?k1.1=tugas&k1.1.unit=XYZ").status_code == 422
    asked = auditor.get("/tanya?k1.1=variabel&k1.1.nama=kesimpulan&k1.1.nilai=perlu pemeriksaan").text
    assert re.search(
        r'<select id="[^"]+" name="k1.1.nilai".*?<option value="perlu pemeriksaan" selected>', asked, re.S
    )


def test_the_answer_is_taken_along(sign_in: SignIn, case: Case) -> None:
    browser = sign_in("auditor")
    file = browser.get("/tanya/unduh?k1.1=keadaan&k1.1.nilai=active&format=csv")
    assert case.started["business_key"] in file.text
    assert (
        case.started["business_key"]
        not in browser.get("/tanya/unduh?k1.1=keadaan&k1.1.nilai=ended&format=csv").text
    )
    assert "Perkara dimulai" in browser.get("/tanya/unduh?tentang=peristiwa&format=csv").text
    assert browser.get("/tanya/identitas/unduh?format=csv").text.startswith("\ufeffWaktu")


def test_a_list_of_cases_and_a_figure_become_a_question(sign_in: SignIn, case: Case) -> None:
    number = case.started["business_key"]
    for name, of in (("auditor", "state=active"), ("lapor", "figure=received"), ("lapor", "q=x")):
        browser = sign_in(name)
        page = browser.get(f"/perkara?key=pengaduan&{of}")
        [link] = re.findall(r'href="(/tanya\?[^"]*)"', page.text.partition("Jadikan pertanyaan")[0])[-1:]
        answer = browser.get(html.unescape(link))
        assert answer.status_code == 200, link
        assert (number in answer.text) == (number in page.text), link
        assert "Simpan pertanyaan ini" in answer.text
    page = sign_in("auditor").get("/tugas?tab=open&deadline=week")
    [link] = re.findall(r'href="(/tanya\?[^"]*)"', page.text.partition("Jadikan pertanyaan")[0])[-1:]
    assert sign_in("auditor").get(html.unescape(link)).status_code == 200
    of_ways = "/perkara?key=pengaduan&figure=ended&versi=1&kesesuaian=fits&terhadap=1"
    assert "Jadikan pertanyaan" not in sign_in("auditor").get(of_ways).text


def test_events_and_the_ledger_are_for_who_sees_everything(sign_in: SignIn, case: Case) -> None:
    auditor, officer = sign_in("auditor"), sign_in("lapor")
    assert (
        "Perkara dimulai"
        in auditor.get("/tanya?tentang=peristiwa&k1.1=jenis&k1.1.nilai=instance_started").text
    )
    assert auditor.get("/tanya/identitas").status_code == 200
    for path in ("/tanya?tentang=peristiwa", "/tanya/unduh?tentang=peristiwa&format=csv", "/tanya/identitas"):
        assert officer.get(path).status_code == 403
    assert officer.get("/tanya").status_code == 200


def test_an_auditor_keeps_a_question_draws_a_sample_and_writes_findings(sign_in: SignIn, case: Case) -> None:
    auditor, owner = sign_in("auditor"), sign_in("pemilik")
    query = "tentang=perkara&k1=semua&k1.1=keadaan&k1.1.nilai=active"
    assert auditor.post("/tanya/simpan", name="", query=query).status_code == 422
    assert auditor.post("/tanya/simpan", name="Berjalan", shared="1", query=query).status_code == 303
    assert ">Berjalan</a>" in owner.get("/tanya").text
    wrong = auditor.post("/tanya/sampel", name="Uji petik", seed="", size="0", query=query)
    assert wrong.status_code == 422
    assert "Tulis benih" in wrong.text
    drawn = auditor.post("/tanya/sampel", name="Uji petik", seed="2026", size="5", query=query)
    assert drawn.status_code == 303
    place = drawn.location
    assert case.started["business_key"] in auditor.get(place).text
    empty = auditor.post(f"{place}/1", verdict="flawed", finding="")
    assert empty.status_code == 422
    assert "Tulis apa yang ditemukan" in empty.text
    opened = auditor.get(place).text.split('name="shown" value="')[1].split('"')[0]
    done = auditor.post(f"{place}/1", verdict="flawed", finding="Lewat lima hari", shown=opened)
    assert done.status_code == 303
    late = auditor.post(f"{place}/1", verdict="fine", finding="Tepat", shown=opened)
    assert late.status_code == 422
    for text in ("Ditulis oleh", "Lewat lima hari", ">Tepat</textarea>", "sesudah halaman Anda dibuka"):
        assert text in late.text
    again = auditor.get(f"{place}/1")  # the address that a refusal leaves in the browser
    assert (again.status_code, urlsplit(again.location)[2:]) == (303, (place, "", "perkara-1"))
    file = auditor.get(f"{place}/unduh?format=csv").text
    assert "Lewat lima hari" in file
    assert "2026" in file
    assert "Catat temuan" not in owner.get(place).text
    assert owner.post(f"{place}/1", verdict="fine", finding="").status_code == 403
    assert sign_in("lapor").get(place).status_code == 403
    assert "Uji petik" in owner.get("/tanya/sampel").text


@pytest.mark.parametrize(
    "asked",
    [
        "/tanya/identitas?dari=01-01-0001",
        "/tanya/identitas?sampai=31-12-9999",
        "/tanya/identitas/unduh?dari=01-01-0001",
        "/tanya?k1.1=identitas&k1.1.sampai=31-12-9999",
        "/tanya?k1.1=tugas&k1.1.dari=01-01-0001",
        "/tanya?tentang=peristiwa&k1.1=waktu&k1.1.dari=01-01-0001",
        "/proses/1/kinerja?until=0001-01",
        "/proses/1/kinerja/jalan?until=0001-01",
    ],
)
def test_days_at_the_ends_of_the_calendar_are_refused_in_words(sign_in: SignIn, asked: str) -> None:
    assert sign_in("auditor").get(asked).status_code in {200, 422}


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    told = dict[str, dict[str, str]]()
    for code in ("id", "en"):
        with i18n.speaking(code):
            told[code] = dict(vocabulary.grouped_events(None))
    for code, named in told.items():
        assert set(CATALOGUE) - named.keys() == set(), code
        assert [text for text in named.values() if "_" in text or "{" in text] == []
    assert [type_ for type_, text in told["id"].items() if text == told["en"][type_]] == []
