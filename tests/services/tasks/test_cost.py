"""What the SOP's completions cost in statements, each with its draft and its key; 3 or 4 are for the numbers, and one
for the names that who may see identity shall write nowhere."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.instances.jobs import fire_job
from app.models import CompletionUndo, Job, Notice, OutboxMessage, User, UserTask
from app.services.core import access, idempotency
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.maintenance import demo
from app.services.notifications import outbox
from app.services.tasks import drafts, tasks
from tests.reports import answers_for, report, report_values
from tests.services.counting import statements

REPORT = report("SIN-001")
OFFICERS = {"lajur_lapor": "lapor", "lajur_upp": "upp", "lajur_upt": "dpupr"}
SOP = [*Path("processes").glob("*.*"), *Path("forms").glob("*.form")]


def officer(session: Session, name: str) -> Actor:
    return access.actor_of(session.scalars(select(User).where(User.name == name)).one())


def begin(database: Database) -> None:
    with database.transaction() as session:
        demo.load(session)
        deployments.deploy(session, {path.name: path.read_bytes() for path in SOP}, actor=None)
    with database.transaction() as session:
        instances.start(session, "pengaduan", report_values(REPORT), actor=officer(session, "lapor"))


def complete_next(database: Database, *, undoable: bool = False) -> tuple[str, int] | None:
    """Complete the open task; return its activity and how many statements that took, None when there is none."""
    with database.transaction() as session:
        task = session.scalars(select(UserTask).where(UserTask.state == "open")).one_or_none()
        if task is None:
            return None
        actor = officer(session, OFFICERS[task.lane_id])
        values = answers_for(task.activity_id, REPORT)
        drafts.save(session, actor, f"task:{task.id}", values)
    with statements(database) as sent, database.transaction() as session:

        def do() -> dict[str, str]:
            typed = {"values": values} if undoable else None
            return {"id": tasks.complete(session, task.id, values, {}, actor=actor, typed=typed).task.id}

        idempotency.run_once(session, actor, "complete", task.id, "key", values, do)
    return task.activity_id, len(sent)


def test_no_completion_of_the_sop_takes_more_than_seventeen_statements(database: Database) -> None:
    begin(database)
    costs = dict(iter(lambda: complete_next(database), None))
    assert len(costs) == 6
    assert {activity: cost for activity, cost in costs.items() if cost > 17} == {}


def test_one_that_can_be_taken_back_takes_three_more_and_few_bytes(database: Database) -> None:
    begin(database)
    kept = []
    costs = {}
    while (done := complete_next(database, undoable=True)) is not None:
        costs[done[0]] = done[1]
        with database.reading() as session:
            [row] = session.scalars(select(CompletionUndo)).all()
            kept.append(len(row.before) + len(row.typed))
    assert len(costs) == 6
    assert {activity: cost for activity, cost in costs.items() if cost > 20} == {}
    assert max(kept) < 5_000, kept


def test_no_completion_takes_more_than_seventeen_where_everybody_was_told_of_its_task(
    database: Database,
) -> None:
    begin(database)
    costs = {}
    while True:
        with database.transaction() as session:
            outbox.deliver(session)
        if (done := complete_next(database)) is None:
            break
        costs[done[0]] = done[1]
    with database.reading() as session:
        told = set(
            session.scalars(select(OutboxMessage.activity_id).where(OutboxMessage.task_id.is_not(None)))
        )
        assert not session.scalars(select(Notice).where(Notice.read_at.is_(None))).all()
    assert told
    assert len(costs) == 6
    assert {activity: cost for activity, cost in costs.items() if cost > 17} == {}


def test_a_reminder_of_the_sop_takes_no_more_than_sixteen_statements(database: Database) -> None:
    begin(database)
    for _task in ("penyaluran", "telaahan", "konfirmasi", "menyalurkan"):
        complete_next(database)
    with database.reading() as session:
        waiting = session.execute(select(Job.id, Job.due_at).order_by(Job.due_at)).all()
    assert len(waiting) == 4
    for job_id, due_at in waiting:
        with statements(database) as sent:
            assert fire_job(database, job_id, at=due_at)
        assert len(sent) <= 12, sent
