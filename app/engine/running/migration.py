"""A case on its way moves to another version: its tokens stand on, or it says why they cannot. Pure.

The marking of the case is put into the words of the other version, laid into its spec, and moved on where something
can go on at once. Deadlines that run are kept unless `Plan.timers` says otherwise; a timer that fired never fires
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.calendar import Calendar
from app.base.errors import ExecutionFailed
from app.base.i18n import N_, _
from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.running import (
    blocked_joins,
    case_clock,
    compensation,
    marking,
    reminders,
    scheduling,
    step,
    transitions,
)
from app.engine.running import state as codec
from app.engine.running.correspondence import Correspondence, alike, trigger
from app.engine.running.elements import (
    QUESTION,
    ROUND,
    ROUNDS,
    SPLIT,
    MessageEvent,
    SignalEvent,
    TimerEvent,
)
from app.engine.running.execution import Case, Program
from app.engine.running.marking import Slot
from app.engine.running.run import Run
from app.engine.running.step import Before, Kept, Step, node_of, open_tasks, waiting_events
from app.engine.unanswered import is_empty

#: What becomes of a timer. ``keep``: due when it was. ``shift``: later or earlier by as much as its text says more or
#: less than before. ``recompute``: by its text, counted from when it opened. ``restart``: by its text, from now on.
#: ``recount``: what it was counted as, by the calendar of now; see `timers.recounted`.
Way = Literal["keep", "shift", "recompute", "restart", "recount"]


@dataclass(frozen=True)
class Plan:
    """What was decided about a move. ``elements``: old id → new id; a token whose element is not in it, or is of
    another kind there, enters the new one afresh. ``timers``: new id → what becomes of that timer; of one that is new
    ``recompute`` counts from when its activity opened, all else from now.

    ``entered``: ids of tokens → the id of an element that they enter instead of standing on. ``variables``: old name
    → new name of those that are called otherwise. ``given``: name → value of those that a case gets which holds
    nothing there.
    """

    elements: Correspondence
    timers: Mapping[str, Way] = field(default_factory=dict)
    entered: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Obstacle:
    """Why a case cannot move: a code for programs, the element of the old version, and words for people."""

    code: str
    activity_id: str | None
    text: str


class Blocked(Exception):
    """The case cannot move."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__([obstacle.code for obstacle in obstacles])
        self.obstacles = tuple(obstacles)


@dataclass(frozen=True)
class Standing:
    """Where a case is: its state and variables, and when its user tasks opened, by id."""

    state: bytes
    variables: Mapping[str, Any]
    opened: Mapping[str, datetime] = field(default_factory=dict)


def migrate(
    old: Program, new: Program, standing: Standing, plan: Plan, *, now: datetime, calendar: Calendar
) -> Step:
    """Move a case from ``old`` to ``new``; the step has `Step.kept`.

    Raises:
        Blocked: it cannot, and why.
    """
    try:
        stood = _read(old, standing, now, calendar)
    except ExecutionFailed as error:
        raise Blocked([_failed(error)]) from error
    before_it, moved = Before.of(stood), _Move(old, new, plan)
    slots = moved.put(marking.take(stood), "")
    if moved.obstacles:
        raise Blocked(moved.obstacles)
    variables = {plan.variables.get(name, name): value for name, value in standing.variables.items()}
    variables |= {name: value for name, value in plan.given.items() if is_empty(variables.get(name))}
    run = Run(new.diagram, new.tables, variables, now, calendar)
    run.was_open = before_it.tasks
    workflow = marking.lay(slots, new.spec, run)
    workflow.case_clock = stood.case_clock.renamed(plan.elements)
    if done := stood.task_tree.internal_data.get(compensation.DONE):
        workflow.task_tree.internal_data[compensation.DONE] = compensation.renamed(done, plan.elements)
    if found := [Obstacle(*each) for each in blocked_joins.new_trouble(stood, workflow, moved.names)]:
        raise Blocked(found)
    try:
        with transitions.failing():
            _refresh(workflow, moved, standing)
            _enter(workflow, moved)
            transitions.advance(workflow)
        kept = _kept(workflow, before_it, moved)  # it notes deadlines in the state
        made = step.between(workflow, before_it)
    except ExecutionFailed as error:
        raise Blocked([_failed(error)]) from error
    return replace(made, kept=kept)


def tokens(program: Program, standing: Standing, *, now: datetime, calendar: Calendar) -> list[Slot]:
    """What of a case can be moved to another element: an activity, a question, an event or branch that waits.

    Raises:
        ExecutionFailed: the state cannot be read.
    """
    slots = (s for top in marking.take(_read(program, standing, now, calendar)) for s in top.walk())
    bodies = {node.id for node in program.diagram.nodes.values() if node.is_body}
    return [slot for slot in slots if slot.prefix not in (SPLIT, ROUND) and slot.node_id not in bodies]


def _read(program: Program, standing: Standing, now: datetime, calendar: Calendar) -> codec.Workflow:
    return Case.take_up(program, standing.state, standing.variables, now=now, calendar=calendar).workflow


def _failed(error: ExecutionFailed) -> Obstacle:
    return Obstacle("cannot_go_on", error.activity_id, error.said)


# -- putting a marking into the words of the other version -----------------------------------------


@dataclass
class _Move:
    """A move under way: what was found in the way, what enters its element afresh, and what was taken away."""

    old: Program
    new: Program
    plan: Plan
    obstacles: list[Obstacle] = field(default_factory=list)
    entering: dict[str, str] = field(default_factory=dict)  # id of the slot that enters → its new element
    gone: list[tuple[str, str, str]] = field(default_factory=list)  # task, its old element, the new one
    mapped_anew: set[str] = field(default_factory=set)  # tasks whose data is carried in again

    @property
    def names(self) -> Correspondence:
        """Old id → new id, of elements that are in both."""
        return self.plan.elements

    def put(self, slots: Sequence[Slot], scope: str, rounds_of: str = "") -> tuple[Slot, ...]:
        """The slots in the other version, inside of its sub-process ``scope`` ("": the process), in a round of
        ``rounds_of``."""
        events = dict[str, Slot]()
        if rehoused := not rounds_of and self._lies_otherwise(slots, scope):
            slots = self._taken_out(slots, events)
        bodies = {body.id for body in self.new.diagram.bodies_in(scope)} if rehoused else set()
        found = []
        for slot in slots:
            target = self.new.diagram.nodes.get(self._target_of(slot))
            inside = target.scope if target is not None and target.scope in bodies else scope
            found.append(self._moved_slot(slot, inside, rounds_of))
        moved = tuple(slot for slot in found if slot is not None)
        return marking.in_bodies(moved, self.new.diagram, scope, events) if rehoused else moved

    def _lies_otherwise(self, slots: Sequence[Slot], scope: str) -> bool:
        """Whether tokens stand in bodies that the other version does not have, or come to stand in some that this one
        does not have."""
        old, new = self.old.diagram, self.new.diagram
        if not slots or (scope and new.nodes[scope].is_body):
            return False
        lying = old.drawn_in(old.nodes[slots[0].node_id])
        return {self.names.get(body.id) for body in old.bodies_in(lying)} != {
            b.id for b in new.bodies_in(scope)
        }

    def _taken_out(self, slots: Sequence[Slot], events: dict[str, Slot]) -> list[Slot]:
        """The tokens without the bodies that they stand in; what waits on the edge of these is put into ``events`` by
        its name in the other version."""
        found = list[Slot]()
        for slot in slots:
            if not self.old.diagram.nodes[slot.node_id].is_body:
                found.append(slot)
                continue
            held, *beside = slot.within if slot.prefix == SPLIT else (slot,)
            found += self._taken_out(held.within, events)
            new = self.new.diagram
            named = [
                new.nodes[self._target_of(event)] for event in beside if self._target_of(event) in new.nodes
            ]
            moved = [self._event(event, named) for event in beside]
            events |= {event.node_id: event for event in moved if event is not None}
        return found

    def _target_of(self, slot: Slot) -> str:
        return self.plan.entered.get(slot.id) or self.names.get(slot.node_id, "")

    def _moved_slot(self, slot: Slot, scope: str, rounds_of: str) -> Slot | None:
        events: tuple[Slot, ...] = ()
        split_id = ""
        if slot.prefix == SPLIT:
            split_id, (slot, *rest) = slot.id, slot.within
            events = tuple(rest)
        was = self.old.diagram.nodes[slot.node_id]
        target = self.new.diagram.nodes.get(self._target_of(slot))
        if target is None:
            return self._stopped("kind_changed" if was.id in self.new.diagram.nodes else "removed", was)
        if slot.id in self.plan.entered or not self._fits(slot, was, target, rounds_of):
            return self._entered(slot, was, target, scope, rounds_of)
        if not rounds_of and target.scope != scope:
            return self._stopped("scope_changed", was)
        return self._beside(self._here(self._noted(slot), was, target), split_id, events, was, target)

    def _noted(self, slot: Slot) -> Slot:
        """The slot, with the deadline that it noted, and what was done in it, under the names that these have now."""
        left, noted = dict(slot.internal), dict[str, Any]()
        if timer_id := self.names.get(left.pop("deadline", "")):
            noted["deadline"] = timer_id
        left = compensation.renamed_within(left, self.names)
        return replace(slot, internal=left | noted)

    def _fits(self, slot: Slot, was: Node, target: Node, rounds_of: str) -> bool:
        """Whether a token that stands in ``was`` can stand in ``target``."""
        diagram = self.new.diagram
        if not alike(was, target) or diagram.is_stand_in(target.id):
            return False
        if slot.prefix == QUESTION:
            return target.id in diagram.questions
        if slot.origin:
            return is_join(self.new, target)
        if target.kind == "intermediateCatchEvent" and diagram.raced_along(target.id):
            return False
        return (was.loop is None) == (target.loop is None) or bool(rounds_of)

    def _here(self, slot: Slot, was: Node, target: Node) -> Slot:
        """The slot itself, standing in ``target``, and what it holds."""
        if slot.origin:
            return self._branch(slot, was, target)
        if slot.prefix == ROUNDS:
            self._compare_rounds(was, target)
            within = tuple(self._round(each, target) for each in slot.within)
            internal = slot.internal
            if was.compensates is not None and "left" in internal:
                internal = internal | {"left": compensation.renamed(internal["left"], self.names)}
            return replace(slot, node_id=target.id, internal=internal, within=within)
        if was.kind == "subProcess":
            if was.mappings != target.mappings:
                self._stopped("data_changed", was)
            return replace(slot, node_id=target.id, within=self.put(slot.within, target.id))
        carries = was.kind == "userTask" or was.job is not None
        if was.mappings != target.mappings and carries and was.loop is None:
            self.mapped_anew.add(slot.id)
        return replace(slot, node_id=target.id)

    def _round(self, slot: Slot, target: Node) -> Slot:
        openings = case_clock.renamed(slot.internal.get("openings", {}), self.names)
        internal = compensation.renamed_within(slot.internal, self.names)
        internal |= {"openings": openings} if openings else {}
        return replace(
            slot, node_id=target.id, internal=internal, within=self.put(slot.within, "", target.id)
        )

    def _compare_rounds(self, was: Node, target: Node) -> None:
        parts = ("kind", "element", "collect", "into")
        if any(getattr(was.loop, part) != getattr(target.loop, part) for part in parts):
            self._stopped("rounds_changed", was)
        elif was.mappings != target.mappings:
            self._stopped("data_changed", was)

    def _branch(self, slot: Slot, was: Node, target: Node) -> Slot:
        """A branch that waits at a join: it counts for the flow along which it came, or the one that leads on now
        from where it came from."""
        spec = self.new.spec
        join, source = spec.entry(target.id), self.names.get(slot.origin, "")
        came: list[str] = []
        if source in self.new.diagram.nodes and self.new.diagram.nodes[source].kind != "eventBasedGateway":
            from_here = spec.exit(source).name
            direct = from_here in join._inputs
            came = [from_here] if direct else [n for n in set(join._inputs) if from_here in join._before[n]]
        if len(came) != 1:
            self._stopped("branch_lost", was, origin=self._called(slot.origin))
            return slot
        prefix = join.name.partition(".")[0]
        return replace(slot, prefix=prefix, node_id=target.id, origin=came[0].partition(".")[2])

    def _beside(self, host: Slot, split_id: str, events: Sequence[Slot], was: Node, target: Node) -> Slot:
        """The activity with the events that wait beside it now: those of before, without those that are no more, and
        the new ones. One that fired is not among them again."""
        if host.origin or host.prefix in (QUESTION, ROUND):
            return host
        is_round = host.prefix == "" and target.loop is not None
        beside, before = (
            ((), ())
            if is_round
            else (
                marking.events_beside(self.new.diagram, target),
                marking.events_beside(self.old.diagram, was),
            )
        )
        passed = {*host.internal.get("passed", ()), *self._fired(before, events)}
        kept = {e.node_id: e for e in (self._event(each, beside) for each in events) if e is not None}
        wanted = [node for node in beside if node.id in kept or node.id not in passed]
        found = [kept.get(node.id) or marking.waiting("", node.id) for node in wanted]
        gone = sorted(passed - {node.id for node in beside}) if passed else []
        # Which of them fired follows from the version, but for those that this one does not have.
        internal = {k: v for k, v in host.internal.items() if k != "passed"} | (
            {"passed": gone} if gone else {}
        )
        host = replace(host, internal=self._with_passed_deadline(internal, beside))
        if not beside:
            return host
        return Slot(split_id or uuid4().hex, SPLIT, target.id, TaskState.COMPLETED, {}, within=(host, *found))

    def _with_passed_deadline(self, internal: dict[str, Any], beside: Sequence[Node]) -> dict[str, Any]:
        """What an activity knows, with its deadline that has passed as far as that is one of its own still, and no
        other timer is marked as its deadline."""
        if "passed_deadline" not in internal:
            return internal
        (noted, due), left = internal["passed_deadline"], dict(internal)
        del left["passed_deadline"]
        held = next((node for node in beside if node.id == self.names.get(noted)), None)
        if held is None or (any(node.is_deadline for node in beside) and not held.is_deadline):
            return left
        return left | {"passed_deadline": [held.id, due]}

    def _event(self, event: Slot, beside: Sequence[Node]) -> Slot | None:
        target = next((node for node in beside if node.id == self.names.get(event.node_id)), None)
        if target is None or trigger(target) != trigger(self.old.diagram.nodes[event.node_id]):
            return None
        return replace(event, node_id=target.id)

    def _fired(self, before: Sequence[Node], events: Sequence[Slot]) -> set[str]:
        """Ids, in the new version or the old one, of the events beside an activity that wait no more."""
        here = {event.node_id for event in events}
        return {self.names.get(node.id, node.id) for node in before if node.id not in here}

    def _entered(self, slot: Slot, was: Node, target: Node, scope: str, rounds_of: str) -> Slot | None:
        """What takes the place of a token that cannot stand on, or shall not: it enters ``target`` afresh."""
        inside = target.scope == scope and not rounds_of
        by_hand = slot.id in self.plan.entered or not alike(was, target) or was.id != target.id
        if not by_hand:
            return self._stopped("rounds_changed" if was.loop != target.loop else "kind_changed", was)
        if not inside or not can_enter(self.new, target):
            return self._stopped("cannot_enter", was, target=target.name or target.id)
        entry = self.new.spec.entry(target.id)
        prefix = entry.name.partition(".")[0]
        fresh = Slot(uuid4().hex, prefix, target.id, TaskState.FUTURE, {})
        self.entering[fresh.id] = target.id
        self.gone += [(each.id, each.node_id, target.id) for each in slot.walk()]
        return fresh

    def _stopped(self, code: str, was: Node, **params: str) -> Slot | None:
        text = _(OBSTACLES[code], name=self._called(was.id), **params)
        self.obstacles.append(Obstacle(code, was.id, text))
        return None

    def _called(self, node_id: str) -> str:
        node = self.old.diagram.nodes.get(node_id)
        return (node.name if node else "") or node_id


#: Why a token cannot move, by code; `blocked_joins` has more of them.
OBSTACLES = {
    "removed": N_("“{name}” tidak ada lagi dalam versi tujuan. Pilih langkah penggantinya."),
    "kind_changed": N_("“{name}” menjadi unsur jenis lain dalam versi tujuan. Pilih langkah penggantinya."),
    "scope_changed": N_("“{name}” terletak di dalam subproses lain dalam versi tujuan."),
    "rounds_changed": N_(
        "“{name}” diulang dengan cara lain dalam versi tujuan, dan pengulangannya sedang berjalan."
    ),
    "data_changed": N_("Pemetaan data “{name}” berubah, dan langkah itu sedang berjalan."),
    "branch_lost": N_(
        "Cabang yang menunggu di “{name}” datang dari “{origin}”, yang tidak lagi menuju ke sana."
    ),
    "cannot_enter": N_("Perkara tidak dapat dipindahkan dari “{name}” ke “{target}”."),
}


def is_join(program: Program, node: Node) -> bool:
    """Whether branches wait for each other before ``node``."""
    return hasattr(program.spec.entry(node.id), "_must_wait")


def can_enter(program: Program, node: Node) -> bool:
    """Whether a token can be put before ``node``: nothing that only begins, sits on a boundary, races or joins."""
    if node.kind in {"startEvent", "boundaryEvent"} or program.diagram.is_stand_in(node.id):
        return False
    if node.kind == "intermediateCatchEvent" and program.diagram.raced_along(node.id):
        return False
    incoming = sum(flow.target == node.id for flow in program.diagram.flows)
    return not (node.kind in {"parallelGateway", "inclusiveGateway"} and incoming > 1)


# -- what was laid ---------------------------------------------------------------------------------


def _refresh(workflow: codec.Workflow, moved: _Move, standing: Standing) -> None:
    """Carry data in anew where it is mapped otherwise; decide when timers are due, deadlines first."""
    run: Run = workflow.run
    for task in [*open_tasks(workflow), *waiting_events(workflow, MessageEvent)]:
        if task.id.hex in moved.mapped_anew:
            task.internal_data.pop("locals", None)
            if getattr(task.task_spec, "mappings", None) is not None:
                run.enter(task, task.task_spec.bpmn_id)
            run.changed_locals = True
    waits = [timer for timer in waiting_events(workflow, TimerEvent) if node_of(timer).timer is not None]
    for timer in sorted(waits, key=lambda timer: reminders.is_reminder(node_of(timer))):
        way, is_new = moved.plan.timers.get(timer.task_spec.bpmn_id, "keep"), "due" not in timer.internal_data
        opened = _opened(timer, standing) if is_new and way == "recompute" else None
        _note_opening(run, timer, way)
        if not is_new and (way == "recount" or (way != "keep" and not reminders.is_reminder(node_of(timer)))):
            timer.internal_data = _scheduled(run, timer, way, moved)
        if reminders.is_reminder(node_of(timer)):
            opened = run.now if way == "restart" else opened
            reminders.follow(timer, opened, anew=way not in ("keep", "recount"))
        elif is_new:
            timer.internal_data = scheduling.schedule(run, timer, opened)
    for host in reminders.activities(workflow):
        reminders.come_again(host)


def _note_opening(run: Run, timer: Task, way: Way) -> None:
    """Let a timer that runs and counts from the first opening have begun with this one at the latest; one that shall
    begin again begins with no time passed."""
    node = run.diagram.nodes[timer.task_spec.bpmn_id]
    if not node.counts_from_first or "opened" not in timer.internal_data:
        return
    if way == "restart":
        scheduling.openings_of(timer).pop(node.id, None)
    else:
        opened = datetime.fromisoformat(timer.internal_data["opened"])
        scheduling.first_opening(run, timer, node, opened)


def _opened(timer: Task, standing: Standing) -> datetime | None:
    """When the activity opened beside which a timer waits, as far as that is known."""
    beside = timer.parent.children if isinstance(timer.parent.task_spec, BoundaryEventSplit) else []
    known = [standing.opened[task.id.hex] for task in beside if task.id.hex in standing.opened]
    noted = [task.internal_data["opened"] for task in beside if "opened" in task.internal_data]
    return min([*known, *map(datetime.fromisoformat, noted)], default=None)


def _scheduled(run: Run, timer: Task, way: Way, moved: _Move) -> dict[str, Any]:
    opened = run.now if way == "restart" else datetime.fromisoformat(timer.internal_data["opened"])
    noted: dict[str, Any] = timer.internal_data
    held = noted["due"]
    if way == "recount":
        due = timers.recounted(timers.Due.from_dict(held), run.calendar) if held else None
        return noted | {"due": due.as_dict() if due else None}
    timer.internal_data = {}
    fresh = scheduling.schedule(run, timer, opened)
    due = timers.Due.from_dict(fresh["due"]) if fresh["due"] else None
    if way == "shift" and held and due is not None:
        return noted | {"due": _shifted(run, timers.Due.from_dict(held), due, timer, moved, opened).as_dict()}
    if due is not None and due.every and due.at <= run.now:
        due = timers.next_due(
            due, now=run.now, calendar=run.calendar
        )  # times that have passed are not made good
    return fresh | {"due": due.as_dict() if due is not None else None}


def _shifted(
    run: Run, held: timers.Due, fresh: timers.Due, timer: Task, moved: _Move, opened: datetime
) -> timers.Due:
    """What ``held`` becomes when its text says what ``fresh`` follows from, and not what it said."""
    of_old = {moved.names.get(id_): node for id_, node in moved.old.diagram.nodes.items()}
    was = of_old[timer.task_spec.bpmn_id]
    run_before = Run(moved.old.diagram, {}, run.variables, run.now, run.calendar)
    first = scheduling.first_opening(run, timer, was, opened) if was.counts_from_first else None
    before = scheduling.due_from(run_before, was, opened, None, run.seen_by(timer), first)
    if before is not None and before.at == fresh.at:
        return replace(held, text=fresh.text)
    at = held.at + (fresh.at - before.at) if before is not None else fresh.at
    # No count gives this moment; its days are still those in which reminders count back from it.
    return replace(
        held, at=at, text=fresh.text, unit=fresh.unit, amount=None, calendar="", skipped={}, every=fresh.every
    )


def _enter(workflow: codec.Workflow, moved: _Move) -> None:
    """Tell of the tasks that are taken away, and let what enters an element begin."""
    run: Run = workflow.run
    for task_id, was, target in moved.gone:
        if task_id in run.was_open:
            run.record("task_cancelled", was, task=task_id, cause=target)
    for task in [t for t in workflow.tasks.values() if t.id.hex in moved.entering]:
        task.task_spec._update(task)


def _kept(workflow: codec.Workflow, before: Before, moved: _Move) -> Kept:
    renamed = {old: new for old, new in moved.names.items() if old != new}
    if workflow.completed:
        return Kept((), (), (), renamed=renamed)
    tasks, passed = [], set[str]()
    for task in open_tasks(workflow):
        if task.id.hex in before.tasks:
            due, has_passed = _deadline(task, workflow.spec.diagram)
            tasks.append(step.as_open(task, due))
            passed |= {task.id.hex} if has_passed else set()
    events = waiting_events(workflow, TimerEvent)
    messages = waiting_events(workflow, MessageEvent | SignalEvent)
    return Kept(
        tuple(tasks),
        tuple(step.as_timer(t) for t in events if t.id.hex in before.timers and t.internal_data.get("due")),
        tuple(step.as_message(t) for t in messages if t.id.hex in before.messages),
        frozenset(passed),
        renamed,
    )


def _deadline(task: Task, diagram: Diagram) -> tuple[timers.Due | None, bool]:
    """The deadline of a task that stays open, and whether it has passed: then it stays what it was."""
    if scheduling.fired_deadline(task, diagram):
        return None, True
    return scheduling.note_governing(task, diagram), False
