"""Lists of tasks in either direction: each task once, page by page, from an index that holds the order."""

from itertools import pairwise

import pytest

from app.base.db import Database
from app.models import UserTask
from app.services.core.access import Actor
from app.services.tasks import inbox, tabs, tasks
from app.services.tasks.inbox import Filters
from tests.services.office import Office
from tests.services.plans import selects


@pytest.fixture
def worked_in(office: Office) -> Office:
    return filled(office)


def filled(office: Office) -> Office:
    for number in range(6):
        case = office.start(judul=f"Lampu {number}")
        if number % 2:
            with office.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "A"}
                tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    return office


def read_on(database: Database, filters: Filters, actor: Actor) -> list[str]:
    """The tasks of all pages, two on each."""
    found, after = list[UserTask](), ""
    with database.reading() as session:
        while True:
            page = inbox.page(session, filters, actor=actor, after=after, limit=2)
            found += page.items
            if page.next is None:
                return [task.id for task in found]
            after = page.next


@pytest.mark.parametrize("tab", ["queue", "done", "open"])
def test_the_other_way_round_holds_the_same(worked_in: Office, tab: str) -> None:
    actor = worked_in.auditor if tab == "open" else worked_in.rina
    for by in {sort.removeprefix("-") for sort in inbox.SORTS[tab == "done"]}:
        there = read_on(worked_in.database, Filters(tab=tab, sort=by), actor)
        assert len(there) == len(set(there)) >= 3
        assert read_on(worked_in.database, Filters(tab=tab, sort=f"-{by}"), actor) == there[::-1]


def test_no_order_is_sorted_anew(sqlite_database: Database) -> None:
    worked_in = filled(Office(sqlite_database))  # PostgreSQL may sort so few rows as it likes
    for tab in tabs.TABS:
        for sort in inbox.SORTS[tab == "done"]:
            with selects(worked_in.database) as sent, worked_in.database.reading() as session:
                inbox.page(session, Filters(tab=tab, sort=sort), actor=worked_in.rina)
            with worked_in.database.engine.connect() as connection:
                for statement, given in sent:
                    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                    assert "TEMP B-TREE" not in str(plan.all()), (tab, sort)


def test_what_is_kept_stands_in_its_place(worked_in: Office) -> None:
    with worked_in.database.transaction() as session:
        filters = Filters(tab="queue", sort="-deadline")
        queue = inbox.page(session, filters, actor=worked_in.rina)
        kept = queue.items[1].id
        tasks.claim(session, kept, actor=worked_in.rina)
        without = inbox.page(session, filters, actor=worked_in.rina)
        assert kept not in {task.id for task in without.items}
        found = inbox.with_kept(session, without, filters, kept, actor=worked_in.rina)
    assert [task.id for task in found.items] == [task.id for task in queue.items]
    assert all(one.sort_at >= other.sort_at for one, other in pairwise(found.items))


def test_one_goes_on_with_what_one_holds_and_then_with_the_queue(worked_in: Office) -> None:
    with worked_in.database.transaction() as session:
        first, second, *_rest = inbox.page(session, Filters(tab="queue"), actor=worked_in.rina).items
        assert inbox.following(session, actor=worked_in.rina) == first
        assert inbox.following(session, actor=worked_in.rina, besides=first.id) == second
        tasks.claim(session, second.id, actor=worked_in.rina)
        assert inbox.following(session, actor=worked_in.rina) == second
        assert inbox.following(session, actor=worked_in.dinas_b) is None
