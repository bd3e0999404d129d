"""What the page Proses tells about a version: where its cases stand, who works in its lanes, what is in its files."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import Subquery, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.errors import NotFound
from app.base.i18n import _, ngettext
from app.engine import decisions, drawing, xml
from app.engine.decisions import Decision
from app.engine.diagram import Lane, Node
from app.models import (
    DefinitionFile,
    MessageWait,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    Unit,
    User,
    UserTask,
)
from app.services.core import access, bounded, clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.people import groups, units

_ANOTHER = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE
)

_OPEN = ("active", "incident")
#: So many open cases are looked at to say where they stand.
_MOST_LOOKED_AT = 3_000
#: Properties of a process that steer the application; every other one is printed as the SOP has it.
STEERING = (
    "nomor",
    "awalan nomor",
    "perihal",
    "kategori",
    "unit",
    "wilayah",
    "saluran",
    "laporan untuk",
    "prioritas",
    "urutan prioritas",
    "statistik publik",
    "simpan",
    "belum selesai",
    "belum selesai kembali ke",
    "satuan hari",
    "identitas",
    "identitas tertutup",
)


@dataclass(frozen=True)
class Standing:
    """Open cases of a version at one element: how many, and how many of them past their deadline. ``more``: so many
    at least, as only so many were looked at."""

    cases: int
    late: int = 0
    more: bool = False


@dataclass(frozen=True)
class OpenInstances:
    """How many open cases, `bounded.MANY` at most, each version has by its id, or each process by its key; those
    without any left out. ``more``: so many at least, as only so many were looked at."""

    counts: Mapping[int | str, int]
    more: bool = False

    def of(self, one: int | str) -> tuple[int, bool]:
        """How many this one has, and whether there may be more."""
        return self.counts.get(one, 0), self.more


@dataclass(frozen=True)
class LaneStaff:
    """A lane and the people in it. ``coordinators`` is None when the lane names none.

    ``officers``: where the lane's work goes to units, only those who are of one.
    ``without_officers``: units that exist and have nobody in this lane, where its work goes to units.
    """

    lane: Lane
    officers: int
    coordinator: str
    coordinators: int | None
    unit_variable: str
    without_officers: Sequence[Unit]


@dataclass(frozen=True)
class File:
    """A file of a version. ``used_by`` are the names of the elements that name it."""

    name: str
    kind: str
    size_bytes: int
    used_by: Sequence[str]


def open_instances(session: Session, *, actor: Actor, ids: Collection[int]) -> OpenInstances:
    """How many open cases that the actor may see each of these versions has. 1 SQL."""
    return _open_instances(session, actor, ProcessInstance.definition_id, ids)


def open_instances_of_keys(session: Session, *, actor: Actor, keys: Collection[str]) -> OpenInstances:
    """How many open cases that the actor may see each of these processes has, whatever their version. 1 SQL."""
    return _open_instances(session, actor, ProcessInstance.key, keys)


def _open_instances(
    session: Session, actor: Actor, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> OpenInstances:
    if not values:
        return OpenInstances({})
    if actor.sees_all:
        running = select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None))
        each = [
            select(literal(value), bounded.count(running.where(column == value), name="cases"))
            for value in values
        ]
        found = {value: count for value, count in session.execute(union_all(*each)) if count}
        return OpenInstances(found)
    seen = _newest_seen(actor)
    query = select(column, func.count()).join(seen, seen.c.id == ProcessInstance.id)
    rows = session.execute(query.group_by(column)).all()
    counts = {value: min(count, bounded.MANY) for value, count in rows if value in values}
    return OpenInstances(counts, sum(count for _value, count in rows) >= _MOST_LOOKED_AT)


def _newest_seen(actor: Actor) -> Subquery:
    """Ids of the newest open cases that the actor sees."""
    queries = access.visible_ids(actor, _OPEN)
    if queries is None:
        running = (ProcessInstance.ended_at.is_(None), access.visible(actor))
        queries = [select(ProcessInstance.id).where(*running)]
    each = [query.order_by(query.selected_columns[0].desc()) for query in queries]
    found = bounded.either(each, _MOST_LOOKED_AT)
    [id_] = found.selected_columns
    return found.distinct().order_by(id_.desc()).limit(_MOST_LOOKED_AT).subquery()


def open_instance_counts(session: Session, definition_id: int, *, actor: Actor) -> dict[str, Standing]:
    """Where the open cases of a version stand that the actor may see: by element id. 2 SQL.

    Of very many cases only the newest are looked at, see `Standing.more`.
    """
    if actor.sees_all:
        running = select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None))
        running = running.where(ProcessInstance.definition_id == definition_id)
        here = running.order_by(ProcessInstance.id.desc()).limit(_MOST_LOOKED_AT).subquery()
    else:
        seen = _newest_seen(actor)
        running = select(ProcessInstance.id).join(seen, seen.c.id == ProcessInstance.id)
        here = running.where(ProcessInstance.definition_id == definition_id).subquery()
    late = func.count().filter(UserTask.due_at < clock.now(session))
    tasks = select(UserTask.activity_id, func.count(), late).join(here, here.c.id == UserTask.instance_id)
    tasks = tasks.where(UserTask.state == "open").group_by(UserTask.activity_id)
    waits = select(MessageWait.activity_id, func.count()).join(here, here.c.id == MessageWait.instance_id)
    at_tasks = session.execute(tasks).all()
    at_waits = session.execute(waits.group_by(MessageWait.activity_id)).all()
    more = sum(row[1] for row in at_tasks) + sum(row[1] for row in at_waits) >= _MOST_LOOKED_AT
    found = {place: Standing(cases, late_ones, more) for place, cases, late_ones in at_tasks}
    return found | {row[0]: Standing(row[1], 0, more) for row in at_waits}


def states(found: Mapping[str, Standing]) -> dict[str, drawing.State]:
    """`standing` as the drawing shows it."""
    return {
        element: drawing.State("overdue" if place.late else "open", 0, _cases(place))
        for element, place in found.items()
    }


def picture(version: Version, name: str, found: Mapping[str, Standing]) -> tuple[str, Sequence[drawing.Line]]:
    """The version's diagram as SVG with the number of open cases at each element, and its text equivalent."""
    marks = states(found)
    title = _("Diagram {name}, versi {n}", name=name, n=version.number)
    return drawing.draw_svg(version.xml, marks, title=title), drawing.texts(version.xml, marks)


def marked_picture(version: Version, name: str, labels: Mapping[str, str]) -> str:
    """The version's diagram as SVG with a few words at elements, by id."""
    marks = {element: drawing.State("open", 0, label) for element, label in labels.items()}
    return drawing.draw_svg(
        version.xml, marks, title=_("Diagram {name}, versi {n}", name=name, n=version.number)
    )


def _cases(place: Standing) -> str:
    count = f"{place.cases}+" if place.more else place.cases
    return ngettext("{count} perkara", "{count} perkara", place.cases, count=count)


def staff(session: Session, version: Version, on: date) -> list[LaneStaff]:
    """The lanes of a version with how many officers each has."""
    members = {group.id: (group.name, count) for group, count in groups.with_counts(session)}
    return [_staff(session, version, lane, members, on) for lane in version.diagram.lanes]


def _staff(
    session: Session, version: Version, lane: Lane, members: Mapping[int, tuple[str, int]], on: date
) -> LaneStaff:
    group_id, coordinator_id = version.group_of(lane.id), version.coordinator_of(lane.id)
    coordinator, coordinators = members.get(coordinator_id or 0, ("", 0))
    variable = lane.properties.get("unit", "")
    return LaneStaff(
        lane,
        units.officers_in(session, group_id) if variable else members.get(group_id, ("", 0))[1],
        coordinator,
        coordinators if coordinator_id else None,
        variable,
        units.without_officers(session, on, group_id) if variable else (),
    )


def identity_block(version: Version) -> list[tuple[str, str]]:
    """The SOP's identity block, (heading, text), word for word and in the order of the diagram."""
    return [(name, text) for name, text in version.diagram.properties.items() if name not in STEERING]


def rules(version: Version) -> list[tuple[str, str]]:
    """What the process says to the application: (property, value)."""
    return [(name, text) for name in STEERING if (text := version.diagram.properties.get(name))]


def activities(version: Version) -> list[Node]:
    """The activities that the SOP numbers, in the order of their numbers, then every other task as drawn; none where
    it numbers none: there is no SOP to show."""
    nodes = version.diagram.nodes.values()
    numbered = [node for node in nodes if node.properties.get("sop nomor")]
    others = [node for node in nodes if node.kind == "userTask" and not node.properties.get("sop nomor")]
    return numbered and [*sorted(numbered, key=lambda node: _number(node.properties["sop nomor"])), *others]


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in text.strip(". ").split("."))


def files(session: Session, version: Version) -> list[File]:
    """The files of a version: the diagram first, then by name."""
    query = (
        select(DefinitionFile.name, DefinitionFile.kind, func.length(Resource.content))
        .join(DefinitionFile.resource)
        .where(DefinitionFile.definition_id == version.id)
    )
    rows = [
        File(name, kind, size, _used_by(session, version, name, kind))
        for name, kind, size in session.execute(query)
    ]
    return sorted(rows, key=lambda file: (file.kind != "bpmn", file.name))


def _used_by(session: Session, version: Version, name: str, kind: str) -> list[str]:
    nodes = version.diagram.nodes.values()
    named: list[Node] = []
    if kind == "form":
        named = [node for node in nodes if node.form_key == definitions.form_key(name)]
    elif kind == "dmn":
        stored = content(session, version.id, name)
        held = {one.id for one in decisions.read_decisions(stored, file=name, refuse=False)}
        named = [node for node in nodes if node.decision in held]
    return [node.name or node.id for node in named]


def content(session: Session, definition_id: int, name: str) -> bytes:
    """The content of one file of a version.

    Raises:
        NotFound: the version has no such file.
    """
    query = select(Resource.content).join(DefinitionFile, DefinitionFile.sha256 == Resource.sha256)
    found = session.scalar(
        query.where(DefinitionFile.definition_id == definition_id, DefinitionFile.name == name)
    )
    if found is None:
        raise NotFound(_("Berkas ini tidak ada dalam versi ini."))
    return found


def tables(version: Version) -> list[tuple[Decision, list[str]]]:
    """The decision tables of a version, each with the names of the elements that decide by it."""
    nodes = version.diagram.nodes.values()
    return [
        (one, [node.name or node.id for node in nodes if node.decision == id_])
        for id_, one in version.program.tables.items()
    ]


def table(version: Version, table_id: str) -> Decision:
    """A decision table of a version.

    Raises:
        NotFound: the version has no such table.
    """
    found = version.program.tables.get(table_id)
    if found is None:
        raise NotFound(_("Tabel keputusan ini tidak ada dalam versi ini."))
    return found


def deployed_by(session: Session, found: Collection[ProcessDefinition]) -> Mapping[int, str]:
    """Who deployed each version, by definition id; those deployed by a command or the folders are left out."""
    ids = {definition.deployed_by_id for definition in found} - {None}
    if not ids:
        return {}
    people = session.execute(select(User.id, User.full_name).where(User.id.in_(ids)))
    names = {row.id: row.full_name for row in people}
    return {d.id: names[d.deployed_by_id] for d in found if d.deployed_by_id in names}


def approved_by(session: Session, found: Collection[ProcessDefinition]) -> Mapping[int, str]:
    """Who approved each version as the second person, by definition id. 1 SQL, none where nobody did."""
    ids = {definition.approved_by_id for definition in found} - {None}
    people = session.execute(select(User.id, User.full_name).where(User.id.in_(ids))) if ids else ()
    names = {row.id: row.full_name for row in people}
    return {d.id: names[d.approved_by_id] for d in found if d.approved_by_id in names}


def in_utf8(version: Version) -> bytes:
    """Return the diagram as it was deployed, or its elements written anew when its file has another encoding."""
    content = version.xml
    if b"\0" not in content and not _ANOTHER.match(content):
        return content
    made = BytesIO()
    xml.parse(content).getroottree().write(made, encoding="UTF-8", xml_declaration=True)
    return made.getvalue()
