"""Who opens an identity says what for, unless a task of his tells; the ledger has it."""

import pytest

from app.base.errors import InvalidForm, NotAllowed
from app.models import ProcessInstance
from app.services import identity
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.questions import ledger
from app.services.questions.ledger import Filters
from app.services.tasks import tasks
from tests.services.office import Office


def opens(office: Office, case: ProcessInstance, actor: Actor, purpose: str = "", reason: str = "") -> None:
    with office.database.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        version = definitions.version(session, row.definition_id)
        shown = identity.show_for_work(session, actor, row, version, purpose, reason)
        assert shown["pelapor"] == "Kanari"


def told(office: Office) -> list[tuple[str, str, str]]:
    with office.database.reading() as session:
        found = ledger.page(session, Filters(), actor=office.auditor).page.items
        return [(one.entry.event.activity, one.entry.event.purpose, one.entry.event.reason) for one in found]


def test_what_identity_is_opened_for_is_asked_where_no_task_tells(office: Office) -> None:
    case = office.start(judul="Lampu", pelapor="Kanari")
    opens(office, case, office.rina)
    assert told(office) == [("periksa", "", "")]
    with office.database.transaction() as session:
        task = office.open_task(case)
        tasks.claim(session, task.id, actor=office.budi)
    opens(office, case, office.budi, "contact", "tidak ditanyakan")
    assert told(office)[0] == ("periksa", "", "")
    for purpose, reason, wrong in (
        ("", "rapat", "purpose"),
        ("lain", "rapat", "purpose"),
        ("other", " ", "reason"),
    ):
        with pytest.raises(InvalidForm) as refusal:
            opens(office, case, office.rina, purpose, reason)  # a colleague holds the task
        assert set(refusal.value.errors) == {wrong}
    with pytest.raises(NotAllowed):
        opens(office, case, office.auditor, "check")
    opens(office, case, office.rina, "contact")
    opens(office, case, office.rina, "other", "WA 0812-3456-7890 hilang, menelepon kanari")
    purpose, reason = told(office)[0][1:]
    assert purpose == "other"
    assert "0812" not in reason
    assert "kanari" not in reason
    assert told(office)[1] == ("", "contact", "")
    assert len(told(office)) == 4
