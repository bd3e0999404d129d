"""What a reporter may expect next, as the diagram says: which public statuses can follow, and by when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import ExpressionFailed
from app.engine import timers
from app.engine.diagram import Node, Timer
from app.engine.running.courses import deadline_of
from app.models import Job, ProcessInstance, UserTask
from app.services.casefile import queries
from app.services.casefile.queries import PublicStatus
from app.services.core import clock, holidays
from app.services.definitions.definitions import Version
from app.services.definitions.outlines import is_for_reporter
from app.services.instances import messages

#: So many elements are passed on the ways from where a case stands; where there are more, no dates are told.
_MOST = 300


@dataclass(frozen=True)
class NextStep:
    """A public status that can follow. ``by``: when it is reached at the latest, where each step before it keeps its
    time; None where the diagram does not say. ``asks``: it waits for the reporter. ``ends``: the case is over there,
    ``resolved`` with what the process is for. ``explanation``: what happens there, in plain sentences."""

    text: str
    by: datetime | None
    asks: bool
    ends: bool
    resolved: bool
    explanation: str = ""


def next_steps(
    session: Session,
    version: Version,
    instance: ProcessInstance,
    tasks: Sequence[UserTask],
    status: PublicStatus,
) -> list[NextStep]:
    """The public statuses that can follow ``status``, those of the shortest way first; none for a case that ended.

    A way on which a deadline has passed already tells no date: when that step will be over nobody knows. 2 SQL.
    """
    if status.ended:
        return []
    search = _Search(version, holidays.calendar(session), status.text)
    now = clock.now(session)
    for node_id, left_by in _places(session, instance, tasks, status):
        if node_id in version.diagram.nodes:
            in_time = left_by if left_by is not None and left_by >= now else None
            search.leave(version.diagram.nodes[node_id], in_time, frozenset())
    return search.next_steps()


def _places(
    session: Session, instance: ProcessInstance, tasks: Sequence[UserTask], status: PublicStatus
) -> Iterator[tuple[str, datetime | None]]:
    """Where the case stands, and by when it goes on from there."""
    for task in tasks:
        yield task.activity_id, task.due_at
    for wait in messages.waiting(session, instance.id):
        yield wait.activity_id, status.next_on if status.for_reply else None
    clocks = select(Job.activity_id, Job.due_at).where(
        Job.instance_id == instance.id, Job.attached_to.is_(None), Job.signal.is_(None)
    )
    for row in session.execute(clocks.order_by(Job.due_at)):
        yield row.activity_id, row.due_at


class _Search:
    """The ways on from a place, each up to the first element with another public status."""

    def __init__(self, version: Version, calendar: Calendar, here: str) -> None:
        self._version, self._diagram = version, version.diagram
        self._calendar, self._here = calendar, here.casefold()
        self._steps: dict[str, NextStep] = {}
        self._passed = 0

    def next_steps(self) -> list[NextStep]:
        """What was found, in the order in which it was."""
        whole = self._passed <= _MOST
        return [one if whole else replace(one, by=None) for one in self._steps.values()]

    def leave(self, node: Node, at: datetime | None, way: frozenset[str]) -> None:
        """Follow what leads on from ``node``, which is left by ``at``."""
        for flow in self._diagram.outgoing.get(node.id, ()):
            self._reach(self._diagram.nodes[flow.target], at, way)
        for beside in self._diagram.boundary.get(node.id, ()):
            if beside.interrupting:
                self.leave(beside, at, way)
        if node.kind == "endEvent" and node.scope:
            self.leave(self._diagram.nodes[node.scope], at, way)

    def _reach(self, node: Node, at: datetime | None, way: frozenset[str]) -> None:
        self._passed += 1
        if node.id in way or self._passed > _MOST:
            return
        text = node.properties.get("status publik", "")
        ends = self._diagram.ends_case(node)
        if (text and text.casefold() != self._here) or (ends and node.name):
            told = queries.explanation(self._version, node)
            self._keep(NextStep(text or node.name, at, self._asks(node), ends, node.is_resolution, told))
            return
        way |= {node.id}
        inside = self._diagram.starts_in(node.id) if node.kind == "subProcess" else ()
        for begin in inside:
            self._reach(begin, at, way)
        if not inside:
            self.leave(node, self._left_by(node, at), way)

    def _keep(self, step: NextStep) -> None:
        """The latest date of all ways to it holds; where one way tells none, there is none."""
        known = self._steps.get(step.text.casefold())
        if known is not None:
            by = max(known.by, step.by) if known.by and step.by else None
            step = replace(known, by=by, asks=known.asks or step.asks)
        self._steps[step.text.casefold()] = step

    def _asks(self, node: Node) -> bool:
        targets = (self._diagram.nodes[flow.target] for flow in self._diagram.outgoing.get(node.id, ()))
        beside = targets if node.kind == "eventBasedGateway" else ()
        return any(map(is_for_reporter, (node, *beside)))

    def _left_by(self, node: Node, at: datetime | None) -> datetime | None:
        """When an element that is reached by ``at`` is left at the latest."""
        if at is None or node.loop is not None:
            return None
        if node.kind in {"userTask", "subProcess"}:
            held = self._diagram.nodes.get(deadline_of(self._diagram, node.id) or "")
            return self._counted(held.timer, at) if held is not None else None
        if node.kind == "intermediateCatchEvent":
            return self._counted(node.timer, at)
        return at

    def _counted(self, timer: Timer | None, since: datetime) -> datetime | None:
        if timer is None:
            return None
        try:
            found = timers.due(
                timer,
                opened_at=since,
                day_unit=self._diagram.day_unit,
                calendar=self._calendar,
                evaluate=_no_formula,
            )
        except ExpressionFailed:
            return None
        return found.at if found is not None else None


def _no_formula(_text: str) -> Any:
    """What a formula says depends on what nobody has filled in yet."""
    raise ExpressionFailed("")
