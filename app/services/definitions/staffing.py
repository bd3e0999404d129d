"""Units that a case may be sent to although nobody works there, and officers whom no task reaches without a unit."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.base.i18n import _, ngettext
from app.forms import Field
from app.models import FilterValue, Unit, User, UserTask, membership, user_unit
from app.models.tasks import IS_OPEN
from app.services.core import access, bounded, clock
from app.services.core.access import WHOLE_GROUP, WORKING
from app.services.definitions import outlines
from app.services.definitions.definitions import Version
from app.services.people import units
from app.services.people.units import Vain


def unit_fields(version: Version) -> dict[str, int]:
    """Variables that send a task to a unit, each with the group of the lane where that task lies."""
    nodes = [node for node in version.diagram.nodes.values() if node.kind == "userTask"]
    return {name: version.group_of(node.lane_id) for node in nodes if (name := version.unit_variable(node))}


def choices_in_vain(
    session: Session, version: Version, fields: tuple[Field, ...]
) -> dict[str, Mapping[str, Vain]]:
    """For each of ``fields`` that chooses a unit, the codes of units where nobody would take the task, and why.

    1 SQL for each such field.
    """
    lanes = unit_fields(version)
    return {
        part.key: units.in_vain(session, clock.today(session), lanes[part.key])
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


def lanes(session: Session, user_id: int) -> frozenset[int]:
    """The groups that a user belongs to."""
    return frozenset(session.scalars(select(membership.c.group_id).where(membership.c.user_id == user_id)))


def unattended(session: Session, group_ids: Collection[int]) -> str:
    """What to say when open tasks of these groups have nobody left who could take them; empty when all have.

    None without groups, else 1 SQL, and 1 for each lane and unit without officers.
    """
    if not group_ids:
        return ""
    # Asked of each lane and unit in which there ever was a task, not of each task.
    row = FilterValue
    of_unit = exists().where(user_unit.c.user_id == User.id, user_unit.c.unit_code == row.unit_code)
    somebody = exists().where(
        membership.c.group_id == row.group_id,
        membership.c.user_id == User.id,
        WORKING,
        or_(row.unit_code == WHOLE_GROUP, of_unit),
    )
    empty = select(row.group_id, row.unit_code, row.value).where(
        row.name == "lane", row.group_id.in_(group_ids), ~somebody.correlate(row)
    )
    rows = []
    for group_id, unit, lane in session.execute(empty).all():
        waiting = select(UserTask.id).where(IS_OPEN, access.offered_at(group_id, unit), UserTask.lane == lane)
        if tasks := session.scalar(select(bounded.count(waiting, name="tasks"))):
            rows.append((lane, unit, tasks))
    if not rows:
        return ""
    count = sum(tasks for _lane, _unit, tasks in rows)
    return ngettext(
        "{count} tugas terbuka tidak punya petugas lagi: {places}. Tambahkan petugasnya, atau alihkan tugasnya.",
        "{count} tugas terbuka tidak punya petugas lagi: {places}. Tambahkan petugasnya, atau alihkan tugasnya.",
        count,
        places=", ".join(sorted(f"{lane} – {unit}" if unit else lane for lane, unit, _tasks in rows)),
    )


def split_by_unit(session: Session) -> frozenset[int]:
    """The groups that in every process in force get only tasks for one of their units."""
    split: set[int] = set()
    whole: set[int] = set()
    for outline in outlines.in_force(session):
        split |= set(outline["groups_split"])
        whole |= set(outline["groups_whole"])
    return frozenset(split - whole)


def lanes_in_vain(user: User, split: Collection[int]) -> Sequence[str]:
    """The names of a user's lanes in which he is offered nothing for want of a unit; ``split``: `split_by_unit`.

    None of an auditor, who works in no lane, nor of a user who is disabled.
    """
    if user.units or user.is_auditor or user.disabled_at:
        return []
    return [group.name for group in user.groups if group.id in split]


def without_unit(session: Session, user: User) -> str:
    """What to say when a user stands in lanes whose tasks go to units, and is of none; empty when he does not."""
    lanes = lanes_in_vain(user, split_by_unit(session))
    if not lanes:
        return ""
    return _(
        "Tugas lajur {lanes} hanya ditawarkan kepada petugas unit yang dipilih dalam perkara, sedangkan {name} "
        "belum punya unit. Pilih unitnya agar tugas sampai kepadanya.",
        lanes=", ".join(lanes),
        name=user.full_name,
    )


def lacking(session: Session, code: str) -> list[str]:
    """The lists of units, in processes in force, that do not offer ``code``: file and field, or table, each once."""
    known = set(session.scalars(select(Unit.code)))
    found: dict[str, None] = {}
    for outline in outlines.in_force(session):
        for place, offered in outline["lists"]:
            if _is_of_units(offered, known) and code not in offered:
                found[place] = None
    return list(found)


def codes_without_unit(session: Session) -> Mapping[str, str]:
    """The codes that forms of processes in force offer for a unit and that no unit has, each with its label."""
    known = set(session.scalars(select(Unit.code)))
    found: dict[str, str] = {}
    for outline in outlines.in_force(session):
        found |= outline["unit_options"]
    return {code: label for code, label in sorted(found.items()) if code and code not in known}


def _is_of_units(offered: Collection[str], known: Collection[str]) -> bool:
    """Whether a list is one of units: nearly all of it is."""
    units = sum(one in known for one in offered)
    return units >= 2 and units * 10 >= len(offered) * 9
