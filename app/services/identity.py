"""Identity: fields marked ``pribadi``. Encrypted apart from everything else; opening them is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bpmnio import feel
from app.errors import NotAllowed
from app.i18n import _
from app.models import IdentityValue, ProcessInstance
from app.services import clock, history, vault
from app.services.access import Actor
from app.services.definitions import Version


def store(session: Session, instance_id: int, values: Mapping[str, Any]) -> None:
    """Keep identity values of a case; an empty value is kept out."""
    for key, value in values.items():
        if value not in (None, "", []):
            session.merge(
                IdentityValue(instance_id=instance_id, field_key=key, ciphertext=vault.seal(session, value))
            )


def keys(session: Session, instance_id: int) -> Sequence[str]:
    """Which identity fields the case holds; their values stay sealed."""
    query = select(IdentityValue.field_key).where(IdentityValue.instance_id == instance_id)
    return session.scalars(query.order_by(IdentityValue.field_key)).all()


def may_see(session: Session, actor: Actor, instance: ProcessInstance, version: Version) -> bool:
    """Whether the actor works in a lane that the process's ``identitas`` names, and the case is not closed to it.

    ``identitas tertutup`` is FEEL over the case's variables: true means that nobody but the lanes named may ever
    be given the identity; today nobody else is, so only a lane with the right may see it either way.
    """
    allowed = lanes(version)
    return any(version.group_of(lane_id) in actor.groups for lane_id in allowed)


def lanes(version: Version) -> tuple[str, ...]:
    """Ids of the lanes that may see identity; named by id or by name, apart by comma, semicolon or line."""
    text = version.diagram.properties.get("identitas", "")
    wanted = {
        part.strip() for line in text.replace(";", "\n").splitlines() for part in (line, *line.split(","))
    }
    return tuple(lane.id for lane in version.diagram.lanes if lane.id in wanted or lane.name in wanted)


def closed(session: Session, instance: ProcessInstance, version: Version) -> bool:
    """Whether ``identitas tertutup`` holds for this case."""
    text = version.diagram.properties.get("identitas tertutup")
    if not text:
        return False
    return feel.evaluate(text, instance.variables, now=clock.now(session)).value is True


def show(session: Session, actor: Actor, instance: ProcessInstance, version: Version) -> dict[str, Any]:
    """Return the identity of a case, and record that it was shown and to whom.

    Raises:
        NotAllowed: the actor's lanes may not see it.
    """
    if not may_see(session, actor, instance, version):
        raise NotAllowed(_("Lajur Anda tidak boleh melihat identitas pelapor."))
    rows = session.scalars(select(IdentityValue).where(IdentityValue.instance_id == instance.id))
    shown = {row.field_key: vault.unseal(session, row.ciphertext) for row in rows}
    history.record(session, "identity_shown", actor=actor, instance_id=instance.id, fields=sorted(shown))
    return shown
