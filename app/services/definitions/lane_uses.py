"""Which processes in force use a group: as the lane of their tasks, or as a lane's coordinators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ProcessDefinition


@dataclass(frozen=True)
class LaneUse:
    """A lane of a process in force, and what a group does there. ``sees_identity``: whom a case is about."""

    definition_id: int
    process: str
    lane: str
    coordinates: bool
    sees_identity: bool


def uses(session: Session) -> Mapping[int, Sequence[LaneUse]]:
    """What each group is used for, by the group's id, processes by name. 1 SQL."""
    definition = ProcessDefinition
    query = select(definition.id, definition.name, definition.lane_groups, definition.outline)
    query = query.where(definition.in_force).order_by(definition.name, definition.id)
    found: dict[int, list[LaneUse]] = {}
    for id_, name, lane_groups, outline in session.execute(query):
        names = (outline or {}).get("lanes", {})
        open_to = set((outline or {}).get("identity_lanes", ()))
        for lane_id, lane in lane_groups.items():
            for role, group_id in (("group", lane["group"]), ("coordinator", lane["coordinator"])):
                if group_id is not None:
                    coordinates = role == "coordinator"
                    sees = lane_id in open_to and not coordinates
                    use = LaneUse(id_, name, names.get(lane_id, lane_id), coordinates, sees)
                    found.setdefault(group_id, []).append(use)
    return found
