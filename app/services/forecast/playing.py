"""One case is played on one side: what happens to it, by the engine, at the times that people and timers take."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.base.errors import AppError, ExecutionFailed
from app.base.i18n import _
from app.engine.diagram import Node
from app.engine.running.courses import Course, Courses
from app.engine.running.execution import Case
from app.engine.running.step import OpenMessage, OpenTask, OpenTimer, Step
from app.services.forecast.habits import Draw, Habits
from app.services.forecast.sides import Side
from app.services.forecast.tallies import Tally

#: So much may happen in one case: a timer of each hour for a working year.
MOST_COMMANDS = 2_000


@dataclass(frozen=True)
class Begun:
    """A case that begins at ``at`` in the forecast. ``key`` tells its random numbers."""

    key: str
    at: datetime


@dataclass(frozen=True)
class Copied:
    """A copy of an open case where it stands. ``opened``: since when its tasks are open, ``late``: those of them
    whose deadline has passed."""

    key: str
    at: datetime
    state: bytes
    variables: Mapping[str, object]
    opened: Mapping[str, datetime] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


@dataclass
class _Open:
    """A task that is open: known as, its lane, since when, and until when people need."""

    task: OpenTask
    name: str
    lane: str
    since: datetime
    draw: Draw
    done_at: datetime


class Player:
    """Plays cases on a side until a moment, and counts."""

    def __init__(self, side: Side, habits: Habits, seed: str, until: datetime, tally: Tally) -> None:
        self.side, self.habits, self.seed, self.until, self.tally = side, habits, seed, until, tally
        self.courses = Courses(side.version.program, habits.office.calendar, side.read)

    def play(self, case: Begun | Copied) -> None:
        """Play a case to its end, or to the end of the time; what fails in it is counted."""
        self.tally.cases += 1
        _Course(self, case.key).run(case)


class _Course:
    """The course of one case: what is open in it, and what happens next."""

    def __init__(self, player: Player, key: str) -> None:
        self._courses = player.courses
        self._side, self._habits, self._tally = player.side, player.habits, player.tally
        self._office, self._until = player.habits.office, player.until
        self._seed, self._key = player.seed, key
        self._case: Case | Course
        self._tasks = dict[str, _Open]()
        self._timers = dict[str, OpenTimer]()
        self._messages = dict[str, tuple[OpenMessage, Draw]]()
        self._queue = list[tuple[datetime, bool, int, str, str]]()
        self._occurrences = Counter[str]()
        self._pushed = 0

    def run(self, case: Begun | Copied) -> None:
        """Play it; see `Player.play`."""
        try:
            step = self._begin(case)
            if step is None or not step.ended:
                step = self._go_on()
        except AppError as error:
            self._tally.failed[self._failure(error)] += 1
            self._finish()
            return
        if step is not None and step.ended:
            end = step.end.id if step.end is not None else ""
            self._tally.ended[self._side.known_as(end)] += 1
        elif not any(self._lives(kind, one_id) for _at, _order, _number, kind, one_id in self._queue):
            for message, _draw in list(self._messages.values())[:1]:
                self._tally.stuck[self._side.known_as(message.node.id)] += 1
        self._finish()

    def _failure(self, error: AppError) -> tuple[str, str]:
        where = error.activity_id if isinstance(error, ExecutionFailed) else None
        return self._side.known_as(where or ""), error.said

    def _begin(self, case: Begun | Copied) -> Step | None:
        if isinstance(case, Begun):
            node = start_of(self._side)
            values = self._habits.values(self._side, node, self._drawn(node), case.at)
            self._case, step = self._courses.begin(values, now=case.at, start_node=node)
            self._note(step, case.at)
            return step
        self._case, standing = self._courses.take_up(case.state, case.variables, now=case.at)
        for task in standing.tasks:
            opened = self._open(task, case.opened.get(task.id, case.at), case.at)
            self._tally.of(opened.name, opened.lane).late += task.id in case.late
        self._wait(standing.timers, standing.messages, case.at)
        return None

    def _go_on(self) -> Step | None:
        """Let happen what is next, until it is over, the time is, or nothing more comes; return the last step."""
        step: Step | None = None
        for _count in range(MOST_COMMANDS):
            if not self._queue or self._queue[0][0] > self._until:
                return step
            at, _order, _number, kind, one_id = heapq.heappop(self._queue)
            done = self._do(kind, one_id, at)
            if done is not None:
                step = done
                self._tally.commands += 1
                self._note(done, at)
                if done.ended:
                    return done
        raise ExecutionFailed(
            _("Terlalu banyak yang terjadi dalam satu perkara: lebih dari {n} langkah.", n=MOST_COMMANDS)
        )

    def _lives(self, kind: str, one_id: str) -> bool:
        held: Mapping[str, Mapping[str, object]] = {
            "timer": self._timers,
            "message": self._messages,
            "task": self._tasks,
        }
        return one_id in held[kind]

    def _do(self, kind: str, one_id: str, at: datetime) -> Step | None:
        if not self._lives(kind, one_id):
            return None
        if kind == "timer":
            return self._case.fire(one_id, now=at)
        if kind == "message":
            message, draw = self._messages[one_id]
            values = self._habits.values(self._side, message.node, draw, at)
            return self._case.deliver(one_id, values, now=at)
        opened = self._tasks[one_id]
        node, diagram = opened.task.node, self._side.version.diagram
        asked = diagram.question_with(node.id, is_question=opened.task.is_question)
        values = {} if opened.task.is_question else self._habits.values(self._side, node, opened.draw, at)
        answers = {asked.gateway_id: self._habits.answer(self._side, asked, opened.draw)} if asked else {}
        return self._case.complete(one_id, values, answers=answers, now=at)

    # -- what a step changed -------------------------------------------------------------------------

    def _note(self, step: Step, at: datetime) -> None:
        for task_id in step.overdue:
            if (late := self._tasks.get(task_id)) is not None:
                self._tally.of(late.name, late.lane).breaches += 1
        for event in step.events:
            if event.type == "timer_fired":
                self._tally.fired[self._side.known_as(event.activity_id or "")] += 1
        self._tally.notices += len(step.effects)
        for task_id in step.closed:
            self._close(self._tasks.pop(task_id), at)
        for timer_id in step.stopped_timers:
            self._timers.pop(timer_id, None)
        for message_id in step.stopped_messages:
            self._messages.pop(message_id, None)
        for task in step.opened:
            self._open(task, at, at)
            self._tally.days[self._office.calendar.local_date(at).isoformat()] += 1
        self._wait(step.timers, step.messages, at)

    def _open(self, task: OpenTask, since: datetime, at: datetime) -> _Open:
        node, hours = task.node, self._office.hours
        name, draw = self._side.known_as(node.id), self._drawn(node)
        minutes = self._habits.minutes(name, draw, hours.between(since, at))
        opened = _Open(task, name, self._side.lane(node), since, draw, hours.after(at, minutes))
        self._tasks[task.id] = opened
        self._tally.of(name, opened.lane).opened += 1
        self._push(opened.done_at, "task", task.id)
        return opened

    def _close(self, closed: _Open, at: datetime) -> None:
        minutes = self._office.hours.between(closed.since, at)
        self._tally.of(closed.name, closed.lane).minutes.append(minutes)

    def _wait(self, timers: Iterable[OpenTimer], messages: Iterable[OpenMessage], at: datetime) -> None:
        for timer in timers:
            self._timers[timer.id] = timer
            self._push(max(timer.due.at, at), "timer", timer.id)
        for message in messages:
            self._await(message, at)

    def _await(self, message: OpenMessage, at: datetime) -> None:
        node = message.node
        draw = self._drawn(node)
        self._messages[message.id] = (message, draw)
        when = None if node.signal is not None else self._arrival(node, draw, at)
        if when is not None:
            self._push(when, "message", message.id)

    def _arrival(self, node: Node, draw: Draw, at: datetime) -> datetime | None:
        """When a message comes; None where it does not."""
        if node.attached_to:
            hosts = [one for one in self._tasks.values() if one.task.node.id == node.attached_to]
            comes = self._habits.comes_beside(self._side, node, draw)
            return at + (hosts[-1].done_at - at) * draw.moment if hosts and comes else None
        gateway, rivals = _race(self._side, node)
        if len(rivals) < 2:
            return self._office.hours.after(at, self._habits.message_minutes(draw))
        name, occurrence = self._side.known_as(gateway), self._occurrences[self._side.known_as(node.id)]
        decided = Draw(self._seed, self._key, name, occurrence)
        if rivals[self._habits.first_of(self._side, rivals, decided)] != node:
            return None
        ends = [one.due.at for one in self._timers.values() if one.node in rivals]
        if not ends:
            return self._office.hours.after(at, self._habits.message_minutes(draw))
        return at + (max(min(ends), at) - at) * draw.moment

    def _drawn(self, node: Node) -> Draw:
        name = self._side.known_as(node.id)
        self._occurrences[name] += 1
        return Draw(self._seed, self._key, name, self._occurrences[name])

    def _push(self, at: datetime, kind: str, one_id: str) -> None:
        self._pushed += 1
        # A timer that is due comes before who is done at that moment, as the engine has it.
        heapq.heappush(self._queue, (at, kind != "timer", self._pushed, kind, one_id))

    def _finish(self) -> None:
        for one in self._tasks.values():
            self._tally.of(one.name, one.lane).open_at_end += 1


def start_of(side: Side) -> Node:
    """The start event by which new cases begin: the one that a person uses, else the first."""
    diagram = side.version.diagram
    return diagram.start_node() or diagram.starts_in("")[0]


def _race(side: Side, node: Node) -> tuple[str, list[Node]]:
    """The gateway that lets events race each other, and these, ``node`` among them; it alone where there is none."""
    diagram = side.version.diagram
    for flow in diagram.raced_along(node.id):
        return flow.source, [diagram.nodes[one.target] for one in diagram.outgoing[flow.source]]
    return "", [node]
