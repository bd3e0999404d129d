"""No page, list, count or search reads a table whole that grows with the cases; on neither database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.commands.search import Turns
from app.models import ProcessInstance, User, UserTask
from app.services.casefile import casefile, instance_lists, lookup
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import candidates
from app.services.core.access import Actor
from app.services.definitions import definitions, details
from app.services.instances import incidents
from app.services.notifications import notices, outbox, reminders
from app.services.numbers import counted
from app.services.numbers.counted import Counted
from app.services.people import loads, user_search
from app.services.tasks import inbox, inbox_counts, page_counts, tabs, tasks
from app.services.tasks.inbox import Filters
from app.services.workload import listing, overview, transfers
from tests.services.office import Office, add_user
from tests.services.plans import read_whole, selects

CASES = InstanceFilters(q="lampu", state="active", key="uji", category="x", unit="A", area="y", priority="z")
TASKS = Filters(
    q="lampu",
    deadline="overdue",
    activity="periksa",
    lane="Loket",
    unit="A",
    category="x",
    key="uji",
    priority="z",
)


@pytest.fixture
def worked_in(office: Office) -> Office:
    for number in range(6):
        case = office.start(judul=f"Lampu {number}")
        if number % 2:
            with office.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "A"}
                tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    with office.database.transaction() as session:
        outbox.deliver(session)
    turns = Turns(office.database)
    while turns.take():
        pass
    return office


@pytest.fixture
def actors(worked_in: Office) -> list[Actor]:
    with worked_in.database.transaction() as session:
        both = add_user(session, "serba", "Loket", "Unit", units=("A", "B"))
    return [worked_in.rina, worked_in.dinas_a, both, worked_in.ketua, worked_in.owner, worked_in.auditor]


def behind_figures() -> Iterator[InstanceFilters]:
    month, day = {"first": "2026-01", "last": "2026-02"}, {"first": "2026-01-01", "last": "2026-02-10"}
    moments = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2026, 2, 1, tzinfo=UTC)}
    for figure in counted.FIGURES:
        yield InstanceFilters(counted=Counted(figure, "uji", **(day if figure == "open" else month)))
    for figure in counted.OF_OPEN_TASKS:
        yield InstanceFilters(counted=Counted(figure, "uji", **moments))
    yield InstanceFilters(counted=Counted("open", "uji"))
    yield InstanceFilters(counted=Counted("late", "uji", **month, activity="periksa", unit="A"), unit="A")
    yield InstanceFilters(counted=Counted("ended", "uji", **month, outcome="selesai", channel="x"), unit="A")
    fitting = Counted("ended", "uji", **month, version=1, variants=("a", "b"), late=True)
    yield InstanceFilters(counted=fitting)
    yield InstanceFilters(counted=replace(fitting, other_ways=True))


def alone(every: InstanceFilters) -> Iterator[InstanceFilters]:
    yield InstanceFilters()
    yield every
    for name, value in vars(every).items():
        if value:
            yield replace(InstanceFilters(), **{name: value})
    for sort in instance_lists.SORTS[1:]:
        yield InstanceFilters(sort=sort)
        yield InstanceFilters(sort=sort, state="active")
        yield InstanceFilters(sort=sort, state="ended", category="x", q="lampu")


def task_filters(tab: str) -> Iterator[Filters]:
    yield Filters(tab=tab)
    for sort in inbox.SORTS[tab == "done"][1:]:
        yield Filters(tab=tab, sort=sort)
    yield replace(TASKS, tab=tab)
    for name, value in vars(TASKS).items():
        if value and name != "tab":
            yield replace(Filters(tab=tab), **{name: value})
    yield Filters(tab=tab, instance_id=1)
    yield Filters(tab=tab, business_key="UJI-2026-00001")


def read_workload(session: Session, actor: Actor) -> None:
    overview.overview(session, actor=actor)
    loads.of_users(session, [actor.id])
    transfers.of_person(session, session.get_one(User, actor.id), actor=actor)
    transfers.of_unit(session, "A", actor=actor)
    whole = listing.Filters(officer="1", lane="1", unit="A", due="week")
    narrowed = [listing.Filters(**{name: value}) for name, value in vars(whole).items()]
    for filters in [listing.Filters(), listing.Filters(officer=listing.NOBODY), whole, *narrowed]:
        page = listing.page(session, filters, actor=actor, limit=1)
        listing.page(session, filters, actor=actor, limit=1, after=page.next or "")
        listing.count(session, filters, actor=actor)
        listing.matching(session, filters, actor=actor, most=1)


def read_everything(session: Session, actor: Actor) -> None:
    page_counts.of_actor(session, actor=actor)
    inbox_counts.counts(session, actor=actor)
    inbox_counts.has_offers(session, actor=actor)
    for tab in tabs.TABS:
        inbox.choices(session, actor=actor, tab=tab)
        for filters in task_filters(tab):
            page = inbox.page(session, filters, actor=actor, limit=1)
            inbox.page(session, filters, actor=actor, limit=1, after=page.next or "")
            inbox.with_kept(session, page, filters, "another", actor=actor)
    inbox.following(session, actor=actor)
    lookup.look_up(session, "lampu", actor=actor)
    instance_lists.counts(session, actor=actor)
    instance_lists.choices(session, actor=actor)
    for narrowed in [*alone(CASES), *behind_figures()]:
        found = instance_lists.page(session, narrowed, actor=actor, limit=1)
        instance_lists.page(session, narrowed, actor=actor, limit=1, after=found.next or "")
        instance_lists.places(session, [case.id for case in found.items])
    rows, before = notices.of_user(session, actor=actor, limit=1)
    notices.of_user(session, actor=actor, before=before, unread_only=True)
    notices.newest(session, actor=actor)
    notices.openable(session, rows, actor=actor)
    reminders.workable(session, rows, actor=actor)
    incidents.page(session, actor=actor)
    incidents.page(session, actor=actor, resolved=True)
    incidents.counts(session, actor=actor)
    user_search.holding(session, actor.id)
    if overview.has_part(session, actor=actor):
        read_workload(session, actor)
    seen = instance_lists.page(session, InstanceFilters(), actor=actor).items
    for case in seen[:1]:
        file = casefile.open_casefile(session, case.id, actor=actor)
        for task in file.tasks:
            tasks.get(session, task.id, actor=actor)
    version = definitions.live(session)[0].id
    details.open_instances(session, actor=actor, ids=[version])
    details.open_instances_of_keys(session, actor=actor, keys=["uji"])
    details.open_instance_counts(session, version, actor=actor)


@pytest.fixture(params=["a full page", "a page that is looked for long"])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "a full page":
        monkeypatch.setattr(candidates, "_FIRST", 1)
        monkeypatch.setattr(candidates, "VERY_RARE", 0)


def test_nothing_that_grows_is_read_whole(worked_in: Office, actors: list[Actor], pieces: None) -> None:
    with selects(worked_in.database) as sent:
        for actor in actors:
            with worked_in.database.reading() as session:
                read_everything(session, actor)
    assert len(sent) > 50
    assert read_whole(worked_in.database, sent) == []


@pytest.mark.parametrize(
    "query",
    [
        lambda: select(UserTask.id).where(UserTask.name == "x"),
        lambda: select(ProcessInstance.id).where(ProcessInstance.subject.like("%x%")),
    ],
)
def test_a_query_without_an_index_is_found(office: Office, query: Callable[[], object]) -> None:
    office.start()
    with selects(office.database) as sent, office.database.reading() as session:
        session.execute(query())  # type: ignore[call-overload]
    assert read_whole(office.database, sent) != []


def test_an_index_that_is_missing_is_found(worked_in: Office) -> None:
    with worked_in.database.transaction() as session:
        for name in (
            "ix_user_task_queue",
            "ix_user_task_offered",
            "ix_user_task_open",
            "ix_user_task_coordinated",
            "ix_user_task_mine",
            "ix_user_task_aged",
            "ix_user_task_of_instance",
            *(f"ix_user_task_{name}" for name in ("mine_aged", "offered_aged")),
            *(f"ix_user_task_{name}" for name in ("ranked", "mine_ranked", "offered_ranked")),
        ):
            session.execute(text(f"DROP INDEX {name}"))
    with selects(worked_in.database) as sent, worked_in.database.reading() as session:
        inbox.page(session, Filters(tab="queue"), actor=worked_in.rina)
    assert read_whole(worked_in.database, sent) != []
