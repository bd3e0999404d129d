"""Samples are drawn the same again, hold findings, and are not for who worked on the case; questions are kept."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.history.events.dossiers import CaseFileTaken
from app.models import HistoryEvent, SampledCase, User
from app.services.core import access, history
from app.services.core.access import Actor
from app.services.notifications import followers
from app.services.questions import findings, saved
from app.services.search.question import Question
from app.services.tasks import tasks
from tests.services.office import Office
from tests.services.questions.asked import EVERY, draw, every, one


def record(
    session: Session, actor: Actor, position: int, verdict: str = "flawed", finding: str = "Terlambat"
) -> None:
    row = session.get(SampledCase, (1, position))
    shown = findings.shown(row) if row else ""
    findings.record(session, 1, position, verdict, finding, shown=shown, actor=actor)


def test_a_seed_draws_the_same_cases_again(office: Office) -> None:
    made = [office.start(judul=f"Lampu {n}").id for n in range(30)]
    first = draw(office, "2026", 10)
    assert len(set(first)) == 10
    assert set(first) <= set(made)
    assert draw(office, "2026", 10) == first
    assert draw(office, "2026", 12)[:10] == first
    assert draw(office, "2027", 10) != first
    with pytest.raises(InvalidForm):
        draw(office, "2026", 10, every(one("keadaan", nilai="ended")))
    with office.database.reading() as session:
        [told] = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "sample_drawn").limit(1))
        assert {"seed": "2026", "size": 10, "population": 30}.items() <= told.data.items()


def test_who_worked_on_a_case_does_not_audit_it(office: Office) -> None:
    worked, other = office.start(judul="Satu"), office.start(judul="Dua")
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(worked).id, {"hasil": "cukup"}, {}, actor=office.budi)
    assert set(draw(office, "1", 2)) == {worked.id, other.id}
    with office.database.transaction() as session:
        budi = session.scalars(select(User).where(User.name == "budi")).one()
        budi.is_auditor = True
        session.flush()
        former = access.actor_of(budi)
        places = {row.instance_id: row.position for row in session.scalars(select(SampledCase))}
        followers.follow(session, other.id, actor=former)  # to look at a case is no work on it
        taken = CaseFileTaken(archive=False, identity=False)
        history.record(session, taken, actor=former, instance_id=other.id)
        why = findings.conflicts(session, [worked.id, other.id], actor=former)
        assert set(why) == {worked.id}
        assert "Periksa" in why[worked.id]
        with pytest.raises(NotAllowed, match="Periksa"):
            record(session, former, places[worked.id])
        record(session, former, places[other.id])
        for wrong in (("", "x"), ("flawed", " "), ("lain", "x"), ("fine", "x" * 10_001)):
            with pytest.raises(InvalidForm):
                record(session, office.auditor, places[worked.id], *wrong)
        for actor in (office.owner, office.rina):
            with pytest.raises(NotAllowed):
                record(session, actor, places[other.id])
        with pytest.raises(NotFound):
            record(session, office.auditor, 3)
        record(session, office.auditor, places[other.id], "unclear", "Hubungi 0812-3456-7890")
        assert (
            "0812"
            not in session.scalars(select(SampledCase.finding).where(SampledCase.verdict == "unclear")).one()
        )
        record(session, former, places[other.id])
        record(session, office.auditor, places[worked.id], "fine", "")
    with office.database.reading() as session:
        held = {row.instance_id: (row.verdict, row.finding) for row in session.scalars(select(SampledCase))}
        assert held == {worked.id: ("fine", ""), other.id: ("flawed", "Terlambat")}


def test_questions_are_kept_and_shared_by_who_sees_everything(office: Office) -> None:
    with office.database.transaction() as session:
        mine = saved.save(session, " Semua ", EVERY, shared=True, actor=office.auditor)
        alone = saved.save(session, "Milik Rina", EVERY, shared=True, actor=office.rina)
        assert (mine.name, mine.shared, alone.shared) == ("Semua", True, False)

        def names(actor: Actor) -> list[str]:
            return [row.name for row in saved.listed(session, actor=actor)]

        assert (names(office.owner), names(office.rina)) == (["Semua"], ["Milik Rina"])
        for name, question in (("", EVERY), ("x" * 101, EVERY), ("Kosong", Question())):
            with pytest.raises(InvalidForm):
                saved.save(session, name, question, shared=False, actor=office.rina)
        with pytest.raises(NotFound):
            saved.remove(session, mine.id, actor=office.owner)
        assert saved.remove(session, mine.id, actor=office.auditor) == "Semua"
        assert names(office.owner) == []
