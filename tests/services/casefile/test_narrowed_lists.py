"""Filters and words of lists: whichever way a page is looked for, it shows what fits and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.search import Turns
from app.models import ProcessInstance, UserTask
from app.services.casefile import instance_lists, notes
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import candidates, search
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.people import groups
from app.services.tasks import inbox, inbox_counts, tabs, tasks
from app.services.tasks.inbox import Filters
from tests.services import kept_statements
from tests.services.counting import statements
from tests.services.office import Office, add_user

SUBJECTS = (
    "Jalan rusak",
    "Lampu jalan mati",
    "Sampah",
    '100% "kosong"',
    "a_b\\c",
    "Jembatan\tputus",
    "ALUN-ALUN",
)
WORDS = ("JALAN", "rusak jalan", "al", "100%", '"kosong"', "a_b", "%", "\\c", "tiada", "uji 0")


@pytest.fixture
def worked_in(office: Office) -> Office:
    for number in range(14):
        case = office.start(judul=SUBJECTS[number % len(SUBJECTS)])
        if number % 3 == 0:
            with office.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "AB"[number % 2]}
                tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    return office


WAYS = ("very rare", "at once", "by pieces", "by pieces, and rare ones", "by pages that end early")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "very rare":
        monkeypatch.setattr(candidates, "VERY_RARE", 0)
    if request.param not in ("very rare", "at once"):
        monkeypatch.setattr(candidates, "_FIRST", 2)
        monkeypatch.setattr(candidates, "_LARGEST", 3)
        monkeypatch.setattr(candidates, "RARE", 0 if request.param == "by pieces" else 10)
    if request.param == "by pages that end early":
        monkeypatch.setattr(candidates, "MOST", 2)
    return str(request.param)


def holds(case: ProcessInstance, words: str) -> bool:
    body = f"{case.business_key}\n{case.subject}".lower()
    return all(word in body for word in words.lower().split())


def cases(session: Session, filters: InstanceFilters, actor: Actor) -> list[int]:
    return whole(lambda after: instance_lists.page(session, filters, actor=actor, after=after, limit=4))


def found_tasks(session: Session, filters: Filters, actor: Actor) -> list[str]:
    return whole(lambda after: inbox.page(session, filters, actor=actor, after=after, limit=4))


def whole(page_after: Callable[[str], Page[Any]]) -> list[Any]:
    """The ids on all pages of a list, one after the other."""
    found, after = list[Any](), ""
    while True:
        page = page_after(after)
        found += [row.id for row in page.items]
        if page.next is None:
            return found
        assert page.next != after
        after = page.next


def test_words_find_what_holds_them(worked_in: Office, way: str) -> None:
    with worked_in.database.reading() as session:
        for actor in (worked_in.owner, worked_in.rina, worked_in.dinas_a):
            every = cases(session, InstanceFilters(), actor)
            by_id = {case.id: case for case in session.scalars(select(ProcessInstance))}
            for words in WORDS:
                expected = [id_ for id_ in every if holds(by_id[id_], words)]
                assert cases(session, InstanceFilters(q=words), actor) == expected, (actor.name, words)


def test_filters_of_cases_show_what_fits(worked_in: Office, way: str) -> None:
    with worked_in.database.reading() as session:
        for actor in (worked_in.owner, worked_in.rina, worked_in.dinas_a, worked_in.ketua):
            every = cases(session, InstanceFilters(), actor)
            by_id = {case.id: case for case in session.scalars(select(ProcessInstance))}
            fits: dict[InstanceFilters, Callable[[ProcessInstance], bool]] = {
                InstanceFilters(unit="A"): lambda case: case.unit_code == "A",
                InstanceFilters(unit="A", q="jalan"): lambda case: (
                    case.unit_code == "A" and holds(case, "jalan")
                ),
                InstanceFilters(key="uji", state="ended"): lambda case: case.state == "ended",
                InstanceFilters(category="x"): lambda case: case.category == "x",
                InstanceFilters(business_key=by_id[3].business_key): lambda case: case.id == 3,
            }
            for filters, fit in fits.items():
                assert cases(session, filters, actor) == [i for i in every if fit(by_id[i])], (actor, filters)


def test_filters_of_tasks_show_what_fits(worked_in: Office, way: str) -> None:
    with worked_in.database.reading() as session:
        for actor in (worked_in.owner, worked_in.rina, worked_in.dinas_a):
            for tab in tabs.TABS:
                every = found_tasks(session, Filters(tab=tab), actor)
                by_id = {task.id: task for task in session.scalars(select(UserTask))}
                fits: dict[Filters, Callable[[UserTask], bool]] = {
                    Filters(tab=tab, unit="A"): lambda task: task.unit_code == "A",
                    Filters(tab=tab, lane="Loket"): lambda task: task.lane == "Loket",
                    Filters(tab=tab, lane="Tiada"): lambda task: False,
                    Filters(tab=tab, activity="kerjakan"): lambda task: task.activity_id == "kerjakan",
                    Filters(tab=tab, deadline="none"): lambda task: task.due_at is None,
                    Filters(tab=tab, q="jalan"): lambda task: holds(task.instance, "jalan"),
                    Filters(tab=tab, q="tiada"): lambda task: False,
                    Filters(tab=tab, q="jalan", activity="periksa"): lambda task: (
                        holds(task.instance, "jalan") and task.activity_id == "periksa"
                    ),
                    Filters(tab=tab, key="uji"): lambda task: True,
                    Filters(tab=tab, instance_id=2): lambda task: task.instance_id == 2,
                }
                for filters, fit in fits.items():
                    shown = found_tasks(session, filters, actor)
                    assert shown == [id_ for id_ in every if fit(by_id[id_])], (actor.name, filters)


def test_a_search_finds_a_case_as_soon_as_it_is_there_and_what_it_is_called_now(office: Office) -> None:
    case = office.start(judul="Pohon trembesi tumbang")
    with office.database.reading() as session:
        assert cases(session, InstanceFilters(q="trembesi"), office.rina) == [case.id]
        assert search.newest(session, "trembesi", 1 << 30, 5) == [case.id]
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, case.id).subject = "Pohon mahoni tumbang"
    with office.database.reading() as session:
        assert cases(session, InstanceFilters(q="trembesi"), office.rina) == []
        assert search.newest(session, "trembesi", 1 << 30, 5) == []
        assert cases(session, InstanceFilters(q="mahoni"), office.rina) == [case.id]


def test_lists_find_cases_by_all_that_their_readers_may_read_in_them(worked_in: Office, way: str) -> None:
    case = worked_in.start(judul="Sampah menumpuk")
    with worked_in.database.transaction() as session:
        notes.add(session, case.id, "Warga menanam trembesi", actor=worked_in.rina)
    turns = Turns(worked_in.database)
    while turns.take():
        pass
    with worked_in.database.reading() as session:
        for words in ("trembesi", "tanam trembsi", "tumpukan sampah budi", "rembes"):
            shown = [case.id] if "budi" not in words else []
            assert cases(session, InstanceFilters(q=words), worked_in.rina) == shown, words
            assert cases(session, InstanceFilters(q=words), worked_in.dinas_a) == []
            task = [
                open_.id for open_ in session.scalars(select(UserTask).where(UserTask.instance_id == case.id))
            ]
            assert found_tasks(session, Filters(tab="queue", q=words), worked_in.rina) == (
                task if shown else []
            )


def test_a_search_finds_no_case_of_others(office: Office) -> None:
    office.start(judul="Pohon trembesi tumbang")
    with office.database.reading() as session:
        for actor in (office.dinas_a, office.dinas_b):
            assert cases(session, InstanceFilters(q="trembesi"), actor) == []
            for tab in tabs.TABS:
                assert found_tasks(session, Filters(tab=tab, q="trembesi"), actor) == []


def test_values_of_cases_of_others_are_no_choices(worked_in: Office) -> None:
    with worked_in.database.transaction() as session:
        stranger = add_user(session, "asing", "Lain")
        unit_b = worked_in.dinas_b
        case = session.scalars(select(ProcessInstance).where(ProcessInstance.unit_code == "A").limit(1)).one()
        case.category = "Rahasia"
    with worked_in.database.reading() as session:
        assert instance_lists.choices(session, actor=worked_in.dinas_a).categories == ["Rahasia"]
        assert inbox.choices(session, actor=worked_in.dinas_a).categories == ["Rahasia"]
        for actor in (stranger, unit_b):
            assert instance_lists.choices(session, actor=actor).categories == []
            assert inbox.choices(session, actor=actor).categories == []
        assert inbox.choices(session, actor=stranger).activities == []


def test_who_works_in_very_many_groups_sees_the_same(
    worked_in: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worked_in.database.reading() as session:
        unit, counter = groups.get_or_add(session, "Unit").id, groups.get_or_add(session, "Loket").id
        both = Actor(99, "x", "X", frozenset({unit, counter}), frozenset({"A"}))

        def everything() -> list[object]:
            shown = [found_tasks(session, Filters(tab=tab), both) for tab in tabs.TABS]
            counted = [inbox_counts.counts(session, actor=both), instance_lists.counts(session, actor=both)]
            return [*shown, cases(session, InstanceFilters(), both), *counted]

        before = everything()
        monkeypatch.setattr("app.services.core.access.MOST_PLACES", 1)
        kept_statements.forget()
        assert everything() == before
        kept_statements.forget()


def test_counts_end_at_a_thousand(office: Office, count_to: Callable[[int], None]) -> None:
    count_to(3)
    for _number in range(5):
        office.start()
    with office.database.reading() as session:
        with statements(office.database) as sent:
            assert inbox_counts.counts(session, actor=office.rina)["queue"] == 3
            assert instance_lists.counts(session, actor=office.rina)["active"] == 3
            assert instance_lists.counts(session, actor=office.owner)["active"] == 3
        assert len(sent) <= 4
