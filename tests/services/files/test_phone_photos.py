"""Pictures by phone into one draft: whose it is, how many, for how long; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.models import PhoneUpload, User
from app.services.core import clock
from app.services.core.access import Actor
from app.services.files import phone_photos
from app.services.people import sessions
from tests.services.keeping import forget
from tests.services.office import Office

DRAFT = "start:uji"


def begin(office: Office, actor: Actor | None = None, scope: str = DRAFT) -> str:
    with office.database.transaction() as session:
        asked = actor or office.rina
        return phone_photos.begin(session, scope, "lampiran", private=False, actor=asked)[0]


def add(office: Office, token: str, *ids: str) -> int:
    with office.database.transaction() as session:
        return phone_photos.add(session, token, list(ids))


def held(office: Office, actor: Actor, scope: str = DRAFT) -> list[str]:
    with office.database.reading() as session:
        return phone_photos.photos_of(session, scope, actor=actor)[1]


def test_each_draft_of_each_officer_has_its_own(office: Office) -> None:
    token, other = begin(office), begin(office, office.budi)
    assert add(office, token, "a", "b") == 3
    add(office, other, "c")
    assert (held(office, office.rina), held(office, office.budi)) == (["a", "b"], ["c"])
    assert held(office, office.rina, "start:lain") == []


def test_a_new_address_ends_the_old_one_and_keeps_what_came(office: Office) -> None:
    token = begin(office)
    add(office, token, "a", "b", "c")
    again = begin(office)
    with pytest.raises(NotFound):
        add(office, token, "d")
    assert add(office, again, "d", "e") == 0
    with pytest.raises(InvalidForm):
        add(office, again, "f")
    assert held(office, office.rina) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("way", ["signed out", "one", "all"])
def test_an_address_ends_with_the_session_and_what_came_stays(office: Office, way: str) -> None:
    with office.database.transaction() as session:
        _user, cookie = sessions.begin(session, office.rina.id, None, None, None, two_steps=True)
    token, other = begin(office), begin(office, office.budi)
    add(office, token, "a")
    with office.database.transaction() as session:
        if way == "signed out":
            sessions.sign_out(session, cookie)
        elif way == "one":
            sessions.end_one(session, office.rina.id, sessions.fingerprint(cookie), why="own")
        else:
            sessions.end_all(session, office.rina.id, why="administrator")
    with pytest.raises(NotFound):
        add(office, token, "b")
    assert held(office, office.rina) == ["a"]
    assert add(office, other, "c") == 4


def test_what_was_taken_out_makes_room(office: Office) -> None:
    token = begin(office)
    add(office, token, *"abcde")
    with office.database.transaction() as session:
        phone_photos.forget(session, DRAFT, ["a", "c"], actor=office.rina)
    assert add(office, token, "f") == 1
    assert held(office, office.rina) == ["b", "d", "e", "f"]


@pytest.mark.parametrize("why", ["over", "closed", "disabled"])
def test_an_address_ends(office: Office, why: str) -> None:
    token = begin(office)
    with office.database.transaction() as session:
        assert phone_photos.sender(session, token).actor.id == office.rina.id
        if why == "over":
            session.scalars(select(PhoneUpload)).one().until = clock.real() - timedelta(seconds=1)
        elif why == "closed":
            phone_photos.close(session, DRAFT, actor=office.rina)
        else:
            session.get_one(User, office.rina.id).disabled_at = clock.real()
    with office.database.reading() as session, pytest.raises(NotFound):
        phone_photos.sender(session, token)


def test_no_auditor_shows_a_code_and_old_ones_are_dropped(office: Office) -> None:
    with pytest.raises(NotAllowed):
        begin(office, office.auditor)
    begin(office)
    with office.database.transaction() as session:
        row = session.scalars(select(PhoneUpload)).one()
        forget(session, PhoneUpload)
        row.until = clock.real() - timedelta(days=2)
        session.flush()
        forget(session, PhoneUpload)
        assert session.scalars(select(PhoneUpload)).all() == []
