"""Every event has its place in a chain; the database keeps it there, and whoever goes round it is found."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.base.db import Database
from app.base.errors import NotReady
from app.history import reader
from app.history.events.casefile import NoteAdded
from app.models import EventChain, HistoryEvent, IdentityValue, ProcessInstance
from app.services.core import encryption, history
from app.services.evidence.chains import head_of
from app.services.evidence.verifying import fault_text
from app.services.retention import erasure
from tests.services.evidence.attacks import only, run, unguarded, verified
from tests.services.office import Office, add_user
from tests.services.retention.cases import case_of, deploy

ATTACKS = {
    "edit": ("UPDATE history_event SET activity_id = 'lain' WHERE id = :third", "changed", 3),
    "edit_time": (
        "UPDATE history_event SET at = (SELECT min(started_at) FROM process_instance) WHERE id = :fourth",
        "changed",
        4,
    ),
    "delete": ("DELETE FROM history_event WHERE id = :third", "missing", 3),
    "cut": ("DELETE FROM history_event WHERE instance_id = :case AND id >= :fourth", "cut", 4),
    "remove": ("DELETE FROM history_event WHERE instance_id = :case", "removed", 1),
    "insert": (
        "INSERT INTO history_event (instance_id, type, at, data) "
        "SELECT instance_id, type, at, data FROM history_event WHERE id = :first",
        "added",
        5,
    ),
    "forget": ("DELETE FROM event_chain WHERE instance_id = :case", "chain_removed", 4),
}


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def ids(database: Database, case: int) -> dict[str, int]:
    with database.reading() as session:
        found = session.scalars(
            select(HistoryEvent.id).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.id)
        ).all()
    return {"case": case, "first": found[0], "third": found[2], "fourth": found[3]}


def test_a_case_is_whole_and_its_head_is_known(office: Office) -> None:
    case, other = case_of(office), case_of(office)
    done = verified(office.database)
    assert done.faults == ()
    with office.database.reading() as session:
        head = head_of(session, case.id)
        assert head is not None
        assert head.count == len(reader.of_instance(session, case.id))
        assert session.get_one(EventChain, other.id).head != bytes.fromhex(head.hash)
        assert done.events == len(session.scalars(select(HistoryEvent.id)).all())


def test_events_are_read_in_the_transaction_that_records_them(office: Office) -> None:
    case = case_of(office)
    with office.database.transaction() as session:
        before = reader.last_id(session, case.id)
        for n in range(2):
            history.record(session, NoteAdded(note=n), actor=office.rina, instance_id=case.id)
            assert reader.latest(session, case.id, limit=1)[0].event == NoteAdded(note=n)
        assert reader.last_id(session, case.id) > before
    assert verified(office.database).faults == ()


def test_what_is_rolled_back_leaves_no_place_behind(office: Office) -> None:
    case, other = case_of(office), case_of(office)
    with office.database.transaction() as session:
        history.record(session, NoteAdded(note=1), actor=None, instance_id=case.id)
        session.rollback()
    with office.database.transaction() as session:
        history.record(session, NoteAdded(note=2), actor=None, instance_id=case.id)
        history.record(session, NoteAdded(note=3), actor=None, instance_id=other.id)
    assert verified(office.database).faults == ()


def hang_up(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        history.record(session, NoteAdded(note=1), actor=None, instance_id=case.id)
        session.connection().invalidate()
        raise NotReady("hung up")


def test_a_connection_that_is_lost_amid_a_transaction_is_told_as_such(office: Office) -> None:
    case = case_of(office)
    with pytest.raises(NotReady):
        hang_up(office, case)
    with office.database.transaction() as session:
        history.record(session, NoteAdded(note=2), actor=None, instance_id=case.id)
    assert verified(office.database).faults == ()


@pytest.mark.parametrize("statement", ["UPDATE history_event SET type = 'x'", "DELETE FROM history_event"])
def test_the_database_refuses_to_change_history(office: Office, statement: str) -> None:
    case_of(office)
    with pytest.raises(DBAPIError, match="never changed"), office.database.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found_where_it_was(office: Office, attack: str) -> None:
    statement, kind, number = ATTACKS[attack]
    case, _other = case_of(office), case_of(office)
    with unguarded(office.database) as connection:
        run(
            connection,
            statement,
            **{k: v for k, v in ids(office.database, case.id).items() if f":{k}" in statement},
        )
    fault = only(office.database)
    assert (fault.kind, fault.chain, fault.number) == (kind, case.id, number)
    assert str(case.id) in fault_text(fault)


def test_words_marked_by_hand_are_erased_from_the_record_and_the_chain_holds(office: Office) -> None:
    case = case_of(office, judul="Lampu mati milik Suryatmaja dan Wiryodikromo")
    with office.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)
    for number, word in enumerate(
        ("Suryatmaja", "Wiryodikromo"), 1
    ):  # the second one in what was redacted before
        with office.database.transaction() as session:
            session.get_one(ProcessInstance, case.id).masks_changed = True
            sealed = encryption.seal(session, word)
            session.add(IdentityValue(instance_id=case.id, field_key=f"[nama {number}]", ciphertext=sealed))
        with office.database.transaction() as session:
            erasure.erase(session, case.id, "Diminta", actor=admin)
        with office.database.reading() as session:
            told = session.scalars(select(HistoryEvent.data).where(HistoryEvent.instance_id == case.id)).all()
        assert word not in str(told)
        assert f"[nama {number}]" in str(told)
        assert verified(office.database).faults == ()
    with unguarded(office.database) as connection:
        run(connection, "UPDATE history_event SET data = '{\"values\": {}}' WHERE redacted IS NOT NULL")
    assert only(office.database).kind == "redacted"


def test_events_whose_keys_are_stored_in_another_order_are_whole(office: Office) -> None:
    """As those of earlier releases are on SQLite, and all on PostgreSQL: what is stored is not what was hashed."""
    case = case_of(office)
    with unguarded(office.database) as connection:
        row = connection.execute(
            select(HistoryEvent.id, HistoryEvent.data).where(
                HistoryEvent.instance_id == case.id, HistoryEvent.number == 1
            )
        ).one()
        other = json.dumps(dict(reversed(row.data.items())), indent=1)
        run(connection, "UPDATE history_event SET data = :data WHERE id = :id", data=other, id=row.id)
    assert verified(office.database).faults == ()
