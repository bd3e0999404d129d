"""What an officer typed when his answer comes too late, or is refused: a page claims only what is so."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import Attachment, UserTask
from app.services.core.access import actor_of
from app.services.people import users
from app.services.tasks import tasks
from tests.reports import report, report_values
from tests.services.office import add_user
from tests.web.cases import fields, task_of
from tests.web.conftest import Browser, Case
from tests.web.pages import PNG, fields_of, key_of, upload, words_of

SignIn = Callable[[str], Browser]
KEPT = "tersimpan sebagai draf Anda"
SENT_BEFORE = "Halaman ini sudah pernah dikirim dengan isi lain."
TYPED = "Kalimat panjang yang baru saya ketik"


def colleague(office: Database, task: UserTask, *, claims: bool = True) -> int:
    """Somebody else of the lane UPP, who has the task."""
    with office.transaction() as session:
        other = add_user(session, "upp2")
        users.named(session, "upp2").groups = list(users.named(session, "upp").groups)
    with office.transaction() as session:
        if claims:
            tasks.claim(session, task.id, actor=actor_of(users.named(session, "upp2")))
    return int(other.id)


def test_a_completed_task_sent_again_with_other_words_keeps_them(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    first = fields(case, "penyaluran", idempotency_key="kk")
    assert browser.post(f"/tugas/{task.id}", **first).status_code == 303
    again = browser.post(f"/tugas/{task.id}", **{**first, "catatan_penyaluran": TYPED})
    assert again.status_code == 409
    assert "Anda sendiri sudah menyelesaikan tugas ini" in again.text
    assert KEPT in again.text
    assert TYPED in browser.get(f"/tugas/{task.id}").text


def test_what_is_too_large_to_keep_is_not_said_to_be_kept(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    browser.post(f"/tugas/{task.id}/draf", catatan_penyaluran="Yang lama")
    owner = sign_in("pemilik")
    owner.get(f"/perkara/{case.id}")
    owner.post(f"/perkara/{case.id}/batalkan", reason="satu")
    late = browser.post(f"/tugas/{task.id}", catatan_penyaluran="BESAR " + "x y " * 60_000)
    assert late.status_code == 409
    assert "BESAR" in late.text
    assert KEPT not in late.text
    assert "tidak tersimpan" in late.text
    assert KEPT in browser.get(f"/tugas/{task.id}").text  # the one from before, shown as it was kept
    small = browser.post(f"/tugas/{task.id}", catatan_penyaluran="Yang baru")
    assert KEPT in small.text


@pytest.mark.parametrize("path", ["", "/draf"])
def test_files_that_came_too_late_are_named(sign_in: SignIn, case: Case, office: Database, path: str) -> None:
    case.complete("lapor")
    case.complete("upp")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    colleague(office, task)
    sent = {**fields(case, "konfirmasi"), "hasil_klarifikasi": TYPED}
    late = upload(browser, f"/tugas/{task.id}{path}", sent, [("dokumen_pendukung", "surat.png", PNG)])
    page = late if not path else browser.get(late.location or "")
    assert "surat.png" in words_of(page)
    assert "Tidak ada yang hilang" not in (page.text if not path else "")
    assert TYPED in page.text
    with office.reading() as session:
        assert not session.scalars(select(Attachment.id)).all()


def test_the_reason_of_a_hand_over_is_given_back_to_who_holds_the_task_no_more(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    task, browser = task_of(office, case.id), sign_in("upp")
    case.api("upp").post(f"/tasks/{task.id}/claim")
    browser.get(f"/tugas/{task.id}")
    other = colleague(office, task, claims=False)
    head = sign_in("koordinator")
    head.get(f"/tugas/{task.id}")
    assert head.post(f"/tugas/{task.id}/alihkan", to=str(other), reason="cuti").status_code == 303
    late = browser.post(f"/tugas/{task.id}/alihkan", to=str(other), reason=TYPED)
    assert late.status_code == 403
    assert TYPED in late.text
    assert "Tugas ini tidak lagi pada Anda" in late.text
    assert "minta administrator" not in late.text
    released = browser.post(f"/tugas/{task.id}/lepas")
    assert released.status_code == 403
    assert "Tugas ini tidak lagi pada Anda" in released.text


@pytest.mark.parametrize("path", ["", "/draf", "/catatan", "/alihkan"])
def test_who_left_the_lane_gets_his_words_back_and_nothing_else(
    sign_in: SignIn, case: Case, office: Database, path: str
) -> None:
    case.complete("lapor")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    with office.transaction() as session:
        users.named(session, "upp").groups = []
    words = {"inti_masalah": TYPED, "text": "Sekata", "reason": "Cuti", "lampiran": "J8nnfskHPdfgGv0Ui0kI"}
    refused = browser.post(f"/tugas/{task.id}{path}", **words, idempotency_key="kunci ini rahasia")
    shown = words_of(refused)
    assert refused.status_code == 404
    assert all(one in shown for one in (TYPED, "Sekata", "Cuti"))
    assert not any(one in refused.text for one in ("J8nnfskHPdfgGv0Ui0kI", "kunci ini rahasia"))
    assert "Periksa alamatnya" not in shown
    assert "lampu" not in shown.replace(TYPED, "")


def test_who_may_no_longer_begin_a_case_gets_his_words_back(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("lapor")
    key = key_of(browser.get("/laporan/baru?key=pengaduan"))
    with office.transaction() as session:
        users.named(session, "lapor").groups = []
    sent = {**fields_of(report_values(report("SIN-001"))), "isi": TYPED, "idempotency_key": key}
    refused = browser.post("/laporan/baru?key=pengaduan", **sent)
    assert refused.status_code == 403
    assert TYPED in words_of(refused)


@pytest.mark.parametrize("path", ["/pengguna/1/kata-sandi", "/tidak-ada", "/kata-sandi/lain"])
def test_no_error_page_repeats_what_is_no_text_of_ones_work(sign_in: SignIn, path: str) -> None:
    browser = sign_in("lapor")
    browser.get("/tugas")
    refused = browser.post(path, old="sandi lama saya", password="sandi baru saya", text="tanpa halaman")
    assert refused.status_code in (403, 404)
    assert not any(one in refused.text for one in ("sandi lama saya", "sandi baru saya", "tanpa halaman"))


def test_a_case_that_is_no_longer_ones_own_to_cancel_gives_the_reason_back(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser = sign_in("lapor")
    browser.get(f"/perkara/{case.id}")
    refused = browser.post(f"/perkara/{case.id}/batalkan", reason=TYPED)
    assert refused.status_code == 403
    assert TYPED in words_of(refused)


def test_a_page_sent_twice_with_other_words_says_so_once_and_never_speaks_of_keys(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, owner, task = sign_in("lapor"), sign_in("pemilik"), task_of(office, case.id)
    paths = [(browser, f"/tugas/{task.id}/catatan", "text"), (browser, f"/perkara/{case.id}/catatan", "text")]
    for one, path, name in [*paths, (owner, f"/perkara/{case.id}/batalkan", "reason")]:
        one.get(f"/perkara/{case.id}")
        assert one.post(path, **{name: "satu", "idempotency_key": "n"}).status_code == 303
        again = one.post(path, **{name: TYPED, "idempotency_key": "n"})
        assert again.status_code == 422
        assert again.text.count(SENT_BEFORE) == 1, path
        assert "Kunci idempotensi" not in again.text
        assert TYPED in again.text


def test_an_old_claim_or_release_sent_again_says_what_is_so_now(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    here = f"/tugas/{task.id}"
    browser.get(here)

    def told(act: str, key: str) -> str:
        answer = browser.post(f"{here}/{act}", idempotency_key=key)
        page = browser.get(answer.location or "")
        return words_of(browser.get(page.location) if page.location else page)

    assert "sekarang tugas Anda" in told("ambil", "c1")
    assert "kembali ke antrean" in told("lepas", "c2")
    again = told("ambil", "c1")
    assert "sekarang tugas Anda" not in again
    assert "tidak ada yang memegangnya" in again
    assert "sekarang tugas Anda" in told("ambil", "c3")
    again = told("lepas", "c2")
    assert "kembali ke antrean" not in again
    assert "masih tugas Anda" in again
    with office.transaction() as session:
        tasks.release(session, task.id, actor=actor_of(users.named(session, "lapor")))
        head = users.named(session, "koordinator")
        head.groups = [*head.groups, *users.named(session, "lapor").groups]
        session.flush()
        tasks.claim(session, task.id, actor=actor_of(head))
    assert "sekarang bukan tugas Anda" in told("ambil", "c1")
