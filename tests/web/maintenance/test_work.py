"""Pekerjaan: what waits, is late, failed or was laid aside, and trying it again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.kinds_of_work import kinds_of
from app.history.events.maintenance import KINDS
from app.models import Work
from app.services.core import clock, settings
from app.services.core.access import Actor, actor_of
from app.services.maintenance import condition, work
from app.services.people import users
from app.work import queue
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
PAGE = "/pemasangan/pekerjaan"


@pytest.fixture
def rows(office: Database) -> dict[str, int]:
    """A piece of work in each state, by its state."""
    with office.transaction() as session:
        now = clock.real()
        made = {
            "aside": Work(kind="mail", due_at=None, tries=4, error="AppError: Server surel menolak"),
            "failing": Work(kind="sms", due_at=now + timedelta(minutes=1), tries=1, error="OSError: 3f2a"),
            "late": Work(kind="imports", due_at=now - timedelta(hours=1)),
            "held": Work(kind="backups", due_at=now, holder="h:1:x"),
            "waiting": Work(kind="checkpoints", due_at=now + timedelta(seconds=9)),
        }
        for number, row in enumerate(made.values()):
            row.key, row.lane, row.tries, row.deaths = "", number % 4, row.tries or 0, 0
            session.add(row)
        session.flush()
        return {state: row.id for state, row in made.items()}


def test_each_piece_is_told_as_it_is_those_that_need_somebody_first(
    sign_in: SignIn, rows: dict[str, int], office: Database
) -> None:
    page = words_of(sign_in("admin").get(PAGE))
    for told in (
        "Mengirim surel",
        "Server surel menolak",
        "Disisihkan",
        "Gagal, dicoba lagi",
        "Terlambat dimulai",
    ):
        assert told in page
    assert "AppError" not in page
    assert "rujukan 3f2a" in page
    assert "3 pekerjaan perlu dilihat" in page
    assert page.count("Coba lagi") == 2
    with office.reading() as session:
        states = [one.state for one in work.pieces(session, actor=_admin(session))]
    assert states == list(work.STATES)


def test_a_piece_tried_again_is_due_and_the_record_says_who_wanted_it(
    sign_in: SignIn, rows: dict[str, int], office: Database
) -> None:
    boss = sign_in("admin")
    boss.get(PAGE)
    assert boss.post(f"{PAGE}/{rows['aside']}").status_code == 303
    with office.reading() as session:
        row = session.get_one(Work, rows["aside"])
        assert row.due_at is not None
        assert row.due_at <= clock.real()
        assert (row.tries, row.error) == (0, None)
    assert "Pekerjaan dicoba lagi: Mengirim surel" in words_of(boss.get("/pengguna/riwayat"))


def test_what_somebody_is_at_or_is_done_is_not_tried_again(sign_in: SignIn, rows: dict[str, int]) -> None:
    boss = sign_in("admin")
    boss.get(PAGE)
    assert boss.post(f"{PAGE}/{rows['held']}").status_code == 409
    assert boss.post(f"{PAGE}/999999").status_code == 404


def test_who_oversees_reads_and_has_no_button(sign_in: SignIn, rows: dict[str, int]) -> None:
    page = words_of(sign_in("auditor").get(PAGE))
    assert "Disisihkan" in page
    assert "Coba lagi" not in page


def test_without_a_worker_it_says_how_to_run_one(sign_in: SignIn) -> None:
    assert "python -m app worker" in words_of(sign_in("admin").get(PAGE))


def test_work_whose_processes_ended_is_laid_aside_though_it_comes_again(office: Database) -> None:
    with office.transaction() as session:
        due = clock.real() + timedelta(hours=1)
        session.add(Work(kind="words", key="", lane=0, due_at=due, tries=0, deaths=0, error=queue.KILLED))
    with office.reading() as session:
        assert [one.state for one in work.pieces(session, actor=_admin(session))] == ["aside"]


def test_a_first_conflict_is_no_failure(office: Database) -> None:
    with office.transaction() as session:
        row = Work(
            kind="words", key="", lane=0, due_at=clock.real(), tries=0, deaths=0, error="Conflict: words"
        )
        session.add(row)
    with office.reading() as session:
        assert [one.state for one in work.pieces(session, actor=_admin(session))] == ["waiting"]
        assert condition.measure(session).work_failing == 0


def test_every_kind_of_work_has_words(office: Database) -> None:
    with office.reading() as session:
        config = settings.config(session)
    assert {kind.name for kind in kinds_of(config, office)} <= KINDS.keys()


def _admin(session: Session) -> Actor:
    return actor_of(users.named(session, "admin"))
