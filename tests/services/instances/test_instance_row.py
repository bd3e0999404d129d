"""Where a case stands is written whole, and never over what somebody else has written meanwhile."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict
from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.instances import execution, instances
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def begun(office: Office) -> ProcessInstance:
    """A case of two steps without forms, begun with the number 1."""
    nodes = [start("mulai"), user("satu"), user("dua"), end("selesai")]
    lanes = {"Loket": " ".join(each.id for each in nodes)}
    given = {"urut.bpmn": bpmn(nodes, ["mulai > satu > dua > selesai"], lanes=lanes, key="urut")}
    with office.database.transaction() as session:
        deployments.deploy(session, given, actor=None)
        return instances.start(session, "urut", {"n": 1}, actor=office.rina).instance


def complete(office: Office, case: ProcessInstance, values: dict[str, Any]) -> None:
    with office.database.transaction() as session:
        task = instances.open_tasks(session, case.id)[0]
        tasks.complete(session, task.id, lambda _form: values, {}, actor=office.rina)


def stored(office: Office, case: ProcessInstance) -> ProcessInstance:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id)


def test_a_value_that_python_calls_equal_is_stored(office: Office) -> None:
    case = begun(office)
    complete(office, case, {"n": True})
    assert stored(office, case).variables["n"] is True


def test_each_command_is_one_revision(office: Office) -> None:
    case = begun(office)
    before = stored(office, case).revision
    complete(office, case, {})
    assert stored(office, case).revision == before + 1
    complete(office, case, {})
    after = stored(office, case)
    assert (after.revision, after.state, after.end_activity_id) == (before + 2, "ended", "selesai")


def test_who_comes_second_writes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case, store = begun(office), execution.store

    def somebody_was_faster(session: Session, *rest: Any) -> None:
        session.execute(text("UPDATE process_instance SET revision = revision + 1"))
        store(session, *rest)

    monkeypatch.setattr(execution, "store", somebody_was_faster)
    with pytest.raises(Conflict):
        complete(office, case, {"n": 2})
    found = stored(office, case)
    assert (found.variables["n"], found.revision) == (1, case.revision)
