"""A list of cases, and the cases behind a figure, are a question: the address of either asks for the same cases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.base.errors import InvalidForm
from app.models import UserTask
from app.models.tasks import IS_OPEN
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core.access import Actor
from app.services.numbers import counted, overview
from app.services.search import task_terms
from app.services.search.question import Condition, question_of
from app.services.tasks import inbox, tasks
from app.services.tasks.inbox import Filters
from tests.services.office import Office
from tests.services.questions.asked import every, ids, one

pytestmark = pytest.mark.usefixtures("facts_follow")

#: The office works on 24 November 2026 and the days after.
_MONTH, _DAY = {"dari": "2026-01", "sampai": "2026-12"}, {"dari": "2026-01-01", "sampai": "2027-12-31"}


@pytest.fixture
def worked_in(office: Office) -> Office:
    for number in range(5):
        case = office.start(judul=f"Lampu {number}")
        for _step in range(number % 3):
            with office.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "A"}
                task = office.open_task(case)
                actor = office.rina if task.activity_id == "periksa" else office.dinas_a
                given = values if task.activity_id == "periksa" else {}
                tasks.complete(session, task.id, given, {}, actor=actor)
    return office


def filters() -> Iterator[InstanceFilters]:
    yield InstanceFilters(q="lampu")
    for state in instance_lists.STATES:
        yield InstanceFilters(state=state)
    yield InstanceFilters(key="uji", state="active", q="lampu")
    yield InstanceFilters(unit="A")
    yield InstanceFilters(unit="-", category="-", area="-", key="uji")
    yield InstanceFilters(business_key="UJI-2026-00002")


def figures() -> Iterator[Condition]:
    for figure in counted.FIGURES:
        period = _DAY if figure in ("open", *counted.OF_OPEN_TASKS) else _MONTH
        yield one("angka", proses="uji", nilai=figure)
        yield one("angka", proses="uji", nilai=figure, **period)
    yield one("angka", proses="uji", nilai="done", kegiatan="periksa", unit="-", **_MONTH)
    yield one("angka", proses="uji", nilai="ended", hasil="selesai", versi="1", lewat="1", **_MONTH)


def actors(office: Office) -> list[Actor]:
    return [office.owner, office.rina, office.dinas_a]


def test_a_list_is_the_question_that_its_filters_ask(worked_in: Office) -> None:
    with worked_in.database.reading() as session:
        for actor in actors(worked_in):
            for asked in filters():
                page = instance_lists.page(session, asked, actor=actor)
                read = question_of(asked.question.query)
                assert ids(session, read, actor) == [case.id for case in page.items], (actor.name, asked)


def test_cases_behind_a_figure_open_as_a_question(worked_in: Office) -> None:
    found = 0
    with worked_in.database.reading() as session:
        for actor in actors(worked_in):
            for condition in figures():
                figure = counted.of_values(session, condition.values)
                page = instance_lists.page(session, InstanceFilters(counted=figure), actor=actor)
                listed = [case.id for case in page.items]
                assert figure.condition == condition
                assert ids(session, question_of(every(condition).query), actor) == listed, condition
                found += len(listed)
    assert found > 20


def open_tasks() -> Iterator[Filters]:
    yield Filters()
    for due in task_terms.DUE:
        yield Filters(deadline=due)
    for state in inbox.STATES:
        yield Filters(state=state)
    yield Filters(age="7", lane="Loket")
    yield Filters(activity="kerjakan", unit="A", key="uji", q="lampu")


def test_a_list_of_open_tasks_is_a_question_for_their_cases(worked_in: Office) -> None:
    found = 0
    with worked_in.database.transaction() as session:
        tasks.claim(
            session, session.scalars(select(UserTask.id).where(IS_OPEN)).first(), actor=worked_in.rina
        )
    with worked_in.database.reading() as session:
        for filters in [*open_tasks(), Filters(officer=str(worked_in.rina.id))]:
            page = inbox.page(session, filters, actor=worked_in.auditor)
            cases = sorted({task.instance_id for task in page.items}, reverse=True)
            question = inbox.question(session, filters)
            assert question is not None
            assert ids(session, question_of(question.query), worked_in.auditor) == cases, filters
            found += len(cases)
        assert inbox.question(session, Filters(tab="mine")) is None
    assert found > 10


def test_a_case_is_listed_once_however_often_it_counts(office: Office) -> None:
    first, *_others = [office.start() for _number in range(5)]
    for _time in range(3):
        with office.database.transaction() as session:
            tasks.complete(session, office.open_task(first).id, {"hasil": "kurang"}, {}, actor=office.rina)
    with office.database.reading() as session:
        month = overview.this_month(session)
        figure = one("angka", proses="uji", nilai="done", dari=month, sampai=month, kegiatan="periksa")
        assert ids(session, every(figure), office.owner) == [first.id]


def test_days_that_no_calendar_reaches_are_refused(office: Office) -> None:
    with office.database.reading() as session:
        for figure, first in (("foreseen", "0001-01-01"), ("foreseen", "9999-12-31"), ("done", "9999-12")):
            with pytest.raises(InvalidForm, match="Tulis bulan"):
                counted.of_values(session, {"proses": "uji", "nilai": figure, "dari": first, "sampai": first})
