"""Webhooks on their pages: who sees them, the secret that is shown once, deliveries that are sent again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.config import Config, SmsGateway
from app.base.db import Database
from app.models import ProcessInstance, ReporterNotice, Webhook, WebhookDelivery
from app.services.channels import webhooks
from app.services.core import clock, encryption
from tests.web.cases import start_many
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of

SignIn = Callable[[str], Browser]
NEW = "/pemasangan/saluran/webhook"
WHO = {"name": "Pusat data", "url": "https://pusat.example.go.id/alur", "events": ["case_started"]}


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, webhook_hosts=("pusat.example.go.id",))


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    browser = sign_in("admin")
    browser.get(NEW)
    return browser


def test_a_secret_is_shown_once_and_is_the_one_that_signs(boss: Browser, office: Database) -> None:
    key = key_of(boss.get(NEW))
    answers = [boss.post(NEW, **WHO, idempotency_key=key) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    page = boss.get(answers[0].headers["Location"])
    with office.reading() as session:
        [row] = session.scalars(select(Webhook))
        secret = encryption.unseal(session, row.secret)
    assert f"data-copy>{secret}<" in page.text
    boss.client.delete_cookie("alur-once", path=answers[0].headers["Location"])
    assert secret not in boss.get(answers[0].headers["Location"]).text
    assert "Webhook Pusat data ditambahkan" in words_of(boss.get("/pengguna/riwayat"))


def test_what_is_wrong_is_told_at_its_field_and_kept(boss: Browser, office: Database) -> None:
    answer = boss.post(NEW, name="Pusat", url="https://lain.example.go.id/")
    assert answer.status_code == 422
    assert 'id="f-url-error"' in answer.text
    assert 'value="Pusat"' in answer.text
    assert "Pilih paling sedikit satu kejadian." in answer.text


def test_deliveries_are_listed_and_sent_again(boss: Browser, office: Database) -> None:
    there = boss.post(NEW, **WHO).headers["Location"]
    start_many(office, 1)
    with office.transaction() as session:
        session.add(failed_delivery(session))
    page = words_of(boss.get(there))
    assert "Gagal" in page
    assert "HTTP 500" in page
    assert boss.post(f"{there}/pengiriman/1").status_code == 303
    assert "Menunggu" in words_of(boss.get(f"{there}?keadaan=waiting"))
    assert "Belum ada pengiriman" in words_of(boss.get(f"{there}?keadaan=failed"))
    assert boss.post(f"{there}/pengiriman/1").status_code == 409


@pytest.mark.parametrize("name", ["upp", "pemilik"])
def test_it_is_for_administrators(sign_in: SignIn, boss: Browser, name: str) -> None:
    there = boss.post(NEW, **WHO).headers["Location"]
    other = sign_in(name)
    for path in ("/pemasangan/saluran", NEW, there):
        assert other.get(path).status_code == 403
    for path in (NEW, f"{there}/rahasia", f"{there}/matikan", f"{there}/pengiriman/1"):
        assert other.post(path, **WHO).status_code == 403


def test_it_is_turned_off_and_on_and_gets_another_secret(boss: Browser, office: Database) -> None:
    there = boss.post(NEW, **WHO).headers["Location"]
    boss.get(there)
    boss.post(f"{there}/matikan")
    assert "Nyalakan" in words_of(boss.get(there))
    boss.post(f"{there}/nyalakan")
    assert "Matikan" in words_of(boss.get(there))
    with office.reading() as session:
        before = encryption.unseal(session, session.scalars(select(Webhook)).one().secret)
    boss.post(f"{there}/rahasia")
    with office.reading() as session:
        assert encryption.unseal(session, session.scalars(select(Webhook)).one().secret) != before


def failed_delivery(session: Session) -> WebhookDelivery:
    case, now = session.scalars(select(ProcessInstance)).one(), clock.now(session)
    return WebhookDelivery(
        webhook_id=1,
        event_id=1,
        instance_id=case.id,
        code="case_started",
        payload=webhooks.payload("case_started", 1, now, None, case),
        state="failed",
        attempts=7,
        queued_at=now,
        done_at=now,
        status=500,
    )


def test_sms_are_listed_without_number_and_sent_again(
    boss: Browser, office: Database, sign_in: SignIn
) -> None:
    boss.client.application.extensions["alur"] = replace(
        boss.client.application.extensions["alur"],
        config=replace(
            boss.client.application.extensions["alur"].config, sms=SmsGateway("https://sms.example.go.id/")
        ),
    )
    start_many(office, 1)
    with office.transaction() as session:
        case, now = session.scalars(select(ProcessInstance)).one(), clock.now(session)
        session.add(
            ReporterNotice(
                instance_id=case.id,
                code="wrote",
                about="1",
                state="unknown",
                queued_at=now,
                done_at=now,
                error="http_500",
            )
        )
    assert "1 gagal atau tidak pasti" in words_of(boss.get("/pemasangan/saluran"))
    page = words_of(boss.get("/pemasangan/saluran/sms"))
    assert f"{case.business_key}" in page
    assert "Mungkin terkirim" in page
    assert "HTTP 500" in page
    assert sign_in("upp").get("/pemasangan/saluran/sms").status_code == 403
    assert boss.post("/pemasangan/saluran/sms/1").status_code == 303
    assert "Menunggu" in words_of(boss.get("/pemasangan/saluran/sms?keadaan=waiting"))
    assert "Belum ada SMS" in words_of(boss.get("/pemasangan/saluran/sms?keadaan=sent"))
    assert boss.post("/pemasangan/saluran/sms/1").status_code == 409
    assert boss.post("/pemasangan/saluran/sms/9").status_code == 404
