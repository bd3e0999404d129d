"""Cases are found by all that their readers may read in them, and by nobody else and nothing more."""

import pytest

from app.commands import search
from app.models import ProcessInstance
from app.services.casefile import notes
from app.services.core.access import Actor
from app.services.search import finding
from app.services.tasks import tasks
from tests.services.office import Office


def found(office: Office, words: str, actor: Actor | None = None) -> list[int]:
    index(office)
    with office.database.reading() as session:
        return [case.id for case in finding.find(session, words, actor or office.rina)]


def index(office: Office) -> None:
    turns = search.Turns(office.database)
    while turns.take():
        pass


def complete(office: Office, case: ProcessInstance, **values: str) -> None:
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, values, {}, actor=office.budi)


@pytest.fixture
def parking(office: Office) -> ProcessInstance:
    office.start(judul="Lampu mati di Pracimantoro", nomor="LP/17")
    return office.start(judul="Parkir liar di pasar Nguntoronadi", nomor="LP/0042")


@pytest.mark.parametrize(
    "words",
    [
        "parkir nguntoronadi",
        "NGUNTORONADI pasar parkir",
        "memarkir",
        "parkiran nguntoronadi",
        "ngutoronadi",
        "pakrir",
        "ntoronad",
        "lp/0042",
        "0042",
        "rina parkir",
    ],
)
def test_a_case_is_found_by_its_words(office: Office, parking: ProcessInstance, words: str) -> None:
    assert found(office, words) == [parking.id]


@pytest.mark.parametrize(
    "words", ["", " . ", "parkir lampu", "0043", "xyz", "' OR 1=1", '"parkir" NOT pasar']
)
def test_nothing_else_is_found(office: Office, parking: ProcessInstance, words: str) -> None:
    assert found(office, words) == []


def test_the_newest_come_first_and_no_more_than_asked(office: Office) -> None:
    cases = [office.start(judul=f"Jalan berlubang {n}").id for n in range(4)]
    assert found(office, "lubang jalan") == cases[::-1]
    with office.database.reading() as session:
        assert [c.id for c in finding.find(session, "jalan", office.rina, 2)] == cases[:1:-1]


def test_what_is_written_later_is_found_and_what_was_written_before_stays_so(office: Office) -> None:
    case = office.start(judul="Sampah menumpuk")
    with office.database.transaction() as session:
        notes.add(session, case.id, "Sudah ditelepon, KENARICATATAN", actor=office.rina)
    complete(office, case, hasil="kurang", unit="Bukti")
    index(office)
    complete(office, case, hasil="kurang", unit="")
    for words in ("kenaricatatan", "bukti", "budi", "tumpukan sampah bukti"):
        assert found(office, words) == [case.id], words


def test_only_who_sees_a_case_finds_it(office: Office) -> None:
    case = office.start(judul="Kenarijudul", unit="A")
    for actor in (office.rina, office.budi, office.ketua, office.owner, office.auditor, office.admin):
        assert found(office, "kenarijudul", actor) == [case.id], actor.name
    for actor in (office.dinas_a, office.dinas_b):
        assert found(office, "kenarijudul", actor) == []
    complete(office, case, hasil="cukup", unit="A")
    assert found(office, "kenarijudul", office.dinas_a) == [case.id]
    assert found(office, "kenarijudul", office.dinas_b) == []


def test_nobody_finds_a_case_by_identity(office: Office) -> None:
    office.start(judul="Sampah", pelapor="Kenaripelapor")
    for actor in vars(office).values():
        if isinstance(actor, Actor):
            assert found(office, "kenaripelapor", actor) == []
            assert found(office, "kenaripelapr", actor) == []
