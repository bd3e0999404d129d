"""What SQLite does for a page does not grow with the cases: its steps are counted, not its time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.base.column_types import LETTER_OF
from app.base.db import Database
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import candidates
from app.services.core.access import Actor
from app.services.definitions import definitions, details
from app.services.notifications import notices, outbox
from app.services.people import user_search
from app.services.tasks import inbox, inbox_counts, page_counts, tabs, tasks
from app.services.tasks.inbox import Filters
from tests.services.office import Office

#: Clones of each case, in turn; every second one has ended.
FEW, MANY = 120, 1_200
#: Every how many steps of its machine SQLite tells that it works.
_STEPS = 20


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    made = Office(sqlite_database)
    for number in range(4):
        case = made.start(judul=f"Lampu {number} mati", unit="A")
        if number % 2:
            with made.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "A"}
                tasks.complete(session, made.open_task(case).id, values, {}, actor=made.rina)
    with made.database.transaction() as session:
        outbox.deliver(session)
    return made


@pytest.fixture(autouse=True)
def small_bounds(monkeypatch: pytest.MonkeyPatch, count_to: Callable[[int], None]) -> None:
    """Bounds that a test's few cases reach."""
    count_to(10)
    monkeypatch.setattr(details, "_MOST_LOOKED_AT", 20)
    for name, value in {"MOST": 40, "_LARGEST": 20, "VERY_RARE": 5, "RARE": 20, "_FIRST": 10}.items():
        monkeypatch.setattr(candidates, name, value)


def columns(session: Session, table: str) -> list[str]:
    return [row.name for row in session.execute(text(f"PRAGMA table_info({table})"))]


def clone(session: Session, first: int, last: int) -> None:
    """Copy the four cases with their tasks and notices, under ids that lie apart."""
    numbers = f"WITH RECURSIVE n(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n WHERE n < {last})"
    own = {
        "process_instance": {
            "id": "id + n * 10",
            "business_key": "business_key || '-' || n",
            "state": "CASE n % 2 WHEN 1 THEN 'ended' ELSE state END",
            "ended_at": "CASE n % 2 WHEN 1 THEN started_at END",
        },
        "user_task": {
            "id": "unhex(substr(hex(id), 1, 24) || printf('%08X', n))",
            "instance_id": "instance_id + n * 10",
            "state": f"CASE WHEN n % 2 = 1 AND state = 'open' THEN '{LETTER_OF['cancelled']}' ELSE state END",
        },
        "outbox_message": {"id": "id + n * 1000", "instance_id": "instance_id + n * 10"},
        "notice": {
            "id": "id + n * 1000",
            "outbox_id": "outbox_id + n * 1000",
            "instance_id": "instance_id + n * 10",
        },
    }
    for table, changed in own.items():
        names = columns(session, table)
        values = ", ".join(changed.get(name, f'"{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        at_first = "instance_id < 10" if "instance_id" in names else "id < 10"
        session.execute(
            text(f"INSERT INTO {table} ({quoted}) {numbers} SELECT {values} FROM {table}, n WHERE {at_first}")
        )


@contextmanager
def steps(database: Database) -> Iterator[list[int]]:
    """How many steps SQLite takes in the block, in units of `_STEPS`."""
    seen = [0]

    def count() -> int:
        seen[0] += 1
        return 0

    def listen(connection: Any, *_rest: Any) -> None:
        connection.set_progress_handler(count, _STEPS)

    database.engine.dispose()  # the next connection is a new one
    event.listen(database.engine, "connect", listen)
    try:
        yield seen
    finally:
        event.remove(database.engine, "connect", listen)
        database.engine.dispose()


def questions() -> dict[str, Callable[[Session, Actor], object]]:
    asked: dict[str, Callable[[Session, Actor], object]] = {
        "frame": lambda s, a: page_counts.of_actor(s, actor=a),
        "counts of tasks": lambda s, a: inbox_counts.counts(s, actor=a),
        "choices of tasks": lambda s, a: inbox.choices(s, actor=a),
        "counts of cases": lambda s, a: instance_lists.counts(s, actor=a),
        "choices of cases": lambda s, a: instance_lists.choices(s, actor=a),
        "notices": lambda s, a: notices.of_user(s, actor=a, limit=5),
        "unread": lambda s, a: notices.of_user(s, actor=a, limit=5, unread_only=True),
        "held": lambda s, a: user_search.holding(s, a.id),
        "open cases": lambda s, a: details.open_instances(s, actor=a, ids=[definitions.live(s)[0].id]),
        "where they stand": lambda s, a: details.open_instance_counts(s, definitions.live(s)[0].id, actor=a),
    }
    for tab in tabs.TABS:
        for name, value in {"": "", "deadline": "today", "lane": "Loket", "activity": "periksa", "unit": "A",
                            "category": "x", "key": "uji", "q": "lampu 3"}.items():  # fmt: skip
            filters = Filters(tab=tab, **({name: value} if name else {}))  # type: ignore[arg-type]
            asked[f"{tab} {name}"] = lambda s, a, f=filters: inbox.page(s, f, actor=a, limit=5)  # type: ignore[misc]
    for name, value in {"": "", "state": "ended", "unit": "A", "category": "x", "q": "lampu 3"}.items():
        narrowed = InstanceFilters(**({name: value} if name else {}))
        asked[f"cases {name}"] = lambda s, a, f=narrowed: instance_lists.page(s, f, actor=a, limit=5)  # type: ignore[misc]
    return asked


def costs(office: Office) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for actor in (office.rina, office.dinas_a, office.ketua, office.owner):
        with steps(office.database) as seen, office.database.reading() as session:
            for name, ask in questions().items():
                before = seen[0]
                ask(session, actor)
                found[actor.name, name] = seen[0] - before
    return found


def test_no_page_takes_more_steps_for_ten_times_the_cases(office: Office) -> None:
    with office.database.transaction() as session:
        clone(session, 1, FEW)
    few = costs(office)
    with office.database.transaction() as session:
        clone(session, FEW + 1, MANY)
    many = costs(office)
    assert {
        what: (few[what], many[what]) for what in few if many[what] > few[what] * 1.5 + 100 / _STEPS
    } == {}
