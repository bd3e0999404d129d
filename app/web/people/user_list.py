"""The list of users: filters, and what everybody is in a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.i18n import _
from app.models import User
from app.services.core import ids
from app.services.core.access import Actor
from app.services.definitions import staffing
from app.services.people import groups, units, user_search
from app.services.people.user_search import UserFilters
from app.web import lists
from app.web.lists import Filter


@dataclass(frozen=True)
class Row:
    """A user, his roles and lanes in a line, and whether a lane of his gives him nothing for want of a unit."""

    user: User
    work: str
    lacks_unit: bool


@dataclass(frozen=True)
class UserList:
    """Everything the template shows."""

    q: str
    filters: Sequence[Filter]
    rows: Sequence[Row]
    following: str
    total: int

    @property
    def narrowed(self) -> int:
        """How many filters are in force."""
        return sum(bool(one.value) for one in self.filters)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters in force, each with the address without it."""
        return lists.chips(self.filters, self.q)

    @property
    def clear(self) -> str:
        """The address without filters."""
        return lists.without_filters(self.filters)

    @property
    def first(self) -> str:
        """The first page; "" when this is it."""
        return lists.address() if lists.argument(lists.AFTER) else ""


def read_user_list(session: Session, *, actor: Actor) -> UserList:
    """Return the list that the address asks for.

    Raises:
        NotAllowed: the actor may not read about others.
    """
    page = user_search.page(session, _wanted(), actor=actor, after=lists.argument(lists.AFTER))
    split = staffing.split_by_unit(session)
    return UserList(
        q=lists.argument("q"),
        filters=_filters(session),
        rows=[Row(user, work_of(user), bool(staffing.lanes_in_vain(user, split))) for user in page.items],
        following=lists.next_page(page.next),
        total=user_search.count(session),
    )


def work_of(user: User) -> str:
    """Roles and lanes in a line; the units stand beside it."""
    roles = [
        (user.is_admin, _("Administrator")),
        (user.is_process_owner, _("Pemilik proses")),
        (user.is_auditor, _("Auditor")),
    ]
    return ", ".join([word for holds, word in roles if holds] + [group.name for group in user.groups])


def _wanted() -> UserFilters:
    group = lists.argument("group")
    return UserFilters(
        q=lists.argument("q"),
        role=lists.argument("role"),
        group_id=(ids.parse_id(group) or 0) if group else None,  # nobody belongs to a lane that is none
        unit=lists.argument("unit"),
        state=lists.argument("state"),
    )


def _filters(session: Session) -> list[Filter]:
    roles = [
        ("officer", _("Petugas")),
        ("process_owner", _("Pemilik proses")),
        ("auditor", _("Auditor")),
        ("admin", _("Administrator")),
    ]
    lanes = [(str(group.id), group.name) for group, _members in groups.with_counts(session)]
    offices = [(unit.code, unit.name) for unit in units.everything(session)]
    states = [("enabled", _("Aktif")), ("disabled", _("Dinonaktifkan"))]
    return [
        Filter("role", _("Peran"), roles, lists.argument("role")),
        Filter("group", _("Lajur"), lanes, lists.argument("group")),
        Filter("unit", _("Unit"), offices, lists.argument("unit")),
        Filter("state", _("Keadaan"), states, lists.argument("state")),
    ]
