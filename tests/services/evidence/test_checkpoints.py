"""Checkpoints bind every chain; whoever rewrites one, or goes back to an older database, is found."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.commands import evidence
from app.services.evidence import checkpoint_checks, checkpoints, verifying
from tests.services.evidence.attacks import config_of, found, rewrite, run, unguarded, verified
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def test_a_checkpoint_is_made_where_something_happened_and_stands(office: Office) -> None:
    case_of(office)
    first = evidence.make_checkpoint(office.database, actor=None)
    assert first is not None
    assert evidence.make_checkpoint(office.database, actor=None) is None
    assert evidence.make_due_checkpoint(office.database) is None
    case_of(office)
    second = evidence.make_checkpoint(office.database, actor=None)
    assert second is not None
    assert [chain for chain, *_rest in checkpoints.grown_of(second.grown)] == [2]
    assert checkpoints.is_signed(
        second.statement, second.signature, checkpoints.public_key(config_of(office.database))
    )
    assert hashlib.sha256(first.statement.encode()).hexdigest() in second.statement
    assert verified(office.database).faults == ()


def test_a_chain_that_was_rewritten_whole_is_found(office: Office) -> None:
    case, _other = case_of(office), case_of(office)
    rewrite(office, case.id)
    assert (
        found(office.database) == set()
    )  # nothing binds it yet: what docs/evidence.md calls the open minutes
    evidence.make_checkpoint(office.database, actor=None)
    assert found(office.database) == set()


@pytest.mark.parametrize("hidden", [False, True])
def test_one_under_a_checkpoint_is_found(office: Office, hidden: bool) -> None:
    case, _other = case_of(office), case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    rewrite(office, case.id)
    if hidden:  # the head that the checkpoint had is made to fit as well
        with unguarded(office.database) as connection:
            run(
                connection,
                "UPDATE sealed_head SET head = (SELECT head FROM event_chain WHERE instance_id = :case) "
                "WHERE instance_id = :case",
                case=case.id,
            )
        assert found(office.database) == {("root", 0, 0), ("rewritten", case.id, 4)}
    else:
        assert found(office.database) == {("rewritten", case.id, 4)}


def test_a_case_that_vanished_with_all_that_names_it_is_found(office: Office) -> None:
    case, _other = case_of(office), case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    with unguarded(office.database) as connection:
        for table in ("history_event", "event_chain", "sealed_head"):
            run(connection, f"DELETE FROM {table} WHERE instance_id = :case", case=case.id)
        run(connection, "DELETE FROM process_instance WHERE id = :case", case=case.id)
    assert found(office.database) == {("root", 0, 0), ("cut", case.id, 4)}


@pytest.mark.parametrize("column", ["chains", "at", "signature", "grown"])
def test_a_checkpoint_that_was_changed_is_found(office: Office, column: str) -> None:
    case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    value = {"chains": "chains + 1", "at": "(SELECT min(started_at) FROM process_instance)"}.get(
        column, "root"
    )
    with unguarded(office.database) as connection:
        run(connection, f"UPDATE checkpoint SET {column} = {value}")
    assert ("checkpoint", 0, 0) in found(office.database)


def test_an_older_database_is_found_by_a_checkpoint_kept_outside(office: Office, tmp_path: Path) -> None:
    case = case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    with office.database.transaction() as session:
        office_note(session, office, case.id)
    last = evidence.make_checkpoint(office.database, actor=None)
    assert last is not None
    kept = tmp_path / "kept.json"
    kept.write_bytes(checkpoints.as_file(last))
    outside = checkpoint_checks.read_outside(kept)
    config = config_of(office.database)
    assert verifying.snapshot_verified(config, office.database, print, outside).faults == ()
    with unguarded(office.database) as connection:  # as it was before the note
        run(connection, "DELETE FROM history_event WHERE number = 5 AND instance_id = :case", case=case.id)
        run(connection, "DELETE FROM checkpoint WHERE id = 2")
        former = "(SELECT hash FROM history_event WHERE instance_id = :case AND number = 4)"
        run(
            connection,
            f"UPDATE event_chain SET count = 4, head = {former} WHERE instance_id = :case",
            case=case.id,
        )
        run(
            connection,
            f"UPDATE sealed_head SET count = 4, checkpoint_id = 1, head = {former} WHERE instance_id = :case",
            case=case.id,
        )
    assert found(office.database) == set()
    faults = verifying.snapshot_verified(config, office.database, print, outside).faults
    assert {(one.kind, one.chain, one.detail) for one in faults} == {
        ("checkpoint_missing", 0, "2"),
        ("rewritten", case.id, "2"),
    }


def office_note(session: Session, office: Office, case: int) -> None:
    from app.history.events import NoteAdded
    from app.services.core import history

    history.record(session, NoteAdded(note=1), actor=office.rina, instance_id=case)


def test_a_root_is_that_of_rfc_6962_and_paths_lead_to_it() -> None:
    for size in (1, 2, 3, 5, 8, 13):
        leaves = [bytes([n]) * 32 for n in range(size)]
        root = checkpoints.root_of(leaves)
        for index, one in enumerate(leaves):
            for side, other in checkpoints.path_of(leaves, index):
                pair = (one, bytes.fromhex(other)) if side == "R" else (bytes.fromhex(other), one)
                one = checkpoints.node(*pair)
            assert one == root
