"""What of a diagram does not change while tokens move through it: where each of them may come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from app.engine import timers
from app.engine.diagram import Diagram, Flow, Node

#: How many nodes may be walked over to find out which tokens touch.
_MOST_WALKED = 100_000


class Net:
    """What of a diagram does not change while tokens move."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram, self.nodes = diagram, diagram.nodes
        self.flows = {flow.id: flow for flow in diagram.flows}
        self.out: Mapping[str, tuple[Flow, ...]] = {
            name: diagram.outgoing.get(name, ()) for name in diagram.nodes
        }
        into = defaultdict[str, set[str]](set)
        for flow in diagram.flows:
            into[flow.target].add(flow.id)
        self.into: Mapping[str, set[str]] = into
        self.joins = {
            node.id
            for node in diagram.nodes.values()
            if node.kind in {"parallelGateway", "inclusiveGateway"} and len(into[node.id]) > 1
        }
        self._before: dict[str, frozenset[str]] = {}
        self._back: dict[str, set[str]] = {}
        self.work = 0  # nodes that were walked over

    @cached_property
    def starts(self) -> Mapping[str, list[str]]:
        """Where a token begins in each sub-process, and in the process under ""."""
        found = defaultdict[str, list[str]](list)
        for node in self.nodes.values():
            if node.kind == "startEvent":
                found[node.scope].append(node.id)
        return found

    def entries(self, scope: str) -> list[list[str]]:
        """The starts with which a sub-process may begin: all at once, or the one for where a token comes from."""
        starts = self.starts[scope]
        return [[one] for one in starts] if starts and self.nodes[starts[0]].begun_by else [starts]

    def is_in_body(self, node: Node) -> bool:
        """Whether what lies around a node is a body, which ends with what lies around itself."""
        return bool(node.scope) and self.nodes[node.scope].is_body

    @cached_property
    def depth(self) -> int:
        """How deep activities lie inside of each other."""
        return max((sum(1 for _ in self.diagram.around(node)) for node in self.nodes.values()), default=0)

    @cached_property
    def events(self) -> Mapping[str, list[Node]]:
        """The events on the boundary of each activity that time, people or others bring."""
        return defaultdict(
            list,
            {
                host: [e for e in found if e.error is None and e.escalation is None]
                for host, found in self.diagram.boundary.items()
            },
        )

    @cached_property
    def single(self) -> frozenset[str]:
        """The events that come once while their activity lasts."""
        return frozenset(
            event.id
            for found in self.events.values()
            for event in found
            if event.timer is not None
            and timers.cycle(event.timer) is None
            and not event.timer.text.startswith("=")
        )

    @cached_property
    def meeting(self) -> set[str]:
        """The nodes from which a token may come to a join, without leaving its sub-process."""
        return self._leading_to(name for join in self.joins for name in self.into[join])

    @cached_property
    def meeting_flows(self) -> set[str]:
        """The flows from which it may."""
        reached = self.meeting | self.joins
        return {flow.id for flow in self.flows.values() if flow.target in reached}

    def before(self, name: str) -> frozenset[str]:
        """The nodes from which a token may come along a flow into a join without passing that before."""
        if name not in self._before:
            self._before[name] = frozenset(self._leading_to([name], self.flows[name].target))
        return self._before[name]

    def back(self, join: str) -> set[str]:
        """The flows into a parallel gateway that only lead back to it, from behind it."""
        if join not in self._back:
            found = {name for name in self.into[join] if self._is_behind(self.flows[name].source, join)}
            self._back[join] = found
        return self._back[join]

    def _is_behind(self, name: str, join: str) -> bool:
        """Whether every way to a node, from where tokens begin on its level, passes the gateway."""
        before, number = self._dominators
        while name in number and name != join and number[name] > number[join]:
            name = before[name]
        return name == join or name not in number

    @cached_property
    def _dominators(self) -> tuple[Mapping[str, str], Mapping[str, int]]:
        """For each node that is come to the last one that every way to it passes before, and its number in an order
        in which such ones come first. Source: Cooper, Harvey, Kennedy, A Simple, Fast Dominance Algorithm."""
        order = self._in_order()
        number = {name: position for position, name in enumerate(order)}
        into = defaultdict[str, list[str]](list)
        for name in order:
            for target in self._onward(name):
                into[target].append(name)
        before, changed = {"": ""}, True
        while changed:
            changed = False
            for name in order[1:]:
                last = ""
                for number_of_way, origin in enumerate(one for one in into[name] if one in before):
                    last = _common(last, origin, before, number) if number_of_way else origin
                changed |= before.get(name) != last
                before[name] = last
        return before, number

    def _in_order(self) -> list[str]:
        """The nodes that are come to, each before those that are only come to through it; "" is where all begin."""
        done, order, waiting = {""}, list[str](), [("", iter(self._onward("")))]
        while waiting:
            name, targets = waiting[-1]
            target = next((one for one in targets if one not in done), None)
            if target is None:
                order.append(name)
                waiting.pop()
            else:
                done.add(target)
                waiting.append((target, iter(self._onward(target))))
        return order[::-1]

    def _onward(self, name: str) -> list[str]:
        if not name:
            return [start for found in self.starts.values() for start in found]
        beside = (event.id for event in self.diagram.boundary.get(name, ()))
        return [*(flow.target for flow in self.out[name]), *beside]

    def _leading_to(self, flows: Iterable[str], but: str = "") -> set[str]:
        found, waiting = set[str](), [self.flows[name].source for name in flows]
        while waiting:
            name = waiting.pop()
            if name not in found and name != but:
                found.add(name)
                waiting += [self.flows[flow].source for flow in self.into[name]]
                host = self.nodes[name].attached_to
                waiting += [host] if host else []
        self.work += len(found)
        return found

    def catcher(self, host: str, thrown: Node) -> Node | None:
        """The event on an activity's boundary that catches what is thrown inside: the one for its code first."""
        around = self.diagram.boundary.get(host, ())
        for wanted in (thrown.error or thrown.escalation, ""):
            for event in around:
                if (event.error if thrown.error else event.escalation) == wanted:
                    return event
        return None

    @cached_property
    def taking(self) -> set[str]:
        """The nodes from which a token, without leaving its sub-process, may come to where it takes others away."""
        ends = [node for node in self.nodes.values() if node.terminate]
        found = {one.id for end in ends for one in self._ended_with(end)}
        for node in self.nodes.values():
            if node.tells and (node.error or node.escalation):
                found |= self._taken_from(node)
        return found | self._leading_to(flow for name in found for flow in self.into[name])

    def _ended_with(self, end: Node) -> Iterator[Node]:
        """The end and the bodies around it."""
        yield end
        while self.is_in_body(end):
            end = self.nodes[end.scope]
            yield end

    def _taken_from(self, thrown: Node) -> set[str]:
        """What throws, and the activities around it, within the one that an event takes away for that."""
        around, scope = {thrown.id}, thrown.scope
        while scope:
            event = self.catcher(scope, thrown)
            if event is not None:
                return around if event.interrupting else set()
            around.add(scope)
            scope = self.nodes[scope].scope
        return set()

    @cached_property
    def returning(self) -> set[str]:
        """The sub-processes, "" for the process, in which a way of return ends at a parallel gateway."""
        return {self.nodes[join].scope for join in self.joins if self.returns(join)}

    def returns(self, join: str) -> bool:
        """Whether a way of return ends at a parallel gateway."""
        return self.nodes[join].kind == "parallelGateway" and bool(self.back(join))

    def touch(self, one: str, other: str) -> bool:
        """Whether it may matter which of two tokens moves first: some join that looks around, or to which a way
        leads back, is reached from both, and not along one flow from each."""
        if self._looked_at is None:
            return True
        reached, several = self._looked_at
        both = reached.get(one, 0) & reached.get(other, 0)
        return bool(both & (several.get(one, 0) | several.get(other, 0)))

    @cached_property
    def _looked_at(self) -> tuple[Mapping[str, int], Mapping[str, int]] | None:
        """From which nodes such joins are reached, a bit for each; and from which along several flows, or again from
        the join itself. None: too much to find out."""
        reached, several = defaultdict[str, int](int), defaultdict[str, int](int)
        looking = [join for join in sorted(self.joins) if self._looks(join)]
        if len(self.nodes) * sum(len(self.into[join]) for join in looking) > _MOST_WALKED:
            return None
        for bit, join in enumerate(looking):
            count = Counter(node for name in self.into[join] for node in self.before(name))
            again = self.returns(join) or any(count[flow.target] for flow in self.out[join])
            for node, flows in (Counter({join: 1}) + count).items():
                reached[node] |= 1 << bit
                several[node] |= (again or flows > 1) << bit
        return reached, several

    def _looks(self, join: str) -> bool:
        return self.nodes[join].kind == "inclusiveGateway" or self.returns(join)

    @cached_property
    def endless(self) -> set[str]:
        """All sub-processes, and "", where in some a token may go round for ever: no other would have its turn."""
        return set() if self._all_lead_out else {node.scope for node in self.nodes.values()}

    @cached_property
    def _all_lead_out(self) -> bool:
        ends = [name for name in self.nodes if not self.out[name]]
        found, waiting = set[str](), ends
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [self.flows[flow].source for flow in self.into[name]]
                host = self.nodes[name].attached_to
                waiting += [host] if host else []
        return len(found) == len(self.nodes)


def _common(one: str, other: str, before: Mapping[str, str], number: Mapping[str, int]) -> str:
    """The last node that the ways to both of two pass."""
    while one != other:
        while number[one] > number[other]:
            one = before[one]
        while number[other] > number[one]:
            other = before[other]
    return one
