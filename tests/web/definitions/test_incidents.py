"""Kendala: what stopped, for those who can put it right."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base import stored_messages
from app.base.db import Database
from app.base.i18n import _, speaking
from app.models import HistoryEvent, Incident, ProcessInstance
from app.services.instances import incidents, instances
from app.services.people import users
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
CAUSE = "Tidak ada jalan yang cocok. data_lengkap = <kosong>"


@pytest.fixture
def stuck(office: Database, case: Case) -> Case:
    """A case whose task could not be completed."""
    with office.transaction() as session:
        instance = session.get_one(ProcessInstance, case.id)
        [task] = instances.open_tasks(session, case.id)
        incidents.open_one(session, instance, CAUSE, actor=None, activity_id="data_lengkap", task_id=task.id)
    return case


def test_the_owner_reads_case_place_and_cause(stuck: Case, sign_in: SignIn) -> None:
    page = sign_in("pemilik").get("/kendala")
    words = words_of(page)
    assert stuck.started["business_key"] in words
    assert "Data lengkap?" in words
    assert CAUSE in words
    assert "<kosong>" not in page.text  # escaped


@pytest.mark.parametrize(
    ("language", "cause"), [("id", "Jawab pertanyaan “Sudah?”."), ("en", "Answer the question “Sudah?”.")]
)
def test_each_reader_reads_the_cause_in_his_own_language(
    office: Database, case: Case, sign_in: SignIn, language: str, cause: str
) -> None:
    """Told in the list, on the case's page, there in the history as well, and by the API twice."""
    with office.transaction() as session, speaking("en" if language == "id" else "id"):
        stored = stored_messages.store_texts(
            _("Jawab pertanyaan “{question}”.", question="Sudah?"), "sudah = null"
        )
        instance = session.get_one(ProcessInstance, case.id)
        incidents.open_one(session, instance, stored, actor=None, activity_id="data_lengkap")
        users.named(session, "pemilik").language = language
    browser, told = sign_in("pemilik"), f"{cause} sudah = null"
    assert words_of(browser.get("/kendala")).count(told) == 1
    assert words_of(browser.get(f"/perkara/{case.id}")).count(told) == 3
    api = case.api("pemilik")
    assert [one["message"] for one in api.get("/incidents").json["items"]] == [told]
    history = api.get(f"/process-instances/{case.id}/history").json["items"]
    assert [one["data"]["message"] for one in history if one["type"] == "incident_opened"] == [told]


def test_trying_again_closes_it_and_says_who_did(stuck: Case, sign_in: SignIn, office: Database) -> None:
    owner = sign_in("pemilik")
    owner.get("/kendala")
    assert owner.post("/kendala/1/coba").location == "/kendala"
    words = words_of(owner.get("/kendala"))
    assert "Petugas dapat menyelesaikan tugasnya lagi" in words
    assert "Tidak ada kendala" in words
    assert "Pemilik Proses" in words_of(owner.get("/kendala?state=resolved"))
    with office.reading() as session:
        assert session.get_one(ProcessInstance, stuck.id).state == "active"
    assert owner.post("/kendala/1/coba").status_code == 409


def test_an_auditor_who_is_process_owner_too_finds_no_button(
    stuck: Case, sign_in: SignIn, office: Database
) -> None:
    retry = 'action="/kendala/1/coba"'
    assert retry in sign_in("pemilik").get("/kendala").text
    with office.transaction() as session:
        users.named(session, "auditor").is_process_owner = True
    browser = sign_in("auditor")
    for path in ("/kendala", f"/perkara/{stuck.id}"):
        page = browser.get(path)
        assert (page.status_code, CAUSE in words_of(page), retry in page.text) == (200, True, False)


def test_others_see_at_most_those_of_their_cases_and_retry_none(stuck: Case, sign_in: SignIn) -> None:
    for name, sees in (("lapor", True), ("auditor", True), ("dpupr", False)):
        browser = sign_in(name)
        page = browser.get("/kendala")
        assert (CAUSE in words_of(page)) is sees
        assert "Coba lagi</button>" not in page.text
        assert browser.post("/kendala/1/coba").status_code == (403 if sees else 404)


def test_a_long_list_goes_on_on_the_next_page(stuck: Case, sign_in: SignIn, office: Database) -> None:
    with office.transaction() as session:
        at = session.get_one(Incident, 1).opened_at
        session.add_all(
            Incident(instance_id=stuck.id, message=f"Sebab {n:03d}", opened_at=at) for n in range(60)
        )
    owner = sign_in("pemilik")
    first = owner.get("/kendala")
    assert "Sebab 059" in first.text
    assert "Sebab 009" not in first.text
    following = first.text.split('rel="next" href="')[1].split('"')[0]
    second = owner.get(following.replace("&amp;", "&"))
    assert "Sebab 009" in second.text
    assert CAUSE in words_of(second)


@pytest.fixture
def failed(office: Database) -> None:
    """A start that the diagram could not follow."""
    with office.transaction() as session:
        incidents.open_start(session, "pengaduan", CAUSE, actor=None, activity_id="data_lengkap")


def test_a_start_that_failed_is_told_with_its_process_and_closed_by_the_owner(
    failed: None, sign_in: SignIn, office: Database
) -> None:
    owner = sign_in("pemilik")
    page = owner.get("/kendala")
    words = words_of(page)
    for text in ("pengaduan Perkara baru gagal dimulai Data lengkap?", CAUSE, "Tutup"):
        assert text in words
    assert 'href="/proses/1"' in page.text
    assert "Coba lagi</button>" not in page.text
    assert owner.post("/kendala/1/coba").location == "/kendala"
    words = words_of(owner.get("/kendala"))
    assert "Petugas dapat memulai perkaranya lagi" in words
    assert "Tidak ada kendala" in words
    assert "Perkara baru gagal dimulai" in words_of(owner.get("/kendala?state=resolved"))
    with office.reading() as session:
        told = session.scalars(select(HistoryEvent).where(HistoryEvent.type.startswith("incident_"))).all()
    assert [(one.type, one.instance_id) for one in told] == [
        ("incident_opened", None),
        ("incident_resolved", None),
    ]


def test_a_start_that_failed_is_no_case_that_officers_could_see(failed: None, sign_in: SignIn) -> None:
    for name, sees in (("admin", True), ("auditor", True), ("lapor", False)):
        browser = sign_in(name)
        assert (CAUSE in words_of(browser.get("/kendala"))) is sees
    assert browser.post("/kendala/1/coba").status_code == 404


def test_the_same_start_failing_again_is_the_same_incident(failed: None, office: Database) -> None:
    with office.transaction() as session:
        again = incidents.open_start(session, "pengaduan", "Lain", actor=None, activity_id="data_lengkap")
        other = incidents.open_start(session, "pengaduan", "Lain", actor=None, activity_id="penyaluran")
        assert (again.id, again.message) == (1, "Lain")
        assert other.id == 2


def test_the_record_outside_of_cases_says_why_a_start_failed_in_the_readers_language(
    sign_in: SignIn, office: Database
) -> None:
    cause = stored_messages.store_texts(_("Jawab pertanyaan “{question}”.", question="Lanjut?"))
    with office.transaction() as session:
        incidents.open_start(session, "pengaduan", cause, actor=None, activity_id="data_lengkap")
    owner = sign_in("pemilik")
    assert "Jawab pertanyaan “Lanjut?”." in words_of(owner.get("/pengguna/riwayat"))
    owner.post("/bahasa", language="en")
    record = words_of(owner.get("/pengguna/riwayat"))
    assert "Answer the question “Lanjut?”." in record
    assert "said" not in record
