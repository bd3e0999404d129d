"""Users: who there is, what they belong to, and how they come and go. Passwords are in `accounts`."""

import re
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, not_, select, true, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import LANGUAGES, _
from app.history.events.people import UserAdded, UserDisabled, UserEdited, UserEnabled
from app.history.events.tasks import TaskReleased
from app.models import User, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import access, clock, edit_conflicts, history, rights, settings
from app.services.core.access import Actor
from app.services.people import api_tokens, membership_changes, passwords, profiles, sessions
from app.services.people.profiles import Profile

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def get(session: Session, user_id: int) -> User:
    """Return a user.

    Raises:
        NotFound: there is none.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(_("Pengguna ini tidak ada."))
    return user


def named(session: Session, name: str) -> User:
    """Return the user who signs in as ``name``.

    Raises:
        NotFound: there is none.
    """
    user = session.scalars(select(User).where(User.name == name.strip().casefold())).one_or_none()
    if user is None:
        raise NotFound(_("Pengguna {name} tidak ada.", name=name))
    return user


def add(
    session: Session, name: str, profile: Profile, *, actor: Actor | None, password: str | None = None
) -> tuple[User, str]:
    """Add a user; return him and his password: ``password``, or a random one to show once.

    Either way he must change it when he signs in.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: the name is taken or malformed, the password too weak, the profile wrong.
    """
    rights.require_administrator(actor)
    name = name.strip().casefold()
    errors = profiles.errors(session, profile)
    errors |= name_errors(name)
    if "name" not in errors and session.scalar(select(User.id).where(User.name == name)) is not None:
        errors["name"] = _("Nama pengguna {name} sudah dipakai.", name=name)
    _refuse(errors, {"name": name, **asdict(profile)})
    if password is None:
        password = passwords.invent_once()
    else:
        words = passwords.own_words(settings.config(session), profile.full_name)
        passwords.check_password(password, name=name, words=words)
    return create(session, name, profile, password, must_change=True, actor=actor), password


def name_errors(name: str) -> dict[str, str]:
    """What is wrong with a name to sign in with: nothing, or a message under ``name``."""
    if _NAME.fullmatch(name):
        return {}
    return {"name": _("Nama pengguna 2–64 huruf kecil, angka, titik, garis bawah, atau tanda hubung.")}


def create(
    session: Session, name: str, profile: Profile, password: str, *, must_change: bool, actor: Actor | None
) -> User:
    """Store a new user whose data are known to be good."""
    user = User(
        name=name,
        password_hash=passwords.digest_before(password),
        created_at=clock.now(session),
        must_change_password=must_change,
    )
    profiles.store(session, user, profile)
    session.add(user)
    session.flush()
    history.record(session, UserAdded(user=name, **profiles.facts(user)), actor=actor)
    if actor is not None:  # whoever runs commands on this machine has its keys, too
        membership_changes.keep(session, user.id, (), membership_changes.belongings(user), actor=actor)
    return user


def edit(session: Session, user_id: int, profile: Profile, *, actor: Actor | None, shown: str = "") -> User:
    """Change what is decided about a user. Tasks that he holds and is no longer offered go back to their lanes.

    ``shown``: the fingerprint of his profile on the page that asks for it, see `as_shown`.

    Raises:
        NotFound; NotAllowed: the actor is no administrator.
        InvalidForm: the profile is wrong, was changed since it was ``shown``, or no administrator would be left.
    """
    rights.require_administrator(actor)
    user = get(session, user_id)
    _refuse(profiles.errors(session, profile), asdict(profile))
    if _administers(user) and not _administers(profile):
        _keep_an_administrator(session, user)
    _hold(session, user)
    edit_conflicts.require(profiles.profile_of(user), profiles.normalized(profile), shown)
    before, email = profiles.facts(user), user.email
    belonged = membership_changes.belongings(user)
    profiles.store(session, user, profile)
    session.flush()
    changes: dict[str, Any] = {k: [before[k], v] for k, v in profiles.facts(user).items() if before[k] != v}
    if email != user.email:
        changes["email"] = True
    if changes:
        history.record(session, UserEdited(user=user.name, changes=changes), actor=actor)
    membership_changes.keep(session, user.id, belonged, membership_changes.belongings(user), actor=actor)
    _release_tasks(session, user, not_(access.offered(access.actor_of(user))), "not_offered", actor)
    return user


def disable(session: Session, user_id: int, *, actor: Actor | None) -> User:
    """Shut a user out at once: sessions end, tokens are void, the tasks he holds go back to their lanes.

    Raises:
        NotFound; NotAllowed: the actor is no administrator. Conflict: he is disabled already.
        InvalidForm: no administrator would be left.
    """
    rights.require_administrator(actor)
    user = get(session, user_id)
    if _administers(user) and user.disabled_at is None:
        _keep_an_administrator(session, user)
    _hold(session, user)
    if user.disabled_at is not None:
        raise Conflict(_("{name} sudah dinonaktifkan.", name=user.full_name))
    user.disabled_at = clock.now(session)
    session.flush()
    sessions.end_all(session, user.id, why="disabled")
    api_tokens.revoke_all(session, user, actor=actor)
    history.record(session, UserDisabled(user=user.name), actor=actor)
    membership_changes.tell_disabled(session, user, actor=actor)
    _release_tasks(session, user, true(), "user_disabled", actor)
    return user


def enable(session: Session, user_id: int, *, actor: Actor | None) -> User:
    """Let a disabled user in again, with his password of before; tokens stay void.

    Raises:
        NotFound; NotAllowed: the actor is no administrator. Conflict: he is not disabled.
    """
    rights.require_administrator(actor)
    user = get(session, user_id)
    if user.disabled_at is None:
        raise Conflict(_("{name} tidak dinonaktifkan.", name=user.full_name))
    user.disabled_at = None
    history.record(session, UserEnabled(user=user.name), actor=actor)
    return user


def speak(session: Session, user_id: int, language: str) -> None:
    """Remember the language that a user chose; an unknown one is ignored."""
    if language in LANGUAGES:
        session.execute(update(User).where(User.id == user_id).values(language=language))


def _administers(who: User | Profile) -> bool:
    """As `access.Actor.administers`: whom no administrator is left without."""
    return who.is_admin and not who.is_auditor


def _keep_an_administrator(session: Session, leaving: User) -> None:
    """Refuse when nobody else could administer. The rows are locked: two could leave at the same moment."""
    query = select(User.id).where(User.is_admin, ~User.is_auditor, User.disabled_at.is_(None))
    left = set(session.scalars(query.order_by(User.id).with_for_update()))
    if left <= {leaving.id}:
        message = _(
            "Tidak ada administrator lain selain {name}; tunjuk penggantinya dulu.", name=leaving.full_name
        )
        raise InvalidForm(message, {"roles": message})


def _hold(session: Session, user: User) -> None:
    """Wait for whatever he is doing, or is being given, and read him afresh; what comes later sees that he left.

    After `_keep_an_administrator`, which takes its rows in order.
    """
    query = select(User).where(User.id == user.id).with_for_update(key_share=True)
    session.scalars(query.execution_options(populate_existing=True)).one()


def _release_tasks(
    session: Session, user: User, which: ColumnElement[bool], reason: str, actor: Actor | None
) -> None:
    # One conditional statement: a task that he completes at this moment stays completed.
    released = session.execute(
        update(UserTask)
        .where(UserTask.assignee_id == user.id, IS_OPEN, which)
        .values(assignee_id=None, claimed_at=None)
        .returning(UserTask.id, UserTask.instance_id, UserTask.activity_id)
    )
    for task_id, instance_id, activity_id in released:
        event = TaskReleased(task=task_id, user=user.name, reason=reason)
        history.record(session, event, actor=actor, instance_id=instance_id, activity_id=activity_id)


def _refuse(errors: dict[str, str], values: dict[str, Any]) -> None:
    if errors:
        raise InvalidForm(_("Pengguna belum disimpan. Periksa isian yang ditandai."), errors, values)
