"""No search reads a table whole that grows with the cases; on neither database."""

from app.commands import search
from app.services.search import finding, words
from tests.services.office import Office
from tests.services.plans import read_whole, selects


def test_a_search_reads_no_table_whole(office: Office) -> None:
    for number in range(6):
        office.start(judul=f"Lampu mati {number}")
    turns = search.Turns(office.database)
    while turns.take():
        pass
    for actor in (office.rina, office.dinas_a, office.ketua, office.owner):
        for query in ("lampu mati", "lapmu", "am", "lampu 3", "tiada"):
            with selects(office.database) as seen, office.database.reading() as session:
                finding.find(session, query, actor)
            assert read_whole(office.database, seen) == [], (actor.name, words)


def test_looking_for_changed_cases_reads_no_table_whole(office: Office) -> None:
    for number in range(6):
        office.start(judul=f"Lampu mati {number}")
    with selects(office.database) as seen, office.database.reading() as session:
        assert len(words.changed(session, 3)) >= 3
    assert read_whole(office.database, seen) == []
