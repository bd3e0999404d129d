"""Several threads complete, take back, claim, note and fire at random: each once, in whole chains, all counted."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import worker
from app.base.config import Config
from app.base.db import Database
from app.base.errors import AppError
from app.commands import numbers
from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Command, run_without_key
from app.history import proof
from app.models import HistoryEvent, Job, ProcessInstance, UserTask
from app.services.casefile import notes
from app.services.core import clock
from app.services.evidence import verifying
from app.services.numbers import recount
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.office import Office

AGAIN, ENOUGH = {"hasil": "kurang"}, {"hasil": "cukup", "unit": "A"}
STEPS, THREADS, CASES = 30, 4, 3


class Hand:
    """A thread that does something to some case, whatever others do."""

    def __init__(self, office: Office, seed: str) -> None:
        self.office, self.database, self.chance = office, office.database, random.Random(seed)

    def work(self) -> None:
        for _n in range(STEPS):
            do = self.chance.choice(
                (self.complete, self.complete, self.undo, self.claim, self.note, self.fire)
            )
            with suppress(AppError):
                do()
            if self.chance.random() < 0.2:
                numbers.follow(self.database)

    def task(self, state: str = "open") -> Any:
        with self.database.reading() as session:
            query = select(UserTask.id, UserTask.activity_id, UserTask.instance_id)
            found = session.execute(query.where(UserTask.state == state).order_by(UserTask.id)).all()
        return self.chance.choice(found) if found else None

    def complete(self) -> None:
        if (task := self.task()) is None:
            return
        is_first = task.activity_id == "periksa"
        given = (AGAIN if self.chance.random() < 0.7 else ENOUGH) if is_first else {}
        actor = self.chance.choice((self.office.rina, self.office.budi)) if is_first else self.office.dinas_a
        told = Command("complete_task", task.id, uuid4().hex, given)
        for _twice in range(self.chance.choice((1, 1, 2))):
            complete_task(
                self.database,
                told,
                task.id,
                given,
                {},
                actor=actor,
                answer=lambda _session, work: {"state": work.task.state},
                typed=given,
                undoable=self.chance.random() < 0.5,
            )

    def undo(self) -> None:
        if (task := self.task("completed")) is not None:
            told = Command("undo_completion", task.id, uuid4().hex)
            undo_completion(self.database, told, task.id, actor=self.office.rina, answer=lambda _s, _t: {})

    def claim(self) -> None:
        if (task := self.task()) is not None:
            run_without_key(self.database, lambda s: tasks.claim(s, task.id, actor=self.office.rina))

    def note(self) -> None:
        if (task := self.task()) is not None:
            case, budi = task.instance_id, self.office.budi
            run_without_key(self.database, lambda s: notes.add(s, case, "Sudah ditelepon", actor=budi))

    def fire(self) -> None:
        with self.database.transaction() as session:
            job = session.scalars(select(Job).limit(1).with_for_update(skip_locked=True)).one_or_none()
            if job is not None:
                job.run_at = clock.now(session) - timedelta(seconds=1)
        worker.tick(self.database)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_between_is_done_once_and_proved(office: Office, config: Config, seed: int) -> None:
    cases = [office.start() for _n in range(CASES)]
    hands = [Hand(office, f"{seed} {n}") for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(hand.work) for hand in hands]:
            done.result()
    follow(office.database)
    with office.database.snapshot() as session:
        for case in cases:
            assert all(fits for _event, fits in proof.fitting(session.connection(), case.id))
        assert [one.detail for one in verifying.verify(config, session.connection()).faults] == []
        assert list(recount.differences(session)) == []
    assert _completed(office.database) > THREADS


def _completed(database: Database) -> int:
    """How many completions stand, each told once for its task, but for what was taken back."""
    with database.reading() as session:
        told = HistoryEvent.type == "task_completed"
        count = session.scalar(select(func.count()).select_from(HistoryEvent).where(told)) or 0
        closed = session.scalar(
            select(func.count()).select_from(UserTask).where(UserTask.state == "completed")
        )
        undone = HistoryEvent.type == "completion_taken_back"
        back = session.scalar(select(func.count()).select_from(HistoryEvent).where(undone)) or 0
        assert count - back == closed
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == CASES
    return count
