"""What a version opens of identity that the one before it keeps closed: one judgement for all that puts a version in
force (published, put in force again, withdrawn to, resumed on) and for cases that move to it.

Identity is opened where a field is marked ``pribadi`` no more, where other people see what is marked (of another
lane, or of other units), where what keeps them out of a single case may hold less often, where free text is masked no
more, and where a message takes it to another process.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import forms
from app.bpmnio import feel
from app.engine.diagram import Diagram, Lane, MessageFlow, Node
from app.engine.reading.texts import properties
from app.findings import Finding
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.deployment.answer_sources import Sources
from app.services.deployment.bundle import Bundle
from app.services.deployment.lane_groups import Plan
from app.services.instances import outgoing_messages

FIELD = "identity_mark_dropped"
LANE, COORDINATOR, GONE = "identity_lane_added", "identity_coordinator_added", "identity_lanes_gone"
UNIT = "identity_unit_dropped"
CLOSING, UNASKED = "identity_closing_changed", "identity_closing_unasked"
ALTERED = "identity_closing_altered"
UNMASKED, HANDED = "identity_not_masked", "identity_handed_over"
CODES = (FIELD, LANE, COORDINATOR, GONE, UNIT, CLOSING, UNASKED, ALTERED, UNMASKED, HANDED)

#: A group by its id; one without an id yet, or where no groups are known, by a name in small letters.
_Group = int | str


@dataclass(frozen=True)
class Opening:
    """One thing that a version opens: one of `CODES`, and what it is about; ``message``: what takes it along."""

    code: str
    element_id: str
    name: str
    file: str = ""
    message: str = ""


@dataclass(frozen=True)
class Rules:
    """What a version says of identity. ``files``: the forms' marks by file name. ``lanes`` and ``coordinators``: the
    lanes that ``identitas`` names, by the group of who works in them, and of who coordinates them. ``groups``: the
    group that works in each lane, by the lane's id. ``sources``: by what it sets its variables."""

    diagram: Diagram
    files: Mapping[str, forms.IdentityMarks]
    lanes: Mapping[_Group, Lane]
    coordinators: Mapping[_Group, Lane]
    groups: Mapping[str, _Group]
    sources: Sources

    @cached_property
    def units(self) -> Mapping[_Group, Mapping[str, str]]:
        """For each group of ``lanes`` its tasks, in whatever lane, by id, and the variable that holds whose unit's
        each one is; "" where it is everybody's. Who is offered one sees the case, and with it the identity."""
        tasks = {group: dict[str, str]() for group in self.lanes}
        for node in self.diagram.nodes.values():
            group = self.groups.get(node.lane_id)
            if group in tasks and (node.kind == "userTask" or node.id in self.diagram.questions):
                tasks[group][node.id] = definitions.unit_variable(self.diagram, node) or ""
        return tasks

    @property
    def private(self) -> frozenset[str]:
        """A key that one form marks is identity in all of them."""
        return frozenset(key for one in self.files.values() for key in one.private)

    @property
    def open(self) -> frozenset[str]:
        """The keys of all other fields."""
        return frozenset(key for one in self.files.values() for key in one.open) - self.private

    @property
    def closed(self) -> str:
        """The condition of ``identitas tertutup``, empty where there is none."""
        return properties.closed_identity(self.diagram)


def openings(before: Rules | None, after: Rules, *, ever_private: Collection[str] = ()) -> Iterator[Opening]:
    """Yield what ``after`` opens; ``ever_private``: keys that any version before it marked. May ask V8 for names.

    What ``before`` has open already was told when it came. None: nobody can read it any more, so that whoever sees
    identity now is new.
    """
    if before is None:
        yield from (Opening(LANE, lane.id, lane.name) for lane in after.lanes.values())
        return
    yield from _unmarked(before, after, {*ever_private, *before.private})
    yield from _seen(before, after)
    yield from _unsplit(before, after)
    yield from _unclosed(before, after)
    yield from _unmasked(before, after)
    yield from _handed(before, after)


def rules_of(version: Version, *, by_name: bool = False) -> Rules:
    """The rules of a version. ``by_name``: to compare it with one that is not stored, whose groups nobody knows."""
    groups = {
        lane.id: _named(lane)[0] if by_name else version.group_of(lane.id) for lane in version.diagram.lanes
    }
    lanes, coordinators = dict[_Group, Lane](), dict[_Group, Lane]()
    for lane in version.diagram.identity_lanes:
        lanes[groups[lane.id]] = lane
        group = _named(lane)[1] if by_name else version.coordinator_of(lane.id)
        if group:
            coordinators[group] = lane
    sources = Sources(version.diagram, version.forms, version.program.tables)
    return Rules(version.diagram, version.identity_marks, lanes, coordinators, groups, sources)


def rules_of_bundle(bundle: Bundle, plan: Plan) -> Rules:
    """The rules of what would become a version, with the groups that its lanes would have."""
    content = {name: text for name, text in bundle.files.items() if name.endswith(".form")}
    marks = {name: forms.identity_marks(text, file=name) for name, text in content.items()}
    groups, lanes, coordinators = dict[str, _Group](), dict[_Group, Lane](), dict[_Group, Lane]()
    for lane in bundle.diagram.lanes:
        group = plan.of_lane(bundle.diagram.key, lane)
        taken_over = group.source.id if group.source else None  # its people come along
        groups[lane.id] = group.id or taken_over or _named(lane)[0]
    for lane in bundle.diagram.identity_lanes:
        lanes[groups[lane.id]] = lane
        if coordinator := _named(lane)[1]:
            planned = plan.groups.get(lane.properties["koordinator"])
            coordinators[(planned.id if planned else None) or coordinator] = lane
    sources = Sources(bundle.diagram, bundle.forms, bundle.tables)
    return Rules(bundle.diagram, marks, lanes, coordinators, groups, sources)


def findings(session: Session, bundle: Bundle, plan: Plan) -> Iterator[Finding]:
    """Yield a warning for each thing that a deployment opens. Up to 3 SQL more than reading the version in force."""
    latest = definitions.latest(session, bundle.diagram.key)
    if latest is None or bundle.in_force:
        return
    yield from _findings_since(session, latest, rules_of_bundle(bundle, plan))


def found_between(session: Session, last: ProcessDefinition, instead: ProcessDefinition) -> list[Finding]:
    """The same for a stored version that would be in force in place of the ``last`` one; ask before the
    transaction, too: what was read is held ready."""
    return list(_findings_since(session, last, rules_of(definitions.version(session, instead.id))))


def names(findings: Iterable[Finding]) -> list[str]:
    """Return what the fields are called that are marked no more, each once."""
    unmarked = [one.element_name or one.element_id or "" for one in findings if one.code == FIELD]
    return list(dict.fromkeys(unmarked))


def opens(findings: Iterable[Finding]) -> bool:
    """Whether one of these tells that identity is opened."""
    return any(one.code in CODES for one in findings)


def _findings_since(session: Session, last: ProcessDefinition, after: Rules) -> Iterator[Finding]:
    version = definitions.readable(session, last.id)
    before = None if version is None else rules_of(version)
    ever = _ever_private(session, last.key) if before and after.open - before.open else ()
    for one in openings(before, after, ever_private=ever):
        params = {
            "version": str(last.version),
            "before": before.closed if before else "",
            "message": one.message,
        }
        yield Finding(
            one.code,
            "warning",
            element_id=one.element_id,
            element_name=one.name,
            file=one.file or None,
            params=params,
        )


def _unmarked(before: Rules, after: Rules, ever: Collection[str]) -> Iterator[Opening]:
    """A field that keeps its component's id and gets another key counts as the same field."""
    suspects = after.open - before.open
    for name, marks in after.files.items() if suspects else ():
        renamed = _renamed(before, name, marks, before.private)
        for key, label in marks.open.items():
            if key in suspects and (key in ever or key in renamed):
                yield Opening(FIELD, key, label, name)


def _renamed(before: Rules, name: str, now: forms.IdentityMarks, keys: Collection[str]) -> frozenset[str]:
    """Keys of fields of a form that had one of ``keys`` before."""
    old = before.files.get(name)
    if old is None:
        return frozenset()
    was = {id_ for id_, key in old.ids.items() if key in keys}
    return frozenset(key for id_, key in now.ids.items() if id_ in was and key not in old.ids.values())


def _seen(before: Rules, after: Rules) -> Iterator[Opening]:
    """Who sees identity, and did not. Where nothing was identity before, nobody sees what he did not.

    Who coordinates a lane sees it unless ``identitas tertutup`` holds: one who works in it sees more.
    """
    if not before.lanes and not before.private:
        return
    if before.lanes and not after.lanes:
        yield Opening(GONE, after.diagram.key, after.diagram.name)
    either = before.lanes.keys() | before.coordinators.keys()
    always = before.lanes.keys() if before.closed else either
    for group, lane in after.lanes.items():
        if group not in always and not _is_renamed(group, lane, before):
            yield Opening(LANE, lane.id, lane.name)
    for group, lane in after.coordinators.items():
        if group not in either and group not in after.lanes:
            yield Opening(COORDINATOR, lane.id, lane.properties["koordinator"])


def _unsplit(before: Rules, after: Rules) -> Iterator[Opening]:
    """Whose tasks were for officers of one unit, and are for all, or for another unit: these see the case, and its
    identity. A task that is new may be for whom any task of the group was."""
    told = set[str]()
    for group, lane in after.lanes.items():
        same = group if group in before.lanes else _before_renaming(lane, before)
        was = before.units.get(same, {}) if same is not None else {}
        for id_, unit in after.units[group].items() if was else ():
            allowed = {was[id_]} if id_ in was else {*was.values()}
            of = after.diagram.lane(after.diagram.nodes[id_].lane_id)
            if not {"", unit} & allowed and of.id not in told:
                told.add(of.id)
                yield Opening(UNIT, of.id, of.name)


def _before_renaming(lane: Lane, before: Rules) -> _Group | None:
    """The group of the lane with the same id, which may have had another name."""
    return next((group for group, one in before.lanes.items() if one.id == lane.id), None)


def _is_renamed(group: _Group, lane: Lane, before: Rules) -> bool:
    """Whether a lane, known by its name alone, is one of those before it under a new name: see decision 27."""
    taken = {name for one in before.diagram.lanes for name in _named(one)}
    return (
        isinstance(group, str) and group not in taken and lane.id in {one.id for one in before.lanes.values()}
    )


def _named(lane: Lane) -> tuple[str, str]:
    """The names of a lane and of its coordinator, as they are compared."""
    return lane.name.casefold(), lane.properties.get("koordinator", "").casefold()


def _unclosed(before: Rules, after: Rules) -> Iterator[Opening]:
    """Another condition may hold in fewer cases: who can tell asks a person. So it may where a form asks no more for
    what the condition reads, or where that, or what decides whether it is asked, is set in another way."""
    if not before.closed:
        return
    if before.closed != after.closed:
        yield Opening(CLOSING, after.diagram.key, after.diagram.name)
        return
    read, told = feel.mentions(before.closed), set[str]()
    for name, marks in before.files.items():
        now = after.files.get(name)
        asked = {**now.open, **now.private} if now else {}
        for key, label in {**marks.open, **marks.private}.items():
            if key in read and key not in asked:
                told.add(key)
                yield Opening(UNASKED, key, label, name)
    for key in sorted(before.sources.behind(read) - told):
        became_identity = key in after.private - before.private
        if became_identity or before.sources.of(key) != after.sources.of(key):
            yield Opening(ALTERED, key, before.sources.name(key) or after.sources.name(key) or key)


def _unmasked(before: Rules, after: Rules) -> Iterator[Opening]:
    """Free text that is masked no more: ``samarkan`` = ``tidak``, also on a field that is new; or a pattern, where it
    was masked. Nothing is masked where nobody may see identity."""
    if not before.lanes:
        return
    masked = frozenset(key for one in before.files.values() for key in one.masked)
    for name, marks in after.files.items():
        old = before.files.get(name)
        was = masked | _renamed(before, name, marks, masked)
        for key, label in marks.unmasked.items():
            is_new = old is None or key not in old.unmasked
            if is_new and key.partition(".")[0] not in after.private and (key in marks.told or key in was):
                yield Opening(UNMASKED, key, label, name)


def _handed(before: Rules, after: Rules) -> Iterator[Opening]:
    """What a message may take to a case of another process, whose lanes see it: marked fields, and with any text what
    signs in it hide. The other process may mark it in the same deployment."""
    if not before.lanes and not before.private:
        return
    was = {pair for _node, _flow, pair in _carried(before)}
    told = set[str]()
    for node, flow, pair in _carried(after):
        if pair not in was and flow.id not in told:
            told.add(flow.id)
            yield Opening(HANDED, node.id, node.name or node.id, message=flow.name)


def _carried(rules: Rules) -> Iterator[tuple[Node, MessageFlow, tuple[str, str]]]:
    """Each message to another process, with its key and each identity field that it may carry, "" for signs."""
    for node in rules.diagram.nodes.values():
        only = outgoing_messages.named(node)
        fields = rules.private if only is None else rules.private & only
        for flow in node.sends:
            for key in ("", *sorted(fields)):
                yield node, flow, (flow.process, key)


def _ever_private(session: Session, key: str) -> frozenset[str]:
    """Keys that any version of the process marked. 1 SQL; each content is read once."""
    query = (
        select(DefinitionFile.name, Resource.content)
        .join(Resource, Resource.sha256 == DefinitionFile.sha256)
        .join(ProcessDefinition, ProcessDefinition.id == DefinitionFile.definition_id)
        .where(ProcessDefinition.key == key, DefinitionFile.kind == "form")
        .distinct()
    )
    marks = (forms.identity_marks(content, file=name) for name, content in session.execute(query))
    return frozenset(key for one in marks for key in one.private)
