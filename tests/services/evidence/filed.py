"""A case whose record tells of an open file."""

from io import BytesIO

from app.services.files import attachments, uploads
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services import rounds
from tests.services.office import Office, form


def case_with_a_file(office: Office) -> tuple[int, str]:
    """The id of the case, and that of the file."""
    files = {
        "berkas.bpmn": bpmn(
            [start("mulai"), user("isi", form="isi"), end("selesai")],
            "mulai > isi > selesai",
            lanes={"Loket": "mulai isi selesai"},
            key="berkas",
        ),
        "isi.form": form({"type": "filepicker", "key": "bukti", "label": "Bukti"}),
    }
    case = rounds.begun(office, files, "berkas")
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(b"Lampu mati.\n"), "a.txt", actor=office.rina)
        file = attachments.receive(session, upload, actor=office.rina).id
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"bukti": [file]}, {}, actor=office.rina)
    return case.id, file
