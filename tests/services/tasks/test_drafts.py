"""Drafts: whole, invalid or not, sealed, one a person and form."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base.db import Database
from app.base.errors import InvalidForm
from app.models import Draft, ProcessInstance
from app.services.core import clock
from app.services.core.access import Actor
from app.services.instances import cancellation
from app.services.people import users
from app.services.tasks import drafts, tasks
from tests.services.counting import statements
from tests.services.keeping import forget
from tests.services.office import Office, add_user

TYPED = {"hasil": None, "tanggal": "31-02-2026", "pelapor": "KENARI-DRAF", "lampiran": ["x", 1]}


@pytest.fixture
def rina(database: Database) -> Actor:
    with database.transaction() as session:
        return add_user(session, "rina", "Loket")


def save(database: Database, actor: Actor, scope: str = "task:1", **values: object) -> None:
    with database.transaction() as session:
        drafts.save(session, actor, scope, values)


def test_what_was_typed_comes_back_as_it_was_however_wrong(database: Database, rina: Actor) -> None:
    save(database, rina, **TYPED)
    with database.reading() as session:
        kept = drafts.load(session, rina, "task:1")
    assert kept is not None
    assert kept.values == TYPED
    assert kept.saved_at.tzinfo is not None


def test_the_last_save_wins_in_one_statement(database: Database, rina: Actor) -> None:
    save(database, rina, a="1")
    with statements(database) as seen:
        save(database, rina, a="2")
    assert seen == ["INSERT"]
    with database.reading() as session:
        kept = drafts.load(session, rina, "task:1")
        assert kept is not None
        assert kept.values == {"a": "2"}
        assert len(session.scalars(select(Draft)).all()) == 1


def test_nothing_typed_can_be_read_in_the_table(database: Database, rina: Actor) -> None:
    save(database, rina, **TYPED)
    with database.reading() as session:
        stored = bytes(session.scalars(select(Draft.ciphertext)).one())
    assert b"KENARI" not in stored
    assert b"pelapor" not in stored


def test_drafts_of_another_person_and_another_form_are_apart(database: Database, rina: Actor) -> None:
    with database.transaction() as session:
        budi = add_user(session, "budi", "Loket")
    save(database, rina, a="rina")
    save(database, budi, a="budi")
    save(database, rina, "start:uji", a="awal")
    with database.transaction() as session:
        drafts.delete(session, rina, "task:1")
        assert drafts.load(session, rina, "task:1") is None
        for actor, scope, value in ((budi, "task:1", "budi"), (rina, "start:uji", "awal")):
            kept = drafts.load(session, actor, scope)
            assert kept is not None
            assert kept.values == {"a": value}


def test_a_draft_outlives_the_shutting_out_of_its_writer(database: Database, rina: Actor) -> None:
    save(database, rina, a="1")
    with database.transaction() as session:
        users.disable(session, rina.id, actor=None)
        assert drafts.load(session, rina, "task:1") is not None


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def typed_for_a_task(office: Office, draft: str) -> tuple[ProcessInstance, str]:
    case = office.start()
    scope = drafts.scope_of_task(office.open_task(case).id)
    save(office.database, office.budi, scope, hasil=draft)
    return case, scope


def left_after(office: Office, days: int) -> set[str]:
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=days))
        forget(session)
        return set(session.scalars(select(Draft.scope)))


def test_what_was_typed_for_a_task_is_dropped_long_after_it_was_closed(office: Office) -> None:
    others, done = typed_for_a_task(office, "kalah cepat")
    cancelled, gone = typed_for_a_task(office, "batal")
    _waiting, is_open = typed_for_a_task(office, "belum selesai")
    save(office.database, office.budi, "start:uji", judul="awal")
    with office.database.transaction() as session:
        task = office.open_task(others)
        tasks.complete(session, task.id, {"hasil": "cukup"}, {}, actor=office.rina)
        cancellation.cancel(session, cancelled.id, "ganda", actor=office.owner)
    assert left_after(office, 29) == {done, gone, is_open, "start:uji"}
    assert left_after(office, 31) == {is_open, "start:uji"}


def test_what_was_kept_long_after_the_task_was_closed_has_its_time_too(office: Office) -> None:
    case, scope = typed_for_a_task(office, "kalah cepat")
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"hasil": "cukup"}, {}, actor=office.rina)
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=31))
        drafts.save(session, office.budi, scope, {"hasil": "dikirim dari tab lama"})
        clock.fix(session, clock.now(session) + timedelta(days=1))
        forget(session)
        assert drafts.load(session, office.budi, scope) is not None


def test_a_draft_larger_than_any_form_is_refused_and_the_one_before_kept(
    database: Database, rina: Actor
) -> None:
    save(database, rina, a="x" * 190_000)
    with pytest.raises(InvalidForm) as refused:
        save(database, rina, a="y" * 200_001)
    assert refused.value.values["a"].startswith("y")
    with database.reading() as session:
        kept = drafts.load(session, rina, "task:1")
        assert kept is not None
        assert kept.values["a"].startswith("x")


def test_a_draft_sealed_under_another_key_is_an_error_and_not_garbage(
    database: Database, rina: Actor
) -> None:
    from app.base.errors import NotReady

    save(database, rina, a="1")
    with database.transaction() as session:
        session.execute(update(Draft).values(ciphertext=b"gAAAAA-broken"))
        with pytest.raises(NotReady, match="ALUR_IDENTITY_KEY"):
            drafts.load(session, rina, "task:1")
