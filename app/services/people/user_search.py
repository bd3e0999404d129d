"""The list of users, narrowed and page by page, for whoever may read it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.base.errors import NotAllowed, NotFound
from app.base.i18n import _
from app.models import User, UserTask, membership, user_unit
from app.models.tasks import IS_OPEN
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, values_of

ROLES = ("officer", "process_owner", "auditor", "admin")
STATES = ("enabled", "disabled", "never")


@dataclass(frozen=True)
class UserFilters:
    """What the list is narrowed to; empty means everybody. ``role`` is of `ROLES`, ``state`` of `STATES`."""

    q: str = ""
    role: str = ""
    group_id: int | None = None
    unit: str = ""
    state: str = ""


def page(
    session: Session, filters: UserFilters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[User]:
    """Users by name, with groups and units.

    Raises:
        NotAllowed: the actor is neither administrator, process owner nor auditor.
    """
    require_reader(actor)
    limit = limited(limit)
    query = select(User).where(*_narrowed(filters))
    if after:
        query = query.where(User.name > values_of(after, 1)[0])
    query = query.options(selectinload(User.groups), selectinload(User.units))
    rows = session.scalars(query.order_by(User.name).limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].name) if len(rows) > limit else None)


def count(session: Session) -> int:
    """How many users there are, disabled ones too."""
    return session.scalar(select(func.count()).select_from(User)) or 0


def require_reader(actor: Actor) -> None:
    """Refuse whoever is neither administrator, process owner nor auditor.

    Raises:
        NotAllowed: he is none of them.
    """
    if not actor.sees_all:
        raise NotAllowed(_("Halaman ini untuk administrator, pemilik proses, dan auditor."))


def _narrowed(filters: UserFilters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.q.strip():
        where.append(_matches(filters.q))
    if filters.group_id is not None:
        where.append(
            User.id.in_(select(membership.c.user_id).where(membership.c.group_id == filters.group_id))
        )
    if filters.unit:
        where.append(User.id.in_(select(user_unit.c.user_id).where(user_unit.c.unit_code == filters.unit)))
    if filters.role in ROLES:
        where.append(_plays(filters.role))
    if filters.state in STATES:
        where.append(_is_in(filters.state))
    return where


def _matches(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    columns = (User.name, func.lower(User.full_name))
    return or_(*(column.like(pattern, escape="\\") for column in columns))


def _is_in(state: str) -> ColumnElement[bool]:
    if state == "never":
        return User.signed_in_at.is_(None)
    return User.disabled_at.is_not(None) if state == "disabled" else User.disabled_at.is_(None)


def _plays(role: str) -> ColumnElement[bool]:
    if role == "officer":
        return User.id.in_(select(membership.c.user_id))
    column: ColumnElement[bool] = getattr(User, f"is_{role}")
    return column


def holding(session: Session, user_id: int) -> int:
    """How many open tasks a user has claimed; they go back to their lanes when he is disabled."""
    query = select(func.count()).select_from(UserTask)
    return session.scalar(query.where(UserTask.assignee_id == user_id, IS_OPEN)) or 0


def get(session: Session, user_id: int, *, actor: Actor) -> User:
    """A user with groups and units.

    Raises:
        NotFound: there is none. NotAllowed: the actor may not read about others.
    """
    require_reader(actor)
    options = (selectinload(User.groups), selectinload(User.units))
    found = session.scalars(select(User).where(User.id == user_id).options(*options)).one_or_none()
    if found is None:
        raise NotFound(_("Pengguna ini tidak ada."))
    return found
