"""Candidate groups: whose inbox a lane's tasks appear in, and who coordinates it."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Group, User, membership, user_unit
from app.services.upsert import insert


def named(session: Session, name: str) -> Group:
    """Return the group with this name, made if there is none."""
    query = select(Group).where(Group.name == name)
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    # Two deployments may want the same new group at once: the second takes what the first made.
    session.execute(insert(session, Group).values(name=name).on_conflict_do_nothing())
    return session.scalars(query).one()


def with_counts(session: Session) -> Sequence[tuple[Group, int]]:
    """Every group by name, with how many users that are not disabled belong to it."""
    members = (
        select(membership.c.group_id, func.count().label("members"))
        .join(User, User.id == membership.c.user_id)
        .where(User.disabled_at.is_(None))
        .group_by(membership.c.group_id)
        .subquery()
    )
    query = select(Group, func.coalesce(members.c.members, 0)).outerjoin(
        members, members.c.group_id == Group.id
    )
    return [(group, count) for group, count in session.execute(query.order_by(Group.name))]


def members(session: Session, group_ids: Collection[int], unit: str | None = None) -> Sequence[User]:
    """Users of any of the groups that are not disabled, by name; with ``unit`` only those of that unit."""
    belongs = select(membership.c.user_id).where(membership.c.group_id.in_(group_ids))
    query = select(User).where(User.id.in_(belongs), User.disabled_at.is_(None))
    if unit is not None:
        query = query.where(User.id.in_(select(user_unit.c.user_id).where(user_unit.c.unit_code == unit)))
    return session.scalars(query.order_by(User.full_name, User.id)).all()
