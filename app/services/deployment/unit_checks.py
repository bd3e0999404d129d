"""Tasks that may open before the unit that they are for is chosen: officers of all units would see the case.

What counts as filling the variable in: see `variable_flow.Filling`.
"""

from collections.abc import Iterator

from app.base.i18n import _
from app.engine.diagram import Lane, Node
from app.findings import Finding
from app.services.deployment.bundle import Bundle
from app.services.deployment.data_flow import FILLED, Way
from app.services.deployment.lane_groups import Plan, PlannedGroup
from app.services.deployment.variable_flow import VariableFlow, named, way_text

_WAYS_SHOWN = 3
#: What is looked at is bounded: no office has more variables for units.
_MOST_VARIABLES = 10


def check_units(bundle: Bundle, staffing: Plan | None) -> Iterator[Finding]:
    """Warnings about such tasks: on which ways, and who would then see them. ``staffing``: who is in which lane."""
    variables, diagram, asked = VariableFlow(bundle), bundle.diagram, set[str]()
    for node in diagram.nodes.values():
        lane = diagram.lane(node.lane_id)
        variable = node.properties.get("unit") or lane.properties.get("unit")
        is_task = node.kind == "userTask" or node.id in diagram.questions
        if not variable or not is_task or (variable not in asked and len(asked) >= _MOST_VARIABLES):
            continue
        asked.add(variable)
        if variables.filling(variable).opened[node.id] is not FILLED:
            group = staffing.of_lane(diagram.key, lane) if staffing is not None else None
            yield _finding(node, variable, variables, _who(lane, group))


def _finding(node: Node, variable: str, variables: VariableFlow, who: str) -> Finding:
    ways = variables.filling(variable).ways(node.id)
    perhaps = variables.setters(variable, ways)
    params = {"variable": variable, "ways": _way_names(ways), "who": who, "perhaps": ", ".join(perhaps)}
    code = "unit_perhaps_not_chosen" if perhaps else "unit_not_chosen"
    return Finding(code, "warning", node.id, named(node), node.line, params=params)


def _who(lane: Lane, group: PlannedGroup | None) -> str:
    if group is None:
        return _("semua petugas lajur “{lane}”, dari unit mana pun", lane=lane.name)
    return _(
        "{officers} petugas dari {units} unit pada lajur “{lane}”",
        officers=group.officers,
        units=group.units,
        lane=lane.name,
    )


def _way_names(ways: list[Way]) -> str:
    """The ways by the names of what they lead through."""
    shown = list(dict.fromkeys(filter(None, map(way_text, ways))))
    return "; ".join(shown[:_WAYS_SHOWN]) + ("; …" if len(shown) > _WAYS_SHOWN else "") or "–"
