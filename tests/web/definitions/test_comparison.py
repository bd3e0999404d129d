"""The page that compares two versions: who sees it, what it tells, and how one gets there."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import ProcessDefinition
from app.services.deployment import deployments
from app.web.definitions import comparison
from tests.services.office import procedure
from tests.sop_changes.editing import changed_form, replaced, shipped
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def deploy(office: Database, files: dict[str, bytes]) -> int:
    with office.transaction() as session:
        return deployments.deploy(session, files, actor=None).definitions[0].definition.id


@pytest.fixture
def second(office: Database) -> int:
    """Version 2: another deadline, another label, another row."""
    drawing = replaced("pengaduan.bpmn", ">60 hari</bpmn:timeDuration>", ">45 hari</bpmn:timeDuration>")
    form = changed_form("laporan", lambda fields: fields["judul"].update(label="Perihal <laporan>"))
    table = replaced("rute-unit.dmn", '"Jalan Berlubang"', '"Jalan Rusak"')
    return deploy(office, {**shipped(), **drawing, **form, **table})


@pytest.mark.usefixtures("second")
def test_everybody_who_sees_the_process_reads_what_differs(sign_in: SignIn) -> None:
    for name in ("pemilik", "upp", "auditor", "dpupr"):
        page = sign_in(name).get("/proses/1/bandingkan/2")
        assert page.status_code == 200
        words = words_of(page)
        assert "Versi 1 dan versi 2" in words
        assert "Waktu dan tenggat 1" in words
        assert "lamanya dari “60 hari kerja” menjadi “45 hari kerja”" in words
        assert "label dari “Judul laporan” menjadi “Perihal" in words
        assert 'kolom “Kategori” dari "Jalan Berlubang" menjadi "Jalan Rusak"' in words


@pytest.mark.usefixtures("second")
def test_a_label_from_a_form_is_text(sign_in: SignIn) -> None:
    assert "<laporan>" not in sign_in("pemilik").get("/proses/1/bandingkan/2").text


@pytest.mark.usefixtures("second")
def test_the_older_stands_first_whatever_the_order_in_the_address(sign_in: SignIn) -> None:
    browser = sign_in("pemilik")
    pages = [words_of(browser.get(f"/proses/{one}/bandingkan/{two}")) for one, two in ((1, 2), (2, 1))]
    assert pages[0].split("Diagram baru")[1] == pages[1].split("Diagram baru")[1]
    assert "dari “60 hari kerja” menjadi “45 hari kerja”" in pages[1]


@pytest.mark.usefixtures("second")
def test_each_link_leads_to_an_element_on_the_page_and_no_id_is_there_twice(sign_in: SignIn) -> None:
    text = sign_in("pemilik").get("/proses/1/bandingkan/2").text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="#([^"]+)"', text)
    assert {"baru-e-tenggat_tindak_lanjut", "lama-e-tenggat_tindak_lanjut", "baru-e-mulai"} <= set(links)
    assert set(links) <= set(ids)


@pytest.mark.usefixtures("second")
def test_both_diagrams_have_a_legend_in_words(sign_in: SignIn) -> None:
    words = words_of(sign_in("pemilik").get("/proses/1/bandingkan/2"))
    newer, older = words.split("Diagram baru: versi 2")[1].split("Diagram lama: versi 1")
    assert newer.split()[:3] == ["Ditambahkan", "Berubah", "Pindah"]
    assert older.split()[:3] == ["Dihapus", "Berubah", "Pindah"]


def test_a_version_and_itself_are_the_same(sign_in: SignIn) -> None:
    words = words_of(sign_in("pemilik").get("/proses/1/bandingkan/1"))
    assert "Isi keduanya sama" in words
    assert "Diagram baru" not in words


def test_a_file_that_is_only_written_otherwise_is_named(office: Database, sign_in: SignIn) -> None:
    files = shipped()
    deploy(office, {**files, "laporan.form": files["laporan.form"] + b"\n"})
    words = words_of(sign_in("pemilik").get("/proses/1/bandingkan/2"))
    assert "Isi keduanya sama" in words
    assert "laporan.form" in words


def test_versions_of_two_processes_are_not_compared(office: Database, sign_in: SignIn) -> None:
    other = deploy(office, procedure())
    browser = sign_in("pemilik")
    assert browser.get(f"/proses/1/bandingkan/{other}").status_code == 404
    assert browser.get("/proses/1/bandingkan/99").status_code == 404
    assert browser.get("/proses/99/bandingkan/1").status_code == 404
    assert browser.get("/proses/1/bandingkan", query_string={"lama": 1, "baru": other}).status_code == 404


def test_two_versions_are_chosen_from_a_list(sign_in: SignIn, second: int) -> None:
    browser = sign_in("pemilik")
    page = browser.get(f"/proses/{second}/bandingkan")
    assert re.findall(r'<option value="(\d)"', page.text) == ["2", "1"] * 2
    sent = browser.get(f"/proses/{second}/bandingkan", query_string={"lama": 1, "baru": second})
    assert (sent.status_code, sent.location) == (303, f"/proses/1/bandingkan/{second}")
    typed = browser.get(f"/proses/{second}/bandingkan", query_string={"lama": "x", "baru": "9" * 30})
    assert typed.status_code == 200


def test_who_has_one_version_is_told_so(sign_in: SignIn) -> None:
    assert "Baru ada satu versi" in words_of(sign_in("pemilik").get("/proses/1/bandingkan"))


def test_each_other_version_on_the_page_of_a_process_leads_to_its_comparison(
    sign_in: SignIn, second: int
) -> None:
    text = sign_in("pemilik").get(f"/proses/{second}").text
    assert f'href="/proses/1/bandingkan/{second}"' in text
    assert f'href="/proses/{second}/bandingkan/{second}"' not in text
    assert f'href="/proses/{second}/bandingkan"' in text


def test_an_old_version_that_the_list_no_longer_holds_is_still_chosen(
    office: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = deploy(office, {**shipped(), **replaced("pengaduan.bpmn", '"WNG"', '"WG"')})
    deploy(office, {**shipped(), **replaced("pengaduan.bpmn", '"WNG"', '"W"')})
    monkeypatch.setattr(comparison, "_MOST_VERSIONS", 1)
    text = sign_in("pemilik").get(f"/proses/1/bandingkan/{second}").text
    assert re.findall(r'<option value="(\d)"( selected)?', text)[:3] == [
        ("3", ""),
        ("2", ""),
        ("1", " selected"),
    ]
    with office.reading() as session:
        assert len(session.scalars(select(ProcessDefinition)).all()) == 3


@pytest.mark.usefixtures("second")
def test_english_is_spoken(sign_in: SignIn) -> None:
    browser = sign_in("pemilik")
    browser.get("/proses")
    browser.post("/bahasa", language="en", next="/proses")
    words = words_of(browser.get("/proses/1/bandingkan/2"))
    assert "length from “60 hari kerja” to “45 hari kerja”" in words
    assert "row 2" in words
