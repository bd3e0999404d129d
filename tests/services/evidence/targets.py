"""Cases that attacks can aim at: with an open file, with erased words, taken back, destroyed."""

from datetime import UTC, datetime
from io import BytesIO

from app.commands import retention
from app.forms import masking
from app.models import IdentityValue, ProcessInstance
from app.services.core import clock, encryption
from app.services.files import attachments, uploads
from app.services.retention import destructions, erasure, periods
from app.services.tasks import tasks, undoing
from tests.services import rounds
from tests.services.desk import ENOUGH
from tests.services.office import Office, add_user


def case_with_a_file(office: Office, *, back: bool = False) -> tuple[int, str]:
    """The id of the case, and that of the file. ``back``: the completion with which it came was taken back."""
    case = rounds.begun(office, rounds.asks_for_a_file(), "berkas")
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(b"Lampu mati.\n"), "a.txt", actor=office.rina)
        file = attachments.receive(session, upload, actor=office.rina).id
    with office.database.transaction() as session:
        task = office.open_task(case).id
        tasks.complete(session, task, {"bukti": [file]}, {}, actor=office.rina, typed={"values": {}})
    if back:
        with office.database.transaction() as session:
            undoing.take_back(session, task, actor=office.rina)
    return case.id, file


def mark(office: Office, case: int, word: str, sign: str = "") -> str:
    """Mark a word of a case as identity; its sign."""
    sign = sign or masking.new_sign("nama")
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, case).masks_changed = True
        sealed = encryption.seal(session, word)
        session.add(IdentityValue(instance_id=case, field_key=sign, ciphertext=sealed))
    return sign


def erase(office: Office, case: int) -> None:
    """Erase what is marked."""
    with office.database.transaction() as session:
        admin = add_user(session, f"kepala{datetime.now(UTC).timestamp()}", is_admin=True)
        erasure.erase(session, case, "Diminta", actor=admin)


def destroy_all(office: Office) -> None:
    """Destroy the cases whose time is over; the newest stays."""
    with office.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)
        clock.fix(session, datetime(2031, 3, 1, 3, tzinfo=UTC))
        typed = str(periods.overdue_of(session, "uji", actor=admin).cases)
        destructions.begin(session, "uji", typed, "Masa simpan lewat", actor=admin)
    while retention.work(office.database):
        pass


def taken_back(office: Office) -> ProcessInstance:
    """A case of which a completion was taken back."""
    case = office.start()
    with office.database.transaction() as session:
        task = office.open_task(case)
        tasks.complete(session, task.id, ENOUGH, {}, actor=office.rina, typed={"values": {}})
    with office.database.transaction() as session:
        undoing.take_back(session, task.id, actor=office.rina)
    return case
