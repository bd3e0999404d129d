"""Which cases a message may be for: partners of its sender, those near to them, or one of the same number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CaseMessage, Partner, ProcessInstance

#: How many cases may lie between two that were never in touch.
_MOST_BETWEEN = 3


@dataclass(frozen=True)
class Meant:
    """``ids`` of cases; ``how``: what both sides are told of how they were found, where they were no partners yet."""

    ids: Sequence[int]
    how: dict[str, Any]


_OF_PARTNER = (ProcessInstance.key, ProcessInstance.state)


class _Link(NamedTuple):
    """One side of a partnership."""

    instance_id: int
    partner_id: int
    rounds: list[Any]
    key: str
    state: str


def of(session: Session, message: CaseMessage) -> Meant:
    """The sender's partners in the receiving process, those of the round that it was sent in before others. Without
    any the nearest partners of his partners; without those the case with his number. 1 SQL for the first."""
    links = _links(session, [message.sender_id])
    own = [link for link in links if link.key == message.key]
    if own:
        return Meant([link.partner_id for link in closest(own, message.rounds)], {})
    if near := _near(session, message, links):
        return Meant(near, {"by_partner": True})
    by_number = select(ProcessInstance.id).where(
        ProcessInstance.key == message.key, ProcessInstance.business_key == message.business_key
    )
    return Meant(list(session.scalars(by_number)), {"by_number": True})


def own(session: Session, message: CaseMessage) -> list[int]:
    """The sender's partners in the receiving process, but for those of other rounds than it was sent in."""
    links = [link for link in _links(session, [message.sender_id]) if link.key == message.key]
    return [
        link.partner_id
        for link in closest(links, message.rounds)
        if not link.rounds or set(link.rounds) & set(message.rounds)
    ]


def _near(session: Session, message: CaseMessage, links: Collection[_Link]) -> list[int]:
    """Who is reached over the fewest cases, if it is one alone: one office passes something on to another, which
    answers the first."""
    seen = {message.sender_id}
    before = {link.partner_id: message.sender_id for link in closest(links, message.rounds)}
    for _between in range(_MOST_BETWEEN):
        seen |= before.keys()
        further = [
            link
            for at, links in _by_case(_links(session, before)).items()
            for link in closest(
                [each for each in links if each.partner_id not in seen], _since(links, before[at])
            )
        ]
        if found := {link.partner_id: link.state for link in further if link.key == message.key}:
            alive = [partner for partner, state in found.items() if state not in {"ended", "cancelled"}]
            nearest = alive or list(found)
            return nearest if len(nearest) == 1 else []
        before = {link.partner_id: link.instance_id for link in further}
        if not before:
            break
    return []


def _by_case(links: Collection[_Link]) -> dict[int, list[_Link]]:
    found: dict[int, list[_Link]] = {}
    for link in links:
        found.setdefault(link.instance_id, []).append(link)
    return found


def _since(links: Collection[_Link], partner_id: int) -> list[Any]:
    """The rounds in which a case began to talk with one partner."""
    return next((link.rounds for link in links if link.partner_id == partner_id), [])


class _InRounds(Protocol):
    """What belongs to rounds."""

    @property
    def rounds(self) -> Sequence[Any]:
        """Their ids."""


_One = TypeVar("_One", bound=_InRounds)


def closest(links: Collection[_One], rounds: Sequence[Any]) -> list[_One]:
    """Those that share the most of ``rounds``; all of them when none shares any."""
    shared = [len(set(link.rounds) & set(rounds)) for link in links]
    most = max(shared, default=0)
    return [link for link, count in zip(links, shared, strict=True) if count == most]


def _links(session: Session, instance_ids: Collection[int]) -> list[_Link]:
    query = select(Partner.instance_id, Partner.partner_id, Partner.rounds, *_OF_PARTNER)
    query = query.join(Partner.partner).where(Partner.instance_id.in_(instance_ids))
    return [_Link(*row) for row in session.execute(query.order_by(Partner.since, Partner.partner_id))]
