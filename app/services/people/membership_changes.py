"""Who changed what a user belongs to: his lanes, units and roles. Whoever does it to himself is told on.

Told are the other administrators and the auditors. So are they, and the user, of a password that an administrator
resets: with it he could act as somebody else. And of an administrator or auditor who is disabled or loses that role:
he is one of those who are told. Identity that is opened within a day of a change or a reset is marked in the record,
see `app.services.identity`. See docs/decisions/0036.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import MembershipChange, OutboxMessage, User
from app.services.core import bulk, clock
from app.services.core.access import Actor

#: For so long what somebody opens is marked.
MARKED_FOR = timedelta(days=1)
#: For so long who was disabled, or lost his role, is told as before: disabling him first must not help.
TOLD_FOR = timedelta(days=1)
#: What a notice says, see `notifications.texts`.
NOTICE, RESET_NOTICE = "own_membership", "password_reset"
DISABLED_NOTICE, ROLE_NOTICE = "overseer_disabled", "overseer_role_taken"
SECOND_STEP_NOTICE = "second_step_reset"
NOTICES = frozenset({NOTICE, RESET_NOTICE, DISABLED_NOTICE, ROLE_NOTICE, SECOND_STEP_NOTICE})
#: Of `MembershipChange.gained`: no belonging, but a password that somebody else knows.
PASSWORD = "password:"  # noqa: S105 a kind of change
#: Of what one deployment gave somebody so much is kept; that it gave him something is what counts.
_MOST_FACTS = 20
_ROLES = ("admin", "process_owner", "auditor")
#: The roles of those who are told.
_OVERSEEING = ("role:admin", "role:auditor")


def belongings(user: User) -> frozenset[str]:
    """What a user belongs to, as a change tells it: ``lane:``, ``unit:`` or ``role:`` and its name."""
    return frozenset(
        [
            *(f"lane:{group.name}" for group in user.groups),
            *(f"unit:{unit.code}" for unit in user.units),
            *(f"role:{role}" for role in _ROLES if getattr(user, f"is_{role}")),
        ]
    )


def keep(
    session: Session,
    user_id: int,
    before: Iterable[str],
    after: Iterable[str],
    *,
    actor: Actor | None,
) -> None:
    """Keep what a user got and lost, and tell on him who did it to himself. Nothing where it is the same.

    Told is as well who takes from somebody else the role of those who are told.
    """
    gained, lost = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    if not gained and not lost:
        return
    change = MembershipChange(
        user_id=user_id,
        at=clock.now(session),
        by_id=actor.id if actor else None,
        gained=gained,
        lost=lost,
    )
    session.add(change)
    if actor is not None and actor.id == user_id:
        _tell(session, NOTICE, actor, gained=gained, lost=lost)
    elif roles := [one for one in lost if one in _OVERSEEING]:
        user = session.get_one(User, user_id)
        _tell(session, ROLE_NOTICE, actor, concerned=user_id, user=user.name, lost=roles)


def keep_gained(session: Session, gained: Mapping[int, Sequence[str]], *, actor: Actor | None) -> None:
    """Keep what others got by what the actor did, by user; nobody is told. 1 SQL, none without users."""
    at, by_id = clock.now(session), actor.id if actor else None
    rows = [
        {"user_id": user_id, "at": at, "by_id": by_id, "gained": list(facts[:_MOST_FACTS]), "lost": []}
        for user_id, facts in gained.items()
    ]
    bulk.insert_rows(session, MembershipChange, rows)


def keep_reset(session: Session, user: User, *, actor: Actor | None) -> None:
    """Keep that somebody else gave a user his password, and tell of it."""
    at, by_id = clock.now(session), actor.id if actor else None
    session.add(MembershipChange(user_id=user.id, at=at, by_id=by_id, gained=[PASSWORD], lost=[]))
    _tell(session, RESET_NOTICE, actor, concerned=user.id, user=user.name)


def tell_second_step_reset(session: Session, user: User, *, actor: Actor | None) -> None:
    """Tell that somebody took the second step away from a user's sign-in, him included."""
    _tell(session, SECOND_STEP_NOTICE, actor, concerned=user.id, user=user.name)


def tell_disabled(session: Session, user: User, *, actor: Actor | None) -> None:
    """Tell that a user was disabled, him included, if he is one of those who are told. Nothing else is kept."""
    if roles := sorted(belongings(user).intersection(_OVERSEEING)):
        _tell(session, DISABLED_NOTICE, actor, concerned=user.id, user=user.name, lost=roles)


def _tell(
    session: Session, code: str, actor: Actor | None, *, concerned: int | None = None, **said: Any
) -> None:
    """Queue a notice for everybody who oversees, and for the user ``concerned``, but the actor.

    It is decided now who that is, and each keeps it, whatever he is when it is delivered. The actor has his name of
    before: he may have changed that, too.
    """
    by = f"{actor.full_name} ({actor.name})" if actor else ""
    told = set(session.scalars(_overseers(session))) | ({concerned} if concerned else set())
    audience = {"kept_for": sorted(told), "except": [actor.id] if actor else []}
    body = {"code": code, "by": by, **said}
    session.add(OutboxMessage(body=body, audience=audience, queued_at=clock.now(session)))


def _overseers(session: Session) -> Select[int]:
    """Ids of administrators and auditors, with those who were disabled or lost the role within `TOLD_FOR`."""
    since = clock.now(session) - TOLD_FOR
    let_in = or_(User.disabled_at.is_(None), User.disabled_at > since)
    taken = or_(*(cast(MembershipChange.lost, Text).contains(f'"{role}"') for role in _OVERSEEING))
    # By user and time, as the index has them.
    lost = select(MembershipChange.id).where(
        MembershipChange.user_id == User.id, MembershipChange.at > since, taken
    )
    return select(User.id).where(or_(and_(or_(User.is_admin, User.is_auditor), let_in), lost.exists()))


def is_overseen(session: Session, actor: Actor) -> bool:
    """Whether there is another administrator, or an auditor, who is told what the actor does to himself."""
    others = (User.id != actor.id, User.disabled_at.is_(None), or_(User.is_admin, User.is_auditor))
    return bool(session.scalar(select(func.count()).select_from(User).where(*others)))


def mark(session: Session, actor: Actor) -> Mapping[str, str]:
    """When and by whom the actor's lanes, units, roles or password were changed within a day, for the record; empty
    if not.

    A change that he made himself goes before one of somebody else. 1 SQL over an index.
    """
    since = clock.now(session) - MARKED_FOR
    own_first = case((MembershipChange.by_id == actor.id, 0), else_=1)
    query = (
        select(MembershipChange)
        .where(MembershipChange.user_id == actor.id, MembershipChange.at > since)
        .order_by(own_first, MembershipChange.at.desc(), MembershipChange.id.desc())
        .options(joinedload(MembershipChange.by))
        .limit(1)
    )
    change = session.scalars(query).first()
    if change is None:
        return {}
    by = change.by.name if change.by else ""
    if change.gained == [PASSWORD]:
        return {"password_reset_at": change.at.isoformat(), "password_reset_by": by}
    return {"membership_changed_at": change.at.isoformat(), "membership_changed_by": by}
