"""The index of words is kept as cases are written, and made anew where a row is missing."""

from sqlalchemy import delete, select

from app.models import CaseWords, WordSlip
from app.services.casefile import notes
from app.services.files import attachments
from app.services.files.uploads import Upload
from app.services.search import finding, words
from tests.services.counting import statements
from tests.services.office import Office


def held(office: Office) -> dict[int, set[str]]:
    with office.database.reading() as session:
        return {row.instance_id: set(row.body.split()) for row in session.scalars(select(CaseWords))}


def test_cases_without_words_are_filled_in_from_what_is_stored(office: Office) -> None:
    for number in range(3):
        case = office.start(judul=f"Pohon tumbang {number}", pelapor="Kenaripelapor")
        with office.database.transaction() as session:
            notes.add(session, case.id, "sudah ditebang", actor=office.budi)
    before = held(office)
    with office.database.transaction() as session:
        session.execute(delete(CaseWords))
        session.execute(delete(WordSlip))
        before_id = words.fill(session, most=2)
        assert len(session.scalars(select(CaseWords.instance_id)).all()) == 2
        before_id = words.fill(session, before=before_id)
        assert words.fill(session, before=before_id) is None
    assert held(office) == before
    assert not any("kenaripelapor" in found for found in before.values())


def test_a_note_on_a_case_without_words_brings_all_of_them(office: Office) -> None:
    case = office.start(judul="Pohon tumbang")
    with office.database.transaction() as session:
        session.execute(delete(CaseWords))
        notes.add(session, case.id, "sudah ditebang", actor=office.budi)
    with office.database.reading() as session:
        assert [found.id for found in finding.find(session, "pohon tebang", office.rina)] == [case.id]


def test_words_that_a_case_has_cost_one_statement(office: Office) -> None:
    case = office.start(judul="Pohon tumbang")
    with office.database.transaction() as session, statements(office.database) as sent:
        words.add(session, case.id, ["tumbang POHON", True, None, {"a": ["pohon"]}])
    assert sent == ["SELECT"]


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


def test_what_is_undone_is_not_found(office: Office) -> None:
    case = office.start(judul="Pohon tumbang")
    before = held(office)
    with office.database.reading() as session:
        words.add(session, case.id, ["kenaribatal"])
    assert held(office) == before
