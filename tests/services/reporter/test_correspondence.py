"""Messages between office and reporter: who may write, who is told, what the record keeps; on both databases."""

import pytest
from sqlalchemy import select

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.history import reader
from app.history.catalogue import REPORTER
from app.history.events.reporter import ReporterMessageAdded
from app.models import Notice, OutboxMessage, ProcessInstance
from app.services import identity
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import cancellation, instances
from app.services.notifications import outbox
from app.services.reporter import correspondence
from app.services.tasks import tasks
from tests.services.office import Office

TELEPHONE = "0812-3456-7890"


def write(office: Office, case: ProcessInstance, text: str, actor: Actor | None = None) -> None:
    with office.database.transaction() as session:
        if actor is None:
            correspondence.write_to_office(session, case.id, text)
        else:
            correspondence.write_to_reporter(session, case.id, text, actor=actor)


def texts(office: Office, case: ProcessInstance) -> list[str]:
    with office.database.reading() as session:
        return [one.text for one, _number in correspondence.letters_of(session, case.id, actor=office.rina)]


def test_both_write_and_the_history_tells_that_they_did_and_not_what(office: Office) -> None:
    case = office.start()
    write(office, case, "  Kapan diperbaiki? KENARI ")
    write(office, case, "Minggu depan. KENARI", office.rina)
    assert texts(office, case) == ["Kapan diperbaiki? KENARI", "Minggu depan. KENARI"]
    with office.database.reading() as session:
        events = [
            one for one in reader.of_instance(session, case.id) if isinstance(one.event, ReporterMessageAdded)
        ]
        assert [(one.event.by, one.actor and one.actor.name) for one in events] == [
            (REPORTER, None),
            ("", "rina"),
        ]
        assert "KENARI" not in str([vars(row) for row in session.scalars(select(OutboxMessage))])


def test_what_tells_who_the_reporter_is_is_masked_and_sealed(office: Office) -> None:
    case = office.start()
    write(office, case, f"Hubungi saya di {TELEPHONE}")
    [text] = texts(office, case)
    assert TELEPHONE not in text
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, case.id)
        version = definitions.version(session, instance.definition_id)
        assert TELEPHONE in identity.show(session, office.rina, instance, version).values()


def test_the_lane_that_holds_the_case_is_told_until_it_answers(office: Office) -> None:
    case = office.start()
    write(office, case, "Kapan?")
    with office.database.transaction() as session:
        outbox.deliver(session)
        told = [row for row in session.scalars(select(Notice)) if row.body["code"] == "reporter_wrote"]
        assert {row.user_id for row in told} == {office.rina.id, office.budi.id}
        assert all(row.read_at is None for row in told)
    write(office, case, "Besok.", office.budi)
    with office.database.reading() as session:
        again = [session.get_one(Notice, row.id) for row in told]
        assert all(row.read_at is not None for row in again)


def test_who_holds_the_case_or_sees_identities_writes_and_nobody_else(office: Office) -> None:
    case = office.start()
    with pytest.raises(NotFound):
        write(office, case, "x", office.dinas_a)
    with pytest.raises(NotAllowed):
        write(office, case, "x", office.auditor)
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    write(office, case, "Dari dinas", office.dinas_a)
    write(office, case, "Dari loket", office.rina)
    with pytest.raises(NotAllowed):
        write(office, case, "x", office.owner)
    with pytest.raises(NotFound):
        write(office, case, "x", office.dinas_b)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
def test_a_message_has_words_and_not_too_many(office: Office, text: str) -> None:
    case = office.start()
    for actor in (None, office.rina):
        with pytest.raises(InvalidForm):
            write(office, case, text, actor)


def test_nobody_writes_once_the_case_has_ended(office: Office) -> None:
    case = office.start()
    write(office, case, "Kapan?")
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "ganda", actor=office.ketua)
    for actor in (None, office.rina):
        with pytest.raises(Conflict):
            write(office, case, "Halo", actor)
    assert texts(office, case) == ["Kapan?"]
