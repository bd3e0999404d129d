"""A case that was sealed is changed or removed by whoever may write SQL, without a key: he computes the chain anew
and sets right all that stands beside it. Each kind is found, before and after the next checkpoint would be made, and
though releases before signed it; and nothing more is signed over it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select

from app.base.db import Database
from app.commands import evidence
from app.history import reader
from app.history.canonical import GENESIS, Place, Told, commitment, event_hash, moment
from app.history.events.evidence import CheckpointRefused
from app.models import Checkpoint, HistoryEvent, OutboxMessage
from app.services.evidence import (
    checkpoint_checks,
    checkpoints,
    merkle,
    refusals,
    remembered,
    verifying,
)
from tests.services.evidence.attacks import config_of, found, run, unguarded
from tests.services.evidence.bundling import kept_outside
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy

EVENT: Any = HistoryEvent.__table__
#: An event as its row has it.
Event = dict[str, Any]


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def events_of(connection: Connection, case: int) -> list[Event]:
    rows = connection.execute(select(EVENT).where(EVENT.c.instance_id == case).order_by(EVENT.c.id))
    return [dict(row._mapping) for row in rows]


def written_anew(connection: Connection, case: int, events: list[Event], ids: list[int]) -> None:
    """The events of a case, with all hashes as they must be; so are its head, and what was sealed of it."""
    connection.execute(delete(EVENT).where(EVENT.c.instance_id == case))
    head = GENESIS
    for number, (event, id_) in enumerate(zip(events, ids, strict=False), 1):
        told = Told(event["type"], moment(event["at"]), event["actor_id"], event["activity_id"])
        head = event_hash(Place(case, number, head), told, commitment(event["data"], event["salt"]))
        connection.execute(
            insert(EVENT).values(**event | {"id": id_, "instance_id": case, "number": number, "hash": head})
        )
    now = {"case": case, "count": len(events), "head": head, "last": ids[len(events) - 1]}
    run(
        connection,
        "UPDATE event_chain SET count = :count, head = :head, last_id = :last WHERE instance_id = :case",
        **now,
    )
    del now["last"]
    run(connection, "UPDATE sealed_head SET count = :count, head = :head WHERE instance_id = :case", **now)


def changed(change: Callable[[list[Event]], list[Event]]) -> Callable[[Connection, int, int], None]:
    """An attack that writes one case anew."""

    def attack(connection: Connection, case: int, _other: int) -> None:
        events = events_of(connection, case)
        ids = [one["id"] for one in events]
        written_anew(connection, case, change(events), ids)

    return attack


def second(**values: Any) -> Callable[[Connection, int, int], None]:
    """Another time, other values, somebody else: of the second event of a case."""

    def change(events: list[Event]) -> list[Event]:
        at = events[1]["at"].replace(year=2020)
        events[1] |= {"at": at} if "at" in values else values
        return events

    return changed(change)


def swapped(connection: Connection, case: int, other: int) -> None:
    one, two = events_of(connection, case), events_of(connection, other)
    ids, others = ([each["id"] for each in events] for events in (one, two))
    written_anew(connection, case, two, ids)
    written_anew(connection, other, one, others)


def vanished(connection: Connection, case: int, _other: int) -> None:
    for table in ("history_event", "event_chain", "sealed_head"):
        run(connection, f"DELETE FROM {table} WHERE instance_id = :case", case=case)
    run(connection, "DELETE FROM process_instance WHERE id = :case", case=case)


def last_checkpoints_removed(connection: Connection, case: int, _other: int) -> None:
    """All but the first, with what they sealed; the case is written anew as if it had never been sealed."""
    second(type="note_added")(connection, case, 0)
    for chain, count, head in _grown_at_first(connection):
        run(
            connection,
            "UPDATE sealed_head SET count = :count, head = :head, checkpoint_id = 1 WHERE instance_id = :chain",
            chain=chain,
            count=count,
            head=head,
        )
    run(connection, "DELETE FROM sealed_head WHERE checkpoint_id > 1")
    run(connection, "DELETE FROM checkpoint WHERE id > 1")


def _grown_at_first(connection: Connection) -> list[tuple[int, int, bytes]]:
    [grown] = connection.execute(select(Checkpoint.grown).where(Checkpoint.id == 1)).one()
    return list(checkpoints.grown_of(grown))


def checkpoint_forged(connection: Connection, case: int, _other: int) -> None:
    """The last checkpoint says what was written anew, down to the hash of each; but nobody signed it."""
    second(type="note_added")(connection, case, 0)
    row = connection.execute(select(Checkpoint.__table__).order_by(Checkpoint.id.desc()).limit(1)).one()
    heads = connection.exec_driver_sql(
        "SELECT instance_id, count, head FROM sealed_head ORDER BY instance_id"
    ).all()
    root = merkle.root_of(merkle.leaf(chain, count, bytes(head)) for chain, count, head in heads)
    line = row.statement.replace(row.root.hex(), root.hex())
    run(
        connection,
        "UPDATE checkpoint SET root = :root, statement = :line WHERE id = :id",
        root=root,
        line=line,
        id=row.id,
    )


ATTACKS: dict[str, Callable[[Connection, int, int], None]] = {
    "time": second(at=None),
    "values": second(data={"values": {"hasil": "lain"}}),
    "actor": second(actor_id=None),
    "one removed": changed(lambda events: [*events[:1], *events[2:]]),
    "last three cut": changed(lambda events: events[:-3]),
    "two cases swapped": swapped,
    "a case removed": vanished,
    "checkpoints removed": last_checkpoints_removed,
    "a checkpoint forged": checkpoint_forged,
}


def sealed(office: Office) -> tuple[int, int]:
    """Two cases under the second checkpoint; one is under the first already."""
    case_of(office)
    assert evidence.make_checkpoint(office.database, actor=None)
    case, other = case_of(office).id, case_of(office).id
    assert evidence.make_checkpoint(office.database, actor=None)
    assert found(office.database) == set()
    return case, other


@pytest.mark.parametrize("kind", ATTACKS)
def test_a_sealed_case_is_not_rewritten_unseen(office: Office, tmp_path: Path, kind: str) -> None:
    case, other = sealed(office)
    kept = [kept_outside(office, tmp_path, number) for number in (1, 2)]
    with unguarded(office.database) as connection:
        ATTACKS[kind](connection, case, other)
    assert found(office.database)
    for _turn in range(2):  # the next one would be due
        case_of(office)
        with pytest.raises(refusals.RecordChanged):
            evidence.make_checkpoint(office.database, actor=None)
        assert found(office.database)
    with office.database.reading() as session:
        assert len(session.scalars(select(Checkpoint.id)).all()) == (
            1 if kind == "checkpoints removed" else 2
        )
    assert {"rewritten", "cut", "vanished"} & against(office.database, kept)


def against(database: Database, kept: list[Path]) -> set[str]:
    """What is found against checkpoints that were kept outside alone: whatever the stored ones say."""
    outside = [one for path in kept for one in checkpoint_checks.read_outside(path)]
    with unguarded(database) as connection:
        run(connection, "DELETE FROM checkpoint")
        run(connection, "DELETE FROM sealed_head")
    config = config_of(database)
    remembered.forget(config)
    done = verifying.snapshot_verified(config, database, lambda _done: None, outside)
    return {one.kind for one in done.faults}


def test_a_sealed_part_of_a_case_that_went_on_is_not_rewritten(office: Office) -> None:
    """What was sealed of it is left as it was, and events are added, so that it looks like any case that grew."""
    case, _other = sealed(office)
    with unguarded(office.database) as connection:
        events = events_of(connection, case)
        ids = [*(one["id"] for one in events), events[-1]["id"] + 1_000]
        kept = connection.exec_driver_sql(
            f"SELECT count, head FROM sealed_head WHERE instance_id = {case}"
        ).one()
        written_anew(connection, case, [events[0], *events], ids)
        run(
            connection,
            "UPDATE sealed_head SET count = :n, head = :head WHERE instance_id = :case",
            case=case,
            n=kept[0],
            head=kept[1],
        )
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(office.database, actor=None)
    assert ("rewritten", case, 4) in found(office.database)


@pytest.mark.parametrize("table", ["history_event WHERE instance_id", "process_instance WHERE id"])
def test_nothing_is_signed_over_a_case_of_which_the_head_alone_is_left(office: Office, table: str) -> None:
    case, _other = sealed(office)
    with unguarded(office.database) as connection:
        run(connection, f"DELETE FROM {table} = :case", case=case)
    case_of(office)
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(office.database, actor=None)


#: What no chain is: (count, head) in place of a new case's.
HEADS = {
    "longer than its events": (9, b"x" * 32),
    "of another hash": (None, b"x" * 32),
    "of 33 bytes": (None, b"x" * 33),
    "of less than nothing": (-1, b"x" * 32),
}


@pytest.mark.parametrize("kind", HEADS)
def test_no_head_is_signed_that_its_events_do_not_give(office: Office, kind: str) -> None:
    """Also of a case that was never sealed; else nothing more could be signed once it was mended."""
    sealed(office)
    case, (count, head) = case_of(office).id, HEADS[kind]
    with unguarded(office.database) as connection:
        run(connection, "UPDATE event_chain SET head = :head WHERE instance_id = :case", case=case, head=head)
        if count is not None:
            run(connection, "UPDATE event_chain SET count = :n WHERE instance_id = :case", case=case, n=count)
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(office.database, actor=None)


def test_a_chain_of_no_case_is_told(office: Office) -> None:
    sealed(office)
    case = case_of(office).id
    with unguarded(office.database) as connection:
        run(connection, "UPDATE event_chain SET instance_id = -5 WHERE instance_id = :case", case=case)
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(office.database, actor=None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event_chain SET count = 'tiga' WHERE instance_id = :case",
        "UPDATE event_chain SET head = 'x' WHERE instance_id = :case",
        "UPDATE sealed_head SET head = 'x' WHERE instance_id = :case",
        "UPDATE checkpoint SET at = 'kemarin' WHERE :case > 0",
    ],
)
def test_rows_that_cannot_be_read_are_told_as_a_refusal(sqlite_database: Database, change: str) -> None:
    """SQLite holds any value in any column. That the worker failed stood in its log alone."""
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    case, _other = sealed(office)
    with unguarded(sqlite_database) as connection:
        run(connection, change, case=case)
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(sqlite_database, actor=None)
    with sqlite_database.reading() as session:
        assert refusals.faults(session)


def test_a_refusal_is_told_once_and_ends_when_the_record_is_as_it_was(office: Office) -> None:
    case, _other = sealed(office)
    with unguarded(office.database) as connection:
        events = events_of(connection, case)
        second(actor_id=None)(connection, case, 0)
    for _turn in range(2):
        with pytest.raises(refusals.RecordChanged, match="riwayat bukan lagi yang terakhir ditandatangani"):
            evidence.make_checkpoint(office.database, actor=None)
    assert evidence.make_due_checkpoint(office.database) is None  # not at each turn of the worker
    with office.database.reading() as session:
        told = session.scalars(select(OutboxMessage.audience)).all()
        assert [one for one in told if one.get("roles")] == [{"roles": ["admin", "auditor"]}]
        event = reader.latest_outside(session, CheckpointRefused)
        assert event is not None
        assert event.event.faults
        assert refusals.faults(session)
    with unguarded(office.database) as connection:
        written_anew(connection, case, events, [one["id"] for one in events])
    assert evidence.make_checkpoint(office.database, actor=None)
    assert found(office.database) == set()
    with office.database.reading() as session:
        assert not refusals.faults(session)
