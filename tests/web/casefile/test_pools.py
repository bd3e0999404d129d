"""Cases that talk across pools, as their pages tell it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from app import worker
from app.base.db import Database
from app.history.events.instances import MessageDelivered, MessageReceived
from app.models import MessageWait, ProcessInstance, User
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


def test_what_waits_for_what_is_read_on_both_pages(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn
) -> None:
    case, other = talking
    browser = sign_in("auditor")
    assert "Perkara ini menunggu pesan Jawaban darinya." in words_of(browser.get(f"/perkara/{case.id}"))
    assert "Ia menunggu pesan Jawaban dari perkara ini." in words_of(browser.get(f"/perkara/{other.id}"))


def test_a_linked_case_that_ended_without_a_word_is_told_in_both_languages(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database
) -> None:
    case, other = talking
    with office.transaction() as session:
        owner = access.actor_of(session.scalars(select(User).where(User.name == "pemilik")).one())
        cancellation.cancel(session, other.id, "dicabut", actor=owner)
    browser = sign_in("auditor")
    page = words_of(browser.get(f"/perkara/{case.id}"))
    assert "Perkara ini menunggu pesan Jawaban darinya. Perkara ini masih menunggunya" in page
    browser.post("/bahasa", language="en")
    told = words_of(browser.get(f"/perkara/{case.id}"))
    assert "note the message on the page of the case" in told


def test_what_is_kept_for_a_case_is_read_on_both_pages(
    talking: tuple[ProcessInstance, ProcessInstance], sign_in: SignIn, office: Database
) -> None:
    """The answer came while the message of the case was not waited for."""
    case, other = talking
    with office.transaction() as session:
        session.execute(delete(MessageWait).where(MessageWait.instance_id == case.id))
        upp = access.actor_of(session.scalars(select(User).where(User.name == "upp")).one())
        [task] = instances.open_tasks(session, other.id)
        tasks.complete(session, task.id, {"putusan": "setuju"}, {}, actor=upp)
    while worker.tick(office):
        pass
    browser = sign_in("auditor")
    here, there = (words_of(browser.get(f"/perkara/{each.id}")) for each in (case, other))
    assert f"Pesan Jawaban dari perkara {other.business_key} siap diterima" in here
    assert "Pesan Jawaban diterima begitu perkara K-1 menunggunya." in there


@pytest.mark.parametrize(
    ("kind", "told", "words"),
    [
        (MessageDelivered, {"identity": (), "by_number": True}, "dipertemukan oleh nomor perkara"),
        (MessageDelivered, {"identity": (), "withheld": ("nama",)}, "Identitas yang tidak ikut"),
        (MessageReceived, {"values": {}, "withheld": ("nama",)}, "dalam properti “isi pesan”"),
    ],
)
def test_what_became_of_a_message_is_read_in_the_record(
    talking: tuple[ProcessInstance, ProcessInstance],
    sign_in: SignIn,
    office: Database,
    kind: type[MessageDelivered | MessageReceived],
    told: dict[str, Any],
    words: str,
) -> None:
    case, other = talking
    with office.transaction() as session:
        about = {"message": "Kabar", "case": other.id, "case_number": other.business_key}
        history.record(session, kind(**about, **told), actor=None, instance_id=case.id, activity_id="kirim")
    assert words in words_of(sign_in("auditor").get(f"/perkara/{case.id}"))
