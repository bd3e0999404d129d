"""Candidate groups: whose inbox a lane's tasks appear in, and who coordinates it."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from app.models import Group, User, membership
from app.services.core import bulk
from app.services.core.access import WORKING
from app.services.core.upsert import insert

_BY_NAME = select(Group.name, Group.id)


def get_or_add(session: Session, name: str) -> Group:
    """Return the group with this name, made if there is none."""
    query = select(Group).where(Group.name == name)
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    # Two deployments may want the same new group at once: the second takes what the first made.
    session.execute(insert(session, Group).values(name=name).on_conflict_do_nothing())
    return session.scalars(query).one()


def ids_of(session: Session, names: Collection[str]) -> Mapping[str, int]:
    """Return the id of the group with each of these names; those that there are none of are made. 3 SQL."""
    found: dict[str, int] = {}
    for _round in range(2):
        for some in bulk.batches(sorted(set(names) - found.keys())):
            found |= {name: id_ for name, id_ in session.execute(_BY_NAME.where(Group.name.in_(some)))}
        if missing := [{"name": name} for name in sorted(set(names) - found.keys())]:
            # Two deployments may want the same new group at once: the second takes what the first made.
            session.execute(insert(session, Group).on_conflict_do_nothing(), missing)
    return found


def rename(session: Session, group_id: int, name: str) -> None:
    """Give a group a name that no other bears; its members, and what is offered to it, stay."""
    session.execute(update(Group).where(Group.id == group_id).values(name=name))


def copy_members(session: Session, source_id: int, group_id: int) -> None:
    """Let everybody who belongs to ``source_id`` belong to ``group_id`` too, which has no members yet."""
    members = select(membership.c.user_id, literal(group_id)).where(membership.c.group_id == source_id)
    session.execute(membership.insert().from_select(["user_id", "group_id"], members))


def members(session: Session, most: int) -> Mapping[int, Sequence[tuple[int, str]]]:
    """The first ``most`` users who work in each group, (id, full name), by name; a group without any is left out.

    1 SQL.
    """
    place = func.row_number().over(partition_by=membership.c.group_id, order_by=(User.full_name, User.id))
    ranked = (
        select(membership.c.group_id, User.id, User.full_name, place.label("place"))
        .join(User, User.id == membership.c.user_id)
        .where(WORKING)
        .subquery()
    )
    found: dict[int, list[tuple[int, str]]] = {}
    query = select(ranked).where(ranked.c.place <= most).order_by(ranked.c.group_id, ranked.c.place)
    for group_id, user_id, name, _place in session.execute(query):
        found.setdefault(group_id, []).append((user_id, name))
    return found


def with_counts(session: Session) -> Sequence[tuple[Group, int]]:
    """Every group by name, with how many users work in it."""
    members = (
        select(membership.c.group_id, func.count().label("members"))
        .join(User, User.id == membership.c.user_id)
        .where(WORKING)
        .group_by(membership.c.group_id)
        .subquery()
    )
    query = select(Group, func.coalesce(members.c.members, 0)).outerjoin(
        members, members.c.group_id == Group.id
    )
    return [(group, count) for group, count in session.execute(query.order_by(Group.name))]
