"""Following a case, and naming somebody in a note: told by the bell, and only who may see the case."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotFound
from app.models import Notice, ProcessInstance, User, membership
from app.services.casefile import notes
from app.services.notifications import followers, outbox, texts
from app.services.tasks import tasks
from tests.services.counting import statements
from tests.services.office import Office


def told(session: Session, code: str) -> list[int]:
    """Who has a notice of this code."""
    outbox.deliver(session)
    rows = session.scalars(select(Notice).order_by(Notice.user_id))
    return [row.user_id for row in rows if row.body["code"] == code]


def complete(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        values = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)


def test_who_follows_a_case_hears_that_it_went_on_and_who_moved_it_does_not(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        before = session.get_one(ProcessInstance, case.id).revision
        for actor in (office.rina, office.budi, office.auditor):
            followers.follow(session, case.id, actor=actor)
        followers.follow(session, case.id, actor=office.budi)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).revision == before
        assert followers.is_followed(session, case.id, actor=office.budi)
    with office.database.transaction() as session:
        followers.unfollow(session, case.id, actor=office.auditor)
    complete(office, case)
    with office.database.transaction() as session:
        assert told(session, "followed_moved") == [office.budi.id]
        [notice] = [row for row in session.scalars(select(Notice)) if row.body["code"] == "followed_moved"]
        assert texts.words(notice.body).startswith("Perkara yang Anda ikuti berlanjut, sekarang di: ")


def test_who_may_not_see_it_any_more_is_told_nothing(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        followers.follow(session, case.id, actor=office.budi)
        session.execute(membership.delete().where(membership.c.user_id == office.budi.id))
        with pytest.raises(NotFound):
            followers.follow(session, case.id, actor=office.dinas_b)
    complete(office, case)
    with office.database.transaction() as session:
        assert told(session, "followed_moved") == []


def test_a_case_that_nobody_follows_asks_nobody(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        followers.follow(session, case.id, actor=office.budi)
        followers.unfollow(session, case.id, actor=office.budi)
    with statements(office.database) as sent:
        complete(office, case)
    assert not [one for one in sent if "case_follow" in str(one)]


def test_who_is_named_in_a_note_is_told_if_he_may_see_the_case(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        text = "Tolong @budi. lihat, juga @antah; surat@beni tidak."
        notes.add(session, case.id, text, actor=office.rina)
        assert told(session, "mentioned") == [office.budi.id]
        with pytest.raises(InvalidForm, match="@beni"):
            notes.add(session, case.id, "Untuk @beni", actor=office.rina)
        assert told(session, "mentioned") == [office.budi.id]
        named = {name for name, _full in notes.mentionable(session, case.id, actor=office.rina)}
        assert "budi" in named
        assert named.isdisjoint({"beni", "rina"})
        assert session.scalars(select(User.name).where(User.name.in_(named))).all()
