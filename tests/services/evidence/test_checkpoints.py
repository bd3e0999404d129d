"""Checkpoints bind every chain; whoever rewrites one, or goes back to an older database, is found."""

import contextlib
import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.commands import evidence
from app.services.evidence import (
    checkpoint_checks,
    checkpoints,
    drawing,
    merkle,
    periksa_bukti,
    remembered,
    verifying,
)
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


@pytest.mark.parametrize(
    "statement", ["", "x", "[]", "{}", '{"edge":["00"],"leaves":-5}', '{"edge":[],"leaves":9e99}']
)
def test_one_that_was_forged_keeps_no_other_here(office: Office, statement: str) -> None:
    for _number in range(3):
        case_of(office)
        evidence.make_checkpoint(office.database, actor=None)
    with unguarded(office.database) as connection:
        forged = {"told": statement, "grown": b"xyz"}
        run(connection, "UPDATE checkpoint SET statement = :told, grown = :grown WHERE id = 2", **forged)
    assert {("checkpoint", "2"), ("checkpoint", "3")} <= {
        (fault.kind, fault.detail) for fault in verified(office.database).faults
    }
    file = orjson.loads(evidence.take_checkpoint(office.database, 3, office.auditor))
    assert "consistency" not in file
    assert evidence.take_checkpoint(office.database, 2, office.auditor)
    with pytest.raises(NotFound):
        evidence.take_checkpoint(office.database, 3, office.auditor, 2)


def test_one_made_while_the_record_is_checked_is_no_fault(office: Office) -> None:
    case_of(office)
    assert evidence.make_checkpoint(office.database, actor=None)
    made = []

    def meanwhile(_done: int) -> None:
        case_of(office)
        made.append(evidence.make_checkpoint(office.database, actor=None))

    config = config_of(office.database)
    assert verifying.snapshot_verified(config, office.database, meanwhile).faults == ()
    assert made
    assert None not in made


def test_of_two_that_are_made_at_once_one_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have drawn before either signs; the other one finds nothing to do."""
    draw, both = drawing.draw, threading.Barrier(2)

    def together(*given: Any) -> Any:
        drawn = draw(*given)
        both.wait(60)
        return drawn

    monkeypatch.setattr(drawing, "draw", together)
    for _turn in range(5):
        case_of(office)
        with ThreadPoolExecutor(2) as threads:
            made = list(
                threads.map(lambda _n: evidence.make_checkpoint(office.database, actor=None), range(2))
            )
        assert sum(one is None for one in made) == 1
    monkeypatch.undo()
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
    assert found(office.database) == {("root", 0, 0), ("vanished", case.id, 4)}


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
    assert found(office.database) == {("checkpoint_missing", 0, 0)}  # this machine remembers it
    remembered.forget(config)
    assert found(office.database) == set()
    faults = verifying.snapshot_verified(config, office.database, print, outside).faults
    assert {(one.kind, one.chain, one.detail) for one in faults} == {
        ("checkpoint_missing", 0, "2"),
        ("cut", case.id, "2"),
    }


def office_note(session: Session, office: Office, case: int) -> None:
    from app.history.events.casefile import NoteAdded
    from app.services.core import history

    history.record(session, NoteAdded(note=1), actor=office.rina, instance_id=case)


def test_consistency_is_proved_as_rfc_9162_has_it() -> None:
    """By the checker's own reading of it, for all sizes; no proof holds for another tree, or is longer or shorter."""
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(40)]
    for older in range(1, 40):
        edge = merkle.Edge()
        for one in leaves[:older]:
            edge.add(one)
        was = {"leaves": older, "log": edge.root.hex()}
        assert edge.root == merkle.root_of(leaves[:older])
        for size in range(older, 41):
            path = [one.hex() for one in merkle.consistency(edge, leaves[older:size])]
            now = {"leaves": size, "log": merkle.root_of(leaves[:size]).hex()}
            assert periksa_bukti.is_consistent(was, now, path)
            other = {**now, "log": merkle.root_of(reversed(leaves[:size])).hex()}
            for forged in (([*path, "00" * 32], now), (path[1:], now), (path, other), (path[::-1], now)):
                is_same = forged == (path, now) or size == 1
                assert is_same or not periksa_bukti.is_consistent(was, forged[1], forged[0])


def compared(*paths: Path) -> tuple[int, str]:
    """What the checker says of checkpoints against each other."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = periksa_bukti.main(["--compare", *map(str, paths)])
    return code, out.getvalue()


def written(office: Office, folder: Path, number: int, since: int | None = None) -> Path:
    """A checkpoint as the command line writes it, with the proof that it goes on from another."""
    path = folder / f"{number}-{since}-{len(list(folder.iterdir()))}.json"
    path.write_bytes(evidence.take_checkpoint(office.database, number, None, since))
    return path


def test_two_checkpoints_are_compared_by_anybody(office: Office, tmp_path: Path) -> None:
    for _n in range(4):
        case_of(office)
        assert evidence.make_checkpoint(office.database, actor=None)
    first, second, last = (written(office, tmp_path, number) for number in (1, 2, 4))
    assert compared(first, second)[0] == 0
    code, said = compared(first, last)
    assert (code, "tidak ada bukti kesinambungan" in said) == (1, True), said
    proved = written(office, tmp_path, 4, since=1)
    code, said = compared(proved, first)
    assert (code, "BERSINAMBUNG: titik periksa 1 (" in said) == (0, True), said
    kept = orjson.loads(proved.read_bytes())
    for change in (
        {"path": kept["consistency"]["path"][1:]},
        {"path": [*kept["consistency"]["path"], "00" * 32]},
        {"path": ["00" * 32, *kept["consistency"]["path"][1:]]},
    ):
        proved.write_bytes(orjson.dumps({**kept, "consistency": {**kept["consistency"], **change}}))
        code, said = compared(first, proved)
        assert (code, "bukti kesinambungan antara" in said) == (1, True), said
    assert compared(first)[0] == 1


def test_a_checkpoint_of_whoever_has_the_key_that_leaves_out_what_was_signed_is_told(
    office: Office, tmp_path: Path
) -> None:
    case, _other = case_of(office), case_of(office)
    assert evidence.make_checkpoint(office.database, actor=None)
    before = written(office, tmp_path, 1)
    rewrite(office, case.id)
    with unguarded(office.database) as connection:
        run(connection, "DELETE FROM checkpoint")
        run(connection, "DELETE FROM sealed_head")
    remembered.forget(config_of(office.database))
    for _n in range(2):
        assert evidence.make_checkpoint(office.database, actor=None)
        case_of(office)
    code, said = compared(before, written(office, tmp_path, 1))
    assert (code, "ada dua titik periksa 1 yang berlainan" in said) == (1, True), said
    code, said = compared(before, written(office, tmp_path, 2))
    assert (code, "TIDAK UTUH" in said) == (1, True), said
