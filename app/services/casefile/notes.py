"""Internal notes on a case: for everybody who may see it, never for the reporter."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import InvalidForm
from app.history.events import NoteAdded
from app.i18n import _
from app.models import Note
from app.services import identity
from app.services.core import access, clock, history, rights
from app.services.core.access import Actor

MAX_LENGTH = 5_000


def add(session: Session, instance_id: int, text: str, *, actor: Actor) -> Note:
    """Write a note on a case. The history tells that it was written, not what it says.

    What tells in it who somebody is, is masked as in a form.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: he is an auditor.
        InvalidForm: the note is empty or longer than 5,000 characters.
    """
    instance = access.instance(session, actor, instance_id)
    rights.require_not_auditor(actor)
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        message = _("Tulis catatan, paling panjang 5.000 huruf.")
        raise InvalidForm(message, {"text": message}, {"text": text})
    text = identity.masked_text(session, instance, text)
    note = Note(instance_id=instance_id, text=text, written_at=clock.now(session), written_by_id=actor.id)
    session.add(note)
    session.flush()
    history.record(session, NoteAdded(note=note.id), actor=actor, instance_id=instance_id)
    return note


def of_instance(session: Session, instance_id: int, *, actor: Actor) -> Sequence[Note]:
    """The notes on a case, oldest first, with their writers.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    access.instance(session, actor, instance_id)
    query = select(Note).where(Note.instance_id == instance_id).options(joinedload(Note.written_by))
    return session.scalars(query.order_by(Note.id)).all()
