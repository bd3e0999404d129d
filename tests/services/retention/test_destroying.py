"""Of a destroyed case nothing is left in database and files but its record; its figures stay."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from app.base.db import Base, Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, NumberTaken
from app.commands import retention, search
from app.history import reader
from app.history.events.retention import (
    CaseDestroyed,
    CaseHeld,
    DestructionBegun,
    DestructionFinished,
    DestructionStopped,
    HoldLifted,
)
from app.models import (
    Attachment,
    CaseFollow,
    DestroyedCase,
    DestroyedFigure,
    FilterValue,
    IncomingMail,
    JoinedReport,
    Note,
    Notice,
    OutboxMessage,
    ProcessInstance,
    ReporterMessage,
    ReporterNotice,
    User,
    Webhook,
    WebhookDelivery,
    WordSlip,
)
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.evidence.chains import head_of
from app.services.files import attachments, store, uploads
from app.services.maintenance import housekeeping
from app.services.numbers import destroyed, recount, totals
from app.services.numbers.counted import Counted
from app.services.retention import destroying, destructions, holds, periods
from app.services.search import finding
from app.services.tasks import drafts
from tests.canaries.crawling import in_database, in_files
from tests.services.office import Office, add_user
from tests.services.retention.cases import LONG_AGO, case_of, deploy

pytestmark = pytest.mark.usefixtures("facts_follow")

MARKS = tuple(
    f"kenari{n}" for n in ("judul", "hasil", "catatan", "surat", "berkas", "namaberkas", "draf", "nama")
)
SUBJECT, RESULT, NOTE, LETTER, FILE, FILE_NAME, DRAFT, WHO = MARKS
NOW = datetime(2031, 3, 1, 3, tzinfo=UTC)


@pytest.fixture
def admin(office: Office) -> Actor:
    deploy(office, "2 tahun")
    with office.database.transaction() as session:
        return add_user(session, "kepala", is_admin=True)


def planted(office: Office) -> ProcessInstance:
    """A case with a mark in every place that can hold some."""
    case = case_of(office, judul=SUBJECT, hasil=RESULT, pelapor=WHO, kategori="Air")
    with office.database.transaction() as session:
        for private in (False, True):
            upload = uploads.read_upload(BytesIO(FILE.encode()), f"{FILE_NAME}.txt", actor=office.rina)
            row = attachments.receive(session, upload, actor=office.rina, private=private)
            attachments.attach(
                session, [row.id], instance_id=case.id, field_key="f", private=private, actor=office.rina
            )
        [task_id] = session.execute(
            text("SELECT id FROM user_task WHERE instance_id = :id"), {"id": case.id}
        ).scalars()
        drafts.save(session, office.rina, f"task:{task_id}", {"hasil": DRAFT})
        about = {"instance_id": case.id}
        session.add(Note(text=NOTE, written_at=LONG_AGO, written_by_id=office.rina.id, **about))
        session.add(ReporterMessage(text=LETTER, written_at=LONG_AGO, **about))
        session.add(CaseFollow(user_id=office.rina.id, since=LONG_AGO, **about))
        webhook = Webhook(
            name="x", url="https://x.id/", events=[], secret=b"", after_event=0, added_at=LONG_AGO
        )
        session.add(webhook)
        session.flush()
        sent: dict[str, Any] = {"state": "sent", "queued_at": LONG_AGO, "done_at": LONG_AGO}
        payload = {"case": {"number": SUBJECT}}
        session.add(
            WebhookDelivery(webhook_id=webhook.id, event_id=1, code="x", payload=payload, **sent, **about)
        )
        session.add(ReporterNotice(code="ended", about="1", **sent, **about))
        session.add(IncomingMail(mark="m", state="aside", received_at=LONG_AGO, reason=NOTE, **about))
        told = OutboxMessage(
            body={"code": "x", "params": {"name": SUBJECT}}, audience={}, queued_at=LONG_AGO, **about
        )
        session.add(told)
        session.flush()
        session.add(
            Notice(
                user_id=office.rina.id,
                outbox_id=told.id,
                body={"code": "x", "params": {"name": SUBJECT}},
                created_at=LONG_AGO,
                **about,
            )
        )
    index(office)
    return case


def index(office: Office) -> None:
    turns = search.Turns(office.database)
    while turns.take():
        pass


def destroy(office: Office, admin: Actor, number: str = "1") -> int:
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        return destructions.begin(session, "uji", number, "Masa simpan lewat", actor=admin).id


def run(office: Office) -> None:
    while retention.work(office.database):
        pass


def left(database: Database) -> dict[str, set[str]]:
    """What holds a mark: rows, full-text indexes, and files, whatever lies in them."""
    with database.reading() as session:
        folder = settings.config(session).data_dir
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    found = in_database(database, MARKS)
    for mark, files in in_files(folder, MARKS).items():
        found.setdefault(mark, set()).update(files)
    return found


def test_nothing_of_a_destroyed_case_is_left_but_its_record(office: Office, admin: Actor) -> None:
    case, other = planted(office), case_of(office, NOW, judul="Jalan rusak", kategori="Jalan")
    index(office)
    with office.database.reading() as session:
        head = head_of(session, case.id)
        assert head is not None
    assert set(left(office.database)) >= set(MARKS) - {WHO, DRAFT}  # those are sealed
    made = destroy(office, admin)
    run(office)
    assert left(office.database) == {}
    with office.database.reading() as session:
        assert session.get(ProcessInstance, case.id) is None
        assert session.get(ProcessInstance, other.id) is not None
        [mail] = session.scalars(select(IncomingMail))  # it must not come in again
        assert (mail.mark, mail.instance_id) == ("m", None)
        [record] = session.scalars(select(DestroyedCase))
        assert (record.business_key, record.version, record.files) == (case.business_key, 2, 2)
        assert (record.state, record.end_name) == ("ended", "Selesai")
        found = destructions.get(session, made, actor=admin)
        assert (found.state, found.destroyed, found.failed, found.total) == ("done", 1, 0, 1)
        assert found.checksum == record.checksum
        assert destructions.checked(session, found).broken is None
        assert finding.find(session, SUBJECT, admin) == []
        assert [one.id for one in finding.find(session, "rusak", admin)] == [other.id]
        values = session.scalars(select(FilterValue.value).where(FilterValue.name == "category")).all()
        assert set(values) == {"Jalan"}
        kept = WordSlip.word.like("kenari%") | WordSlip.slip.like("kenari%")
        assert not list(session.scalars(select(WordSlip).where(kept)))
        events = [entry.event for entry in reader.outside_instances(session, before=None, limit=9)]
        assert isinstance(events[0], DestructionFinished)
        gone = CaseDestroyed(key="uji", instance=case.id, destruction=made, events=head.count, head=head.hash)
        assert events[1] == gone
        assert isinstance(events[2], DestructionBegun)


def test_every_row_that_names_a_case_or_a_task_is_thought_of(office: Office) -> None:
    """A new table with a key to one of these has to be thought of in `destroying`, in `erasure`, and here."""
    known = """activity_fact.instance_id activity_fact.task_id attachment.instance_id case_fact.instance_id
        case_follow.instance_id case_hold.instance_id case_message.receiver_id case_message.sender_id
        case_branch.instance_id
        case_words.instance_id completion_undo.instance_id history_event.instance_id identity_value.instance_id
        import_row.instance_id incident.instance_id incoming_mail.instance_id reporter_notice.instance_id
        webhook_delivery.instance_id instance_text.instance_id instance_visibility.instance_id
        job.instance_id job.message_id lifted_mask.instance_id message_wait.instance_id migration_case.instance_id
        note.instance_id
        incoming_mail.instance_id joined_report.instance_id joined_report.main_id reporter_notice.instance_id
        reporter_rating.instance_id webhook_delivery.instance_id notice.instance_id notice.outbox_id
        outbox_message.instance_id partner.instance_id
        partner.partner_id reporter_message.instance_id tracking_code.instance_id transferred_task.task_id
        sampled_case.instance_id user_task.instance_id"""
    of = {"process_instance", "user_task", "case_message", "outbox_message"}
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name in of for key in column.foreign_keys)
    }
    assert columns == set(known.split())
    # Without a key, as what it names may be gone.
    named = {
        table.name
        for table in Base.metadata.sorted_tables
        if {"instance_id", "task_id"} & set(table.columns.keys())
        and not any(one.startswith(f"{table.name}.") for one in columns)
    }
    assert named == {
        "destroyed_case",
        "effect_case",
        "event_chain",
        "history_permit",
        "sealed_head",
        "task_presence",
    }


def test_figures_are_what_they_were_and_a_recount_agrees(office: Office, admin: Actor) -> None:
    for n in range(3):
        case_of(office, LONG_AGO + timedelta(days=20 * n), kategori=("Air", "Jalan")[n % 2])
    case_of(office, NOW)
    slices = ((), ("month",), ("month", "category"), ("activity",), ("outcome", "category"))
    with office.database.reading() as session:
        before = {names: totals.summed(session, "uji", *names) for names in slices}
        assert before[()][()].received == 4
    destroy(office, admin, "3")
    run(office)
    with office.database.reading() as session:
        assert {names: totals.summed(session, "uji", *names) for names in slices} == before
        assert list(recount.differences(session)) == []
        received = Counted("received", "uji", "2027-05", "2027-05")
        assert destroyed.behind(session, received, {"category": "Air"}).number == 1
        for figure, number in (("received", 3), ("finished", 3), ("done", 3), ("late", 0), ("open", 0)):
            assert destroyed.behind(session, Counted(figure, "uji"), {}).number == number, figure
        told = destroyed.behind(session, Counted("done", "uji", activity="periksa"), {})
        assert (told.number, told.last_at is not None) == (3, True)
        assert session.scalar(select(func.count()).select_from(DestroyedFigure)) > 0
    with office.database.transaction() as session:
        session.scalars(select(DestroyedFigure)).first().received += 1  # type: ignore[union-attr]
        session.flush()
        assert {one.what for one in recount.differences(session)} == {"total"}


def test_a_held_case_stays_until_the_hold_is_lifted(office: Office, admin: Actor) -> None:
    case = case_of(office)
    case_of(office, NOW)
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        for actor in (office.rina, office.auditor):
            with pytest.raises(NotAllowed):
                holds.hold(session, case.id, "Perkara hukum", actor=actor)
        with pytest.raises(InvalidForm):
            holds.hold(session, case.id, " ", actor=admin)
        holds.hold(session, case.id, "Perkara hukum", actor=office.owner)
        with pytest.raises(Conflict):
            holds.hold(session, case.id, "Lagi", actor=admin)
        found = periods.overdue_of(session, "uji", actor=admin)
        assert (found.cases, found.held, found.first_ended_at) == (0, 1, None)
        with pytest.raises(Conflict):
            destructions.begin(session, "uji", "0", "Lewat", actor=admin)
        holds.lift(session, case.id, "Sudah diputus", actor=admin)
        assert list(reader.of_kinds(session, case.id, CaseHeld, HoldLifted))
        assert periods.overdue_of(session, "uji", actor=admin).cases == 1


def test_held_after_it_began_a_case_stays(office: Office, admin: Actor) -> None:
    case = case_of(office)
    case_of(office, NOW)
    made = destroy(office, admin)
    with office.database.transaction() as session:
        holds.hold(session, case.id, "Perkara hukum", actor=admin)
        assert destructions.work_on(session, made, case.id)
    run(office)
    with office.database.reading() as session:
        assert session.get(ProcessInstance, case.id) is not None
        assert destructions.get(session, made, actor=admin).destroyed == 0


def test_it_needs_an_administrator_a_reason_and_the_number(office: Office, admin: Actor) -> None:
    case_of(office)
    case_of(office, NOW)
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        for actor in (office.rina, office.owner, office.auditor):
            with pytest.raises(NotAllowed):
                destructions.begin(session, "uji", "1", "Lewat", actor=actor)
        for number, reason, wrong in (
            ("2", "Lewat", {"number"}),
            ("1", "", {"reason"}),
            ("", " ", {"number", "reason"}),
        ):
            with pytest.raises(InvalidForm) as refused:
                destructions.begin(session, "uji", number, reason, actor=admin)
            assert set(refused.value.errors) == wrong


def test_stopped_it_goes_on_where_it_was(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        case_of(office, LONG_AGO + timedelta(days=n))
    case_of(office, NOW)
    monkeypatch.setattr(retention, "_CASES", replace(retention._CASES, turn=1))
    made = destroy(office, admin, "3")
    assert retention.work(office.database)
    with office.database.transaction() as session:
        destructions.BATCHES.stop(session, made, actor=admin)
    assert not retention.work(office.database)
    with office.database.transaction() as session:
        assert destructions.get(session, made, actor=admin).destroyed == 1
        with pytest.raises(Conflict):
            destructions.begin(session, "uji", "2", "Lewat", actor=admin)
        destructions.BATCHES.resume(session, made, actor=admin)
    run(office)
    with office.database.reading() as session:
        found = destructions.get(session, made, actor=admin)
        assert (found.state, found.destroyed) == ("done", 3)
        assert destructions.checked(session, found).broken is None


@pytest.mark.parametrize("why", ["rule", "rights"])
def test_it_stops_where_the_period_changed_or_who_began_it_may_not_any_more(
    office: Office, admin: Actor, why: str
) -> None:
    case = case_of(office)
    case_of(office, NOW)
    made = destroy(office, admin)
    if why == "rule":
        deploy(office, "9 tahun")
    else:
        with office.database.transaction() as session:
            session.execute(update(User).where(User.id == admin.id).values(is_admin=False))
    run(office)
    with office.database.reading() as session:
        found = destructions.get(session, made, actor=office.admin)
        assert (found.state, found.stopped_by, found.destroyed) == ("stopped", why, 0)
        assert session.get(ProcessInstance, case.id) is not None
        told = [entry.event for entry in reader.outside_instances(session, before=None, limit=9)]
        assert any(isinstance(event, DestructionStopped) for event in told)


def test_a_failure_leaves_the_case_whole_and_the_others_go(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = planted(office), case_of(office, LONG_AGO + timedelta(days=9))
    case_of(office, NOW)
    before, whole = left(office.database), destroying.words.erase

    def fail(session, instance_id: int) -> None:  # type: ignore[no-untyped-def]
        if instance_id == bad.id:
            raise RuntimeError("gone wrong in the middle")
        whole(session, instance_id)

    monkeypatch.setattr(destroying.words, "erase", fail)
    made = destroy(office, admin, "2")
    run(office)
    assert set(left(office.database)) == set(before)
    with office.database.reading() as session:
        found = destructions.get(session, made, actor=admin)
        assert (found.state, found.destroyed, found.failed) == ("done", 1, 1)
        assert session.get(ProcessInstance, good.id) is None
        assert all(
            store.path(session, row.id, private=row.is_private).exists()
            for row in session.scalars(select(Attachment))
        )


def test_files_that_a_killed_process_left_are_collected(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(office)
    case_of(office, NOW)
    destroy(office, admin)
    monkeypatch.setattr(store, "remove_path", lambda _session, _path: None)  # killed between commit and files
    run(office)
    monkeypatch.undo()
    with office.database.reading() as session:
        folder = settings.config(session).files_dir
    assert any(FILE.encode() in path.read_bytes() for path in folder.iterdir())
    for path in folder.iterdir():
        os.utime(path, (0, 0))  # it lies there since it was uploaded
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        housekeeping.collect(session)
    assert left(office.database) == {}


def test_a_record_that_is_changed_or_missing_is_told(office: Office, admin: Actor) -> None:
    for n in range(3):
        case_of(office, LONG_AGO + timedelta(days=n))
    case_of(office, NOW)
    made = destroy(office, admin, "3")
    run(office)
    with office.database.transaction() as session:
        found = destructions.get(session, made, actor=admin)
        assert destructions.checked(session, found).broken is None
        rows = session.scalars(select(DestroyedCase).order_by(DestroyedCase.id)).all()
        rows[1].files += 1
        session.flush()
        assert destructions.checked(session, found).broken == rows[1].business_key
        rows[1].files -= 1
        session.delete(rows[2])
        session.flush()
        assert destructions.checked(session, found).broken is not None


def test_its_number_is_not_given_to_another_case(office: Office, admin: Actor) -> None:
    case_of(office, nomor="LP-7")
    case_of(office, NOW)
    destroy(office, admin)
    run(office)
    with pytest.raises(NumberTaken):
        case_of(office, NOW, nomor="LP-7")


def test_a_joined_report_goes_with_the_case_that_did_its_work(office: Office, admin: Actor) -> None:
    report, main = case_of(office), case_of(office, LONG_AGO + timedelta(days=30))
    case_of(office, NOW)

    def counted_now() -> int:
        with office.database.reading() as session:
            clock.fix(session, NOW)
            return periods.overdue_of(session, "uji", actor=admin).cases

    with office.database.transaction() as session:
        session.get_one(ProcessInstance, report.id).state = "joined"
        session.add(
            JoinedReport(
                instance_id=report.id,
                main_id=main.id,
                joined_at=LONG_AGO,
                joined_by_id=office.rina.id,
                before=b"",
            )
        )
    assert counted_now() == 2
    for held in (report, main):  # neither goes alone while the other is held
        with office.database.transaction() as session:
            holds.hold(session, held.id, "Perkara hukum", actor=admin)
        assert counted_now() == 0
        with office.database.transaction() as session:
            holds.lift(session, held.id, "Sudah", actor=admin)
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, main.id).ended_at = NOW
    assert counted_now() == 0
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, main.id).ended_at = LONG_AGO + timedelta(days=31)
    destroy(office, admin, "2")
    run(office)
    with office.database.reading() as session:
        records = session.scalars(select(DestroyedCase).order_by(DestroyedCase.id)).all()
        assert [one.instance_id for one in records] == [report.id, main.id]
        assert not session.scalars(select(JoinedReport)).all()
