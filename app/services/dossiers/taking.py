"""Taking the file of a case along: who may have it with identity, and the record that it was taken."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.history.events.dossiers import CaseFileTaken
from app.models import Attachment
from app.services import identity
from app.services.core import access, history
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.identity import Why


def may_have_identity(session: Session, instance_id: int, *, actor: Actor) -> bool:
    """Whether the actor may have the file with identity, and there is any.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    instance = access.instance(session, actor, instance_id)
    version = definitions.version(session, instance.definition_id)
    return bool(identity.keys(session, instance.id)) and identity.may_see(session, actor, instance, version)


def take(
    session: Session, instance_id: int, *, actor: Actor, archive: bool, with_identity: bool, reason: str = ""
) -> Mapping[str, Any] | None:
    """Record that the file of a case is downloaded, and return its identity where it is taken with that.

    Each private attachment that goes along in an ``archive`` is recorded as opened.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: his lanes may not see identity.
        InvalidForm: with identity, and no reason.
    """
    instance = access.instance(session, actor, instance_id)
    shown = None
    if with_identity:
        missing = _("Tulis untuk apa identitas diperlukan, tanpa menyebut orangnya.")
        reason = required_reason(reason, missing)
        version = definitions.version(session, instance.definition_id)
        shown = identity.show(session, actor, instance, version, reason)
        if archive:
            private = select(Attachment).where(Attachment.instance_id == instance.id, Attachment.is_private)
            why = Why(reason=identity.masked_reason(session, instance, reason, actor=actor))
            for row in session.scalars(private):
                identity.record_shown(session, actor, instance.id, [row.field_key or ""], why, row.id)
    event = CaseFileTaken(archive=archive, identity=with_identity)
    history.record(session, event, actor=actor, instance_id=instance.id)
    return shown
