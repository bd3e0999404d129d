"""Months of work on the SOP by the officers of the demo data, at moments that a test chooses."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import User, UserTask
from app.services.core import access, clock
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.tasks import tasks
from tests.bench.population import UNIT_WORKERS, WORKERS
from tests.reports import REPORTS, answers_for, report_values

#: Reports whose cases need nobody but officers who are there.
TAKEN = [
    one
    for one in REPORTS
    if one["jalan"].get("data_lengkap") != "perlu dilengkapi pelapor" and one["id"] != "SIN-029"
]


class Months:
    """Begins cases and works on them; each step takes place at its own moment."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.chance, self._number = database, random.Random(seed), 600_000_000
        with database.reading() as session:
            self._actors = {user.name: access.actor_of(user) for user in session.scalars(select(User))}

    def case(self, begin: datetime, *, until: datetime, days: float = 4.0) -> int:
        """Begin a case and work on it until some moment; its steps take ``days`` each, more or less."""
        self._number += 1
        one = self.chance.choice(TAKEN)
        on = f"{begin:%Y-%m-%d}"
        values = {**report_values(one), "tracking_id": str(self._number), "tanggal_masuk": on}
        values["tanggal_kejadian"] = on
        with self.database.transaction() as session:
            clock.fix(session, begin)
            case = instances.start(session, "pengaduan", values, actor=self._actors["lapor"]).instance.id
        at, passes = begin, dict[str, int]()
        while (at := at + timedelta(days=self.chance.expovariate(1 / days))) < until:
            with self.database.transaction() as session:
                clock.fix(session, at)
                if not self._step(session, case, one, passes):
                    return case
        return case

    def _step(self, session: Session, case: int, one: dict[str, Any], passes: dict[str, int]) -> bool:
        """Complete the open task; whether there was one that somebody here may do."""
        open_ = select(UserTask).where(UserTask.instance_id == case, UserTask.state == "open")
        task = session.scalars(open_).first()
        actor = self._worker(task) if task is not None else None
        if task is None or actor is None:
            return False
        number = passes[task.activity_id] = passes.get(task.activity_id, 0) + 1
        given = answers_for(task.activity_id, one, number)
        on = f"{clock.now(session):%Y-%m-%d}"
        given |= {name: on for name in DATES if name in given}
        tasks.complete(session, task.id, given, {}, actor=actor)
        return True

    def _worker(self, task: UserTask) -> Actor | None:
        name = WORKERS.get(task.lane_id) or UNIT_WORKERS.get(task.unit_code or "")
        return self._actors.get(name or "")


#: Of answers, those that may lie no later than the day on which they are given.
DATES = ("tanggal_tindak_lanjut", "diumumkan_lapor", "diumumkan_sipp")
