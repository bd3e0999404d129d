"""Findings are masked as the case is, follow what is masked and erased later, and nobody writes over one unseen."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed
from app.history.checking import chains
from app.models import ProcessInstance, SampledCase, User
from app.services.casefile import masking
from app.services.core import access, settings, signing
from app.services.core.access import Actor
from app.services.questions import findings, samples
from app.services.retention import erasure, holds
from app.services.tasks import tasks
from tests.canaries.crawling import in_database
from tests.services.office import Office, add_user
from tests.services.questions.asked import draw

NAME, UNKNOWN = "Siti Rahmawati", "Pak Karto"


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    """A case of a sample, its first."""
    made = office.start(judul=f"Lampu mati di rumah {UNKNOWN}", pelapor=NAME)
    draw(office, "1", 1)
    return made


def row_of(session: Session) -> SampledCase:
    return session.get_one(SampledCase, (1, 1))


def write(office: Office, text: str, actor: Actor | None = None, shown: str | None = None) -> str:
    """Write a finding, of a page that was just made; return what stands there."""
    with office.database.transaction() as session:
        writer = actor or office.auditor
        shown = findings.shown(row_of(session)) if shown is None else shown
        return findings.record(session, 1, 1, "flawed", text, shown=shown, actor=writer).finding


def before(office: Office) -> list[str]:
    """What stood there, as an auditor reads it."""
    with office.database.reading() as session:
        rows = samples.cases_of(session, samples.get(session, 1, actor=office.auditor))
        told = findings.earlier(session, 1, rows, actor=office.auditor)
        return [stood.text for stood in told.get(1, ())]


def test_a_finding_is_masked_and_tells_no_auditor_which_name_is_right(
    office: Office, case: ProcessInstance
) -> None:
    text = write(office, f"{NAME.upper()} (WA 0812-3456-7890) bertemu {UNKNOWN}")
    assert NAME.upper() in text
    assert "0812" not in text
    assert write(office, text) == text  # sent again, it is what it was
    assert before(office) == []
    write(office, f"Menemui {UNKNOWN}")
    with office.database.transaction() as session:
        masking.mark(session, case.id, [UNKNOWN], "nama saksi", actor=office.rina)
    with office.database.reading() as session:
        assert UNKNOWN not in row_of(session).finding
    [stood] = before(office)
    assert stood.count("•••") == 2  # read through what was masked since
    places = set().union(*in_database(office.database, {UNKNOWN.lower(), "0812-3456"}).values())
    assert places == {"history_event.data"}  # the subject, as it was at the start


def test_erasing_an_identity_reaches_findings_and_what_stood_before(
    office: Office, case: ProcessInstance
) -> None:
    with office.database.transaction() as session:  # as they were written before names were masked in them
        row_of(session).finding, row_of(session).verdict = f"{NAME} mengeluh", "flawed"
    write(office, "Terlambat")
    assert before(office) == [f"{NAME} mengeluh"]
    with office.database.transaction() as session:
        row_of(session).finding = f"{NAME} lagi"
        # Who may not see identity learns from no sign whether he guessed right, before it is erased.
        holds.hold(session, case.id, f"{NAME} menggugat", actor=office.admin)
        erasure.erase(session, case.id, f"{NAME} minta", actor=office.admin)
    with office.database.reading() as session:
        assert NAME not in row_of(session).finding
    assert NAME not in before(office)[0]
    assert in_database(office.database, {NAME.lower()}) == {}
    with office.database.reading() as session:
        own = signing.own(settings.config(session))
        assert [chain.fault for chain in chains(session.connection(), own) if chain.fault] == []


def test_a_finding_is_written_over_by_nobody_unseen(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        other = add_user(session, "auditor2", is_auditor=True)
        opened = findings.shown(row_of(session))
    write(office, "Terlambat tiga hari", shown=opened)
    for stale in (opened, ""):
        with pytest.raises(InvalidForm, match="Auditor menulis temuan ini"):
            write(office, "Tepat waktu", other, shown=stale)
    with office.database.reading() as session:
        opened = findings.shown(row_of(session))
    write(office, "Tepat waktu", other, shown=opened)
    assert before(office) == ["Terlambat tiga hari"]
    with office.database.reading() as session:
        row = row_of(session)
        assert (row.finding, row.found_by_id) == ("Tepat waktu", other.id)


def test_who_held_a_task_by_another_s_doing_does_not_audit_the_case(
    office: Office, case: ProcessInstance
) -> None:
    with office.database.transaction() as session:
        budi, task = session.scalars(select(User).where(User.name == "budi")).one(), office.open_task(case)
        rina = session.scalars(select(User).where(User.name == "rina")).one()
        tasks.reassign(session, task.id, budi, "beban", actor=office.ketua)
        tasks.reassign(session, task.id, rina, "keliru", actor=office.ketua)
        budi.is_auditor = True
        session.flush()
        former = access.actor_of(budi)
    with pytest.raises(NotAllowed, match="pernah memegang tugas"):
        write(office, "Terlambat", former)
