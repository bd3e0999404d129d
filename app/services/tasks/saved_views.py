"""Saved views: filters of the lists of tasks under a name, one's own or shared with a lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.forms import masking
from app.history.events.tasks import ViewChanged
from app.models import FirstView, Group, SavedView
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.tasks import inbox, tabs
from app.services.tasks.inbox import Filters

#: What a view holds: all that the address of a list says, but for what is looked for by programs.
NAMES = tuple(one.name for one in fields(Filters) if one.name not in ("key", "instance_id", "business_key"))
#: So many views of his own somebody has, and so many are shown to him.
MOST, SHOWN = 30, 40
_LONGEST_NAME, _LONGEST_VALUE = 60, 300
#: What somebody types to find tasks by; all else is chosen.
_LOOKED_FOR = "q"


@dataclass(frozen=True)
class View:
    """A view as its reader has it. ``mine``: he may change it; ``lane``: whom it is shared with, "" for nobody."""

    id: int
    name: str
    filters: Mapping[str, str]
    mine: bool
    lane: str
    owner: str
    first: bool


def listed(session: Session, *, actor: Actor) -> list[View]:
    """The actor's own views in his order, then those that others share with his lanes. 1 SQL."""
    rows = session.execute(_listed(), {"actor": actor.id, "groups": list(actor.groups)})
    return [_view(view, actor, chosen) for view, chosen in rows]


@cache
def _listed() -> Select[SavedView, int | None]:
    """Built once: the inbox asks it."""
    actor: BindParameter[int] = bindparam("actor")
    groups: BindParameter[int] = bindparam("groups", expanding=True)
    first = and_(FirstView.view_id == SavedView.id, FirstView.user_id == actor)
    query = select(SavedView, FirstView.view_id).outerjoin(FirstView, first)
    seen = or_(SavedView.owner_id == actor, SavedView.group_id.in_(groups))
    query = query.where(seen, SavedView.deleted_at.is_(None))
    query = query.options(joinedload(SavedView.owner), joinedload(SavedView.group))
    return query.order_by(SavedView.owner_id != actor, SavedView.position, SavedView.id).limit(SHOWN)


def first_of(session: Session, *, actor: Actor) -> View | None:
    """The view with which Kotak tugas opens for the actor. 1 SQL where he chose none."""
    chosen = session.scalar(select(FirstView.view_id).where(FirstView.user_id == actor.id))
    if chosen is None:
        return None
    return next((view for view in listed(session, actor=actor) if view.id == chosen), None)


def count(session: Session, view: View, *, actor: Actor) -> tuple[int, bool]:
    """How many tasks the view shows to the actor now, bounded; and whether there are more."""
    return inbox.count(session, filters_of(view.filters, actor), actor=actor)


def filters_of(kept: Mapping[str, str], actor: Actor) -> Filters:
    """The filters of a view as the actor may have them: all tasks are only for who sees all."""
    known = {name: kept[name] for name in NAMES if kept.get(name)}
    if known.get("tab") not in tabs.TABS or (known["tab"] == "open" and not actor.sees_all):
        known["tab"] = "queue"
    return Filters(**known)  # type: ignore[arg-type]  # texts


def save(
    session: Session, name: str, filters: Mapping[str, str], group_id: int | None, *, actor: Actor
) -> SavedView:
    """Keep filters under a name, as the last of the actor's views; what tells in both who somebody is, is masked.

    Raises:
        InvalidForm: no name, a lane that is not his, or too many views.
    """
    name = _name(name)
    mine = select(func.count(), func.max(SavedView.position)).where(
        SavedView.owner_id == actor.id, SavedView.deleted_at.is_(None)
    )
    count, last = session.execute(mine).one()
    if count >= MOST:
        raise InvalidForm(
            _("Paling banyak {most} tampilan. Hapus satu dulu.", most=MOST),
            {"name": _("Sudah terlalu banyak.")},
        )
    if group_id is not None and group_id not in actor.groups:
        raise InvalidForm(_("Tampilan belum disimpan."), {"lane": _("Pilih lajur Anda.")})
    kept = {key: str(filters[key])[:_LONGEST_VALUE] for key in NAMES if filters.get(key)}
    if _LOOKED_FOR in kept:
        kept[_LOOKED_FOR] = masking.hidden(kept[_LOOKED_FOR])
    view = SavedView(
        owner_id=actor.id,
        group_id=group_id,
        name=name,
        filters=kept,
        position=(last or 0) + 1,
        deleted_at=None,
    )
    session.add(view)
    session.flush()
    _tell(session, view, "saved", actor)
    return view


def rename(session: Session, view_id: int, name: str, *, actor: Actor) -> SavedView:
    """Call a view otherwise.

    Raises:
        NotFound: it is not his. InvalidForm: no name.
    """
    view = _mine(session, view_id, actor)
    view.name = _name(name)
    _tell(session, view, "renamed", actor)
    return view


def remove(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    """Delete a view; for a day it can be had back by `restore`.

    Raises:
        NotFound: it is not his.
    """
    view = _mine(session, view_id, actor)
    view.deleted_at = clock.now(session)
    _tell(session, view, "removed", actor)
    return view


def restore(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    """Take back a deletion.

    Raises:
        NotFound: it is not his, or was deleted for good.
    """
    view = _mine(session, view_id, actor, deleted=True)
    view.deleted_at = None
    _tell(session, view, "restored", actor)
    return view


def move(session: Session, view_id: int, *, up: bool, actor: Actor) -> SavedView:
    """Let a view change places with the one before, or after.

    Raises:
        NotFound: it is not his.
    """
    view = _mine(session, view_id, actor)
    own = select(SavedView).where(SavedView.owner_id == actor.id, SavedView.deleted_at.is_(None))
    rows = list(session.scalars(own.order_by(SavedView.position, SavedView.id)))
    here = rows.index(view)
    there = min(max(here + (-1 if up else 1), 0), len(rows) - 1)
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows, 1):
        row.position = position
    return view


def choose_first(session: Session, view_id: int | None, *, actor: Actor) -> None:
    """Let Kotak tugas open with this view; with None as without any.

    Raises:
        NotFound: it is not his to see.
    """
    if view_id is not None and view_id not in {view.id for view in listed(session, actor=actor)}:
        raise _missing()
    session.execute(delete(FirstView).where(FirstView.user_id == actor.id))
    if view_id is not None:
        session.add(FirstView(user_id=actor.id, view_id=view_id))


def lanes(session: Session, *, actor: Actor) -> Sequence[tuple[int, str]]:
    """The lanes with which the actor may share, by name. 1 SQL."""
    query = select(Group.id, Group.name).where(Group.id.in_(actor.groups)).order_by(Group.name)
    return [(row.id, row.name) for row in session.execute(query)]


def same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether both narrow a list the same way."""
    return all((one.get(name) or "") == (other.get(name) or "") for name in NAMES)


def _tell(session: Session, view: SavedView, change: str, actor: Actor) -> None:
    """What a lane shares is the record's; what one has for himself is his own affair."""
    if view.group_id is not None:
        group = session.get_one(Group, view.group_id).name
        event = ViewChanged(view=view.id, group=group, name=view.name, change=change)
        history.record(session, event, actor=actor)


def _view(row: SavedView, actor: Actor, first: int | None) -> View:
    lane = row.group.name if row.group else ""
    mine = row.owner_id == actor.id
    kept: dict[str, Any] = row.filters
    return View(row.id, row.name, kept, mine, lane, row.owner.full_name, row.id == first)


def _mine(session: Session, view_id: int, actor: Actor, *, deleted: bool = False) -> SavedView:
    gone = SavedView.deleted_at.is_not(None) if deleted else SavedView.deleted_at.is_(None)
    query = select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == actor.id, gone)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound(_("Tampilan ini tidak ada, atau bukan milik Anda."))


def _name(name: str) -> str:
    plain = masking.hidden(" ".join(name.split()))
    if not plain or len(plain) > _LONGEST_NAME:
        words = _("Beri nama, paling banyak {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(_("Tampilan belum disimpan."), {"name": words})
    return plain


def forget_first(session: Session, ids: Sequence[int]) -> None:
    """Let nobody's first view be one of those that are about to go. 1 SQL."""
    session.execute(delete(FirstView).where(FirstView.view_id.in_(ids)))
