"""Who is away, who stands in for him, what reaches the substitute and what he may do."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.commands import workload as commands
from app.commands.transaction import Command
from app.history import reader
from app.history.events.tasks import TaskReassigned
from app.models import Absence, Notice, User, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.notifications import outbox
from app.services.people import absences, loads, officers
from app.services.tasks import tasks
from app.services.workload import transfers
from app.web.loads import load_in_words
from tests.services.office import Office, add_user


def enter(
    office: Office, whose: Actor, substitute: Actor | None, *, actor: Actor, first: int = 0, last: int = 3
) -> int:
    with office.database.transaction() as session:
        today, user = clock.today(session), session.get_one(User, whose.id)
        days = today + timedelta(first), today + timedelta(last)
        other = substitute.id if substitute else None
        return absences.add(session, user, other, *days, actor=actor).id


def held_by_rina(office: Office) -> UserTask:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    return task


def test_it_is_entered_by_oneself_the_coordinator_or_an_administrator(office: Office) -> None:
    for n, actor in enumerate((office.rina, office.ketua, office.admin)):
        enter(office, office.rina, office.budi, actor=actor, first=10 * n, last=10 * n + 2)
    for actor in (office.budi, office.dinas_a, office.owner, office.auditor):
        with pytest.raises(NotAllowed):
            enter(office, office.rina, None, actor=actor, first=90, last=91)


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [(2, 1, "last_on"), (-5, -1, "last_on"), (0, 400, "last_on"), (1, 2, "first_on")],
)
def test_days_that_cannot_be_are_refused(office: Office, first: int, last: int, wrong: str) -> None:
    enter(office, office.rina, None, actor=office.rina, first=1, last=1)
    with pytest.raises(InvalidForm) as refused:
        enter(office, office.rina, None, actor=office.rina, first=first, last=last)
    assert set(refused.value.errors) == {wrong}


def test_a_substitute_works_in_the_same_lane_and_unit_already(office: Office) -> None:
    with office.database.transaction() as session:
        same = add_user(session, "doni", "Unit", units=("A",))
    for whose, other in (
        (office.rina, office.dinas_a),
        (office.dinas_a, office.dinas_b),
        (office.rina, office.rina),
    ):
        with pytest.raises(InvalidForm) as refused:
            enter(office, whose, other, actor=office.admin)
        assert set(refused.value.errors) == {"substitute"}
    enter(office, office.dinas_a, same, actor=office.dinas_a)


def test_a_substitute_takes_over_as_himself_and_nobody_else_does(office: Office) -> None:
    task = held_by_rina(office)
    with office.database.transaction() as session:
        third = add_user(session, "tono", "Loket")
        budi, tono = session.get_one(User, office.budi.id), session.get_one(User, third.id)
        with pytest.raises(NotAllowed):
            tasks.reassign(session, task.id, budi, "Cuti", actor=office.budi)
    enter(office, office.rina, office.budi, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        tasks.reassign(session, task.id, tono, "Cuti", actor=third)
    with office.database.transaction() as session, pytest.raises(NotAllowed):  # to himself alone
        tasks.reassign(session, task.id, tono, "Cuti", actor=office.budi)
    command = Command("hand_over", str(office.rina.id))
    made = commands.hand_over(
        office.database, command, office.rina.id, office.budi.id, "Cuti", actor=office.budi
    )["transfer"]
    with office.database.reading() as session:
        assert session.get_one(UserTask, task.id).assignee_id == office.budi.id
        assert transfers.get(session, made, actor=office.budi).kind == "substitute"
        last = list(reader.of_instance(session, task.instance_id))[-1]
    assert isinstance(last.event, TaskReassigned)
    assert (last.event.to, last.event.substitute_for) == ("budi", "rina")
    assert last.actor is not None
    assert last.actor.id == office.budi.id


def test_it_begins_and_ends_by_itself(office: Office) -> None:
    enter(office, office.rina, office.budi, actor=office.rina, first=1, last=2)
    for day, there in ((0, False), (1, True), (2, True), (3, False)):
        with office.database.reading() as session:
            clock.fix(session, clock.now(session) + timedelta(days=day))
            assert (
                absences.stands_in(session, actor=office.budi, user_id=office.rina.id) is not None
            ) == there
            assert bool(absences.away(session)) == there


def test_it_is_ended_before_its_time_once(office: Office) -> None:
    one = enter(office, office.rina, office.budi, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(NotFound):
        absences.end(session, one, actor=office.budi)
    with office.database.transaction() as session:
        absences.end(session, one, actor=office.ketua)
        assert absences.away(session) == {}
    with office.database.transaction() as session, pytest.raises(Conflict):
        absences.end(session, one, actor=office.rina)


def told(office: Office) -> dict[int, list[bool]]:
    """By user whether each of his notices is unread."""
    with office.database.transaction() as session:
        outbox.deliver(session)
    found: dict[int, list[bool]] = {}
    with office.database.reading() as session:
        for notice in session.scalars(select(Notice)):
            found.setdefault(notice.user_id, []).append(notice.read_at is None)
    return found


def test_new_notices_reach_the_substitute_as_well(office: Office) -> None:
    with office.database.transaction() as session:
        same = add_user(session, "doni", "Unit", units=("A",))
        tono = add_user(session, "tono", "Loket")
    enter(office, office.rina, tono, actor=office.rina)
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        rina = session.get_one(User, office.rina.id)
        tasks.reassign(session, task.id, rina, "Bagi", actor=office.ketua)
    assert told(office) == {office.rina.id: [True], tono.id: [True]}
    assert same.id not in told(office)


def test_a_substitute_hears_nothing_of_cases_that_he_may_not_see(office: Office) -> None:
    """She works in another lane too, which her substitute does not."""
    with office.database.transaction() as session:
        both = add_user(session, "serba", "Loket", "Unit", units=("A",))
        tono = add_user(session, "tono", "Unit", units=("A",))
    enter(office, both, tono, actor=both)
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.reassign(session, task.id, session.get_one(User, both.id), "Bagi", actor=office.ketua)
    assert told(office) == {both.id: [True]}


def test_the_load_tells_open_and_overdue_tasks_and_absence(office: Office) -> None:
    for _n in range(2):
        held_by_rina(office)
    with office.database.transaction() as session:
        session.query(UserTask).filter_by(assignee_id=office.rina.id).first().due_at = clock.now(
            session
        ) - timedelta(1)
    enter(office, office.rina, office.budi, actor=office.rina)
    with office.database.reading() as session:
        found = loads.of_users(session, [office.rina.id, office.budi.id])
        last: date = session.scalars(select(Absence.last_on)).one()
    assert found[office.rina.id] == loads.Load(2, 1, last, "Budi")
    assert found[office.budi.id] == loads.Load()


def test_an_absence_that_begins_soon_is_told_with_the_load(office: Office) -> None:
    enter(office, office.rina, None, actor=office.rina, first=2, last=4)
    enter(office, office.budi, None, actor=office.budi, first=15, last=20)
    with office.database.reading() as session:
        found = loads.of_users(session, [office.rina.id, office.budi.id])
        today = clock.today(session)
    rina = found[office.rina.id]
    assert (rina.away_from, rina.away_until) == (today + timedelta(2), today + timedelta(4))
    assert "tidak di tempat" in load_in_words(rina)
    assert found[office.budi.id] == loads.Load()


def test_officers_of_a_task_come_with_the_load_that_each_has(office: Office) -> None:
    for _number in range(2):
        held_by_rina(office)
    enter(office, office.rina, None, actor=office.rina, first=2, last=4)
    enter(office, office.rina, office.budi, actor=office.rina, first=6, last=8)
    free = office.open_task(office.start())
    with office.database.reading() as session:
        task = session.get_one(UserTask, free.id)
        people = officers.of_task(session, task, actor=office.ketua)
        each = loads.of_users(session, [one.id for one in people])
        assert each[office.rina.id].open == 2
        found = loads.of_officers(session, task, across_units=False)
    assert [one.id for one, _load in found] == [one.id for one in people]
    assert {one.id: load for one, load in found} == each
