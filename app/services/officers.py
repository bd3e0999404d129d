"""Officers: who may be handed a task."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidForm
from app.i18n import _
from app.models import User, UserTask
from app.services import ids, rights
from app.services.access import Actor


def of_task(session: Session, task: UserTask) -> Sequence[User]:
    """The officers of the task's lane, and of its unit where it names one, but for who holds it; by name. 1 SQL."""
    query = select(User).where(
        User.disabled_at.is_(None),
        User.is_auditor.is_(False),
        User.groups.any(id=task.group_id),
        User.id != (task.assignee_id or 0),
    )
    if task.unit_code is not None:
        query = query.where(User.units.any(code=task.unit_code))
    return session.scalars(query.order_by(User.full_name)).all()


def may_reassign(actor: Actor, task: UserTask) -> bool:
    """Whether the task is the actor's to hand on: he holds it, or coordinates its lane."""
    mine = task.assignee_id == actor.id or task.coordinator_group_id in actor.groups
    return task.state == "open" and mine and not actor.is_auditor


def held(session: Session, user: User) -> User:
    """The user as he is at this moment, with groups and units; so he stays until the commit."""
    session.execute(select(User.id).where(User.id == user.id).with_for_update(read=True))
    # Read once he is held: what the first statement waited for it does not see.
    query = select(User).where(User.id == user.id).options(*rights.WITH_MEMBERSHIPS)
    return session.scalars(query.execution_options(populate_existing=True)).unique().one()


def chosen(session: Session, user_id: str) -> User:
    """The user that a form names by id, with all that decides whether he may be handed a task.

    Raises:
        InvalidForm: it names nobody.
    """
    found, id_ = None, ids.read(user_id)
    if id_ is not None:
        query = select(User).where(User.id == id_).options(*rights.WITH_MEMBERSHIPS)
        found = session.scalars(query).unique().one_or_none()
    if found is None:
        raise InvalidForm(_("Tugas belum dialihkan."), {"to": _("Pilih petugas yang menerima tugas ini.")})
    return found
