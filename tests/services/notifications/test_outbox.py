"""Messages become notices: for whom they are, once, and never for nobody."""

from typing import Any

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import NotFound
from app.models import Notice, OutboxMessage, ProcessInstance, User
from app.services.core import clock
from app.services.notifications import notices, outbox
from app.services.people import groups
from tests.services.counting import statements
from tests.services.office import Office, add_user


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    return office.start()


def queue(office: Office, case: ProcessInstance, *names: str, unit: str | None = None, **more: Any) -> int:
    with office.database.transaction() as session:
        ids = [groups.get_or_add(session, name).id for name in names]
        coordinator = more.pop("coordinator", None)
        audience = {
            "groups": ids,
            "unit": unit,
            "coordinator": groups.get_or_add(session, coordinator).id if coordinator else None,
            "users": more.pop("users", []),
        }
        row = OutboxMessage(
            instance_id=case.id, body={"code": "notification", "text": "Lewat"}, audience=audience,
            queued_at=clock.now(session),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def deliver(database: Database) -> int:
    with database.transaction() as session:
        return outbox.deliver(session)


def told(database: Database, outbox_id: int) -> list[str]:
    with database.reading() as session:
        query = select(User.name).join(Notice, Notice.user_id == User.id).where(Notice.outbox_id == outbox_id)
        return sorted(session.scalars(query))


def test_a_lane_is_told_and_nobody_else(office: Office, case: ProcessInstance) -> None:
    message = queue(office, case, "Loket")
    with office.database.reading() as session:
        assert outbox.waiting(session)
    assert deliver(office.database) == 1
    assert told(office.database, message) == ["budi", "rina"]
    with office.database.reading() as session:
        assert not outbox.waiting(session)


def test_of_a_lane_with_a_unit_only_its_officers_are_told_and_the_coordinators_whatever_their_unit(
    office: Office, case: ProcessInstance
) -> None:
    message = queue(office, case, "Unit", "Ketua", unit="A", coordinator="Ketua")
    deliver(office.database)
    assert told(office.database, message) == ["dina", "ketua"]


def test_a_coordinator_that_the_message_does_not_name_is_left_alone(
    office: Office, case: ProcessInstance
) -> None:
    message = queue(office, case, "Unit", unit="A", coordinator="Ketua")
    deliver(office.database)
    assert told(office.database, message) == ["dina"]


def test_a_unit_without_officers_is_heard_by_the_coordinator_else_by_the_lane(
    office: Office, case: ProcessInstance
) -> None:
    coordinated = queue(office, case, "Unit", unit="C", coordinator="Ketua")
    alone = queue(office, case, "Unit", unit="C")
    deliver(office.database)
    assert told(office.database, coordinated) == ["ketua"]
    assert told(office.database, alone) == ["beni", "dina"]


def test_who_is_in_several_groups_or_named_as_well_is_told_once(
    office: Office, case: ProcessInstance
) -> None:
    with office.database.transaction() as session:
        both = add_user(session, "wati", "Loket", "Ketua", units=("A", "B"))
    message = queue(office, case, "Loket", "Ketua", users=[both.id, office.dinas_a.id])
    deliver(office.database)
    assert told(office.database, message) == ["budi", "dina", "ketua", "rina", "wati"]


def test_disabled_users_and_auditors_of_a_lane_are_passed_over(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        add_user(session, "pengawas", "Loket", is_auditor=True)
        session.get_one(User, office.budi.id).disabled_at = clock.now(session)
    message = queue(office, case, "Loket", users=[office.budi.id])
    deliver(office.database)
    assert told(office.database, message) == ["rina"]


def test_a_message_for_nobody_is_done_and_says_so(office: Office, case: ProcessInstance) -> None:
    message = queue(office, case, "Lajur kosong")
    deliver(office.database)
    with office.database.reading() as session:
        row = session.get_one(OutboxMessage, message)
        assert (row.delivered_at is not None, row.error) == (True, outbox.NOBODY)


def test_what_was_delivered_is_kept_once_in_the_notices(office: Office, case: ProcessInstance) -> None:
    message = queue(office, case, "Loket")
    with office.database.reading() as session:
        said = session.get_one(OutboxMessage, message).body
    deliver(office.database)
    with office.database.reading() as session:
        row = session.get_one(OutboxMessage, message)
        notices = session.scalars(select(Notice).where(Notice.outbox_id == message)).all()
        assert (row.body, row.audience) == ({}, {})
        assert [notice.body for notice in notices] == [said, said]


def test_delivering_again_adds_nobody_twice(office: Office, case: ProcessInstance) -> None:
    message = queue(office, case, "Loket")
    deliver(office.database)
    assert deliver(office.database) == 0
    with office.database.transaction() as session:
        session.get_one(OutboxMessage, message).delivered_at = None
    deliver(office.database)
    assert told(office.database, message) == ["budi", "rina"]


def test_many_messages_take_few_statements(office: Office, case: ProcessInstance) -> None:
    for _n in range(20):
        queue(office, case, "Loket")
    with statements(office.database) as seen:
        assert deliver(office.database) == 20
    assert seen.count("SELECT") <= 7
    assert len(seen) <= 8


def test_the_list_pages_by_key_and_the_bell_counts_what_is_unread(
    office: Office, case: ProcessInstance
) -> None:
    for _n in range(5):
        queue(office, case, "Loket")
    deliver(office.database)
    with office.database.reading() as session:
        with statements(office.database) as seen:
            assert notices.unread(session, actor=office.rina) == 5
        assert seen == ["SELECT"]
        assert notices.unread(session, actor=office.ketua) == 0
        first, before = notices.of_user(session, actor=office.rina, limit=3)
        rest, end = notices.of_user(session, actor=office.rina, before=before, limit=3)
        assert [row.id for row in [*first, *rest]] == sorted(
            (row.id for row in [*first, *rest]), reverse=True
        )
        assert (len(first), len(rest), end) == (3, 2, None)
        assert first[0].instance.business_key == case.business_key


def test_reading_a_notice_counts_once_and_somebody_elses_is_not_found(
    office: Office, case: ProcessInstance
) -> None:
    for _n in range(2):
        queue(office, case, "Loket")
    deliver(office.database)
    with office.database.transaction() as session:
        [latest, _older], _next = notices.of_user(session, actor=office.rina)
        with pytest.raises(NotFound):
            notices.mark_read(session, latest.id, actor=office.budi)
        at = notices.mark_read(session, latest.id, actor=office.rina).read_at
        assert notices.mark_read(session, latest.id, actor=office.rina).read_at == at
        assert notices.unread(session, actor=office.rina) == 1
        notices.mark_all_read(session, actor=office.rina)
        assert notices.unread(session, actor=office.rina) == 0
        assert notices.unread(session, actor=office.budi) == 2
