"""Many cases of one version: what a command leads to is worked out once for all cases that stand alike.

Where tokens go depends on where they stand, on the command, and on the variables that gateways and tables on the way
read; not on the time. When timers are due depends on the time, and is worked out for each case. So cases that stand
alike share what the engine made of a command, and each has its own due times and variables. Where a diagram asks the
clock about its way nothing is shared: see `is_timeless`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.calendar import Calendar
from app.bpmnio import feel
from app.engine import decisions, timers
from app.engine.diagram import Diagram, Node
from app.engine.running import case_clock, scheduling
from app.engine.running import state as codec
from app.engine.running.case_clock import CaseClock
from app.engine.running.elements import TimerEvent, spec_name
from app.engine.running.execution import Case, Program, Standing
from app.engine.running.run import Run
from app.engine.running.step import OpenMessage, OpenTask, OpenTimer, Step, node_of, waiting_events

#: So many ways are remembered, each a few thousand bytes; what leads elsewhere is worked out each time.
MOST_WAYS = 20_000
#: FEEL that reads the clock. What only looks like it costs time and nothing else.
_CLOCK = re.compile(r"\b(now|today)\b")


@dataclass(frozen=True)
class _Clock:
    """When a timer that waits is due, None: never, and since when it waits."""

    due: timers.Due | None
    opened_at: datetime


@dataclass
class _Place:
    """Where cases stand alike. ``state``: of the first that came here; what it calls its tasks and timers they are
    called for all. ``fired``: see `case_clock.fired`. ``onward``: by command, then by the variables that were read on
    the way, then by their values."""

    state: bytes = b""
    ids: tuple[str, ...] = ()
    fired: Mapping[str, bool] = field(default_factory=dict)
    onward: dict[bytes, dict[tuple[str, ...], dict[bytes, "_Way"]]] = field(default_factory=dict)
    awaits_reporter: bool = False
    standing: Standing | None = None


@dataclass(frozen=True)
class _Way:
    """Where a command leads to. ``step``: of the case that went first. ``timers``: what began to wait, and whether it
    is the timer that fired, once more. ``renamed``: its ids of what is not over then → those of ``place``.
    ``assigned``: variables that tables set on the way."""

    step: Step
    timers: tuple[tuple[str, Node, bool], ...]
    renamed: Mapping[str, str]
    place: _Place
    assigned: Mapping[str, Any]


class Courses:
    """Plays cases of a program. ``read``: the variables that its conditions, tables, loops and mappings read."""

    def __init__(self, program: Program, calendar: Calendar, read: Collection[str]) -> None:
        self.program, self.calendar = program, calendar
        self.is_shared = is_timeless(program)
        self._read = frozenset(read)
        self._reporters = _awaits_reporter(program.diagram)
        self._by_element = _read_by(program)
        nodes = program.diagram.nodes.values()
        self.keeps_data = any(node.loop or node.mappings for node in nodes)
        self.deadlines = {host: deadline_of(program.diagram, host) for host in program.diagram.boundary}
        self._start = _Place()
        self._places: dict[bytes, _Place] = {}
        self._ways = 0

    def begin(
        self, variables: Mapping[str, Any], *, now: datetime, start_node: Node
    ) -> tuple["Case | Course", Step]:
        """Start a case, see `Case.begin`."""

        def first() -> tuple[Case, Step]:
            return Case.begin(self.program, variables, now=now, calendar=self.calendar, start_node=start_node)

        if not self.is_shared:
            return first()
        case = Course(self, self._start, {}, {}, {}, CaseClock())
        step = case.go(("start", start_node.id), variables, first, now)
        assert step is not None  # noqa: S101 a case that is begun makes a step
        return case, step

    def take_up(
        self, state: bytes, variables: Mapping[str, Any], *, now: datetime
    ) -> tuple["Case | Course", Standing]:
        """Go on with a copy of a stored case, see `Case.take_up`."""
        if not self.is_shared:
            case = Case.take_up(self.program, state, variables, now=now, calendar=self.calendar)
            return case, case.standing()
        place, renamed, clocks = self.place_of(state)
        own = {there: here for here, there in renamed.items()}
        remembered = CaseClock.from_list(orjson.loads(state).get("c"))
        course = Course(self, place, dict(variables), clocks, own, remembered)
        return course, course.standing(now)

    def place_of(self, state: bytes) -> tuple[_Place, dict[str, str], dict[str, _Clock]]:
        """Where a case with this state stands, what its tasks and timers are called there, and its own times."""
        alike, ids, clocks = _parted(state)
        remembered = CaseClock.from_list(orjson.loads(state).get("c"))
        fired = case_clock.fired(remembered.openings)
        alike_in = orjson.dumps([alike, fired], option=orjson.OPT_SORT_KEYS)
        place = self._places.setdefault(alike_in, _Place(state, ids, fired))
        place.awaits_reporter = any(
            task_state == TaskState.WAITING and name in self._reporters
            for _parent, task_state, name, _kept in alike
        )
        pairs = zip(ids, place.ids, strict=True)
        return place, {one: there for one, there in pairs if one and there}, clocks

    def read_on(self, step: Step) -> tuple[str, ...]:
        """The variables that were read on the way of a step. With data that belong to places on the way it is hard to
        tell, and all may have been."""
        if self.keeps_data:
            return tuple(sorted(self._read))
        passed = (self._by_element[one] for one in step.visits if one in self._by_element)
        return tuple(sorted(frozenset[str]().union(*passed)))

    def has_room(self) -> bool:
        """Whether one more way may be remembered; it counts as one then."""
        self._ways += 1
        return self._ways <= MOST_WAYS


class Course:
    """A case that follows others as far as they stood alike, and goes ahead where none did.

    ``own``: ids of its place → its own ids, by which others know its tasks, timers and messages.
    """

    def __init__(
        self,
        courses: Courses,
        place: _Place,
        variables: dict[str, Any],
        clocks: dict[str, _Clock],
        own: dict[str, str],
        remembered: CaseClock,
    ) -> None:
        self._courses, self._place, self._variables = courses, place, variables
        self._clocks, self._own, self._remembered = clocks, own, remembered
        self._count = 0

    def standing(self, now: datetime) -> Standing:
        """What is open, and what it waits for."""
        if self._place.standing is None:
            self._place.standing = self._taken_up(now).standing()
        found, own = self._place.standing, self._own
        nodes = {own[timer.id]: timer.node for timer in found.timers}
        return Standing(
            [replace(task, id=own[task.id]) for task in found.tasks],
            [
                OpenTimer(one, nodes[one], clock.opened_at, clock.due)
                for one, clock in self._clocks.items()
                if clock.due is not None and one in nodes
            ],
            [replace(message, id=own[message.id]) for message in found.messages],
        )

    def complete(
        self,
        task_id: str,
        variables: Mapping[str, Any],
        *,
        answers: Mapping[str, str | list[str]],
        now: datetime,
    ) -> Step:
        """See `Case.complete`."""
        there = self._there(task_id)

        def first() -> tuple[Case, Step]:
            case = self._taken_up(now)
            return case, case.complete(there, variables, answers=answers, now=now)

        step = self.go(("complete", there, answers), variables, first, now)
        assert step is not None  # noqa: S101 what is completed makes a step
        return step

    def fire(self, timer_id: str, *, now: datetime) -> Step | None:
        """See `Case.fire`."""
        clock = self._clocks.get(timer_id)
        if clock is None or clock.due is None or clock.due.at > now:
            return None
        there = self._there(timer_id)

        def first() -> tuple[Case, Step | None]:
            case = self._taken_up(now)
            return case, case.fire(there, now=now)

        return self.go(("fire", there), {}, first, now, clock)

    def deliver(self, message_id: str, variables: Mapping[str, Any], *, now: datetime) -> Step | None:
        """See `Case.deliver`."""
        there = self._there(message_id)

        def first() -> tuple[Case, Step | None]:
            case = self._taken_up(now)
            return case, case.deliver(there, variables, now=now)

        return self.go(("deliver", there), variables, first, now)

    def go(
        self,
        command: tuple[Any, ...],
        variables: Mapping[str, Any],
        first: Callable[[], tuple[Case, Step | None]],
        now: datetime,
        fired: _Clock | None = None,
    ) -> Step | None:
        """Follow the way that a command leads, or find it.

        Raises:
            ExecutionFailed: it leads nowhere.
        """
        told, given = [*command], variables
        if self._courses.keeps_data:  # what is filled in may stay where it is, or go elsewhere
            told, given = [*command, variables], {}
        onward = self._place.onward.setdefault(orjson.dumps(told, default=str), {})
        held = {**self._variables, **given}
        for names, ways in onward.items():
            if (way := ways.get(_values(names, held))) is not None:
                return self._follow(way, given, now, fired)
        found = self._way_taken(*first(), held)
        if found is None:
            return None
        if self._courses.has_room():
            names = self._courses.read_on(found.step)
            onward.setdefault(names, {})[_values(names, held)] = found
        return self._follow(found, given, now, fired)

    def _there(self, own_id: str) -> str:
        """What is called so in this case, as it is called in its place."""
        return next((there for there, own in self._own.items() if own == own_id), "")

    def _way_taken(self, case: Case, step: Step | None, held: Mapping[str, Any]) -> _Way | None:
        if step is None:
            return None
        assigned = {
            name: value
            for name, value in step.variables.items()
            if name not in held or held[name] is not value
        }
        step = replace(step, variables={})
        if step.ended:
            return _Way(step, (), {}, _Place(), assigned)
        place, renamed, _clocks = self._courses.place_of(codec.dumps(case.workflow))
        began = tuple(
            (one.id.hex, node_of(one), _is_again(one))
            for one in waiting_events(case.workflow, TimerEvent)
            if one.id.hex not in self._own
        )
        # Relative ones count from the deadline, and come after it.
        began = tuple(sorted(began, key=lambda each: _is_relative(each[1])))
        return _Way(step, began, renamed, place, assigned)

    def _taken_up(self, now: datetime) -> Case:
        """The case by itself, where it stands, with its own due times."""
        courses, place = self._courses, self._place
        case = Case.take_up(courses.program, place.state, self._variables, now=now, calendar=courses.calendar)
        for timer in waiting_events(case.workflow, TimerEvent):
            clock = self._clocks[self._own[timer.id.hex]]
            due = clock.due.as_dict() if clock.due is not None else None
            timer.internal_data |= {"due": due, "opened": clock.opened_at.isoformat()}
        case.workflow.case_clock = CaseClock.from_list(deepcopy(self._remembered.as_list()))
        return case

    # -- the step as it is for this case -------------------------------------------------------------

    def _follow(self, way: _Way, variables: Mapping[str, Any], now: datetime, fired: _Clock | None) -> Step:
        step, before = way.step, self._own
        self._own = {there: before[id_] for id_, there in way.renamed.items() if id_ in before}
        fresh = {id_: self._named(id_, way) for id_ in way.renamed if id_ not in before}
        for timer_id, is_deadline in way.place.fired.items():
            case_clock.note_fired(self._remembered.openings, timer_id, is_deadline=is_deadline)
        began, deadlines = self._began(way, fresh, now, fired)
        left = set(self._own.values())
        stopped = sorted(
            one for one, clock in self._clocks.items() if clock.due is not None and one not in left
        )
        self._clocks = {one: clock for one, clock in self._clocks.items() if one in left} | began
        self._variables = {**self._variables, **variables, **way.assigned}
        self._place = way.place
        self._remembered.note(way.place.awaits_reporter, now, self._courses.calendar)
        return replace(
            step,
            variables=self._variables,
            opened=tuple(_as_own(task, fresh, deadlines) for task in step.opened),
            closed=tuple(before[one] for one in step.closed),
            completed=tuple(before.get(one, one) for one in step.completed),
            changed={before.get(one, one): values for one, values in step.changed.items()},
            overdue=tuple((before | fresh).get(one, one) for one in step.overdue),
            timers=tuple(
                OpenTimer(fresh[one], node, clock.opened_at, clock.due)
                for one, node, _again in way.timers
                if (clock := began[fresh[one]]).due is not None
            ),
            messages=tuple(_message_as_own(one, fresh) for one in step.messages),
            stopped_timers=tuple(stopped),
            stopped_messages=tuple(before[one] for one in step.stopped_messages),
        )

    def _named(self, id_: str, way: _Way) -> str:
        self._count += 1
        self._own[way.renamed[id_]] = own = f"{self._count}"
        return own

    def _began(
        self, way: _Way, fresh: Mapping[str, str], now: datetime, fired: _Clock | None
    ) -> tuple[dict[str, _Clock], dict[str, timers.Due]]:
        """When what began to wait is due, and the deadlines of the activities that opened, by their elements."""
        began, deadlines = dict[str, _Clock](), dict[str, timers.Due]()
        if not way.timers:
            return began, deadlines
        diagram, calendar = self._courses.program.diagram, self._courses.calendar
        run = Run(diagram, {}, {}, now, calendar)
        for one, node, again in way.timers:
            if again and fired is not None and fired.due is not None:
                due = timers.next_due(fired.due, now=now, calendar=calendar)
                began[fresh[one]] = _Clock(due, fired.opened_at)
                continue
            host = node.attached_to or ""
            counts, clock = node.counts_from_first, self._remembered
            first = clock.opening(clock.openings, node.id, now, now, calendar) if counts else None
            due = scheduling.due_from(run, node, now, deadlines.get(host), {}, first)
            if due is not None and node.id == self._courses.deadlines.get(host):
                deadlines[host] = due
            is_over = due is not None and due.at <= now and node.id in case_clock.fired(clock.openings)
            began[fresh[one]] = _Clock(None if is_over else due, now)
        return began, deadlines


def _values(names: Iterable[str], held: Mapping[str, Any]) -> bytes:
    return orjson.dumps([held.get(name) for name in names], default=str)


def _as_own(task: OpenTask, fresh: Mapping[str, str], deadlines: Mapping[str, timers.Due]) -> OpenTask:
    due = deadlines.get(task.node.id) if task.due is not None else None
    return replace(task, id=fresh[task.id], due=due)


def _message_as_own(message: OpenMessage, fresh: Mapping[str, str]) -> OpenMessage:
    return replace(message, id=fresh[message.id])


def _read_by(program: Program) -> dict[str, frozenset[str]]:
    """The variables that elements read as a token passes them: gateways by their conditions, steps by their table."""
    found = dict[str, frozenset[str]]()
    for flow in program.diagram.flows:
        if flow.condition:
            found[flow.source] = found.get(flow.source, frozenset()) | feel.mentions(flow.condition)
    for node in program.diagram.nodes.values():
        if (table := program.tables.get(node.decision or "")) is not None:
            found[node.id] = decisions.mentions(table)
    return found


def is_timeless(program: Program) -> bool:
    """Whether the way of a case depends on nothing but what people do: no expression reads the clock, the deadline of
    each activity is the same timer always, and timers repeat for ever or not at all."""
    diagram = program.diagram
    read = (
        diagram.flows,
        [(n.loop, n.mappings, n.properties) for n in diagram.nodes.values()],
        program.tables,
    )
    if _CLOCK.search(repr(read)) or any(node.calls or node.asks for node in diagram.nodes.values()):
        return False
    timed = [node for node in diagram.nodes.values() if node.timer is not None]
    if _reach_inside(diagram, timed) or (diagram.counts_from_first and _may_stop_counting(diagram)):
        return False
    return all(map(_is_plain, timed)) and all(
        deadline_of(diagram, host) is not None for host in {node.attached_to for node in timed} - {None}
    )


def _awaits_reporter(diagram: Diagram) -> frozenset[str]:
    """Names of what in a state waits for the reporter, where time that he takes matters."""
    found = (node.id for node in diagram.nodes.values() if node.awaits_reporter)
    return frozenset(map(spec_name, found)) if diagram.counts_from_first else frozenset()


def _reach_inside(diagram: Diagram, timed: Iterable[Node]) -> bool:
    """Whether a timer sits on a sub-process, or an activity with rounds: it runs already when a task opens inside."""
    hosts = [diagram.nodes[host] for node in timed if (host := node.attached_to) in diagram.nodes and host]
    return any(host.kind == "subProcess" or host.loop is not None for host in hosts)


def _may_stop_counting(diagram: Diagram) -> bool:
    """Whether a timer that counts from the first opening may run while the reporter is waited for, or may be one of
    several in rounds."""
    nodes, counting = diagram.nodes, {n.attached_to for n in diagram.nodes.values() if n.counts_from_first}
    if any(one.loop for host in counting if host in nodes and host for one in diagram.around(nodes[host])):
        return True
    waits = {node.id for node in nodes.values() if node.awaits_reporter}
    if any(_forks(node, diagram) for node in nodes.values()):
        return bool(waits)
    beside = [node for node in nodes.values() if node.attached_to and not node.interrupting]
    return bool(waits) and any(_behind(node, diagram) & (waits | counting) for node in beside)


def _forks(node: Node, diagram: Diagram) -> bool:
    """Whether several tokens may leave an element."""
    one_of_several = {"exclusiveGateway", "eventBasedGateway"}
    return node.kind not in one_of_several and len(diagram.outgoing.get(node.id, ())) > 1


def _behind(node: Node, diagram: Diagram) -> set[str]:
    """The elements that a token from ``node`` may come to, without leaving its sub-process."""
    found, left = {node.id}, [node.id]
    while left:
        here = left.pop()
        beside = (event.id for event in diagram.boundary.get(here, ()))
        for target in (*(flow.target for flow in diagram.outgoing.get(here, ())), *beside):
            if target not in found:
                found.add(target)
                left.append(target)
    return found


def deadline_of(diagram: Diagram, host: str | None) -> str | None:
    """The id of the timer that is an activity's deadline whenever it opens, "" where it has none; None where that
    depends on the time. See `scheduling.deadline_timer`."""
    beside = [event for event in diagram.boundary.get(host or "", ()) if diagram.may_be_deadline(event)]
    counted = [node for node in beside if node.timer is not None and not timers.is_relative(node.timer)]
    marked = [node for node in counted if node.is_deadline]
    interrupting = [node for node in counted if node.interrupting]
    single = [node for node in counted if node.timer is not None and timers.cycle(node.timer) is None]
    for found in (marked, interrupting, single):
        if found:
            return found[0].id if len(found) == 1 else None
    return ""


def _is_plain(node: Node) -> bool:
    assert node.timer is not None  # noqa: S101 asked for timers alone
    repeats = timers.cycle(node.timer)
    return not node.timer.text.lstrip().startswith("=") and (repeats is None or repeats.repetitions is None)


def _is_relative(node: Node) -> bool:
    return node.timer is not None and timers.is_relative(node.timer)


def _is_again(timer: Task) -> bool:
    """Whether it waits for its next time, as it has fired before."""
    due = timer.internal_data.get("due")
    return bool(due) and due["number"] > 1


def _parted(state: bytes) -> tuple[list[Any], tuple[str, ...], dict[str, _Clock]]:
    """What a state says but for ids and times, the ids of what is not over in their order, "" for what is, and the
    times of its timers by id."""
    rows: Iterable[list[Any]] = orjson.loads(state)["t"]
    alike, ids, clocks = list[Any](), list[str](), dict[str, _Clock]()
    for hex_id, parent, task_state, name, internal in rows:
        ids.append("" if task_state & TaskState.FINISHED_MASK else hex_id)
        kept = dict(internal or {})
        if "due" in kept and task_state != TaskState.WAITING:
            kept = {key: value for key, value in kept.items() if key not in ("due", "opened")}
        if task_state == TaskState.WAITING and "opened" in kept:
            due, opened = kept.pop("due", None), datetime.fromisoformat(kept.pop("opened"))
            clocks[hex_id] = _Clock(timers.Due.from_dict(due) if due else None, opened)
        alike.append([parent, task_state, name, kept])
    return alike, tuple(ids), clocks
