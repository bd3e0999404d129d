"""Tasks put off: gone until a day or until the case moves, back by themselves, never past a deadline."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed
from app.models import ProcessInstance, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.instances import task_rows
from app.services.tasks import inbox, inbox_counts, page_counts, snoozing, tabs, tasks
from app.services.tasks.inbox import Filters
from tests.services.office import Office


def shown(session: Session, actor: Actor) -> tuple[int, int]:
    """How many tasks stand in "Tugas saya", and how many are put off; lists and counts agree."""
    listed = [len(inbox.page(session, Filters(tab=tab), actor=actor).items) for tab in ("mine", "snoozed")]
    counts = inbox_counts.counts(session, actor=actor)
    assert listed == [counts["mine"], counts["snoozed"]]
    assert page_counts.of_actor(session, actor=actor).tasks == counts["mine"] + counts["queue"]
    return listed[0], listed[1]


@pytest.fixture
def held(office: Office) -> UserTask:
    case = office.start()
    with office.database.transaction() as session:
        task = tasks.claim(session, office.open_task(case).id, actor=office.rina)
        task.due_at = None
        return task


def day(session: Session, days: int) -> date:
    return clock.today(session) + timedelta(days=days)


def test_a_task_is_out_of_sight_until_its_day_and_comes_back_by_itself(
    office: Office, held: UserTask
) -> None:
    with office.database.transaction() as session:
        snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        assert shown(session, office.rina) == (0, 1)
        session.get_one(UserTask, held.id).snoozed_until = clock.now(session) - timedelta(seconds=1)
        session.flush()
        assert shown(session, office.rina) == (1, 0)


def test_a_deadline_wins(office: Office, held: UserTask) -> None:
    with office.database.transaction() as session:
        snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        task = session.get_one(UserTask, held.id)
        task.due_at = clock.now(session)  # somebody set a deadline meanwhile
        session.flush()
        assert shown(session, office.rina) == (1, 0)
        assert not tabs.is_put_off(session, task)
        task.due_at = clock.now(session) + timedelta(days=3)
        with pytest.raises(InvalidForm) as refused:
            snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        assert "Tenggat tugas ini lebih dulu" in refused.value.errors["until"]


def test_it_comes_back_when_its_case_moves_on(office: Office, held: UserTask) -> None:
    with office.database.transaction() as session:
        before = session.get_one(ProcessInstance, held.instance_id).revision
        snoozing.snooze(session, held.id, None, moved=True, actor=office.rina)
        assert shown(session, office.rina) == (0, 1)
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, held.instance_id)
        assert (instance.revision, instance.snoozed) == (before, True)
        task_rows.wake(session, instance)
        assert shown(session, office.rina) == (1, 0)


def test_who_gives_it_back_or_hands_it_on_puts_nothing_off(office: Office, held: UserTask) -> None:
    with office.database.transaction() as session:
        snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        assert tasks.release(session, held.id, actor=office.rina).snoozed_until is None
        with pytest.raises(NotAllowed):
            snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        tasks.claim(session, held.id, actor=office.rina)
        for wrong in (None, day(session, -1), day(session, 500)):
            with pytest.raises(InvalidForm):
                snoozing.snooze(session, held.id, wrong, moved=False, actor=office.rina)
        snoozing.snooze(session, held.id, day(session, 5), moved=False, actor=office.rina)
        snoozing.wake(session, held.id, actor=office.rina)
        assert shown(session, office.rina) == (1, 0)
