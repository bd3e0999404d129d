"""Who may see a case stands in rows that triggers keep; they say what the tasks say, whatever happens to these."""

import random

import pytest
from sqlalchemy import ColumnElement, exists, or_, select, text
from sqlalchemy.orm import Session

from app.models import InstanceText, InstanceVisibility, ProcessInstance, UserTask
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import access
from app.services.core.access import Actor
from app.services.instances import cancellation, instances
from app.services.people import groups
from app.services.tasks import inbox, inbox_counts, tabs, tasks
from app.services.tasks.inbox import Filters
from tests.services.office import Office, add_user

#: What the rows must be, counted anew from the tasks.
RECOUNT = """
SELECT t.instance_id, t.group_id, coalesce(t.unit_code, '') AS unit_code, i.state
  FROM user_task t JOIN process_instance i ON i.id = t.instance_id
UNION SELECT t.instance_id, t.coordinator_group_id, '', i.state
  FROM user_task t JOIN process_instance i ON i.id = t.instance_id WHERE t.coordinator_group_id IS NOT NULL
"""


def by_tasks(actor: Actor) -> ColumnElement[bool]:
    """Who may see a case, asked of its tasks: what the rows took the place of."""
    here = UserTask.instance_id == ProcessInstance.id
    offered = exists().where(here, access.offered(actor)).correlate_except(UserTask)
    led = exists().where(here, UserTask.coordinator_group_id.in_(actor.groups)).correlate_except(UserTask)
    return or_(offered, led, ProcessInstance.started_by_id == actor.id)


@pytest.fixture
def people(office: Office) -> list[Actor]:
    with office.database.transaction() as session:
        both = add_user(session, "serba", "Loket", "Unit", "Ketua", units=("A", "B"))
        nobody = add_user(session, "tamu")
        alone = add_user(session, "tanpa", "Unit")
    return [office.rina, office.budi, office.ketua, office.dinas_a, office.dinas_b, both, nobody, alone]


def work_at_random(office: Office, chance: random.Random) -> None:
    """One step of some case: begun, worked on, handed to another unit, stopped."""
    with office.database.reading() as session:
        rows = session.execute(
            select(UserTask.id, UserTask.activity_id).where(UserTask.state == "open")
        ).all()
    if not rows or chance.random() < 0.3:
        office.start(unit=chance.choice(["A", "B", "", "C"]))
        return
    task_id, activity = chance.choice(rows)
    with office.database.transaction() as session:
        if chance.random() < 0.15:
            case = session.get_one(UserTask, task_id).instance_id
            cancellation.cancel(session, case, "coba", actor=office.owner)
        elif activity == "periksa":
            values = {"hasil": chance.choice(["cukup", "kurang"]), "unit": chance.choice(["A", "B", "", "C"])}
            tasks.complete(session, task_id, values, {}, actor=office.rina)
        else:
            task = session.get_one(UserTask, task_id)
            task.unit_code = chance.choice(["A", "B", None])  # as a reassignment does


def assert_rows_are_those_of_the_tasks(session: Session) -> None:
    columns = (
        InstanceVisibility.instance_id,
        InstanceVisibility.group_id,
        InstanceVisibility.unit_code,
        InstanceVisibility.state,
    )
    assert set(map(tuple, session.execute(select(*columns)))) == set(
        map(tuple, session.execute(text(RECOUNT)))
    )
    texts = select(InstanceText.instance_id, InstanceText.body)
    cases = select(ProcessInstance.id, ProcessInstance.business_key, ProcessInstance.subject)
    assert {i: body for i, body in session.execute(texts)} == {
        i: f"{number}\n{subject}".lower() for i, number, subject in session.execute(cases)
    }


@pytest.mark.parametrize("seed", range(3))
def test_rows_say_who_sees_a_case_as_its_tasks_do(office: Office, people: list[Actor], seed: int) -> None:
    chance = random.Random(seed)
    for _step in range(25):
        work_at_random(office, chance)
    with office.database.reading() as session:
        assert_rows_are_those_of_the_tasks(session)
        for actor in people:
            by_rows = session.scalars(select(ProcessInstance.id).where(access.visible(actor))).all()
            told = session.scalars(select(ProcessInstance.id).where(by_tasks(actor))).all()
            assert set(by_rows) == set(told), actor.name
            assert listed(session, actor) == sorted(told, reverse=True), actor.name
            counted = instance_lists.counts(session, actor=actor)
            states = session.scalars(select(ProcessInstance.state).where(by_tasks(actor))).all()
            assert counted == {state: states.count(state) for state in instance_lists.STATES}, actor.name


def listed(session: Session, actor: Actor) -> list[int]:
    """All pages of the list of cases."""
    found, after = list[int](), ""
    while True:
        page = instance_lists.page(session, InstanceFilters(), actor=actor, after=after, limit=3)
        found += [case.id for case in page.items]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("seed", range(2))
def test_lists_of_tasks_hold_what_is_offered_in_order(office: Office, people: list[Actor], seed: int) -> None:
    chance = random.Random(100 + seed)
    for _step in range(25):
        work_at_random(office, chance)
    with office.database.reading() as session:
        for actor in [*people, office.owner]:
            for tab in tabs.TABS:
                found = in_pages(session, Filters(tab=tab), actor, limit=2)
                assert found == expected(session, tab, actor), (actor.name, tab)
            of_cases = {case: list[str]() for case in session.scalars(select(ProcessInstance.id))}
            for task in expected(session, "open", actor):
                of_cases[session.get_one(UserTask, task).instance_id].append(task)
            for case, own in of_cases.items():
                for limit in (1, 50):
                    assert in_pages(session, Filters(instance_id=case), actor, limit) == own, (actor, case)
            counted = inbox_counts.counts(session, actor=actor)
            for tab in ("mine", "queue", "done"):
                assert counted[tab] == len(expected(session, tab, actor))


def in_pages(session: Session, filters: Filters, actor: Actor, limit: int) -> list[str]:
    found, after = list[str](), ""
    while True:
        page = inbox.page(session, filters, actor=actor, after=after, limit=limit)
        found += [task.id for task in page.items]
        if page.next is None:
            return found
        after = page.next


def expected(session: Session, tab: str, actor: Actor) -> list[str]:
    if tab == "snoozed":  # nobody puts one off here
        return []
    every = session.scalars(select(UserTask)).all()
    offered = {
        task.id
        for task in every
        if task.group_id in actor.groups and (task.unit_code is None or task.unit_code in actor.units)
    }
    if tab == "done":
        done = [task for task in every if task.state == "completed" and task.closed_by_id == actor.id]
        return [task.id for task in sorted(done, key=lambda one: (one.closed_at, one.id), reverse=True)]
    open_ = [task for task in every if task.state == "open"]
    if tab == "mine":
        open_ = [task for task in open_ if task.assignee_id == actor.id]
    elif tab == "queue":
        open_ = [task for task in open_ if task.assignee_id is None and task.id in offered]
    elif not actor.sees_all:
        open_ = [task for task in open_ if task.id in offered]
    return [task.id for task in sorted(open_, key=lambda one: (one.sort_at, one.opened_at, one.id))]


def test_who_changes_group_or_unit_sees_other_cases_at_once(office: Office) -> None:
    case = office.start(unit="A")
    with office.database.transaction() as session:
        tasks.complete(
            session, office.open_task(case).id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina
        )
    with office.database.reading() as session:
        assert not listed(session, office.dinas_b)
        unit = groups.get_or_add(session, "Unit").id
        moved = Actor(office.dinas_b.id, "beni", "Beni", frozenset({unit}), frozenset({"A"}))
        assert listed(session, moved) == [case.id]
        assert instances.get(session, case.id, actor=moved).id == case.id
