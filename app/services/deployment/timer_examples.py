"""Beside what is told about a timer's words: when it would be due, had it opened now."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.engine import timers
from app.engine.diagram import Diagram
from app.errors import ExpressionFailed
from app.findings import Finding
from app.services.core import clock, holidays

_CODES = frozenset({"timer_read_from_words", "timer_text_understood"})


def with_examples(session: Session, diagram: Diagram) -> Diagram:
    """The diagram with an example at each finding that tells how a timer's words were understood."""
    found = tuple(
        _exemplified(session, diagram, finding) if finding.code in _CODES else finding
        for finding in diagram.findings
    )
    return replace(diagram, findings=found)


def _exemplified(session: Session, diagram: Diagram, finding: Finding) -> Finding:
    node = diagram.nodes.get(finding.element_id or "")
    if node is None or node.timer is None or timers.is_relative(node.timer):
        return finding
    now, calendar = clock.now(session), holidays.calendar(session)
    try:
        due = timers.due(
            node.timer, opened_at=now, day_unit=diagram.day_unit, calendar=calendar, evaluate=_nothing
        )
    except ExpressionFailed:  # beyond the year 9999
        return finding
    if due is None:
        return finding
    return replace(finding, example=(now.astimezone(calendar.zone), due.at.astimezone(calendar.zone)))


def _nothing(_expression: str) -> None:
    """Words hold no formula."""
