"""Units that a case may be sent to although nobody works there: said where one is chosen, and after it was."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.forms import Field
from app.i18n import _
from app.models import UserTask
from app.services import clock, settings, units
from app.services.definitions import Version


def unit_fields(version: Version) -> dict[str, int]:
    """Variables that send a task to a unit, each with the group of the lane where that task lies."""
    nodes = [node for node in version.diagram.nodes.values() if node.kind == "userTask"]
    return {name: version.group_of(node.lane_id) for node in nodes if (name := unit_variable(version, node))}


def unit_variable(version: Version, node: Node) -> str:
    """The variable that names the unit of a task's officers; empty when the whole lane has it."""
    return node.properties.get("unit") or version.diagram.lane(node.lane_id).properties.get("unit", "")


def empty_choices(session: Session, version: Version, fields: tuple[Field, ...]) -> dict[str, frozenset[str]]:
    """For each of ``fields`` that chooses a unit, the codes of units nobody works in. 1 SQL for each such field."""
    lanes = unit_fields(version)
    return {
        part.key: frozenset(
            unit.code for unit in units.without_officers(session, _today(session), lanes[part.key])
        )
        for part in fields
        if part.key in lanes
    }


def warning(session: Session, open_tasks: Iterable[UserTask]) -> str:
    """What to say when one of a case's open tasks waits for a unit without officers; empty when none does.

    1 SQL, none without units.
    """
    sent = [(task, task.unit_code) for task in open_tasks if task.unit_code]
    staffed = units.staff(session, {code for _task, code in sent})
    for task, code in sent:
        unit = staffed.get(code)
        if unit is None or task.group_id not in unit.groups:
            return _(
                "{unit} belum punya petugas pada lajur {lane}. Administrator dan koordinator lajur diberi tahu; "
                "koordinator dapat mengalihkan tugasnya kepada petugas unit lain.",
                unit=unit.name if unit else code,
                lane=task.lane,
            )
    return ""


def _today(session: Session) -> date:
    return clock.now(session).astimezone(settings.config(session).timezone).date()
