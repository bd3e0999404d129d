"""A process as we run it: nodes, flows, lanes. Pure data; `reader` makes it from XML, `spec` runs it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from app.bpmnio.kinds import NOTHING, Kinds
from app.engine.mappings import Mappings
from app.engine.origin import Origin
from app.findings import Finding

#: What a node does, in BPMN's own words. ``task`` and ``manualTask`` are read as ``userTask``,
#: ``serviceTask`` as ``sendTask`` (automatic), or where a worker does it as ``intermediateCatchEvent``, as
#: ``receiveTask`` is, ``transaction`` and ``callActivity`` as ``subProcess``.
Kind = Literal[
    "startEvent",
    "endEvent",
    "userTask",
    "sendTask",
    "businessRuleTask",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "subProcess",
]

#: Findings about an element that is of no kind above; a `Diagram` holds a stand-in in its place.
STAND_INS = frozenset({"script_task", "script_offered", "not_yet_ad_hoc"})


#: What is filled in at an event that asks until when it waits: a moment; nothing: it is over.
UNTIL = "sampai_kapan"
#: What the form of an event that asks is answered in, by what it asks. It belongs to that event, not to the case.
ASKED = {"time": UNTIL, "condition": "catatan_syarat"}

#: The list over which an undoing runs: the engine knows it, see `running.compensation`.
UNDOING = "concatenate([], [])"

#: From when a deadline counts: each opening of its activity, or the first one in the case.
SINCE = ("pembukaan ini", "pembukaan pertama")


@dataclass(frozen=True)
class Timer:
    """A timer as drawn: which of BPMN's three elements holds it, and its text without quotes."""

    kind: Literal["duration", "date", "cycle"]
    text: str


@dataclass(frozen=True)
class Lane:
    """A performer's column. Officers belong to it by its ``name``, which is its pool's, or its id, where it
    ``is_named`` not."""

    id: str
    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None
    origin: Origin | None = None
    is_named: bool = True


@dataclass(frozen=True)
class Flow:
    """A sequence flow; ``condition`` is FEEL without a leading ``=``. ``undoes``: what is undone where it
    leads; see `reading.elements.compensation`."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None
    is_default: bool = False
    line: int | None = None
    origin: Origin | None = None
    undoes: str = ""


@dataclass(frozen=True)
class Loop:
    """How often an activity runs: once for each of a list, all at a time or one after another, or while a condition
    holds. All texts are FEEL. Source: BPMN 2.0, 10.2.8, and Camunda's extensions to it.

    ``over``: the list, or a number; for ``while`` the condition. ``element``: the local variable that holds the
    list's element. ``collect`` is worked out at the end of each round, and the list of results set as ``into``.
    ``until``: true after a round ends all of them. ``most``: rounds at most; ``before``: the condition is looked at
    before the first round already.
    """

    kind: Literal["parallel", "sequential", "while"]
    over: str
    element: str = ""
    collect: str | None = None
    into: str = ""
    until: str | None = None
    most: int | None = None
    before: bool = False


@dataclass(frozen=True)
class MessageFlow:
    """A message that an element sends to another process: the name it bears, that process's key, and the element
    that receives it there."""

    id: str
    name: str
    process: str
    target: str


@dataclass(frozen=True)
class WorkerJob:
    """Work that a program outside takes and ends: of which ``type``, how often it is tried, and what the diagram says
    to whoever does it."""

    type: str
    retries: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """An element that a token can reach.

    ``scope``: the sub-process that it lies in, "" for the process. ``error``, ``escalation``: the code that is thrown
    or caught, "" catches any. ``begun_by``: of a start inside of a sub-process, the event outside that it stands for:
    it begins when a token comes from there. ``is_body``: of a sub-process that nobody drew, on whose edge the events
    of event sub-processes wait; see `reading.elements.event_sub_processes`. ``compensates``: of an undoing, the one
    activity that it undoes, "" for all that was done around it; ``is_undone``: of an activity that some undoing may
    undo; ``copy_of``: of a node that stands in an undoing once more, the one that is drawn; see
    `reading.elements.compensation`. ``asks``: of an event that nothing but a person can end, what he is
    asked: until when it waits, or whether a condition holds; it is a message to all others. ``condition``: of an
    event that waits until it holds, FEEL; a message to all others too. ``job``: of a step that a worker does; it
    is an event that waits, and the worker ends it.
    """

    id: str
    kind: Kind
    name: str
    lane_id: str
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""
    form_key: str | None = None
    timer: Timer | None = None
    message: str | None = None
    signal: str | None = None
    error: str | None = None
    escalation: str | None = None
    decision: str | None = None
    scope: str = ""
    loop: Loop | None = None
    calls: str | None = None  # the key of the process that a call activity calls
    mappings: Mappings | None = None
    attached_to: str | None = None
    interrupting: bool = True
    terminate: bool = False
    asks: Literal["", "time", "condition"] = ""
    condition: str | None = None
    job: WorkerJob | None = None
    compensates: str | None = None
    is_undone: bool = False
    copy_of: str = ""
    begun_by: str = ""
    is_body: bool = False
    sends: tuple[MessageFlow, ...] = ()
    line: int | None = None
    tag: str = ""  # the element's own name in the file, for drawing
    origin: Origin | None = None  # of what a call brought in: ``line`` is one of the called process's file

    @property
    def tells(self) -> bool:
        """Whether it is an event that sends or throws something."""
        thrown = (self.message, self.signal, self.error, self.escalation)
        return self.kind in {"endEvent", "intermediateThrowEvent"} and any(t is not None for t in thrown)

    @property
    def is_formula(self) -> bool:
        """Whether it only works out data, as a script task of Camunda 8 does: nobody needs to be told."""
        return self.tag == "scriptTask" and self.mappings is not None

    @property
    def is_deadline(self) -> bool:
        """Whether this timer is marked as its activity's deadline."""
        return self.properties.get("tenggat", "").strip().lower() == "ya"

    @property
    def counts_from_first(self) -> bool:
        """Whether this timer counts from the first opening of its activity in the case, not from each."""
        chosen = self.properties.get("dihitung sejak", "").strip().lower()
        return self.kind == "boundaryEvent" and self.timer is not None and chosen == SINCE[1]

    @property
    def awaits_reporter(self) -> bool:
        """Whether a case stands here until its reporter answers; a message beside a task stops nobody."""
        for_him = self.properties.get("untuk", "").strip().lower() == "pelapor"
        return for_him and self.kind == "intermediateCatchEvent" and self.message is not None

    @property
    def is_resolution(self) -> bool:
        """Whether a case that ends here reached what its process is for; other ends are told without a tick."""
        return self.kind == "endEvent" and self.properties.get("tuntas", "").strip().lower() == "ya"


@dataclass(frozen=True)
class Question:
    """What an officer is asked before a gateway whose flows carry no conditions."""

    gateway_id: str
    text: str
    answers: tuple[tuple[str, str], ...]  # (flow id, text)
    multiple: bool  # an inclusive gateway takes several answers


@dataclass(frozen=True)
class Diagram:
    """One executable process."""

    key: str
    name: str
    properties: Mapping[str, str]
    lanes: tuple[Lane, ...]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    questions: Mapping[str, Question]
    findings: tuple[Finding, ...]  # warnings; errors too in a stored version, which is not refused
    documentation: str = ""
    line: int | None = None
    #: Of a stored version: the errors by the id of the node or flow that cannot run for them.
    broken: Mapping[str, Finding] = field(default_factory=dict)
    #: Of what kind its variables are: what its forms, tables and mappings say. Empty until these are known.
    kinds: Kinds = field(default=NOTHING, compare=False)

    @property
    def id(self) -> str:
        """The process's id, which is its key."""
        return self.key

    @property
    def day_unit(self) -> Literal["kerja", "kalender"]:
        """How a bare "hari" counts: working days, unless the process says otherwise."""
        chosen = self.properties.get("satuan hari", "").strip().lower()
        return "kalender" if chosen == "kalender" else "kerja"

    @cached_property
    def identity_lanes(self) -> tuple[Lane, ...]:
        """The lanes whose officers may see fields marked ``pribadi``."""
        wanted = {name.casefold() for name in lane_names(self.properties.get("identitas", ""), self.lanes)}
        return tuple(lane for lane in self.lanes if {lane.id.casefold(), lane.name.casefold()} & wanted)

    def is_stand_in(self, node_id: str) -> bool:
        """Whether the node stands for an element that no reader of ours can run."""
        return node_id in self.broken and self.broken[node_id].code in STAND_INS

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """Flows by their source, in document order."""
        result: dict[str, tuple[Flow, ...]] = {}
        for flow in self.flows:
            result[flow.source] = (*result.get(flow.source, ()), flow)
        return result

    @cached_property
    def boundary(self) -> Mapping[str, tuple[Node, ...]]:
        """Boundary events by the activity they sit on."""
        result: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.attached_to:
                result[node.attached_to] = (*result.get(node.attached_to, ()), node)
        return result

    @cached_property
    def counts_from_first(self) -> bool:
        """Whether any timer counts from the first opening of its activity."""
        return any(node.counts_from_first for node in self.nodes.values())

    def starts_in(self, scope: str) -> tuple[Node, ...]:
        """Where a token begins in the sub-process ``scope``."""
        return tuple(n for n in self.nodes.values() if n.scope == scope and n.kind == "startEvent")

    def lane(self, lane_id: str) -> Lane:
        """The lane with this id."""
        return next(lane for lane in self.lanes if lane.id == lane_id)

    def start_node(self, message: str | None = None) -> Node | None:
        """The start event without a trigger, or the one waiting for ``message``."""
        starts = (node for node in self.nodes.values() if node.kind == "startEvent" and not node.scope)
        by_people = (node for node in starts if node.timer is None and node.signal is None)
        return next((node for node in by_people if node.message == message), None)

    def drawn_in(self, node: Node) -> str:
        """The sub-process that a node is drawn in, "" for the process; a body is not drawn."""
        scope = node.scope
        while scope and self.nodes[scope].is_body:
            scope = self.nodes[scope].scope
        return scope

    def host_of(self, node: Node) -> Node | None:
        """The activity on whose edge an event is drawn; None for others, as for starts of event sub-processes."""
        host = self.nodes.get(node.attached_to or "")
        return None if host is None or host.is_body else host

    def may_be_deadline(self, event: Node) -> bool:
        """Whether a timer on an edge can be the deadline of what it is around: one that begins an event sub-process
        beside it and lets it go on says nothing of it, unless it is marked as one."""
        return event.timer is not None and (
            event.interrupting or event.is_deadline or self.host_of(event) is not None
        )

    def bodies_in(self, scope: str) -> tuple[Node, ...]:
        """The bodies of a drawn sub-process, or of the process "", the innermost first."""
        found = [node for node in self.nodes.values() if node.is_body and self.drawn_in(node) == scope]
        return tuple(sorted(found, key=lambda body: body.scope == scope))

    @cached_property
    def has_conditions(self) -> bool:
        """Whether any event waits until a condition holds."""
        return any(node.condition is not None for node in self.nodes.values())

    @cached_property
    def is_anything_undone(self) -> bool:
        """Whether the engine must keep what was done."""
        return any(node.is_undone for node in self.nodes.values())

    @cached_property
    def event_sub_processes(self) -> Mapping[str, Node]:
        """The event sub-processes, each with an event that begins it."""
        bodies = (body.id for body in self.nodes.values() if body.is_body)
        events = (event for body in bodies for event in self.boundary.get(body, ()))
        return {flow.target: event for event in events for flow in self.outgoing.get(event.id, ())}

    @cached_property
    def _ending_scopes(self) -> frozenset[str]:
        bodies = {n.id for n in self.nodes.values() if n.is_body and not self.drawn_in(n)}
        begun = {id_ for id_, event in self.event_sub_processes.items() if not self.drawn_in(event)}
        return frozenset({"", *bodies, *begun})

    def undone_by(self, undoing: Node) -> frozenset[str]:
        """The activities that an undoing has a way for."""
        own = (flow for flow in self.flows if flow.undoes and self.nodes[flow.source].scope == undoing.id)
        return frozenset(flow.undoes for flow in own)

    def ends_case(self, node: Node) -> bool:
        """Whether a case may be over at this end event: it is the process's own, or an event sub-process's of it."""
        return node.kind == "endEvent" and node.scope in self._ending_scopes

    def around(self, node: Node) -> Iterator[Node]:
        """The node and the sub-processes that it is inside of, the innermost first."""
        yield node
        while node.scope:
            node = self.nodes[node.scope]
            yield node

    def raced_along(self, node_id: str) -> list[Flow]:
        """The flows by which a gateway lets an event race others."""
        into = (flow for flow in self.flows if flow.target == node_id)
        return [flow for flow in into if self.nodes[flow.source].kind == "eventBasedGateway"]

    def question_with(self, node_id: str, *, is_question: bool) -> Question | None:
        """The question that is answered with an open task: the task itself, or the one that opens directly after."""
        return self.questions.get(node_id) if is_question else self.question_after(node_id)

    def question_after(self, node_id: str) -> Question | None:
        """The question that opens directly after this user task, in the same lane, if there is one.

        An inclusive gateway to which several flows lead may have to wait for others first: it asks by itself.
        """
        flows = self.outgoing.get(node_id, ())
        if len(flows) != 1 or flows[0].target not in self.questions:
            return None
        question = self.questions[flows[0].target]
        same_lane = self.nodes[question.gateway_id].lane_id == self.nodes[node_id].lane_id
        joins = question.multiple and sum(f.target == question.gateway_id for f in self.flows) > 1
        return question if same_lane and not joins else None


def lane_names(text: str, lanes: tuple[Lane, ...]) -> tuple[str, ...]:
    """The lanes that ``text`` names, by id or name, between commas, semicolons or line breaks.

    A lane's name may hold a comma itself; such a name is taken whole before the rest is cut.
    """
    found: list[str] = []
    for known in sorted(
        (lane.name for lane in lanes if re.search(r"[,;]", lane.name)), key=len, reverse=True
    ):
        if known in text:
            text = text.replace(known, "\n")
            found.append(known)
    return (*found, *(" ".join(part.split()) for part in re.split(r"[,;\n]", text) if part.strip()))
