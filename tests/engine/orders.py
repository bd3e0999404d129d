"""Orders of events that a drawing allows: a cause comes first, and what happens side by side may interleave."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.running import context
from app.engine.running.step import Step

What = tuple[str, ...]
#: What tells events of one type and element from each other.
_MORE = {
    "gateway_decided": "flow",
    "error_thrown": "by",
    "escalation_thrown": "by",
    "inputs_mapped": "given",
    "outputs_mapped": "values",
    "rounds_ended": "values",
    "task_cancelled": "cause",
}


@dataclass(frozen=True, eq=False)
class Event:
    """``what``: type, element, and more that tells it from others; ``after``: what it must not come before."""

    what: What
    frame: Any = field(repr=False)
    after: frozenset["Event"] = field(repr=False)


def allows(events: Sequence[Event], order: Sequence[What]) -> bool:
    """Whether ``order`` is one in which these events, and no others, may happen.

    Events that look the same are told apart by trying: each is taken for any of those whose turn may have come.
    """
    here = frozenset(events)
    if Counter(event.what for event in events) != Counter(order):
        return False
    waiting, tried = [frozenset[Event]()], set[frozenset[Event]]()
    while waiting:
        done = waiting.pop()
        if len(done) == len(order):
            return True
        turn = (e for e in events if e.what == order[len(done)] and e not in done and e.after & here <= done)
        following = {done | {event} for event in turn} - tried
        waiting += following
        tried |= following
    return False


def told(step: Step) -> list[What]:
    """What the engine tells of a step, each notification where it was sent.

    Without `task_overdue`: which timer is a task's deadline is no matter of BPMN.
    """
    found = [_what(event) for event in step.events]
    for effect in reversed(step.effects):
        found.insert(effect.place, ("notification_queued", effect.node.id))
    return [what for what in found if what[0] != "task_overdue"]


def _what(event: context.Event) -> What:
    node_id = "" if event.type == "instance_ended" else event.activity_id or ""  # which end is last is chance
    more = [repr(event.data.get(_MORE[event.type]))] if event.type in _MORE else []
    return (event.type, node_id, *more)
