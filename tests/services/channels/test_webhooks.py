"""Webhooks: told once of each event, signed, tried again, to nobody who is not named."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.commands import channels
from app.commands.channels import WebhookTurns
from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Command
from app.models import ProcessInstance, Setting, WebhookDelivery, Work
from app.services.channels import delays, webhooks
from app.services.core import clock
from app.services.instances import cancellation
from app.services.reporter import correspondence
from app.services.tasks import tasks
from tests.services import working
from tests.services.channels.receiver import Receiver, both
from tests.services.keeping import forget
from tests.services.office import Office
from tests.services.unreadable import each_place, unreadable

ALL = tuple(webhooks.CODES)
SECRET = "whs_rahasia"


def add(office: Office, url: str, *codes: str) -> int:
    with office.database.transaction() as session:
        return webhooks.add(session, "Pusat data", url, codes or ALL, actor=office.admin, secret=SECRET).id


def turns(database: Database, count: int = 3) -> None:
    worker = WebhookTurns(database)
    for _turn in range(count):
        worker.take()
        working.send(database, "webhooks")


def deliveries(database: Database) -> list[WebhookDelivery]:
    with database.reading() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def cancel(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "Salah KENARI", actor=office.ketua)


@both
def test_what_happens_is_told_once_and_signed(office: Office, receiver: Receiver) -> None:
    office.start(judul="sebelum ada webhook")
    add(office, receiver.url)
    case = office.start(judul="KENARI", pelapor="KENARI")
    with office.database.transaction() as session:
        correspondence.write_to_office(session, case.id, "KENARI")
    cancel(office, case)
    turns(office.database)
    turns(office.database)
    told = [json.loads(body) for _path, _headers, body in receiver.requests]
    assert sorted(one["event"] for one in told) == [
        "case_cancelled",
        "case_started",
        "message_added",
        "task_opened",
    ]
    assert {one["case"]["number"] for one in told} == {case.business_key}
    assert "KENARI" not in str(receiver.requests)
    path, headers, body = receiver.requests[0]
    at, mark = headers["Alur-Signature"].removeprefix("t=").split(",v1=")
    assert path == "/alur?x=1"
    assert mark == webhooks.sign(SECRET, int(at), body)
    assert {row.state for row in deliveries(office.database)} == {"sent"}


@each_place
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_cannot_be_read_holds_up_no_other_case(
    office: Office, receiver: Receiver, place: str
) -> None:
    add(office, receiver.url, "case_started")
    cases = [office.start() for _n in range(3)]
    with unreadable(office.database, cases[0].id, place):
        turns(office.database)
    told = {json.loads(body)["case"]["number"] for _path, _headers, body in receiver.requests}
    assert told == {case.business_key for case in cases}, "of variables nobody is told"


def test_what_fails_is_tried_again_later_and_then_given_up(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url, "case_started")
    receiver.answers = [500] * 20
    office.start()
    turns(office.database)
    assert len(receiver.requests) == 1
    for tries in range(2, len(delays.PAUSES) + 2):
        [row] = deliveries(office.database)
        assert (row.state, row.status, row.attempts) == ("waiting", 500, tries - 1)
        working.let_time_pass(office.database)
        turns(office.database)
        assert len(receiver.requests) == tries
    [row] = deliveries(office.database)
    assert (row.state, working.works(office.database)) == ("failed", [])
    assert len({headers["Alur-Delivery"] for _path, headers, _body in receiver.requests}) == 1


def test_an_administrator_sends_again(office: Office, receiver: Receiver) -> None:
    webhook = add(office, receiver.url, "case_started")
    office.start()
    turns(office.database)
    [row] = deliveries(office.database)
    with office.database.transaction() as session:
        with pytest.raises(NotAllowed):
            webhooks.send_again(session, webhook, row.id, actor=office.rina)
        webhooks.send_again(session, webhook, row.id, actor=office.admin)
        with pytest.raises(Conflict):
            webhooks.send_again(session, webhook, row.id, actor=office.admin)
    turns(office.database)
    assert len(receiver.requests) == 2
    assert receiver.requests[0][2] == receiver.requests[1][2]


def test_a_redirect_is_not_followed(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url, "case_started")
    receiver.answers, receiver.location = [307], f"http://{receiver.host}/lain"
    office.start()
    turns(office.database)
    assert [path for path, _headers, _body in receiver.requests] == ["/alur?x=1"]
    [row] = deliveries(office.database)
    assert (row.state, row.status) == ("waiting", 307)


def test_an_address_inside_is_refused_unless_the_settings_name_its_network(
    office: Office, receiver: Receiver, connect: Callable[..., None]
) -> None:
    add(office, receiver.url, "case_started")
    connect(private_networks=())
    office.start()
    turns(office.database)
    [row] = deliveries(office.database)
    assert (receiver.requests, row.state, row.error) == ([], "waiting", "address_refused")


def test_a_host_that_is_not_named_any_more_is_not_asked(
    office: Office, receiver: Receiver, connect: Callable[..., None]
) -> None:
    add(office, receiver.url, "case_started")
    connect(webhook_hosts=("sistem.example.go.id",))
    office.start()
    turns(office.database)
    [row] = deliveries(office.database)
    assert (receiver.requests, row.error) == ([], "host_refused")


@pytest.mark.parametrize(
    "url",
    ["https://lain.example.go.id/", "http://127.0.0.1:1/", "ftp://x", "https://a@sistem.example.go.id/", ""],
)
def test_a_webhook_goes_to_named_hosts_only(office: Office, url: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        add(office, url)
    assert set(refused.value.errors) == {"url"}


def test_who_is_no_administrator_adds_none(office: Office, receiver: Receiver) -> None:
    for actor in (office.rina, office.owner, office.auditor):
        with office.database.transaction() as session, pytest.raises(NotAllowed):
            webhooks.add(session, "x", receiver.url, ALL, actor=actor, secret=SECRET)


def test_the_secret_is_sealed(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url)
    with office.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT secret FROM webhook").scalar_one()
    assert SECRET.encode() not in bytes(kept)


def test_what_is_cut_off_after_sending_comes_again_with_its_number(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(office, receiver.url, "case_started")
    office.start()
    with monkeypatch.context() as broken:
        broken.setattr(webhooks, "record", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            turns(office.database)
    turns(office.database)
    assert len(receiver.requests) == 1  # somebody else may still have it
    working.let_time_pass(office.database)
    turns(office.database)
    assert [headers["Alur-Delivery"] for _path, headers, _body in receiver.requests] == ["1", "1"]
    assert [row.state for row in deliveries(office.database)] == ["sent"]


def _cut_off(*_arguments: object) -> None:
    raise KeyboardInterrupt


@both
def test_a_receiver_gets_one_after_another_in_their_order(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url)
    for _n in range(3):
        office.start()
    WebhookTurns(office.database).take()
    beside = [
        threading.Thread(target=working.send, args=(office.database, "webhooks")) for _worker in range(4)
    ]
    for one in beside:
        one.start()
    for one in beside:
        one.join()
    working.send(office.database, "webhooks")
    told = [int(headers["Alur-Delivery"]) for _path, headers, _body in receiver.requests]
    assert told == [row.id for row in deliveries(office.database)]


@both
def test_a_receiver_who_is_away_is_asked_once_and_keeps_nobody_waiting(
    office: Office, receiver: Receiver, connect: Callable[..., None]
) -> None:
    gone = Receiver()
    gone.stop()
    connect(webhook_hosts=(gone.host, receiver.host))
    add(office, gone.url)
    add(office, receiver.url)
    office.start()
    turns(office.database)
    rows = {row.id: row for row in deliveries(office.database)}
    assert [rows[id_].state for id_ in rows] == ["waiting", "waiting", "sent", "sent"]
    assert sorted(row.attempts for row in rows.values() if row.state == "waiting") == [0, 1]
    assert [work.tries for work in working.works(office.database)] == [1, 1]


def test_what_a_restored_backup_says_waits_is_sent(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url, "case_started")
    office.start()
    WebhookTurns(office.database).take()
    with office.database.transaction() as session:
        session.execute(delete(Work))
    working.send(office.database, "webhooks")
    assert receiver.requests == []
    working.begin(office.database, "webhooks")
    working.send(office.database, "webhooks")
    assert [row.state for row in deliveries(office.database)] == ["sent"]


@both
def test_two_workers_do_not_send_the_same(office: Office, receiver: Receiver) -> None:
    add(office, receiver.url, "case_started")
    office.start()
    WebhookTurns(office.database).take()  # queued
    beside = [
        threading.Thread(target=working.send, args=(office.database, "webhooks")) for _worker in range(4)
    ]
    for one in beside:
        one.start()
    for one in beside:
        one.join()
    assert len(receiver.requests) == 1


def test_nothing_is_told_before_it_can_be_taken_back_no_more(
    office: Office, receiver: Receiver, connect: Callable[..., None]
) -> None:
    connect(undo_seconds=30)
    add(office, receiver.url, "case_started")
    office.start()
    turns(office.database)
    assert receiver.requests == []
    [row], [work] = deliveries(office.database), working.works(office.database)
    assert work.due_at is not None
    assert timedelta(seconds=30) <= work.due_at - row.queued_at <= timedelta(seconds=36)


def test_what_was_taken_back_is_withdrawn(
    office: Office, receiver: Receiver, connect: Callable[..., None]
) -> None:
    connect(undo_seconds=30)
    add(office, receiver.url, "case_started", "task_opened", "task_completed")
    task = office.open_task(office.start()).id
    with office.database.transaction() as session:
        tasks.claim(session, task, actor=office.rina)
    values = {"hasil": "cukup", "unit": "A"}
    database, who = office.database, office.rina
    complete_task(
        database,
        Command("complete_task", task),
        task,
        values,
        {},
        actor=who,
        answer=lambda _session, _work: {},
        typed=values,
        undoable=True,
    )
    turns(database)
    undo_completion(
        database,
        Command("undo_completion", task),
        task,
        actor=who,
        answer=lambda _session, _task: {},
    )
    turns(database)
    assert receiver.requests == []
    working.let_time_pass(office.database)
    turns(office.database)
    assert sorted((row.code, row.state) for row in deliveries(office.database)) == [
        ("case_started", "sent"),
        ("task_completed", "withdrawn"),
        ("task_opened", "sent"),
        ("task_opened", "withdrawn"),
    ]


def test_one_that_was_off_is_not_told_of_what_happened_meanwhile(office: Office, receiver: Receiver) -> None:
    webhook = add(office, receiver.url, "case_started")
    with office.database.transaction() as session:
        webhooks.turn(session, webhook, on=False, actor=office.admin)
    office.start()
    turns(office.database)
    with office.database.transaction() as session:
        webhooks.turn(session, webhook, on=True, actor=office.admin)
    later = office.start()
    turns(office.database)
    assert [json.loads(body)["case"]["number"] for _p, _h, body in receiver.requests] == [later.business_key]


@both
def test_the_place_follows_behind_and_what_is_over_is_dropped(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(office, receiver.url, "case_started")
    office.start()
    worker = WebhookTurns(office.database)
    worker.take()
    working.send(office.database, "webhooks")
    worker.take()
    monkeypatch.setattr(channels, "_LATE_S", -1.0)
    worker.take()
    with office.database.transaction() as session:
        assert session.get_one(Setting, "channel:webhooks").value["after"] > 0
        clock.fix(session, clock.now(session) + timedelta(days=31))
        forget(session, WebhookDelivery)
    assert deliveries(office.database) == []
    turns(office.database)
    assert len(receiver.requests) == 1
