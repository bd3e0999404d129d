"""Getting into one's account: the first administrator, users added by a command, passwords changed and reset."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import _
from app.history.events.people import PasswordChanged, PasswordReset
from app.models import Group, User
from app.services.core import encryption, history, rights, settings
from app.services.core.access import Actor
from app.services.people import (
    api_tokens,
    membership_changes,
    passwords,
    rate_limits,
    second_steps,
    sessions,
    users,
)
from app.services.people.profiles import Profile
from app.services.people.rate_limits import Admission, Limit

#: Apart from signing in: whoever guesses here holds a session already, and must not shut its owner out.
_OLD_PASSWORD = Limit("old password", free=5, first_s=2, longest_s=60)


def first_administrator(session: Session, name: str = "admin") -> str:
    """Add the one administrator of a new installation; return his random password, to be shown once.

    Raises:
        Conflict: there is an administrator already. InvalidForm: the name is taken or malformed.
    """
    administers = (User.is_admin, ~User.is_auditor, User.disabled_at.is_(None))
    found = session.scalars(select(User).where(*administers).limit(1)).first()
    if found is not None:
        raise Conflict(_("Sudah ada administrator: {name}.", name=found.name))
    return users.add(session, name, Profile("Administrator", is_admin=True), actor=None)[1]


def exist(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.scalars(select(User.id).where(User.disabled_at.is_(None)).limit(1)).first() is not None


def add_from_command(
    session: Session,
    name: str,
    full_name: str,
    groups: Sequence[str],
    units: Sequence[str],
    roles: Collection[str],
) -> str:
    """Add a user whose groups are given by name; return his random password, to be shown once.

    ``roles``: of ``admin``, ``process_owner``, ``auditor``.

    Raises:
        InvalidForm: a group or unit does not exist, or the name is taken or malformed.
    """
    profile = Profile(
        full_name,
        groups=_ids(session, groups),
        units=frozenset(units),
        is_admin="admin" in roles,
        is_process_owner="process_owner" in roles,
        is_auditor="auditor" in roles,
    )
    return users.add(session, name, profile, actor=None)[1]


def check_new_password(session: Session, old: str, new: str, *, actor: Actor) -> None:
    """Refuse a password with which the actor must not replace his ``old`` one.

    Raises:
        InvalidForm: it is too weak or the same.
    """
    words = passwords.own_words(settings.config(session), actor.full_name)
    passwords.check_password(new, name=actor.name, words=words, field="new")
    if old == new:
        raise _refused("new", _("Kata sandi baru harus berbeda dari yang lama."))


def admit_old_password(session: Session, *, actor: Actor) -> Admission:
    """Count an attempt at the actor's old password, in a transaction of its own; see `rate_limits.admit`.

    Raises:
        TooManyAttempts: whoever sits at his browser has been guessing it.
    """
    return rate_limits.admit(session, {_OLD_PASSWORD: str(actor.id)})


def prove_old_password(session: Session, old: str, *, actor: Actor, field: str = "old") -> str:
    """Return the stored hash that the actor's old password fits. It hashes: not within a transaction that writes.

    Raises:
        InvalidForm: the password is wrong.
    """
    stored = users.get(session, actor.id).password_hash
    if not passwords.matches(stored, old, local=settings.config(session).local):
        words = _("Kata sandi lama tidak cocok.") if field == "old" else _("Kata sandi tidak cocok.")
        raise _refused(field, words)
    return stored


def store_password(
    session: Session, digest: str, proved: str, admission: Admission, *, actor: Actor, keep: str | None
) -> None:
    """Store the hash of a new password. API tokens and other sessions end; the one with token ``keep`` stays.

    ``proved``: the hash that `prove_old_password` returned.

    Raises:
        InvalidForm: the password was reset while it was checked.
    """
    user = users.get(session, actor.id)
    if user.password_hash != proved:
        raise _refused("old", _("Kata sandi lama tidak cocok."))
    rate_limits.forgive(session, admission)
    user.password_hash, user.must_change_password = digest, False
    sessions.end_all(session, user.id, why="password", keep=keep)
    api_tokens.revoke_all(session, user, actor=actor)
    history.record(session, PasswordChanged(user=user.name), actor=actor)


def reset_password(
    session: Session, user_id: int, *, actor: Actor | None, password: str | None = None
) -> str:
    """Give a user ``password``, else a random one, and return it, to be shown once. His sessions end.

    His API tokens are void: they may be known to whoever knew the password. He must change it when he signs in.

    Raises:
        NotFound; NotAllowed: the actor is no administrator.
        Conflict: it is his own, which would end his session before he saw the new one.
    """
    rights.require_administrator(actor)
    user = users.get(session, user_id)
    if actor is not None and actor.id == user.id:
        raise Conflict(_("Kata sandi sendiri diganti lewat “Ganti kata sandi”, dengan kata sandi yang lama."))
    password = password or passwords.invent_once()
    user.password_hash, user.must_change_password = passwords.digest_before(password), True
    sessions.end_all(session, user.id, why="password")
    api_tokens.revoke_all(session, user, actor=actor)
    history.record(session, PasswordReset(user=user.name), actor=actor)
    membership_changes.keep_reset(session, user, actor=actor)
    return password


def reset_second_step(session: Session, user_id: int, *, actor: Actor | None) -> User:
    """Let a user who lost his device sign in with the password alone. His sessions end; he and others are told.

    Raises:
        NotFound; NotAllowed: the actor is no administrator.
        Conflict: it is his own, which he removes with his password.
    """
    rights.require_administrator(actor)
    user = users.get(session, user_id)
    if actor is not None and actor.id == user.id:
        raise Conflict(_("Langkah kedua sendiri dimatikan di halaman “Langkah kedua”, dengan kata sandi."))
    second_steps.reset(session, user, actor=actor)
    sessions.end_all(session, user.id, why="second_step")
    return user


def end_sessions(session: Session, user_id: int, session_id: str, *, actor: Actor | None) -> User:
    """Put a user out of one of his browsers, or of all without ``session_id``. His API tokens stay.

    Raises:
        NotFound; NotAllowed: the actor is no administrator.
        Conflict: they are his own, which he ends with his password.
    """
    rights.require_administrator(actor)
    user = users.get(session, user_id)
    if actor is not None and actor.id == user.id:
        raise Conflict(_("Sesi Anda sendiri diakhiri di halaman “Sesi saya”."))
    by = actor.id if actor is not None else None
    if session_id:
        sessions.end_one(session, user.id, session_id, why="administrator", actor_id=by)
    else:
        sessions.end_all(session, user.id, why="administrator", actor_id=by)
    return user


def password_from(session: Session, key: str, name: str) -> str:
    """Return the random password that belongs to one form sent for one user, the same however often it is sent.

    ``key`` is the form's secret; the password is stored nowhere, and follows from it, from the ``name`` that he signs
    in with, and from the identity key together: no two users get the same.
    """
    digest = encryption.fingerprint(session, "password", f"{name.strip().casefold()} {key}")
    return passwords.invent(bytes.fromhex(digest))


def is_still(user: User, password: str) -> bool:
    """Whether a password handed out is still the user's; it lets him in unless he is disabled."""
    return user.must_change_password and passwords.matches(user.password_hash, password, local=False)


def _ids(session: Session, names: Sequence[str]) -> frozenset[int]:
    known = {name: id_ for id_, name in session.execute(select(Group.id, Group.name))}
    for name in names:
        if name not in known:
            raise _refused("groups", _no_lane(name, sorted(known)))
    return frozenset(known[name] for name in names)


def _no_lane(name: str, known: Sequence[str]) -> str:
    if known:
        return _("Lajur {name} tidak ada. Yang ada: {known}.", name=name, known=", ".join(known))
    deploy = "python -m app deploy"
    return _(
        "Lajur {name} tidak ada; belum ada lajur satu pun. Lajur berasal dari diagram: terapkan diagramnya dulu "
        "dengan {deploy}.",
        name=name,
        deploy=deploy,
    )


def _refused(field: str, message: str) -> InvalidForm:
    return InvalidForm(message, {field: message})
