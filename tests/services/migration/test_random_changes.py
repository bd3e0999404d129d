"""The SOP changed at random under cases at random places: each is moved, taken back, moved again and played on.

``ALUR_MOVES=200`` plays that many, ``ALUR_SEED=7`` begins with another. A failure names its seed.
"""

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import InvalidDiagram
from app.commands.migration import surveys
from app.commands.transaction import Command
from app.models import EffectCase, Job, MessageWait, MigrationCase, ProcessInstance, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances, jobs
from app.services.migration.decisions import Decisions
from app.services.studio import effects as draft_effects
from app.services.studio import new_drafts
from app.services.tasks import tasks
from tests.reports import ROUTES, Report, answers_for, report, report_values
from tests.services.migration import moving
from tests.services.office import add_user
from tests.sop_changes.editing import Drawing, shipped

SEEDS = int(os.environ.get("ALUR_MOVES", "6"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
LANES = ("LAPOR ! – SP4N", "UPP K/L/D", "UPT")
TASKS = ("penyaluran", "telaahan", "konfirmasi", "menyalurkan", "tindak_lanjut", "melaporkan")
TIMERS = ("tenggat_penyaluran", "tenggat_telaahan", "tenggat_konfirmasi", "tenggat_pelaporan")
FLOWS = ("penyaluran_ke_telaahan", "telaahan_ke_konfirmasi", "melaporkan_ke_selesai")
MOST_STEPS = 40


class Play:
    """One case of one seed. ``now`` goes on; one officer works in all lanes and units."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random = database, Random(seed)
        self.now = datetime.now().astimezone()
        self.passes = Counter[str]()
        with database.transaction() as session:
            units = tuple(dict.fromkeys(["INSP", *ROUTES.values()]))
            self.officer = add_user(session, f"petugas{seed}", *LANES, units=units)
            self.owner = add_user(session, f"pemilik{seed}", is_process_owner=True)
            deployments.deploy(session, shipped(), actor=None)
        self.report: Report = report(self.random.choice(["SIN-001", "SIN-003", "SIN-017", "SIN-026"]))

    def start(self) -> ProcessInstance:
        values = {key: value for key, value in report_values(self.report).items() if key != "tracking_id"}
        with self.database.transaction() as session:
            clock.fix(session, self.now)
            return instances.start(session, "pengaduan", values, actor=self.officer).instance

    def step(self, case: ProcessInstance) -> bool:
        """Complete what is open, or let the next timer come; whether there was anything."""
        with self.database.transaction() as session:
            clock.fix(session, self.now)
            open_ones = instances.open_tasks(session, case.id)
            if open_ones and not (self.random.random() < 0.2 and self._fire(session, case)):
                self._complete(session, open_ones[0], self.officer)
                return True
            return bool(open_ones) or self._fire(session, case)

    def _complete(self, session: Any, task: UserTask, actor: Actor) -> None:
        known = task.activity_id
        self.passes[known] += 1
        values = answers_for(known, self.report, self.passes[known]) if known in TASKS else {}
        tasks.complete(session, task.id, values, {}, actor=actor)

    def _fire(self, session: Any, case: ProcessInstance) -> bool:
        query = select(Job).where(Job.instance_id == case.id, Job.run_at.is_not(None)).order_by(Job.run_at)
        job = session.scalars(query).first()
        if job is None:
            return False
        self.now = max(self.now, job.due_at) + timedelta(seconds=1)
        clock.fix(session, self.now)
        return jobs.fire(session, job.id)

    def changed(self) -> int:
        """Deploy the SOP with one to three changes; the id of the version."""
        while True:
            files = self.changed_files()
            try:
                with self.database.transaction() as session:
                    done = deployments.deploy(session, files, actor=None)
                    return next(o.definition.id for o in done.definitions if o.definition.key == "pengaduan")
            except InvalidDiagram:
                continue

    def changed_files(self) -> dict[str, bytes]:
        """The SOP with one to three changes, which may make it one that cannot be deployed."""
        drawing = Drawing()
        for number in range(self.random.randint(1, 3)):
            self._change(drawing, number)
        return {**shipped(), **drawing.saved()}

    def _change(self, drawing: Drawing, number: int) -> None:
        kind, task = self.random.randint(0, 4), self.random.choice(TASKS)
        if kind == 0:
            drawing.rename(task, f"Langkah lain {number}")
        elif kind == 1:
            drawing.move(self.random.choice(self._lane_ids(drawing)), task)
        elif kind == 2:
            drawing.set_timer(self.random.choice(TIMERS), f"{self.random.randint(1, 20)} hari")
        elif kind == 3:
            flow, new, lane = self.random.choice(FLOWS), f"sisipan{number}", self._lane_ids(drawing)[0]
            drawing.add_task(new, "Langkah sisipan", lane)
            drawing.connect(new, drawing.element(flow).get("targetRef") or "", id=f"dari_{new}")
            drawing.lead(flow, new)
        else:
            drawing.add_timer(
                f"jam{number}", task, self._lane_ids(drawing)[0], duration="2 hari", interrupting=False
            )
            drawing.add("endEvent", f"habis{number}", "Habis", self._lane_ids(drawing)[0])
            drawing.connect(f"jam{number}", f"habis{number}")

    @staticmethod
    def _lane_ids(drawing: Drawing) -> list[str]:
        return [lane.get("id") or "" for lane in drawing._references()]


def surveyed(play: Play, decided: Decisions) -> tuple[dict[str, bytes], int]:
    """Draw a change that can be deployed, as a draft, and have all open cases judged by the worker; the files, and
    the id of the survey."""
    while True:
        files = play.changed_files()
        with play.database.transaction() as session:
            draft = new_drafts.begin_from_files(session, files, title=None, actor=play.owner).id
        try:
            done = surveys.begin(
                play.database,
                Command("survey_draft", str(draft)),
                lambda session, draft=draft: draft_effects.target_of(session, draft, actor=play.owner),
                lambda _session, _target: decided,
                actor=play.owner,
            )
        except InvalidDiagram:
            continue
        while surveys.work(play.database):
            pass
        return files, int(done["survey"])


def _told(changes: list[Any]) -> list[tuple[str, ...]]:
    """What changes, with times by the day: a new timer is counted from the move."""
    return [(one["kind"], one["activity"], one["before"][:10], one["after"][:10]) for one in changes]


@pytest.mark.parametrize("seed", range(SEED, SEED + SEEDS))
def test_what_a_draft_was_said_to_do_to_cases_is_what_moving_them_does(database: Database, seed: int) -> None:
    play = Play(database, seed)
    cases = [play.start() for _number in range(4)]
    for case in cases:
        play.passes.clear()
        for _step in range(play.random.randint(0, 4)):
            play.step(case)
    way = play.random.choice(["keep", "recompute", "shift"])
    timers = {} if way == "keep" else dict.fromkeys(TIMERS, way)
    files, survey = surveyed(play, Decisions(timers=timers))
    moving.deploy(play, files)
    with database.reading() as session:
        target = definitions.newest_ids(session)["pengaduan"]
        found = {row.instance_id: row for row in session.query(EffectCase).filter_by(survey_id=survey)}
        still_open = {case.id for case in cases if session.get_one(ProcessInstance, case.id).ended_at is None}
    assert found.keys() == still_open
    batch = moving.move(play, target, *cases, timers=timers)
    with database.reading() as session:
        rows = session.query(MigrationCase).filter_by(batch_id=batch).all()
    assert {row.instance_id for row in rows} == still_open
    for row in rows:
        said = found[row.instance_id]
        told = (seed, way, said.kind, said.changes, said.obstacles, row.state, row.changes, row.obstacles)
        assert (row.state == "refused") == (said.kind == "blocked"), told
        assert _told(row.changes) == _told(said.changes), told
        assert row.obstacles == said.obstacles, told


def _due(rows: dict[str, Any]) -> list[tuple[str, str]]:
    """What is due on which day: a new timer is counted from its move."""
    return [(job["activity_id"], job["due_at"][:10]) for job in rows["job"]]


@pytest.mark.parametrize("seed", range(SEED, SEED + SEEDS))
def test_cases_are_moved_taken_back_and_played_to_their_end(database: Database, seed: int) -> None:
    play = Play(database, seed)
    case = play.start()
    for _step in range(play.random.randint(0, 4)):
        play.step(case)
    target = play.changed()
    before = moving.rows(play, case)
    [verdict] = moving.judge(play, target, case)
    batch = moving.move(play, target, case)
    told = (seed, verdict, moving.outcomes(play, batch))
    assert moving.outcomes(play, batch)[case.id] == ("refused" if verdict.obstacles else "moved"), told
    if verdict.obstacles:
        assert moving.rows(play, case) == before, told
        return
    after = moving.rows(play, case)
    assert [row["id"] for row in after["user_task"]] == [row["id"] for row in before["user_task"]], told
    moving.undo(play, batch)
    assert moving.rows(play, case) == before, told
    moving.move(play, target, case)
    again = moving.rows(play, case)  # timers that are new have other ids, and so does where the case stands
    assert again["user_task"] == after["user_task"], told
    assert sorted(_due(again)) == sorted(_due(after)), told
    for _step in range(MOST_STEPS):
        if not play.step(case):
            break
    with database.reading() as session:
        found = session.get_one(ProcessInstance, case.id)
        left = session.scalars(select(MessageWait).where(MessageWait.instance_id == case.id)).all()
        assert found.state == "ended" or left, told  # else it waits for the reporter
        assert found.definition_id == target
