"""Texts of a diagram into which FEEL is filled as into form texts: what is said of a deadline, and by a deadline.

Beside the names of the case they know ``tenggat``, the moment of the deadline, and ``lama``, its length as it was
counted. They are the office's own words, so what is filled in is Indonesian whoever reads it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from app.base.errors import ExpressionFailed
from app.base.i18n import moment, span, span_of, speaking
from app.bpmnio import templates
from app.engine.diagram import Node
from app.engine.timers import Due

#: The names that such texts know beside those of the case.
OWN_NAMES = frozenset({"tenggat", "lama"})
#: The SOP's cell that tells how long an activity may take.
TIME_CELL = "waktu"
#: Letters of a filled text: it is stored and sent for each who gets it, and a loop could make it megabytes.
MOST = 5_000
_PIECE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def texts_of(node: Node) -> Iterator[str]:
    """The texts of an element into which something is filled: a message, a timer's label, the cell of its time."""
    told = [
        node.properties.get("pesan", "") if node.kind != "userTask" else node.properties.get(TIME_CELL, "")
    ]
    told += [node.name] if node.timer is not None else []
    yield from filter(is_template, told)


def is_template(text: str) -> bool:
    """Whether anything is filled into a text."""
    return _PIECE.search(text) is not None


def fill(text: str, values: Mapping[str, Any], due: Due | None, *, now: datetime, zone: tzinfo) -> str:
    """What a text says over the variables of a case, about a deadline; what cannot be worked out is a ⚠.
    What is longer than `MOST` letters is cut, with an ellipsis."""
    if not is_template(text):
        return text
    with speaking("id"):
        own = {"tenggat": moment(due.at, zone), "lama": length(due)} if due is not None else {}
    lines = [
        templates.Text("line", line, local=dict.fromkeys(OWN_NAMES, "") | own) for line in text.split("\n")
    ]
    try:
        said = "\n".join(templates.render_all(lines, values, now=now.astimezone(zone)))
        return said if len(said) <= MOST else f"{said[: MOST - 1]}…"
    except ExpressionFailed:
        return plain(text)


def plain(text: str) -> str:
    """A text where there is no case to fill it from."""
    return _PIECE.sub("…", text)


def label(node: Node, values: Mapping[str, Any], due: Due | None, *, now: datetime, zone: tzinfo) -> str:
    """What a timer is called in a case; one whose length is computed, with its result."""
    if is_template(node.name) or due is None or node.timer is None or not node.timer.text.startswith("="):
        return fill(node.name, values, due, now=now, zone=zone)
    with speaking("id"):
        said = length(due)
    return f"{node.name} ({said})" if node.name and node.name != said else said


def length(due: Due) -> str:
    """How long a deadline is, in words, without what the reporter took: 60 hari kerja. A moment as given is as far
    away as it was at the opening."""
    if due.amount is not None:
        return span(due.unit, abs(due.amount) - due.taken)
    return span_of((due.at - due.since).total_seconds() - due.taken)
