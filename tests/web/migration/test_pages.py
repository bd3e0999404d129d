"""Moving cases in the browser, without any script: see, choose, move, stop, take back; and what the auditor reads."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.commands.migration import migration
from app.commands.migration import surveys as survey_commands
from app.models import MigrationCase, ProcessDefinition, ProcessInstance
from app.services.deployment import deployments
from app.services.instances import incidents
from app.services.migration import surveys
from tests.web.cases import actor, start_many, task_of
from tests.web.conftest import Browser, Case, sop_files
from tests.web.pages import part_words, words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def newer(office: Database, case: Case) -> int:
    """A version in which the first task has another name and nine days; the case is of the one before."""
    files = sop_files()
    old = files["pengaduan.bpmn"]
    files["pengaduan.bpmn"] = old.replace(b"Penyaluran Pengaduan", b"Penyaluran Laporan").replace(
        b"3 hari</", b"9 hari</"
    )
    assert files["pengaduan.bpmn"] != old
    with office.transaction() as session:
        done = deployments.deploy(session, files, actor=actor(session, "pemilik"))
        return next(one.definition.id for one in done.definitions if one.definition.key == "pengaduan")


def version_of(office: Database, case_id: int) -> int:
    with office.reading() as session:
        return session.get_one(ProcessInstance, case_id).definition_id


def address(newer: int) -> str:
    return f"/proses/{newer}/perkara-lama"


def begun(browser: Browser, newer: int, **fields: object) -> str:
    browser.get(address(newer))
    sent = {"mana": "semua", "reason": "SOP direvisi", **fields}
    answer = browser.post(address(newer), **sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def work(office: Database) -> None:
    while migration.work(office):
        pass


def test_the_owner_sees_what_would_change_before_anything_is_done(
    office: Database, case: Case, newer: int, sign_in: SignIn
) -> None:
    before = version_of(office, case.id)
    words = words_of(sign_in("pemilik").get(address(newer)))
    assert case.started["business_key"] in words
    assert "Penyaluran Laporan" in words
    assert "Tugas berubah" in words
    assert version_of(office, case.id) == before != newer


def test_what_is_chosen_for_a_timer_is_judged(newer: int, sign_in: SignIn) -> None:
    browser = sign_in("pemilik")
    page = browser.get(address(newer))
    timers = [part.split('"')[0] for part in page.text.split('name="w.')[1:]]
    assert "Tenggat bergeser 0" in words_of(page)
    page = browser.get(address(newer), query_string={f"w.{timer}": "recompute" for timer in timers})
    assert "Tenggat bergeser 1" in words_of(page)


def test_cases_are_moved_by_the_worker_and_the_page_tells_how_each_came_out(
    office: Database, case: Case, newer: int, sign_in: SignIn
) -> None:
    browser = sign_in("pemilik")
    batch = begun(browser, newer)
    page = browser.get(batch)
    assert "0 dari 1 perkara" in words_of(page)
    assert "data-progress-running" in page.text
    work(office)
    page = browser.get(batch)
    assert "1 dari 1 perkara" in words_of(page)
    assert "Dipindahkan" in words_of(page)
    assert "data-progress-running" not in page.text
    assert version_of(office, case.id) == newer
    assert task_of(office, case.id).name == "Penyaluran Laporan"
    told = words_of(browser.get(f"/perkara/{case.id}"))
    assert "Perkara dipindahkan dari versi 1 ke versi 2" in told
    assert "Alasan: SOP direvisi" in told or "SOP direvisi" in told


def test_only_the_ticked_cases_are_moved(office: Database, case: Case, newer: int, sign_in: SignIn) -> None:
    browser = sign_in("pemilik")
    browser.get(address(newer))
    refused = browser.post(address(newer), mana="pilihan", reason="x")
    assert refused.status_code == 422
    assert "Centang perkara" in words_of(refused)
    batch = begun(browser, newer, mana="pilihan", pilih=str(case.id))
    work(office)
    assert "1 dari 1 perkara" in words_of(browser.get(batch))


def test_without_a_reason_nothing_is_moved_and_what_was_chosen_stays(
    office: Database, newer: int, sign_in: SignIn
) -> None:
    browser = sign_in("pemilik")
    browser.get(address(newer))
    refused = browser.post(address(newer), mana="semua", reason=" ")
    assert refused.status_code == 422
    assert "Tulis alasan pemindahan." in words_of(refused)
    with office.reading() as session:
        assert session.scalars(select(MigrationCase)).all() == []


def test_a_move_is_undone_for_one_case_or_all(
    office: Database, case: Case, newer: int, sign_in: SignIn
) -> None:
    old = version_of(office, case.id)
    browser = sign_in("pemilik")
    batch = begun(browser, newer)
    work(office)
    browser.get(batch)
    refused = browser.post(f"{batch}/tarik", reason="")
    assert refused.status_code == 422
    assert browser.post(f"{batch}/tarik", reason="keliru", perkara=str(case.id)).status_code == 303
    work(office)
    assert "Ditarik kembali" in words_of(browser.get(batch))
    assert version_of(office, case.id) == old
    assert task_of(office, case.id).name == "Penyaluran Pengaduan"


def test_a_batch_is_stopped_and_goes_on(office: Database, case: Case, newer: int, sign_in: SignIn) -> None:
    browser = sign_in("pemilik")
    batch = begun(browser, newer)
    browser.get(batch)
    assert browser.post(f"{batch}/hentikan").status_code == 303
    work(office)
    assert version_of(office, case.id) != newer
    assert "Lanjutkan" in words_of(browser.get(batch))
    assert browser.post(f"{batch}/lanjutkan").status_code == 303
    work(office)
    assert version_of(office, case.id) == newer


def test_the_auditor_reads_it_and_can_do_nothing(
    office: Database, case: Case, newer: int, sign_in: SignIn
) -> None:
    batch = begun(sign_in("pemilik"), newer)
    work(office)
    auditor = sign_in("auditor")
    page = auditor.get(batch)
    assert case.started["business_key"] in words_of(page)
    assert "tarik" not in page.text
    assert 'id="pindah"' not in auditor.get(address(newer)).text
    for path in (f"{batch}/hentikan", f"{batch}/lanjutkan", f"{batch}/tarik", address(newer)):
        assert auditor.post(path, reason="x", mana="semua").status_code == 403


@pytest.mark.parametrize("who", ["upp", "dpupr"])
def test_officers_see_nothing_of_it(office: Database, newer: int, sign_in: SignIn, who: str) -> None:
    batch = begun(sign_in("pemilik"), newer)
    officer = sign_in(who)
    assert officer.get(batch).status_code == 404
    assert officer.get(address(newer)).status_code == 404


def test_where_no_case_is_older_the_page_says_so(newer: int, sign_in: SignIn, office: Database) -> None:
    browser = sign_in("pemilik")
    begun(browser, newer)
    work(office)
    assert "Tidak ada perkara lama" in words_of(browser.get(address(newer)))


def test_many_cases_are_shown_page_by_page_and_filtered(
    office: Database, sign_in: SignIn, case: Case
) -> None:
    start_many(office, 60)
    files = sop_files()
    files["pengaduan.bpmn"] = files["pengaduan.bpmn"].replace(b"Penyaluran Pengaduan", b"Penyaluran Laporan")
    with office.transaction() as session:
        deployments.deploy(session, files, actor=actor(session, "pemilik"))
        newest = session.scalars(select(ProcessDefinition.id).order_by(ProcessDefinition.id.desc())).first()
    browser = sign_in("pemilik")
    page = browser.get(address(newest or 0))
    assert "50 perkara di halaman ini" in words_of(page)
    assert "Semua 61 perkara" in words_of(page)
    page = browser.get(address(newest or 0), query_string={"q": "laporan ke-007"})
    assert "1 perkara di halaman ini" in words_of(page)


def test_a_stopped_case_is_put_at_another_step_from_its_incident(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    task = task_of(office, case.id)
    with office.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        found = incidents.open_one(
            session, row, "rusak", actor=None, activity_id=task.activity_id, task_id=task.id
        )
        session.flush()
        incident = found.id
    browser = sign_in("pemilik")
    assert f"/kendala/{incident}/pindah" in browser.get("/kendala").text
    page = browser.get(f"/kendala/{incident}/pindah")
    assert "rusak" in words_of(page)
    sent = {"token": task.id, "to": "telaahan", "reason": "disalurkan lewat surat"}
    refused = browser.post(f"/kendala/{incident}/pindah", **{**sent, "to": ""})
    assert refused.status_code == 422
    assert "disalurkan lewat surat" in refused.text
    assert browser.post(f"/kendala/{incident}/pindah", **sent).status_code == 303
    assert task_of(office, case.id).activity_id == "telaahan"
    told = words_of(sign_in("auditor").get(f"/perkara/{case.id}"))
    assert "Perkara dipindahkan dengan tangan dari Penyaluran Pengaduan ke Telaahan Lanjutan" in told
    assert "disalurkan lewat surat" in told
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case.id).state == "active"


def test_only_owners_put_a_stopped_case_elsewhere(office: Database, case: Case, sign_in: SignIn) -> None:
    with office.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        incidents.open_one(session, row, "rusak", actor=None, activity_id="data_lengkap")
    for who in ("auditor", "admin"):
        browser = sign_in(who)
        assert browser.get("/kendala/1/pindah").status_code == 403
        assert browser.post("/kendala/1/pindah", token="x", to="y", reason="z").status_code == 403


def test_more_cases_than_a_page_judges_are_surveyed_filtered_and_moved(
    office: Database, case: Case, newer: int, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "AT_ONCE", 0)
    browser, here = sign_in("pemilik"), address(newer)
    assert "Hitung akibatnya" in words_of(browser.get(here))
    refused = browser.post(here, mana="semua", jenis="task", reason="SOP direvisi")
    assert refused.status_code == 409
    assert "belum dihitung" in words_of(refused)
    asked = browser.post(f"{here}/akibat")
    assert (asked.status_code, asked.location) == (303, f"{here}#akibat")
    assert "0 dari 1 perkara dihitung" in part_words(browser.get(f"{here}?bagian=akibat"))
    judge(office)
    page = browser.get(here)
    assert "Tugas berubah 1" in words_of(page)
    assert "Hitung akibatnya" not in words_of(sign_in("auditor").get(here))
    assert case.started["business_key"] in browser.get(f"{here}/akibat.csv").text
    assert "Tidak ada perkara yang cocok" in words_of(browser.get(f"{here}?jenis=blocked"))
    batch = begun(browser, newer, jenis="task")
    work(office)
    assert "1 dari 1 perkara" in words_of(browser.get(batch))


def test_a_survey_of_a_version_is_for_owners_to_ask_for_and_to_stop(
    office: Database, case: Case, newer: int, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "AT_ONCE", 0)
    here = address(newer)
    for name, status in (("auditor", 403), ("upp", 403)):
        assert sign_in(name).post(f"{here}/akibat").status_code == status
    assert sign_in("upp").get(f"{here}/akibat.csv").status_code == 404
    browser = sign_in("pemilik")
    browser.get(here)
    browser.post(f"{here}/akibat")
    found = browser.get(here).text.split('name="survey" value="')[1].split('"')[0]
    assert browser.post(f"{here}/akibat/lupakan", survey=found).location == f"{here}#akibat"
    assert "Hitung akibatnya" in words_of(browser.get(here))


def judge(office: Database) -> None:
    while survey_commands.work(office):
        pass


def test_a_field_that_cases_were_never_asked_for_is_asked_on_the_page(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    files = {name: content.replace(b"kesimpulan", b"putusan") for name, content in sop_files().items()}
    with office.transaction() as session:
        done = deployments.deploy(session, files, actor=actor(session, "pemilik"))
        newer = next(one.definition.id for one in done.definitions if one.definition.key == "pengaduan")
    browser = sign_in("pemilik")
    page = browser.get(address(newer))
    assert "Isian yang belum pernah ditanyakan" in words_of(page)
    assert 'name="n.putusan" value=""' in page.text
    page = browser.get(address(newer), query_string={"n.putusan": "entah"})
    assert 'name="n.putusan" value="entah" maxlength' in page.text
    assert '<input type="hidden" name="n.putusan" value="entah">' in page.text
    sent = {"mana": "semua", "reason": "SOP direvisi", "n.putusan": "entah"}
    refused = browser.post(address(newer), **sent)
    assert (refused.status_code, "bukan isian yang sah" in words_of(refused)) == (422, True)
