"""A diagram that changed while the SOP's number, revision and date stayed as they were: perhaps it was forgotten."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.findings import Finding
from app.models import DefinitionFile
from app.services.definitions import definitions, sop_identity
from app.services.definitions.sop_identity import SopIdentity
from app.services.deployment.bundle import Bundle

CODE = "sop_revision_unchanged"


def unchanged(session: Session, bundle: Bundle) -> Iterator[Finding]:
    """Yield a note where the version in force has another diagram and names the same SOP and revision.

    Nothing for a process that names none. At most 2 SQL.
    """
    now = sop_identity.identity_of(bundle.diagram)
    if bundle.in_force or now == SopIdentity():
        return
    latest = definitions.latest(session, bundle.diagram.key)
    if latest is None or latest.sop_number is None:
        return
    before = sop_identity.stored_identity(latest)
    if (before.number, before.revision, before.revision_date) != (
        now.number,
        now.revision,
        now.revision_date,
    ):
        return
    name = f"{bundle.diagram.key}.bpmn"
    query = select(DefinitionFile.sha256).where(
        DefinitionFile.definition_id == latest.id, DefinitionFile.name == name
    )
    if session.scalar(query) != bundle.digests.get(name):
        params = {
            "version": str(latest.version),
            "number": now.number or "–",
            "date": now.revision_date or "–",
        }
        yield Finding(CODE, "info", file=bundle.file or name, params=params)
