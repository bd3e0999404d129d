"""An office whose procedure gets another version while cases are open, and shortcuts to move them."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.migration import migration
from app.commands.transaction import Command
from app.models import MigrationCase, ProcessInstance
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.deployment import deployments
from app.services.instances import snapshots
from app.services.migration import effects
from app.services.migration.decisions import Decisions
from app.services.migration.effects import Verdict

#: The procedure as it is changed: the first task is renamed and moved to the unit's lane, with two more days.
MOVED_LANE = {"Loket": "terima cukup lewat ingat ditegur selesai", "Unit": "kerjakan periksa"}


class Owned(Protocol):
    """What the shortcuts ask of an office, or of whatever else has a database and a process owner."""

    database: Database
    owner: Actor


def deploy(office: Owned, files: Mapping[str, bytes]) -> int:
    with office.database.transaction() as session:
        done = deployments.deploy(session, dict(files), actor=office.owner)
        return done.definitions[0].definition.id


def version(office: Owned, definition_id: int) -> Version:
    with office.database.reading() as session:
        return definitions.version(session, definition_id)


def judge(office: Owned, target_id: int, *cases: ProcessInstance, **decided: Any) -> list[Verdict]:
    with office.database.reading() as session:
        target = definitions.version(session, target_id)
        ids = [case.id for case in cases]
        return effects.dry_run(session, target, ids, Decisions(**decided), actor=office.owner)


def move(office: Owned, target_id: int, *cases: ProcessInstance, **decided: Any) -> int:
    batch = begin(office, target_id, *cases, **decided)
    work(office)
    return batch


def begin(office: Owned, target_id: int, *cases: ProcessInstance, **decided: Any) -> int:
    ids = [case.id for case in cases]
    command, decisions = Command("migrate", str(target_id)), Decisions(**decided)
    given = (office.database, command, target_id, ids, decisions, "SOP direvisi")
    batch: int = migration.begin(*given, actor=office.owner)["batch"]
    return batch


def work(office: Owned) -> None:
    while migration.work(office.database):
        pass


def undo(office: Owned, batch: int, case: ProcessInstance | None = None) -> None:
    command, only = Command("undo_migration", str(batch)), case.id if case else None
    migration.take_back(office.database, command, batch, "keliru", actor=office.owner, instance_id=only)
    work(office)


def rows(office: Owned, case: ProcessInstance) -> dict[str, Any]:
    """All that is stored of a case, but its revision."""
    with office.database.reading() as session:
        found = {
            name: [dict(row) for row in held] for name, held in snapshots.rows_of(session, case.id).items()
        }
    found["process_instance"][0].pop("revision")
    return found


def states(session: Session, batch: int) -> dict[int, str]:
    found = session.query(MigrationCase).filter_by(batch_id=batch)
    return {row.instance_id: row.state for row in found}


def outcomes(office: Owned, batch: int) -> dict[int, str]:
    with office.database.reading() as session:
        return dict(sorted(states(session, batch).items()))
