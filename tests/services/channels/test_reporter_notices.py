"""SMS to reporters: to whom, what, once; never to anybody anonymous."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from app.base.config import SmsGateway
from app.base.db import Database
from app.base.errors import Conflict, NotAllowed
from app.commands.channels import SmsTurns, tell_reporter
from app.history import reader
from app.history.events.channels import ReporterNotified
from app.models import IdentityValue, ProcessInstance, ReporterNotice
from app.services.channels import reporter_notices, sms
from app.services.core import clock, settings
from app.services.deployment import deployments
from app.services.instances import cancellation, instances, messages
from app.services.migration import reopening
from app.services.notifications import message_texts
from app.services.notifications.message_texts import Wording
from app.services.reporter import correspondence, joined_reports
from tests.engine.building import bpmn, catch, end, start
from tests.services import working
from tests.services.channels.receiver import Receiver, both
from tests.services.office import Office, form, procedure, text
from tests.services.unreadable import each_place, unreadable

TELEPHONE = "0812-3456-7890"


def reachable() -> dict[str, bytes]:
    """The procedure with a telephone number, and a mark for who wants to stay unknown."""
    fields = [
        text("judul"),
        {**text("telepon"), "properties": {"pribadi": "ya", "saluran pelapor": "sms"}},
        {"type": "checkbox", "key": "anonim", "label": "Anonim"},
    ]
    files = procedure()
    own = b'name="identitas" value="Loket"/>'
    closed = b'<spiffworkflow:property name="identitas tertutup" value="=anonim = true"/>'
    diagram = files["uji.bpmn"].replace(own, own + closed)
    return {**files, "uji.bpmn": diagram, "terima.form": form(*fields)}


@pytest.fixture
def gateway(receiver: Receiver) -> SmsGateway:
    return SmsGateway(receiver.url, "Authorization: Bearer KUNCI", fields=(("sender", "ALUR"),))


@pytest.fixture
def office(
    database: Database, connect: Callable[..., None], gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setattr("tests.services.office.procedure", reachable)
    monkeypatch.setattr(reporter_notices, "_by_day", lambda _session, at: at)
    connect(sms=gateway, base_url="https://alur.example.go.id")
    office = Office(database)
    turns(office)  # from here on
    return office


def turns(office: Office, count: int = 3) -> None:
    worker = SmsTurns(office.database)
    for _turn in range(count):
        worker.take()
        working.send(office.database, "sms")


def write(office: Office, case: ProcessInstance, words: str = "KENARI") -> None:
    with office.database.transaction() as session:
        correspondence.write_to_reporter(session, case.id, words, actor=office.rina)


def cancel(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "KENARI", actor=office.ketua)


def notices(office: Office) -> list[ReporterNotice]:
    with office.database.reading() as session:
        return list(session.scalars(select(ReporterNotice).order_by(ReporterNotice.id)))


@both
def test_who_was_told_of_the_end_is_told_that_it_goes_on(office: Office, receiver: Receiver) -> None:
    case = office.start(judul="KENARI", telepon=TELEPHONE)
    cancel(office, case)
    turns(office)
    with office.database.transaction() as session:
        reopening.reopen(session, case.id, "periksa", "KENARI", actor=office.ketua)
    turns(office)
    sent = [json.loads(body)["message"] for _path, _headers, body in receiver.requests]
    page = "https://alur.example.go.id/lacak"
    assert sent[1:] == [f"Laporan {case.business_key} dibuka kembali dan ditangani lagi. Baca di {page}"]
    assert [row.code for row in notices(office)] == ["ended", "reopened"]


@both
def test_a_reporter_with_a_number_is_told_once_and_what_is_told_is_bare(
    office: Office, receiver: Receiver
) -> None:
    case = office.start(judul="KENARI", telepon=TELEPHONE)
    write(office, case)
    cancel(office, case)
    turns(office)
    turns(office)
    sent = [json.loads(body) for _path, _headers, body in receiver.requests]
    assert [one["message"] for one in sent] == [
        f"Petugas menulis pesan tentang laporan {case.business_key}. Baca di https://alur.example.go.id/lacak",
        f"Laporan {case.business_key} sudah berakhir. Hasilnya di https://alur.example.go.id/lacak",
    ]
    assert {(one["to"], one["sender"]) for one in sent} == {("+6281234567890", "ALUR")}
    assert receiver.requests[0][1]["Authorization"] == "Bearer KUNCI"
    assert "KENARI" not in str(receiver.requests)
    assert [row.state for row in notices(office)] == ["sent", "sent"]
    with office.database.reading() as session:
        told = reader.of_kinds(session, case.id, ReporterNotified)
        assert [(one.event.channel, one.event.code) for one in told] == [("sms", "wrote"), ("sms", "ended")]  # type: ignore[attr-defined]
        rows = session.connection().exec_driver_sql("SELECT * FROM reporter_notice").all()
    assert "34567890" not in str(rows).replace("-", "")


@each_place
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_cannot_be_read_holds_up_no_other_case(
    office: Office, receiver: Receiver, place: str
) -> None:
    cases = [office.start(judul="KENARI", telepon=TELEPHONE) for _n in range(3)]
    for case in cases:
        write(office, case)
    with unreadable(office.database, cases[0].id, place):
        turns(office)
    told = {case.business_key for case in cases if case.business_key in str(receiver.requests)}
    assert told - {cases[0].business_key} == {case.business_key for case in cases[1:]}


def test_nothing_is_ever_sent_to_who_is_anonymous(office: Office, receiver: Receiver) -> None:
    case = office.start(telepon=TELEPHONE, anonim=True)
    write(office, case)
    cancel(office, case)
    turns(office)
    assert (receiver.requests, notices(office)) == ([], [])


def test_nor_to_who_became_so_before_it_was_sent(office: Office, receiver: Receiver) -> None:
    case = office.start(telepon=TELEPHONE)
    write(office, case)
    SmsTurns(office.database).take()
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, case.id)
        instance.variables = {**instance.variables, "anonim": True}
    turns(office)
    assert (receiver.requests, [row.state for row in notices(office)]) == ([], ["withdrawn"])


def test_nor_to_whose_identity_was_erased(office: Office, receiver: Receiver) -> None:
    case = office.start(telepon=TELEPHONE)
    write(office, case)
    SmsTurns(office.database).take()
    with office.database.transaction() as session:
        for row in session.scalars(select(IdentityValue)):
            session.delete(row)
    turns(office)
    assert (receiver.requests, [row.state for row in notices(office)]) == ([], ["withdrawn"])


@pytest.mark.parametrize("number", ["", "tidak punya", "123", "0812 ext 5"])
def test_who_left_no_number_is_told_nothing(office: Office, receiver: Receiver, number: str) -> None:
    write(office, office.start(telepon=number))
    turns(office)
    assert (receiver.requests, notices(office)) == ([], [])


@both
def test_who_is_waited_for_is_told_while_it_is_so(office: Office, receiver: Receiver) -> None:
    asks = catch("jawaban", message="jawaban", form="jawab", properties={"untuk": "pelapor"})
    other = catch("lain", message="lain", form="jawab", properties={"status publik": "Lain"})
    diagram = bpmn(
        [start("masuk", form="terima"), other, asks, end("selesai")],
        "masuk > lain > jawaban > selesai",
        lanes={"Loket": "masuk lain jawaban selesai"},
        properties={"identitas": "Loket"},
        key="tanya",
    )
    files = {
        "tanya.bpmn": diagram,
        "jawab.form": form(text("pesan")),
        "terima.form": reachable()["terima.form"],
    }
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "tanya", {"telepon": TELEPHONE}, actor=office.rina).instance
    turns(office)
    assert receiver.requests == []
    with office.database.transaction() as session:
        messages.send(session, "lain", case.business_key, {}, actor=office.rina)
    turns(office)
    turns(office)
    [(_path, _headers, body)] = receiver.requests
    assert json.loads(body)["message"].startswith(
        f"Petugas memerlukan data untuk laporan {case.business_key}."
    )


@both
def test_who_joined_is_told_of_the_case_that_does_the_work(office: Office, receiver: Receiver) -> None:
    main, late = office.start(telepon="0811 1111 1111"), office.start(telepon=TELEPHONE)
    unknown = office.start(telepon="0812 2222 2222", anonim=True)
    write(office, main, "sebelum digabung")
    with office.database.transaction() as session:
        for report in (late, unknown):
            joined_reports.join(session, report.id, main.id, actor=office.rina)
    turns(office)
    assert len(receiver.requests) == 1  # joining itself ends nothing
    write(office, main)
    turns(office)
    cancel(office, main)
    turns(office)
    told = [json.loads(body)["to"] for _path, _headers, body in receiver.requests]
    assert told.count("+6281234567890") == 2
    assert told.count("+6281111111111") == 3
    assert len(told) == 5
    assert {row.state for row in notices(office)} == {"sent"}


def test_what_reporters_write_themselves_is_not_told_to_them(office: Office, receiver: Receiver) -> None:
    case = office.start(telepon=TELEPHONE)
    with office.database.transaction() as session:
        correspondence.write_to_office(session, case.id, "Kapan?")
    turns(office)
    assert (receiver.requests, notices(office)) == ([], [])


def test_a_gateway_that_refuses_is_asked_again_later(office: Office, receiver: Receiver) -> None:
    receiver.answers = [429, 200]
    write(office, office.start(telepon=TELEPHONE))
    turns(office)
    [row] = notices(office)
    assert (len(receiver.requests), row.state, row.error, row.attempts) == (1, "waiting", "http_429", 1)
    working.let_time_pass(office.database)
    turns(office)
    assert (len(receiver.requests), notices(office)[0].state) == (2, "sent")


def test_one_that_may_have_been_sent_is_not_sent_again_by_itself(office: Office, receiver: Receiver) -> None:
    receiver.answers = [500]
    write(office, office.start(telepon=TELEPHONE))
    turns(office)
    [row] = notices(office)
    assert (row.state, working.works(office.database)) == ("unknown", [])
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        reporter_notices.send_again(session, row.id, actor=office.rina)
    with office.database.transaction() as session:
        reporter_notices.send_again(session, row.id, actor=office.admin)
        with pytest.raises(Conflict):
            reporter_notices.send_again(session, row.id, actor=office.admin)
    turns(office)
    assert (len(receiver.requests), notices(office)[0].state) == (2, "sent")


@both
def test_what_is_cut_off_while_it_is_sent_is_not_sent_twice(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(office, office.start(telepon=TELEPHONE))
    with monkeypatch.context() as broken:
        broken.setattr(reporter_notices, "record", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            turns(office)
    working.let_time_pass(office.database)
    turns(office)
    [row] = notices(office)
    assert (len(receiver.requests), row.state, row.error) == (1, "unknown", "cut_off")


def _cut_off(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_two_workers_do_not_send_the_same(office: Office, receiver: Receiver) -> None:
    write(office, office.start(telepon=TELEPHONE))
    SmsTurns(office.database).take()
    for _worker in range(2):
        tell_reporter(office.database, f"sms/{notices(office)[0].id}")
    assert len(receiver.requests) == 1


def test_what_happened_before_there_was_a_gateway_is_told_to_nobody(
    office: Office, receiver: Receiver
) -> None:
    with office.database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM setting WHERE name = 'channel:sms'")
    write(office, office.start(telepon=TELEPHONE))
    turns(office)
    assert (receiver.requests, notices(office)) == ([], [])


def test_a_gateway_that_wants_a_form_gets_one(receiver: Receiver) -> None:
    asked = SmsGateway(receiver.url, format="form", to_field="tujuan", text_field="isi")
    assert sms.send(asked, "+62811", "Halo & apa", (ip_network("127.0.0.0/8"),)).is_taken
    [(_path, headers, body)] = receiver.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode()) == {"tujuan": ["+62811"], "isi": ["Halo & apa"]}
    assert sms.send(asked, "+62811", "x", ()) == sms.Answer(False, True, "address_refused")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("(0273) 321.002", "+62273321002"),
        ("+1 202 555 0100", "+12025550100"),
        ("0081234567890", ""),
        ("0812a", ""),
        ("+", ""),
    ],
)
def test_numbers_are_written_as_gateways_want_them(written: str, read: str) -> None:
    assert sms.international(written) == read


def test_a_text_says_what_an_administrator_wrote(office: Office) -> None:
    started = office.start(telepon=TELEPHONE)
    with office.database.transaction() as session:
        wanted = Wording("", "Kabar {nomor}: buka {halaman}")
        message_texts.edit(session, "sms_ended", "id", wanted, actor=office.admin)
        case = session.get_one(ProcessInstance, started.id)
        row = ReporterNotice(instance_id=case.id, code="ended", about="", queued_at=clock.now(session))
        row.instance = case
        told = reporter_notices.text_of(session, row)
        url = settings.config(session).base_url
        assert told.endswith(f"Kabar {case.business_key}: buka {url}/lacak")


def test_a_text_fits_into_one_message(office: Office) -> None:
    started = office.start(telepon=TELEPHONE)
    with office.database.transaction() as session:
        case = session.get_one(ProcessInstance, started.id)
        case.business_key = "WNG-–’é漢" * 40
        row = ReporterNotice(instance=case, code="ended")
        told = reporter_notices.text_of(session, row)
    assert len(told) == sms.MOST
    assert sms.plain(told) == told
    assert "-'é?" in told


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-06-01T02:00", "2026-06-01T02:00"),
        ("2026-06-01T14:00", "2026-06-02T00:00"),
        ("2026-05-31T20:00", "2026-06-01T00:00"),
    ],
)
def test_no_telephone_rings_at_night(
    office: Office, monkeypatch: pytest.MonkeyPatch, at: str, told: str
) -> None:
    monkeypatch.undo()
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    with office.database.reading() as session:
        found = reporter_notices._by_day(session, moment)
    assert found == datetime.fromisoformat(told).replace(tzinfo=UTC)
