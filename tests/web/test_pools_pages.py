"""Cases that talk across pools, as their pages tell it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app import worker
from app.db import Database
from app.history.events import MessageDelivered
from app.models import ProcessInstance, User
from app.services.core import access, history
from app.services.deployment import deployments
from app.services.instances import cancellation, incidents, instances
from app.services.tasks import tasks
from tests.services.two_pools import files
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def talking(office: Database) -> tuple[ProcessInstance, ProcessInstance]:
    """A case of the first pool, and the one that it began in the second."""
    given = files()
    lanes = {b'"Loket"': '"LAPOR ! – SP4N"'.encode(), b'"Unit"': b'"UPP K/L/D"'}
    for before, after in lanes.items():
        given["dua.bpmn"] = given["dua.bpmn"].replace(before, after)
    with office.transaction() as session:
        deployments.deploy(session, given, actor=None)
        rina = access.actor_of(session.scalars(select(User).where(User.name == "lapor")).one())
        begun = {"nomor": "K-1", "judul": "Jembatan", "nama": "KENARI"}
        case = instances.start(session, "kecamatan", begun, actor=rina).instance
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {"lokasi": "Desa A"}, {}, actor=rina)
    while worker.tick(office):
        pass
    with office.reading() as session:
        return case, session.scalars(select(ProcessInstance).where(ProcessInstance.key == "dinas")).one()


def test_each_case_names_the_other_and_leads_there_who_may_open_it(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn
) -> None:
    case, other = talking
    page = sign_in("auditor").get(f"/perkara/{case.id}")
    words = words_of(page)
    assert "Pesan Usulan dikirim ke Dinas" in words
    assert f"Pesan Usulan diterima perkara {other.business_key}" in words
    assert "Perkara di pool lain" in words
    assert page.text.count(f'href="/perkara/{other.id}"') == 2
    there = sign_in("auditor").get(f"/perkara/{other.id}")
    assert "Perkara dimulai oleh pesan Usulan dari perkara K-1" in words_of(there)
    assert "Diisi oleh Perkara K-1" in words_of(there)
    assert "Diisi oleh Pelapor" not in words_of(there)
    assert "KENARI" not in there.text


def test_who_works_in_one_pool_reads_the_number_of_the_other_case_and_no_more(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn
) -> None:
    case, other = talking
    browser = sign_in("lapor")
    page = browser.get(f"/perkara/{case.id}")
    assert other.business_key in words_of(page)
    assert f'href="/perkara/{other.id}"' not in page.text
    assert browser.get(f"/perkara/{other.id}").status_code == 404


def test_what_is_not_received_says_why_in_both_languages(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database
) -> None:
    _case, other = talking
    with office.transaction() as session:
        owner = access.actor_of(session.scalars(select(User).where(User.name == "pemilik")).one())
        cancellation.cancel(session, talking[0].id, "dicabut", actor=owner)
        upp = access.actor_of(session.scalars(select(User).where(User.name == "upp")).one())
        [task] = instances.open_tasks(session, other.id)
        tasks.complete(session, task.id, {"putusan": "setuju"}, {}, actor=upp)
    while worker.tick(office):
        pass
    browser = sign_in("upp")
    assert "Pesan Jawaban tidak diterima lagi oleh perkara K-1" in words_of(
        browser.get(f"/perkara/{other.id}")
    )
    browser.get("/perkara")
    browser.post("/bahasa", language="en")
    assert "The message Jawaban was no longer received by case K-1" in words_of(
        browser.get(f"/perkara/{other.id}")
    )


def test_a_start_that_failed_is_tried_again_from_the_list_of_incidents(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database
) -> None:
    with office.transaction() as session:
        incidents.open_start(
            session, "dinas", "Gerbang buntu", actor=None, activity_id="telaah", job_id="gone"
        )
    owner = sign_in("pemilik")
    owner.get("/kendala")
    owner.post("/kendala/1/coba")
    assert "Perkara baru proses Dinas dicoba lagi" in words_of(owner.get("/kendala"))


def test_a_partner_that_ended_without_a_word_is_told_in_both_languages(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database
) -> None:
    case, other = talking
    with office.transaction() as session:
        owner = access.actor_of(session.scalars(select(User).where(User.name == "pemilik")).one())
        cancellation.cancel(session, other.id, "dicabut", actor=owner)
    browser = sign_in("auditor")
    page = browser.get(f"/perkara/{case.id}")
    assert f"Perkara {other.business_key} berakhir tanpa mengirim pesan Jawaban" in words_of(page)
    browser.post("/bahasa", language="en")
    told = words_of(browser.get(f"/perkara/{case.id}"))
    assert f"Case {other.business_key} ended without sending the message Jawaban" in told
    assert "send the content through the message API" in told


@pytest.mark.parametrize(
    ("how", "words"), [("by_number", "nomornya yang sama"), ("by_partner", "perkara di antaranya")]
)
def test_how_strangers_found_each_other_is_read_on_the_page(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database, how: str, words: str
) -> None:
    case, other = talking
    with office.transaction() as session:
        told = MessageDelivered(
            message="Kabar", identity=(), case=other.id, case_number=other.business_key, **{how: True}
        )
        history.record(session, told, actor=None, instance_id=case.id, activity_id="kirim")
    assert words in words_of(sign_in("auditor").get(f"/perkara/{case.id}"))
