"""Migration 0012 fills what lists read from what an older release left, and can be taken back."""

from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.models import FilterValue, InstanceVisibility, ProcessDefinition
from app.services.maintenance import migrations
from app.services.tasks import tasks
from tests.services.migrating import go_back
from tests.services.office import Office

DERIVED = ("instance_visibility", "instance_text", "filter_value")


def rows(session: Session) -> dict[str, set[tuple[Any, ...]]]:
    return {name: set(map(tuple, session.execute(text(f"SELECT * FROM {name}")))) for name in DERIVED}


@pytest.fixture
def worked_in(office: Office) -> Office:
    for unit in ("A", "B", ""):
        case = office.start(unit=unit, nomor=f"LP/{unit or 'x'}")
        with office.database.transaction() as session:
            work = {"hasil": "cukup", "unit": unit}
            tasks.complete(session, office.open_task(case).id, work, {}, actor=office.rina)
    return office


def test_what_lists_read_is_filled_from_what_is_there(worked_in: Office) -> None:
    database = worked_in.database
    with database.reading() as session:
        before = rows(session)
        outline = session.query(ProcessDefinition.outline).scalar()
    with database.transaction() as session:
        go_back(session.connection(), "0011")
        assert not set(DERIVED) & set(inspect(session.connection()).get_table_names())
    assert migrations.upgrade(database)
    with database.reading() as session:
        assert rows(session) == before
        definition = session.query(ProcessDefinition).one()
        assert definition.in_force
        assert definition.start_group_id in worked_in.rina.groups
        assert definition.has_reporter
        assert definition.outline == outline


def test_what_is_written_afterwards_is_listed_as_well(worked_in: Office) -> None:
    database = worked_in.database
    with database.transaction() as session:
        go_back(session.connection(), "0011")
    migrations.upgrade(database)
    case = worked_in.start(unit="A")
    with database.reading() as session:
        assert session.query(InstanceVisibility).filter_by(instance_id=case.id).count() == 2
        assert session.query(FilterValue).filter_by(name="activity", value="periksa").count() == 1
