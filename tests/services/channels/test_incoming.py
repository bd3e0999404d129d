"""Mail in, from a real mail server: each taken once, to the case that it is about or to the officers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.commands import channels
from app.models import IncomingMail, ProcessInstance, ReporterMessage, User
from app.services.channels import incoming, mail_reading, mailbox
from app.services.core import access, clock, encryption
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import cancellation, instances
from app.services.reporter import correspondence, joined_reports, tracking
from app.services.tasks import drafts
from tests.engine.building import bpmn, end, start, user
from tests.services.channels.certificates import TlsServer, write_certificate
from tests.services.channels.mail_server import MailServer
from tests.services.channels.receiver import both
from tests.services.keeping import forget
from tests.services.office import Office, add_user, form, procedure, text

REPORTER = "warga@example.id"
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "judul": {"isi surel": "perihal"},
    "cerita": {"isi surel": "isi"},
    "surel": {"pribadi": "ya", "saluran pelapor": "surel", "isi surel": "alamat"},
    "telepon": {"pribadi": "ya", "saluran pelapor": "sms"},
    "pelapor": {"pribadi": "ya", "isi surel": "nama"},
    "nomor": {},
}


def reachable() -> dict[str, bytes]:
    """The procedure, with fields by which its reporter is reached."""
    fields = [{**text(key), "properties": dict(marks)} for key, marks in _FIELDS.items()]
    closed = {"identitas tertutup": '=judul = "Rahasia"'}
    return {**procedure(properties=closed), "terima.form": form(*fields)}


@pytest.fixture
def office(database: Database, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("tests.services.office.procedure", reachable)
    return Office(database)


@pytest.fixture
def folder(mail_server: MailServer, connect: Callable[..., None]) -> str:
    url = mail_server.folder()
    connect(imap_url=url, mail_from="alur@example.id")
    return url


def letter(
    subject: str,
    body: str = "Mohon kabar.",
    sender: str = REPORTER,
    to: str = "alur@example.id",
    **headings: str,
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{abs(hash((subject, body, sender, to)))}@example.id>"
    for name, value in headings.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def own_address(office: Office, case: ProcessInstance) -> str:
    """The address that the reporter of a case reads with his code, a new one."""
    with office.database.transaction() as session:
        tracking.issue(session, case.id, actor=office.rina)
        found = incoming.address_for(session, case, definitions.version(session, case.definition_id))
    assert found is not None
    return found


def take(database: Database) -> None:
    while channels.take_mail(database):
        pass


def mails(database: Database) -> list[IncomingMail]:
    with database.reading() as session:
        return list(session.scalars(select(IncomingMail).order_by(IncomingMail.id)))


def written(database: Database, case: ProcessInstance) -> list[ReporterMessage]:
    with database.reading() as session:
        rina = access.actor_of(session.scalars(select(User).where(User.name == "rina")).one())
        return [message for message, _number in correspondence.letters_of(session, case.id, actor=rina)]


def opened(office: Office, state: str = "waiting") -> list[Any]:
    with office.database.reading() as session:
        page = incoming.listed(session, state, actor=office.rina)
        return [content for _row, content in page.items]


@both
def test_an_answer_of_the_reporter_becomes_his_message(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    case = office.start(surel=f" {REPORTER.upper()} ")
    answer = "Jalannya di depan pasar.\n\nPada Senin, 1 Juni 2026 Alur menulis:\n> Di mana?\n"
    mail_server.deliver(folder, letter("Laporan saya", answer, to=own_address(office, case)))
    take(office.database)
    take(office.database)
    [message] = written(office.database, case)
    assert (message.text, message.by_mail, message.written_by_id) == ("Jalannya di depan pasar.", True, None)
    assert [(row.state, row.instance_id) for row in mails(office.database)] == [("message", case.id)]


def test_without_the_cases_own_address_nobodys_mail_becomes_a_message(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    case, other = office.start(surel=REPORTER), office.start(surel="lain@example.id")
    void, own, others = own_address(office, case), own_address(office, case), own_address(office, other)
    number, secret = case.business_key, own.partition("+")[2].partition("@")[0].rpartition("-")[2]
    tried = [
        "alur@example.id",
        f"alur+{number}@example.id",
        f"alur+{number}-@example.id",
        f"alur+{number}-{secret[:-1]}@example.id",
        f"alur+{case.id}-{secret[::-1]}@example.id",
        f"alur+{secret}@example.id",
        f"alur+{other.business_key}-{secret}@example.id",
        void,
        others,
    ]
    senders = (REPORTER, "siapa@example.id")
    mails_sent = [letter(f"Re: {number}", sender=sender, to=to) for to in tried for sender in senders]
    mail_server.deliver(folder, *mails_sent, letter(f"{number}", sender="siapa@example.id", to=own))
    take(office.database)
    assert written(office.database, case) == written(office.database, other) == []
    assert {(row.state, row.instance_id) for row in mails(office.database)} == {("waiting", None)}
    mail_server.deliver(folder, letter("Tanya", to=own.upper()), letter("Lagi", "Kabar?", to=own))
    take(office.database)
    assert [one.text for one in written(office.database, case)] == ["Mohon kabar.", "Kabar?"]


@both
def test_a_number_that_no_address_can_hold_is_told_by_the_cases_id(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    for number in ("1..2", "Uji-7", "9" * 31, "0" * 30):
        case = office.start(surel=REPORTER, nomor=number)
        assert case.business_key == number
        to = own_address(office, case)
        assert (f"+{case.id}-" in to) is (number != "0" * 30)
        mail_server.deliver(folder, letter("Kabar", to=to.lower()))
        take(office.database)
        assert len(written(office.database, case)) == 1


def test_his_address_stands_in_no_message_that_officers_read(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    case = office.start(surel=REPORTER)
    to = own_address(office, case)
    mail_server.deliver(folder, letter("Re:", f"Ya.\n\nKepada: {to.upper()}\nSalam", to=to))
    take(office.database)
    [message] = written(office.database, case)
    assert message.text == "Ya.\n\nKepada: ALUR+…@EXAMPLE.ID\nSalam"


def test_his_address_stands_in_no_mail_that_is_stored_or_shown(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    case = office.start(surel=REPORTER)
    half, secret = 10, ""
    while not re.search("[a-f]", secret[:half]):  # one in a hundred has digits alone there
        to = own_address(office, case)
        detail = to.partition("+")[2].partition("@")[0]
        secret = detail.rpartition("-")[2]
    spelt = {
        f"Alur <{to}> menulis:": "Alur <alur+…@example.id> menulis:",
        to.upper(): "ALUR+…@EXAMPLE.ID",
        f"mailto:{to.replace('+', '%2B').replace('@', '%40')}": "mailto:alur%2B…%40example.id",
        f"alur%2b{detail.replace('-', '%2D')}%40": "alur%2b…%40",
        f"alur+{case.id}-{secret}@": "alur+…@",
        f"alur+{detail[:-half]}\n> {detail[-half:]}@": "alur+…@",
        f"alur+{detail[:-half]}=\n{detail[-half:]}@": "alur+…@",
        f"rahasia: {secret}.": "rahasia: ….",
        "".join(f"%{ord(one):02X}" for one in secret): "…",
        f"{to}, {to}": "alur+…@example.id, alur+…@example.id",
        f"dipotong: alur+{detail[:-1]}": "dipotong: alur+…",
    }
    others = ["NOP 12345678901234567890", "+62-81234567890", f"sha {'0123456789abcdef' * 2}01234567", "a+b-c"]
    for written_so, shown in [*spelt.items(), *zip(others, others, strict=True)]:
        assert tracking.without_mail_details(written_so) == shown
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f'"{to}" <siapa@example.id>', to, f"Re: {to}"
    message.set_content(f"<p>Ya. <a href='mailto:{to}'>{to.replace('@', '&#64;')}</a></p>", subtype="html")
    message.add_attachment(b"x", maintype="message", subtype="x", filename=f"{to}.eml")
    cut = letter("Potong", "x" * (mail_reading.MOST_LETTERS - len(to) + 15) + f" {to}", to=to)
    quoting = letter("Kutip", "\n".join(spelt), sender="siapa@example.id", to=to)
    mail_server.deliver(folder, message.as_bytes(), cut, quoting)
    take(office.database)

    def told() -> str:
        with office.database.reading() as session:
            held = [
                encryption.unseal(session, row or b"")
                for row in session.scalars(select(IncomingMail.content))
            ]
        return str([held, *opened(office), *opened(office, "message")]).lower()

    assert secret[:half] not in told()
    assert detail.lower() not in told()
    with office.database.transaction() as session:  # one that was stored before
        content = {
            "sender": to,
            "name": to,
            "subject": to,
            "text": to,
            "attachments": [[to, 1]],
            "is_cut": False,
        }
        session.execute(update(IncomingMail).values(content=encryption.seal(session, content)))
    assert secret not in str([*opened(office), *opened(office, "message")])
    with office.database.reading() as session:
        for row in session.scalars(select(IncomingMail)):
            assert secret not in str(incoming.open_mail(session, row.id, actor=office.rina).content)


def another_desk(session: Session, name: str, *lanes: str, is_process_owner: bool = False) -> Actor:
    """Who takes in reports of another process, and sees their identities; that process is there once."""
    nodes = [
        start("terima", form="terima"),
        user("periksa", properties={"status publik": "Diperiksa"}),
        end("selesai"),
    ]
    diagram = bpmn(
        nodes,
        "terima > periksa > selesai",
        lanes={"Meja Lain": "terima periksa selesai"},
        properties={"identitas": "Meja Lain", "nomor": "nomor", "perihal": "judul", "awalan nomor": "LN"},
        key="lain",
        name="Prosedur lain",
    )
    if "lain" not in definitions.newest_ids(session):
        deployments.deploy(
            session, {"lain.bpmn": diagram, "terima.form": reachable()["terima.form"]}, actor=None
        )
    return add_user(session, name, "Meja Lain", *lanes, is_process_owner=is_process_owner)


@both
def test_a_mail_of_a_case_is_read_by_who_sees_it_and_its_sender_by_who_sees_its_identity(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    said = "Saya, NIK 3312010101800001, warga@example.id."
    plain, closed = office.start(surel=REPORTER), office.start(surel=REPORTER, judul="Rahasia")
    to = {case.id: own_address(office, case) for case in (plain, closed)}
    sent = [letter("Saya Ani", said, to=to[case.id]) for case in (plain, closed)]
    mail_server.deliver(folder, *sent, letter("Lain", sender="siapa@example.id"))
    take(office.database)
    with office.database.transaction() as session:
        stranger = another_desk(session, "lain")
        owner = another_desk(session, "melihat", is_process_owner=True)
        coordinator = another_desk(session, "memimpin", "Ketua")
    shown = {case.id: written(office.database, case)[0].text for case in (plain, closed)}
    assert all("3312010101800001" not in text for text in shown.values())
    whole = ("Saya Ani", REPORTER, said)
    masked = {case.id: ("", "", shown[case.id]) for case in (plain, closed)}
    allowed: list[tuple[Actor, dict[int, tuple[str, str, str]]]] = [
        (office.rina, {plain.id: whole, closed.id: whole}),
        (stranger, {}),
        (owner, masked),
        (coordinator, {**masked, plain.id: whole}),
    ]
    for state in ("message", "case"):
        with office.database.transaction() as session:  # as if an officer had begun the case from it
            session.execute(
                update(IncomingMail).where(IncomingMail.instance_id.is_not(None)).values(state=state)
            )
        for actor, wanted in allowed:
            with office.database.reading() as session:
                [(_row, free)] = incoming.listed(session, "waiting", actor=actor).items
                assert free is not None
                assert free["sender"] == "siapa@example.id"
                page = incoming.listed(session, state, actor=actor).items
                read = {row.instance_id: content or {} for row, content in page}
                for row in session.scalars(select(IncomingMail).where(IncomingMail.state == state)):
                    if row.instance_id in wanted:
                        found = incoming.open_mail(session, row.id, actor=actor)
                        assert found.content == read[row.instance_id]
                    else:
                        with pytest.raises(NotFound):
                            incoming.open_mail(session, row.id, actor=actor)
            told = {id: (one["subject"], one["sender"], one["text"]) for id, one in read.items()}
            assert told == wanted, actor.name
            assert all(not one["name"] and not one["attachments"] for one in read.values())


def test_an_address_is_for_who_has_a_code_and_can_leave_his_own(
    office: Office, folder: str, connect: Callable[..., None]
) -> None:
    case = office.start()
    with office.database.reading() as session:
        version = definitions.version(session, case.definition_id)
        assert incoming.address_for(session, case, version) is None  # no code
    assert own_address(office, case).startswith(f"alur+{case.business_key}-")
    for url, sender, address in (
        ("imaps://kotak%40x.id:b@127.0.0.1/INBOX", "alur@example.id", "kotak+"),
        ("imaps://kotak:b@127.0.0.1/INBOX", "Alur <surat@x.id>", "surat+"),
        ("imaps://kotak:b@127.0.0.1/INBOX", "Alur", None),
        (None, "alur@example.id", None),
    ):
        connect(imap_url=url, mail_from=sender)
        with office.database.reading() as session:
            found = incoming.address_for(session, case, version)
        assert found is None if address is None else (found or "").startswith(address)
    connect(imap_url=folder)
    unreachable = replace(version, forms={})
    with office.database.reading() as session:
        assert incoming.address_for(session, case, unreachable) is None


def test_who_joined_writes_to_the_officers_of_the_main_case(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    main, report = office.start(), office.start(surel=REPORTER)
    with office.database.transaction() as session:
        joined_reports.join(session, report.id, main.id, actor=office.rina)
    to = own_address(office, report)
    mail_server.deliver(folder, letter("Laporan", "Retaknya bertambah.", to=to))
    take(office.database)
    assert [one.text for one in written(office.database, main)] == ["Retaknya bertambah."]
    with office.database.transaction() as session:
        cancellation.cancel(session, main.id, "selesai", actor=office.ketua)
    mail_server.deliver(folder, letter("Laporan", "Masih ada.", to=to))
    take(office.database)
    assert [row.state for row in mails(office.database)] == ["message", "waiting"]


def test_what_comes_after_the_end_waits_for_an_officer(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    over = office.start(surel=REPORTER)
    to = own_address(office, over)
    with office.database.transaction() as session:
        cancellation.cancel(session, over.id, "salah", actor=office.ketua)
    mail_server.deliver(folder, letter("Terlambat?", to=to))
    take(office.database)
    assert written(office.database, over) == []
    assert [row.state for row in mails(office.database)] == ["waiting"]


def test_what_a_machine_sent_becomes_no_message(office: Office, folder: str, mail_server: MailServer) -> None:
    case = office.start(surel=REPORTER)
    to = own_address(office, case)
    mail_server.deliver(folder, letter("Re:", to=to, Auto_Submitted="auto-replied"))
    take(office.database)
    assert written(office.database, case) == []
    assert [row.state for row in mails(office.database)] == ["automatic"]


def test_each_comes_in_once_and_the_mailbox_stays_as_it_was(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    many = [letter(f"Surat {n}") for n in range(12)]
    mail_server.deliver(folder, *many)
    take(office.database)
    take(office.database)
    assert len(mails(office.database)) == 12
    assert b"Seen" not in str(mail_server.flags(folder)).encode()
    mail_server.empty(folder)  # numbered anew
    mail_server.deliver(folder, *many, letter("Surat baru"))
    take(office.database)
    assert len(mails(office.database)) == 13


def test_what_is_cut_off_is_neither_lost_nor_doubled(
    office: Office, folder: str, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.start(surel=REPORTER)
    to = own_address(office, case)
    mail_server.deliver(folder, *(letter("Laporan", f"Pesan {n}", to=to) for n in range(3)))
    original, taken = correspondence.write_to_office, []

    def cut_off(*arguments: Any, **options: Any) -> Any:
        taken.append(original(*arguments, **options))
        if len(taken) == 2:
            raise KeyboardInterrupt
        return taken[-1]

    with monkeypatch.context() as broken:
        broken.setattr(correspondence, "write_to_office", cut_off)
        with pytest.raises(KeyboardInterrupt):
            take(office.database)
    take(office.database)
    assert [one.text for one in written(office.database, case)] == ["Pesan 0", "Pesan 1", "Pesan 2"]


def test_a_case_that_cannot_be_written_to_stops_nobody_behind_it(
    office: Office, folder: str, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.start(surel=REPORTER)
    mail_server.deliver(folder, letter("Laporan", to=own_address(office, case)), letter("Lain"))

    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise Conflict("berakhir")

    monkeypatch.setattr(correspondence, "write_to_office", refuse)
    take(office.database)
    assert [row.state for row in mails(office.database)] == ["waiting", "waiting"]


def test_a_report_is_begun_from_a_mail(office: Office, folder: str, mail_server: MailServer) -> None:
    mail_server.deliver(folder, letter("Jalan rusak", "Di desa.\r\nTolong.", "Bu Ani <ani@example.id>"))
    take(office.database)
    [row] = mails(office.database)
    with office.database.transaction() as session:
        incoming.begin_report(session, row.id, "uji", actor=office.rina)
        with pytest.raises(Conflict, match="draf"):
            incoming.begin_report(session, row.id, "uji", actor=office.rina)
    with office.database.transaction() as session:
        kept = drafts.load(session, office.rina, "start:uji")
        assert kept is not None
        values = kept.values["values"]
        assert values == {
            "judul": "Jalan rusak",
            "cerita": "Di desa.\nTolong.",
            "surel": "ani@example.id",
            "pelapor": "Bu Ani",
        }
        case = instances.start(session, "uji", values, actor=office.rina).instance
        incoming.become_case(session, row.id, case, actor=office.rina)
        with pytest.raises(Conflict):
            incoming.lay_aside(session, row.id, "ganda", actor=office.rina)
    assert [(one.state, one.instance_id) for one in mails(office.database)] == [("case", case.id)]


def test_one_is_laid_aside_with_a_reason_and_forgotten_later(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    mail_server.deliver(folder, letter("Iklan"))
    take(office.database)
    [row] = mails(office.database)
    with office.database.transaction() as session:
        with pytest.raises(InvalidForm):
            incoming.lay_aside(session, row.id, "  ", actor=office.rina)
        incoming.lay_aside(session, row.id, "iklan", actor=office.rina)
    assert [content["subject"] for content in opened(office, "aside")] == ["Iklan"]
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=31))
        forget(session, IncomingMail)
    assert opened(office, "aside") == [None]
    take(office.database)
    assert len(mails(office.database)) == 1


def test_it_is_sealed_and_read_by_who_takes_reports_in_and_sees_identities(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    mail_server.deliver(folder, letter("KENARI", "KENARI", "kenari@example.id"))
    take(office.database)
    [row] = mails(office.database)
    with office.database.transaction() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM incoming_mail").all()
        assert (
            "kenari"
            not in str([bytes(one) if isinstance(one, memoryview) else one for one in rows[0]]).lower()
        )
        for actor in (office.admin, office.auditor, office.dinas_a, office.owner, office.ketua):
            with pytest.raises(NotAllowed):
                incoming.open_mail(session, row.id, actor=actor)
        found = incoming.open_mail(session, row.id, actor=office.rina)
        assert found.content is not None
        assert found.content["sender"] == "kenari@example.id"


def test_what_is_long_is_cut_and_what_is_attached_is_named(
    office: Office, folder: str, mail_server: MailServer
) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = REPORTER, "Besar"
    message.set_content("Ini fotonya.")
    message.add_attachment(b"x" * 2_000_000, maintype="image", subtype="jpeg", filename="jalan rusak.jpg")
    mail_server.deliver(folder, message.as_bytes(), letter("Panjang", "kata " * 10_000))
    take(office.database)
    long, big = opened(office)
    assert (len(long["text"]) <= 20_000, long["is_cut"]) == (True, True)
    assert (big["text"], big["is_cut"]) == ("Ini fotonya.", True)
    [(name, size)] = big["attachments"]
    assert (name, size > 500_000) == ("jalan rusak.jpg", True)


@pytest.mark.parametrize("password", ["salah", None])
def test_a_mailbox_that_does_not_answer_is_told_and_read_later(
    office: Office, folder: str, mail_server: MailServer, connect: Callable[..., None], password: str | None
) -> None:
    away = mail_server.url("INBOX", password) if password else "imap://a:b@127.0.0.1:1/INBOX"
    connect(imap_url=away)
    assert channels.take_mail(office.database) is False
    with office.database.reading() as session:
        assert incoming.place(session)[1] == ("refused" if password else "no_answer")
    connect(imap_url=folder)
    mail_server.deliver(folder, letter("Ada"))
    take(office.database)
    with office.database.reading() as session:
        at, error = incoming.place(session)
    assert (error, at.uid > 0, len(mails(office.database))) == ("", True, 1)


def test_a_mail_that_is_gone_is_passed_over(
    office: Office, folder: str, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [mailbox.Fetched(mailbox.Place(7, 9), b"", is_cut=False)]
    monkeypatch.setattr(mailbox, "fetch", lambda *_arguments: gone)
    channels.take_mail(office.database)
    with office.database.reading() as session:
        assert incoming.place(session)[0] == mailbox.Place(7, 9)
    assert mails(office.database) == []


def test_a_mailbox_with_a_certificate_of_its_own_gets_no_password(
    office: Office, connect: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_certificate(tmp_path / "own.pem")
    heard = []
    for trusted in (False, True):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        server = TlsServer(path, b"* OK IMAP4rev1\r\n")
        connect(imap_url=f"imaps://user:rahasia@127.0.0.1:{server.port}/INBOX")
        channels.take_mail(office.database)
        server.stop()
        heard.append(server.heard)
        with office.database.reading() as session:
            assert incoming.place(session)[1] == ("no_answer" if trusted else "certificate")
    assert heard[0] == b""
    assert b"CAPABILITY" in heard[1]
