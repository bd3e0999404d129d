"""The candidate groups of a deployment's lanes: a lane belongs to the group that bears its name.

A name that no group bears yet, on a lane that the version in force knows by its id, is a lane that was renamed: its
people come along. See docs/decisions/0027.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.engine.diagram import Diagram, Lane
from app.findings import Finding
from app.history.events.deployment import GroupCopied, GroupEvent, GroupRenamed
from app.models import LaneGroup, ProcessDefinition
from app.services.core import bulk, history
from app.services.core.access import Actor
from app.services.deployment.bundle import Bundle
from app.services.people import groups, units


@dataclass(eq=False)
class PlannedGroup:
    """A group as a deployment leaves it. ``officers``: how many users work in it, ``units``: of how many units.

    ``id`` is None for one that has to be made; it takes over the members of ``source``, if there is one. ``before``:
    the name that it had until now.
    """

    name: str
    id: int | None = None
    officers: int = 0
    units: int = 0
    before: str = ""
    source: "PlannedGroup | None" = None


@dataclass(frozen=True)
class Plan:
    """What a deployment does to the groups: by name, and by process key and lane id. Nothing is stored yet."""

    groups: Mapping[str, PlannedGroup]
    lanes: Mapping[tuple[str, str], PlannedGroup]
    #: The groups that lanes had until now, where they were known.
    previous: Mapping[tuple[str, str], PlannedGroup]

    def of_lane(self, key: str, lane: Lane) -> PlannedGroup:
        """The group that a lane of process ``key`` will have; where the process gets no new version, that it has."""
        place = (key, lane.id)
        return self.lanes.get(place) or self.previous.get(place) or PlannedGroup(lane.name)

    def officers(self, name: str) -> int:
        """How many users will work in the group with this name."""
        return self.groups[name].officers if name in self.groups else 0

    def findings(self, diagram: Diagram) -> Iterator[Finding]:
        """Warnings about lanes of ``diagram`` whose group gets another name, or that get another group."""
        for lane in diagram.lanes:
            group, previous = (
                self.lanes.get((diagram.key, lane.id)),
                self.previous.get((diagram.key, lane.id)),
            )
            if group is not None and previous is not None and (found := _change(lane, previous, group)):
                yield found


@dataclass(frozen=True)
class Staffing:
    """The groups as they are stored: (id, name, officers, units), and the lanes' ties: (process key, lane id, group
    id). Two are equal when a plan made from one holds for the other."""

    groups: frozenset[tuple[int, str, int, int]]
    ties: frozenset[tuple[str, str, int]]


def staffing(session: Session) -> Staffing:
    """Who works in which group, and to which group each lane belongs. 3 SQL."""
    spread = units.of_groups(session)
    stored = (
        (one.id, one.name, officers, spread.get(one.id, 0)) for one, officers in groups.with_counts(session)
    )
    ties = session.execute(select(LaneGroup.process_key, LaneGroup.lane_id, LaneGroup.group_id))
    return Staffing(frozenset(stored), frozenset((key, lane_id, id_) for key, lane_id, id_ in ties))


def plan(staffed: Staffing, bundles: Iterable[Bundle], live: Iterable[ProcessDefinition]) -> Plan:
    """Decide the group of every lane of those ``bundles`` that would become new versions.

    ``live``: the versions in force. All lanes are decided together: first those whose names groups bear at this
    moment, then the new names in the order of the diagrams.
    """
    changed = [bundle.diagram for bundle in bundles if not bundle.in_force]
    stored = {
        id_: PlannedGroup(name, id_, officers, spread) for id_, name, officers, spread in staffed.groups
    }
    planner = _Planner(stored.values(), changed, _used_elsewhere(live, {diagram.key for diagram in changed}))
    planner.previous |= {(key, lane_id): stored[group_id] for key, lane_id, group_id in staffed.ties}
    planner.decide()
    return Plan(planner.by_name, planner.lanes, planner.previous)


def carry_out(session: Session, decided: Plan, *, actor: Actor | None) -> None:
    """Rename the groups, make the new ones, and put people into those that take others over."""
    for group in decided.groups.values():
        if group.before and group.id is not None:
            groups.rename(session, group.id, group.name)
            _record(session, GroupRenamed, group.before, group, actor)
    new = [group for group in decided.groups.values() if group.id is None]
    ids = groups.ids_of(session, [group.name for group in new])
    for group in new:
        group.id = ids[group.name]
        if group.source is not None and group.source.id is not None:
            groups.copy_members(session, group.source.id, group.id)
            _record(session, GroupCopied, group.source.name, group, actor)


def tie(
    session: Session, diagrams: Mapping[str, Sequence[Lane]], decided: Plan
) -> Mapping[str, dict[str, dict[str, int | None]]]:
    """Keep which group each lane of these processes belongs to now, and return it as versions store it, by process.

    After `carry_out`: each group has its id.
    """
    lanes = [(key, lane) for key, found in diagrams.items() for lane in found]
    ids = groups.ids_of(
        session, {name for _key, lane in lanes if (name := lane.properties.get("koordinator"))}
    )
    rows, result = [], {key: dict[str, dict[str, int | None]]() for key in diagrams}
    for key, lane in lanes:
        group, coordinator = decided.of_lane(key, lane), lane.properties.get("koordinator")
        rows.append({"process_key": key, "lane_id": lane.id, "group_id": group.id})
        result[key][lane.id] = {"group": group.id, "coordinator": ids[coordinator] if coordinator else None}
    for some in bulk.batches(result):
        session.execute(delete(LaneGroup).where(LaneGroup.process_key.in_(some)))
    bulk.insert_rows(session, LaneGroup, rows)
    return result


class _Planner:
    """Decides lane by lane; ``used_ids``: groups that processes in force need, which are not deployed anew."""

    def __init__(
        self, stored: Iterable[PlannedGroup], diagrams: list[Diagram], used_ids: Collection[int]
    ) -> None:
        self.by_name = {group.name: group for group in stored}
        self.previous = dict[tuple[str, str], PlannedGroup]()
        self.lanes = dict[tuple[str, str], PlannedGroup]()
        self._diagrams, self._used_ids = diagrams, used_ids
        self._used_names = {name for diagram in diagrams for name in _names(diagram)}

    def decide(self) -> None:
        every = [(diagram.key, lane) for diagram in self._diagrams for lane in diagram.lanes]
        for key, lane in every:
            previous = self.previous.get((key, lane.id))
            if not lane.is_named and previous is not None:
                self.lanes[key, lane.id] = previous  # nothing says that others should do its work
            elif lane.name in self.by_name:
                self.lanes[key, lane.id] = self.by_name[lane.name]
        for key, lane in every:
            if (key, lane.id) not in self.lanes:
                self.lanes[key, lane.id] = self._of_new_name(lane, self.previous.get((key, lane.id)))

    def _of_new_name(self, lane: Lane, previous: PlannedGroup | None) -> PlannedGroup:
        if lane.name in self.by_name:  # a lane before it has the name, too
            return self.by_name[lane.name]
        if previous is None or self._is_used(previous):
            found = PlannedGroup(lane.name, source=previous)
            if previous is not None:
                found.officers, found.units = previous.officers, previous.units
        else:
            found = self.by_name.pop(previous.name)
            found.before, found.name = found.name, lane.name
        self.by_name[lane.name] = found
        return found

    def _is_used(self, group: PlannedGroup) -> bool:
        """Whether somebody else needs the group under the name that it has."""
        return group.name in self._used_names or group.id in self._used_ids


def _used_elsewhere(live: Iterable[ProcessDefinition], replaced: Collection[str]) -> set[int]:
    """The groups of lanes and coordinators in the versions that stay in force."""
    ties = [tie for one in live if one.key not in replaced for tie in one.lane_groups.values()]
    return {id_ for tie in ties for id_ in (tie["group"], tie["coordinator"]) if id_ is not None}


def _names(diagram: Diagram) -> Iterator[str]:
    """The groups that a diagram calls by name."""
    for lane in diagram.lanes:
        if lane.is_named:
            yield lane.name
        if coordinator := lane.properties.get("koordinator"):
            yield coordinator


def _change(lane: Lane, previous: PlannedGroup, group: PlannedGroup) -> Finding | None:
    before = previous.before or previous.name
    if not previous.officers and not group.officers:  # it is nobody's name but the diagram's
        return None
    if group is previous:
        code = "lane_renamed" if group.before else ""
    else:
        code = "lane_renamed_apart" if group.source is previous else "lane_group_changed"
    if not code:
        return None
    params = {
        "before": before,
        "after": group.name,
        "officers": str(group.officers),
        "left": str(previous.officers),
    }
    return Finding(code, "warning", lane.id, lane.name, lane.line, params=params)


def _record(
    session: Session, kind: type[GroupEvent], before: str, group: PlannedGroup, actor: Actor | None
) -> None:
    history.record(session, kind(before=before, after=group.name, officers=group.officers), actor=actor)
