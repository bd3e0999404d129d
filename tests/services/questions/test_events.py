"""Questions about events, and the ledger of identities: who opened whose, and what is odd about it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed
from app.models import HistoryEvent, ProcessInstance
from app.services import identity
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.questions import events, ledger
from app.services.questions.ledger import Filters
from app.services.search.question import EVENTS, Condition, Group, Question
from tests.services.office import Office
from tests.services.questions.asked import one

#: A Tuesday in the office of UTC+7: at ten in the morning, and at eleven at night.
MORNING = datetime.fromisoformat("2026-03-10T03:00:00+00:00")
NIGHT = datetime.fromisoformat("2026-03-10T16:00:00+00:00")


def look(office: Office, case: ProcessInstance, actor: Actor, at: datetime) -> None:
    with office.database.transaction() as session:
        clock.fix(session, at)
        held = session.get_one(ProcessInstance, case.id)
        identity.show(session, actor, held, definitions.version(session, held.definition_id))


@pytest.fixture
def opened(office: Office) -> list[ProcessInstance]:
    """Eleven cases of Rina. She opens one in the morning, Budi eleven at night, within minutes."""
    made = [office.start(judul=f"Lampu {n}", pelapor="Siti") for n in range(11)]
    look(office, made[0], office.rina, MORNING)
    for n, case in enumerate(made):
        look(office, case, office.budi, NIGHT + timedelta(minutes=n))
    return made


def found(session: Session, actor: Actor, *conditions: Condition) -> list[HistoryEvent]:
    question, after, rows = Question(EVENTS, (Group(conditions),)), "", list[int]()
    while True:
        answer = events.page(session, question, actor=actor, after=after, limit=4)
        rows += [entry.id for entry in answer.page.items]
        if answer.page.next is None:
            return [session.get_one(HistoryEvent, id_) for id_ in rows]
        after = answer.page.next


def test_events_are_found_by_type_person_period_and_hour(
    office: Office, opened: list[ProcessInstance]
) -> None:
    shown = one("jenis", nilai="identity_shown")
    with office.database.reading() as session:
        everything = found(session, office.auditor)
        assert [row.id for row in everything] == [
            id_
            for (id_,) in session.execute(
                select(HistoryEvent.id).order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
            )
        ]
        asked: list[tuple[list[Condition], int]] = [
            ([shown], 12),
            ([shown, one("pelaku", petugas="rina")], 1),
            ([shown, one("jam", nilai="malam")], 11),
            ([shown, one("jam", nilai="kantor")], 1),
            ([shown, one("jam", nilai="malam", negated=True)], 1),
            ([shown, one("waktu", dari="10-03-2026", sampai="10-03-2026")], 12),
            ([shown, one("waktu", sampai="09-03-2026")], 0),
            ([shown, one("nomor", nilai=opened[0].business_key)], 2),
            ([shown, one("proses", nilai="uji")], 12),
            ([one("jenis", nilai="task_created"), one("kegiatan", nilai="periksa")], 11),
            ([one("jenis", nilai="campur_tangan")], 0),
        ]
        for conditions, count in asked:
            assert len(found(session, office.auditor, *conditions)) == count, conditions


def test_events_are_for_who_sees_every_case(office: Office) -> None:
    with office.database.reading() as session:
        for act in (
            lambda: events.page(session, Question(EVENTS), actor=office.rina),
            lambda: ledger.page(session, Filters(), actor=office.rina),
        ):
            with pytest.raises(NotAllowed):
                act()
        with pytest.raises(InvalidForm):
            found(session, office.auditor, one("jam", nilai="siang"))


def test_the_ledger_marks_what_is_odd(office: Office, opened: list[ProcessInstance]) -> None:
    with office.database.reading() as session:
        rows = ledger.page(session, Filters(), actor=office.auditor).page.items
        assert [row.entry.actor.name for row in rows if row.entry.actor] == ["budi"] * 11 + ["rina"]
        assert rows[-1].patterns == ()
        assert {row.patterns for row in rows[:-1]} == {("many", "night", "outside", "stranger")}

        def count(**filters: str) -> int:
            return len(ledger.page(session, Filters(**filters), actor=office.auditor).page.items)

        assert count(officer="rina") == 1
        assert count(pattern="stranger") == 11
        assert count(pattern="many", officer="rina") == 0
        assert count(first="11-03-2026") == 0
        assert count(last="10-03-2026") == 12
