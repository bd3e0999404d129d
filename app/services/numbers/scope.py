"""Who may see the numbers of which process: all of it, or his units'. They hold no identity, and no case."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version


@dataclass(frozen=True)
class Scope:
    """What somebody may see of a process. ``units``: only of these, by code; None: of all."""

    units: frozenset[str] | None = None


def of_process(version: Version, actor: Actor) -> Scope | None:
    """What the actor may see of a process; None where he has no part in it.

    All of it: who sees every case, who coordinates one of its lanes, and who works in a lane whose tasks are not
    divided among units. Of a lane that is divided an officer sees what was counted for his units.
    """
    if actor.sees_all:
        return Scope()
    lanes = [lane for lane in version.diagram.lanes if lane.id in version.lane_groups]
    if any(version.coordinator_of(lane.id) in actor.groups for lane in lanes):
        return Scope()
    mine = {lane.id for lane in lanes if version.group_of(lane.id) in actor.groups}
    tasks = [n for n in version.diagram.nodes.values() if n.kind == "userTask" and n.lane_id in mine]
    if any(not version.unit_variable(node) for node in tasks):
        return Scope()
    return Scope(actor.units) if tasks and actor.units else None


def visible(session: Session, actor: Actor) -> Sequence[tuple[ProcessDefinition, Scope]]:
    """The processes in force whose numbers the actor may see, by name."""
    found = []
    for definition in definitions.live(session):
        if actor.sees_all:
            found.append((definition, Scope()))
        elif (version := definitions.readable(session, definition.id)) is not None and (
            scope := of_process(version, actor)
        ):
            found.append((definition, scope))
    return found


def require(session: Session, actor: Actor, key: str) -> Scope:
    """What the actor may see of this process.

    Raises:
        NotFound: there is none of this key, or it is not his to see.
    """
    for definition, scope in visible(session, actor):
        if definition.key == key:
            return scope
    raise NotFound(_("Angka proses ini tidak ada, atau bukan untuk Anda."))
