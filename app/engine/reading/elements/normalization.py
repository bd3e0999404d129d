"""What a drawing leaves unsaid and every reader of it understands, said: so that the engine need not guess.

Nodes and flows made here carry ids with a colon, which no id in a file may have.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.base.i18n import N_
from app.engine.diagram import Flow, Node
from app.engine.reading.elements import events, message_flows
from app.engine.reading.elements.flows import ALWAYS
from app.engine.reading.elements.links import Links
from app.engine.reading.source import Placed, Source
from app.engine.reading.texts import extensions, timer_labels
from app.engine.xml import attribute, local
from app.findings.descriptions import is_description

#: Of the flows that leave these one is taken, and no more.
_ONE_WAY = frozenset({"exclusiveGateway", "eventBasedGateway"})
#: Which of a gateway's arrows can be come to, as bits.
_Arrows = int

_GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"})


@dataclass
class Drawn:
    """One process's nodes, flows, and default flows by the node they leave, while they are completed."""

    nodes: dict[str, Node]
    flows: list[Flow]
    defaults: dict[str, str]

    def leaving(self) -> Mapping[str, list[Flow]]:
        """Flows by the node they leave."""
        found: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            found[flow.source].append(flow)
        return found

    def entered(self) -> set[str]:
        """The nodes that a flow leads to."""
        return {flow.target for flow in self.flows}


def normalize(drawn: Drawn, links: Links, where: Placed, source: Source, *, inside: bool = False) -> Drawn:
    """Say what is unsaid in one process; ``where`` is the process itself. Each step is a warning, but for links.

    Sources in BPMN 2.0.2: Start Event and End Event (processes without), Sequence Flow Considerations (several flows
    out of an activity), Link Event Definition. The rules as a whole: docs/decisions/0019-drawings-as-programs.md
    """
    links.join(drawn.nodes, drawn.flows, source)
    _wait_for_people(drawn, source)
    _ask_which_came(drawn, source)
    _begin_at_receivers(drawn, source, inside=inside)
    _pass_through(drawn, source)
    _end_at_gateways(drawn, source)
    _begin(drawn, where, source)
    _end_at_starts(drawn, source)
    if not inside:
        _choose_start(drawn, source)
    _split_raced(drawn, source)
    _choose_at_activities(drawn, source)
    _hear_at_tasks(drawn, source, inside=inside)
    drawn.flows = _mend(drawn.nodes, drawn.flows, source)
    _add_due_dates(drawn.nodes, source)
    return drawn


def _wait_for_people(drawn: Drawn, source: Source) -> None:
    """An event on the way that is not said to wait for anything ends when a person of its lane says so; in a race
    between events, where no task can stand, when the message of its name comes."""
    leaving = drawn.leaving()
    gates = [node.id for node in drawn.nodes.values() if node.kind == "eventBasedGateway"]
    raced = {flow.target for gate in gates for flow in leaving.get(gate, ())}
    for node in list(drawn.nodes.values()):
        if node.id not in source.ids or node.tag != "intermediateCatchEvent" or node.id in source.failed:
            continue
        if not events.is_untyped(source.ids[node.id]) or node.timer or node.message is not None:
            continue
        if node.id in raced:
            message = events.message_by_name(node, node.name, source)
            drawn.nodes[node.id] = replace(node, message=message)
        else:
            source.warning("event_waits_for_nothing", node)
            drawn.nodes[node.id] = replace(node, kind="userTask", name=node.name or N_("Menunggu"))


def _ask_which_came(drawn: Drawn, source: Source) -> None:
    """Of what stands after an event gateway and waits for nothing, somebody of the lane says that it came: it begins
    with the message of its name."""
    leaving = drawn.leaving()
    for gate in [node for node in drawn.nodes.values() if node.kind == "eventBasedGateway"]:
        taken = {drawn.nodes[flow.target].message for flow in leaving.get(gate.id, ())}
        for flow in leaving.get(gate.id, ()):
            target = drawn.nodes[flow.target]
            if target.kind == "intermediateCatchEvent" or {gate.id, target.id} & source.failed:
                continue
            said = flow.name or target.name or target.id
            message = said if said not in taken else target.id
            taken.add(message)
            source.warning("event_gateway_asks", target, gateway=gate.name or gate.id, message=message)
            event = Node(
                f"{gate.id}:{flow.id}", "intermediateCatchEvent", said, "", message=message, line=target.line
            )
            drawn.nodes[event.id] = event
            drawn.flows = [replace(one, target=event.id) if one == flow else one for one in drawn.flows]
            drawn.flows.append(Flow(f"{event.id}:ke", "", event.id, target.id))


def _begin_at_receivers(drawn: Drawn, source: Source, *, inside: bool) -> None:
    """A receive task that begins cases is a start by its message; so are the events behind an event gateway."""
    for node in list(drawn.nodes.values()):
        if node.id not in source.ids or attribute(source.ids[node.id], "instantiate").lower() not in {
            "true",
            "1",
        }:
            continue
        own = [flow for flow in drawn.flows if flow.source == node.id]
        first = [node.id] if node.kind == "intermediateCatchEvent" else [flow.target for flow in own]
        into = [flow for flow in drawn.flows if flow.target in {node.id, *first} and flow.source != node.id]
        if inside or into:
            source.warning("instantiate_ignored", node)
            continue
        for one in (drawn.nodes[each] for each in dict.fromkeys(first)):
            source.warning("receiver_begins", one)
            drawn.nodes[one.id] = replace(one, kind="startEvent", loop=None)
            for event in [each for each in drawn.nodes.values() if each.attached_to == one.id]:
                del drawn.nodes[event.id]  # nothing is open there
                drawn.flows = [flow for flow in drawn.flows if flow.source != event.id]
        if node.id not in first:
            del drawn.nodes[node.id]
            drawn.flows = [flow for flow in drawn.flows if flow.source != node.id]


def _pass_through(drawn: Drawn, source: Source) -> None:
    """A start that flows lead to passes the token on; so does an end that flows leave."""
    entered, leaving = drawn.entered(), drawn.leaving()
    for node in list(drawn.nodes.values()):
        if node.kind == "startEvent" and node.id in entered:
            source.warning("flow_into_start", node)
        if node.kind == "endEvent" and leaving.get(node.id):
            if node.terminate:
                source.warning("flow_out_of_terminate", node)
                drawn.flows = [flow for flow in drawn.flows if flow.source != node.id]
            else:
                source.warning("flow_out_of_end", node)
                drawn.nodes[node.id] = replace(node, kind="intermediateThrowEvent")


def _end_at_gateways(drawn: Drawn, source: Source) -> None:
    """A gateway that no flow leaves decides nothing: what comes there ends there."""
    leaving = drawn.leaving()
    for node in list(drawn.nodes.values()):
        if node.kind in _GATEWAYS and not leaving.get(node.id) and node.id not in source.failed:
            source.warning("gateway_ends", node)
            if node.kind != "parallelGateway":
                drawn.nodes[node.id] = replace(node, kind="endEvent")


def _end_at_starts(drawn: Drawn, source: Source) -> None:
    """What begins at a start that no flow leaves, and that nothing stands in for, ends there too."""
    leaving = drawn.leaving()
    for node in list(drawn.nodes.values()):
        if node.kind == "startEvent" and not leaving.get(node.id) and node.id not in source.failed:
            source.warning("start_ends", node)
            end = Node(f"{node.id}:selesai", "endEvent", N_("Selesai"), "", line=node.line)
            drawn.nodes[end.id] = end
            drawn.flows.append(Flow(f"{node.id}:ke", "", node.id, end.id))


def _hear_at_tasks(drawn: Drawn, source: Source, *, inside: bool) -> None:
    """A step of people that a message of another pool comes to opens as ever, and is told of the message while it is
    open. Where a case begins with it, the message begins one. docs/decisions/0021"""
    into = defaultdict[str, list[Flow]](list)
    for flow in drawn.flows:
        into[flow.target].append(flow)
    for node in [one for one in drawn.nodes.values() if one.kind == "userTask" and one.id in source.ids]:
        if node.sends:
            source.warning("task_sends", node, message=node.sends[0].name)
        message = message_flows.heard_at(source.ids[node.id], source)
        if message is None:
            continue
        first = not inside and all(_is_bare_start(drawn.nodes[flow.source]) for flow in into[node.id])
        source.warning("task_begins" if first else "task_told", node, message=message)
        heard: dict[str, Any] = {"name": message, "lane_id": "", "message": message, "line": node.line}
        told = Node(f"{node.id}:pesan", "boundaryEvent", **heard, attached_to=node.id, interrupting=False)
        drawn.nodes[told.id] = told
        if first:
            start = Node(f"{node.id}:mulai", "startEvent", **heard)
            drawn.nodes[start.id] = start
            drawn.flows.append(Flow(f"{start.id}:ke", "", start.id, node.id))


def _is_bare_start(node: Node) -> bool:
    """Whether a case begins there that nothing is said of, neither what begins it nor what is asked."""
    said = (node.message, node.timer, node.signal, node.form_key)
    return node.kind == "startEvent" and all(one is None for one in said)


def _begin(drawn: Drawn, where: Placed, source: Source) -> None:
    """Without a start event everything that no flow leads to begins; a start that leads nowhere stands for that too.
    BPMN 2.0.2, Start Event. Beside starts that lead on, one that does not is left out."""
    starts = [node for node in drawn.nodes.values() if node.kind == "startEvent"]
    leaving = drawn.leaving()
    loose = [node for node in starts if not leaving.get(node.id) and node.id not in source.failed]
    if loose != starts:
        _leave_out(loose, drawn, source)
        return
    first = _unentered(drawn)
    if not first:
        if not starts:
            source.error("no_start", where)
        return
    if starts:
        source.warning("start_joined", starts[0], first=_names(first, source))
        start = starts[0]
        _leave_out(starts[1:], drawn, source)
    else:
        if local(source.ids[where.id]) != "adHocSubProcess":  # which has none by its nature
            source.warning("start_implied", where, first=_names(first, source))
        start = Node(f"{where.id}:mulai", "startEvent", N_("Mulai"), "", line=where.line)
        drawn.nodes[start.id] = start
    drawn.flows += [Flow(f"{start.id}:{node.id}", "", start.id, node.id) for node in first]


def _leave_out(starts: Iterable[Node], drawn: Drawn, source: Source) -> None:
    """Starts that lead nowhere begin nothing; to one that flows lead to a way comes, and ends there."""
    entered = drawn.entered()
    for node in starts:
        source.warning("start_unconnected", node)
        if node.id in entered:
            drawn.nodes[node.id] = replace(node, kind="intermediateThrowEvent")
        else:
            del drawn.nodes[node.id]


def _unentered(drawn: Drawn) -> list[Node]:
    """What could begin: the nodes that no flow leads to, but for starts and boundary events."""
    entered, not_these = drawn.entered(), {"startEvent", "boundaryEvent"}
    return [node for node in drawn.nodes.values() if node.id not in entered and node.kind not in not_these]


def _choose_start(drawn: Drawn, source: Source) -> None:
    """Of several plain starts people use the first with a form, else the first; the others begin by a message that
    bears their name."""
    starts = [node for node in drawn.nodes.values() if node.kind == "startEvent"]
    plain = [node for node in starts if node.message is None and node.timer is None and node.signal is None]
    plain = [node for node in plain if node.id not in source.failed]
    if len(plain) < 2:
        return
    first = next((node for node in plain if node.form_key), plain[0])
    taken = {node.message for node in starts}
    for node in plain:
        if node is not first:
            message = node.name if node.name and node.name not in taken else node.id
            taken.add(message)
            source.warning("several_starts", node, first=first.name or first.id, message=message)
            drawn.nodes[node.id] = replace(node, message=message)


def _split_raced(drawn: Drawn, source: Source) -> None:
    """An event that an event gateway and other flows lead to stands for several: one for each race, one for the rest.

    The event itself stays with the first gateway; the others wait at its double, which leads where it leads.
    """
    hosts = {node.attached_to for node in drawn.nodes.values()}
    for node in [node for node in drawn.nodes.values() if node.kind == "intermediateCatchEvent"]:
        into = [flow for flow in drawn.flows if flow.target == node.id]
        races = [flow for flow in into if drawn.nodes[flow.source].kind == "eventBasedGateway"]
        if races and len(into) > 1 and node.id not in hosts:
            source.warning("event_shared", node)
            rest = [flow for flow in into if flow not in races]
            for number, flows in enumerate([*([race] for race in races[1:]), rest], start=2):
                _double(drawn, node, f"{node.id}:{number}", flows)


def _double(drawn: Drawn, node: Node, double_id: str, into: list[Flow]) -> None:
    if into:
        drawn.flows = [replace(flow, target=double_id) if flow in into else flow for flow in drawn.flows]
        double(drawn, replace(node, id=double_id), node.id)


def double(drawn: Drawn, made: Node, node_id: str) -> None:
    """Add a node that leads where another leads."""
    drawn.nodes[made.id] = made
    own = [flow for flow in drawn.flows if flow.source == node_id]
    drawn.flows += [replace(flow, id=f"{made.id}:{flow.id}", source=made.id) for flow in own]


def _choose_at_activities(drawn: Drawn, source: Source) -> None:
    """Several flows out of what is no gateway are all taken; with conditions, those that hold.

    The choice is made by an inclusive gateway behind the node, where a flow without a condition always holds.
    """
    for node_id, own in drawn.leaving().items():
        node = drawn.nodes[node_id]
        if node.kind in _GATEWAYS or len(own) < 2:
            continue
        if not any(flow.condition for flow in own):
            if all(":" not in flow.id for flow in own):  # told of another way where it was made here
                source.warning("implicit_parallel", node, count=str(len(own)))
            continue
        source.warning("implicit_choice", node, count=str(len(own)))
        _add_gateway(drawn, node, own)


def _add_gateway(drawn: Drawn, node: Node, own: list[Flow]) -> None:
    gateway = Node(f"{node.id}:pilih", "inclusiveGateway", node.name, "", line=node.line)
    default = drawn.defaults.pop(node.id, "")
    drawn.nodes[gateway.id] = gateway
    drawn.defaults[gateway.id] = default
    moved = {flow.id: _from_gateway(flow, gateway, default) for flow in own}
    drawn.flows = [moved.get(flow.id, flow) for flow in drawn.flows]
    drawn.flows.append(Flow(f"{gateway.id}:ke", "", node.id, gateway.id))


def _from_gateway(flow: Flow, gateway: Node, default: str) -> Flow:
    condition = flow.condition or (None if flow.id == default else ALWAYS)
    return replace(flow, source=gateway.id, condition=condition)


def _names(nodes: Iterable[Node], source: Source) -> str:
    names = (source.label(node.id, node.name) or node.id for node in nodes)
    return ", ".join(name if is_description(name) else f"“{name}”" for name in names)


def _mend(nodes: dict[str, Node], flows: list[Flow], source: Source) -> list[Flow]:
    """Let each such gateway wait for what may still come, as an inclusive one does; ``nodes`` is changed, the flows
    come back."""
    into, leaving = defaultdict[str, list[Flow]](list), defaultdict[str, list[Flow]](list)
    for flow in flows:
        into[flow.target].append(flow)
        leaving[flow.source].append(flow)
    joins = [n for n in nodes.values() if n.kind == "parallelGateway" and len(into[n.id]) > 1]
    forks = [n for n in nodes.values() if _is_fork(n, leaving)] if joins else []
    chosen = {node.id for node in forks if node.kind == "inclusiveGateway"}
    sure = {node: _certain(own) if node in chosen else own for node, own in leaving.items()}
    together = [node for node in forks if _is_fork(node, sure)]
    for node in joins:
        if node.id in source.failed:
            continue
        never = _never_together(node, nodes, forks, into, leaving)
        if never or (chosen and _never_together(node, nodes, together, into, sure)):
            source.warning("join_never_together" if never else "join_perhaps_not_together", node)
            nodes[node.id] = replace(node, kind="inclusiveGateway")
            onward = {flow.id for flow in leaving[node.id]} if len(leaving[node.id]) > 1 else set()
            flows = [replace(flow, condition=ALWAYS) if flow.id in onward else flow for flow in flows]
    return flows


def _certain(flows: list[Flow]) -> list[Flow]:
    """Of the flows of an inclusive gateway those that are taken whatever is chosen."""
    return [flow for flow in flows if flow.condition == ALWAYS]


def _is_fork(node: Node, leaving: Mapping[str, list[Flow]]) -> bool:
    """Whether several tokens come of one here."""
    if node.kind == "boundaryEvent":
        return not node.interrupting or len(leaving[node.id]) > 1
    return node.kind not in _ONE_WAY and len(leaving[node.id]) > 1


def _never_together(
    join: Node,
    nodes: Mapping[str, Node],
    forks: list[Node],
    into: Mapping[str, list[Flow]],
    leaving: Mapping[str, list[Flow]],
) -> bool:
    """Whether two of the arrows that are waited for can never both bring a token.

    A token is one until it forks, so two come only along two branches of one fork, or from an event that comes again.
    """
    arrows = into[join.id]
    reach = _reach(join, nodes, into)
    starts = [node.id for node in nodes.values() if node.kind == "startEvent"]
    awaited = 0
    for start in starts:
        awaited |= reach.get(start, 0)
    together = [0] * len(arrows)
    for branches in _branches(join, nodes, forks, leaving, arrows, reach):
        once, twice = 0, 0
        for branch in branches:
            once, twice = once | branch, twice | once & branch
        for branch in set(branches):
            beside = once & ~branch | twice & branch  # what the other branches come to
            for number in _numbers(branch):
                together[number] |= beside
    numbers = _numbers(awaited)
    return any(not together[one] >> other & 1 for one in numbers for other in numbers if one < other)


def _reach(join: Node, nodes: Mapping[str, Node], into: Mapping[str, list[Flow]]) -> dict[str, _Arrows]:
    """From which node which of the gateway's arrows can be come to, without passing the gateway."""
    found: dict[str, _Arrows] = defaultdict(int)
    for number, arrow in enumerate(into[join.id]):
        seen, waiting = {join.id}, [arrow.source]
        while waiting:
            node_id = waiting.pop()
            if node_id in seen:
                continue
            seen.add(node_id)
            found[node_id] |= 1 << number
            waiting += [flow.source for flow in into.get(node_id, ())]
            host = nodes[node_id].attached_to or ""
            waiting += [host] if host in nodes else []
    return found


def _branches(
    join: Node,
    nodes: Mapping[str, Node],
    forks: list[Node],
    leaving: Mapping[str, list[Flow]],
    arrows: list[Flow],
    reach: Mapping[str, _Arrows],
) -> Iterator[list[_Arrows]]:
    """What the branches of each fork come to."""
    numbers = {arrow.id: 1 << number for number, arrow in enumerate(arrows)}

    def come_to(flow: Flow) -> _Arrows:
        return numbers.get(flow.id) or (0 if flow.target == join.id else reach.get(flow.target, 0))

    for node in forks:
        own = [come_to(flow) for flow in leaving.get(node.id, ()) if node.id != join.id]
        if node.kind == "boundaryEvent" and not node.interrupting:
            again = _union(own)  # it may come more than once, and whatever else leaves its host comes too
            yield [again, again, _union([come_to(flow) for flow in _beside(node, nodes, leaving)])]
        yield own


def _beside(event: Node, nodes: Mapping[str, Node], leaving: Mapping[str, list[Flow]]) -> Iterator[Flow]:
    """The flows that leave the activity that ``event`` sits on, and the other events there."""
    for node in nodes.values():
        if node.id == event.attached_to or (node.attached_to == event.attached_to and node is not event):
            yield from leaving.get(node.id, ())


def _numbers(arrows: _Arrows) -> list[int]:
    return [number for number in range(arrows.bit_length()) if arrows >> number & 1]


def _union(found: list[_Arrows]) -> _Arrows:
    whole = 0
    for each in found:
        whole |= each
    return whole


def _add_due_dates(nodes: dict[str, Node], source: Source) -> None:
    """Give every user task with a due date a deadline. It must be a constant: one that hung on a variable would stop
    the case where the variable is empty, and is told as ignored instead."""
    marked = {node.attached_to for node in nodes.values() if node.is_deadline}
    for node in [node for node in nodes.values() if node.kind == "userTask" and node.id not in marked]:
        timer = (
            timer_labels.constant(extensions.due_date(source.ids[node.id])) if node.id in source.ids else None
        )
        if timer is not None:
            source.warning("due_date_used", node, text=timer.text)
            nodes[f"{node.id}:tenggat"] = Node(
                id=f"{node.id}:tenggat",
                kind="boundaryEvent",
                name=N_("Tenggat"),
                lane_id="",
                properties={"tenggat": "ya"},
                timer=timer,
                attached_to=node.id,
                interrupting=False,
                line=node.line,
            )
