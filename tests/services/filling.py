"""Something in every corner of an office, for what must copy all of it."""

from io import BytesIO

from app.commands.people.accounts import sign_in
from app.services.files import attachments, uploads
from app.services.instances import incidents
from app.services.people import api_tokens, users
from app.services.people.accounts import reset_password
from app.services.tasks import drafts
from tests.services.office import Office


def fill(office: Office) -> None:
    """Add a case, an identity, a private file, a loose file, a draft, an incident, a token, a signed-in browser."""
    case = office.start(pelapor="KENARI-IDENTITAS")
    with office.database.transaction() as session:
        row = attachments.receive(
            session,
            uploads.read_upload(BytesIO(b"KENARI-KTP"), "ktp.txt", actor=office.rina),
            actor=office.rina,
            private=True,
        )
        attachments.attach(
            session, [row.id], instance_id=case.id, field_key="ktp", private=True, actor=office.rina
        )
        attachments.receive(
            session,
            uploads.read_upload(BytesIO(b"Lampu mati"), "a.txt", actor=office.rina),
            actor=office.rina,
        )
        drafts.save(session, office.rina, "task:1", {"isi": "setengah jalan"})
        incidents.open_one(session, case, "Gerbang buntu", actor=None)
        password = reset_password(session, office.rina.id, actor=None)
        api_tokens.issue(session, users.named(session, "budi"), actor=None)
    sign_in(office.database, "rina", password, source="192.0.2.7")
