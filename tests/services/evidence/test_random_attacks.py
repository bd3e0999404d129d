"""Attacks by dice on a furnished record, each found at its place; ``ALUR_ATTACKS=1000`` tries so many."""

import hashlib
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from app.base.db import Database
from app.commands import evidence
from app.history.canonical import Place, Told, canonical, commitment, event_hash
from app.models import EventChain, HistoryEvent
from app.services.evidence import verifying
from app.services.evidence.verifying import Verified
from tests.services.evidence.attacks import config_of, destroyed_by_hand, forged, ids_moved
from tests.services.evidence.targets import case_with_a_file, destroy_all, erase, mark, taken_back
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy

NUMBER = int(os.environ.get("ALUR_ATTACKS", "40"))
#: What is to be found: the chain, and the number of the event; None: nothing.
Expected = tuple[int, int | None]
Attack = Callable[[Connection, random.Random, list[Any]], Expected]
EVENT: Any = HistoryEvent.__table__


def one_of(dice: random.Random, rows: list[Any]) -> Any:
    return dice.choice(rows)


def committed(row: Any) -> bytes:
    """What of an event's data is in its hash."""
    return bytes(row.redacted or commitment(row.data, row.salt))


def edit(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, rows)
    change: dict[str, Any] = dice.choice(
        [
            {"type": "note_added"},
            {"actor_id": None if row.actor_id else 1},
            {"activity_id": "lain"},
            {"data": {**row.data, "tambahan": 1.5}},
            {"at": row.at.replace(microsecond=(row.at.microsecond + 1) % 1_000_000)},
            {"salt": bytes(16)},
            {"hash": bytes(32)},
            {"number": row.number + 100},
        ]
    )
    connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(change))
    return row.instance_id or 0, row.number


def edit_with_its_hash(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [one for one in rows if one.number > 1])
    before = next(one for one in rows if one.instance_id == row.instance_id and one.number == row.number - 1)
    told = Told(
        "note_added", row.at.isoformat(timespec="microseconds")[:26] + "Z", row.actor_id, row.activity_id
    )
    place = Place(row.instance_id or 0, row.number, before.hash)
    hash_ = event_hash(place, told, committed(row))
    connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(type="note_added", hash=hash_))
    return row.instance_id or 0, None


def delete_one(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, rows)
    connection.execute(delete(EVENT).where(EVENT.c.id == row.id))
    return row.instance_id or 0, row.number


def add(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, rows)
    values = {
        name: getattr(row, name) for name in ("instance_id", "type", "at", "actor_id", "activity_id", "data")
    }
    if dice.random() < 0.5:
        values |= {name: getattr(row, name) for name in ("number", "salt", "hash")}
    connection.execute(insert(EVENT).values(values))
    return row.instance_id or 0, None


def swap(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    one = one_of(dice, rows)
    other = one_of(dice, [each for each in rows if each.instance_id == one.instance_id and each.id != one.id])
    for row, like in ((one, other), (other, one)):
        names = ("type", "at", "actor_id", "activity_id", "data")
        if dice.random() < 0.5:
            names = (*names, "number", "hash", "salt")
        connection.execute(
            update(EVENT).where(EVENT.c.id == row.id).values({name: getattr(like, name) for name in names})
        )
    return one.instance_id or 0, None


def move_to_another_case(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if each.instance_id])
    other = one_of(dice, [each for each in rows if each.instance_id not in (None, row.instance_id)])
    connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(instance_id=other.instance_id))
    return row.instance_id, row.number


def cut(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if each.number > 1])
    whose = EVENT.c.instance_id == row.instance_id if row.instance_id else EVENT.c.instance_id.is_(None)
    connection.execute(delete(EVENT).where(whose, EVENT.c.number >= row.number))
    if dice.random() < 0.5:  # and the head is moved back
        head = connection.execute(
            select(EVENT.c.hash).where(whose, EVENT.c.number == row.number - 1)
        ).scalar_one()
        connection.execute(
            text("UPDATE event_chain SET count = :n, head = :head WHERE instance_id = :chain"),
            {"n": row.number - 1, "head": head, "chain": row.instance_id or 0},
        )
    return row.instance_id or 0, row.number


def remove_case(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if each.instance_id])
    tables = ["history_event", "event_chain", "sealed_head"]
    for table in tables[: dice.randrange(1, 4)]:
        connection.execute(text(f"DELETE FROM {table} WHERE instance_id = :id"), {"id": row.instance_id})
    if dice.random() < 0.5:
        connection.execute(text("DELETE FROM process_instance WHERE id = :id"), {"id": row.instance_id})
    if dice.random() < 0.3:
        chain = update(EventChain).where(EventChain.instance_id == row.instance_id)
        connection.execute(chain.values(destroyed_at=datetime(2030, 1, 1, tzinfo=UTC)))
    return row.instance_id, None


def rewrite(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    first = one_of(dice, rows)
    chain = [each for each in rows if each.instance_id == first.instance_id]
    head = bytes(32)
    for row in chain:
        type_ = "note_added" if row.number == first.number else row.type
        told = Told(
            type_, row.at.isoformat(timespec="microseconds")[:26] + "Z", row.actor_id, row.activity_id
        )
        head = event_hash(Place(row.instance_id or 0, row.number, head), told, committed(row))
        connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(type=type_, hash=head))
    for table in ("event_chain", "sealed_head")[: dice.randrange(1, 3)]:
        connection.execute(
            text(f"UPDATE {table} SET head = :head WHERE instance_id = :id"),
            {"head": head, "id": first.instance_id or 0},
        )
    return first.instance_id or 0, None


def redact(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    """Erase what an event tells as if it had been asked for."""
    row = one_of(dice, rows)
    values = {"redacted": committed(row), "salt": None, "data": {}}
    connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(values))
    return row.instance_id or 0, row.number


def change_diagram(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    if dice.random() < 0.5:
        connection.execute(
            text("UPDATE resource SET content = :x WHERE sha256 = (SELECT min(sha256) FROM resource)"),
            {"x": b"<x/>"},
        )
    else:
        names = "(SELECT max(sha256) FROM resource)", "(SELECT min(sha256) FROM resource)"
        connection.execute(text(f"UPDATE definition_file SET sha256 = {names[0]} WHERE sha256 = {names[1]}"))
    return 0, None


def change_checkpoint(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    connection.execute(
        text(
            dice.choice(
                [
                    "DELETE FROM checkpoint WHERE id = 1",
                    "UPDATE checkpoint SET events = events - 1",
                    "UPDATE checkpoint SET public_key = root",
                ]
            )
        )
    )
    return 0, None


def redact_by_words(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    """Erase as the office does, by words of his own, and say so in the chain; also of what was erased before."""
    row = one_of(dice, [each for each in rows if each.instance_id and "values" in each.data])
    told_of = committed(row)
    data = {**row.data, "values": {"judul": f"Lampu {dice.random()}"}}
    values = {"data": data, "salt": None, "redacted": told_of}
    connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(values))
    number, digest = str(row.number), hashlib.sha256(canonical(data)).hexdigest()
    told: dict[str, Any] = {"digests": {number: digest}, "commitments": {number: told_of.hex()}}
    signed = [each for each in rows if each.type == "history_redacted"]
    if dice.random() < 0.5:  # with a signature of something else
        told |= {"signature": signed[0].data["signature"]}
    forged(connection, row.instance_id, "history_redacted", told)
    return row.instance_id, row.number


def put_on_another_version(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    case = one_of(dice, [each for each in rows if each.instance_id]).instance_id
    on = "(SELECT definition_id FROM process_instance WHERE id = :id)"
    other = f"SELECT id FROM process_definition WHERE id <> {on}"
    ids = connection.execute(text(other), {"id": case}).scalars().all()
    to = one_of(dice, [*ids, 9_999])
    connection.execute(
        text("UPDATE process_instance SET definition_id = :to WHERE id = :id"), {"to": to, "id": case}
    )
    return case, 0


def destroy_by_hand(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    case = one_of(dice, [each for each in rows if each.instance_id]).instance_id
    destroyed_by_hand(connection, case, events=dice.choice([0, 1, 500]), head=dice.choice([b"", bytes(32)]))
    return case, None


def change_what_was_destroyed(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    query = "SELECT instance_id, count, head FROM event_chain WHERE destroyed_at IS NOT NULL"
    case, count, _head = one_of(dice, list(connection.execute(text(query)).all()))
    change = dice.choice(["count = count + 1", "count = count - 1", "destroyed_at = NULL"])
    connection.execute(text(f"UPDATE event_chain SET {change} WHERE instance_id = :id"), {"id": case})
    return case, count


def move_ids(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if each.type == "completion_taken_back"])
    ids_moved(connection, row.instance_id, row.id, row.data["since"])
    return row.instance_id, row.data["place"]


def move_to_case_0(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if not each.instance_id])
    where = EVENT.c.instance_id.is_(None), EVENT.c.number >= row.number
    connection.execute(update(EVENT).where(*where).values(instance_id=0))
    return 0, row.number


def write_otherwise(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    """The same in another form, as SQLite keeps it; PostgreSQL has but one."""
    if connection.dialect.name != "sqlite":
        return move_to_case_0(connection, dice, rows)
    row = one_of(dice, [each for each in rows if each.instance_id and each.data and each.redacted is None])
    name = next(iter(row.data))
    twice = "".join(('{"', name, '":0,', canonical(row.data).decode()[1:]))
    change, value = dice.choice([("at = at || :value", "T"), ("data = :value", twice)])
    connection.execute(
        text(f"UPDATE history_event SET {change} WHERE id = :id"), {"value": value, "id": row.id}
    )
    return row.instance_id, row.number


def lose_a_file(connection: Connection, dice: random.Random, rows: list[Any]) -> Expected:
    row = one_of(dice, [each for each in rows if each.type == "files_kept"])
    [file] = row.data["files"]
    connection.execute(text("DELETE FROM attachment WHERE id = :id"), {"id": file})
    erased = {"fields": [], "files": 1, "drafts": 0, "lines": 0, "reason": "Diminta", "file_ids": [file]}
    way = dice.choice([None, ("identity_erased", erased), ("completion_taken_back", {"since": 0})])
    if way is not None:
        forged(connection, row.instance_id, *way)
    return row.instance_id, row.number


ATTACKS: list[Attack] = [
    edit,
    edit_with_its_hash,
    delete_one,
    add,
    swap,
    move_to_another_case,
    cut,
    remove_case,
    rewrite,
    redact,
    change_diagram,
    change_checkpoint,
    redact_by_words,
    put_on_another_version,
    destroy_by_hand,
    change_what_was_destroyed,
    move_ids,
    move_to_case_0,
    write_otherwise,
    lose_a_file,
]


def attacked(
    database: Database, attack: Attack, dice: random.Random, outside: Any
) -> tuple[Expected, Verified]:
    """What an attack should have left and what is found, in a transaction that is rolled back."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name in (
                connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                .scalars()
                .all()
            ):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        rows = connection.execute(select(EVENT).order_by(EVENT.c.instance_id, EVENT.c.id)).all()
        expected = attack(connection, dice, list(rows))
        found = verifying.verify(config_of(database), connection, outside=outside)
        connection.rollback()
    return expected, found


def test_attacks_by_dice_are_found_where_they_were(furnished: Office, tmp_path: Path) -> None:
    database = furnished.database
    deploy(furnished, "2 tahun")
    for n in range(4):
        case_of(furnished, judul=f"Lampu {n}")
    destroy_all(furnished)
    deploy(furnished, "3 tahun")
    for n in range(4):
        erased = case_of(furnished, judul=f"Lampu {n} milik Suryatmaja").id
        evidence.make_checkpoint(database, actor=None)
    mark(furnished, erased, "Suryatmaja")
    erase(furnished, erased)
    case_with_a_file(furnished)
    taken_back(furnished)
    evidence.make_checkpoint(database, actor=None)
    config = config_of(database)
    assert verifying.snapshot_verified(config, database, lambda _done: None).faults == ()
    for number in range(NUMBER):
        dice = random.Random(number)
        attack = ATTACKS[number % len(ATTACKS)]
        (chain, place), found = attacked(database, attack, dice, ())
        told = [verifying.fault_text(fault) for fault in found.faults]
        assert found.faults, (number, attack.__name__)
        if attack is not move_to_another_case:
            assert chain in {fault.chain for fault in found.faults}, (number, attack.__name__, told)
        if place is not None:
            assert any(fault.chain == chain and abs(fault.number - place) <= 1 for fault in found.faults), (
                number,
                attack.__name__,
                place,
                told,
            )
    assert verifying.snapshot_verified(config, database, lambda _done: None).faults == ()
