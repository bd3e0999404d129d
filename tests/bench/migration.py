"""Moving open cases to another version: judging 500, by a version and by a draft that is not stored, and 5,000 in the
background; and moving 5,000 with what the worker does."""

import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.migration import migration, surveys
from app.commands.transaction import Command
from app.models import MigrationCase, ProcessDefinition, ProcessInstance, User
from app.services.core import access
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.migration import effect_lists, effects
from app.services.migration import surveys as survey_service
from app.services.migration.decisions import Decisions
from app.services.migration.effect_lists import Asked
from app.services.migration.selection import CaseFilters
from app.services.studio import effects as draft_effects
from app.services.studio import new_drafts
from app.services.tasks import tasks
from tests.bench.figures import office_for, row
from tests.reports import answers_for, report, report_values
from tests.sop_changes.editing import shipped

ONE = report("SIN-001")
JUDGED, FEW, MOVED = 500, 50, 5_000
DECIDED = Decisions(timers={"tenggat_penyaluran": "recompute"})


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = office.database
    ids = _start(database, MOVED)
    _judge_draft(database, ids)
    target = _publish(database)
    _warm(database, target, ids[:10])
    began = time.perf_counter()
    with database.reading() as session:
        version = definitions.version(session, target)
        verdicts = effects.dry_run(session, version, ids[:JUDGED], DECIDED, actor=_owner(session))
    took = time.perf_counter() - began
    told = ", ".join(f"{kind} {count}" for kind, count in effects.totals(verdicts).items())
    row(f"effect of a version on {JUDGED} open cases", f"{took:.2f} s ({told})", "≤ 2 s")
    took, worked = _move(database, target, ids)
    row(f"{MOVED:,} cases moved, a transaction each", f"{took:.1f} s, CPU {worked:.1f} s", "≤ 60 s")
    database.engine.dispose()


def _judge_draft(database: Database, ids: list[int]) -> None:
    """The effect of a draft before it is published: in the request, and in the background."""
    with database.transaction() as session:
        draft = new_drafts.begin_from_files(session, _changed(), title=None, actor=_owner(session)).id
    began = time.perf_counter()
    with database.reading() as session:
        owner = _owner(session)
        target = draft_effects.target_of(session, draft, actor=owner)
    row("a draft read and checked to judge by it", f"{time.perf_counter() - began:.2f} s, once")
    took = {
        count: min(_judged(database, draft, ids[:count]) for _turn in range(3)) for count in (FEW, JUDGED)
    }
    each = {count: took[count] / count * 1000 for count in took}
    row(f"effect of a draft on {JUDGED} open cases", f"{took[JUDGED]:.2f} s", "≤ 2 s")
    ratio = each[JUDGED] / each[FEW]
    row(f"a case of {JUDGED} against one of {FEW}", f"{ratio:.2f} ({each[JUDGED]:.2f} ms)", "flat")
    began, worked = time.perf_counter(), time.process_time()
    surveys.begin(
        database,
        Command("survey_draft", str(draft)),
        lambda _session: target,
        lambda _session, _target: DECIDED,
        actor=owner,
    )
    while surveys.work(database):
        pass
    took_s, worked = time.perf_counter() - began, time.process_time() - worked
    with database.reading() as session:
        survey = survey_service.find(session, target, DECIDED, actor=owner)
        assert survey is not None
        assert (survey.state, survey.judged) == ("done", len(ids)), survey.state
        began, asked = time.perf_counter(), Asked(CaseFilters(), "task")
        effect_lists.surveyed(session, survey, target, asked, actor=owner)
        listed = (time.perf_counter() - began) * 1000
    row(f"{len(ids):,} cases judged in the background", f"{took_s:.1f} s, CPU {worked:.1f} s")
    row("a page of their list, filtered", f"{listed:.1f} ms")


def _judged(database: Database, draft: int, ids: list[int]) -> float:
    began = time.perf_counter()
    with database.reading() as session:
        owner = _owner(session)
        target = draft_effects.target_of(session, draft, actor=owner)
        effect_lists.judged_now(session, target, ids, DECIDED, Asked(CaseFilters()), actor=owner)
    return time.perf_counter() - began


def _owner(session: Session) -> access.Actor:
    query = select(User).where(User.is_process_owner).limit(1)
    return access.actor_of(session.scalars(query).one())


def _start(database: Database, count: int) -> list[int]:
    """Cases at the first and, each third, at the second step."""
    ids: list[int] = []
    for first in range(0, count, 100):
        with database.transaction() as session:
            officer = access.actor_of(session.scalars(select(User).where(User.name == "lapor")).one())
            for number in range(first, min(first + 100, count)):
                values = {**report_values(ONE), "tracking_id": str(7_000_000 + number)}
                case = instances.start(session, "pengaduan", values, actor=officer).instance
                ids.append(case.id)
                if number % 3 == 0:
                    [task] = instances.open_tasks(session, case.id)
                    tasks.complete(session, task.id, answers_for(task.activity_id, ONE), {}, actor=officer)
    return ids


def _changed() -> dict[str, bytes]:
    files = shipped()
    diagram = files["pengaduan.bpmn"].replace(b"Penyaluran Pengaduan", b"Penyaluran Laporan")
    files["pengaduan.bpmn"] = diagram.replace(b">3 hari<", b">9 hari<")
    return files


def _publish(database: Database) -> int:
    files = _changed()
    with database.transaction() as session:
        deployments.deploy(session, files, actor=None)
        return session.scalars(
            select(ProcessDefinition.id).where(
                ProcessDefinition.key == "pengaduan", ProcessDefinition.in_force
            )
        ).one()


def _warm(database: Database, target: int, ids: list[int]) -> None:
    with database.reading() as session:
        effects.dry_run(session, definitions.version(session, target), ids, DECIDED, actor=_owner(session))


def _move(database: Database, target: int, ids: list[int]) -> tuple[float, float]:
    with database.reading() as session:
        owner = _owner(session)
    began, busy = time.perf_counter(), time.process_time()
    given = (target, ids, DECIDED, "pengukuran")
    migration.begin(database, Command("migrate", str(target)), *given, actor=owner)
    while migration.work(database):
        pass
    took, worked = time.perf_counter() - began, time.process_time() - busy
    with database.reading() as session:
        moved = session.scalar(
            select(func.count()).select_from(MigrationCase).where(MigrationCase.state == "moved")
        )
        there = session.scalar(
            select(func.count()).select_from(ProcessInstance).where(ProcessInstance.definition_id == target)
        )
    assert (moved, there) == (len(ids), len(ids)), (moved, there)
    return took, worked
