"""What a deployment changes for whoever deploys: lanes in which he works, processes whose identities he may see.

A lane that gets the name of another group, or ``identitas`` that names another lane, gives somebody work and
identities although nobody touched a user. With four eyes whoever proposed it deploys as well as whoever approved it.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.history.events import OwnLanesChanged
from app.models import ProcessDefinition, ProposedDeployment, User, membership
from app.services.core import access, bulk, history
from app.services.core.access import Actor
from app.services.people import membership_changes


@dataclass(frozen=True)
class OwnLanes:
    """Facts about one person by what tells them apart: process and lane, process and None for its identities."""

    facts: Mapping[tuple[str, str | None], str]
    keys: frozenset[str]


def read_own_lanes(session: Session, keys: Collection[str], actor: Actor) -> OwnLanes:
    """In which lanes of the newest versions of these processes the actor works at this moment."""
    query = select(membership.c.group_id).where(membership.c.user_id == actor.id)
    groups = frozenset(session.scalars(query))
    facts: dict[tuple[str, str | None], str] = {}
    there = set[str]()
    for some in bulk.batches(keys):
        in_force = select(ProcessDefinition.key, ProcessDefinition.lane_groups, ProcessDefinition.outline)
        for key, ties, outline in session.execute(
            in_force.where(ProcessDefinition.in_force, ProcessDefinition.key.in_(some))
        ):
            there.add(key)
            facts |= _facts(key, ties, outline or {}, groups)
    return OwnLanes(facts, frozenset(there))


def deployers(session: Session, actor: Actor | None, approved: ProposedDeployment | None) -> list[Actor]:
    """Who puts a deployment in force: the actor, and who proposed what he ``approved``. At most 1 SQL."""
    proposer = session.get(User, approved.proposed_by_id) if approved and approved.proposed_by_id else None
    return [*([access.actor_of(proposer)] if proposer else []), *([actor] if actor else [])]


def record_change(session: Session, before: OwnLanes, person: Actor, *, actor: Actor | None) -> None:
    """Record what became of a person's lanes; he is told on as one who did it to himself.

    See `membership_changes.keep`. A process that is new gives nobody anything.
    """
    after = read_own_lanes(session, before.keys, person)
    came = Counter(fact for place, fact in after.facts.items() if place not in before.facts)
    went = Counter(fact for place, fact in before.facts.items() if place not in after.facts)
    # A lane that was drawn anew has another id and the same name.
    gained, lost = list(came - went), list(went - came)
    if gained or lost:
        told = {"gained": sorted(gained), "lost": sorted(lost)}
        history.record(session, OwnLanesChanged(user=person.name, **told), actor=actor)
        membership_changes.keep(session, person.id, lost, gained, actor=person)


def _facts(
    key: str, ties: Mapping[str, Any], outline: Mapping[str, Any], groups: Collection[int]
) -> dict[tuple[str, str | None], str]:
    """``ties`` and ``outline``: as `ProcessDefinition` holds them; nothing is parsed here."""
    names = outline.get("lanes", {})
    found: dict[tuple[str, str | None], str] = {
        (key, lane): f"lane:{names.get(lane, lane)} ({key})"
        for lane, tie in ties.items()
        if tie["group"] in groups
    }
    of_identity = {
        group
        for lane in outline.get("identity_lanes", ())
        for group in (ties[lane]["group"], ties[lane]["coordinator"])
    }
    if of_identity & set(groups):
        found[key, None] = f"identity:{key}"
    return found
