"""What the database refuses to whoever goes past the application, and what is found where it could not."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from app.base.db import Database
from app.base.errors import InvalidForm, NotReady
from app.commands import evidence, retention
from app.models import EventChain, IdentityValue, ProcessInstance
from app.services.core import clock, encryption, settings
from app.services.evidence import checkpoint_checks, checkpoints, verifying
from app.services.files import store
from app.services.maintenance import database_role
from app.services.retention import destructions, erasure, periods
from tests.services.evidence.attacks import config_of, found, only, run, unguarded, verified
from tests.services.evidence.targets import case_with_a_file
from tests.services.office import Office, add_user
from tests.services.retention.cases import case_of, deploy

CHANGES = [
    "UPDATE checkpoint SET events = events + 1",
    "UPDATE checkpoint SET grown = root",
    "DELETE FROM checkpoint",
    "UPDATE history_event SET data = '{}'",
    "DELETE FROM history_event WHERE number > 1",
]
EMPTYING = [
    "TRUNCATE history_event",
    "TRUNCATE checkpoint",
    "TRUNCATE process_instance CASCADE",
    'TRUNCATE "user" CASCADE',
]


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def refused(database: Database, statement: str) -> str:
    """Why the database refuses a statement."""
    with pytest.raises(DBAPIError) as caught, database.engine.begin() as connection:
        connection.execute(text(statement))
    return str(caught.value.orig)


def test_triggers_refuse_changes_of_events_and_checkpoints(office: Office) -> None:
    case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    for statement in CHANGES if office.database.is_sqlite else [*CHANGES, *EMPTYING]:
        assert "history is never changed" in refused(office.database, statement), statement
    assert found(office.database) == set()


# What stands beside the record --------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ["changed", "removed", "row_removed"])
def test_a_stored_attachment_is_what_was_kept(office: Office, attack: str) -> None:
    case_of(office)
    case, file = case_with_a_file(office)
    assert found(office.database) == set()
    path = config_of(office.database).files_dir / store.file_name(file, private=False)
    if attack == "changed":
        content = bytearray(path.read_bytes())
        content[0] ^= 1
        path.write_bytes(content)
    elif attack == "removed":
        path.unlink()
    else:
        with unguarded(office.database) as connection:
            run(connection, "DELETE FROM attachment WHERE id = :id", id=file)
    fault = only(office.database)
    kind = "file_changed" if attack == "changed" else "file_removed"
    assert (fault.kind, fault.chain, fault.detail) == (kind, case, file)


OF_DIAGRAM = (
    "(SELECT sha256 FROM definition_file WHERE name = 'uji.bpmn' ORDER BY definition_id DESC LIMIT 1)"
)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_deployed_diagram_is_what_was_deployed(office: Office, hidden: bool) -> None:
    case_of(office)
    other = b"<definitions/>"
    with unguarded(office.database) as connection:
        if hidden:  # under its own hash, so that the content fits it
            sha256 = run(connection, f"SELECT {OF_DIAGRAM}").scalar_one()
            fresh = hashlib.sha256(other).hexdigest()
            run(
                connection,
                "UPDATE resource SET sha256 = :fresh, content = :x WHERE sha256 = :old",
                fresh=fresh,
                x=other,
                old=sha256,
            )
            run(
                connection,
                "UPDATE definition_file SET sha256 = :fresh WHERE sha256 = :old",
                fresh=fresh,
                old=sha256,
            )
        else:
            run(connection, f"UPDATE resource SET content = :x WHERE sha256 = {OF_DIAGRAM}", x=other)
    fault = only(office.database)
    assert fault.kind == ("version_changed" if hidden else "resource_changed")
    assert "uji.bpmn" in fault.detail


def test_an_older_copy_of_the_database_that_is_put_back_is_found(
    sqlite_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    with office.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'older'}'")
    case_of(office)
    last = evidence.make_checkpoint(office.database, actor=None)
    assert last is not None
    (tmp_path / "kept.json").write_bytes(checkpoints.as_file(last))
    config, older = config_of(office.database), Database(f"sqlite:///{tmp_path / 'older'}")
    outside = checkpoint_checks.read_outside(tmp_path / "kept.json")
    assert verifying.snapshot_verified(config, office.database, print, outside).faults == ()
    faults = verifying.snapshot_verified(config, older, print, outside).faults
    assert ("checkpoint_missing", "2") in {(one.kind, one.detail) for one in faults}
    older.close()


# A role that does not own the tables --------------------------------------------------------------------------------


FORGED = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"


@pytest.fixture
def role(postgres_database: Database, administer: Callable[[str], object]) -> Iterator[str]:
    name = f"alur_{uuid4().hex[:8]}"
    administer(f"CREATE ROLE {name} LOGIN")
    yield name
    with postgres_database.engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
    administer(f"DROP ROLE {name}")


@pytest.fixture
def working(postgres_database: Database, role: str) -> Iterator[Office]:
    """An office that works under the role."""
    with postgres_database.transaction() as session:
        database_role.restrict(session, role)
    url = make_url(postgres_database.engine.url).set(username=role)
    config = config_of(postgres_database)
    database = settings.open_database(replace(config, database_url=url.render_as_string(hide_password=False)))
    yield Office(database)
    database.engine.dispose()


def test_alur_works_under_a_role_that_cannot_change_the_record(
    working: Office, postgres_database: Database
) -> None:
    deploy(working, "2 tahun")
    case, _other = case_of(working, judul="Lampu milik Suryatmaja"), case_of(working)
    assert evidence.make_checkpoint(working.database, actor=None) is not None
    for statement in (*CHANGES, *EMPTYING):
        assert "permission denied" in refused(working.database, statement) or (
            "history is never changed" in refused(working.database, statement)
        ), statement
    for statement in (
        "ALTER TABLE history_event DISABLE TRIGGER ALL",
        "DROP TRIGGER history_kept ON history_event",
        "DROP TABLE history_event",
        FORGED.format("alur_kept"),
        FORGED.format("alur_history_kept"),
        "SET session_replication_role = replica",
        "UPDATE event_chain SET head = '', count = 1",
        "INSERT INTO event_chain (instance_id, count, head) VALUES (999, 1, '')",
        "DELETE FROM event_chain",
        "UPDATE history_event SET hash = ''",
        "CREATE TABLE mine (id integer)",
    ):
        words = refused(working.database, statement)
        assert "denied" in words or "must be owner" in words, (statement, words)
    assert found(working.database) == set()
    with working.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)
        session.get_one(ProcessInstance, case.id).masks_changed = True
        sealed = encryption.seal(session, "Suryatmaja")
        session.add(IdentityValue(instance_id=case.id, field_key="[nama 1]", ciphertext=sealed))
    with working.database.transaction() as session:
        erasure.erase(session, case.id, "Diminta", actor=admin)
    with working.database.transaction() as session:
        clock.fix(session, datetime(2031, 3, 1, 3, tzinfo=UTC))
        typed = str(periods.overdue_of(session, "uji", actor=admin).cases)
        destructions.begin(session, "uji", typed, "Masa simpan lewat", actor=admin)
    while retention.work(working.database):
        pass
    with working.database.reading() as session:
        assert session.get_one(EventChain, case.id).destroyed_at is not None
    assert found(working.database) == set()
    assert verified(postgres_database).faults == ()


def test_the_role_can_neither_cut_a_chain_nor_destroy_a_case_by_hand(
    working: Office, postgres_database: Database
) -> None:
    """Nor with a permit that he writes himself, nor with tables of his session in the place of the real ones."""
    deploy(working, "2 tahun")
    case, _newest = case_of(working).id, case_of(working)
    evidence.make_checkpoint(working.database, actor=None)
    shadows = [
        "CREATE TEMP TABLE event_chain AS SELECT instance_id, count, head, last_id, now() AS destroyed_at "
        "FROM event_chain",
        "CREATE TEMP TABLE history_permit AS SELECT id AS instance_id, 'DELETE' AS action FROM process_instance",
    ]
    permit = f"INSERT INTO history_permit VALUES ({case}, 'DELETE')"
    delete = f"DELETE FROM history_event WHERE instance_id = {case}"
    again = (
        "INSERT INTO history_event (instance_id, type, at, data, number, hash) "
        f"SELECT {case}, type, at, data, number, hash FROM history_event WHERE instance_id = {case} AND number = 3"
    )
    destroy = f"UPDATE event_chain SET destroyed_at = now() WHERE instance_id = {case}"
    for statements in (
        [permit, f"{delete} AND number > 3"],
        [*shadows, delete],
        [again],
        [destroy],
        ["UPDATE sealed_head SET count = 1"],
        ["UPDATE sealed_head SET checkpoint_id = 9, count = count"],
        ["UPDATE sealed_head SET instance_id = 77"],
        ["DELETE FROM sealed_head"],
        ["DELETE FROM checkpoint"],
    ):
        with working.database.engine.connect() as connection:
            for statement in statements[:-1]:
                connection.execute(text(statement))
            with pytest.raises(DBAPIError, match=r"never changed|permission denied"):
                connection.execute(text(statements[-1]))
            connection.rollback()
    assert verified(postgres_database).faults == ()


def test_a_role_that_could_pass_over_the_guards_is_refused(
    postgres_database: Database, sqlite_database: Database, role: str, administer: Callable[[str], object]
) -> None:
    with pytest.raises(NotReady), sqlite_database.transaction() as session:
        database_role.restrict(session, role)
    with postgres_database.reading() as session:
        owner = session.scalar(text("SELECT current_user"))
    for name in ("nobody_of_this_name", owner):
        with pytest.raises(InvalidForm), postgres_database.transaction() as session:
            database_role.restrict(session, name)
