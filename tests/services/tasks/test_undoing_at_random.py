"""Completions taken back at random places: the case is what it was, and completing again gives what it gave.

``ALUR_UNDONE=200`` plays that many models, ``ALUR_SEED=7`` begins with another. A failure names its seed.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import ExecutionFailed, InvalidDiagram
from app.models import Job, UserTask
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances, jobs, snapshots
from app.services.numbers import recount
from app.services.tasks import tasks, undoing
from tests.reports import ROUTES, answers_for, report, report_values
from tests.services.comparison import models
from tests.services.office import add_user
from tests.sop_changes.editing import shipped

pytestmark = pytest.mark.usefixtures("facts_follow")

SEED = int(os.environ.get("ALUR_SEED", "0"))
MODELS = int(os.environ.get("ALUR_UNDONE", "30"))
LANES = ("LAPOR ! – SP4N", "UPP K/L/D", "UPT", "upp")
MOST_STEPS = 25


class Play:
    """One case. ``now`` goes on; one officer works in all lanes and units."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random, self.seed = database, Random(seed), seed
        self.now = datetime.now().astimezone()
        self.report = report(self.random.choice(["SIN-001", "SIN-003", "SIN-017", "SIN-026"]))
        self.passes, self.undone = Counter[str](), 0
        with database.transaction() as session:
            units = tuple(dict.fromkeys(["INSP", *ROUTES.values()]))
            self.officer = add_user(session, f"petugas{seed}", *LANES, units=units)

    def session(self) -> Any:
        return self.database.transaction()

    def begin(self, files: Mapping[str, bytes], key: str, values: Mapping[str, Any]) -> None:
        with self.session() as session:
            clock.fix(session, self.now)
            deployments.deploy(session, dict(files), actor=None)
        with self.session() as session:
            clock.fix(session, self.now)
            self.case = instances.start(session, key, values, actor=self.officer).instance.id

    def go_on(self) -> bool:
        """Complete a task twice, taken back in between, or let the next timer come; whether there was anything."""
        with self.session() as session:
            clock.fix(session, self.now)
            waiting = sorted(instances.open_tasks(session, self.case), key=lambda task: task.activity_id)
            open_ones = [task.id for task in waiting]
            if not open_ones or self.random.random() < 0.15:
                return self._fire(session) or bool(open_ones)
        self._complete_twice(self.random.choice(open_ones))
        return True

    def _fire(self, session: Session) -> bool:
        query = select(Job).where(Job.instance_id == self.case, Job.run_at.is_not(None)).order_by(Job.run_at)
        job = session.scalars(query).first()
        if job is None:
            return False
        self.now = max(self.now, job.due_at) + timedelta(seconds=1)
        clock.fix(session, self.now)
        return jobs.fire(session, job.id)

    def _complete_twice(self, task_id: str) -> None:
        with self.session() as session:
            clock.fix(session, self.now)
            task = tasks.claim(session, task_id, actor=self.officer)
            self.passes[task.activity_id] += 1
            values, answers = self._filled(session, task)
        before = self._rows()
        try:
            self._complete(task_id, values, answers)
        except ExecutionFailed:
            self.now += timedelta(days=1)
            return
        after = _shape(self._rows())
        with self.session() as session:
            clock.fix(session, self.now + timedelta(seconds=5))
            undoing.take_back(session, task_id, actor=self.officer)
        assert self._rows() == before, (self.seed, task_id)
        self._complete(task_id, values, answers)
        assert _shape(self._rows()) == after, (self.seed, task_id)
        self.undone += 1
        self.now += timedelta(hours=self.random.randint(1, 50))

    def _complete(self, task_id: str, values: Mapping[str, Any], answers: Mapping[str, str]) -> None:
        with self.session() as session:
            clock.fix(session, self.now)
            tasks.complete(
                session, task_id, values, answers, actor=self.officer, typed={"values": dict(values)}
            )

    def _filled(self, session: Session, task: UserTask) -> tuple[dict[str, Any], dict[str, str]]:
        work = tasks.get(session, task.id, actor=self.officer)
        question = work.question
        answers = {question.gateway_id: self.random.choice(question.answers)[0]} if question else {}
        if task.is_question:
            return {}, answers
        if work.version.key == "pengaduan":
            return answers_for(task.activity_id, self.report, self.passes[task.activity_id]), answers
        return {
            name: self.random.randint(0, most) for name, most in (("c", 2), ("c0", 1), ("c1", 1))
        }, answers

    def _rows(self) -> dict[str, Any]:
        with self.database.reading() as session:
            found = {name: list(rows) for name, rows in snapshots.rows_of(session, self.case).items()}
        found["process_instance"] = [{**row, "revision": 0} for row in found["process_instance"]]
        return found


def _shape(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Rows without what is made anew at each step: ids, and where the engine keeps them."""
    left_out = {"id", "engine_state"}
    return {
        name: sorted(str({key: value for key, value in row.items() if key not in left_out}) for row in held)
        for name, held in rows.items()
    }


def test_each_completion_of_the_sop_is_taken_back_and_done_again(database: Database) -> None:
    play = Play(database, SEED)
    values = {key: value for key, value in report_values(play.report).items() if key != "tracking_id"}
    play.begin(shipped(), "pengaduan", values)
    for _step in range(MOST_STEPS):
        if not play.go_on():
            break
    assert play.undone > 3
    with database.reading() as session:
        assert list(recount.differences(session)) == []


def test_completions_of_diagrams_that_nobody_drew_are_taken_back(database: Database) -> None:
    undone = 0
    for seed in range(SEED, SEED + MODELS):
        play = Play(database, seed)
        try:
            play.begin({"model.bpmn": models.invented(seed)}, "uji", {})
        except (InvalidDiagram, ExecutionFailed):
            continue
        for _step in range(MOST_STEPS):
            if not play.go_on():
                break
        undone += play.undone
    assert undone > MODELS, undone
