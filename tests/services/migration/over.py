"""Cases of the procedure that are over, and whether record, rows and numbers fit."""

from datetime import UTC, datetime, timedelta

from app.models import ProcessInstance
from app.services.core import clock
from app.services.core.access import Actor
from app.services.evidence import verifying
from app.services.instances import instances
from app.services.numbers import recount
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.desk import ENOUGH
from tests.services.evidence.attacks import config_of
from tests.services.office import Office

BEGIN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # Monday, 10.00 WIB


def complete(
    office: Office, case: ProcessInstance, actor: Actor, at: datetime = BEGIN, **values: str
) -> None:
    task = office.open_task(case).id
    with office.database.transaction() as session:
        clock.fix(session, at)
        tasks.complete(session, task, values, {}, actor=actor)


def finish(office: Office, case: ProcessInstance, at: datetime = BEGIN) -> None:
    complete(office, case, office.dinas_a, at)


def ended(office: Office, at: datetime = BEGIN) -> ProcessInstance:
    with office.database.transaction() as session:
        clock.fix(session, at)
        case = instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina).instance
    complete(office, case, office.rina, at + timedelta(hours=1), **ENOUGH)
    finish(office, case, at + timedelta(hours=2))
    return case


def faults(office: Office) -> list[str]:
    """What does not fit, but for people and units, which the office has without a record."""
    found = verifying.snapshot_verified(
        config_of(office.database), office.database, lambda _done: None
    ).faults
    return [
        f"{one.kind} {one.detail}"
        for one in found
        if not one.detail.startswith(("user (", "user.", "unit (", "unit."))
    ]


def fits(office: Office) -> None:
    """The record tells what the rows say, and the numbers are those of a count of everything."""
    follow(office.database)
    assert faults(office) == []
    with office.database.reading() as session:
        assert list(recount.differences(session)) == []
