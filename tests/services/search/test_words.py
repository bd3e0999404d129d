"""The index of words follows what happens in cases, and is made anew where a row is missing."""

import pytest
from sqlalchemy import delete, func, select, update

from app.base.db import Database
from app.base.errors import NotReady
from app.commands import search
from app.models import CaseWords, HistoryEvent, ProcessInstance, WordSlip
from app.services.casefile import notes
from app.services.files import attachments
from app.services.files.uploads import Upload
from app.services.search import finding, words
from tests.history.unguarded import unguard
from tests.services.counting import statements
from tests.services.office import Office
from tests.services.unreadable import each_place, unreadable


def index(office: Office, turns: search.Turns | None = None) -> int:
    """How many turns had something to do."""
    turns, count = turns or search.Turns(office.database), 0
    while due(office, turns):
        turns.take()
        count += 1
    return count


def due(office: Office, turns: search.Turns) -> bool:
    with office.database.reading() as session:
        return turns.waits(session)


def held(office: Office) -> dict[int, set[str]]:
    index(office)
    with office.database.reading() as session:
        return {row.instance_id: set(row.body.split()) for row in session.scalars(select(CaseWords))}


def note(office: Office, case_id: int, text: str) -> None:
    with office.database.transaction() as session:
        notes.add(session, case_id, text, actor=office.budi)


def test_cases_without_words_are_indexed_the_newest_first(office: Office) -> None:
    for number in range(3):
        note(office, office.start(judul=f"Pohon tumbang {number}", pelapor="Kenaripelapor").id, "ditebang")
    before = held(office)
    with office.database.transaction() as session:
        session.execute(delete(CaseWords))
        session.execute(delete(WordSlip))
    found, last = reading(office, None)
    assert found == sorted(before)[:0:-1]
    found, last = reading(office, last)
    assert found == sorted(before)[:1]
    assert reading(office, last) == ([], None)
    assert held(office) == before
    assert not any("kenaripelapor" in found for found in before.values())


def reading(office: Office, before: int | None) -> tuple[list[int], int | None]:
    with office.database.transaction() as session:
        found, last = words.missing(session, before=before, most=2)
        words.store(session, found)
        return [one.instance_id for one in found], last


def test_what_comes_later_is_indexed_once(office: Office) -> None:
    case, turns = office.start(judul="Pohon tumbang"), search.Turns(office.database)
    assert index(office, turns)
    assert index(office, turns) == 0
    note(office, case.id, "sudah ditebang")
    assert index(office, turns) == 1
    with office.database.reading() as session:
        assert [found.id for found in finding.find(session, "pohon tebang", office.rina)] == [case.id]


def test_a_case_that_another_worker_left_half_done_is_indexed_after_a_restart(office: Office) -> None:
    cases = [office.start(judul=f"Pohon {n}").id for n in range(3)]
    index(office)
    for case in cases:
        note(office, case, "kenaricatatan")
    with office.database.transaction() as session:
        words.store(session, words.changed(session, 0)[:1])
    assert all("kenaricatatan" in found for found in held(office).values())


def test_older_cases_whose_words_could_not_be_stored_are_looked_at_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.start(judul=f"Pohon {n}").id for n in range(3)]
    turns = search.Turns(office.database)
    turns._after = 10**6  # as if ten thousand events had come since

    def busy(*_given: object) -> None:
        raise NotReady("sibuk")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(words, "store", busy)
        with pytest.raises(NotReady):
            turns.take()
    assert sorted(held_after(office, turns)) == cases


@each_place
@pytest.mark.parametrize("looked_at", ["as something happened", "as older ones are missing"])
def test_a_row_that_cannot_be_read_holds_up_no_other_case(
    sqlite_database: Database, looked_at: str, place: str
) -> None:
    office = Office(sqlite_database)
    broken, *sound = (office.start(judul=f"Pohon {n}").id for n in range(3))
    turns = search.Turns(sqlite_database)
    if looked_at == "as older ones are missing":
        turns._after = 10**6
    with unreadable(sqlite_database, broken, place):
        index(office, turns)
        with sqlite_database.reading() as session:
            rows = {row.instance_id: row.body for row in session.scalars(select(CaseWords))}
    assert {id_ for id_, body in rows.items() if "pohon" in body.split()} - {broken} == set(sound)
    note(office, broken, "sudah ditebang")  # its next event
    assert {"pohon", "ditebang"} <= held(office)[broken]


def held_after(office: Office, turns: search.Turns) -> list[int]:
    index(office, turns)
    with office.database.reading() as session:
        return list(session.scalars(select(CaseWords.instance_id)))


def test_an_event_that_is_seen_late_is_not_lost(office: Office) -> None:
    cases = [office.start(judul=f"Pohon {n}").id for n in range(2)]
    turns = search.Turns(office.database)
    index(office, turns)
    note(office, cases[0], "kenarilambat")
    with office.database.transaction() as session:  # as if it had been committed after the next one
        unguard(session.connection())
        newest = session.scalars(select(func.max(HistoryEvent.id))).one()
        session.execute(update(HistoryEvent).where(HistoryEvent.id == newest).values(instance_id=cases[1]))
        note_id = newest
    index(office, turns)
    note(office, cases[1], "lain")
    index(office, turns)
    with office.database.transaction() as session:
        session.execute(update(HistoryEvent).where(HistoryEvent.id == note_id).values(instance_id=cases[0]))
    index(office, turns)
    with office.database.reading() as session:
        assert [found.id for found in finding.find(session, "kenarilambat", office.rina)] == [cases[0]]


def test_what_a_case_said_before_stays_found(office: Office) -> None:
    case = office.start(judul="Pohon tumbang")
    index(office)
    with office.database.transaction() as session:
        revision = session.get_one(ProcessInstance, case.id).revision
        words.store(session, [words.Reading(case.id, 10**6, revision, frozenset({"lain"}))])
    [found] = held(office).values()
    assert {"pohon", "tumbang", "lain"} <= found


def test_a_look_where_nothing_happened_costs_two_statements(office: Office) -> None:
    office.start(judul="Pohon tumbang")
    turns = search.Turns(office.database)
    index(office, turns)
    with statements(office.database) as sent:
        assert not turns.take()
    assert sent == ["SELECT", "SELECT"]


def test_names_of_files_are_words_but_not_those_of_identity(office: Office) -> None:
    case = office.start(judul="Pohon tumbang")
    with office.database.transaction() as session:
        for name, private in (("denah-lokasi.txt", False), ("kenariktp.txt", True)):
            file = attachments.receive(session, Upload(name, "text/plain", b"a"), actor=office.rina)
            attachments.attach(
                session, [file.id], instance_id=case.id, field_key="x", actor=office.rina, private=private
            )
    [found] = held(office).values()
    assert {"denah", "lokasi"} <= found
    assert not any("kenari" in word for word in found)
