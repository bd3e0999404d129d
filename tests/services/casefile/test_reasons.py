"""Every reason that an officer gives in a case is masked on the way in, as all texts of a case are."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.history import reader
from app.models import CaseHold, TaskTransfer, User
from app.services.casefile import masking
from app.services.instances import cancellation
from app.services.retention import erasure, holds
from app.services.tasks import tasks
from app.services.workload import transfers
from tests.services.office import Office

TELEPHONE = "0812-3456-7890"
REASON = f"atas permintaan pelapor, WA {TELEPHONE}"

Do = Callable[[Session, Office, int, str], object]


def _hold(session: Session, office: Office, case_id: int, task_id: str) -> object:
    return holds.hold(session, case_id, REASON, actor=office.owner)


def _lift(session: Session, office: Office, case_id: int, task_id: str) -> object:
    holds.hold(session, case_id, "aduan di Inspektorat", actor=office.owner)
    session.flush()
    return holds.lift(session, case_id, REASON, actor=office.owner)


def _erase(session: Session, office: Office, case_id: int, task_id: str) -> object:
    return erasure.erase(session, case_id, REASON, actor=office.admin)


def _cancel(session: Session, office: Office, case_id: int, task_id: str) -> object:
    return cancellation.cancel(session, case_id, REASON, actor=office.owner)


def _reassign(session: Session, office: Office, case_id: int, task_id: str) -> object:
    to = session.get_one(User, office.budi.id)
    return tasks.reassign(session, task_id, to, REASON, actor=office.ketua)


@pytest.mark.parametrize("do", [_hold, _lift, _erase, _cancel, _reassign])
def test_a_reason_tells_nobodys_telephone(office: Office, do: Do) -> None:
    case = office.start(pelapor="Bu Sri")
    task_id = office.open_task(case).id
    with office.database.transaction() as session:
        do(session, office, case.id, task_id)
    with office.database.reading() as session:
        told = str(list(reader.of_instance(session, case.id)))
        kept = session.get(CaseHold, case.id)
    assert "atas permintaan pelapor, WA [telepon" in told
    assert TELEPHONE not in told
    assert kept is None or TELEPHONE not in kept.reason


def test_the_reason_of_a_hold_is_masked_by_hand_with_the_case(office: Office) -> None:
    case = office.start(judul="Karto Suwiryo memukul")
    with office.database.transaction() as session:
        holds.hold(session, case.id, "aduan Karto Suwiryo", actor=office.owner)
    with office.database.transaction() as session:
        masking.mark(session, case.id, ["Karto Suwiryo"], "saksi", actor=office.rina)
    with office.database.reading() as session:
        assert "Suwiryo" not in session.get_one(CaseHold, case.id).reason


def test_the_reason_of_a_transfer_tells_nobodys_telephone(office: Office) -> None:
    task_id = office.open_task(office.start()).id
    with office.database.transaction() as session:
        tasks.claim(session, task_id, actor=office.rina)
    with office.database.transaction() as session:
        rina, budi = (session.get_one(User, one.id) for one in (office.rina, office.budi))
        made = transfers.hand_over(session, rina, budi, REASON, actor=office.rina).id
    with office.database.reading() as session:
        assert TELEPHONE not in session.get_one(TaskTransfer, made).reason
