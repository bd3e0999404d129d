"""The security log: what is written, who reads it, in which order, and when it goes; on both databases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import InvalidForm, NotAllowed
from app.commands.transaction import run_without_key
from app.models import SecurityEvent
from app.services.core import clock, security_log, settings
from app.services.core.security_log import Deed, Noted, Origin, SecurityFilters
from app.services.core.security_notes import MOST_WAITING, Notes
from app.services.people import users
from tests.services.keeping import forget
from tests.services.office import Office, add_user

READERS, OTHERS = ("admin", "auditor"), ("owner", "rina", "ketua")


def written(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()
        return [(row.kind, row.action, row.outcome) for row in rows]


def fill(database: Database, notes: Sequence[Noted]) -> None:
    with database.transaction() as session:
        security_log.write(session, notes)


def noted(deed: Deed, days_ago: float = 0.0) -> Noted:
    return Noted(deed, clock.real() - timedelta(days=days_ago), Origin("page", "a1b2c3d4e5f6", "9f8e7d"))


@pytest.mark.parametrize("name", READERS)
def test_administrators_and_auditors_read_it(office: Office, name: str) -> None:
    with office.database.reading() as session:
        security_log.page(session, SecurityFilters(), actor=getattr(office, name))


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_does(office: Office, name: str) -> None:
    with office.database.reading() as session, pytest.raises(NotAllowed):
        security_log.page(session, SecurityFilters(), actor=getattr(office, name))


def test_pages_follow_each_other_without_gap_or_repeat_also_at_one_moment(office: Office) -> None:
    moment = clock.real() - timedelta(hours=1)
    many = [
        replace(noted(Deed("reading", "instance", target=("instance", n % 3))), at=moment) for n in range(25)
    ]
    fill(office.database, many)
    seen, after = list[int](), ""
    with office.database.reading() as session:
        while True:
            page = security_log.page(
                session, SecurityFilters(kind="reading"), actor=office.auditor, after=after, limit=10
            )
            seen += [row.id for row in page.items]
            if page.next is None:
                break
            after = page.next
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 25


def test_filters_narrow_it(office: Office) -> None:
    deeds = [
        Deed("reading", "instance", actor_id=office.rina.id, target=("instance", 7)),
        Deed("reading", "instance", actor_id=office.budi.id, target=("instance", 8)),
        Deed("session", "sign_in", "wrong", target=("user", office.budi.id)),
    ]
    fill(office.database, [noted(deed, days_ago=n) for n, deed in enumerate(deeds)])
    now = clock.real()
    asked = {
        SecurityFilters(kind="session"): ["sign_in"],
        SecurityFilters(actor_id=office.budi.id): ["instance"],
        SecurityFilters(targets=(("instance", "7"),)): ["instance"],
        SecurityFilters(targets=(("instance", "8"), ("user", "budi"))): ["instance", "sign_in"],
        SecurityFilters(kind="reading", since=now - timedelta(hours=12)): ["instance"],
        SecurityFilters(until=now - timedelta(days=1.5), kind="session"): ["sign_in"],
        SecurityFilters(targets=()): [],
    }
    with office.database.reading() as session:
        for filters, expected in asked.items():
            found = security_log.page(session, filters, actor=office.auditor).items
            assert [row.action for row in found] == expected, filters


def test_what_is_no_cursor_is_refused(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(InvalidForm):
        security_log.page(session, SecurityFilters(), actor=office.admin, after="bukan")


def test_a_time_comes_back_to_the_millisecond_and_in_order_before_1970_too(database: Database) -> None:
    with database.transaction() as session:
        who = add_user(session, "rina", is_auditor=True)
        moments = [clock.real() - timedelta(days=days) for days in (0, 25_000)]
        for at in moments:
            security_log.write(session, [replace(noted(Deed("system", "backup")), at=at)])
    with database.reading() as session:
        found = [row.at for row in security_log.page(session, SecurityFilters(), actor=who).items]
    assert [abs((at - kept).total_seconds()) < 0.001 for at, kept in zip(moments, found, strict=True)] == [
        True,
        True,
    ]


def test_it_is_dropped_after_two_years(database: Database) -> None:
    fill(database, [noted(Deed("system", "old"), days_ago=731) for _n in range(5)])
    fill(database, [noted(Deed("system", "young"), days_ago=729)])
    assert run_without_key(database, lambda session: forget(session, SecurityEvent)) == 5
    assert written(database) == [("system", "young", "done")]


def test_an_installation_says_how_long_it_is_kept(database: Database) -> None:
    fill(database, [noted(Deed("system", "old"), days_ago=31)])
    with database.transaction() as session:
        session.info["config"] = replace(settings.config(session), security_log_days=30)
        assert forget(session, SecurityEvent) == 1


# Plans -------------------------------------------------------------------------------------------------------------

ASKED = {
    "all": SecurityFilters(),
    "kind": SecurityFilters(kind="reading"),
    "person": SecurityFilters(actor_id=1),
    "target": SecurityFilters(targets=(("instance", "7"),)),
    "period": SecurityFilters(
        since=clock.real() - timedelta(days=30), until=clock.real() - timedelta(days=29)
    ),
    "person and period": SecurityFilters(actor_id=1, since=clock.real() - timedelta(days=30)),
}


@pytest.fixture
def busy(office: Office) -> Office:
    """Enough rows, of enough kinds, for a planner to have a choice."""
    kinds = ("reading", "command", "session", "refusal")
    deeds = [
        Deed(kinds[n % 4], "x", actor_id=1 + n % 5, target=("instance", n % 200) if n % 2 else None)
        for n in range(6_000)
    ]
    fill(office.database, [noted(deed, days_ago=n / 10) for n, deed in enumerate(deeds)])
    with office.database.transaction() as session:
        session.execute(text("ANALYZE"))
    return office


@pytest.mark.parametrize("name", ASKED)
def test_a_page_is_read_from_an_index_that_holds_the_order(busy: Office, name: str) -> None:
    with busy.database.reading() as session:
        first = security_log.page(session, ASKED[name], actor=busy.auditor, limit=10)
    assert first.items
    for after in ("", first.next or ""):
        page = partial(security_log.page, filters=ASKED[name], actor=busy.auditor, after=after, limit=10)
        plan = plan_of(busy, page)
        assert "ix_security_event" in plan, plan
        for costly in ("TEMP B-TREE", "Sort", "Seq Scan on security_event", "SCAN security_event\n"):
            assert costly not in plan, plan


def plan_of(office: Office, do: Callable[[Session], object]) -> str:
    """How the database carries out what is sent to it first about the log."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "security_event" in statement:
            sent.append((statement, parameters))

    event.listen(office.database.engine, "before_cursor_execute", note)
    try:
        with office.database.transaction() as session:
            do(session)
    finally:
        event.remove(office.database.engine, "before_cursor_execute", note)
    statement, parameters = sent[0]
    explain = "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
    with office.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return "".join(f"{row[-1]}\n" for row in rows)


def test_old_records_are_found_by_an_index(busy: Office) -> None:
    plan = plan_of(busy, lambda session: forget(session, SecurityEvent))
    assert "ix_security_event_at" in plan, plan


# Notes -------------------------------------------------------------------------------------------------------------


def test_the_same_is_noted_once_in_a_while() -> None:
    notes, deed = Notes(), Deed("reading", "instance", actor_id=1, target=("instance", 7))
    for _turn in range(3):
        notes.take(deed, once_in_s=900)
    notes.take(replace(deed, actor_id=2), once_in_s=900)
    assert [one.deed.actor_id for one in notes.waiting()] == [1, 2]


def test_what_cannot_be_kept_waiting_is_counted() -> None:
    notes = Notes()
    for n in range(MOST_WAITING + 3):
        notes.take(Deed("refusal", str(n)))
    waiting = notes.waiting()
    assert len(waiting) == MOST_WAITING + 1
    assert (waiting[-1].deed.action, waiting[-1].deed.outcome) == ("notes_lost", "3")
    notes.written(waiting)
    assert notes.waiting() == []


def _disable_and_fail(session: Session, office: Office) -> None:
    users.disable(session, office.budi.id, actor=office.admin)
    raise RuntimeError


def test_a_command_of_the_office_stands_in_it_in_the_same_transaction(office: Office) -> None:
    with office.database.transaction() as session:
        users.disable(session, office.rina.id, actor=office.admin)
    with office.database.reading() as session:
        row = session.scalars(select(SecurityEvent).where(SecurityEvent.action == "user_disabled")).one()
        assert (row.kind, row.actor_id, row.target_kind, row.target_id) == (
            "office",
            office.admin.id,
            "user",
            "rina",
        )
    with pytest.raises(RuntimeError), office.database.transaction() as session:
        _disable_and_fail(session, office)
    with office.database.reading() as session:
        rows = select(func.count()).select_from(SecurityEvent).where(SecurityEvent.action == "user_disabled")
        assert session.scalar(rows) == 1
