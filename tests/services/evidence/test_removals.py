"""What events say is gone counts only where the installation says it; what stands beside the record must fit it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from app.base.db import Database
from app.base.errors import Conflict
from app.commands import evidence
from app.forms import masking
from app.history import removals, writer
from app.history.canonical import canonical, commitment
from app.history.events.casefile import WordsMasked
from app.models import EventChain, HistoryEvent, ProcessInstance, UserTask
from app.services.core import history
from app.services.evidence import checkpoints, refusals, verifying
from app.services.files import store
from app.services.tasks import tasks
from tests.services.evidence.attacks import (
    config_of,
    destroyed_by_hand,
    forged,
    found,
    ids_moved,
    only,
    run,
    unguarded,
    verified,
)
from tests.services.evidence.bundling import (
    attach,
    bundle,
    checked,
    kept_outside,
)
from tests.services.evidence.targets import case_with_a_file, destroy_all, erase, mark, taken_back
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy

EVENT = HistoryEvent


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


# Redactions ---------------------------------------------------------------------------------------------------------


def put(connection: Connection, case: int, number: int, words: str) -> tuple[dict[str, str], dict[str, str]]:
    """Redact an event by other words; what a record of it would tell."""
    row = connection.execute(select(EVENT).where(EVENT.instance_id == case, EVENT.number == number)).one()[
        0:1
    ]
    event = connection.execute(select(EVENT.data, EVENT.salt, EVENT.redacted).where(EVENT.id == row[0])).one()
    committed = event.redacted or commitment(event.data, event.salt)
    data = {**event.data, "values": {"judul": words}}
    values = {"data": data, "salt": None, "redacted": committed}
    connection.execute(update(EVENT).where(EVENT.id == row[0]).values(values))
    digest = hashlib.sha256(canonical(data)).hexdigest()
    return {str(number): digest}, {str(number): committed.hex()}


@pytest.mark.parametrize("before", [False, True])
def test_a_redaction_by_other_words_is_found(office: Office, tmp_path: Path, before: bool) -> None:
    """Also of an event that the office redacted before; and in a bundle, without Alur."""
    case = case_of(office, judul="Lampu milik Suryatmaja").id
    evidence.make_checkpoint(office.database, actor=None)
    if before:
        mark(office, case, "Suryatmaja")
        erase(office, case)
        assert found(office.database) == set()
        assert checked(bundle(office, case), tmp_path)[0] == 0
    with unguarded(office.database) as connection:
        digests, commitments = put(connection, case, 1, "Lampu menyala")
        forged(connection, case, "history_redacted", {"digests": digests, "commitments": commitments})
    assert found(office.database) == {("redacted", case, 1)}
    code, said = checked(bundle(office, case), tmp_path)
    assert (code, "dihapus tanpa catatan dari Alur" in said) == (1, True), said


def test_a_redaction_that_is_taken_back_is_found(office: Office) -> None:
    case = case_of(office, judul="Lampu milik Suryatmaja dan Wiryodikromo").id
    mark(office, case, "Suryatmaja")
    erase(office, case)
    query = select(EVENT.data).where(EVENT.instance_id == case, EVENT.number == 1)
    with office.database.reading() as session:
        half = session.scalars(query).one()
    mark(office, case, "Wiryodikromo")
    erase(office, case)
    assert found(office.database) == set()
    with unguarded(office.database) as connection:
        connection.execute(
            update(EVENT).where(EVENT.instance_id == case, EVENT.number == 1).values(data=half)
        )
    assert found(office.database) == {("redacted", case, 1)}


def test_nothing_but_signs_comes_in_place_of_words(office: Office) -> None:
    """Whatever the database says is the sign of a word."""
    case = case_of(office, judul="Lampu milik Suryatmaja").id
    mark(office, case, "Suryatmaja", "[Kepala dinas bersalah")
    erase(office, case)
    query = select(EVENT.data).where(EVENT.instance_id == case, EVENT.number == 1)
    with office.database.reading() as session:
        subject = session.scalars(query).one()["values"]["judul"]
    assert masking.SIGN.sub("·", subject) == "Lampu milik ·"
    assert found(office.database) == set()


def test_what_was_changed_before_it_was_redacted_is_found_still(office: Office) -> None:
    case = case_of(office, judul="Lampu milik Suryatmaja").id
    mark(office, case, "Suryatmaja")
    erase(office, case)
    mark(office, case, "Lampu")
    with unguarded(office.database) as connection:
        put(connection, case, 1, "Lampu menyala")
    erase(office, case)
    assert found(office.database) == {("redacted", case, 1)}


# Versions -----------------------------------------------------------------------------------------------------------

COPY = (
    "INSERT INTO process_definition ({names}) SELECT {values} FROM process_definition "
    "WHERE id = (SELECT definition_id FROM process_instance WHERE id = :case)"
)


@pytest.mark.parametrize("kind", ["forged", "other"])
def test_a_case_that_is_put_on_another_version_is_found(office: Office, kind: str) -> None:
    case, other = case_of(office), case_of(office)
    deploy(office, "3 tahun")
    with unguarded(office.database) as connection:
        if kind == "forged":
            columns = [
                c.name for c in ProcessInstance.__table__.metadata.tables["process_definition"].columns
            ]
            values = {"id": "9999", "version": "77", "in_force": "false"}
            names = ", ".join(columns)
            taken = ", ".join(values.get(name, name) for name in columns)
            run(connection, COPY.format(names=names, values=taken), case=case.id)
            run(connection, "UPDATE process_instance SET definition_id = 9999 WHERE id = :id", id=case.id)
        else:
            run(
                connection,
                "UPDATE process_instance SET definition_id = (SELECT max(id) FROM process_definition) WHERE id = :id",
                id=case.id,
            )
    expected = {("case_version", case.id, 0)}
    assert found(office.database) == (expected | {("version_added", 0, 0)} if kind == "forged" else expected)
    assert other.id not in {fault.chain for fault in verified(office.database).faults}


# Destroyed cases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 999])
def test_a_case_destroyed_by_hand_is_found(office: Office, length: int) -> None:
    case, _other = case_of(office).id, case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    with unguarded(office.database) as connection:
        destroyed_by_hand(connection, case, events=length, head=bytes(32) if length else b"")
    assert {(kind, chain) for kind, chain, _number in found(office.database)} == {("removed", case)}


def test_a_destroyed_case_keeps_its_length_and_its_head(office: Office) -> None:
    first, second, _newest = case_of(office).id, case_of(office).id, case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    destroy_all(office)
    evidence.make_checkpoint(office.database, actor=None)
    assert found(office.database) == set()
    with unguarded(office.database) as connection:
        run(connection, "UPDATE event_chain SET count = count + 1 WHERE instance_id = :id", id=first)
        run(connection, "UPDATE event_chain SET head = :h WHERE instance_id = :id", h=bytes(32), id=second)
    assert {(kind, chain) for kind, chain, _number in found(office.database)} == {
        ("removed", first),
        ("removed", second),
    }


def test_a_case_whose_record_is_not_whole_is_not_destroyed(office: Office) -> None:
    case, other, _newest = case_of(office).id, case_of(office).id, case_of(office)
    with unguarded(office.database) as connection:
        run(
            connection,
            "UPDATE history_event SET activity_id = 'x' WHERE instance_id = :id AND number = 2",
            id=case,
        )
    destroy_all(office)
    assert found(office.database) == {("changed", case, 2)}
    with office.database.reading() as session:
        assert session.get(ProcessInstance, other) is None
        with pytest.raises(Conflict):
            writer.ending(session, case)


@pytest.mark.parametrize("form", [1, 2])
def test_a_checkpoint_of_a_form_of_before_is_refused(office: Office, tmp_path: Path, form: int) -> None:
    content, config = bundle(office, case_of(office).id), config_of(office.database)
    path = kept_outside(office, tmp_path)
    kept = orjson.loads(path.read_bytes())
    line = {k: v for k, v in orjson.loads(kept["statement"]).items() if k not in ("edge", "leaves", "log")}
    statement = canonical(line | {"v": form})
    kept |= {"statement": statement.decode(), "signature": checkpoints.signed(config, statement).hex()}
    path.write_bytes(orjson.dumps(kept))
    code, said = checked(content, tmp_path, "--against", str(path))
    assert (code, "bukan bentuk 3" in said) == (1, True), said
    with unguarded(office.database) as connection:
        values = {"line": kept["statement"], "signature": bytes.fromhex(kept["signature"])}
        run(connection, "UPDATE checkpoint SET statement = :line, signature = :signature", **values)
    assert ("checkpoint", 0, 0) in found(office.database)
    case_of(office)
    with pytest.raises(refusals.RecordChanged):
        evidence.make_checkpoint(office.database, actor=None)


# Ids, and what databases keep as they like --------------------------------------------------------------------------


def test_ids_that_were_moved_to_undo_what_was_taken_back_are_found(office: Office) -> None:
    case = taken_back(office)
    assert found(office.database) == set()
    with office.database.reading() as session:
        rows = session.execute(
            select(EVENT.id, EVENT.type, EVENT.data).where(EVENT.instance_id == case.id).order_by(EVENT.id)
        ).all()
    back = next(row for row in rows if row.type == "completion_taken_back")
    before = [row.id for row in rows if row.id <= back.data["since"]]
    with unguarded(office.database) as connection:
        ids_moved(connection, case.id, back.id, back.data["since"])
    assert found(office.database) == {("moved", case.id, len(before))}


def test_an_event_of_case_0_is_none_of_what_happened_outside(office: Office) -> None:
    case_of(office)
    with unguarded(office.database) as connection:
        run(
            connection,
            "UPDATE history_event SET instance_id = 0 WHERE instance_id IS NULL AND number = "
            "(SELECT count FROM event_chain WHERE instance_id = 0)",
        )
    assert [kind for kind, chain, _number in found(office.database) if chain == 0] == ["moved"]


ANOTHER_FORM: dict[str, str] = {
    "time": "UPDATE history_event SET at = datetime(at / 1000000, 'unixepoch') WHERE instance_id = :case"
    " AND number = 2",
    "blob": "UPDATE history_event SET activity_id = CAST(activity_id AS BLOB) "
    "WHERE instance_id = :case AND number = 2",
    "twice": "UPDATE history_event SET data = :data WHERE instance_id = :case AND number = 2",
    "no_json": "UPDATE history_event SET data = '{{' WHERE instance_id = :case AND number = 2",
    "cut_off": "UPDATE history_event SET data = x'02ff' WHERE instance_id = :case AND number = 2",
}


@pytest.mark.parametrize("attack", ANOTHER_FORM)
def test_another_form_of_the_same_is_found(sqlite_database: Database, attack: str) -> None:
    """SQLite keeps what it is given, letter by letter."""
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    case = case_of(office).id
    with office.database.reading() as session:
        data = session.scalars(select(EVENT.data).where(EVENT.instance_id == case, EVENT.number == 2)).one()
    name = next(iter(data))
    twice = f'{{"{name}":"lain",{json.dumps(data)[1:]}'
    statement = ANOTHER_FORM[attack]
    with unguarded(office.database) as connection:
        given = {"data": twice} if ":data" in statement else {}
        run(connection, statement, case=case, **given)
    assert found(office.database) == {("changed", case, 2)}


REPLACING = (
    "INSERT OR REPLACE INTO history_event (id, instance_id, type, at, data, number, hash) "
    "SELECT min(id), 999, type, at, data, 1, hash FROM history_event",
    "INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint",
    "UPDATE OR REPLACE history_event SET id = id + 1 WHERE number = 1",
)


@pytest.mark.parametrize("statement", REPLACING)
def test_rows_are_not_replaced(sqlite_database: Database, statement: str) -> None:
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    with (
        pytest.raises(DBAPIError, match="never changed"),
        office.database.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)


# Files --------------------------------------------------------------------------------------------------------------


def erased_by_hand(connection: Connection, case: int, file: str) -> None:
    told = {"fields": [], "files": 1, "drafts": 0, "lines": 0, "reason": "Diminta"}
    forged(connection, case, "identity_erased", {**told, "file_ids": [file]})


@pytest.mark.parametrize("way", [None, erased_by_hand])
def test_an_open_file_does_not_go_with_identity(
    office: Office, way: Callable[[Connection, int, str], None] | None
) -> None:
    case, file = case_with_a_file(office)
    mark(office, case, "Lampu")
    erase(office, case)
    evidence.make_checkpoint(office.database, actor=None)
    assert found(office.database) == set()
    with unguarded(office.database) as connection:
        run(connection, "DELETE FROM attachment WHERE id = :id", id=file)
        if way is not None:
            way(connection, case, file)
    fault = only(office.database)
    assert (fault.kind, fault.chain, fault.detail) == ("file_removed", case, file)


def take_away(office: Office, file: str, *more: tuple[int, str, dict[str, Any]]) -> None:
    """Remove a file and its row past the application, with events that say so."""
    with unguarded(office.database) as connection:
        run(connection, "DELETE FROM attachment WHERE id = :id", id=file)
        for event in more:
            forged(connection, *event)
    (config_of(office.database).files_dir / store.file_name(file, private=False)).unlink()


@pytest.mark.parametrize("form", ["old", "new", "named", "no_number", "told_again"])
def test_files_go_with_a_take_back_only_where_the_office_signed_it(
    office: Office, tmp_path: Path, form: str
) -> None:
    """One that was signed, told again, takes back nothing that came after it."""
    case, file = case_with_a_file(office, back=form == "told_again")
    with office.database.transaction() as session:
        first, *rest = session.scalars(select(EVENT).where(EVENT.instance_id == case).order_by(EVENT.id))
        if form == "told_again":
            task = session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()
            tasks.complete(session, task, {"bukti": [file]}, {}, actor=office.rina)
    data: dict[str, Any] = {
        "old": {"since": 0},
        "new": {"since": first.id, "place": 1},
        "named": {"since": first.id, "place": 1, "until": 9, "file_ids": [file], "signature": "00" * 64},
        "no_number": {"since": "0", "file_ids": [[file], 1]},
        "told_again": next((one.data for one in rest if one.type == "completion_taken_back"), {}),
    }[form]
    evidence.make_checkpoint(office.database, actor=None)
    assert checked(bundle(office, case), tmp_path)[0] == 0
    take_away(office, file, (case, "completion_taken_back", data))
    kinds = {(one.kind, one.chain) for one in verified(office.database).faults}
    unsigned = set() if form == "told_again" else {("taken_back", case)}
    assert kinds == unsigned | {("file_removed", case)}
    code, said = checked(bundle(office, case), tmp_path)
    assert (code, "TIDAK UTUH: berkas" in said, "hilang dari tempat simpan" in said) == (1, True, True), said


def test_files_of_a_completion_that_was_taken_back_may_go(office: Office, tmp_path: Path) -> None:
    """Also while what the case held then is masked, so that a bundle does not tell it."""
    case, file = case_with_a_file(office, back=True)
    take_away(office, file)
    sign = mark(office, case, file)
    with office.database.transaction() as session:
        history.record(session, WordsMasked(signs=[sign], reason="saksi"), actor=None, instance_id=case)
    assert verified(office.database).faults == ()
    code, said = checked(bundle(office, case), tmp_path)
    assert (code, "1 berkas tidak disertakan karena dicabut" in said) == (0, True), said
    assert "peristiwa tidak disertakan" in said


@pytest.mark.parametrize("word", ["pelapor", "UJI", "2027"])
def test_what_is_signed_and_numbers_of_cases_are_not_redacted(
    office: Office, tmp_path: Path, word: str
) -> None:
    """A word may be the key of an identity field, or stand in the number of the case."""
    case = case_of(office, judul=f"Lampu {word} mati", pelapor="Kanari")
    attach(office, case, "ktp", private=True)
    evidence.make_checkpoint(office.database, actor=None)
    mark(office, case.id, word)
    assert checked(bundle(office, case.id), tmp_path)[0] == 0
    erase(office, case.id)
    assert found(office.database) == set()
    code, said = checked(bundle(office, case.id), tmp_path)
    assert (code, case.business_key in said) == (0, True), said
    with office.database.reading() as session:
        data = session.scalars(
            select(EVENT.data).where(EVENT.instance_id == case.id).order_by(EVENT.id)
        ).all()
    assert data[0]["number"] == case.business_key
    assert masking.SIGN.sub("·", data[0]["values"]["judul"]) == "Lampu · mati"


def unsigned(office: Office, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Cases of a release that signed nothing but checkpoints of its form: one with a redacted event, one with an
    erased file."""
    redacted, erased = case_of(office, judul="Lampu milik Suryatmaja"), case_of(office, pelapor="Kanari")
    attach(office, erased, "ktp", private=True)
    evidence.make_checkpoint(office.database, actor=None)
    with monkeypatch.context() as earlier:
        earlier.setattr(removals, "TYPES", frozenset())
        mark(office, redacted.id, "Suryatmaja")
        erase(office, redacted.id)
        erase(office, erased.id)
    return redacted.id, erased.id


def test_what_nobody_signed_is_refused_once_all_the_rest_was_checked(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, whole = unsigned(office, monkeypatch), case_of(office)
    evidence.make_checkpoint(office.database, actor=None)
    code, said = checked(bundle(office, *cases, whole.id), tmp_path)
    told = said.splitlines()[-2][:11], said.count("Tanpa tanda tangan:")
    assert (code, *told) == (1, "TIDAK UTUH:", 2), said
    assert f"Perkara {whole.business_key}" in said
    assert {chain for _kind, chain, _number in found(office.database)} == set(cases)


def test_a_fault_names_the_case_as_pages_do(office: Office) -> None:
    case = case_of(office)
    with unguarded(office.database) as connection:
        run(connection, "DELETE FROM history_event WHERE instance_id = :id AND number = 2", id=case.id)
    done = verified(office.database)
    told = [done.fault_text(fault) for fault in done.faults]
    assert told
    assert all(f"Perkara {case.business_key} (id {case.id})" in one for one in told)
    assert verifying.fault_text(done.faults[0]).startswith(f"Perkara dengan id {case.id}")


def test_heads_only_move_on(office: Office) -> None:
    case = case_of(office).id
    evidence.make_checkpoint(office.database, actor=None)
    for statement in (
        "UPDATE event_chain SET count = count - 1",
        "UPDATE event_chain SET head = (SELECT root FROM checkpoint)",
        "DELETE FROM event_chain",
        "UPDATE sealed_head SET count = count - 1",
        "DELETE FROM sealed_head",
        f"DELETE FROM history_event WHERE instance_id = {case}",
        "INSERT INTO history_event (type, at, data) SELECT type, at, data FROM history_event WHERE number = 2",
        "INSERT INTO history_event (type, at, data, number, hash) "
        "SELECT type, at, data, number, hash FROM history_event WHERE instance_id IS NULL AND number = 2",
        "INSERT INTO checkpoint (id, at, chains, events, root, statement, public_key, signature, grown, not_sent) "
        "SELECT 9, at, chains, events, root, statement, public_key, signature, grown, '' FROM checkpoint",
    ):
        with office.database.engine.connect() as connection:
            run(connection, "INSERT INTO history_permit VALUES (:case, 'DELETE')", case=case)
            with pytest.raises(DBAPIError, match="never changed"):
                connection.exec_driver_sql(statement)
            connection.rollback()
    with office.database.reading() as session:
        assert session.get_one(EventChain, case).destroyed_at is None
    assert found(office.database) == set()
