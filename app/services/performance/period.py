"""What is asked for, and who may ask."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions import definitions


@dataclass(frozen=True)
class Period:
    """A version by the id of its definition, and months (2026-01) from one to another."""

    definition_id: int
    since: str
    until: str


def require(session: Session, actor: Actor, definition_id: int) -> ProcessDefinition:
    """The version, for who sees every case: process owners, auditors, administrators.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
    """
    if not actor.sees_all:
        raise NotFound(_("Halaman kinerja ini tidak ada, atau bukan untuk Anda."))
    return definitions.get(session, definition_id)
