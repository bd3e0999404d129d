"""Gateways, their answers and events of a version: through how many of the cases that ended each was passed.

Read from the branches that cases took (`CaseBranch`), each counted once for a case, and from how they ended.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from app.engine.diagram import Flow, Node
from app.models import CaseBranch, CaseFact
from app.services.definitions.definitions import Version
from app.services.performance.period import Period

_FACT = cast("Table", CaseFact.__table__)
_BRANCH = cast("Table", CaseBranch.__table__)
_DECIDING = {"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"}


@dataclass(frozen=True)
class Answer:
    """A flow out of a gateway that decides: what it is called, and how many cases took it at least once."""

    id: str
    name: str
    cases: int

    @property
    def any(self) -> bool:
        """Whether a case took it."""
        return self.cases > 0


@dataclass(frozen=True)
class Passage:
    """A gateway or an event. ``answers``: of a gateway that decides; ``cases``: how many passed it, of such a gateway
    all its answers together; ``sort``: whether all cases begin there, some end there, or it is passed on the way."""

    id: str
    name: str
    cases: int
    answers: Sequence[Answer] = ()
    sort: Literal["begin", "way", "end"] = "way"
    #: The branch by which it is known.
    through: str = ""

    @property
    def any(self) -> bool:
        """Whether a case passed it."""
        return self.cases > 0


def of_version(session: Session, asked: Period, version: Version) -> list[Passage]:
    """The gateways that decide, and the other gateways and the events that are known to be passed, in the order of
    the diagram. 2 SQL."""
    diagram = version.diagram
    passed = _passed(session, asked)
    ends = _ends(session, asked)
    starts = [node.id for node in diagram.nodes.values() if node.kind == "startEvent" and not node.scope]
    found = []
    for node in diagram.nodes.values():
        answers = _answers(node, version, passed)
        if answers:
            found.append(Passage(node.id, _name(node), sum(one.cases for one in answers), answers))
        elif [node.id] == starts:
            found.append(Passage(node.id, _name(node), sum(ends.values()), sort="begin"))
        elif node.kind == "endEvent" and ends[node.id]:  # no case is told to have ended where a reminder does
            found.append(Passage(node.id, _name(node), ends[node.id], sort="end"))
        elif number := passed.get(known := _known_by(node, version), 0):
            host = diagram.nodes.get(node.attached_to or "")
            name = f"{_name(host)}: {_name(node)}" if host else _name(node)
            found.append(Passage(node.id, name, number, through=known))
    return [one for one in found if ":" not in one.id]  # what the reader made is not drawn


def _known_by(node: Node, version: Version) -> str:
    """The branch that was taken as often as an element was passed: an event on an edge itself, the one flow into an
    event, any flow out of a gateway that forks. "" where there is none."""
    if node.kind == "boundaryEvent":
        return node.id
    if node.kind == "intermediateCatchEvent":
        flows = [flow.id for flow in version.diagram.flows if flow.target == node.id]
        return flows[0] if len(flows) == 1 and flows[0] in version.branches else ""
    flows = [flow.id for flow in version.diagram.outgoing.get(node.id, ())]
    return flows[0] if node.kind == "parallelGateway" and len(flows) > 1 else ""


def _name(node: Node) -> str:
    return node.name or node.id


def _answers(node: Node, version: Version, passed: Mapping[str, int]) -> list[Answer]:
    flows = version.diagram.outgoing.get(node.id, ())
    if node.kind not in _DECIDING or len(flows) < 2:
        return []
    return [Answer(flow.id, _way(flow, version), passed.get(flow.id, 0)) for flow in flows]


def _way(flow: Flow, version: Version) -> str:
    return flow.name or _name(version.diagram.nodes[flow.target])


def _passed(session: Session, asked: Period) -> dict[str, int]:
    """How many cases took each branch."""
    query = (
        select(_BRANCH.c.element_id, func.count())
        .select_from(_FACT.join(_BRANCH, _BRANCH.c.instance_id == _FACT.c.instance_id))
        .where(*_where(asked))
        .group_by(_BRANCH.c.element_id)
    )
    return dict(session.execute(query).all())


def _ends(session: Session, asked: Period) -> Counter[str]:
    """How many cases ended where; "" where they were cancelled or joined."""
    query = select(_FACT.c.outcome, func.count()).where(*_where(asked)).group_by(_FACT.c.outcome)
    return Counter({outcome or "": number for outcome, number in session.execute(query)})


def _where(asked: Period) -> list[Any]:
    return [
        _FACT.c.definition_id == asked.definition_id,
        _FACT.c.ended_month.between(asked.since, asked.until),
    ]
