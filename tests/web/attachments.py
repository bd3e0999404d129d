"""Files of a case, for tests of pages."""

from io import BytesIO

from app.base.db import Database
from app.services.core.access import Actor, actor_of
from app.services.files import attachments, uploads
from app.services.people import users
from tests.web.conftest import Case


def actor(office: Database, name: str) -> Actor:
    with office.reading() as session:
        return actor_of(users.named(session, name))


def attach(office: Database, case: Case, name: str, content: bytes, *, private: bool = False) -> str:
    lapor = actor(office, "lapor")
    with office.transaction() as session:
        row = attachments.receive(
            session, uploads.read_upload(BytesIO(content), name, actor=lapor), actor=lapor, private=private
        )
        attachments.attach(
            session, [row.id], instance_id=case.id, field_key="lampiran", actor=lapor, private=private
        )
        return row.id
