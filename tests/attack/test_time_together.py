"""What many expensive things of one request may take together."""

import pytest

from app.base.db import Database
from app.base.errors import InvalidForm
from app.bpmnio import budget
from app.forms.submission import validation
from app.services.deployment import checks, deployments
from app.services.instances import instances
from tests.engine.building import bpmn, end, start
from tests.services.office import Office, form, text

ENDLESS = {"validate": {"pattern": "^(?=(a+)+$).*"}}


def test_a_form_full_of_patterns_without_end_is_checked_in_a_time_of_its_own(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_database)
    fields = [text(f"isian{n}") | ENDLESS for n in range(20)]
    diagram = bpmn(
        [start("mulai", form="isian"), end("selesai")], "mulai > selesai", lanes={"Loket": "mulai selesai"}
    )
    monkeypatch.setattr(checks, "_check_patterns", lambda _bundle: [])  # as a version of before that check
    with office.database.transaction() as session:
        files = {"pola.bpmn": diagram, "isian.form": form(*fields)}
        [done] = deployments.deploy(session, files, actor=None).definitions
    monkeypatch.setattr(validation, "MAX_SECONDS", 0.5)
    typed = {f"isian{n}": "a" * 40 + "!" * n for n in range(1, 20)}
    with budget.sharing(60.0):
        with pytest.raises(InvalidForm) as refused, office.database.transaction() as session:
            instances.start(session, done.definition.key, typed, actor=office.rina)
        left = budget.seconds_allowed(60.0)
    assert set(refused.value.errors) == set(typed)
    assert left > 54.0
