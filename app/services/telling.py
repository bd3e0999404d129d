"""Who is to be told, and in which words. What is queued here the outbox delivers once the step is stored."""

from collections.abc import Mapping
from typing import Any

from app.engine.diagram import Node
from app.services.definitions import Version


def audience(version: Version, node: Node, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Whom an element of the diagram tells: its lane, of it the unit, the coordinators, as ``untuk`` says."""
    lane = version.diagram.lane(node.lane_id)
    groups = [version.group_of(lane.id)]
    coordinator = version.coordinator_of(lane.id)
    to = node.properties.get("untuk", "lajur")
    if to == "koordinator":
        groups = [coordinator] if coordinator else groups
    elif to == "lajur dan koordinator":
        groups += [coordinator] if coordinator else []
    variable = node.properties.get("unit") or lane.properties.get("unit")
    unit = variables.get(variable) if variable else None
    return {"groups": groups, "unit": str(unit) if unit else None, "coordinator": coordinator, "users": []}
