"""Notifikasi: the list behind the bell, and what counts as read."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from app import worker
from app.base.db import Database
from app.base.i18n import moment
from app.models import OutboxMessage, UserTask
from app.services.core import access, clock
from app.services.notifications import notices, outbox
from app.services.people import users
from tests.reports import answers_for
from tests.services.office import add_user
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def told(office: Database, case: Case) -> Case:
    """A case about which `upp` was told three things, `lapor` nothing."""
    with office.transaction() as session:
        upp = users.named(session, "upp")
        session.add_all(
            OutboxMessage(
                instance_id=case.id,
                body={"code": "notification", "text": f"Kabar ke-{n}"},
                audience={"users": [upp.id]},
                queued_at=clock.now(session),
            )
            for n in (1, 2, 3)
        )
        session.flush()
        outbox.deliver(session)
    return case


def test_the_newest_notice_comes_first_and_the_bell_counts_the_unread(told: Case, sign_in: SignIn) -> None:
    page = sign_in("upp").get("/notifikasi")
    words = words_of(page)
    assert words.index("Kabar ke-3") < words.index("Kabar ke-1")
    assert 'tool__count">3<' in page.text
    assert told.started["business_key"] in words


def test_nobody_reads_the_notices_of_others(told: Case, sign_in: SignIn) -> None:
    other = sign_in("lapor")
    page = other.get("/notifikasi")
    assert "Belum ada pemberitahuan" in words_of(page)
    assert other.post("/notifikasi/1/dibaca").status_code == 404
    assert other.post("/notifikasi/1/buka").status_code == 404


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("auditor", "Anda tidak bekerja di lajur mana pun"),
        ("admin", "tugas untuk unit yang belum punya petugas"),
        ("pemilik", "perkara yang berhenti atau pesan yang tidak sampai"),
    ],
)
def test_who_works_in_no_lane_reads_of_none_of_his(sign_in: SignIn, name: str, told: str) -> None:
    words = words_of(sign_in(name).get("/notifikasi"))
    assert "lajur Anda" not in words
    assert "Kabar dari perkara yang ditujukan kepada Anda." in words
    assert told in words


def test_who_works_in_a_lane_reads_of_it(sign_in: SignIn) -> None:
    assert words_of(sign_in("upp").get("/notifikasi")).count("lajur Anda") == 2


def test_one_is_marked_as_read_and_leaves_the_unread(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi?tab=unread")
    answer = upp.post("/notifikasi/1/dibaca", next="/notifikasi?tab=unread")
    assert (answer.status_code, answer.location) == (303, "/notifikasi?tab=unread")
    words = words_of(upp.get("/notifikasi?tab=unread"))
    assert "Kabar ke-1" not in words
    assert "Kabar ke-2" in words
    # Nothing is left to do there: no dash, which would stand under no heading on a phone.
    assert 'class="cell--action is-empty"><div></div>' in upp.get("/notifikasi").text


def test_opening_a_notice_marks_it_and_leads_to_its_case(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    assert upp.post("/notifikasi/2/buka").location == f"/perkara/{told.id}"
    assert 'tool__count">2<' in upp.get("/notifikasi").text


def test_all_are_marked_at_once(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    upp.post("/notifikasi/dibaca")
    assert "Semua sudah dibaca" in words_of(upp.get("/notifikasi?tab=unread"))
    assert "Kabar ke-1" in words_of(upp.get("/notifikasi"))


def test_marking_leads_to_no_other_site(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    assert upp.post("/notifikasi/1/dibaca", next="//jahat.example/").location == "/notifikasi"


def test_what_a_unit_without_officers_was_sent_the_coordinator_hands_to_another(
    case: Case, sign_in: SignIn, office: Database
) -> None:
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    upp = case.task("upp")
    values = {**answers_for(upp["activity_id"], case.report), "unit_tujuan": "DIKBUD"}
    assert case.api("upp").post(f"/tasks/{upp['id']}/complete", {"variables": values}).status_code == 200
    with office.transaction() as session:
        outbox.deliver(session)
    browser = sign_in("koordinator")
    assert "Dinas Pendidikan dan Kebudayaan belum punya petugas untuk" in words_of(browser.get("/notifikasi"))
    [task] = [
        one for one in case.api("auditor").get("/tasks", instance_id=case.id).json["items"] if one["unit"]
    ]
    page = browser.get(f"/tugas/{task['id']}")
    assert "Unit ini belum punya petugas" in words_of(page)
    [to] = re.findall(r'value="(\d+)"[^>]*>[^<]*\(Dinas Perhubungan\)', page.text)
    answer = browser.post(f"/tugas/{task['id']}/alihkan", to=to, reason="Dikbud belum siap")
    assert answer.status_code == 303, words_of(answer)
    assert case.task("dishub")["unit"] == "DISHUB"
    assert "(Dinas Perhubungan)" in words_of(browser.get(f"/perkara/{case.id}"))


def copied(office: Database, case: Case, **values: object) -> list[str]:
    """Send the case to DPUPR, with copies to others; who of three got one."""
    with office.transaction() as session:
        for name, unit in (("insp", "INSP"), ("dikbud", "DIKBUD")):
            add_user(session, name, "UPT", units=(unit,))
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    case.complete("upp", unit_tujuan="DPUPR", **values)
    with office.transaction() as session:
        outbox.deliver(session)
        actors = [access.actor_of(users.named(session, name)) for name in ("insp", "dikbud", "dishub")]
        rows = [(one.name, notices.of_user(session, actor=one)[0]) for one in actors]
    return [name for name, told in rows if any(row.body.get("copy") for row in told)]


def test_copies_go_to_the_units_chosen_and_to_the_inspectorate_when_it_watches(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    assert copied(office, case, tembusan_unit=["DIKBUD"], inspektorat=True) == ["insp", "dikbud"]
    told = "Unit yang diberi tahu Dinas Pendidikan dan Kebudayaan, Inspektorat Daerah"
    assert told in words_of(sign_in("upp").get(f"/perkara/{case.id}"))


def test_without_a_copy_nobody_is_told(office: Database, case: Case) -> None:
    assert copied(office, case, tembusan_unit=[], inspektorat=False) == []


def test_who_got_a_copy_reads_number_and_subject_and_is_given_no_link_that_leads_nowhere(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    case.complete("upp", unit_tujuan="DPUPR", tembusan_unit=["DISHUB"])
    with office.transaction() as session:
        outbox.deliver(session)
    copy, work = (sign_in(name).get("/notifikasi") for name in ("dishub", "dpupr"))
    assert "Tembusan: laporan ini diteruskan" in words_of(copy)
    assert case.started["business_key"] in words_of(copy)
    assert "data-open" not in copy.text
    assert "data-open" in work.text
    assert sign_in("dishub").get(f"/perkara/{case.id}").status_code == 404


def test_a_reminder_says_its_deadline_and_leads_the_unit_to_the_task(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    case.complete("upp", unit_tujuan="DPUPR")
    task = case.task("dpupr")
    with office.reading() as session:
        due = session.get_one(UserTask, task["id"]).due_at
    assert due is not None
    worker.fire_until(office, due)
    with office.transaction() as session:
        outbox.deliver(session)
    unit, coordinator = sign_in("dpupr"), sign_in("koordinator")
    page = unit.get("/notifikasi")
    [reminder, *_more] = re.findall(r"/notifikasi/(\d+)/tugas", page.text)
    assert f"Tenggat: {moment(due, ZoneInfo('Asia/Jakarta'))}." in words_of(page)
    assert not re.search(r"/notifikasi/\d+/tugas", coordinator.get("/notifikasi").text)
    assert unit.post(f"/notifikasi/{reminder}/tugas").location == f"/tugas/{task['id']}"
    done = case.complete("dpupr")
    assert done.status_code == 200, done.json
    assert f"/notifikasi/{reminder}/tugas" not in unit.get("/notifikasi").text
    assert unit.post(f"/notifikasi/{reminder}/tugas").location == f"/perkara/{case.id}"
