"""Cases that are begun, worked on, joined, rated and stopped at random, while changes of the numbers are folded."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.models import JoinedReport, ProcessInstance, UserTask
from app.services.core import clock
from app.services.instances import cancellation, instances
from app.services.numbers import totals
from app.services.reporter import joined_reports, ratings
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.office import Office

BEGIN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # Monday, 08.30 WIB


def a_step(office: Office, chance: random.Random, at: datetime) -> None:
    """One step of some case: begun, worked on, stopped; or changes are folded."""
    with office.database.transaction() as session:
        clock.fix(session, at)
        rows = session.execute(
            select(UserTask.id, UserTask.activity_id, UserTask.unit_code).where(UserTask.state == "open")
        ).all()
        if chance.random() < 0.1:
            totals.fold(session, limit=chance.choice([1, 5, 500]))
        elif chance.random() < 0.1:
            part_or_rate(session, office, chance)
        elif not rows or chance.random() < 0.25:
            values = {"judul": "Lampu mati", "unit": chance.choice(["A", "B", ""])}
            instances.start(session, "uji", values, actor=office.rina)
        else:
            work_on(session, office, chance, chance.choice(rows))


def work_on(
    session: Session, office: Office, chance: random.Random, row: tuple[str, str, str | None]
) -> None:
    task_id, activity, unit = row
    if chance.random() < 0.1:
        case = session.get_one(UserTask, task_id).instance_id
        cancellation.cancel(session, case, "coba", actor=office.owner)
    elif chance.random() < 0.15:
        report = session.get_one(UserTask, task_id).instance_id
        running = (
            select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None)).order_by(ProcessInstance.id)
        )
        join(session, office, report, chance.choice(session.scalars(running).all()))
    elif activity == "periksa":
        values = {"hasil": chance.choice(["cukup", "kurang"]), "unit": chance.choice(["A", "B"])}
        tasks.complete(session, task_id, values, {}, actor=office.rina)
    else:
        actor = {"A": office.dinas_a, "B": office.dinas_b}.get(unit or "", office.dinas_a)
        tasks.complete(session, task_id, {}, {}, actor=actor)


def join(session: Session, office: Office, report: int, main: int) -> None:
    with suppress(Conflict):  # it is the same, or others are joined to it
        joined_reports.join(session, report, main, actor=office.rina)


def part_or_rate(session: Session, office: Office, chance: random.Random) -> None:
    joined = session.scalars(select(JoinedReport.instance_id).order_by(JoinedReport.instance_id)).all()
    if joined and chance.random() < 0.4:
        joined_reports.part(session, chance.choice(joined), "coba", actor=office.rina)
        return
    ended = (
        select(ProcessInstance.id).where(ProcessInstance.ended_at.is_not(None)).order_by(ProcessInstance.id)
    )
    for case in session.scalars(ended).all()[-3:]:
        with suppress(Conflict):  # its main case is not over, or was long ago
            ratings.rate(session, case, chance.choice("12345"), "")


def work(office: Office, seed: int, steps: int = 60) -> None:
    chance, at = random.Random(seed), BEGIN
    for _step in range(steps):
        at += timedelta(minutes=chance.randrange(1, 3000))
        a_step(office, chance, at)
    follow(office.database)
