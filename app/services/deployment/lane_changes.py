"""What a deployment changes for people: the lanes in which they work, the processes whose identities they may see.

A lane that gets the name of another group, or ``identitas`` that names another lane, gives somebody work and
identities although nobody touched a user. Whoever deploys is told on for what he gains or loses himself: with four
eyes both who proposed it and who approved it. Others who gain are marked.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.history.events.deployment import OwnLanesChanged
from app.models import ProcessDefinition, ProposedDeployment, User, membership
from app.services.core import access, bulk, history
from app.services.core.access import Actor
from app.services.people import membership_changes

#: Process and lane; process and None: its identities.
Place = tuple[str, str | None]


@dataclass(frozen=True)
class StaffedPlaces:
    """The places of processes in force. ``groups``: ids of those who work there; ``facts``: as `membership_changes`
    names them."""

    groups: Mapping[Place, frozenset[int]]
    facts: Mapping[Place, str]
    keys: frozenset[str]


def read_places(session: Session, keys: Collection[str]) -> StaffedPlaces:
    """Which groups work where by the newest versions of these processes. 1 SQL for 500 of them."""
    groups: dict[Place, frozenset[int]] = {}
    facts: dict[Place, str] = {}
    there = set[str]()
    for some in bulk.batches(keys):
        in_force = select(ProcessDefinition.key, ProcessDefinition.lane_groups, ProcessDefinition.outline)
        for key, ties, outline in session.execute(
            in_force.where(ProcessDefinition.in_force, ProcessDefinition.key.in_(some))
        ):
            there.add(key)
            for place, fact, ids in _places(key, ties, outline or {}):
                groups[place], facts[place] = ids, fact
    return StaffedPlaces(groups, facts, frozenset(there))


def deployers(session: Session, actor: Actor | None, approved: ProposedDeployment | None) -> list[Actor]:
    """Who puts a deployment in force: who proposed what was ``approved``, and the actor; without one who approved it.
    At most 2 SQL."""
    ids = [approved.proposed_by_id, None if actor else approved.decided_by_id] if approved else []
    others = [user for id_ in ids if id_ is not None and (user := session.get(User, id_)) is not None]
    return [*map(access.actor_of, others), *([actor] if actor else [])]


def record_changes(
    session: Session, before: StaffedPlaces, people: Sequence[Actor], *, actor: Actor | None
) -> None:
    """Keep what everybody gained since ``before``, for the mark of what he opens; record it of those who deployed.

    ``people``: these, as `deployers` returns them; see `membership_changes.keep`. A process that is new gives nobody
    anything. 1 SQL; where something changed 2 more, whatever the number of users.
    """
    changes = _changes_of_users(session, before, read_places(session, before.keys))
    for person in people:
        gained, lost = changes.pop(person.id, ((), ()))
        if gained or lost:
            told = {"gained": list(gained), "lost": list(lost)}
            history.record(session, OwnLanesChanged(user=person.name, **told), actor=actor)
            membership_changes.keep(session, person.id, lost, gained, actor=person)
    others = {user_id: gained for user_id, (gained, _lost) in changes.items() if gained}
    membership_changes.keep_gained(session, others, actor=next(iter(people), None))


def _places(
    key: str, ties: Mapping[str, Any], outline: Mapping[str, Any]
) -> Iterator[tuple[Place, str, frozenset[int]]]:
    """``ties`` and ``outline``: as `ProcessDefinition` holds them; nothing is parsed here."""
    names = outline.get("lanes", {})
    for lane, tie in ties.items():
        yield (key, lane), f"lane:{names.get(lane, lane)} ({key})", frozenset({tie["group"]})
    of_identity = (
        group
        for lane in outline.get("identity_lanes", ())
        for group in (ties[lane]["group"], ties[lane]["coordinator"])
    )
    yield (key, None), f"identity:{key}", frozenset(of_identity) - {None}


def _changes_of_users(
    session: Session, before: StaffedPlaces, after: StaffedPlaces
) -> dict[int, tuple[Sequence[str], Sequence[str]]]:
    """What users gained and lost, by their ids.

    A deployment puts people into new groups alone, so that who is in a group of ``before`` was in it before. Many
    users are in the same groups: what they gained is worked out once.
    """
    places = before.groups.keys() | after.groups.keys()
    none = frozenset[int]()
    pairs = {place: (before.groups.get(place, none), after.groups.get(place, none)) for place in places}
    changed = {place: pair for place, pair in pairs.items() if pair[0] != pair[1]}
    result: dict[int, tuple[Sequence[str], Sequence[str]]] = {}
    for groups, user_ids in _users_by_groups(
        session, none.union(*(a | b for a, b in changed.values()))
    ).items():
        came = Counter(
            after.facts[at] for at, (old, new) in changed.items() if groups & new and not groups & old
        )
        went = Counter(
            before.facts[at] for at, (old, new) in changed.items() if groups & old and not groups & new
        )
        # A lane that was drawn anew has another id and the same name.
        result |= dict.fromkeys(user_ids, (sorted(came - went), sorted(went - came)))
    return result


def _users_by_groups(session: Session, ids: Collection[int]) -> Mapping[frozenset[int], Sequence[int]]:
    """Ids of the users who are in any of these groups, by those that they are in. 1 SQL for 500 groups."""
    own: dict[int, set[int]] = defaultdict(set)
    for some in bulk.batches(ids):
        members = select(membership.c.user_id, membership.c.group_id).where(membership.c.group_id.in_(some))
        for user_id, group_id in session.execute(members):
            own[user_id].add(group_id)
    found: dict[frozenset[int], list[int]] = defaultdict(list)
    for user_id, groups in own.items():
        found[frozenset(groups)].append(user_id)
    return found
